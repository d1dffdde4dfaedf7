//! What was ordered lately: which tries are duplicates, and bodies for whoever lacks them.
//!
//! **Invariant:** what is a duplicate follows from the sequence of tries alone. No clock has a
//! say in it, so validators with the same sequence agree on it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Try;
use crate::attestation::{Id, IdMap, Signed};

/// The last so many attestations ordered.
#[derive(Clone, Debug)]
pub(super) struct Ordered {
    most: usize,
    seen: IdMap<Seen>,
    order: VecDeque<(u64, Id)>,
    places: u64,
}

#[derive(Clone, Debug)]
struct Seen {
    signed: Arc<Signed>,
    /// The highest attempt so far,
    attempt: u8,
    /// and its place in the sequence of all.
    place: u64,
}

impl Ordered {
    /// Remembers so many.
    pub(super) fn new(most: usize) -> Self {
        Self { most, seen: IdMap::default(), order: VecDeque::new(), places: 0 }
    }

    /// Whether this try, or a later one of the same, was ordered lately.
    pub(super) fn has(&self, name: Try) -> bool {
        self.seen.find(&name.id).is_some_and(|seen| seen.attempt >= name.attempt)
    }

    /// The body of what was ordered lately.
    pub(super) fn body(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.seen.find(id).map(|seen| &seen.signed)
    }

    /// How many are remembered.
    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    /// The try is next in the sequence. Whether it is to be delivered: neither it nor a later one
    /// has been.
    pub(super) fn add(&mut self, name: Try, signed: &Arc<Signed>) -> bool {
        let Try { id, attempt } = name;
        self.places += 1;
        let place = self.places;
        let mut is_new = false;
        let seen = self.seen.find_or_insert_with(id, || {
            is_new = true;
            Seen { signed: signed.clone(), attempt, place }
        });
        if !is_new && seen.attempt >= attempt {
            return false;
        }
        (seen.attempt, seen.place) = (attempt, place);
        self.order.push_back((place, id));
        true
    }

    /// Forgets the oldest of too many; to be called after every block, never within one.
    pub(super) fn forget(&mut self) {
        while self.order.len() > self.most {
            let Some((place, id)) = self.order.pop_front() else { return };
            if self.seen.find(&id).is_some_and(|seen| seen.place == place) {
                self.seen.remove(&id);
            }
        }
    }
}
