//! What a validator's registry did, in order, for indexers; kept only where there are any.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Face, Validator};
use crate::actors::Packet;
use crate::actors::rows::{Page, Place, Row, RowChange};
use crate::attestation::{Id, Signed};
use crate::kernel::{LocalTime, ProcessId, Span, VirtualTime};
use crate::network::{Desk, Fortune};

/// Rows that an answer has at most, as The Graph's queries have.
const PAGE: usize = 1_000;

/// The changes of the last while.
#[derive(Debug)]
pub(super) struct Journal {
    rows: VecDeque<Row>,
    /// The place of the first row that is left.
    first: Place,
    retention: Span,
}

impl Journal {
    pub(super) fn new(retention: Span) -> Self {
        Self { rows: VecDeque::new(), first: Place::default(), retention }
    }

    fn enter(&mut self, row: Row) {
        while self.rows.front().is_some_and(|old| row.at.since(old.at) > self.retention) {
            self.rows.pop_front();
            self.first.next += 1;
        }
        self.rows.push_back(row);
    }

    /// What a reader that stands at `place` has to read next. Who stands in another journal, or
    /// before what is left, begins with the first row.
    fn page(&self, place: Place) -> Page {
        let end = self.first.next + self.rows.len() as u32;
        let is_here = place.epoch == self.first.epoch && place.next <= end;
        let next = if is_here { place.next.max(self.first.next) } else { self.first.next };
        let skipped = (next - self.first.next) as usize;
        let rows: Vec<Row> = self.rows.iter().skip(skipped).take(PAGE).copied().collect();
        let has_more = next + (rows.len() as u32) < end;
        Page { place: Place { epoch: self.first.epoch, next }, rows, has_more }
    }

    /// Another journal begins.
    fn forget(&mut self) {
        self.rows.clear();
        self.first = Place { epoch: self.first.epoch.wrapping_add(1), next: 0 };
    }
}

impl Validator {
    /// What it refers to in the registry, where that is logged.
    pub(super) fn logged_target(&self, signed: &Signed) -> Option<Id> {
        self.journal.as_ref().and_then(|_| self.registry.target(signed))
    }

    /// The registry took it in.
    pub(super) fn log_made(&mut self, signed: &Signed, instants: (VirtualTime, LocalTime)) {
        let target = self.logged_target(signed);
        if let Some(journal) = &mut self.journal {
            journal.enter(Row::of((signed, target), instants));
        }
    }

    /// The registry gave it up again, and with it what it did to `target`.
    pub(super) fn log_undone(
        &mut self,
        undone: (&Signed, Option<Id>),
        instants: (VirtualTime, LocalTime),
    ) {
        if let Some(journal) = &mut self.journal {
            let change = RowChange::Undone(undone.1);
            journal.enter(Row { change, ..Row::of(undone, instants) });
        }
    }

    /// Its registry is what it was so long before; readers of its journal are told.
    pub(super) fn take_snapshot(&mut self, age: Span, desk: &Desk<'_, Packet>) {
        let instants = (desk.now(), desk.local_now());
        for (signed, target) in self.registry.roll_back(desk.now().before(age)) {
            self.log_undone((&signed, target), instants);
        }
    }

    /// Its state was lost.
    pub(super) fn lose_journal(&mut self) {
        if let Some(journal) = &mut self.journal {
            journal.forget();
        }
    }

    pub(super) fn turn_page(
        &mut self,
        reader: ProcessId,
        place: Place,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(journal) = &self.journal else { return };
        let page = Packet::Page(Arc::new(journal.page(place)));
        self.say(Face::First, (reader, page), Fortune::Protocol, desk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attestation::{AttesterId, Operation, Storage};

    fn row(number: u32) -> Row {
        Row {
            operation: Operation(number),
            id: Id::LEAST,
            attester: AttesterId(0),
            change: RowChange::Made,
            storage: Storage::Registry,
            expires_at: None,
            at: VirtualTime::ZERO + Span::from_millis(number.into()),
            drift: 0,
        }
    }

    /// The first place, the numbers of first and last row, and whether there are more.
    fn read(journal: &Journal, epoch: u16, next: u32) -> (u32, Option<(u32, u32)>, bool) {
        let page = journal.page(Place { epoch, next });
        let ends = page.rows.first().zip(page.rows.last());
        let ends = ends.map(|(first, last)| (first.operation.0, last.operation.0));
        (page.place.next, ends, page.has_more)
    }

    #[test]
    fn a_reader_goes_on_where_it_stands() {
        let mut journal = Journal::new(Span::from_secs(2));
        assert_eq!(read(&journal, 0, 0), (0, None, false));
        (0..1_500).for_each(|number| journal.enter(row(number)));
        assert_eq!(read(&journal, 0, 0), (0, Some((0, 999)), true));
        assert_eq!(read(&journal, 0, 1_000), (1_000, Some((1_000, 1_499)), false));
        assert_eq!(read(&journal, 0, 1_500), (1_500, None, false));
    }

    #[test]
    fn what_is_forgotten_is_skipped_and_another_journal_is_read_from_its_beginning() {
        let mut journal = Journal::new(Span::from_millis(100));
        (0..300).for_each(|number| journal.enter(row(number)));
        assert_eq!(read(&journal, 0, 10), (199, Some((199, 299)), false));
        journal.forget();
        journal.enter(row(900));
        assert_eq!(read(&journal, 0, 250), (0, Some((900, 900)), false));
        assert_eq!(journal.page(Place { epoch: 0, next: 250 }).place.epoch, 1);
    }
}
