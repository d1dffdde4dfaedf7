//! Changes that never returned: each may happen once at any time after its call, or never. Those
//! with one effect are alike, but for their calls: who takes the first to be called loses nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::{Effect, Step};

/// Kinds of changes that may happen or not.
#[derive(Clone, Debug)]
pub(super) struct Maybes {
    /// By effect, with the times of the calls.
    kinds: Vec<(Effect, Vec<i64>)>,
    /// How many happened of each.
    spent: Vec<u32>,
    /// Kinds of which some happened.
    begun: BTreeSet<u32>,
    /// Kinds that swap, by what they set.
    swaps: BTreeMap<u32, Vec<usize>>,
    /// What they need.
    sources: BTreeSet<u32>,
}

impl Maybes {
    pub(super) fn new(steps: &[Step]) -> Self {
        let mut kinds: BTreeMap<Effect, Vec<i64>> = BTreeMap::new();
        for step in steps {
            kinds.entry(step.effect).or_default().push(step.called);
        }
        kinds.values_mut().for_each(|called| called.sort_unstable());
        let kinds: Vec<_> = kinds.into_iter().collect();
        let (mut swaps, mut sources) = (BTreeMap::new(), BTreeSet::new());
        for (kind, (effect, _)) in kinds.iter().enumerate() {
            if let Effect::Swap(from, to) = effect {
                swaps.entry(*to).or_insert_with(Vec::new).push(kind);
                sources.insert(*from);
            }
        }
        Self { spent: vec![0; kinds.len()], begun: BTreeSet::new(), kinds, swaps, sources }
    }

    /// How many kinds there are.
    pub(super) const fn count(&self) -> usize {
        self.kinds.len()
    }

    pub(super) fn effect(&self, kind: usize) -> Effect {
        self.kinds[kind].0
    }

    /// The kind with this effect.
    pub(super) fn find(&self, effect: Effect) -> Option<usize> {
        self.kinds.binary_search_by_key(&effect, |(effect, _)| *effect).ok()
    }

    /// When the next of a kind was called; `None` if there is none, or after `deadline` only.
    pub(super) fn next(&self, kind: usize, deadline: i64) -> Option<i64> {
        let called = *self.kinds[kind].1.get(self.spent[kind] as usize)?;
        (called <= deadline).then_some(called)
    }

    /// What those that may swap to `value` by `deadline` need the register to be.
    pub(super) fn sources(&self, value: u32, deadline: i64) -> impl Iterator<Item = u32> {
        let kinds = self.swaps.get(&value).map_or(&[][..], Vec::as_slice);
        let left = kinds.iter().filter(move |kind| self.next(**kind, deadline).is_some());
        left.filter_map(|kind| self.effect(*kind).needed())
    }

    /// Whether some of them need this value.
    pub(super) fn is_source(&self, value: u32) -> bool {
        self.sources.contains(&value)
    }

    pub(super) fn take(&mut self, kind: usize) {
        self.spent[kind] += 1;
        self.begun.insert(kind as u32);
    }

    pub(super) fn put_back(&mut self, kind: usize) {
        self.spent[kind] -= 1;
        if self.spent[kind] == 0 {
            self.begun.remove(&(kind as u32));
        }
    }

    /// Kinds of which some happened, and how many.
    pub(super) fn spent(&self) -> impl Iterator<Item = (u32, u32)> {
        self.begun.iter().map(|kind| (*kind, self.spent[*kind as usize]))
    }
}
