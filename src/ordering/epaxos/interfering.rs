//! Which known commands a new one interferes with.
//!
//! **Invariant:** whatever interferes and is not listed can be reached, along dependencies, from
//! something committed that is listed. What is not committed may end as a no-op, and a no-op
//! depends on nothing; so it hides nothing.

use std::collections::BTreeMap;

use super::book::Book;
use super::instance::{Attributes, Slot};
use crate::attestation::{Id, IdMap};
use crate::ordering::Item;

/// Commands by what they touch.
#[derive(Default)]
pub(super) struct Interfering {
    subjects: BTreeMap<u32, Vec<Slot>>,
    statements: IdMap<Vec<Slot>>,
}

/// What a statement touches. A statement about a claim, or about a schema, names no more than its
/// subject: the load plan gives what it takes back the same one.
enum Key {
    /// All statements about a subject.
    Subject(u32),
    /// A statement, and those that refer to it.
    Statement(Id),
}

fn keys(item: &Item) -> impl Iterator<Item = Key> {
    let attestation = &item.signed.attestation;
    let reference = attestation.action.reference().map(Key::Statement);
    [Key::Subject(attestation.subject), Key::Statement(item.id())].into_iter().chain(reference)
}

impl Interfering {
    /// After what a command in `slot` comes, as far as is known here.
    pub(super) fn attributes(&self, slot: Slot, items: &[Item], book: &Book) -> Attributes {
        let mut deps: Vec<Slot> = Vec::new();
        for key in items.iter().flat_map(keys) {
            deps.extend(self.find(&key).iter().filter(|known| **known != slot));
        }
        deps.sort_unstable();
        deps.dedup();
        let seqs = deps.iter().filter_map(|dep| book.record(*dep));
        let seq = 1 + seqs.map(|record| record.attributes.seq).max().unwrap_or(0);
        Attributes { seq, deps: deps.into() }
    }

    /// The command in `slot` is known.
    pub(super) fn insert(&mut self, slot: Slot, items: &[Item]) {
        for key in items.iter().flat_map(keys) {
            let list = self.find_mut(key);
            if !list.contains(&slot) {
                list.push(slot);
            }
        }
    }

    /// The command in `slot` is committed: it stands for what it depends on.
    pub(super) fn commit(&mut self, slot: Slot, items: &[Item], deps: &[Slot]) {
        for key in items.iter().flat_map(keys) {
            let list = self.find_mut(key);
            list.retain(|known| *known == slot || deps.binary_search(known).is_err());
            if !list.contains(&slot) {
                list.push(slot);
            }
        }
    }

    /// The command in `slot` is forgotten, or is none.
    pub(super) fn remove(&mut self, slot: Slot, items: &[Item]) {
        for key in items.iter().flat_map(keys) {
            let list = self.find_mut(match &key {
                Key::Subject(subject) => Key::Subject(*subject),
                Key::Statement(id) => Key::Statement(*id),
            });
            list.retain(|known| *known != slot);
            if list.is_empty() {
                match key {
                    Key::Subject(subject) => drop(self.subjects.remove(&subject)),
                    Key::Statement(id) => drop(self.statements.remove(&id)),
                }
            }
        }
    }

    fn find(&self, key: &Key) -> &[Slot] {
        let list = match key {
            Key::Subject(subject) => self.subjects.get(subject),
            Key::Statement(id) => self.statements.find(id),
        };
        list.map_or(&[], Vec::as_slice)
    }

    fn find_mut(&mut self, key: Key) -> &mut Vec<Slot> {
        match key {
            Key::Subject(subject) => self.subjects.entry(subject).or_default(),
            Key::Statement(id) => self.statements.find_or_insert_with(id, Vec::new),
        }
    }
}
