//! `least-queue`: the shortest queue that was heard of. News is old, so everybody runs to the same
//! one until the next news (Mitzenmacher, How Useful Is Old Information?, 1997).

use super::{Balance, Call, Make, Routers, Words};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("least-queue", "the shortest queue that was heard of"),
    make: |_| Box::new(LeastQueue),
};

struct LeastQueue;

impl Balance for LeastQueue {
    fn pick(&mut self, call: &Call, routers: &Routers, _luck: Words<'_>) -> usize {
        let from = call.number as usize + usize::from(call.attempt);
        let count = routers.count();
        routers.shortest((0..count).map(|step| (from + step) % count))
    }
}
