//! The check grammar of thresholds and expectations:
//! `<stat>(<metric> [over <window>]) [in <phase> | after <fault>] [of <group>] <op> <value>`.

use crate::kernel::Span;

/// One check, parsed: every name in it exists and its units fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// As written.
    pub text: String,
    /// What is computed.
    pub stat: Stat,
    /// Of what: a metric's name in the table of metrics; the fault's name for [`Stat::Recovery`].
    pub metric: String,
    /// In every window of this length on its own; `None` over the whole phase.
    pub window: Option<Span>,
    /// A phase's name (`storm`, `storm.3`, `after storm`, `calm`); `None` is all that is measured.
    pub phase: Option<String>,
    /// How it is compared.
    pub relation: Relation,
    /// With what.
    pub bound: Bound,
}

/// What a check or a claim computes: a statistic of a metric in a phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject<'a> {
    /// What is computed.
    pub stat: Stat,
    /// A metric's name; the fault's for [`Stat::Recovery`].
    pub metric: &'a str,
    /// In every window of this length on its own.
    pub window: Option<Span>,
    /// A phase's name; `None` is all that is measured.
    pub phase: Option<&'a str>,
}

/// A subject with words of its own, as a command line names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sought {
    /// As written.
    pub text: String,
    /// What is computed.
    pub stat: Stat,
    /// Of what.
    pub metric: String,
    /// In every window of this length on its own.
    pub window: Option<Span>,
    /// A phase's name; `None` is all that is measured.
    pub phase: Option<String>,
}

impl Sought {
    /// What is computed.
    pub fn subject(&self) -> Subject<'_> {
        let Self { stat, window, .. } = *self;
        Subject { stat, metric: &self.metric, window, phase: self.phase.as_deref() }
    }
}

impl Check {
    /// What is compared.
    pub fn subject(&self) -> Subject<'_> {
        let Self { stat, window, .. } = *self;
        Subject { stat, metric: &self.metric, window, phase: self.phase.as_deref() }
    }
}

/// What is computed from a metric's samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stat {
    /// The value below which this share of samples lies: 0.5, 0.9, 0.99 or 0.999.
    Percentile(f64),
    /// The largest sample, or window.
    Max,
    /// The smallest sample, or window.
    Min,
    /// The average of all samples.
    Mean,
    /// How many.
    Count,
    /// The share of what was due.
    Share,
    /// How many per 10,000 that were due.
    Per10k,
    /// The longest stretch of time.
    Longest,
    /// The only number there is: a moment of the run.
    Single,
    /// Time from a fault's end until the p99 to applied is back inside the twin's band.
    Recovery,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `==`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    More,
}

impl Relation {
    /// As written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "==",
            Self::AtLeast => ">=",
            Self::More => ">",
        }
    }
}

/// What a value is compared with. Times are in milliseconds, shares 0 to 1, rates per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// A plain value in the metric's own unit.
    Value(f64),
    /// So many times the twin's value.
    TimesTwin(f64),
}
