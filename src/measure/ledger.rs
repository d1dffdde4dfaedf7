//! What is known of each operation that is not settled yet, dense by its number.

use super::event::Events;
use crate::attestation::Verdict;
use crate::kernel::{Span, VirtualTime};
use crate::trace::{Conclusion, Fact, Kind};

/// An instant that has not come.
pub(super) const NEVER: VirtualTime = VirtualTime::MAX;

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) intended: VirtualTime,
    pub(super) last_touch: VirtualTime,
    pub(super) phases: u64,
    /// The first try.
    pub(super) first_try: Try,
    /// The latest try, from the second on.
    pub(super) last_try: Try,
    /// First admitted, and first routed, whichever try.
    pub(super) router: [VirtualTime; 2],
    /// q correct validators verified, delivered, accepted it, hold it as final.
    pub(super) verified: VirtualTime,
    pub(super) ordered: VirtualTime,
    pub(super) applied: VirtualTime,
    pub(super) finalised: VirtualTime,
    /// The first and the latest acceptance by a correct validator.
    pub(super) first: VirtualTime,
    pub(super) last: VirtualTime,
    /// Its client was told.
    pub(super) answered: VirtualTime,
    /// q correct validators accepted its revocation, its replacement.
    pub(super) revoked: VirtualTime,
    pub(super) replaced: VirtualTime,
    pub(super) client: u32,
    pub(super) sequence: u32,
    pub(super) target: u32,
    /// Another operation with its attester's number.
    pub(super) twin: u32,
    /// The first of those that claim one subject.
    pub(super) claim_root: u32,
    /// Of those that claim or replace this one, which was accepted.
    pub(super) claimed_by: u32,
    pub(super) replaced_by: u32,
    /// Its place in the order of the reference for inversions.
    pub(super) place: u32,
    pub(super) events: Events,
    pub(super) received: u32,
    pub(super) reordered: u32,
    pub(super) count: Count,
    /// The q-th validator to accept it, and the try it accepted.
    pub(super) decider: u16,
    pub(super) decided_try: u8,
    pub(super) attempts: u8,
    pub(super) kind: Kind,
    pub(super) conclusion: Option<Conclusion>,
    pub(super) is_planned: bool,
    pub(super) is_sent: bool,
    pub(super) divergence: Divergence,
}

/// When a try was sent by its client, admitted and routed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Try {
    pub(super) sent: VirtualTime,
    pub(super) admitted: VirtualTime,
    pub(super) routed: VirtualTime,
}

/// How many correct validators did what.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) verified: u16,
    pub(super) delivered: u16,
    pub(super) accepted: u16,
    /// Refused for a reason that no other order of arrival would have changed.
    pub(super) refused: u16,
    pub(super) not_found: u16,
    pub(super) finals: u16,
}

/// Whether validators must agree on it by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Divergence {
    /// No validator has delivered it.
    Unseen,
    /// They have until some time after the first delivery.
    Young,
    /// They must, and do.
    Agreed,
    /// They must, and do not.
    Diverged,
}

impl Count {
    /// The count of validators whose verdict this is.
    pub(super) const fn of(&mut self, verdict: Verdict) -> &mut u16 {
        match verdict {
            Verdict::Accepted => &mut self.accepted,
            Verdict::NotFound => &mut self.not_found,
            Verdict::AlreadyRevoked
            | Verdict::AlreadyReplaced
            | Verdict::AlreadyClaimed
            | Verdict::Revoked
            | Verdict::Irrevocable
            | Verdict::AccessDenied
            | Verdict::InvalidExpirationTime
            | Verdict::InvalidSchema
            | Verdict::InvalidSignature => &mut self.refused,
        }
    }
}

impl Try {
    pub(super) const NEVER: Self = Self { sent: NEVER, admitted: NEVER, routed: NEVER };
}

impl Record {
    const BLANK: Self = Self {
        intended: VirtualTime::ZERO,
        last_touch: VirtualTime::ZERO,
        phases: 0,
        first_try: Try::NEVER,
        last_try: Try::NEVER,
        router: [NEVER; 2],
        verified: NEVER,
        ordered: NEVER,
        applied: NEVER,
        finalised: NEVER,
        first: NEVER,
        last: NEVER,
        answered: NEVER,
        revoked: NEVER,
        replaced: NEVER,
        client: Fact::NONE,
        sequence: 0,
        target: Fact::NONE,
        twin: Fact::NONE,
        claim_root: Fact::NONE,
        claimed_by: Fact::NONE,
        replaced_by: Fact::NONE,
        place: Fact::NONE,
        events: Events::EMPTY,
        received: 0,
        reordered: 0,
        count: Count {
            verified: 0,
            delivered: 0,
            accepted: 0,
            refused: 0,
            not_found: 0,
            finals: 0,
        },
        decider: 0,
        decided_try: 0,
        attempts: 0,
        kind: Kind::Attest,
        conclusion: None,
        is_planned: false,
        is_sent: false,
        divergence: Divergence::Unseen,
    };

