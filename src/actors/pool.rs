//! Workers with one queue before them: first come, first served.

use crate::kernel::{Span, VirtualTime};
use crate::network::{Desk, Payload, TimerSlot};

/// A queue that the scenario leaves without a limit holds so many jobs all the same.
const MOST_JOBS: u32 = 1 << 20;

/// Equal workers. As service is first come, first served, a job's end is known when it comes.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    free_at: Vec<VirtualTime>,
    jobs: u32,
}

impl Pool {
    /// So many workers, at least one.
    pub(super) fn new(workers: u32) -> Self {
        Self { free_at: vec![VirtualTime::ZERO; workers.max(1) as usize], jobs: 0 }
    }

    /// Whether one more job may wait; said aloud if not, for no scenario set this limit.
    pub(super) fn has_room<P: Payload>(&self, desk: &mut Desk<'_, P>) -> bool {
        let has_room = self.jobs < MOST_JOBS;
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
        // Any worker that is idle will do; only where none is, who is free first begins.
        let idle = self.free_at.iter().position(|free_at| *free_at <= desk.now());
        let soonest = || (0..self.free_at.len()).min_by_key(|at| self.free_at[*at]);
        let first = idle.or_else(soonest).unwrap_or(0);
        self.free_at[first] = desk.work(self.free_at[first], work, slot);
        self.jobs += 1;
    }

    /// A job is done.
    pub(super) const fn end(&mut self) {
        self.jobs = self.jobs.saturating_sub(1);
    }

    /// Drops all jobs.
    pub(super) fn clear(&mut self) {
        self.free_at.fill(VirtualTime::ZERO);
        self.jobs = 0;
    }
}

#[cfg(test)]
mod tests;
