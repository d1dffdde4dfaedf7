//! What a validator's deed changes in the record of its operation.

use super::event::Event;
use super::inversions::Delivery;
use super::ledger::{Cell, Divergence, NEVER, Place};
use super::observers::Observers;
use super::order::at;
use super::rows::Rows;
use crate::attestation::Verdict;
use crate::kernel::VirtualTime;
use crate::trace::{Fact, Kind};

/// Which validator did something with which try of which operation.
#[derive(Clone, Copy, Debug)]
struct Deed {
    now: VirtualTime,
    validator: usize,
    operation: u32,
    slot: usize,
    attempt: u8,
}

/// Operations that nobody planned may be so far ahead of the load plan.
const INVENTED_AHEAD: u32 = 1 << 16;

impl Observers {
    /// A fact of a validator whose deeds count.
    pub(super) fn validator(
        &mut self,
        now: VirtualTime,
        validator: usize,
        fact: &Fact,
        rows: &mut dyn Rows,
    ) {
        let (operation, attempt) = match *fact {
            Fact::Received { operation, attempt, .. }
            | Fact::Verified { operation, attempt, .. }
            | Fact::Waits { operation, attempt }
            | Fact::Delivered { operation, attempt, .. }
            | Fact::Retracted { operation, attempt, .. }
            | Fact::Finalised { operation, attempt }
            | Fact::Applied { operation, attempt, .. } => (operation, attempt),
            _ => return,
        };
        let Some(slot) = self.touch(operation, now) else {
            self.unknown(now, validator, fact, rows);
            return;
        };
        let deed = Deed { now, validator, operation, slot, attempt };
        match *fact {
            Fact::Received { router, sequence, .. } => self.received(deed, router, sequence),
            Fact::Verified { genuine, .. } => self.verified(deed, genuine),
            Fact::Waits { .. } => self.ledger.record_mut(slot).events.add(Event::Waited),
            Fact::Delivered { position, is_final, .. } => {
                self.delivered(deed, position);
                if is_final {
                    self.finalised(deed);
                }
            }
            Fact::Retracted { position, was_final, .. } => {
                self.retracted(deed, position, was_final);
            }
            Fact::Finalised { .. } => self.finalised(deed),
            Fact::Applied { verdict, again, resolved, .. } => {
                self.applied(deed, verdict, again, resolved);
            }
            _ => {}
        }
    }

    /// A delivery of an operation of which there is no record, or any more.
    fn unknown(&mut self, now: VirtualTime, validator: usize, fact: &Fact, rows: &mut dyn Rows) {
        let Fact::Delivered { operation, position, .. } = *fact else { return };
        self.positions.set(validator, position, operation, now);
        if self.ledger.find(operation) == Place::Settled {
            self.late_deliveries[validator] += 1;
        } else if operation < self.ledger.end().saturating_add(INVENTED_AHEAD) {
            self.ledger.extend_to(operation, now);
            self.validator(now, validator, fact, rows);
        } else {
            let words =
                || at(now, validator, &format!("delivered #{operation}, which nobody planned"));
            self.order.invented.add(words);
        }
    }

    fn received(&mut self, deed: Deed, router: u32, sequence: u32) {
        let (record, cell) = self.ledger.both(deed.slot, deed.validator);
        if !cell.is_accepted() {
            let after = record.offset(deed.now);
            // A copy does not make the first arrival of its try later.
            if cell.received == Cell::NEVER || deed.attempt > 0 {
                cell.received = after;
            }
        }
        let place = (router, deed.validator);
        self.streams.receive(record, &mut self.tallies, place, sequence);
    }

    fn verified(&mut self, deed: Deed, genuine: bool) {
        let (record, cell) = self.ledger.both(deed.slot, deed.validator);
        if cell.mark(Cell::VERIFIED) {
            record.count.verified += 1;
            if record.count.verified == self.quorum {
                record.verified = deed.now;
            }
        }
        if !cell.is_accepted() {
            cell.verified = record.offset(deed.now);
        }
        cell.mark(if genuine { Cell::GENUINE } else { Cell::FORGED });
        if !genuine {
            record.events.add(Event::ForgedRefused);
            if cell.verdict().is_none() {
                self.say(deed, Some(Verdict::InvalidSignature));
            }
        }
    }

