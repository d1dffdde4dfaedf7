//! `reject`: a full router says so and when to come back, as HTTP's 503 with Retry-After does
//! (RFC 9110, section 10.2.3).

use super::{Backpressure, Entry, Make, has_room};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("reject", "a full router says when to come back"),
    make: |_, site| Box::new(Reject { queue: site.queue }),
};

struct Reject {
    queue: Option<u32>,
}

impl Backpressure for Reject {
    fn arrives(&mut self, here: u32) -> Entry {
        if has_room(self.queue, here) { Entry::Take } else { Entry::Refuse }
    }

    fn limit(&mut self, most: u32) {
        self.queue = Some(most);
    }
}
