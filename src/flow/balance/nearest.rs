//! `nearest`: the router with the shortest way; with every try the next nearest.

use super::{Balance, Call, Make, Routers, Words};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("nearest", "the shortest way; the next with every try"),
    make: |_| Box::new(Nearest),
};

struct Nearest;

impl Balance for Nearest {
    fn pick(&mut self, call: &Call, routers: &Routers, _luck: Words<'_>) -> usize {
        routers.by_distance[usize::from(call.attempt) % routers.count()]
    }
}
