//! `random`: any, with the same chance.

use super::{Balance, Call, Make, Routers, even};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("random", "any, with the same chance"),
    make: |_| Box::new(Random),
};

struct Random;

impl Balance for Random {
    fn pick(&mut self, call: &Call, routers: &Routers) -> usize {
        even(call.luck[0], routers.count())
    }
}
