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

    /// What was delivered, with the number of its batch, in an earlier one than something else
    /// that all received before it; and that other. Only first deliveries count: what is tried
    /// again, a client asked for again.
    pub(super) fn unfair(&self, delivered: impl Iterator<Item = (Id, u32)>) -> Option<(Id, Id)> {
        let mut seen = BTreeSet::new();
        let order: Vec<(Id, u32)> = delivered.filter(|(id, _)| seen.insert(*id)).collect();
        order.iter().enumerate().find_map(|(at, (first, batch))| {
            let is_late = |(late, other): &&(Id, u32)| {
                other != batch && self.all_received_sooner(late, first)
            };
            Some((*first, order[at + 1..].iter().find(is_late)?.0))
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

    /// A word of letters for what each replica received, and words for the batches delivered.
    fn check(received: &str, delivered: &str, expected: Option<&str>) {
        let id = |letter: char| Id::of(&u64::from(letter));
        let ids = |word: &str| word.chars().map(id).collect::<Vec<Id>>();
        let received: Vec<Vec<Id>> = received.split(' ').map(ids).collect();
        let received: Vec<&[Id]> = received.iter().map(Vec::as_slice).collect();
        let batches = (0..).zip(delivered.split(' '));
        let sequence = batches.flat_map(|(at, word)| word.chars().map(move |c| (id(c), at)));
        let found = Receipts::new(&received).unfair(sequence);
        let expected = expected.map(|pair| (ids(pair)[0], ids(pair)[1]));
        assert_eq!(found, expected, "{delivered}");
    }

    #[test]
    fn what_all_received_first_must_not_come_later() {
        check("ab ab ab", "a b", None);
        check("ab ab ab", "b a", Some("ba"));
        check("ab ab ba", "b a", None);
        check("ab ab b", "b a", None);
        check("abc bac cab", "c a b", None);
        check("abcd bacd cabd", "a b d c", Some("dc"));
    }

    #[test]
    fn within_a_batch_there_is_no_order() {
        check("ab ab ab", "ba", None);
        check("abcd abcd abcd", "a dcb", None);
        check("abcd abcd abcd", "d cba", Some("dc"));
    }
}
