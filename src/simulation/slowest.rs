//! The slowest way from an attestation's writing to a validator that has verified it: what a
//! strategy with a bound on delays assumes to be short.

use std::collections::VecDeque;

use crate::kernel::{Recorded, Span, VirtualTime};
use crate::trace::Fact;

/// Operations whose intended send is remembered.
const MOST: usize = 1 << 16;

/// What the slowest took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slow {
    /// The longest of all.
    pub longest: Span,
    /// When the first was still under way that took longer than the bound.
    pub late_since: Option<VirtualTime>,
}

/// Watches first tries; later ones are late by nature.
#[derive(Debug)]
pub(super) struct Slowest {
    /// `None` if nobody wants to know.
    bound: Option<Span>,
    /// Number of the first operation remembered, and intended sends from it on.
    first: u32,
    intended: VecDeque<VirtualTime>,
    found: Slow,
}

impl Slowest {
    pub(super) const fn new(bound: Option<Span>) -> Self {
        let found = Slow { longest: Span::ZERO, late_since: None };
        Self { bound, first: 0, intended: VecDeque::new(), found }
    }

    pub(super) fn see(&mut self, facts: &[Recorded<Fact>]) {
        let Some(bound) = self.bound else { return };
        for recorded in facts {
            match recorded.fact {
                Fact::Planned { operation, intended, .. } => self.planned(operation, intended),
                Fact::Verified { operation, attempt: 0, .. } => {
                    let at = operation.checked_sub(self.first).map(|at| at as usize);
                    if let Some(intended) = at.and_then(|at| self.intended.get(at)) {
                        self.found.took(recorded.key.time.since(*intended), *intended, bound);
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
    pub(super) fn found(&self) -> Option<Slow> {
        self.bound.map(|_| self.found)
    }
}

impl Slow {
    fn took(&mut self, span: Span, intended: VirtualTime, bound: Span) {
        self.longest = self.longest.max(span);
        if span > bound {
            let late = intended + bound;
            self.late_since = Some(self.late_since.map_or(late, |since| since.min(late)));
        }
    }
}
