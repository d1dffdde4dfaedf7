//! `wfq`: every client gets its share of the work, by start-time fair queueing (Goyal, Vin and
//! Cheng, SIGCOMM 1996, section 2), the form of weighted fair queueing for a server whose
//! rate varies. All weights are 1.

use std::collections::BTreeMap;

use super::{Admission, Make, Next, Sorted};
use crate::flow::{Choice, Described, Job, NoParams};
use crate::kernel::VirtualTime;

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("wfq", "an equal share of the work for every client"),
    make: |_| Box::new(Wfq::default()),
};

/// Tags are in nanoseconds of work.
#[derive(Default)]
struct Wfq {
    /// The start tag of the job in service.
    virtual_time: u64,
    /// The finish tag of each client's last job; only those ahead of the virtual time are kept.
    finish: BTreeMap<u32, u64>,
    jobs: Sorted<u64>,
}

/// Finish tags are swept when there are more than this and more than twice those in use.
const SWEEP: usize = 64;

impl Wfq {
    /// A tag that virtual time has passed says nothing.
    fn sweep(&mut self) {
        if self.finish.len() > SWEEP.max(2 * self.jobs.len() as usize) {
            self.finish.retain(|_, tag| *tag > self.virtual_time);
        }
    }
}

impl Admission for Wfq {
    fn put(&mut self, job: Job) {
        self.sweep();
        let last = self.finish.get(&job.flow).copied().unwrap_or(0);
        let start = last.max(self.virtual_time);
        self.finish.insert(job.flow, start + job.work.as_nanos());
        self.jobs.put(start, job);
    }

    fn next(&mut self, _: VirtualTime) -> Next {
        let Some((start, job)) = self.jobs.pop_with_key() else { return Next::Nothing };
        self.virtual_time = start;
        Next::Start(job)
    }

    fn waiting(&self) -> u32 {
        self.jobs.len()
    }

    fn oldest(&self) -> Option<VirtualTime> {
        self.jobs.oldest()
    }

    fn clear(&mut self) {
        self.jobs.clear();
        self.finish.clear();
    }
}
