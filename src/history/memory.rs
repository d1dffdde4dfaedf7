//! Where a search has been: what was done, what the register held, what was spent, and when.

use std::collections::BTreeMap;

use hashbrown::HashTable;

use super::budget::Budget;

/// A place of a search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// How many were passed, and bits for those that were done ahead of them.
    pub(super) done: (u32, &'a [u64]),
    /// What the register holds.
    pub(super) state: u32,
    /// Of what never returned, kinds of which some happened, and how many.
    pub(super) spent: &'a [(u32, u32)],
    /// What ended before can no longer happen.
    pub(super) now: i64,
}

/// What was seen. Whoever has done the same, holds the same, has spent no more and is no later can
/// do whatever the other can: only the thriftiest and earliest are kept.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// Of each place the newest record. No hash order is seen, for nobody iterates.
    newest: HashTable<u32>,
    records: Records,
    spendings: Spendings,
}

/// No record.
const NONE: u32 = u32::MAX;

impl Memory {
    /// For places of so many words of bits.
    pub(super) fn new(bits: usize) -> Self {
        let records = Records { words: Vec::new(), length: 3 + bits };
        Self { newest: HashTable::new(), records, spendings: Spendings::default() }
    }

    /// Whether nobody as thrifty and as early was here before; pays for going through who was.
    pub(super) fn is_news(&mut self, place: &Place<'_>, budget: &mut Budget) -> bool {
        let Self { newest, records, spendings } = self;
        let spent = spendings.number(place.spent);
        let key = pair(place.done.0, place.state);
        let hash = hash(key, place.done.1);
        let is_here = |at: &u32| records.key(*at) == (key, place.done.1);
        let first = newest.find(hash, is_here).copied();
        let (mut worse, mut next) = (None, first.unwrap_or(NONE));
        while next != NONE {
            budget.scan(1);
            let (other, now, before) = records.seen(next);
            if now <= place.now && spendings.is_within(other, spent) {
                return false;
            }
            if place.now <= now && spendings.is_within(spent, other) {
                worse = Some((next, before));
            }
            next = before;
        }
        if let Some((worse, before)) = worse {
            records.see(worse, (spent, place.now, before));
            return true;
        }
        let added = records.add(key, place.done.1);
        if let Some(first) = first {
            let is_first = |at: &u32| *at == first;
            *newest.find_mut(hash, is_first).expect("it was found before") = added;
        } else {
            newest.insert_unique(hash, added, |at| records.hash(*at));
        }
        records.see(added, (spent, place.now, first.unwrap_or(NONE)));
        true
    }

    /// Bytes that it takes, about.
    pub(super) fn bytes(&self) -> usize {
        self.newest.allocation_size() + 8 * self.records.words.len() + self.spendings.bytes
    }
}

/// Records of one length: the place, then what was spent with the record before of the same place,
/// then when, then the bits of the place.
#[derive(Clone, Debug)]
struct Records {
    words: Vec<u64>,
    length: usize,
}

impl Records {
    fn add(&mut self, key: u64, bits: &[u64]) -> u32 {
        let at = self.words.len() / self.length;
        self.words.extend([key, 0, 0]);
        self.words.extend(bits);
        at as u32
    }

    fn key(&self, at: u32) -> (u64, &[u64]) {
        let at = at as usize * self.length;
        (self.words[at], &self.words[at + 3..at + self.length])
    }

    fn hash(&self, at: u32) -> u64 {
        let (key, bits) = self.key(at);
        hash(key, bits)
    }

    /// What was spent, when, and the record before.
    fn seen(&self, at: u32) -> (u32, i64, u32) {
        let at = at as usize * self.length;
        let (spent, before) = ((self.words[at + 1] >> 32) as u32, self.words[at + 1] as u32);
        (spent, self.words[at + 2] as i64, before)
    }

    fn see(&mut self, at: u32, (spent, now, before): (u32, i64, u32)) {
        let at = at as usize * self.length;
        self.words[at + 1] = pair(spent, before);
        self.words[at + 2] = now as u64;
    }
}

/// What was spent, by number: few spend differently.
#[derive(Clone, Debug, Default)]
struct Spendings {
    all: Vec<Box<[(u32, u32)]>>,
    numbers: BTreeMap<Box<[(u32, u32)]>, u32>,
    bytes: usize,
}

impl Spendings {
    fn number(&mut self, spent: &[(u32, u32)]) -> u32 {
        if let Some(number) = self.numbers.get(spent) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.push(spent.into());
        self.numbers.insert(spent.into(), number);
        self.bytes += 2 * size_of_val(spent) + 64;
        number
    }

    /// Whether of no kind there is more in the first.
    fn is_within(&self, less: u32, more: u32) -> bool {
        let [less, more] = [less, more].map(|number| &self.all[number as usize]);
        let mut more = more.iter();
        less.iter().all(|(kind, count)| {
            let same = more.find(|(other, _)| other >= kind);
            same.is_some_and(|(other, most)| other == kind && count <= most)
        })
    }
}

const fn pair(high: u32, low: u32) -> u64 {
    (high as u64) << 32 | low as u64
}

/// Every bit of the result depends on every bit of the place.
fn hash(key: u64, bits: &[u64]) -> u64 {
    let mix = |hash: u64, word: &u64| {
        let product = u128::from(hash ^ word) * 0x9E37_79B9_7F4A_7C15;
        (product >> 64) as u64 ^ product as u64
    };
    // The last time without a word, for a table looks at the highest bits and at the lowest.
    mix(bits.iter().fold(mix(0x243F_6A88_85A3_08D3, &key), mix), &0)
}
