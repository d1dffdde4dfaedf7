//! Circuit breakers: what has been slow for a while is not tried for a while, so that waiting for
//! it does not take everybody's time (Nygard, Release It!, 2007). One for each bulkhead.

mod none;
mod slow_call;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::choice::{chosen, described};
use super::{Choice, Described};
use crate::kernel::{Span, VirtualTime};

/// One bulkhead's breaker.
pub trait Breaker: Send {
    /// Whether an operation that needs it may come in.
    fn lets_in(&mut self, now: VirtualTime) -> bool;

    /// Work in it took so long, waiting included.
    fn took(&mut self, now: VirtualTime, span: Span);
}

/// Makes a breaker from checked parameters; `None` where everything is always tried.
pub type Make = fn(&Value) -> Option<Box<dyn Breaker>>;

const ALL: [Choice<Make>; 2] = [none::CHOICE, slow_call::CHOICE];

/// What scenarios can choose; the first is the default.
pub const DESCRIBED: [Described; 2] = described(&ALL);

/// A breaker of that kind; name and parameters must have been checked.
pub fn make(name: &str, params: &Value) -> Option<Box<dyn Breaker>> {
    (chosen(&ALL, name).make)(params)
}
