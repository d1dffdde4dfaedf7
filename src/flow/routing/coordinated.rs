//! `coordinated`: as `relay`, and centres tell one another at once what has changed by much (RFC
//! 2453, 3.10.1, triggered updates). Heartbeats tell that a centre is there and what it has taken:
//! once a neighbour is silent for a few of them, what it has not taken goes another way.

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
    described: Described::of::<Setting>("coordinated", "the same, and news goes round at once"),
    make: |params, site| Some(Box::new(Coordinated::new(checked(params), site.clone()))),
};

/// How tables and other news spread.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// A centre tells its table so often in any case.
    gossip: Span,
    /// And at once when a way is another than it last told, or longer or shorter by so much, or its
    /// own wait is.
    change: Span,
    /// But so far apart at least (RFC 2453, 3.10.1: 1 to 5 s).
    pause: Span,
    /// A centre says so often that it is there.
    heartbeat: Span,
    /// After so many silent heartbeats a neighbour is taken for closed.
    missed: u32,
    /// Hops after which an operation goes back to its sender.
    most_hops: u8,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            gossip: Span::from_secs(1),
            change: Span::from_millis(200),
            pause: Span::from_millis(250),
            heartbeat: Span::from_millis(500),
            missed: 3,
            most_hops: 16,
        }
    }
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        at_least("gossip", self.gossip, SHORTEST)?;
        at_least("change", self.change, SHORTEST)?;
        at_least("pause", self.pause, SHORTEST)?;
        at_least("heartbeat", self.heartbeat, SHORTEST)?;
        between("missed", self.missed, &(1..=1_000))?;
        between("most_hops", self.most_hops, &(1..=64))
    }
}

struct Coordinated {
    setting: Setting,
    site: Site,
    table: Table,
    rounds: Rounds,
    heartbeats: Rounds,
    /// What it last told: its wait, and its ways.
    told: (Span, Vec<Option<Route>>),
    /// Nothing is told at once before then.
    quiet_until: VirtualTime,
    /// The table may be another than when it was last compared.
    is_stirred: bool,
    /// Its wait, or a way, is by much another than it last told.
    is_other: (bool, bool),
    /// It has just begun anew.
    asks: bool,
    /// Neighbours that have just begun anew, and lost what they had taken.
    reborn: Vec<usize>,
}

impl Coordinated {
    fn new(setting: Setting, site: Site) -> Self {
        let table = Table::settled(&site);
        Self {
            rounds: Rounds::new(setting.gossip),
            heartbeats: Rounds::new(setting.heartbeat),
            told: (Span::ZERO, table.ways()),
            quiet_until: VirtualTime::ZERO,
            is_stirred: false,
            is_other: (false, false),
            asks: false,
            reborn: Vec::new(),
            setting,
            site,
            table,
        }
    }

    fn patience(&self) -> Span {
        self.setting.heartbeat * u64::from(self.setting.missed)
    }

    /// Looks whether something is by much another than it last told.
    fn compare(&mut self, wait: Span) {
        let is_far = |one: Span, other: Span| {
            one.saturating_sub(other).max(other.saturating_sub(one)) >= self.setting.change
        };
        self.is_other.0 = is_far(wait, self.told.0);
        if std::mem::take(&mut self.is_stirred) {
            let hops = |way: Option<Route>| way.map(|way| (way.via, way.distance.hops));
            let cost = |way: Option<Route>| way.map_or(Span::ZERO, |way| way.distance.cost);
            let is_other = |(now, told): (Option<Route>, &Option<Route>)| {
                hops(now) != hops(*told) || is_far(cost(now), cost(*told))
            };
            let ways = self.table.ways();
            self.is_other.1 = ways.into_iter().zip(&self.told.1).any(is_other);
        }
    }

    const fn has_news(&self) -> bool {
        self.is_other.0 || self.is_other.1
    }

    fn tell_tables(&mut self, now: VirtualTime, wait: Span, out: &mut Vec<Effect>) {
        let asks = std::mem::take(&mut self.asks);
        out.extend(self.table.neighbours().map(|to| {
            let table = (!asks).then(|| self.table.tell(to, SplitHorizon::Poisoned));
            Effect::Tell(to, News { wait, table, asks })
        }));
        self.told = (wait, self.table.ways());
        self.is_other = (false, false);
        self.quiet_until = now + self.setting.pause;
    }
}

impl Routing for Coordinated {
    fn begin(&mut self, now: VirtualTime, is_anew: bool) {
        self.rounds.begin(now, &self.site);
        self.heartbeats.begin(now, &self.site);
        if is_anew {
            self.table = Table::new(&self.site);
            self.told.1 = self.table.ways();
            self.rounds.hurry();
            self.asks = true;
        }
        self.table.listen(now);
    }

    fn hear(&mut self, now: VirtualTime, from: usize, news: &News) {
        self.table.hear(from, news, now);
        self.is_stirred = true;
        if news.asks {
            self.rounds.hurry();
            self.reborn.push(from);
        }
    }

    fn pace(&mut self, _now: VirtualTime, pace: u64) {
        self.rounds.pace(pace);
    }

    fn act(&mut self, now: VirtualTime, wait: Span, out: &mut Vec<Effect>) {
        let closed = self.table.time_out(now, self.patience());
        self.is_stirred |= !closed.is_empty();
        out.extend(closed.into_iter().chain(self.reborn.drain(..)).map(Effect::Closed));
        self.compare(wait);
        if self.rounds.begins(now) || self.has_news() && now >= self.quiet_until {
            self.tell_tables(now, wait, out);
        }
        if self.heartbeats.begins(now) {
            let news = News { wait, table: None, asks: false };
            out.extend(self.table.neighbours().map(|to| Effect::Tell(to, news.clone())));
        }
    }

    fn due(&self) -> VirtualTime {
        let change = if self.has_news() { self.quiet_until } else { VirtualTime::MAX };
        let regular = self.rounds.due().min(self.heartbeats.due());
        regular.min(change).min(self.table.next_timeout(self.patience()))
    }

    fn route(&self, destination: usize) -> Option<Route> {
        self.table.route(destination)
    }

    fn most_hops(&self) -> u8 {
        self.setting.most_hops
    }

    fn keeps(&self) -> bool {
        true
    }
}
