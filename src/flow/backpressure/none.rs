//! `none`: everything is taken in, however long the queue; `routers.queue` is not looked at.

use super::{Backpressure, Entry, Make};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("none", "everything is taken in, without a limit"),
    make: |_, _| Box::new(NoLimit),
};

struct NoLimit;

impl Backpressure for NoLimit {
    fn arrives(&mut self, _: u32) -> Entry {
        Entry::Take
    }
}
