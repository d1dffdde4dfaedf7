//! `bounded-hash`: as `hash`, but past routers that hold more than their share and a bit
//! (consistent hashing with bounded loads; Mirrokni, Thorup and Zadimoghaddam 2018).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hash::ranked;
use super::{Balance, Call, Make, Routers, Words};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Params};
use crate::kernel::limit::between;

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("bounded-hash", "by key, past routers that hold too much"),
    make: |params| Box::new(BoundedHash(checked(params))),
};

/// What is too much.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// A router may hold so many hundredths of the mean more than the mean, rounded up.
    excess: u32,
}

impl Default for Setting {
    fn default() -> Self {
        Self { excess: 25 }
    }
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        between("excess", self.excess, &(1..=1_000))
    }
}

struct BoundedHash(Setting);

impl Balance for BoundedHash {
    fn pick(&mut self, call: &Call, routers: &Routers, _luck: Words<'_>) -> usize {
        let count = routers.count();
        let all: u64 = routers.queues.iter().map(|queue| u64::from(*queue)).sum();
        let share = (all + 1) * (100 + u64::from(self.0.excess));
        let bound = share.div_ceil(100 * count as u64);
        let ranked = ranked(call.key, count);
        let from = usize::from(call.attempt) % count;
        let fits = |place: &&usize| u64::from(routers.queues[**place]) < bound;
        *ranked.iter().cycle().skip(from).take(count).find(fits).unwrap_or(&ranked[from])
    }
}
