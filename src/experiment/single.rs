//! One scenario under one seed, beside its twin: the same seed and arrivals with the faults off.

use super::check::{CheckResult, Evidence, Met, evaluate};
use super::fault_report::{FaultReport, report_fault};
use super::verdict::{Verdict, Word};
use crate::kernel::Span;
use crate::measure::{Measured, Measurement, NoRows, Statistic};
use crate::ordering::Catalogue;
use crate::scenario::check::Check;
use crate::scenario::model::{Crypto, Scenario};
use crate::simulation::{Failure, GuaranteeVerdict, Listener, Options, Outcome, Standing, run};

/// A run with everything that is said about it.
pub struct Pair {
    /// What was run.
    pub scenario: Scenario,
    /// What it came to.
    pub run: Outcome,
    /// The calm twin, unless it was not wanted. A run without faults is its own.
    pub twin: Option<Outcome>,
    /// The thresholds, in order.
    pub thresholds: Vec<CheckResult>,
    /// What must always hold, in order: the worst window of each.
    pub always: Vec<CheckResult>,
    /// What must be seen once, in order: the best window of each.
    pub sometimes: Vec<CheckResult>,
    /// What the faults did, in order.
    pub faults: Vec<FaultReport>,
    /// The verdict in words.
    pub verdict: Verdict,
}

impl Pair {
    /// How the strategy's guarantees fared.
    pub fn guarantees(&self) -> &[GuaranteeVerdict] {
        &self.run.guarantees
    }

    /// The twin's measurement; a run without faults is its own twin.
    pub fn twin_measurement(&self) -> Option<&Measurement> {
        let own = self.scenario.faults.is_empty().then_some(&self.run.measurement);
        self.twin.as_ref().map(|twin| &twin.measurement).or(own)
    }

    /// The phase that runs are compared in: the first fault's, else all that is measured.
    pub fn focus(&self) -> &str {
        self.scenario.faults.first().map_or("run", |fault| &fault.name)
    }

    /// The phase that this run is about: that of the fault with the worst p99 to applied (of those
    /// with the same, the worst p50, then most that never came), else all that is measured.
    pub fn slowest(&self) -> &str {
        let run = &self.run.measurement;
        let late =
            |phase, share| run.value("latency.applied", Statistic::Percentile(share), phase, None);
        self.worst_fault(|phase| match badness(late(phase, 0.99)) {
            // Too few to say: the other figures would be of little worth too.
            UNKNOWN => [UNKNOWN; 3],
            tail => {
                let never = run.value("unfinished", Statistic::Per10k, phase, None);
                [tail, badness(late(phase, 0.5)), badness(never)]
            }
        })
    }

    /// The phase of the fault in which most of what was relied on was proven and not trusted, else
    /// all that is measured.
    pub fn least_trusted(&self) -> &str {
        let run = &self.run.measurement;
        let gap = |phase| run.value("trust_gap", Statistic::Share, phase, None);
        self.worst_fault(|phase| [badness(gap(phase))])
    }

    /// Of faults that are as bad as another, the first.
    fn worst_fault<const N: usize>(&self, bad: impl Fn(usize) -> [Option<f64>; N]) -> &str {
        let faults = self.scenario.faults.iter().map(|fault| fault.name.as_str());
        let known = |name| Some((name, bad(self.run.measurement.phase(name)?)));
        let worst = faults.filter_map(known).reduce(
            |worst, next| {
                if next.1 > worst.1 { next } else { worst }
            },
        );
        worst.map_or("run", |(name, _)| name)
    }
}

/// What is not known is no reason to look there.
const UNKNOWN: Option<f64> = None;

/// Larger is worse.
fn badness(measured: Measured) -> Option<f64> {
    match measured {
        Measured::Value(value) => Some(value),
        Measured::Never => Some(f64::INFINITY),
        Measured::Few | Measured::NoData => UNKNOWN,
    }
}

/// `scenario` with its faults off. Phases keep their names, and signatures are modelled: the
/// digest is the same, and nobody waits for them.
pub fn twin_of(scenario: &Scenario) -> Scenario {
    Scenario { faults: Vec::new(), crypto: Crypto::Modelled, ..scenario.clone() }
}

