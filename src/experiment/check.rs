//! Whether a check of the author holds, on what a run measured.

use super::single::Pair;
use crate::kernel::Span;
use crate::measure::{Measured, Measurement, Statistic};
use crate::scenario::check::{Bound, Check, Relation, Stat, Subject};

/// Whether a check is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// There are no samples, or too few, to say.
    Unknown,
}

/// A check with what was measured for it.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckResult {
    /// The threshold's name; the check's text for an expectation.
    pub name: String,
    /// As written.
    pub check: String,
    /// What was measured; with windows the worst of them.
    pub measured: Measured,
    /// What it was compared with; `None` if the twin has no such value.
    pub bound: Option<f64>,
    /// Whether it holds.
    pub met: Met,
}

impl CheckResult {
    /// What is missing where nobody knows whether it holds.
    pub const fn lacks(&self) -> &'static str {
        match self.measured {
            Measured::Few | Measured::NoData => "no samples, or too few",
            Measured::Value(_) | Measured::Never => "no number of the twin to hold it against",
        }
    }
}

/// A run beside its twin, as far as checks are concerned.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The run.
    pub run: &'a Measurement,
    /// Its twin, unless it was not run.
    pub twin: Option<&'a Measurement>,
}

/// Evaluates one check.
pub fn evaluate(name: &str, check: &Check, evidence: Evidence<'_>) -> CheckResult {
    judge(name, check, measure(check.subject(), evidence.run, evidence), evidence)
}

/// Judges what was measured for a check.
pub(super) fn judge(
    name: &str,
    check: &Check,
    measured: Measured,
    evidence: Evidence<'_>,
) -> CheckResult {
    let bound = match check.bound {
        Bound::Value(value) => Some(value),
        Bound::TimesTwin(factor) => evidence
            .twin
            .and_then(|twin| measure(check.subject(), twin, evidence).value())
            .map(|value| value * factor),
    };
    let met = match (measured, bound) {
        (Measured::Value(value), Some(bound)) => holds(value, check.relation, bound),
        (Measured::Never, Some(_)) => holds(f64::INFINITY, check.relation, 0.0),
        (Measured::Few | Measured::NoData, _) | (_, None) => Met::Unknown,
    };
    CheckResult { name: name.to_owned(), check: check.text.clone(), measured, bound, met }
}

fn holds(value: f64, relation: Relation, bound: f64) -> Met {
    let holds = match relation {
        Relation::Less => value < bound,
        Relation::AtMost => value <= bound,
        // Counts and shares of counts: equal means equal.
        Relation::Equal => (value - bound).abs() < 1e-9,
        Relation::AtLeast => value >= bound,
        Relation::More => value > bound,
    };
    if holds { Met::Yes } else { Met::No }
}

/// What was measured of a subject in a run, beside its twin.
pub fn measured_in(pair: &Pair, of: Subject<'_>) -> Measured {
    let evidence = Evidence { run: &pair.run.measurement, twin: pair.twin_measurement() };
    measure(of, &pair.run.measurement, evidence)
}

/// What was measured of a subject.
pub(super) fn measure(of: Subject<'_>, run: &Measurement, evidence: Evidence<'_>) -> Measured {
    let Some(statistic) = statistic(of.stat) else {
        let Some(twin) = evidence.twin else { return Measured::NoData };
        return run
            .recovery(of.metric, twin)
            .map_or(Measured::Never, |took: Span| Measured::Value(took.as_millis_f64()));
    };
    let Some(phase) = of.phase.map_or(Some(0), |name| run.phase(name)) else {
        return Measured::NoData;
    };
    let beside = |twin| run.beside_twin(of.metric, phase, twin);
    let beside = evidence.twin.filter(|_| of.window.is_none()).and_then(beside);
    beside.unwrap_or_else(|| run.value(of.metric, statistic, phase, of.window))
}

/// One number of a pair, beside its twin where that is needed.
pub fn value_in(pair: &Pair, metric: &str, statistic: Statistic, phase: usize) -> Measured {
    let run = &pair.run.measurement;
    let beside = pair.twin_measurement().and_then(|twin| run.beside_twin(metric, phase, twin));
    beside.unwrap_or_else(|| run.value(metric, statistic, phase, None))
}

/// The statistic over one phase; `None` for a recovery, which looks across phases.
pub const fn statistic(stat: Stat) -> Option<Statistic> {
    Some(match stat {
        Stat::Percentile(share) => Statistic::Percentile(share),
        Stat::Max => Statistic::Max,
        Stat::Min => Statistic::Min,
        Stat::Mean => Statistic::Mean,
        Stat::Count => Statistic::Count,
        Stat::Share => Statistic::Share,
        Stat::Per10k => Statistic::Per10k,
        Stat::Longest => Statistic::Longest,
        Stat::Single => Statistic::Max,
        Stat::Recovery => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_the_samples_or_the_number_of_the_twin() {
        let lacks = |measured| {
            let (name, check) = (String::new(), String::new());
            CheckResult { name, check, measured, bound: None, met: Met::Unknown }.lacks()
        };
        assert_eq!(lacks(Measured::Few), "no samples, or too few");
        assert_eq!(lacks(Measured::Value(4.0)), "no number of the twin to hold it against");
        assert_eq!(lacks(Measured::Never), "no number of the twin to hold it against");
    }
}
