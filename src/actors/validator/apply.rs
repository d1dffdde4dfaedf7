//! What the order has decided on: applied, one after another, in the order of delivery.

use super::{APPLY, Change, Validator, names};
use crate::actors::Packet;
use crate::attestation::Verdict;
use crate::kernel::Span;
use crate::network::Desk;
use crate::ordering::Item;
use crate::trace::Fact;

impl Validator {
    pub(super) fn delivered(
        &mut self,
        item: Item,
        (is_final, joins): (bool, bool),
        desk: &mut Desk<'_, Packet>,
    ) {
        let (operation, attempt) = names(&item);
        let position = self.position;
        self.position += 1;
        desk.fact(Fact::Delivered { operation, attempt, position, is_final, joins });
        self.keep_position(&item, position, desk);
        let age = desk.local_now().since(item.signed.attestation.written_at);
        self.change(Change::Apply(item, age), desk);
    }

    pub(super) fn retracted(&mut self, item: Item, desk: &mut Desk<'_, Packet>) {
        let (operation, attempt) = names(&item);
        self.position = self.position.saturating_sub(1);
        let (position, was_final) = (self.position, false);
        desk.fact(Fact::Retracted { operation, attempt, position, was_final });
        self.lose_position(&item);
        // What is taken back is the last that was delivered: if anything waits to be applied, it.
        let mut waiting = self.lane.iter_mut().rev().map(|(change, _)| change);
        match waiting.find(|change| matches!(change, Change::Apply(..))) {
            Some(change) => *change = Change::Nothing,
            None => self.change(Change::Retract(item), desk),
        }
    }

    fn change(&mut self, change: Change, desk: &mut Desk<'_, Packet>) {
        let price = self.price(&change);
        if self.lane.is_empty() {
            desk.work(price, APPLY);
        } else {
            desk.owe(price);
        }
        self.lane.push_back((change, price));
    }

    /// By the rules that it follows now: they may be others when its turn comes.
    fn price(&self, change: &Change) -> Span {
        let costs = self.setting.costs;
        match change {
            Change::Apply(item, age) => {
                let statements = u64::from(item.signed.attestation.statements());
                costs.apply * (statements * self.registry.rules().times(*age)) + costs.sign
            }
            Change::Retract(_) => costs.apply,
            Change::Nothing => Span::ZERO,
        }
    }

    /// After a crash, from the one that it had been working on.
    pub(super) fn take_up_lane(&mut self, desk: &mut Desk<'_, Packet>) {
        self.lane.iter().skip(1).for_each(|(_, price)| desk.owe(*price));
        if let Some((change, _)) = self.lane.front() {
            desk.work(self.price(change), APPLY);
        }
    }

    /// The first is done, and the next is begun.
    pub(super) fn applied_first(&mut self, desk: &mut Desk<'_, Packet>) {
        let first = self.lane.pop_front();
        if let Some((change, price)) = self.lane.front() {
            desk.settle(*price);
            desk.work(self.price(change), APPLY);
        }
        match first.map(|(change, _)| change) {
            Some(Change::Apply(item, _)) => self.apply(&item, desk),
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
