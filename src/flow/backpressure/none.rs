//! `none`: everything is taken in, however long the queue; `routers.queue` is not looked at, and
//! only operators set a limit.

use super::{Backpressure, Entry, Make, has_room};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("none", "everything is taken in, without a limit"),
    make: |_, _| Box::new(NoLimit { most: None }),
};

struct NoLimit {
    /// What operators have set.
    most: Option<u32>,
}

impl Backpressure for NoLimit {
    fn arrives(&mut self, here: u32) -> Entry {
        if has_room(self.most, here) { Entry::Take } else { Entry::Refuse }
    }

    fn limit(&mut self, most: u32) {
        self.most = Some(most);
    }
}
