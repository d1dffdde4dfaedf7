//! Order fairness, held against what every replica received: all pairs, and by brute force.

use std::collections::{BTreeMap, BTreeSet};

use crate::attestation::Id;

/// In which order each replica received what it received.
pub(super) struct Receipts {
    places: Vec<BTreeMap<Id, usize>>,
}

impl Receipts {
    pub(super) fn new(received: &[&[Id]]) -> Self {
        let places = |ids: &&[Id]| (0..).zip(*ids).map(|(place, id)| (*id, place)).collect();
        Self { places: received.iter().map(places).collect() }
    }

    /// What was delivered first though all received the other before it, and that other. Only
    /// first deliveries count: what is tried again, a client asked for again.
    pub(super) fn unfair(&self, delivered: impl Iterator<Item = Id>) -> Option<(Id, Id)> {
        let mut seen = BTreeSet::new();
        let order: Vec<Id> = delivered.filter(|id| seen.insert(*id)).collect();
        order.iter().enumerate().find_map(|(at, first)| {
            let is_late = |late: &&Id| self.all_received_sooner(late, first);
            Some((*first, *order[at + 1..].iter().find(is_late)?))
        })
    }

    fn all_received_sooner(&self, one: &Id, other: &Id) -> bool {
        self.places.iter().all(|places| {
            places.get(one).zip(places.get(other)).is_some_and(|(one, other)| one < other)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word of letters for what each replica received, and one for what is delivered.
    fn check(received: &str, delivered: &str, expected: Option<&str>) {
        let id = |letter: char| Id::of(&u64::from(letter));
        let ids = |word: &str| word.chars().map(id).collect::<Vec<Id>>();
        let received: Vec<Vec<Id>> = received.split(' ').map(ids).collect();
        let received: Vec<&[Id]> = received.iter().map(Vec::as_slice).collect();
        let found = Receipts::new(&received).unfair(delivered.chars().map(id));
        let expected = expected.map(|pair| (ids(pair)[0], ids(pair)[1]));
        assert_eq!(found, expected, "{delivered}");
    }

    #[test]
    fn what_all_received_first_must_not_come_later() {
        check("ab ab ab", "ab", None);
        check("ab ab ab", "ba", Some("ba"));
        check("ab ab ba", "ba", None);
        check("ab ab b", "ba", None);
        check("abc bac cab", "cab", None);
        check("abcd bacd cabd", "abdc", Some("dc"));
    }
}
