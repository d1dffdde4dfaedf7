//! Routing: how an operation comes from the router that took it in to the validators. Routers may
//! be sorting centres on an overlay, each with a table of its own of which way is short; tables are
//! as old as what neighbours last told.

mod coordinated;
mod direct;
mod overlay;
mod relay;
mod rounds;
mod table;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

pub use self::overlay::{Overlay, home};
pub use self::table::{Distance, Route};
use super::choice::{chosen, described};
use super::{Choice, Described};
use crate::kernel::{Span, VirtualTime};

/// One centre's policy. Centres are numbered from 0, as routers are.
pub trait Routing: Send {
    /// The centre begins, or begins anew without what it knew.
    fn begin(&mut self, now: VirtualTime, is_anew: bool);

    /// A neighbour tells something.
    fn hear(&mut self, now: VirtualTime, from: usize, news: &News);

    /// All that its rounds do takes so many thousandths of the usual time from now on.
    fn pace(&mut self, now: VirtualTime, pace: u64);

    /// Does what is due, while an operation that comes here waits for about so long.
    fn act(&mut self, now: VirtualTime, wait: Span, out: &mut Vec<Effect>);

    /// When something is due again.
    fn due(&self) -> VirtualTime;

    /// The way to another centre, if one is known.
    fn route(&self, destination: usize) -> Option<Route>;

    /// Hops after which an operation goes back to its sender.
    fn most_hops(&self) -> u8;

    /// Whether what is handed over is kept until the neighbour has said that it came, to be sent
    /// another way if it never does.
    fn keeps(&self) -> bool {
        false
    }
}

/// What a policy wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Tell a neighbour.
    Tell(usize, News),
    /// A neighbour is not there any more, or has begun anew: what it has not said it took goes
    /// another way.
    Closed(usize),
}

/// What one centre tells a neighbour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// How long an operation that comes waits there.
    pub wait: Span,
    /// How far it is from there to each centre; `None` is out of reach. No table is a heartbeat.
    pub table: Option<Vec<Option<Distance>>>,
    /// It knows nothing, and wants the other's table at once (RFC 2453, 3.9.1).
    pub asks: bool,
}

impl News {
    /// Bytes on the wire, with entries as long as those of RFC 2453, 3.6.
    pub fn wire_len(&self) -> u32 {
        12 + 20 * self.table.as_ref().map_or(0, |table| table.len() as u32)
    }
}

/// Where a policy is made for.
#[derive(Clone, Debug)]
pub struct Site {
    /// The centre.
    pub me: usize,
    /// All of them, and the links between them.
    pub overlay: Arc<Overlay>,
}

/// Makes a policy from checked parameters; `None` where routers are no centres: each hands what it
/// has taken in to the validators.
pub type Make = fn(&Value, &Site) -> Option<Box<dyn Routing>>;

const ALL: [Choice<Make>; 3] = [direct::CHOICE, relay::CHOICE, coordinated::CHOICE];

/// What scenarios can choose; the first is the default.
pub const DESCRIBED: [Described; 3] = described(&ALL);

/// A policy of that kind; name and parameters must have been checked.
pub fn make(name: &str, params: &Value, site: &Site) -> Option<Box<dyn Routing>> {
    (chosen(&ALL, name).make)(params, site)
}
