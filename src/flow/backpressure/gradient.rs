//! `gradient`: the router's limit follows how much longer operations take than they do in the long
//! run (Gradient2 of Netflix's concurrency-limits).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Backpressure, Entry, Make};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Params};
use crate::kernel::limit::between;
use crate::kernel::{Span, VirtualTime};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("gradient", "a limit that falls as times grow"),
    make: |params, _| Box::new(Gradient::new(checked(params))),
};

/// How the limit moves.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// Hundredths of the usual time that one may take before the limit falls.
    tolerance: u32,
    /// Operations that may wait in good times.
    waiting: u32,
    /// Operations that the usual time is averaged over.
    memory: u32,
    /// Hundredths of a new limit that are taken over at once.
    smoothing: u32,
    /// The limit at first.
    initial: u32,
    /// It never falls below this.
    least: u32,
    /// It never rises above this.
    most: u32,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            tolerance: 150,
            waiting: 4,
            memory: 600,
            smoothing: 20,
            initial: 20,
            least: 20,
            most: 200,
        }
    }
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        between("tolerance", self.tolerance, &(100..=10_000))?;
        between("waiting", self.waiting, &(0..=1_000_000))?;
        between("memory", self.memory, &(2..=1_000_000))?;
        between("smoothing", self.smoothing, &(1..=100))?;
        between("least", self.least, &(1..=1_000_000))?;
        between("most", self.most, &(self.least..=1_000_000))?;
        between("initial", self.initial, &(self.least..=self.most))
    }
}

/// So many times are averaged evenly before the older ones fade.
const EVEN: u32 = 10;

struct Gradient {
    setting: Setting,
    limit: f64,
    /// The usual time in nanoseconds, and how many times it was learnt from, up to [`EVEN`].
    usual: f64,
    learnt: u32,
}

impl Gradient {
    fn new(setting: Setting) -> Self {
        let limit = f64::from(setting.initial);
        Self { setting, limit, usual: 0.0, learnt: 0 }
    }

    /// Exponentially fading, after a plain mean of the first few.
    fn learn(&mut self, took: f64) {
        let weight = if self.learnt < EVEN {
            self.learnt += 1;
            1.0 / f64::from(self.learnt)
        } else {
            2.0 / (f64::from(self.setting.memory) + 1.0)
        };
        self.usual += (took - self.usual) * weight;
    }
}

impl Backpressure for Gradient {
    fn arrives(&mut self, here: u32) -> Entry {
        if f64::from(here) < self.limit { Entry::Take } else { Entry::Refuse }
    }

    fn limit(&mut self, most: u32) {
        self.limit = most.into();
    }

    /// A limit that is not used up says nothing about what is beyond it.
    fn ends(&mut self, _now: VirtualTime, took: Span, here: u32) {
        let took = (took.as_nanos() as f64).max(1.0);
        self.learn(took);
        // Trouble that lasted has made long times usual: that is forgotten faster.
        if self.usual > 2.0 * took {
            self.usual *= 0.95;
        }
        if f64::from(here) * 2.0 < self.limit {
            return;
        }
        let share = |hundredths: u32| f64::from(hundredths) / 100.0;
        let gradient = (share(self.setting.tolerance) * self.usual / took).clamp(0.5, 1.0);
        let wanted = self.limit.mul_add(gradient, f64::from(self.setting.waiting));
        let moved = (wanted - self.limit).mul_add(share(self.setting.smoothing), self.limit);
        let (least, most) = (f64::from(self.setting.least), f64::from(self.setting.most));
        self.limit = moved.clamp(least, most);
    }
}
