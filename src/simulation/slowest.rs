//! The slowest way from an attestation's writing to a validator that has verified it: what a
//! strategy with a bound on delays assumes to be short.

use std::collections::VecDeque;

use crate::kernel::{Recorded, Span, VirtualTime};
use crate::trace::Fact;

/// Operations whose intended send is remembered.
const MOST: usize = 1 << 16;

/// Watches first tries; later ones are late by nature.
#[derive(Debug)]
pub(super) struct Slowest {
    is_wanted: bool,
    /// Number of the first operation remembered, and intended sends from it on.
    first: u32,
    intended: VecDeque<VirtualTime>,
    found: Span,
}

impl Slowest {
    pub(super) const fn new(is_wanted: bool) -> Self {
        Self { is_wanted, first: 0, intended: VecDeque::new(), found: Span::ZERO }
    }

    pub(super) fn see(&mut self, facts: &[Recorded<Fact>]) {
        if !self.is_wanted {
            return;
        }
        for recorded in facts {
            match recorded.fact {
                Fact::Planned { operation, intended, .. } => self.planned(operation, intended),
                Fact::Verified { operation, attempt: 0, .. } => {
                    let at = operation.checked_sub(self.first).map(|at| at as usize);
                    if let Some(intended) = at.and_then(|at| self.intended.get(at)) {
                        self.found = self.found.max(recorded.key.time.since(*intended));
                    }
                }
                _ => {}
            }
        }
    }

    /// Groups number in turn, so numbers come nearly in order; gaps are filled with now.
    fn planned(&mut self, operation: u32, intended: VirtualTime) {
        let Some(at) = operation.checked_sub(self.first).map(|at| at as usize) else { return };
        while self.intended.len() <= at {
            self.intended.push_back(VirtualTime::MAX);
        }
        self.intended[at] = intended;
        while self.intended.len() > MOST {
            self.intended.pop_front();
            self.first += 1;
        }
    }

    /// The slowest; `None` if nobody wanted to know.
    pub(super) fn found(&self) -> Option<Span> {
        self.is_wanted.then_some(self.found)
    }
}