/// Runs `scenario` and, if wanted, its twin, and judges.
///
/// # Errors
/// If a run comes to nothing.
pub fn run_pair(
    scenario: &Scenario,
    catalogue: &Catalogue,
    options: Options,
    with_twin: bool,
    listener: &mut impl Listener,
) -> Result<Pair, Failure> {
    let outcome = run(scenario, catalogue, options, listener)?;
    let twin = match with_twin && !scenario.faults.is_empty() {
        true => Some(run(&twin_of(scenario), catalogue, options, &mut NoRows)?),
        false => None,
    };
    Ok(judge_pair(scenario.clone(), outcome, twin))
}

/// Judges a run by what it and its twin came to.
pub fn judge_pair(scenario: Scenario, run: Outcome, twin: Option<Outcome>) -> Pair {
    let own = scenario.faults.is_empty().then_some(&run.measurement);
    let twin_measurement = twin.as_ref().map(|twin| &twin.measurement).or(own);
    let evidence = Evidence { run: &run.measurement, twin: twin_measurement };
    let thresholds = scenario.thresholds.iter();
    let thresholds: Vec<_> =
        thresholds.map(|threshold| evaluate(&threshold.name, &threshold.check, evidence)).collect();
    let always: Vec<_> =
        scenario.always.iter().map(|check| extreme_window(check, evidence, Met::No)).collect();
    let sometimes: Vec<_> =
        scenario.sometimes.iter().map(|check| extreme_window(check, evidence, Met::Yes)).collect();
    let time = scenario.time.as_ref();
    let faults = scenario.faults.iter().enumerate();
    let faults: Vec<_> = faults
        .map(|(number, fault)| report_fault((fault, number), time, &run.measurement))
        .collect();
    let mut verdict = Verdict::default();
    judge_promises(&run, &mut verdict);
    judge_faults(&faults, &mut verdict);
    judge_checks(&thresholds, &always, &sometimes, &mut verdict);
    for cap in &run.measurement.caps_reached {
        verdict.add(
            Word::Inconclusive,
            format!("a limit of the laboratory was reached: {cap}"),
            None,
        );
    }
    Pair { scenario, run, twin, thresholds, always, sometimes, faults, verdict }
}

/// What must hold at every moment is looked at in windows of this length.
const MOMENT: Span = Span::from_secs(1);

/// The first window in which a check has the wanted answer, or else its answer over the phase.
fn extreme_window(check: &Check, evidence: Evidence<'_>, wanted: Met) -> CheckResult {
    let whole = evaluate(&check.text, check, evidence);
    if whole.met == wanted || check.window.is_some() {
        return whole;
    }
    let phase = check.phase.as_deref().map_or(Some(0), |name| evidence.run.phase(name));
    let Some(phase) = phase else { return whole };
    let Some(statistic) = super::check::statistic(check.stat) else { return whole };
    let windows = evidence.run.windows(&check.metric, statistic, phase, MOMENT);
    for (_, measured) in windows {
        let Measured::Value(_) = measured else { continue };
        let result = super::check::judge(&check.text, check, measured, evidence);
        if result.met == wanted {
            return result;
        }
    }
    whole
}

fn judge_promises(run: &Outcome, verdict: &mut Verdict) {
    for (name, standing) in run.promises() {
        if let Standing::Broken { first, count } = standing {
            let more = if *count > 1 { format!(" ({count} times in all)") } else { String::new() };
            verdict.add(Word::Broken, format!("{name}: {first}{more}"), None);
        }
    }
}

fn judge_faults(faults: &[FaultReport], verdict: &mut Verdict) {
    for fault in faults.iter().filter(|fault| fault.must_occur) {
        if let Some(reason) = &fault.did_not_occur {
            verdict.add(Word::Inconclusive, reason.clone(), fault.way_out.clone());
        }
    }
}

fn judge_checks(
    thresholds: &[CheckResult],
    always: &[CheckResult],
    sometimes: &[CheckResult],
    verdict: &mut Verdict,
) {
    for result in thresholds.iter().chain(always) {
        match result.met {
            Met::Yes => {}
            Met::No => {
                verdict.add(Word::Missed, format!("{}: {}", result.name, result.check), None)
            }
            Met::Unknown => {
                let text = format!("`{}` has {}: {}", result.name, result.lacks(), result.check);
                verdict.add(Word::Inconclusive, text, None);
            }
        }
    }
    for result in sometimes.iter().filter(|result| result.met != Met::Yes) {
        let text = format!("never seen, so nothing was tested: {}", result.check);
        verdict.add(Word::Inconclusive, text, None);
    }
}
