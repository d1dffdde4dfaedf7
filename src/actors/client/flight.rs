//! What a client has under way.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::actors::packet::Planned;
use crate::attestation::{Operation, Signed, Status};
use crate::kernel::{ProcessId, Span, VirtualTime};

/// One operation under way.
pub(super) struct Flight {
    pub(super) planned: Arc<Planned>,
    pub(super) signed: Option<Arc<Signed>>,
    pub(super) attempt: u8,
    /// When its first try left.
    pub(super) sent: Option<VirtualTime>,
    /// Waiting for the next try.
    pub(super) pausing: bool,
    /// How far it is with what has to be done before it is sent.
    pub(super) stage: Stage,
    /// Validators that said it is in.
    pub(super) accepted: Tally,
    /// Validators that refused this try, and whether one of them did for good.
    pub(super) refused: Tally,
    /// How many of those refused for good.
    pub(super) refused_for_good: u32,
    /// Answers to a question, by what they said, and who gave them.
    pub(super) answers: BTreeMap<Status, u32>,
    pub(super) answered_by: Tally,
    /// Its user has seen that it is in, whatever became of the answer.
    pub(super) is_seen: bool,
}

/// What has been done before an operation is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing.
    Begun,
    /// Its data is being stored.
    Storing,
    /// Everything.
    Ready,
}

impl Flight {
    /// An operation before its first try.
    pub(super) fn new(planned: Arc<Planned>, signed: Option<Arc<Signed>>) -> Self {
        Self {
            planned,
            signed,
            attempt: 0,
            sent: None,
            pausing: false,
            stage: Stage::Begun,
            accepted: Tally::default(),
            refused: Tally::default(),
            refused_for_good: 0,
            answers: BTreeMap::new(),
            answered_by: Tally::default(),
            is_seen: false,
        }
    }
}

/// All operations under way, by number, which is by intended send. Boxed: a node of the map has
/// room for eleven, and most clients have one.
#[derive(Default)]
pub(super) struct Flights(BTreeMap<Operation, Box<Flight>>);

impl Flights {
    pub(super) fn insert(&mut self, flight: Flight) {
        self.0.insert(flight.planned.operation, Box::new(flight));
    }

    pub(super) fn get(&self, operation: Operation) -> Option<&Flight> {
        self.0.get(&operation).map(Box::as_ref)
    }

    pub(super) fn get_mut(&mut self, operation: Operation) -> Option<&mut Flight> {
        self.0.get_mut(&operation).map(Box::as_mut)
    }

    pub(super) fn remove(&mut self, operation: Operation) -> Option<Flight> {
        self.0.remove(&operation).map(|flight| *flight)
    }

    pub(super) fn operations(&self) -> Vec<Operation> {
        self.0.keys().copied().collect()
    }

    /// Takes out the first if it was to be sent more than `patience` ago.
    pub(super) fn take_outdated(&mut self, now: VirtualTime, patience: Span) -> Option<Flight> {
        let first = self.0.first_entry()?;
        (now.since(first.get().planned.intended) > patience).then(|| *first.remove())
    }
}

/// Validators that have spoken.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// The first 64, at hand.
    first: u64,
    others: Vec<u64>,
}

impl Tally {
    /// Adds one; true if it is new.
    pub(super) fn add(&mut self, validator: ProcessId) -> bool {
        let (word, bit) = (validator.index() / 64, 1 << (validator.index() % 64));
        if self.others.len() < word {
            self.others.resize(word, 0);
        }
        let word = word.checked_sub(1).map_or(&mut self.first, |place| &mut self.others[place]);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    pub(super) fn count(&self) -> u32 {
        self.first.count_ones() + self.others.iter().map(|word| word.count_ones()).sum::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::packet::Before;
    use crate::trace::Kind;

    #[test]
    fn a_validator_counts_once_whatever_its_number() {
        let mut tally = Tally::default();
        let new = [0, 63, 64, 0, 64, 200, 63, 128].map(|number| tally.add(ProcessId(number)));
        assert_eq!(new, [true, true, true, false, false, true, false, true]);
        assert_eq!(tally.count(), 5);
    }

    #[test]
    fn what_was_never_answered_is_forgotten_in_the_end() {
        let at = |seconds| VirtualTime::ZERO + Span::from_secs(seconds);
        let mut flights = Flights::default();
        for number in 0..2_000 {
            let now = at(number);
            while flights.take_outdated(now, Span::from_secs(300)).is_some() {}
            let planned = Planned {
                kind: Kind::Attest,
                operation: Operation(number as u32),
                intended: now,
                attestation: None,
                id: None,
                question: None,
                forgery: None,
                user: None,
                party: None,
                before: Before::default(),
            };
            flights.insert(Flight::new(Arc::new(planned), None));
            assert!(flights.0.len() <= 301, "{} under way", flights.0.len());
        }
        assert!(flights.get(Operation(1_700)).is_some() && flights.get(Operation(1_600)).is_none());
    }
}