    /// The stamps of one try, as far as they are kept: of the first and of the latest.
    pub(super) fn try_of(&mut self, attempt: u8) -> &mut Try {
        if attempt == 0 { &mut self.first_try } else { &mut self.last_try }
    }

    /// Microseconds since the intended send.
    pub(super) fn offset(&self, now: VirtualTime) -> u32 {
        let micros = now.since(self.intended).as_nanos() / 1_000;
        u32::try_from(micros).unwrap_or(Cell::NEVER - 1)
    }

    pub(super) fn is_question(&self) -> bool {
        self.kind == Kind::Query
    }
}

/// One operation at one validator. Instants are microseconds since the intended send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) received: u32,
    pub(super) verified: u32,
    pub(super) delivered: u32,
    /// The place of its first delivery.
    pub(super) position: u32,
    /// The tries delivered since the validator last started; all beyond the 16th share a bit.
    pub(super) tries: u16,
    pub(super) marks: u16,
    /// Validator starts before the delivery.
    pub(super) incarnation: u8,
    /// The try that was accepted.
    pub(super) accepted_try: u8,
    verdict: u8,
}

impl Cell {
    pub(super) const NEVER: u32 = u32::MAX;

    pub(super) const VERIFIED: u16 = 1;
    pub(super) const GENUINE: u16 = 2;
    pub(super) const FORGED: u16 = 4;
    /// Delivered and not taken back.
    pub(super) const DELIVERED: u16 = 8;
    pub(super) const FINAL: u16 = 16;
    /// What it says was revoked here.
    pub(super) const REVOKED: u16 = 32;
    /// Its delivery broke the attester's order, or came before its cause.
    pub(super) const OVERTOOK: u16 = 64;
    pub(super) const UNCAUSED: u16 = 128;
    pub(super) const FORGERY_ACCEPTED: u16 = 256;
    /// The validator restarted between two deliveries.
    pub(super) const REBORN: u16 = 512;

    const BLANK: Self = Self {
        received: Self::NEVER,
        verified: Self::NEVER,
        delivered: Self::NEVER,
        position: Self::NEVER,
        tries: 0,
        marks: 0,
        incarnation: 0,
        accepted_try: 0,
        verdict: 0,
    };

    pub(super) const fn is(&self, mark: u16) -> bool {
        self.marks & mark != 0
    }

    /// Sets a mark; true if it was not set.
    pub(super) const fn mark(&mut self, mark: u16) -> bool {
        let is_new = self.marks & mark == 0;
        self.marks |= mark;
        is_new
    }

    /// Clears a mark; true if it was set.
    pub(super) const fn unmark(&mut self, mark: u16) -> bool {
        let was_set = self.marks & mark != 0;
        self.marks &= !mark;
        was_set
    }

    /// What the validator's registry says, if it has said something.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        usize::from(self.verdict).checked_sub(1).map(|place| Verdict::ALL[place])
    }

    pub(super) fn set_verdict(&mut self, verdict: Option<Verdict>) {
        self.verdict = verdict.map_or(0, |verdict| verdict as u8 + 1);
    }

    pub(super) const fn is_accepted(&self) -> bool {
        self.verdict == Verdict::Accepted as u8 + 1
    }
}

/// The operations that are not settled, from the oldest on.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    records: Vec<Record>,
    cells: Vec<Cell>,
    validators: usize,
    front: u32,
    len: u32,
}

/// Where an operation's number leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// To this slot.
    Slot(usize),
    /// To nothing: it is settled already.
    Settled,
    /// To nothing: no load plan counts so far.
    Beyond,
}

/// What the records of operations in flight may take in all.
const MOST_BYTES: usize = 1 << 30;

impl Ledger {
    pub(super) fn new(validators: usize) -> Self {
        let mut ledger =
            Self { records: Vec::new(), cells: Vec::new(), validators, front: 0, len: 0 };
        ledger.resize(64);
        ledger
    }

