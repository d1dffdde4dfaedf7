//! `drop`: a full router loses what comes and tells nobody (drop-tail).

use super::{Backpressure, Entry, Make, has_room};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("drop", "a full router loses what comes, silently"),
    make: |_, site| Box::new(DropTail { queue: site.queue }),
};

struct DropTail {
    queue: Option<u32>,
}

impl Backpressure for DropTail {
    fn arrives(&mut self, here: u32) -> Entry {
        if has_room(self.queue, here) { Entry::Take } else { Entry::Lose }
    }

    fn limit(&mut self, most: u32) {
        self.queue = Some(most);
    }
}
