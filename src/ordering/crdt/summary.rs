//! A set summed up by buckets of the times at which its statements were written, so that two
//! replicas find out cheaply in which their sets differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

use crate::attestation::{Encode, Encoder, Id};
use crate::kernel::{LocalTime, Span};
use crate::ordering::Item;

/// The set by buckets.
#[derive(Clone)]
pub(super) struct Summary {
    bucket: Span,
    ids: BTreeSet<(i64, Id)>,
    sums: BTreeMap<i64, Sum>,
}

/// What there is in one bucket.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    count: u32,
    /// The first eight bytes of their ids, exclusive-or.
    mix: u64,
}

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:04x}", self.count, self.mix >> 48)
    }
}

impl Encode for Sum {
    fn encode(&self, to: &mut dyn Encoder) {
        self.count.encode(to);
        self.mix.encode(to);
    }
}

impl Summary {
    pub(super) const fn new(bucket: Span) -> Self {
        Self { bucket, ids: BTreeSet::new(), sums: BTreeMap::new() }
    }

    pub(super) fn insert(&mut self, item: &Item) {
        let place = (self.bucket(item.signed.attestation.written_at), item.id());
        if self.ids.insert(place) {
            let sum = self.sums.entry(place.0).or_default();
            sum.count += 1;
            sum.mix ^= mix(&place.1);
        }
    }

    pub(super) fn remove(&mut self, item: &Item) {
        let place = (self.bucket(item.signed.attestation.written_at), item.id());
        if self.ids.remove(&place)
            && let Some(sum) = self.sums.get_mut(&place.0)
        {
            sum.count -= 1;
            sum.mix ^= mix(&place.1);
            if sum.count == 0 {
                self.sums.remove(&place.0);
            }
        }
    }

    /// The bucket of what is written then.
    pub(super) fn bucket(&self, written_at: LocalTime) -> i64 {
        written_at.0.div_euclid(self.bucket.as_nanos().max(1) as i64)
    }

    /// The last bucket with anything in it.
    pub(super) fn last(&self) -> Option<i64> {
        self.sums.last_key_value().map(|(bucket, _)| *bucket)
    }

    /// What is in the buckets of `range`: nothing in a range that ends before it starts, as of
    /// two replicas of which one has forgotten all that the other compares.
    pub(super) fn sums(&self, range: RangeInclusive<i64>) -> Vec<(i64, Sum)> {
        if range.is_empty() {
            return Vec::new();
        }
        self.sums.range(range).map(|(bucket, sum)| (*bucket, *sum)).collect()
    }

    /// Buckets of `range` that differ from those given.
    pub(super) fn differing(&self, range: RangeInclusive<i64>, theirs: &[(i64, Sum)]) -> Vec<i64> {
        let theirs: BTreeMap<i64, Sum> =
            theirs.iter().filter(|(bucket, _)| range.contains(bucket)).copied().collect();
        let ours: BTreeMap<i64, Sum> = self.sums(range).into_iter().collect();
        let all: BTreeSet<i64> = theirs.keys().chain(ours.keys()).copied().collect();
        all.into_iter().filter(|bucket| theirs.get(bucket) != ours.get(bucket)).collect()
    }

    /// What is in one bucket.
    pub(super) fn ids(&self, bucket: i64) -> impl Iterator<Item = Id> + '_ {
        let from = self.ids.range((bucket, Id::LEAST)..);
        from.take_while(move |(at, _)| *at == bucket).map(|(_, id)| *id)
    }
}

fn mix(id: &Id) -> u64 {
    id.as_bytes().first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}
