//! The name map: what production calls the gauges that rules look at.

use super::promql::{Query, windowed};
use crate::kernel::Span;
use crate::ops::{Gauge, GaugeUnit};

/// What one metric is called there.
#[derive(Clone, Debug, PartialEq)]
pub enum Name {
    /// A gauge, by an expression of PromQL; all windows in it stand for the one of the rule.
    Expression {
        /// Which gauge.
        gauge: Gauge,
        /// How it is computed from what is scraped.
        expr: String,
        /// In what the expression counts.
        unit: NameUnit,
    },
    /// The histogram of seconds from the intended send until an operation is applied: `bad` is
    /// the share that lies above the objective.
    Histogram(String),
}

/// In what an expression counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameUnit {
    /// Seconds, shares, numbers.
    Base,
    /// Milliseconds.
    Milliseconds,
    /// Hundredths.
    Percent,
}

/// The names that are written down; what is not has a default that begins with `attest_`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names(pub Vec<Name>);

/// One spelling of a gauge.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Its expression; `$window` is the window of the rule.
    pub expr: String,
    /// How many of the gauge's units one of the expression's is.
    pub scale: f64,
}

impl Said {
    /// The expression over that window.
    pub fn over(&self, window: Span) -> String {
        windowed(&self.expr, window)
    }
}

impl Names {
    /// What a histogram stands for, as scenarios call it.
    pub const APPLIED: &'static str = "latency.applied";

    /// How a gauge is spelt, the first one first; an operation is late after `objective`.
    pub fn of(&self, gauge: Gauge, objective: Span) -> Vec<Said> {
        let written = self.0.iter().filter_map(|name| match name {
            Name::Expression { gauge: of, expr, unit } if *of == gauge => {
                Some(Said { expr: expr.clone(), scale: scale(gauge, *unit) })
            }
            Name::Expression { .. } | Name::Histogram(_) => None,
        });
        let mut all: Vec<Said> = written.collect();
        let histograms = self.0.iter().filter_map(|name| match name {
            Name::Histogram(of) => Some(of),
            Name::Expression { .. } => None,
        });
        if gauge == Gauge::Bad {
            all.extend(histograms.flat_map(|of| above(of, objective)));
        }
        if all.is_empty() {
            let expr = default(gauge).to_owned();
            all.push(Said { expr, scale: scale(gauge, NameUnit::Base) });
        }
        all
    }
}

impl NameUnit {
    /// Whether a gauge can be counted so.
    pub const fn suits(self, gauge: Gauge) -> bool {
        match self {
            Self::Base => true,
            Self::Milliseconds => matches!(gauge.unit(), GaugeUnit::Millis),
            Self::Percent => matches!(gauge.unit(), GaugeUnit::Share),
        }
    }
}

const fn scale(gauge: Gauge, unit: NameUnit) -> f64 {
    match (gauge.unit(), unit) {
        (GaugeUnit::Millis, NameUnit::Base) => 1_000.0,
        (GaugeUnit::Share, NameUnit::Percent) => 0.01,
        (GaugeUnit::Millis | GaugeUnit::Share | GaugeUnit::PerSecond | GaugeUnit::Plain, _) => 1.0,
    }
}

/// The share of a histogram above a bound; a bucket may be called `5` or `5.0`.
fn above(histogram: &str, objective: Span) -> Vec<Said> {
    let seconds = objective.as_secs_f64();
    let mut les = vec![seconds.to_string(), format!("{seconds:?}")];
    les.dedup();
    let said = |le: String| Said {
        expr: format!(
            "1 - sum(rate({histogram}_bucket{{le=\"{le}\"}}[$window])) / \
             sum(rate({histogram}_count[$window]))"
        ),
        scale: 1.0,
    };
    les.into_iter().map(said).collect()
}

/// What attestorm itself would call it: one series for each target, seconds, counters that end in
/// `_total`.
const fn default(gauge: Gauge) -> &'static str {
    match gauge {
        Gauge::OldestUnconfirmed => "max(attest_oldest_unconfirmed_seconds)",
        Gauge::Waiting => "max(attest_router_waiting)",
        Gauge::Routed => "sum(rate(attest_routed_total[$window]))",
        Gauge::Applied => "max(rate(attest_applied_total[$window]))",
        Gauge::Refused => {
            "sum(rate(attest_refused_total[$window])) / \
             (sum(rate(attest_routed_total[$window])) + sum(rate(attest_refused_total[$window])))"
        }
        Gauge::Bad => {
            "(max(rate(attest_late_total[$window])) + sum(rate(attest_refused_total[$window]))) / \
             (max(rate(attest_applied_total[$window])) + sum(rate(attest_refused_total[$window])))"
        }
        Gauge::Down => "sum(1 - up{job=\"attest\"})",
        Gauge::Behind => "max(attest_applied_total) - min(attest_applied_total)",
        Gauge::Disagree => "sum(attest_validator_disagrees)",
        Gauge::ProbeOldest => "max(attest_probe_oldest_seconds)",
        Gauge::ProbeLatency => "max(attest_probe_latency_seconds)",
    }
}

impl Names {
    /// Every spelling of every gauge, parsed.
    pub(super) fn known(&self, objective: Span) -> Vec<(Gauge, Said, Query)> {
        let each = Gauge::NAMES.iter().flat_map(|(_, gauge)| {
            self.of(*gauge, objective).into_iter().map(|said| (*gauge, said))
        });
        let parsed = each.filter_map(|(gauge, said)| {
            let query = Query::parse(&said.expr).ok()?;
            Some((gauge, said, query))
        });
        parsed.collect()
    }
}
