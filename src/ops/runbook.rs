//! Runbooks: what to do, step by step. No step names the culprit: it is what an earlier one found.

use crate::kernel::Span;
use crate::trace::Remedy;

/// What is done about one alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Runbook {
    /// The alert rule, by place; `None` is for what users complain of.
    pub alert: Option<u16>,
    /// In order. When all are done and the alert still fires, they begin again.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// What is done.
    pub remedy: Remedy,
    /// On what.
    pub on: Scope,
    /// How long it takes.
    pub takes: Span,
    /// Chance that it works, 0 to 1; if not, it is done again, [`Step::TRIES`] times at most.
    pub works: f64,
    /// Share that [`Remedy::Shed`] turns away, in thousandths.
    pub share: u16,
    /// What [`Remedy::Limit`] sets, in operations.
    pub limit: u32,
    /// The step needs the operators of this share of the hosts that it is about, 0 to 1, all at
    /// once; `None` where whoever has the incident does it alone.
    pub together: Option<f64>,
}

/// What acts by itself when an alert fires.
#[derive(Clone, Debug, PartialEq)]
pub struct Automation {
    /// Its name.
    pub name: String,
    /// The alert rule, by place.
    pub alert: u16,
    /// What it does.
    pub remedy: Remedy,
    /// Among whom it looks for the worst.
    pub on: Scope,
    /// From the alert to the act.
    pub takes: Span,
    /// It does not act again for so long.
    pub cooldown: Span,
    /// Whether it looks first whether the act is safe.
    pub is_gated: bool,
    /// What [`Remedy::Limit`] sets, in operations.
    pub limit: u32,
}

impl Step {
    /// A step that did not work so often is left.
    pub const TRIES: u32 = 3;

    /// A step that nobody wrote down: it works, at once.
    pub const fn at_once(remedy: Remedy, on: Scope) -> Self {
        Self { remedy, on, takes: Span::ZERO, works: 1.0, share: 500, limit: 0, together: None }
    }
}

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What an inspection before it has found.
    Suspect,
    /// Routers, each as a whole.
    Routers,
    /// Validators.
    Validators,
    /// Everybody who is scraped.
    Everybody,
    /// Every kind of work of every router.
    Bulkheads,
    /// The validator that leads, by what validators say.
    Leader,
}

impl Scope {
    /// Every scope with its name in runbooks.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("suspect", Self::Suspect),
        ("routers", Self::Routers),
        ("validators", Self::Validators),
        ("everybody", Self::Everybody),
        ("bulkheads", Self::Bulkheads),
        ("leader", Self::Leader),
    ];

    /// As runbooks write it.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, scope)| *scope == self).map_or("", |(name, _)| name)
    }
}
