//! `random`: any, with the same chance.

use super::{Balance, Call, Make, Routers, Words, even};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("random", "any, with the same chance"),
    make: |_| Box::new(Random),
};

struct Random;

impl Balance for Random {
    fn pick(&mut self, _call: &Call, routers: &Routers, luck: Words<'_>) -> usize {
        even(luck(0), routers.count())
    }
}
