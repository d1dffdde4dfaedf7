//! Puts the events of one bucket in order: a counting pass over words of time and position to about
//! one a slot, an insertion pass over the words, and then every event moves once.

use std::cmp::Reverse;
use std::mem;

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

/// Bits of a word that say which event it stands for; those above say how long before the end of
/// the stretch it happens.
const POSITION: u32 = SLOTS.ilog2();

/// Sorts buckets; keeps its tables between calls.
pub(super) struct Sorter {
    heads: Box<[u16; SLOTS]>,
    words: Box<[u64; SLOTS]>,
}

impl Sorter {
    pub(super) fn new() -> Self {
        Self { heads: Box::new([0; SLOTS]), words: Box::new([0; SLOTS]) }
    }

    /// Moves the events of a stretch from a pile to the empty `open`, in order, latest first.
    pub(super) fn sort<M: Default>(
        &mut self,
        pile: &mut Vec<Event<M>>,
        open: &mut Vec<Event<M>>,
        stretch: Stretch,
    ) {
        let width = u64::BITS - (stretch.until - stretch.start).leading_zeros();
        let is_plain = pile.len() <= SLOTS && width <= u64::BITS - POSITION && !may_tie(pile);
        if pile.len() <= FEW {
            open.append(pile);
            insert(open);
        } else if is_plain && self.count(pile, stretch, width) <= CROWDED {
            insert_words(&mut self.words[..pile.len()]);
            if self.gather(pile, open) {
                insert(open);
            }
        } else {
            // A burst may be long: there is no second copy of it.
            match pile.len() > SLOTS {
                true => *open = mem::take(pile),
                false => open.append(pile),
            }
            open.sort_unstable_by_key(|event| Reverse(event.key.rank()));
        }
    }

    /// Fills the words, by slots; returns how many the fullest slot holds.
    fn count<M>(&mut self, pile: &[Event<M>], stretch: Stretch, width: u32) -> u16 {
        let slots = pile.len().next_power_of_two();
        let shift = width.saturating_sub(slots.ilog2());
        let ahead = |event: &Event<M>| stretch.until - event.key.time.as_nanos();
        self.heads[..slots].fill(0);
        for event in pile {
            self.heads[(ahead(event) >> shift) as usize % SLOTS] += 1;
        }
        let (mut head, mut fullest) = (0, 0);
        for count in &mut self.heads[..slots] {
            fullest = fullest.max(*count);
            head += *count;
            *count = head - *count;
        }
        for (at, event) in (0..).zip(pile) {
            let ahead = ahead(event);
            let head = &mut self.heads[(ahead >> shift) as usize % SLOTS];
            self.words[usize::from(*head) % SLOTS] = ahead << POSITION | at;
            *head += 1;
        }
        fullest
    }

    /// Moves every event to its place; returns whether some happen at one instant.
    fn gather<M: Default>(&self, pile: &mut Vec<Event<M>>, open: &mut Vec<Event<M>>) -> bool {
        let (mut before, mut is_tied) = (u64::MAX, false);
        open.extend(self.words[..pile.len()].iter().map(|word| {
            is_tied |= (word ^ before) >> POSITION == 0;
            before = *word;
            let Event { key, destination, message } = &mut pile[*word as usize % SLOTS];
            Event { key: *key, destination: *destination, message: mem::take(message) }
        }));
        pile.clear();
        is_tied
    }
}

/// Whether all may happen at one instant, as a burst does.
fn may_tie<M>(pile: &[Event<M>]) -> bool {
    match pile {
        [first, .., last] => first.key.time == last.key.time,
        _ => true,
    }
}

fn insert_words(words: &mut [u64]) {
    for next in 1..words.len() {
        let (word, mut at) = (words[next], next);
        while at > 0 && words[at - 1] > word {
            words[at] = words[at - 1];
            at -= 1;
        }
        words[at] = word;
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
