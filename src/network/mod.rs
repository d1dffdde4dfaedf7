//! Regions, links, what becomes of a message, the host around each process, and the messages that
//! control hosts.
//!
//! **Invariant:** a link's delay never undercuts its floor, whatever the weather and the faults do.

mod behaviour;
mod clock;
mod control;
mod fate;
mod host;
mod link;
mod rule;
#[cfg(test)]
pub(crate) mod sampled;
mod time_policy;
mod topology;

pub use behaviour::{Behaviour, Misdeed};
pub use clock::Clock;
pub use control::{CONTROL_FLOOR, Control, Order, PartOrder};
pub use host::{Desk, Host, PartHealth, Payload, Resident, Signal, TimerSlot};
pub use link::Fortune;
pub use rule::{FaultRule, LinkEffect, Reordering, Window};
pub use time_policy::TimePolicy;
pub use topology::{ProcessSet, Topology, Transport};