    fn delivered(&mut self, deed: Deed, position: u32) {
        let Deed { now, validator, operation, slot, attempt } = deed;
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
            self.order.duplicate_deliveries.add(words);
        }
        cell.tries |= this_try;
        if !cell.is_accepted() {
            cell.delivered = record.offset(now);
        }
        if !record.is_planned {
            let words =
                || at(now, validator, &format!("delivered #{operation}, which nobody planned"));
            self.order.invented.add(words);
        }
        self.positions.set(validator, position, operation, now);
        if cell.mark(Cell::DELIVERED) {
            cell.position = position;
            self.first_delivered(deed);
        }
    }

    /// The validator had not delivered the operation, or had taken it back.
    fn first_delivered(&mut self, deed: Deed) {
        let Deed { now, validator, operation, slot, .. } = deed;
        let record = self.ledger.record_mut(slot);
        record.count.delivered += 1;
        if record.count.delivered == self.quorum {
            record.ordered = now;
        }
        if record.divergence == Divergence::Unseen {
            record.divergence = Divergence::Young;
            self.divided.first_delivery(operation, now);
            self.next_look = self.next_look.min(self.divided.next());
        }
        self.judge_order(deed);
        let (record, cells) = self.ledger.row_mut(slot);
        if self.inversions.is_reference(validator) {
            let (intended, phases) = (record.intended, record.phases);
            let delivery = Delivery { operation, intended, phases, now };
            record.place = self.inversions.lead(delivery, cells.iter().map(|cell| cell.position));
        } else {
            let position = Some(cells[validator].position);
            self.inversions.follow(record.place, validator, position);
        }
    }

    /// Its attester's order, its cause, its number.
    fn judge_order(&mut self, deed: Deed) {
        let Deed { now, validator, operation, slot, .. } = deed;
        let record = self.ledger.record(slot);
        let (client, sequence, target) = (record.client, record.sequence, record.target);
        let (twin, delivered) = (record.twin, record.count.delivered);
        let refers = refers(record.kind);
        if record.is_planned
            && self.fifo.as_mut().is_some_and(|fifo| fifo.deliver(validator, client, sequence))
        {
            self.ledger.cells_mut(slot)[validator].mark(Cell::OVERTOOK);
            self.order.fifo_violations.add(|| {
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
            self.order.causal_violations.add(|| {
                let what = format!("delivered #{operation} before #{target}, which it refers to");
                at(now, validator, &what)
            });
        }
        if delivered == 1 && self.ledger.live(twin).is_some_and(|twin| twin.count.delivered > 0) {
            self.order.equivocation.add(|| {
                let what = format!("delivered #{operation}, and #{twin} has the same number");
                at(now, validator, &format!("{what} of its attester"))
            });
        }
    }

    fn retracted(&mut self, deed: Deed, position: u32, was_final: bool) {
        let Deed { now, validator, operation, slot, attempt } = deed;
        self.positions.set(validator, position, Fact::NONE, now);
        if was_final {
            let words = || at(now, validator, &format!("took back #{operation}, which was final"));
            self.order.final_retracted.add(words);
        }
        let (record, cell) = self.ledger.both(slot, validator);
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
        } else {
            self.inversions.follow(record.place, deed.validator, None);
        }
    }

    fn finalised(&mut self, deed: Deed) {
        self.offers_finality = true;
        let (record, cell) = self.ledger.both(deed.slot, deed.validator);
        if cell.mark(Cell::FINAL) {
            record.count.finals += 1;
            if record.count.finals == self.quorum {
                record.finalised = deed.now;
            }
        }
    }

    fn applied(&mut self, deed: Deed, verdict: Verdict, again: bool, resolved: u32) {
        let (record, cell) = self.ledger.both(deed.slot, deed.validator);
        if verdict == Verdict::NotFound {
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
            let misread = refers(record.kind) && resolved != record.target
                || record.kind == Kind::Attest && resolved != record.target;
            record.events.add_if(Event::Mislinked, misread);
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
            self.order.forged_accepted.add(words);
        }
        if !cell.is_accepted() {
            cell.accepted_try = deed.attempt;
            self.say(deed, Some(Verdict::Accepted));
            self.exclude(deed);
        }
    }

    /// A validator's registry says something else of an operation than before.
    fn say(&mut self, deed: Deed, verdict: Option<Verdict>) {
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
            }
            self.take_effect(deed, true);
        } else if before == Some(Verdict::Accepted) {
            if record.count.accepted + 1 == self.quorum {
                record.applied = NEVER;
            }
            self.take_effect(deed, false);
        }
        let (ledger, hosts) = (&mut self.ledger, &self.hosts);
        self.divided.judge(deed.slot, deed.now, ledger, hosts, &mut self.tallies);
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
            Kind::Attest | Kind::Claim | Kind::Query => {}
        }
    }

    /// Of those that replace one statement, or claim one subject, only one may be accepted.
    fn exclude(&mut self, deed: Deed) {
        let record = self.ledger.record(deed.slot);
        let is_claim = record.kind == Kind::Claim;
        let contested = match record.kind {
            Kind::Claim => record.claim_root,
            Kind::Replace => record.target,
            Kind::Attest | Kind::Revoke | Kind::Query => return,
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
const fn refers(kind: Kind) -> bool {
    match kind {
        Kind::Attest | Kind::Revoke | Kind::Replace => true,
        // What a claim names is a rival, not a cause.
        Kind::Claim | Kind::Query => false,
    }
}
