//! Ids delivered so long ago that no more than eight bytes of each are known.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::attestation::Id;
use crate::kernel::{LocalTime, Span};
use crate::ordering::Journal;

/// Generations that one window spans.
const GENERATIONS: u64 = 10;

/// Ids of one window, by generation.
pub(super) struct Faded {
    generation: Span,
    open: BTreeSet<u64>,
    kept: Kept,
}

/// How it survives a crash. Cloning costs the same however many ids there are.
#[derive(Clone)]
pub struct Kept {
    closed: Arc<VecDeque<Arc<BTreeSet<u64>>>>,
    opened: LocalTime,
    since: Journal<(), u64>,
}

impl Faded {
    pub(super) fn new(window: Span) -> Self {
        Self {
            generation: Span::from_nanos((window.as_nanos() / GENERATIONS).max(1)),
            open: BTreeSet::new(),
            kept: Kept {
                closed: Arc::default(),
                opened: LocalTime(i64::MIN),
                since: Journal::new((), 0),
            },
        }
    }

    pub(super) fn insert(&mut self, now: LocalTime, id: &Id) {
        if now.since(self.kept.opened) > self.generation {
            self.close(now);
        }
        self.open.insert(short(id));
        self.kept.since.append(short(id));
    }

    pub(super) fn contains(&self, id: &Id) -> bool {
        let short = short(id);
        self.open.contains(&short) || self.kept.closed.iter().any(|ids| ids.contains(&short))
    }

    pub(super) fn durable(&self) -> Kept {
        self.kept.clone()
    }

    pub(super) fn restore(&mut self, kept: Kept) {
        self.open = kept.since.contents().1.into_iter().copied().collect();
        self.kept = kept;
    }

    fn close(&mut self, now: LocalTime) {
        let closed = Arc::make_mut(&mut self.kept.closed);
        closed.push_back(Arc::new(std::mem::take(&mut self.open)));
        if closed.len() as u64 > GENERATIONS {
            closed.pop_front();
        }
        self.kept.opened = now;
        self.kept.since = Journal::new((), 0);
    }
}

fn short(id: &Id) -> u64 {
    id.as_bytes().first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_for_a_window_and_not_for_two() {
        let id = |number: u64| Id::of(&number);
        let mut faded = Faded::new(Span::from_secs(10));
        for second in 0..30 {
            faded.insert(LocalTime(second * 1_100_000_000), &id(second as u64));
        }
        let mut restored = Faded::new(Span::from_secs(10));
        restored.restore(faded.durable());
        for faded in [faded, restored] {
            assert!((20..30).all(|number| faded.contains(&id(number))), "of one window");
            assert!((0..10).all(|number| !faded.contains(&id(number))), "of long ago");
        }
    }
}
