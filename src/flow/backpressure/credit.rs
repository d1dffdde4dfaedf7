//! `credit`: a client sends only what it holds a credit for, and the router gives it back when
//! it is done with the operation (Kung, Blackwell and Chapman, SIGCOMM 1994).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Back, Backpressure, Entry, Make, Window, has_room};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Params};
use crate::kernel::limit::between;

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("credit", "a client sends only what it has credit for"),
    make: |params, site| {
        let setting: Setting = checked(params);
        let share = site.queue.map_or(DEFAULT, |queue| (queue / site.clients.max(1)).max(1));
        let credits = if setting.credits == 0 { share } else { setting.credits };
        Box::new(Credit { queue: site.queue, credits })
    },
};

/// Credits of a client where neither they nor the queue are limited.
const DEFAULT: u32 = 4;

/// How much credit is given.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// Credits of each client at each router; 0 gives each its share of the queue, at least 1.
    credits: u32,
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        between("credits", self.credits, &(0..=1_000_000))
    }
}

struct Credit {
    queue: Option<u32>,
    credits: u32,
}

impl Backpressure for Credit {
    /// More clients than places can send more than there is room for; the rest is refused.
    fn arrives(&mut self, here: u32) -> Entry {
        if has_room(self.queue, here) { Entry::Take } else { Entry::Refuse }
    }

    fn limit(&mut self, most: u32) {
        self.queue = Some(most);
    }

    fn window(&self) -> Option<Window> {
        Some(Window { permits: self.credits, back: Back::Done })
    }
}
