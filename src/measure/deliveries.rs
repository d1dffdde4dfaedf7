//! What a delivery, or taking one back, changes.

use super::event::Event;
use super::inversions::Delivery;
use super::ledger::Place;
use super::observers::Observers;
use super::order::at;
use super::receipts::{Judged, Lead};
use super::record::{Cell, Divergence, NEVER};
use super::setting::phases_of;
use super::validators::{Deed, refers};
use crate::kernel::VirtualTime;
use crate::trace::Fact;

/// Operations that nobody planned are kept if they are so little ahead of the load plan.
const INVENTED_AHEAD: u32 = 1 << 16;

impl Observers {
    /// A delivery of an operation of which there is no record, or any more.
    pub(super) fn stray(
        &mut self,
        now: VirtualTime,
        process: u32,
        operation: u32,
        attempt: u8,
    ) -> Option<Deed> {
        let validator = process as usize;
        if !self.hosts.counts(process) {
            return None;
        }
        if self.ledger.find(operation) == Place::Settled {
            self.late_deliveries[validator] += 1;
            return None;
        }
        if operation >= self.ledger.end().saturating_add(INVENTED_AHEAD) {
            self.order.invented.add(now, || invented(now, validator, operation));
            return None;
        }
        self.ledger.extend_to(operation, now);
        self.deed(now, process, operation, attempt)
    }

    /// This validator delivers something, in a batch with what it delivered last or not.
    pub(super) fn delivers(&mut self, process: u32, joins: bool) {
        if self.inversions.is_reference(process as usize) {
            self.receipts.announce(joins);
            self.judge_receipts(false);
        }
    }

    pub(super) fn delivered(&mut self, deed: Deed, position: u32, is_final: bool) {
        let Deed { now, validator, operation, slot, attempt } = deed;
        self.rollbacks.deliver(validator, &mut self.tallies);
        let incarnation = self.hosts.incarnation(validator);
        let (record, cell) = self.ledger.both(slot, validator);
        if cell.incarnation != incarnation {
            (cell.incarnation, cell.tries) = (incarnation, 0);
            cell.mark(Cell::REBORN);
        }
        let this_try = 1 << attempt.min(15);
        // All tries beyond the 16th share a bit: whether they are copies is not known.
        if cell.tries & this_try != 0 && attempt < 15 {
            let words =
                || at(now, validator, &format!("delivered #{operation} try {attempt} again"));
            self.order.duplicate_deliveries.add(now, words);
        }
        cell.tries |= this_try;
        if !cell.is_accepted() {
            let offset = record.offset(now);
            if cell.delivered != Cell::NEVER && cell.delivered != offset {
                cell.mark(Cell::AGAIN);
            }
            cell.delivered = offset;
        }
        if !record.is_planned {
            self.order.invented.add(now, || invented(now, validator, operation));
        }
        let subject = record.subject;
        self.positions.set(validator, position, operation, now);
        if let Some(subjects) = &mut self.subjects {
            subjects.deliver(validator, subject, operation, now);
        }
        if cell.mark(Cell::DELIVERED) {
            cell.position = position;
            self.first_delivered(deed, is_final);
        }
    }

    /// The validator had not delivered the operation, or had taken it back.
    fn first_delivered(&mut self, deed: Deed, is_final: bool) {
        let Deed { now, validator, operation, slot, .. } = deed;
        let record = self.ledger.record_mut(slot);
        record.count.delivered += 1;
        if record.count.delivered == self.quorum {
            record.ordered = now;
        }
        if record.divergence == Divergence::Unseen {
            record.divergence = Divergence::Young;
            record.agree_by = self.divided.first_delivery(operation, now);
            self.next_look = self.next_look.min(self.divided.next());
        }
        self.judge_order(deed, is_final);
        let (record, cells) = self.ledger.row_mut(slot);
        if self.inversions.is_reference(validator) {
            let (intended, phases) = (record.intended, record.phases);
            let delivery = Delivery { operation, intended, phases, now };
            record.place = self.inversions.lead(delivery, cells.iter().map(|cell| cell.position));
            self.receipts.deliver(Lead { operation, intended, phases, now });
        } else {
            let position = Some(cells[validator].position);
            self.inversions.follow(record.place, validator, position);
        }
    }

    /// Counts what was delivered against the order of receipt, as far as that can be told.
    pub(super) fn judge_receipts(&mut self, is_over: bool) {
        while let Some(judged) = self.receipts.judge(is_over) {
            let Judged { lead, pairs, unfair, late } = judged;
            for phase in phases_of(lead.phases) {
                let counts = &mut self.tallies[phase].counts;
                counts.bound_pairs += pairs;
                counts.add(Event::OrderUnfair, unfair);
            }
            if lead.phases & 1 == 1 {
                self.series.receipts(lead.intended, pairs, unfair);
            }
            if let Some(late) = late {
                let (first, late, now) = (lead.operation, late.operation, late.now);
                let what = format!("#{first} was delivered before #{late}, which came first");
                self.order.order_unfair.add_all(unfair, now, || format!("{now} {what}"));
            }
        }
    }