    /// Operations that fit at most.
    pub(super) fn most(&self) -> usize {
        let each = size_of::<Record>() + self.validators * size_of::<Cell>();
        1 << (MOST_BYTES / each).max(64).ilog2()
    }

    pub(super) const fn front(&self) -> u32 {
        self.front
    }

    pub(super) const fn end(&self) -> u32 {
        self.front + self.len
    }

    pub(super) const fn is_full(&self, operation: u32, most: usize) -> bool {
        operation.saturating_sub(self.front) as usize >= most
    }

    /// The slot of a live operation.
    pub(super) fn find(&self, operation: u32) -> Place {
        match operation.checked_sub(self.front) {
            None => Place::Settled,
            Some(ahead) if ahead < self.len => Place::Slot(self.slot(operation)),
            Some(_) => Place::Beyond,
        }
    }

    /// Makes room up to an operation; those between are blank. There must be room.
    pub(super) fn extend_to(&mut self, operation: u32, now: VirtualTime) {
        while self.end() <= operation {
            if self.len as usize == self.records.len() {
                self.resize(self.records.len() * 2);
            }
            let slot = self.slot(self.end());
            self.records[slot] = Record { last_touch: now, intended: now, ..Record::BLANK };
            self.cells_mut(slot).fill(Cell::BLANK);
            self.len += 1;
        }
    }

    /// Forgets the oldest operation.
    pub(super) fn pop_front(&mut self) {
        self.front += 1;
        self.len -= 1;
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn slot(&self, operation: u32) -> usize {
        operation as usize & (self.records.len() - 1)
    }

    pub(super) fn record(&self, slot: usize) -> &Record {
        &self.records[slot]
    }

    pub(super) fn record_mut(&mut self, slot: usize) -> &mut Record {
        &mut self.records[slot]
    }

    /// The record of a live operation.
    pub(super) fn live(&mut self, operation: u32) -> Option<&mut Record> {
        match self.find(operation) {
            Place::Slot(slot) => Some(&mut self.records[slot]),
            Place::Settled | Place::Beyond => None,
        }
    }

    pub(super) fn cells(&self, slot: usize) -> &[Cell] {
        &self.cells[slot * self.validators..(slot + 1) * self.validators]
    }

    pub(super) fn cells_mut(&mut self, slot: usize) -> &mut [Cell] {
        &mut self.cells[slot * self.validators..(slot + 1) * self.validators]
    }

    /// An operation and what one validator knows of it.
    pub(super) fn both(&mut self, slot: usize, validator: usize) -> (&mut Record, &mut Cell) {
        (&mut self.records[slot], &mut self.cells[slot * self.validators + validator])
    }

    /// An operation and what every validator knows of it.
    pub(super) fn row_mut(&mut self, slot: usize) -> (&mut Record, &[Cell]) {
        let cells = &self.cells[slot * self.validators..(slot + 1) * self.validators];
        (&mut self.records[slot], cells)
    }

    fn resize(&mut self, capacity: usize) {
        let mut records = vec![Record::BLANK; capacity];
        let mut cells = vec![Cell::BLANK; capacity * self.validators];
        for operation in self.front..self.end() {
            let (from, to) = (self.slot(operation), operation as usize & (capacity - 1));
            records[to] = self.records[from].clone();
            let to = to * self.validators..(to + 1) * self.validators;
            cells[to].copy_from_slice(self.cells(from));
        }
        (self.records, self.cells) = (records, cells);
    }
}

/// The span between an instant that has come and another that may not have.
pub(super) fn span(from: VirtualTime, to: VirtualTime) -> Option<Span> {
    (to != NEVER).then(|| to.since(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_stay_where_they_are_while_the_ring_grows_and_turns() {
        let mut ledger = Ledger::new(3);
        for operation in 0..10_000_u32 {
            ledger.extend_to(operation, VirtualTime::ZERO);
            let slot = ledger.slot(operation);
            ledger.record_mut(slot).sequence = operation;
            ledger.cells_mut(slot)[2].received = operation;
            if operation % 3 != 0 {
                let slot = ledger.slot(ledger.front());
                assert_eq!(ledger.record(slot).sequence, ledger.front());
                assert_eq!(ledger.cells(slot)[2].received, ledger.front());
                ledger.pop_front();
            }
        }
        assert_eq!(ledger.find(0), Place::Settled);
        assert_eq!(ledger.find(10_000), Place::Beyond);
    }

    const _: () = assert!(size_of::<Cell>() == 24, "a cell stays small");
    const _: () = assert!(size_of::<Record>() <= 320, "a record stays small");
}
