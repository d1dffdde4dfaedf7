//! What a replica delivered lately, by id, for strategies without places: to know duplicates and
//! references, and to give bodies to peers. Survives a crash.

use std::collections::VecDeque;

use super::{Item, Journal};
use crate::attestation::{Id, IdMap};
use crate::kernel::{LocalTime, Span};

/// Items by id with the latest try of each, kept for `history` after their first delivery.
pub struct Delivered {
    history: Span,
    latest: IdMap<Item>,
    ages: VecDeque<(LocalTime, Id)>,
    journal: Durable,
}

/// How it survives: when, and what.
pub(super) type Durable = Journal<Vec<(LocalTime, Item)>, (LocalTime, Item)>;

impl Delivered {
    /// Nothing yet.
    pub fn new(history: Span) -> Self {
        Self {
            history,
            latest: IdMap::default(),
            ages: VecDeque::new(),
            journal: Journal::new(Vec::new(), 0),
        }
    }

    /// The latest try of `id` that was delivered.
    pub fn find(&self, id: &Id) -> Option<&Item> {
        self.latest.find(id)
    }

    /// Whether this try, or a later one, was delivered.
    pub fn covers(&self, item: &Item) -> bool {
        self.find(&item.id()).is_some_and(|latest| latest.attempt >= item.attempt)
    }

    /// `item` is delivered `now`.
    pub fn insert(&mut self, now: LocalTime, item: &Item) {
        if self.journal.is_due() {
            let all: Vec<(LocalTime, Item)> = self
                .ages
                .iter()
                .filter_map(|(at, id)| Some((*at, self.latest.find(id)?.clone())))
                .collect();
            let weight = all.len();
            self.journal = Journal::new(all, weight);
        }
        self.enter(now, item);
        self.journal.append((now, item.clone()));
    }

    /// Forgets what was delivered longer than the history ago, and tells whom.
    pub fn forget_old(&mut self, now: LocalTime, mut forgotten: impl FnMut(Id)) {
        while let Some((at, id)) = self.ages.front()
            && *at + self.history < now
        {
            self.latest.remove(id);
            forgotten(*id);
            self.ages.pop_front();
        }
    }

    /// What is to be persisted.
    pub fn durable(&self) -> Durable {
        self.journal.clone()
    }

    /// Takes up what was persisted.
    pub fn restore(&mut self, durable: &Durable) {
        let (checkpoint, records) = durable.contents();
        for (at, item) in checkpoint.iter().chain(records) {
            self.enter(*at, item);
        }
        self.journal = durable.clone();
    }

    fn enter(&mut self, now: LocalTime, item: &Item) {
        if self.latest.insert(item.id(), item.clone()).is_none() {
            self.ages.push_back((now, item.id()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordering::transcript::Names;

    #[test]
    fn what_is_restored_is_what_was_known() {
        let mut names = Names::for_tests();
        let mut item = |name: &str| names.item(name, Span::ZERO).expect("a name");
        let mut before = Delivered::new(Span::from_secs(1));
        before.insert(LocalTime(0), &item("a0"));
        for number in 0..200 {
            before.insert(LocalTime(2_000_000_000), &item(&format!("b{number}")));
            before.forget_old(LocalTime(2_000_000_000), drop);
        }
        before.insert(LocalTime(2_000_000_000), &item("b0.1"));
        let mut after = Delivered::new(Span::from_secs(1));
        after.restore(&before.durable());
        after.forget_old(LocalTime(2_000_000_000), drop);
        for known in [&before, &after] {
            assert!(known.covers(&item("b199")), "lately delivered");
            assert!(known.covers(&item("b0")), "a later try was delivered");
            assert!(!known.covers(&item("b1.1")), "not this try");
            assert!(known.find(&item("a0").id()).is_none(), "forgotten");
        }
    }
}
