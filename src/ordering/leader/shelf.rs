//! Proposed blocks: those that are here with all their bodies, and those that are not.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Stock;
use crate::attestation::{Id, Signed};
use crate::kernel::LocalTime;
use crate::ordering::ordered::Ordered;
use crate::ordering::payload::Payload;

/// What is proposed: a name and what it orders.
pub(in crate::ordering) trait Proposable {
    fn id(&self) -> Id;
    fn payload(&self) -> &Payload;
}

/// Blocks by name.
pub(in crate::ordering) struct Shelf<B> {
    /// With all their bodies.
    whole: BTreeMap<Id, Arc<B>>,
    /// Some bodies are missing; where the first of them is.
    incomplete: BTreeMap<Id, (Arc<B>, usize)>,
}

impl<B: Proposable> Shelf<B> {
    pub(in crate::ordering) const fn new() -> Self {
        Self { whole: BTreeMap::new(), incomplete: BTreeMap::new() }
    }

    /// Whether that block is here with all its bodies; then so is this copy of it, which another
    /// leader may have made of the same tries.
    pub(in crate::ordering) fn is_whole(&self, block: &B) -> bool {
        let known = self.whole.get(&block.id());
        known.inspect(|known| block.payload().fill_like(known.payload())).is_some()
    }

    /// Whether some block lacks bodies.
    pub(in crate::ordering) fn lacks_bodies(&self) -> bool {
        !self.incomplete.is_empty()
    }

    /// Keeps a proposed block; `from` is asked for bodies that do not come by themselves.
    pub(in crate::ordering) fn keep(
        &mut self,
        now: LocalTime,
        from: u16,
        block: &Arc<B>,
        stock: &mut Stock,
        ordered: &Ordered,
    ) {
        if self.is_whole(block) || self.incomplete.contains_key(&block.id()) {
            return;
        }
        let missing = stock.lacks(block.payload(), ordered);
        if missing.is_empty() {
            self.fill(block, stock, ordered);
        } else {
            self.incomplete.insert(block.id(), (block.clone(), 0));
            stock.chase(now, missing, from);
        }
    }

    /// Keeps a block that came with all its bodies.
    pub(in crate::ordering) fn put(&mut self, block: Arc<B>) {
        self.whole.insert(block.id(), block);
    }

    fn fill(&mut self, block: &Arc<B>, stock: &Stock, ordered: &Ordered) {
        block.payload().fill(|id| stock.body(id, ordered).cloned());
        self.whole.insert(block.id(), block.clone());
    }

    /// The blocks whose last missing body has come.
    pub(in crate::ordering) fn complete(
        &mut self,
        stock: &Stock,
        ordered: &Ordered,
    ) -> Vec<Arc<B>> {
        let mut whole = Vec::new();
        for (block, first) in self.incomplete.values_mut() {
            let rest = &block.payload()[*first..];
            let missing = rest.iter().position(|at| stock.body(&at.id, ordered).is_none());
            *first += missing.unwrap_or(rest.len());
            whole.extend((*first == block.payload().len()).then(|| block.clone()));
        }
        for block in &whole {
            self.incomplete.remove(&block.id());
            self.fill(block, stock, ordered);
        }
        whole
    }

    /// The body of that name, if a whole block has it.
    pub(in crate::ordering) fn body(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.whole.values().find_map(|block| block.payload().body(id))
    }

    /// Forgets all other blocks.
    pub(in crate::ordering) fn retain(&mut self, mut is_wanted: impl FnMut(&B) -> bool) {
        self.whole.retain(|_, block| is_wanted(block));
        self.incomplete.retain(|_, (block, _)| is_wanted(block));
    }
}
