//! `sticky`: the router that luck picked first, until a try there fails; then the next one.

use super::{Balance, Call, Make, Routers, Words, even};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("sticky", "the same router until a try there fails"),
    make: |_| Box::new(Sticky::default()),
};

#[derive(Default)]
struct Sticky(Option<usize>);

impl Balance for Sticky {
    fn pick(&mut self, call: &Call, routers: &Routers, luck: Words<'_>) -> usize {
        let count = routers.count();
        let place = *self.0.get_or_insert_with(|| even(luck(0), count));
        let place = if call.attempt == 0 { place } else { (place + 1) % count };
        self.0 = Some(place);
        place
    }
}
