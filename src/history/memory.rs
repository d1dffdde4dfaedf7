//! Where a search has been: what was done, what the register held, and what was spent.

use std::collections::BTreeMap;

/// Operations done, as bits. All below the first that is not done are left out of a key.
#[derive(Clone, Debug)]
pub(super) struct Done(Vec<u64>);

impl Done {
    pub(super) fn new(steps: usize) -> Self {
        Self(vec![0; steps.div_ceil(64)])
    }

    pub(super) fn flip(&mut self, step: usize) {
        self.0[step / 64] ^= 1 << (step % 64);
    }

    pub(super) fn has(&self, step: usize) -> bool {
        self.0[step / 64] >> (step % 64) & 1 == 1
    }

    /// The first that is not done, or one past the last.
    pub(super) fn first_open(&self) -> usize {
        let word = self.0.iter().position(|word| *word != u64::MAX).unwrap_or(self.0.len());
        word * 64 + self.0.get(word).map_or(0, |bits| bits.trailing_ones() as usize)
    }

    fn key(&self, state: u32) -> Key {
        let first = self.first_open() / 64;
        let last = self.0.iter().rposition(|word| *word != 0).map_or(first, |last| last + 1);
        Key { first, state, words: self.0[first.min(last)..last].into() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    first: usize,
    state: u32,
    words: Box<[u64]>,
}

/// What was seen. Whoever has done the same, holds the same, and has spent no more of what never
/// returned, can do whatever the other can: only the thriftiest are kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(BTreeMap<Key, Vec<Box<[u32]>>>);

impl Memory {
    /// Whether nobody as thrifty was here before.
    pub(super) fn is_news(&mut self, done: &Done, state: u32, spent: &[u32]) -> bool {
        let thrifty = |less: &[u32], more: &[u32]| less.iter().zip(more).all(|(a, b)| a <= b);
        let known = self.0.entry(done.key(state)).or_default();
        if known.iter().any(|known| thrifty(known, spent)) {
            return false;
        }
        known.retain(|known| !thrifty(spent, known));
        known.push(spent.into());
        true
    }
}
