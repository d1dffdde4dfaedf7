//! One centre's table: distance vectors as in RIP (RFC 2453), where a cost is a time: a link's
//! delay and the wait that the neighbour last told.
//!
//! The wait at the destination itself is left out: it is the same whichever way one comes, and told
//! by several neighbours at several ages it would make detours look short.
//!
//! Where RIP remembers the best way only, this remembers what each neighbour last told, and takes
//! the least (RFC 2453, 3.4: `D(i,j) = min over k of [d(i,k) + D(k,j)]`; Bertsekas & Gallager, Data
//! Networks, 5.2.4): costs change all the time here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{News, Site};
use crate::kernel::{Span, VirtualTime};

/// So many hops are out of reach (RFC 2453, 3.4.2: infinity is 16).
const INFINITY: u8 = 16;

/// How far it is to a centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distance {
    /// Delays of links, and waits at the centres in between.
    pub cost: Span,
    /// Hops from centre to centre, below 16.
    pub hops: u8,
}

/// A way to a centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The neighbour through whom it goes.
    pub via: usize,
    /// How far it is.
    pub distance: Distance,
}

/// What a centre tells the neighbour through whom its own way goes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SplitHorizon {
    /// That it is out of reach (RFC 2453, 3.4.3, with poisoned reverse).
    #[default]
    Poisoned,
    /// The way, which leads back: then two centres may count to infinity.
    Off,
}

/// One centre's table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    me: usize,
    centres: usize,
    links: Vec<Link>,
}

/// A neighbour and what it last told.
#[derive(Clone, Debug)]
struct Link {
    to: usize,
    delay: Span,
    wait: Span,
    told: Vec<Option<Distance>>,
    /// When something last came from it.
    heard: VirtualTime,
    is_open: bool,
}

impl Distance {
    /// From a centre to itself.
    pub(super) const HERE: Self = Self { cost: Span::ZERO, hops: 0 };

    /// One way after another; `None` if that is out of reach.
    pub(super) fn and(self, then: Self) -> Option<Self> {
        let hops = self.hops + then.hops;
        (hops < INFINITY).then(|| Self { cost: self.cost + then.cost, hops })
    }
}

impl Table {
    /// Knows its neighbours, and no way yet.
    pub(super) fn new(site: &Site) -> Self {
        let (me, centres) = (site.me, site.overlay.centres());
        let link = |(to, delay)| Link {
            to,
            delay,
            wait: Span::ZERO,
            told: vec![None; centres],
            heard: VirtualTime::ZERO,
            is_open: true,
        };
        Self { me, centres, links: site.overlay.neighbours(me).map(link).collect() }
    }

    /// Knows all that neighbours would have told in calm times.
    pub(super) fn settled(site: &Site) -> Self {
        let mut table = Self::new(site);
        for link in &mut table.links {
            let way = |to| site.overlay.way(link.to, to).filter(|way| way.via != site.me);
            link.told = (0..table.centres).map(|to| Some(way(to)?.distance)).collect();
        }
        table
    }

    /// Neighbours, in order.
    pub(super) fn neighbours(&self) -> impl Iterator<Item = usize> + '_ {
        self.links.iter().map(|link| link.to)
    }

    /// The best way to another centre; of equals that through the first neighbour.
    pub(super) fn route(&self, destination: usize) -> Option<Route> {
        let open = self.links.iter().filter(|link| link.is_open);
        let ways = open.filter_map(|link| {
            let wait = if link.to == destination { Span::ZERO } else { link.wait };
            let first = Distance { cost: link.delay + wait, hops: 1 };
            let distance = first.and(link.told[destination]?)?;
            Some(Route { via: link.to, distance })
        });
        ways.min_by_key(|way| (way.distance, way.via))
    }

    /// The best way to each centre, itself included.
    pub(super) fn ways(&self) -> Vec<Option<Route>> {
        (0..self.centres).map(|to| self.way(to)).collect()
    }

    /// What a neighbour is told.
    pub(super) fn tell(&self, neighbour: usize, horizon: SplitHorizon) -> Vec<Option<Distance>> {
        let leads_back =
            |way: &Route| way.via == neighbour && matches!(horizon, SplitHorizon::Poisoned);
        let tell = |to| self.way(to).filter(|way| !leads_back(way)).map(|way| way.distance);
        (0..self.centres).map(tell).collect()
    }

    fn way(&self, to: usize) -> Option<Route> {
        let here = Route { via: self.me, distance: Distance::HERE };
        if to == self.me { Some(here) } else { self.route(to) }
    }

    /// A neighbour tells something; whatever it is, it is there.
    pub(super) fn hear(&mut self, from: usize, news: &News, now: VirtualTime) {
        let Some(link) = self.links.iter_mut().find(|link| link.to == from) else { return };
        (link.heard, link.wait, link.is_open) = (now, news.wait, true);
        if let Some(table) = &news.table {
            link.told.clone_from(table);
        }
    }

    /// Nothing has come from anybody before now.
    pub(super) fn listen(&mut self, now: VirtualTime) {
        self.links.iter_mut().for_each(|link| link.heard = now);
    }

    /// Closes the links on which nothing has come for so long (RFC 2453, 3.8), and says which. What
    /// such a neighbour told last holds again once it is back, until it tells something else.
    pub(super) fn time_out(&mut self, now: VirtualTime, timeout: Span) -> Vec<usize> {
        let is_over = |link: &&mut Link| link.is_open && now >= link.heard + timeout;
        let over = self.links.iter_mut().filter(is_over);
        let close = |link: &mut Link| {
            link.is_open = false;
            link.to
        };
        over.map(close).collect()
    }

    /// When the next link will have been silent for so long.
    pub(super) fn next_timeout(&self, timeout: Span) -> VirtualTime {
        let open = self.links.iter().filter(|link| link.is_open);
        open.map(|link| link.heard + timeout).min().unwrap_or(VirtualTime::MAX)
    }
}
