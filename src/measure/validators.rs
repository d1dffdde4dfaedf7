//! What a validator's work on an operation changes in its record.

use super::event::Event;
use super::ledger::Place;
use super::observers::Observers;
use super::order::at;
use super::record::{Cell, NEVER};
use crate::attestation::Verdict;
use crate::kernel::VirtualTime;
use crate::trace::Kind;

/// Which validator did something with which try of which operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deed {
    pub(super) now: VirtualTime,
    pub(super) validator: usize,
    pub(super) operation: u32,
    pub(super) slot: usize,
    pub(super) attempt: u8,
}

impl Deed {
    /// Where a cell keeps it: with the first try, or with those after it.
    fn which_try(&self) -> usize {
        usize::from(self.attempt > 0)
    }
}

impl Observers {
    /// A deed on a live operation, if its doer is a validator whose deeds count.
    pub(super) fn deed(
        &mut self,
        now: VirtualTime,
        process: u32,
        operation: u32,
        attempt: u8,
    ) -> Option<Deed> {
        if !self.hosts.counts(process) {
            return None;
        }
        let slot = self.touch(operation, now)?;
        Some(Deed { now, validator: process as usize, operation, slot, attempt })
    }

    pub(super) fn received(&mut self, deed: Deed, router: u32, sequence: u32) {
        let (record, cell) = self.ledger.both(deed.slot, deed.validator);
        if !cell.is_accepted() {
            // A copy does not make the first arrival of its try later.
            if cell.received[deed.which_try()] == Cell::NEVER || deed.attempt > 0 {
                cell.received[deed.which_try()] = record.offset(deed.now);
            }
        }
        let place = (router, deed.validator);
        self.streams.receive(record, &mut self.tallies, place, sequence);
    }

    /// Others may be correct now than before.
    pub(super) fn hosts_changed(&mut self, now: VirtualTime) {
        self.inversions.hosts_changed(&self.hosts);
        self.judge_receipts(true);
        self.receipts.begin_anew(self.ledger.end(), self.hosts.up());
        let (ledger, hosts) = (&mut self.ledger, &self.hosts);
        self.divided.judge_all(now, ledger, hosts, &mut self.tallies);
    }

    pub(super) fn verified(&mut self, deed: Deed, genuine: bool) {
        let (record, cell) = self.ledger.both(deed.slot, deed.validator);
        if cell.mark(Cell::VERIFIED) {
            record.count.verified += 1;
            if record.count.verified == self.quorum {
                record.verified = deed.now;
            }
        }
        if !cell.is_accepted() {
            cell.verified[deed.which_try()] = record.offset(deed.now);
        }
        cell.mark(if genuine { Cell::GENUINE } else { Cell::FORGED });
        if !genuine {
            record.events.add(Event::ForgedRefused);
            if cell.verdict().is_none() {
                self.say(deed, Some(Verdict::InvalidSignature));
            }
        }
    }

    pub(super) fn applied(&mut self, deed: Deed, verdict: Verdict, again: bool, resolved: u32) {
        let (record, cell) = self.ledger.both(deed.slot, deed.validator);
        if verdict.is_orphan() {
            record.events.add(Event::Orphans);
        }
        if verdict != Verdict::Accepted {
            // One that is in stays in, whatever is said to a copy of it.
            if !cell.is_accepted() {
                self.say(deed, Some(verdict));
            }
            return;
        }
        if !again {
            let twice = cell.is_accepted() && !cell.unmark(Cell::REBORN);
            record.events.add_if(Event::Duplicated, twice);
            let is_misread = refers(record.kind) && resolved != record.target;
            record.events.add_if(Event::Mislinked, is_misread);
        }
        if cell.is(Cell::FORGED) && !cell.is(Cell::GENUINE) && cell.mark(Cell::FORGERY_ACCEPTED) {
            record.events.add(Event::ForgedAccepted);
            let words = || {
                at(
                    deed.now,
                    deed.validator,
                    &format!("accepted #{}, which is forged", deed.operation),
                )
            };
            self.order.forged_accepted.add(deed.now, words);
        }
        if !cell.is_accepted() {
            cell.accepted_try = deed.attempt;
            self.say(deed, Some(Verdict::Accepted));
            self.exclude(deed);
        }
    }

