//! Hand-written pending sets for plain records, as good as we can make them with a known width.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// An event with its key in two words.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    pub(crate) time: u64,
    pub(crate) tie: u64,
    pub(crate) destination: u32,
}

impl Record {
    fn rank(&self) -> u128 {
        u128::from(self.time) << 64 | u128::from(self.tie)
    }
}

/// What a hand-written loop needs.
pub(crate) trait Pending {
    fn push(&mut self, record: Record);
    fn pop(&mut self) -> Option<Record>;
}

/// The standard library's heap.
#[derive(Default)]
pub(crate) struct Heap(BinaryHeap<Reverse<Record>>);

impl Pending for Heap {
    #[inline]
    fn push(&mut self, record: Record) {
        self.0.push(Reverse(record));
    }

    #[inline]
    fn pop(&mut self) -> Option<Record> {
        self.0.pop().map(|Reverse(record)| record)
    }
}

/// How a ring puts a bucket in order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Sorts the records.
    Records,
    /// Sorts words of offset and index, then permutes.
    Words,
    /// One counting pass to about one record a slot, then insertion.
    Counting,
}

const RING: usize = 1024;

/// Buckets 2^shift nanoseconds wide in a ring, farther ones in a tree, and a heap for what lands
/// inside the open bucket.
pub(crate) struct Ring {
    shift: u32,
    order: Order,
    buckets: Vec<Vec<Record>>,
    far: BTreeMap<u64, Vec<Record>>,
    near: BinaryHeap<Reverse<Record>>,
    run: Vec<Record>,
    next: usize,
    current: u64,
    in_ring: usize,
    words: Vec<u64>,
    counts: Vec<u32>,
}

impl Ring {
    pub(crate) fn new(shift: u32, order: Order) -> Self {
        Self {
            shift,
            order,
            buckets: (0..RING).map(|_| Vec::new()).collect(),
            far: BTreeMap::new(),
            near: BinaryHeap::new(),
            run: Vec::new(),
            next: 0,
            current: 0,
            in_ring: 0,
            words: Vec::new(),
            counts: Vec::new(),
        }
    }

    #[cold]
    #[inline(never)]
    fn open(&mut self) -> bool {
        let far = self.far.first_key_value().map(|(number, _)| *number);
        if self.in_ring == 0 {
            let Some(far) = far else { return false };
            self.current = far - 1;
        }
        loop {
            self.current += 1;
            while let Some(entry) = self.far.first_entry() {
                if *entry.key() >= self.current + RING as u64 {
                    break;
                }
                let (number, mut records) = entry.remove_entry();
                self.in_ring += records.len();
                self.buckets[number as usize % RING].append(&mut records);
            }
            let bucket = &mut self.buckets[self.current as usize % RING];
            if !bucket.is_empty() {
                self.in_ring -= bucket.len();
                let mut bucket = std::mem::take(bucket);
                self.sort(&mut bucket);
                bucket.clear();
                self.buckets[self.current as usize % RING] = bucket;
                self.next = 0;
                return true;
            }
        }
    }

    /// Puts a bucket in order into the run.
    fn sort(&mut self, bucket: &mut [Record]) {
        let start = self.current << self.shift;
        self.run.clear();
        match self.order {
            _ if bucket.len() <= 20 => self.run.extend_from_slice(bucket),
            Order::Records => self.run.extend_from_slice(bucket),
            Order::Words => {
                self.words.clear();
                let words = bucket.iter().enumerate();
                self.words.extend(words.map(|(i, r)| (r.time - start) << 24 | i as u64));
                self.words.sort_unstable();
                let index = |word: &u64| (word & 0xff_ffff) as usize;
                self.run.extend(self.words.iter().map(|word| bucket[index(word)]));
            }
            Order::Counting => {
                let slots = bucket.len().next_power_of_two();
                let shift = self.shift.saturating_sub(slots.ilog2());
                self.counts.clear();
                self.counts.resize(slots + 1, 0);
                for record in &*bucket {
                    self.counts[(((record.time - start) >> shift) as usize) + 1] += 1;
                }
                for slot in 0..slots {
                    self.counts[slot + 1] += self.counts[slot];
                }
                self.run.resize(bucket.len(), Record::default());
                for record in &*bucket {
                    let place = &mut self.counts[((record.time - start) >> shift) as usize];
                    self.run[*place as usize] = *record;
                    *place += 1;
                }
            }
        }
        if self.order == Order::Records || bucket.len() <= 20 {
            self.run.sort_unstable_by_key(Record::rank);
        } else {
            insertion(&mut self.run);
        }
    }
}

fn insertion(run: &mut [Record]) {
    for i in 1..run.len() {
        let record = run[i];
        let mut at = i;
        while at > 0 && run[at - 1].rank() > record.rank() {
            run[at] = run[at - 1];
            at -= 1;
        }
        run[at] = record;
    }
}

impl Pending for Ring {
    #[inline]
    fn push(&mut self, record: Record) {
        let number = record.time >> self.shift;
        if number <= self.current {
            self.near.push(Reverse(record));
        } else if number < self.current + RING as u64 {
            self.in_ring += 1;
            self.buckets[number as usize % RING].push(record);
        } else {
            self.far.entry(number).or_default().push(record);
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<Record> {
        loop {
            let near = self.near.peek();
            match self.run.get(self.next) {
                Some(run) if near.is_none_or(|Reverse(near)| run.rank() < near.rank()) => {
                    self.next += 1;
                    return Some(*run);
                }
                None if near.is_none() => {
                    if !self.open() {
                        return None;
                    }
                }
                _ => return self.near.pop().map(|Reverse(record)| record),
            }
        }
    }
}
