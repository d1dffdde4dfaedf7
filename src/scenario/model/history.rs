//! What really happened, to be held against what a run comes to.

use crate::kernel::Span;

/// One moment of a real incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// Since the first fault's start.
    pub at: Span,
    /// By how much that may be off: what a source tells in minutes is known to a minute.
    pub about: Span,
    /// What happened, in words.
    pub what: String,
    /// The moment of a run that it is compared with, if there is one.
    pub event: Option<Milestone>,
    /// Where that is told; may be empty.
    pub source: String,
}

/// A moment that every trouble may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Milestone {
    /// A user looked again.
    Looked,
    /// A validator suspected somebody.
    Suspected,
    /// An alert fired.
    Alerted,
    /// Users were heard.
    Users,
    /// An incident was opened.
    Detected,
    /// Somebody took it.
    Owned,
    /// The last act before it was quiet was done.
    Mitigated,
    /// Every alert was resolved.
    Quiet,
    /// Users had no trouble any more.
    Over,
}

impl Milestone {
    /// Every one with its word, in the usual order.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("looked", Self::Looked),
        ("suspected", Self::Suspected),
        ("alerted", Self::Alerted),
        ("users", Self::Users),
        ("detected", Self::Detected),
        ("owned", Self::Owned),
        ("mitigated", Self::Mitigated),
        ("quiet", Self::Quiet),
        ("over", Self::Over),
    ];

    /// As scenarios write it.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// The metric that says when it came.
    pub const fn metric(self) -> &'static str {
        match self {
            Self::Looked => "noticed.look",
            Self::Suspected => "noticed.validators",
            Self::Alerted => "noticed.monitor",
            Self::Users => "noticed.users",
            Self::Detected => "mttd",
            Self::Owned => "unowned",
            Self::Mitigated => "mttm",
            Self::Quiet => "quiet",
            Self::Over => "mttr",
        }
    }
}
