//! Who watches a network and who runs it.

use crate::kernel::Span;

pub use crate::ops::{
    AlertRule, Answers, Automation, Burn, Condition, Crowd, Gauge, GaugeUnit, Guess, Hours, Job,
    Patience, People, Remedy, Role, Runbook, Scope, Sense, Step, Structure,
};

/// The monitor, the people and what is written down for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Ops {
    /// How much of it there is.
    pub level: Level,
    /// From one round of the monitor to the next.
    pub scrape: Span,
    /// What the monitor looks for; in file order.
    pub alerts: Vec<AlertRule>,
    /// Everybody who can be called.
    pub people: People,
    /// What is written down; in file order.
    pub runbooks: Vec<Runbook>,
    /// What acts by itself; in file order.
    pub automations: Vec<Automation>,
    /// From one beat of a validator to the next.
    pub beat: Span,
    /// Validators suspect from this phi on.
    pub phi: f64,
    /// Whether operators are told of suspicions.
    pub do_peers_tell: bool,
    /// An operation that takes longer is late.
    pub objective: Span,
    /// Share of operations that must not be late; below 1.
    pub target: f64,
    /// The load group whose operations are probes, by place.
    pub probes: Option<usize>,
}

/// How much of `[ops]` there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nobody watches: what heals heals by itself.
    None,
    /// Alerts set off what acts by itself; nobody is paged.
    SelfHeal,
    /// Alerts page people, once, who find their own way.
    Alerts,
    /// Escalation, runbooks and what acts by itself, too.
    Full,
}
