//! The messages that hosts obey. The script schedules them; operators will send the same ones.

use super::Misdeed;
use crate::kernel::Span;
use crate::trace::Fact;

/// Least delay of what does not travel over the modelled network: plans and orders.
pub const CONTROL_FLOOR: Span = Span::from_millis(10);

/// What a host is to do. A restart or a resume ends what its own rule began; the host is down, or
/// makes no progress, until the last such rule has ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// The run begins.
    Start,
    /// Stop; with or without what was kept on disk.
    Crash {
        /// What was kept is lost, too.
        state_lost: bool,
    },
    /// Run again after a crash.
    Restart,
    /// Make no progress; hold what comes.
    Stall,
    /// Make progress again, with what was held first.
    Resume,
    /// Take so many thousandths of the usual time for all work. Factors of several rules multiply,
    /// and 1,000 takes back that of its rule.
    Slow(u64),
    /// Let one part of the resident ail, by the resident's own number for it.
    Part(u8, PartOrder),
    /// Have the clock ahead by so many nanoseconds. Skews of several rules add, and 0 takes back
    /// that of its rule.
    Skew(i64),
    /// The same for a host that sets its clock by time sources, where these err.
    Steer(i64),
    /// An operator sets the clock right by hand; no time source moves it from now on.
    SetClock,
    /// Hold so many operations at most from now on.
    Limit(u32),
    /// Let the clock run fast by so many parts per billion. Drifts of several rules add, and 0
    /// takes back that of its rule.
    Drift(i64),
    /// Be Byzantine: from now on nobody relies on it.
    Misbehave(Misdeed),
    /// Do no more of what this rule began. It has been Byzantine all the same.
    Behave,
    /// Judge by other rules, by the resident's own number for them; 0 are the usual ones.
    Interpret(u8),
    /// See the outer chain so far behind: it stands still until then. Zero sees it as it is.
    Upstream(Span),
    /// Be again, in what the resident keeps, what it was so long before.
    RollBack(Span),
    /// Say of this share of attestations, 0 to 1, that they are revoked, whatever they are.
    Misreport(f64),
    /// An operator brings it up: whatever stopped or stalled it, or a part of it, is over, and it
    /// takes in everything again. What is slow stays so.
    Mend,
    /// That validator is to lead from now on, where the ordering can be told.
    Lead(u16),
    /// Refuse this share of what is new, in thousandths; 0 takes everything again.
    Throttle(u16),
    /// The run ends: tell what has not been told.
    Close,
}

/// What happens to one part of a resident; as with whole hosts, faults of one kind compose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartOrder {
    /// It makes no progress, and nobody is told.
    Stall,
    /// It makes progress again.
    Resume,
    /// It takes so many thousandths of the usual time; 1,000 takes back that of its rule.
    Slow(u64),
    /// An operator starts it anew: whatever stalled it is over.
    Mend,
}

/// An order with the rule that gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// The fault, by its place in the scenario, or [`Self::OF_THE_RUN`].
    pub rule: u16,
    /// What to do.
    pub order: Order,
}

impl Control {
    /// In the place of a fault's number: what the people of the run do.
    pub const OF_OPERATORS: u16 = Fact::OF_OPERATORS;

    /// In the place of a fault's number: nothing that the script of faults does.
    pub const OF_THE_RUN: u16 = Fact::OF_THE_RUN;
}
