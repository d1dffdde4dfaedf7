//! `two-choices`: the shorter queue of two that luck picks (Mitzenmacher 1996; Vvedenskaya,
//! Dobrushin and Karpelevich 1996).

use super::{Balance, Call, Make, Routers, Words, even};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("two-choices", "the shorter queue of two by luck"),
    make: |_| Box::new(TwoChoices),
};

struct TwoChoices;

impl Balance for TwoChoices {
    fn pick(&mut self, _call: &Call, routers: &Routers, luck: Words<'_>) -> usize {
        let count = routers.count();
        let first = even(luck(0), count);
        if count == 1 {
            return first;
        }
        let second = (first + 1 + even(luck(1), count - 1)) % count;
        routers.shortest([first, second].into_iter())
    }
}
