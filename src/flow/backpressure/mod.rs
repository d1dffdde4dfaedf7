//! Backpressure: what a router does when more comes than it can work off.

mod aimd;
mod block;
mod codel;
mod credit;
mod drop;
mod gradient;
mod none;
mod reject;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::choice::{chosen, described};
use super::{Choice, Described};
use crate::kernel::{Span, VirtualTime};

/// One router's policy.
pub trait Backpressure: Send {
    /// An operation comes, and so many are here already, waiting or in work.
    fn arrives(&mut self, here: u32) -> Entry;

    /// A worker is free for one that has waited so long; false turns it away.
    fn starts(&mut self, _now: VirtualTime, _waited: Span) -> bool {
        true
    }

    /// One that came so long ago is done, and so many are here still.
    fn ends(&mut self, _now: VirtualTime, _took: Span, _here: u32) {}

    /// From now on so many may be here at most, whatever was set before.
    fn limit(&mut self, most: u32);

    /// What clients must hold before they send.
    fn window(&self) -> Option<Window> {
        None
    }
}

/// What becomes of an operation that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It is taken in.
    Take,
    /// Its client is told to come back later.
    Refuse,
    /// It is lost, and nobody is told.
    Lose,
    /// It waits outside until there is room.
    Park,
}

/// Permits of a client at one router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many it holds at first; an operation takes one along.
    pub permits: u32,
    /// When it gets one back.
    pub back: Back,
}

/// When a permit goes back to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// Once the operation is taken in.
    Entered,
    /// Once the router is done with it.
    Done,
}

/// What a policy is made for.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// As many operations as a router may hold; `None` is no limit.
    pub queue: Option<u32>,
    /// Clients that may send to it.
    pub clients: u32,
}

/// Makes a policy from checked parameters.
pub type Make = fn(&Value, Site) -> Box<dyn Backpressure>;

const ALL: [Choice<Make>; 8] = [
    reject::CHOICE,
    none::CHOICE,
    drop::CHOICE,
    block::CHOICE,
    credit::CHOICE,
    aimd::CHOICE,
    gradient::CHOICE,
    codel::CHOICE,
];

/// What scenarios can choose; the first is the default.
pub const DESCRIBED: [Described; 8] = described(&ALL);

/// A policy of that kind; name and parameters must have been checked.
pub fn make(name: &str, params: &Value, site: Site) -> Box<dyn Backpressure> {
    (chosen(&ALL, name).make)(params, site)
}

/// Whether `queue` leaves room for one more.
fn has_room(queue: Option<u32>, here: u32) -> bool {
    queue.is_none_or(|most| here < most)
}