    /// Its attester's order, its cause, its number.
    fn judge_order(&mut self, deed: Deed, is_final: bool) {
        let Deed { now, validator, operation, slot, .. } = deed;
        let record = self.ledger.record(slot);
        let (client, sequence, target) = (record.client, record.sequence, record.target);
        let (twin, delivered) = (record.twin, record.count.delivered);
        let follows = record.follows;
        let refers = refers(record.kind);
        let statement = (client, sequence);
        if record.is_planned
            && let Some(fifo) = &mut self.fifo
            && fifo.deliver(validator, statement, is_final)
        {
            let (record, cell) = self.ledger.both(slot, validator);
            record.events.add(Event::MonotonicWrites);
            cell.mark(Cell::OVERTOOK);
            self.order.fifo_violations.add(now, || {
                let what = format!("delivered #{operation}, number {sequence} of its attester");
                at(now, validator, &format!("{what}, after a later one"))
            });
        }
        if refers
            && let Place::Slot(cause) = self.ledger.find(target)
            && !self.ledger.cells(cause)[validator].is(Cell::DELIVERED)
        {
            let (record, cell) = self.ledger.both(slot, validator);
            record.events.add(Event::EffectBeforeCause);
            cell.mark(Cell::UNCAUSED);
            self.order.causal_violations.add(now, || {
                let what = format!("delivered #{operation} before #{target}, which it refers to");
                at(now, validator, &what)
            });
        }
        if let Place::Slot(read) = self.ledger.find(follows)
            && !self.ledger.cells(read)[validator].is(Cell::DELIVERED)
        {
            self.ledger.record_mut(slot).events.add(Event::WritesFollowReads);
        }
        if delivered == 1 && self.ledger.live(twin).is_some_and(|twin| twin.count.delivered > 0) {
            self.order.equivocation.add(now, || {
                let what = format!("delivered #{operation}, and #{twin} has the same number");
                at(now, validator, &format!("{what} of its attester"))
            });
        }
    }

    pub(super) fn retracted(&mut self, deed: Deed, position: u32, was_final: bool) {
        let Deed { now, validator, operation, slot, attempt } = deed;
        self.positions.set(validator, position, Fact::NONE, now);
        if was_final {
            let words = || at(now, validator, &format!("took back #{operation}, which was final"));
            self.order.final_retracted.add(now, words);
        }
        let (record, cell) = self.ledger.both(slot, validator);
        self.rollbacks.retract(validator, record.phases);
        if let Some(subjects) = &mut self.subjects {
            subjects.retract(validator, record.subject, now);
        }
        cell.tries &= !(1 << attempt.min(15));
        if cell.unmark(Cell::FINAL) {
            record.count.finals -= 1;
            if record.count.finals + 1 == self.quorum {
                record.finalised = NEVER;
            }
        }
        if cell.is_accepted() && cell.accepted_try == attempt {
            record.events.add(Event::Flips);
            self.say(deed, None);
        } else if cell.tries == 0 && !cell.is_accepted() {
            self.say(deed, None);
        }
        let (_, cell) = self.ledger.both(slot, validator);
        if cell.tries == 0 && cell.unmark(Cell::DELIVERED) {
            self.undelivered(deed);
        }
    }

    /// The validator no longer has the operation at all.
    fn undelivered(&mut self, deed: Deed) {
        let (record, cell) = self.ledger.both(deed.slot, deed.validator);
        cell.position = Cell::NEVER;
        record.count.delivered -= 1;
        if record.count.delivered + 1 == self.quorum {
            record.ordered = NEVER;
        }
        if cell.unmark(Cell::OVERTOOK) {
            self.order.fifo_violations.take_back();
        }
        if cell.unmark(Cell::UNCAUSED) {
            self.order.causal_violations.take_back();
        }
        if let Some(fifo) = &mut self.fifo {
            fifo.retract(deed.validator, record.client, record.sequence);
        }
        if self.inversions.is_reference(deed.validator) {
            self.inversions.unlead(deed.operation);
            self.receipts.take_back(deed.operation);
        } else {
            self.inversions.follow(record.place, deed.validator, None);
        }
    }

    pub(super) fn finalised(&mut self, deed: Deed) {
        self.offers_finality = true;
        let (record, cell) = self.ledger.both(deed.slot, deed.validator);
        if cell.mark(Cell::FINAL) {
            record.count.finals += 1;
            if record.count.finals == self.quorum {
                record.finalised = deed.now;
            }
        }
    }
}

fn invented(now: VirtualTime, validator: usize, operation: u32) -> String {
    at(now, validator, &format!("delivered #{operation}, which nobody planned"))
}
