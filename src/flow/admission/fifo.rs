//! `fifo`: first come, first served.

use std::collections::VecDeque;

use super::{Admission, Make, Next};
use crate::flow::{Choice, Described, Job, NoParams};
use crate::kernel::VirtualTime;

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("fifo", "first come, first served"),
    make: |_| Box::new(Fifo::default()),
};

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Fifo(VecDeque<Job>);

impl Admission for Fifo {
    fn put(&mut self, job: Job) {
        self.0.push_back(job);
    }

    fn next(&mut self, _: VirtualTime) -> Next {
        self.0.pop_front().map_or(Next::Nothing, Next::Start)
    }

    fn waiting(&self) -> u32 {
        self.0.len() as u32
    }

    fn oldest(&self) -> Option<VirtualTime> {
        self.0.front().map(|job| job.came)
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}