    /// A validator whose deeds do not count accepted something.
    pub(super) fn accepted_aside(&mut self, which: (u32, u8), process: u32, now: VirtualTime) {
        let is_live = matches!(self.ledger.find(which.0), Place::Slot(_));
        if is_live && process < self.setting.validators {
            self.concord.accept(which, process, now);
        }
    }

    /// A validator's registry says something else of an operation than before.
    pub(super) fn say(&mut self, deed: Deed, verdict: Option<Verdict>) {
        let (record, cell) = self.ledger.both(deed.slot, deed.validator);
        let before = cell.verdict();
        if before == verdict {
            return;
        }
        cell.set_verdict(verdict);
        let count = &mut record.count;
        if let Some(before) = before {
            *count.of(before) -= 1;
        }
        if let Some(verdict) = verdict {
            *count.of(verdict) += 1;
        }
        if verdict == Some(Verdict::Accepted) {
            record.first = record.first.min(deed.now);
            record.last = deed.now;
            if record.count.accepted == self.quorum {
                record.applied = deed.now;
                record.decider = deed.validator as u16;
                record.decided_try = deed.attempt;
                self.carried(deed.operation, deed.slot, deed.now);
            }
            self.take_effect(deed, true);
        } else if before == Some(Verdict::Accepted) {
            if record.count.accepted + 1 == self.quorum {
                record.applied = NEVER;
            }
            self.take_effect(deed, false);
        }
        let (ledger, hosts) = (&mut self.ledger, &self.hosts);
        self.divided.judge(deed.slot, deed.operation, deed.now, ledger, hosts, &mut self.tallies);
        self.next_look = self.next_look.min(self.divided.next());
    }

    /// A revocation or replacement was accepted by a validator, or is no longer.
    fn take_effect(&mut self, deed: Deed, is_accepted: bool) {
        let record = self.ledger.record(deed.slot);
        let (kind, target) = (record.kind, record.target);
        // Only the change from q - 1 to q, or back, says something of the network as a whole.
        let decides = record.count.accepted + u16::from(!is_accepted) == self.quorum;
        if !matches!(kind, Kind::Revoke | Kind::Replace) {
            return;
        }
        let Place::Slot(slot) = self.ledger.find(target) else { return };
        let (target, cell) = self.ledger.both(slot, deed.validator);
        if kind == Kind::Revoke {
            if is_accepted {
                cell.mark(Cell::REVOKED)
            } else {
                cell.unmark(Cell::REVOKED)
            };
        }
        let instant = if is_accepted { deed.now } else { NEVER };
        match kind {
            _ if !decides => {}
            Kind::Revoke => target.revoked = instant,
            Kind::Replace => target.replaced = instant,
            Kind::Attest | Kind::Claim | Kind::Query | Kind::Register => {}
        }
    }

    /// Of those that replace one statement, or claim one subject, only one may be accepted.
    fn exclude(&mut self, deed: Deed) {
        let record = self.ledger.record(deed.slot);
        let is_claim = record.kind == Kind::Claim;
        let contested = match record.kind {
            Kind::Claim => record.claim_root,
            Kind::Replace => record.target,
            Kind::Attest | Kind::Revoke | Kind::Query | Kind::Register => return,
        };
        let Some(root) = self.ledger.live(contested) else { return };
        let holder = if is_claim { root.claimed_by } else { root.replaced_by };
        if holder != deed.operation && self.still_holds(holder, deed) {
            self.ledger.record_mut(deed.slot).events.add(Event::DoubleAccepted);
            return;
        }
        let Some(root) = self.ledger.live(contested) else { return };
        let seat = if is_claim { &mut root.claimed_by } else { &mut root.replaced_by };
        *seat = deed.operation;
    }

    /// Whether somebody still holds it accepted; a validator where it is revoked, or that has
    /// had the time to forget it, may accept another.
    fn still_holds(&self, holder: u32, deed: Deed) -> bool {
        let Place::Slot(slot) = self.ledger.find(holder) else { return false };
        let record = self.ledger.record(slot);
        record.count.accepted > 0
            && !self.ledger.cells(slot)[deed.validator].is(Cell::REVOKED)
            && deed.now.since(record.first) <= self.setting.retention
    }
}

/// Whether what an operation names is something that must come before it.
pub(super) const fn refers(kind: Kind) -> bool {
    match kind {
        Kind::Attest | Kind::Revoke | Kind::Replace => true,
        // What a claim names is a rival, not a cause.
        Kind::Claim | Kind::Query | Kind::Register => false,
    }
}
