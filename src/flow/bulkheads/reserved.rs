//! `reserved`: one pool, but operations with a hook never get all of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bulkheads, Compartment, Make};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Lane, Params};
use crate::kernel::limit::between;

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("reserved", "one pool, of which hooks never get all"),
    make: |params, workers| Box::new(Reserved { setting: checked(params), workers }),
};

/// What hooks may not have.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// Hundredths of the workers that operations with a hook leave alone, rounded up; hooks get at
    /// least one worker.
    reserve: u32,
}

impl Default for Setting {
    fn default() -> Self {
        Self { reserve: 50 }
    }
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        between("reserve", self.reserve, &(1..=99))
    }
}

struct Reserved {
    setting: Setting,
    workers: u32,
}

impl Bulkheads for Reserved {
    fn pools(&self) -> Vec<u32> {
        vec![self.workers]
    }

    fn compartments(&self) -> Vec<Compartment> {
        let kept = (self.workers * self.setting.reserve).div_ceil(100);
        let hooks = self.workers.saturating_sub(kept).max(1);
        vec![
            Compartment { pool: 0, most: self.workers, lane: Lane::Ingress },
            Compartment { pool: 0, most: hooks, lane: Lane::Hook },
        ]
    }

    fn compartment(&self, _: Lane, has_hook: bool) -> usize {
        usize::from(has_hook)
    }
}
