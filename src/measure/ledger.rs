//! The operations that are not settled yet, dense by their numbers.

use super::record::{Cell, Record};
use crate::kernel::VirtualTime;

/// The operations that are not settled, from the oldest on.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    /// A ring of `capacity` places, as far as it was ever needed.
    records: Vec<Record>,
    cells: Vec<Cell>,
    capacity: usize,
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
        let (records, cells) = (Vec::new(), Vec::new());
        Self { records, cells, capacity: 64, validators, front: 0, len: 0 }
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
            if self.len as usize == self.capacity {
                self.double();
            }
            let slot = self.slot(self.end());
            self.reach(slot);
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
        operation as usize & (self.capacity - 1)
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

    /// Makes the ring twice as large. Half of what is in it is where it belongs already.
    fn double(&mut self) {
        for operation in self.front..self.end() {
            let (from, to) = (self.slot(operation), operation as usize & (2 * self.capacity - 1));
            if from == to {
                continue;
            }
            self.reach(to);
            self.records.swap(from, to);
            let cells = from * self.validators..(from + 1) * self.validators;
            self.cells.copy_within(cells, to * self.validators);
        }
        self.capacity *= 2;
    }

    /// Makes sure that a place of the ring is there. Room for places that are not needed yet is
    /// not written to.
    fn reach(&mut self, slot: usize) {
        if self.records.len() <= slot {
            self.records.resize(slot + 1, Record::BLANK);
            self.cells.resize((slot + 1) * self.validators, Cell::BLANK);
        }
    }
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
            ledger.cells_mut(slot)[2].received[0] = operation;
            if operation % 3 != 0 {
                let slot = ledger.slot(ledger.front());
                assert_eq!(ledger.record(slot).sequence, ledger.front());
                assert_eq!(ledger.cells(slot)[2].received[0], ledger.front());
                ledger.pop_front();
            }
        }
        assert_eq!(ledger.find(0), Place::Settled);
        assert_eq!(ledger.find(10_000), Place::Beyond);
    }
}
