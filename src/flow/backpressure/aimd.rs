//! `aimd`: the router finds out how much it can hold: while operations are done in time its limit
//! grows by one a round, and falls by a share when one is late (Chiu and Jain, 1989).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Backpressure, Entry, Make};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Params};
use crate::kernel::limit::{SHORTEST, at_least, between};
use crate::kernel::{Span, VirtualTime};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("aimd", "a limit that grows in time and falls when late"),
    make: |params, _| Box::new(Aimd::new(checked(params))),
};

/// How the limit moves.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// From coming in until done: longer is late.
    target: Span,
    /// Thousandths of the limit that are left of it when one is late.
    decrease: u32,
    /// The limit at first.
    initial: u32,
    /// It never falls below this.
    least: u32,
}

impl Default for Setting {
    fn default() -> Self {
        Self { target: Span::from_millis(200), decrease: 900, initial: 20, least: 1 }
    }
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        at_least("target", self.target, SHORTEST)?;
        between("decrease", self.decrease, &(1..=999))?;
        between("least", self.least, &(1..=1_000_000))?;
        between("initial", self.initial, &(self.least..=1_000_000))
    }
}

struct Aimd {
    setting: Setting,
    limit: f64,
    /// The limit falls at most once in a target's time: what is late together is one event.
    falls_from: VirtualTime,
}

impl Aimd {
    fn new(setting: Setting) -> Self {
        let limit = f64::from(setting.initial);
        Self { setting, limit, falls_from: VirtualTime::ZERO }
    }
}

impl Backpressure for Aimd {
    fn arrives(&mut self, here: u32) -> Entry {
        if f64::from(here) < self.limit { Entry::Take } else { Entry::Refuse }
    }

    fn limit(&mut self, most: u32) {
        self.limit = most.into();
    }

    /// A limit that is not used up says nothing about what is beyond it.
    fn ends(&mut self, now: VirtualTime, took: Span, here: u32) {
        if took <= self.setting.target {
            if f64::from(here) * 2.0 >= self.limit {
                self.limit += 1.0 / self.limit;
            }
        } else if now >= self.falls_from {
            let left = self.limit * f64::from(self.setting.decrease) / 1_000.0;
            self.limit = left.max(f64::from(self.setting.least));
            self.falls_from = now + self.setting.target;
        }
    }
}
