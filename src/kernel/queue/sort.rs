//! Puts the events of one bucket in order: a counting pass to about one event a slot, then an
//! insertion pass by the full key.

use std::cmp::Reverse;

use super::rung::Stretch;
use crate::kernel::Event;

/// Slots of the counting pass, at most.
const SLOTS: usize = 1024;

/// So few events are inserted one by one.
const FEW: usize = 8;

/// So many sooner events are passed one by one.
const STEPS: usize = 16;

/// With more events than this in one slot, as ties have it, keys are compared instead.
const CROWDED: u16 = 16;

/// Sorts buckets; keeps its tables between calls.
pub(super) struct Sorter {
    heads: Box<[u16; SLOTS]>,
    places: Vec<u16>,
}

impl Sorter {
    pub(super) fn new() -> Self {
        Self { heads: Box::new([0; SLOTS]), places: Vec::new() }
    }

    /// Puts the events of a stretch in order, latest first.
    pub(super) fn sort<M>(&mut self, events: &mut [Event<M>], stretch: Stretch) {
        let ties = |events: &[Event<M>]| match events {
            [first, .., last] => first.key.time == last.key.time,
            _ => true,
        };
        if events.len() > SLOTS || ties(events) {
            return compare(events);
        }
        if events.len() > FEW {
            if self.count(events, stretch) > CROWDED {
                return compare(events);
            }
            self.permute(events);
        }
        insert(events);
    }

    /// Finds the place of every event by its slot; returns how many the fullest slot holds.
    fn count<M>(&mut self, events: &[Event<M>], stretch: Stretch) -> u16 {
        let slots = events.len().next_power_of_two();
        let width = u64::BITS - (stretch.until - stretch.start).leading_zeros();
        let shift = width.saturating_sub(slots.ilog2());
        let slot = |event: &Event<M>| ((stretch.until - event.key.time.as_nanos()) >> shift) as u16;
        self.heads[..slots].fill(0);
        self.places.clear();
        self.places.extend(events.iter().map(slot));
        for &slot in &self.places {
            self.heads[usize::from(slot) % SLOTS] += 1;
        }
        let (mut head, mut fullest) = (0, 0);
        for count in &mut self.heads[..slots] {
            fullest = fullest.max(*count);
            head += *count;
            *count = head - *count;
        }
        for place in &mut self.places {
            let head = &mut self.heads[usize::from(*place) % SLOTS];
            *place = *head;
            *head += 1;
        }
        fullest
    }

    /// Moves every event to its place, cycle by cycle.
    fn permute<M>(&mut self, events: &mut [Event<M>]) {
        let places = &mut self.places[..];
        for at in 0..events.len() {
            let mut place = places[at];
            while usize::from(place) != at {
                let other = usize::from(place);
                events.swap(at, other);
                place = places[other];
                places[other] = other as u16;
            }
        }
    }
}

/// Adds an event to those in order, latest first; returns how many it passed.
pub(super) fn place<M>(events: &mut Vec<Event<M>>, event: Event<M>) -> usize {
    let (rank, length) = (event.key.rank(), events.len());
    let distant = length.saturating_sub(STEPS);
    if distant == 0 || events[distant].key.rank() > rank {
        // Step by step: for a few events this beats a search and a block move.
        events.push(event);
        return length - sink(events, length);
    }
    let at = events[..distant].partition_point(|other| other.key.rank() > rank);
    events.insert(at, event);
    length - at
}

fn compare<M>(events: &mut [Event<M>]) {
    events.sort_unstable_by_key(|event| Reverse(event.key.rank()));
}

fn insert<M>(events: &mut [Event<M>]) {
    for next in 1..events.len() {
        sink(events, next);
    }
}

/// Moves one event ahead of those that happen sooner than it; returns where it ends.
#[inline]
fn sink<M>(events: &mut [Event<M>], mut at: usize) -> usize {
    let rank = events[at].key.rank();
    while at > 0 && events[at - 1].key.rank() < rank {
        events.swap(at - 1, at);
        at -= 1;
    }
    at
}
