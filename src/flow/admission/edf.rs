//! `edf`: earliest deadline first (Liu and Layland, JACM 1973, section 7). What has no deadline
//! comes last, in line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Admission, Make, Next, Sorted};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Job, Params};
use crate::kernel::VirtualTime;

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("edf", "earliest deadline first"),
    make: |params| Box::new(Edf { setting: checked(params), jobs: Sorted::default() }),
};

/// What becomes of the late.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// Turn away what is too late already, so that it makes nobody else late. Without it the
    /// latest go first under overload, and all come too late.
    turn_away: bool,
}

impl Default for Setting {
    fn default() -> Self {
        Self { turn_away: true }
    }
}

impl Params for Setting {}

/// The queue.
struct Edf {
    setting: Setting,
    jobs: Sorted<VirtualTime>,
}

impl Admission for Edf {
    fn put(&mut self, job: Job) {
        self.jobs.put(job.deadline, job);
    }

    fn next(&mut self, now: VirtualTime) -> Next {
        match self.jobs.pop() {
            Some(job) if self.setting.turn_away && job.deadline < now => Next::Late(job),
            Some(job) => Next::Start(job),
            None => Next::Nothing,
        }
    }

    fn waiting(&self) -> u32 {
        self.jobs.len()
    }

    fn oldest(&self) -> Option<VirtualTime> {
        self.jobs.oldest()
    }

    fn clear(&mut self) {
        self.jobs.clear();
    }
}
