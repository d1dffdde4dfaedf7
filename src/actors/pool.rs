//! Workers with one queue before them: first come, first served.

use std::collections::VecDeque;

use crate::kernel::Span;
use crate::network::{Desk, Payload, TimerSlot};

/// A queue that the scenario leaves without a limit holds so many jobs all the same.
const MOST_JOBS: usize = 1 << 20;

/// Equal workers. How long a job takes is known when a worker begins it: by the host's pace then.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    workers: u32,
    busy: u32,
    waiting: VecDeque<(Span, TimerSlot)>,
}

impl Pool {
    /// So many workers, at least one.
    pub(super) fn new(workers: u32) -> Self {
        Self { workers: workers.max(1), busy: 0, waiting: VecDeque::new() }
    }

    /// Whether one more job may wait; said aloud if not, for no scenario set this limit.
    pub(super) fn has_room<P: Payload>(&self, desk: &mut Desk<'_, P>) -> bool {
        let has_room = self.waiting.len() < MOST_JOBS;
        if !has_room {
            desk.overflow();
        }
        has_room
    }

    /// Takes a job in; `slot` is called when it is done.
    pub(super) fn begin<P: Payload>(
        &mut self,
        work: Span,
        slot: TimerSlot,
        desk: &mut Desk<'_, P>,
    ) {
        if self.busy < self.workers {
            self.busy += 1;
            desk.work(work, slot);
        } else {
            desk.owe(self.share(work));
            self.waiting.push_back((work, slot));
        }
    }

    /// A job is done, and its worker begins the next.
    pub(super) fn end<P: Payload>(&mut self, desk: &mut Desk<'_, P>) {
        match self.waiting.pop_front() {
            Some((work, slot)) => {
                desk.settle(self.share(work));
                desk.work(work, slot);
            }
            None => self.busy = self.busy.saturating_sub(1),
        }
    }

    /// Drops all jobs, with the host that went down.
    pub(super) fn clear(&mut self) {
        self.busy = 0;
        self.waiting.clear();
    }

    /// By how much a job that waits puts off the end of all.
    const fn share(&self, work: Span) -> Span {
        Span::from_nanos(work.as_nanos() / self.workers as u64)
    }
}

#[cfg(test)]
mod tests;
