//! `relay`: operations go from centre to centre by tables that neighbours tell one another every so
//! often, as RIP does (RFC 2453). In between tables age.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rounds::Rounds;
use super::table::{Route, SplitHorizon, Table};
use super::{Effect, Make, News, Routing, Site};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Params};
use crate::kernel::limit::{SHORTEST, at_least, between};
use crate::kernel::{Span, VirtualTime};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("relay", "from centre to centre, by tables that age"),
    make: |params, site| Some(Box::new(Relay::new(checked(params), site.clone()))),
};

/// How tables spread.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// A centre tells its table so often (RFC 2453, 3.8: 30 s).
    gossip: Span,
    /// After so many silent rounds a neighbour is taken for gone (RFC 2453, 3.8: 180 s).
    missed: u32,
    /// What the neighbour is told through whom a way goes: `poisoned` or `off`.
    split_horizon: SplitHorizon,
    /// Hops after which an operation goes back to its sender.
    most_hops: u8,
}

impl Default for Setting {
    fn default() -> Self {
        let split_horizon = SplitHorizon::Poisoned;
        Self { gossip: Span::from_secs(1), missed: 6, split_horizon, most_hops: 16 }
    }
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        at_least("gossip", self.gossip, SHORTEST)?;
        between("missed", self.missed, &(1..=1_000))?;
        between("most_hops", self.most_hops, &(1..=64))
    }
}

struct Relay {
    setting: Setting,
    site: Site,
    table: Table,
    rounds: Rounds,
    /// It has just begun anew.
    asks: bool,
}

impl Relay {
    fn new(setting: Setting, site: Site) -> Self {
        let rounds = Rounds::new(setting.gossip);
        Self { setting, table: Table::settled(&site), site, rounds, asks: false }
    }

    /// A round may take longer: then so does the patience.
    fn patience(&self) -> Span {
        self.rounds.length() * u64::from(self.setting.missed)
    }
}

impl Routing for Relay {
    fn begin(&mut self, now: VirtualTime, is_anew: bool) {
        self.rounds.begin(now, &self.site);
        if is_anew {
            self.table = Table::new(&self.site);
            self.rounds.hurry();
            self.asks = true;
        }
        self.table.listen(now);
    }

    fn hear(&mut self, now: VirtualTime, from: usize, news: &News) {
        self.table.hear(from, news, now);
        if news.asks {
            self.rounds.hurry();
        }
    }

    fn pace(&mut self, _now: VirtualTime, pace: u64) {
        self.rounds.pace(pace);
    }

    fn act(&mut self, now: VirtualTime, wait: Span, out: &mut Vec<Effect>) {
        self.table.time_out(now, self.patience());
        if self.rounds.begins(now) {
            let horizon = self.setting.split_horizon;
            let asks = std::mem::take(&mut self.asks);
            out.extend(self.table.neighbours().map(|to| {
                let table = (!asks).then(|| self.table.tell(to, horizon));
                Effect::Tell(to, News { wait, table, asks })
            }));
        }
    }

    fn due(&self) -> VirtualTime {
        self.rounds.due().min(self.table.next_timeout(self.patience()))
    }

    fn route(&self, destination: usize) -> Option<Route> {
        self.table.route(destination)
    }

    fn most_hops(&self) -> u8 {
        self.setting.most_hops
    }
}
