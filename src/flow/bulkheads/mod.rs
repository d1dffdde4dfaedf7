//! Bulkheads: which kinds of work have workers of their own.

mod reserved;
mod separate;
mod shared;

use serde_json::Value;

use super::choice::{chosen, described};
use super::{Choice, Described, Lane};

/// How a router's workers are divided.
pub trait Bulkheads: Send {
    /// The pools of workers, each with how many.
    fn pools(&self) -> Vec<u32>;

    /// The queues before them.
    fn compartments(&self) -> Vec<Compartment>;

    /// The queue, by its place, in which work of that lane waits, for an operation that has a hook
    /// or not. A worker goes on with an operation as long as its next lane has the same queue.
    fn compartment(&self, lane: Lane, has_hook: bool) -> usize;
}

/// A queue before a pool of workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compartment {
    /// The place of its pool.
    pub pool: usize,
    /// As many workers as it may have at a time.
    pub most: u32,
    /// Whose name it goes by.
    pub lane: Lane,
}

/// Makes a division of so many workers from checked parameters.
pub type Make = fn(&Value, u32) -> Box<dyn Bulkheads>;

const ALL: [Choice<Make>; 3] = [shared::CHOICE, separate::CHOICE, reserved::CHOICE];

/// What scenarios can choose; the first is the default.
pub const DESCRIBED: [Described; 3] = described(&ALL);

/// A division of that kind; name and parameters must have been checked.
pub fn make(name: &str, params: &Value, workers: u32) -> Box<dyn Bulkheads> {
    (chosen(&ALL, name).make)(params, workers)
}
