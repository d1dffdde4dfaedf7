//! `priority`: the most urgent group first, without interrupting anybody (head-of-the-line
//! priorities; Cobham 1954); in line among equals.

use super::{Admission, Make, Next, Sorted};
use crate::flow::{Choice, Described, Job, NoParams};
use crate::kernel::VirtualTime;

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("priority", "the most urgent load group first"),
    make: |_| Box::new(Priority::default()),
};

/// The queue.
#[derive(Default)]
struct Priority(Sorted<u8>);

impl Admission for Priority {
    fn put(&mut self, job: Job) {
        self.0.put(job.priority, job);
    }

    fn next(&mut self, _: VirtualTime) -> Next {
        self.0.pop().map_or(Next::Nothing, Next::Start)
    }

    fn waiting(&self) -> u32 {
        self.0.len()
    }

    fn oldest(&self) -> Option<VirtualTime> {
        self.0.oldest()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}
