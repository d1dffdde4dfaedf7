//! `round-robin`: by the operation's number; the next with every try.

use super::{Balance, Call, Make, Routers, Words};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("round-robin", "in turn, by the operation's number"),
    make: |_| Box::new(RoundRobin),
};

struct RoundRobin;

impl Balance for RoundRobin {
    fn pick(&mut self, call: &Call, routers: &Routers, _luck: Words<'_>) -> usize {
        (call.number as usize + usize::from(call.attempt)) % routers.count()
    }
}
