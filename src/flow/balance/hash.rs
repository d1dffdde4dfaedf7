//! `hash`: always the same router for one key, by the greatest of the hashes of key and router
//! (highest random weight; Thaler and Ravishankar 1998). With every try the next greatest.

use super::{Balance, Call, Make, Routers, Words};
use crate::flow::spread::spread;
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("hash", "always the same router for one key"),
    make: |_| Box::new(Hash),
};

struct Hash;

/// Places from the greatest weight for `key` to the least.
pub(super) fn ranked(key: u32, count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by_key(|place| std::cmp::Reverse((weight(key, *place), *place)));
    places
}

const fn weight(key: u32, place: usize) -> u64 {
    spread((key as u64) << 32 | place as u64)
}

impl Balance for Hash {
    fn pick(&mut self, call: &Call, routers: &Routers, _luck: Words<'_>) -> usize {
        ranked(call.key, routers.count())[usize::from(call.attempt) % routers.count()]
    }
}
