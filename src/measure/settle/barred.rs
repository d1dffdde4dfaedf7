//! What cannot come through any more.

use std::collections::BTreeSet;

/// Operations that were not applied: what refers to them cannot be either.
#[derive(Debug, Default)]
pub(in crate::measure) struct Barred(BTreeSet<u32>);

impl Barred {
    /// Nothing refers to operations so far back.
    const MOST: usize = 1 << 16;

    pub(super) fn has(&self, operation: u32) -> bool {
        self.0.contains(&operation)
    }

    pub(super) fn insert(&mut self, operation: u32) {
        self.0.insert(operation);
        if self.0.len() > Self::MOST {
            self.0.pop_first();
        }
    }
}
