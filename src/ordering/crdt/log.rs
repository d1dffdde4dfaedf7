//! The set of statements, in an order in which it was delivered.
//!
//! **Invariant:** of two statements in it that interfere the one with the lower stamp comes first.
//! So what a registry makes of it is a function of the set: all orders that agree on every pair
//! that interferes give one state (they are one trace; Mazurkiewicz 1977), and stamps are a
//! function of the set.

use std::collections::{BTreeMap, VecDeque};

use super::summary::Summary;
use crate::attestation::Id;
use crate::kernel::{LocalTime, Span};
use crate::ordering::Item;
use crate::ordering::holdback::{Place, place};
use crate::ordering::interference::{Key, keys};
use crate::ordering::kept::Journaled;
use crate::ordering::stamps::{Stamp, Stamped, Stamps};

/// What came lately, with all that has to survive a crash.
#[derive(Clone)]
pub struct Log {
    history: Span,
    stamps: Stamps,
    /// Position of the first entry.
    first: u64,
    entries: VecDeque<Entry>,
    /// Where those are that share a key.
    index: BTreeMap<Key, BTreeMap<Place<Stamp>, u64>>,
    summary: Summary,
}

#[derive(Clone)]
struct Entry {
    item: Item,
    stamp: Stamp,
    keys: Vec<Key>,
    came: LocalTime,
}

/// One more statement.
pub struct Growth {
    now: LocalTime,
    stamped: Vec<Stamped>,
    /// Entries from this position on are taken back.
    cut: u64,
    /// And these are delivered: them, and what came.
    tail: Vec<Item>,
}

impl Log {
    /// Statements of the last `history`, summed up by buckets that wide.
    pub(super) fn new(history: Span, bucket: Span) -> Self {
        Self {
            history,
            stamps: Stamps::new(history),
            first: 0,
            entries: VecDeque::new(),
            index: BTreeMap::new(),
            summary: Summary::new(bucket),
        }
    }

    pub(super) fn find(&self, id: &Id) -> Option<&Item> {
        self.stamps.find(id).map(|(item, _)| item)
    }

    pub(super) const fn summary(&self) -> &Summary {
        &self.summary
    }

    /// What is to be done if `item` comes, which is not known.
    pub(super) fn plan(&self, now: LocalTime, item: &Item) -> Growth {
        let stamped = self.stamps.plan(item);
        let cut = self.cut(&stamped);
        let mut tail: Vec<Item> = self.since(cut).cloned().chain([item.clone()]).collect();
        let stamps: BTreeMap<Id, Stamp> =
            stamped.iter().map(|change| (change.item.id(), change.stamp)).collect();
        tail.sort_by_key(|item| {
            let known = self.stamps.find(&item.id()).map(|(_, stamp)| stamp);
            place(stamps.get(&item.id()).copied().or(known), item)
        });
        Growth { now, stamped, cut, tail }
    }

    /// Entries from a position on, in order.
    fn since(&self, position: u64) -> impl DoubleEndedIterator<Item = &Item> {
        let skip = (position - self.first) as usize;
        self.entries.range(skip..).map(|entry| &entry.item)
    }

    /// What `growth` takes back, the last first.
    pub(super) fn taken_back(&self, growth: &Growth) -> impl Iterator<Item = &Item> {
        self.since(growth.cut).rev()
    }

    /// The first position that cannot stay as it is: of what interferes with the statement that
    /// came and sorts behind it, and of what gets another stamp.
    fn cut(&self, stamped: &[Stamped]) -> u64 {
        let end = self.first + self.entries.len() as u64;
        let Some(new) = stamped.first() else { return end };
        let from = place(new.stamp, &new.item);
        let behind = self.keys(&new.item).into_iter().filter_map(|key| {
            let sharing = self.index.get(&key)?;
            sharing.range(from..).map(|(_, position)| *position).min()
        });
        let moved = stamped.iter().filter_map(|change| {
            let place = place(change.before?, &change.item);
            self.index.get(&Key::Statement(change.item.id()))?.get(&place).copied()
        });
        behind.chain(moved).min().unwrap_or(end)
    }

    fn keys(&self, item: &Item) -> Vec<Key> {
        let target = item.signed.attestation.action.reference();
        keys(item, target.and_then(|target| self.find(&target)))
    }

    fn push(&mut self, came: LocalTime, item: &Item) {
        let Some((_, stamp)) = self.stamps.find(&item.id()) else { return };
        let keys = self.keys(item);
        let position = self.first + self.entries.len() as u64;
        for key in &keys {
            self.index.entry(*key).or_default().insert(place(stamp, item), position);
        }
        self.entries.push_back(Entry { item: item.clone(), stamp, keys, came });
    }

    fn unindex(&mut self, entry: &Entry) {
        let place = place(entry.stamp, &entry.item);
        for key in &entry.keys {
            if let Some(sharing) = self.index.get_mut(key) {
                sharing.remove(&place);
                if sharing.is_empty() {
                    self.index.remove(key);
                }
            }
        }
    }

    /// What came longer than the history ago stays where it is, and is not known any more.
    fn forget_old(&mut self, now: LocalTime) {
        while let Some(entry) = self.entries.front()
            && entry.came + self.history < now
        {
            let Some(entry) = self.entries.pop_front() else { return };
            self.first += 1;
            self.unindex(&entry);
            self.summary.remove(&entry.item);
            self.stamps.settle(&entry.item.id());
        }
        self.stamps.forget_old(now);
    }
}

impl Growth {
    /// What is delivered, in order.
    pub(super) fn tail(&self) -> &[Item] {
        &self.tail
    }

    /// Nothing moves: what came is the last.
    #[cfg(test)]
    pub(super) fn in_order_of_arrival(mut self, log: &Log) -> Self {
        self.cut = log.first + log.entries.len() as u64;
        self.tail = self.stamped.iter().take(1).map(|new| new.item.clone()).collect();
        self
    }
}

impl Journaled for Log {
    type Change = Growth;

    fn apply(&mut self, growth: &Growth) {
        let mut came = BTreeMap::new();
        while self.first + self.entries.len() as u64 > growth.cut {
            let Some(entry) = self.entries.pop_back() else { break };
            self.unindex(&entry);
            came.insert(entry.item.id(), entry.came);
        }
        growth.stamped.iter().for_each(|change| self.stamps.take(growth.now, change));
        if let Some(new) = growth.stamped.first() {
            self.summary.insert(&new.item);
        }
        for item in &growth.tail {
            self.push(came.get(&item.id()).copied().unwrap_or(growth.now), item);
        }
        self.forget_old(growth.now);
    }

    fn weight(&self) -> usize {
        self.entries.len()
    }

    fn weight_of(growth: &Growth) -> usize {
        growth.tail.len()
    }
}
