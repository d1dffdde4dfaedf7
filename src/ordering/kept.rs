//! Durable state that changes in named steps: every step goes into a [`Journal`], so persisting
//! after each costs the same however large the state is.

use std::ops::Deref;

use super::Journal;

/// State that changes in named steps.
pub trait Journaled: Clone + Send + Sync + 'static {
    /// One step.
    type Change: Send + Sync + 'static;

    /// Makes the step. The same steps from the same state give the same state.
    fn apply(&mut self, change: &Self::Change);

    /// How large it is. After steps that weigh as much the journal begins anew with a copy of the
    /// state, so a step costs a constant on average and a journal stays as small as the state.
    fn weight(&self) -> usize;

    /// How much a step weighs.
    fn weight_of(_change: &Self::Change) -> usize {
        1
    }
}

/// What is persisted.
pub type JournalOf<T> = Journal<T, <T as Journaled>::Change>;

/// State in use together with its journal; reads like the state itself.
pub struct Kept<T: Journaled> {
    state: T,
    journal: JournalOf<T>,
    weight: usize,
}

impl<T: Journaled> Kept<T> {
    /// Below this weight no journal begins anew.
    const LEAST: usize = 256;

    /// Keeps `state` from now on.
    pub fn new(state: T) -> Self {
        Self { journal: Journal::new(state.clone(), 0), state, weight: 0 }
    }

    /// The state as it was when `journal` was persisted.
    pub fn restore(journal: &JournalOf<T>) -> Self {
        let (checkpoint, changes) = journal.contents();
        let mut state = checkpoint.clone();
        changes.into_iter().for_each(|change| state.apply(change));
        Self::new(state)
    }

    /// Makes one step and writes it down.
    pub fn change(&mut self, change: T::Change) {
        self.state.apply(&change);
        self.weight += T::weight_of(&change);
        if self.weight > self.state.weight() + Self::LEAST {
            self.weight = 0;
            self.journal = Journal::new(self.state.clone(), 0);
        } else {
            self.journal.append(change);
        }
    }

    /// What to persist for the state as it is now.
    pub fn journal(&self) -> JournalOf<T> {
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

    /// The last three of the running sums.
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
            assert_eq!(*Kept::restore(&journal), state);
        }
    }
}
