//! `separate`: every kind of work has workers of its own, so that none can take another's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bulkheads, Compartment, Make};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Lane, Params};
use crate::kernel::limit::between;

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("separate", "workers of its own for every kind of work"),
    make: |params, workers| Box::new(Separate { setting: checked(params), workers }),
};

/// Workers of each lane.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// Workers of each lane; 0 gives each its share of `routers.workers`, at least 1.
    each: u32,
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        between("each", self.each, &(0..=1_024))
    }
}

struct Separate {
    setting: Setting,
    workers: u32,
}

impl Bulkheads for Separate {
    fn pools(&self) -> Vec<u32> {
        let lanes = Lane::ALL.len() as u32;
        let share = (self.workers / lanes).max(1);
        let each = if self.setting.each == 0 { share } else { self.setting.each };
        vec![each; Lane::ALL.len()]
    }

    fn compartments(&self) -> Vec<Compartment> {
        let pools = self.pools();
        let all = Lane::ALL.iter().zip(pools).enumerate();
        all.map(|(pool, (lane, most))| Compartment { pool, most, lane: *lane }).collect()
    }

    fn compartment(&self, lane: Lane, _: bool) -> usize {
        lane as usize
    }
}
