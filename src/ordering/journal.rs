//! State that survives a crash, kept as a checkpoint and the changes since: a write-ahead log.
//!
//! A strategy persists its whole durable state at once, and often. A [`Journal`] makes that one
//! step: what is persisted shares all its past with what was persisted before. After as many
//! changes as the state is large the changes are folded into a new checkpoint, so that a change
//! costs a constant amount on average and the journal stays as small as the state.

use std::ops::Deref;
use std::sync::Arc;

/// State that changes in named steps.
pub trait Journaled: Clone + Send + Sync + 'static {
    /// One step.
    type Change: Send + Sync + 'static;
    /// Makes the step. The same steps from the same state give the same state.
    fn apply(&mut self, change: &Self::Change);
    /// How large it is, in about as many changes as would build it.
    fn weight(&self) -> usize;
}

/// What is persisted: cheap to clone.
pub struct Journal<T: Journaled>(Arc<Page<T>>);

enum Page<T: Journaled> {
    Checkpoint(T),
    Change { before: Option<Journal<T>>, change: T::Change },
}

impl<T: Journaled> Journal<T> {
    /// The state as it was when this was persisted.
    pub fn restore(&self) -> T {
        let mut changes = Vec::new();
        let mut page = self;
        let mut state = loop {
            match page.0.as_ref() {
                Page::Checkpoint(state) => break state.clone(),
                Page::Change { before, change } => {
                    changes.push(change);
                    page = before.as_ref().expect("only a page that is dropped loses its past");
                }
            }
        };
        for change in changes.iter().rev() {
            state.apply(change);
        }
        state
    }
}

impl<T: Journaled> Clone for Journal<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Journaled> Drop for Journal<T> {
    /// Page by page, where a recursion would need as much stack as there are changes.
    fn drop(&mut self) {
        let mut next = past_if_last(&mut self.0);
        while let Some(mut journal) = next {
            next = past_if_last(&mut journal.0);
        }
    }
}

fn past_if_last<T: Journaled>(page: &mut Arc<Page<T>>) -> Option<Journal<T>> {
    match Arc::get_mut(page)? {
        Page::Checkpoint(_) => None,
        Page::Change { before, .. } => before.take(),
    }
}

/// State in use together with its journal; reads like the state itself.
pub struct Kept<T: Journaled> {
    state: T,
    journal: Journal<T>,
    changes: usize,
}

impl<T: Journaled> Kept<T> {
    /// Below so many changes nothing is folded.
    const FEW: usize = 256;

    /// Keeps `state` from now on.
    pub fn new(state: T) -> Self {
        let journal = Journal(Arc::new(Page::Checkpoint(state.clone())));
        Self { state, journal, changes: 0 }
    }

    /// Makes one step and writes it down.
    pub fn change(&mut self, change: T::Change) {
        self.state.apply(&change);
        self.changes += 1;
        let page = if self.changes > Self::FEW + self.state.weight() {
            self.changes = 0;
            Page::Checkpoint(self.state.clone())
        } else {
            Page::Change { before: Some(self.journal.clone()), change }
        };
        self.journal = Journal(Arc::new(page));
    }

    /// What to persist for the state as it is now.
    pub fn journal(&self) -> Journal<T> {
        self.journal.clone()
    }
}

impl<T: Journaled> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Sums(Vec<u64>);

    impl Journaled for Sums {
        type Change = u64;

        fn apply(&mut self, change: &u64) {
            let last = self.0.last().copied().unwrap_or(0);
            self.0.push(last + change);
            self.0.drain(..self.0.len().saturating_sub(3));
        }

        fn weight(&self) -> usize {
            self.0.len()
        }
    }

    #[test]
    fn every_persisted_journal_restores_its_own_moment() {
        let mut kept = Kept::new(Sums(Vec::new()));
        let mut moments = Vec::new();
        for change in 0..1_000 {
            kept.change(change);
            moments.push((kept.journal(), kept.clone()));
        }
        for (journal, state) in moments {
            assert_eq!(journal.restore(), state);
        }
    }

    #[test]
    fn a_long_journal_is_dropped_without_recursion() {
        #[derive(Clone)]
        struct Heavy;
        impl Journaled for Heavy {
            type Change = [u64; 8];
            fn apply(&mut self, _: &[u64; 8]) {}
            fn weight(&self) -> usize {
                10_000_000
            }
        }
        let mut kept = Kept::new(Heavy);
        (0..300_000).for_each(|number| kept.change([number; 8]));
        drop(kept);
    }
}
