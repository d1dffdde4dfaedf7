//! Who watches a network and who runs it.

use crate::kernel::Span;

pub use crate::production::Names;

pub use crate::ops::{
    AlertRule, Answers, Automation, Burn, Condition, Crowd, Gauge, GaugeUnit, Guess, Hours, Job,
    Patience, People, Remedy, Role, Runbook, Scope, Sense, Staffing, Step, Structure,
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
    /// What production calls the gauges.
    pub names: Names,
    /// The file that rules came from, if some came from a file.
    pub production: Option<Production>,
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

/// A file of Prometheus rules, as far as it is judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Production {
    /// Its name.
    pub file: String,
    /// How many of its rules are judged.
    pub judged: u32,
    /// Those that are not; in file order.
    pub unread: Vec<Unread>,
    /// In what the judgement differs from Prometheus'.
    pub remarks: Vec<String>,
}

/// A rule that is not judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its name there.
    pub rule: String,
    /// Its line, from 1.
    pub line: u32,
    /// Why: `it uses predict_linear`.
    pub why: String,
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
