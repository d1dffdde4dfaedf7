//! Admission: the order in which waiting operations get a worker.

mod edf;
mod fifo;
mod priority;
mod sorted;
mod token_bucket;
mod wfq;

#[cfg(test)]
mod tests;

use serde_json::Value;

use sorted::Sorted;

use super::choice::{chosen, described};
use super::{Choice, Described, Job};
use crate::kernel::VirtualTime;

/// A queue before workers.
pub trait Admission: Send {
    /// A job comes.
    fn put(&mut self, job: Job);

    /// A worker is free: who is next?
    fn next(&mut self, now: VirtualTime) -> Next;

    /// Jobs that wait.
    fn waiting(&self) -> u32;

    /// When the oldest of them came.
    fn oldest(&self) -> Option<VirtualTime>;

    /// Forgets them all.
    fn clear(&mut self);
}

/// What a free worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Begins this.
    Start(Job),
    /// Turns this away: it is too late for it.
    Late(Job),
    /// Asks again then, which is later than now.
    Wait(VirtualTime),
    /// Rests.
    Nothing,
}

/// Makes a queue from checked parameters.
pub type Make = fn(&Value) -> Box<dyn Admission>;

const ALL: [Choice<Make>; 5] =
    [fifo::CHOICE, token_bucket::CHOICE, edf::CHOICE, priority::CHOICE, wfq::CHOICE];

/// What scenarios can choose; the first is the default.
pub const DESCRIBED: [Described; 5] = described(&ALL);

/// A queue of that kind; name and parameters must have been checked.
pub fn make(name: &str, params: &Value) -> Box<dyn Admission> {
    (chosen(&ALL, name).make)(params)
}
