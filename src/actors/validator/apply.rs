//! What the order has decided on: applied, one after another, in the order of delivery.

use super::{Change, Job, Validator, names};
use crate::actors::Packet;
use crate::attestation::Verdict;
use crate::kernel::Span;
use crate::network::Desk;
use crate::ordering::Item;
use crate::trace::Fact;

impl Validator {
    pub(super) fn delivered(&mut self, item: Item, is_final: bool, desk: &mut Desk<'_, Packet>) {
        let (operation, attempt) = names(&item);
        let position = self.position;
        self.position += 1;
        desk.fact(Fact::Delivered { operation, attempt, position, is_final });
        self.keep_position(&item, position, desk);
        let costs = self.setting.costs;
        let attestation = &item.signed.attestation;
        let age = desk.local_now().since(attestation.written_at);
        let times = self.registry.rules().times(age);
        let apply = costs.apply * (u64::from(attestation.statements()) * times);
        self.change(Change::Apply(item), apply + costs.sign, desk);
    }

    pub(super) fn retracted(&mut self, item: Item, desk: &mut Desk<'_, Packet>) {
        let (operation, attempt) = names(&item);
        self.position = self.position.saturating_sub(1);
        let (position, was_final) = (self.position, false);
        desk.fact(Fact::Retracted { operation, attempt, position, was_final });
        self.lose_position(&item);
        // What is taken back is the last that was delivered: if anything waits to be applied, it.
        let waiting = self.lane.iter_mut().rev().find(|change| matches!(change, Change::Apply(_)));
        match waiting {
            Some(change) => *change = Change::Nothing,
            None => self.change(Change::Retract(item), self.setting.costs.apply, desk),
        }
    }

    fn change(&mut self, change: Change, work: Span, desk: &mut Desk<'_, Packet>) {
        self.lane.push_back(change);
        let slot = self.jobs.put(Job::Apply);
        self.applier.begin(work, slot, desk);
    }

    pub(super) fn apply_next(&mut self, desk: &mut Desk<'_, Packet>) {
        match self.lane.pop_front() {
            Some(Change::Apply(item)) => self.apply(&item, desk),
            Some(Change::Retract(item)) => {
                let target = self.logged_target(&item.signed);
                if let Some(watch) = &mut self.watch {
                    watch.taken_back(&item.signed.attestation);
                }
                if self.registry.retract(&item.signed, item.attempt) {
                    let instants = (desk.now(), desk.local_now());
                    self.log_undone((&item.signed, target), instants);
                }
            }
            Some(Change::Nothing) | None => {}
        }
    }

    fn apply(&mut self, item: &Item, desk: &mut Desk<'_, Packet>) {
        let instants = (desk.now(), desk.local_now());
        let applied = self.registry.apply(instants, &item.signed, item.attempt);
        let (operation, attempt) = names(item);
        desk.fact(Fact::Applied {
            operation,
            attempt,
            verdict: applied.verdict,
            again: applied.again,
            resolved: applied.resolved.map_or(Fact::NONE, |operation| operation.0),
        });
        self.keep_change(item, desk);
        if let Some(watch) = &mut self.watch {
            watch.applied(&item.signed.attestation, &applied, desk.local_now());
        }
        if applied.verdict == Verdict::Accepted && !applied.again {
            self.log_made(&item.signed, instants);
        }
        self.ack(item, applied.verdict, desk);
    }
}
