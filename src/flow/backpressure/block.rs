//! `block`: a full router reads no more, and a client whose last send has not been read waits
//! with the next, as writers to a full socket do.

use super::{Back, Backpressure, Entry, Make, Window, has_room};
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("block", "a client's send waits until it is read"),
    make: |_, site| Box::new(Block { queue: site.queue }),
};

struct Block {
    queue: Option<u32>,
}

impl Backpressure for Block {
    fn arrives(&mut self, here: u32) -> Entry {
        if has_room(self.queue, here) { Entry::Take } else { Entry::Park }
    }

    fn limit(&mut self, most: u32) {
        self.queue = Some(most);
    }

    fn window(&self) -> Option<Window> {
        Some(Window { permits: 1, back: Back::Entered })
    }
}
