//! Sets of events, and how often each happened.

use super::{Base, Event};
use crate::measure::distribution::{Measured, Statistic};
use crate::measure::setting::phases_of;

/// A set of events that befell one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Events(u64);

impl Events {
    pub(in crate::measure) const EMPTY: Self = Self(0);

    /// Adds an event.
    pub const fn add(&mut self, event: Event) {
        self.0 |= 1 << event as u8;
    }

    /// Adds an event if something holds.
    pub const fn add_if(&mut self, event: Event, holds: bool) {
        self.0 |= (holds as u64) << event as u8;
    }

    pub(in crate::measure) const fn remove(&mut self, event: Event) {
        self.0 &= !(1 << event as u8);
    }

    /// Whether an event is in.
    pub const fn has(self, event: Event) -> bool {
        self.0 >> event as u8 & 1 == 1
    }

    /// The events, in order.
    pub fn iter(self) -> impl Iterator<Item = Event> {
        phases_of(self.0).map(|bit| Event::ALL[bit])
    }
}

/// How much of everything was due, and how often each event happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Everything but questions.
    pub statements: u64,
    /// Questions.
    pub questions: u64,
    /// First copies that arrived at validators.
    pub arrivals: u64,
    /// Pairs of neighbouring operations that two validators delivered.
    pub pairs: u64,
    /// Pairs of neighbouring operations that all validators received in one order.
    pub bound_pairs: u64,
    happened: [u64; Event::COUNT],
}

impl Default for Counts {
    fn default() -> Self {
        let happened = [0; Event::COUNT];
        Self { statements: 0, questions: 0, arrivals: 0, pairs: 0, bound_pairs: 0, happened }
    }
}

impl Counts {
    /// Statements and questions due.
    pub const fn operations(&self) -> u64 {
        self.statements + self.questions
    }

    /// What an event is counted against.
    pub const fn due(&self, event: Event) -> u64 {
        match event.base() {
            Base::Statements => self.statements,
            Base::Questions => self.questions,
            Base::Operations => self.operations(),
            Base::Arrivals => self.arrivals,
            Base::Pairs => self.pairs,
            Base::BoundPairs => self.bound_pairs,
            Base::Relied => self.count(Event::Relied),
            Base::Needed => self.count(Event::Needed),
            Base::Promised => self.count(Event::Promised),
            Base::Uses => self.count(Event::Use),
            Base::Workflows => self.count(Event::Workflow),
        }
    }

    /// How often an event happened.
    pub const fn count(&self, event: Event) -> u64 {
        self.happened[event as usize]
    }

    /// Count, share and rate of an event; nothing else makes sense of it.
    pub fn measure(&self, event: Event, statistic: Statistic) -> Measured {
        let (count, due) = (self.count(event) as f64, self.due(event) as f64);
        match statistic {
            _ if due == 0.0 => Measured::NoData,
            Statistic::Count => Measured::Value(count),
            Statistic::Share => Measured::Value(count / due),
            Statistic::Per10k => Measured::Value(count / due * 10_000.0),
            Statistic::Percentile(_)
            | Statistic::Max
            | Statistic::Min
            | Statistic::Mean
            | Statistic::Longest => Measured::NoData,
        }
    }

    pub(in crate::measure) const fn add(&mut self, event: Event, times: u64) {
        self.happened[event as usize] += times;
    }

    pub(in crate::measure) fn add_all(&mut self, events: Events) {
        events.iter().for_each(|event| self.add(event, 1));
    }

    pub(in crate::measure) fn merge(&mut self, other: &Self) {
        self.statements += other.statements;
        self.questions += other.questions;
        self.arrivals += other.arrivals;
        self.pairs += other.pairs;
        self.bound_pairs += other.bound_pairs;
        self.happened.iter_mut().zip(other.happened).for_each(|(sum, part)| *sum += part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_added() {
        let mut events = Events::default();
        events.add(Event::Lost);
        events.add_if(Event::Orphans, true);
        events.add_if(Event::Waited, false);
        assert_eq!(events.iter().collect::<Vec<_>>(), [Event::Orphans, Event::Lost]);
    }
}
