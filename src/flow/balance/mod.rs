//! Balance: which router an operation goes to. Clients pick, by what they know.

mod bounded_hash;
mod hash;
mod least_queue;
mod nearest;
mod random;
mod round_robin;
mod sticky;
mod two_choices;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::choice::{chosen, described};
use super::{Choice, Described};

/// One client's policy.
pub trait Balance: Send {
    /// The router for an operation, by its place in the client's list. Luck has two words of the
    /// call's own, numbered 0 and 1; most policies need none.
    fn pick(&mut self, call: &Call, routers: &Routers, luck: Words<'_>) -> usize;
}

/// The words of luck of one call, by number.
pub type Words<'a> = &'a mut dyn FnMut(u64) -> u64;

/// What is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The operation's number.
    pub number: u32,
    /// Which try, from 0.
    pub attempt: u8,
    /// What it is about.
    pub key: u32,
}

/// What a client knows of the routers.
#[derive(Clone, Debug, Default)]
pub struct Routers {
    /// Places by distance, nearest first.
    pub by_distance: Vec<usize>,
    /// Operations at each when it last said so, by place. Old news, as everywhere.
    pub queues: Vec<u32>,
}

impl Routers {
    /// How many there are.
    pub const fn count(&self) -> usize {
        self.queues.len()
    }

    /// The shortest queue among some, the first of equals.
    fn shortest(&self, among: impl Iterator<Item = usize>) -> usize {
        among.min_by_key(|place| self.queues[*place]).unwrap_or(0)
    }
}

/// Makes a policy from checked parameters.
pub type Make = fn(&Value) -> Box<dyn Balance>;

const ALL: [Choice<Make>; 8] = [
    nearest::CHOICE,
    round_robin::CHOICE,
    random::CHOICE,
    least_queue::CHOICE,
    two_choices::CHOICE,
    hash::CHOICE,
    bounded_hash::CHOICE,
    sticky::CHOICE,
];

/// What scenarios can choose; the first is the default.
pub const DESCRIBED: [Described; 8] = described(&ALL);

/// Policies that want to hear of queues.
pub const LISTENS: [&str; 3] = ["least-queue", "two-choices", "bounded-hash"];

/// A policy of that kind; name and parameters must have been checked.
pub fn make(name: &str, params: &Value) -> Box<dyn Balance> {
    (chosen(&ALL, name).make)(params)
}

/// A place by even luck.
const fn even(word: u64, count: usize) -> usize {
    ((word as u128 * count as u128) >> 64) as usize
}
