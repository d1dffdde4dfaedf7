//! How each variant's tail and refusals grow with the steps of a fault.

use super::{P99, compared_frame, limits};
use crate::experiment::Comparison;
use crate::kernel::Span;
use crate::measure::Statistic;
use crate::report::chart::{
    Degradation, Line, Lines, Look, Mark, Quantity, Reading, Spacing, Step, Steps,
};
use crate::report::compare_table::{Estimate, estimate};
use crate::report::format::number;
use crate::scenario::model::{Climb, Effect};

/// Latency and orphans against the steps of the first fault that climbs.
pub(super) fn degradation(comparison: &Comparison, command: &str) -> Option<Degradation> {
    let pair = comparison.runs.first()?.first()?;
    let fault = pair.scenario.faults.iter().find(|fault| fault.steps > 1)?;
    let (label, unit, values) = axis(&fault.effects, fault.steps)?;
    let phases: Vec<String> =
        (1..=fault.steps).map(|step| format!("{}.{step}", fault.name)).collect();
    let achieved = |phase: &String| {
        let runs = comparison.runs.first().into_iter().flatten();
        let shares = runs.filter_map(|pair| {
            let measurement = &pair.run.measurement;
            measurement
                .value("reordered", Statistic::Share, measurement.phase(phase)?, None)
                .value()
        });
        let shares: Vec<f64> = shares.collect();
        (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64 * 100.0)
    };
    let steps = values.iter().zip(&phases);
    let steps = steps.map(|(value, phase)| Step { configured: *value, achieved: achieved(phase) });
    let gap = pair.scenario.load.iter().find_map(|load| load.chain).map(|chain| chain.gap);
    let marks = gap
        .filter(|_| unit == "ms")
        .map(|gap| Mark { at: gap.as_millis_f64(), label: "gap between links".to_owned() });
    let panel = |metric: &str, statistic, quantity, spacing, thresholds| Lines {
        quantity,
        spacing,
        thresholds,
        lines: lines(comparison, &phases, metric, statistic),
    };
    let (word, tail) = shown_tail(comparison, &phases);
    let latency = Quantity::new(&format!("{word} to applied, ms (log)"), word, "ms");
    let orphans = Quantity::new("refused for a missing reference, per 10,000", "orphans", "per10k");
    let panels = vec![
        panel("latency.applied", tail, latency, Spacing::Log, limits(pair, tail)),
        panel("orphans", Statistic::Per10k, orphans, Spacing::Linear, Vec::new()),
    ];
    let title = degradation_title(comparison, phases.last()?, *values.last()?, unit);
    let on = &fault.on.text;
    Some(Degradation {
        frame: compared_frame(comparison, title, command, "mean and 95 % interval over seeds"),
        steps: Steps {
            configured: Quantity::new(&format!("{label} on {on}, {unit}"), label, unit),
            achieved: Some(Quantity::new(
                "in grey: achieved, % of deliveries out of order (RFC 4737)",
                "achieved",
                "pct",
            )),
            spacing: Spacing::Linear,
            steps: steps.collect(),
            marks: marks
                .into_iter()
                .filter(|mark| mark.at <= *values.last().unwrap_or(&0.0))
                .collect(),
            along: None,
        },
        panels,
    })
}

/// The farthest percentile that every variant has enough samples for in some step.
fn shown_tail(comparison: &Comparison, phases: &[String]) -> (&'static str, Statistic) {
    let tails = [("p99", 0.99), ("p95", 0.95), ("p90", 0.9), ("p50", 0.5)];
    let mut tails = tails.map(|(word, share)| (word, Statistic::Percentile(share))).into_iter();
    let is_known = |tail: &(&str, Statistic)| {
        comparison.runs.iter().all(|runs| {
            let mut steps =
                phases.iter().map(|step| estimate(runs, "latency.applied", tail.1, step));
            steps.any(|estimate| !matches!(estimate, Estimate::NoData))
        })
    };
    tails.find(is_known).unwrap_or(("p99", P99))
}

fn lines(
    comparison: &Comparison,
    phases: &[String],
    metric: &str,
    statistic: Statistic,
) -> Vec<Line> {
    let variants = comparison.labels.iter().zip(&comparison.runs).enumerate();
    let lines = variants.map(|(at, (label, runs))| Line {
        name: label.clone(),
        look: Look::nth(at),
        readings: phases
            .iter()
            .map(|phase| match estimate(runs, metric, statistic, phase) {
                Estimate::Values { interval, .. } => {
                    Reading::within(interval.estimate, interval.low, interval.high)
                }
                Estimate::Never(_) => Reading::Never,
                Estimate::NoData => Reading::NoData,
            })
            .collect(),
    });
    lines.collect()
}

/// What the x axis of a climbing effect is called, its unit, and its value in each step.
fn axis(effects: &[Effect], steps: u32) -> Option<(&'static str, &'static str, Vec<f64>)> {
    let climb = |from: f64, to: f64| -> Vec<f64> {
        (0..steps).map(|step| from + (to - from) * f64::from(step) / f64::from(steps - 1)).collect()
    };
    let spans =
        |climbing: &Climb<Span>| climb(climbing.from.as_millis_f64(), climbing.to.as_millis_f64());
    let shares = |climbing: &Climb<f64>| climb(climbing.from * 100.0, climbing.to * 100.0);
    effects.iter().find_map(|effect| match effect {
        Effect::Delay { jitter, .. } if jitter.from != jitter.to => {
            Some(("jitter", "ms", spans(jitter)))
        }
        Effect::Delay { add, .. } if add.from != add.to => Some(("added delay", "ms", spans(add))),
        Effect::Delay { spread, .. } if spread.from != spread.to => {
            Some(("spread", "ms", spans(spread)))
        }
        Effect::Loss { share, .. } if share.from < share.to => Some(("loss", "%", shares(share))),
        Effect::Reorder { share, .. } if share.from < share.to => {
            Some(("reordering", "%", shares(share)))
        }
        Effect::Duplicate(share) if share.from < share.to => {
            Some(("duplication", "%", shares(share)))
        }
        Effect::Slow(factor) if factor.from < factor.to => {
            Some(("slowness", "x", climb(factor.from, factor.to)))
        }
        Effect::Gossip(factor) if factor.from < factor.to => {
            Some(("gossip, as seldom", "x", climb(factor.from, factor.to)))
        }
        _ => None,
    })
}

/// How many variants refuse something in the last step.
fn degradation_title(comparison: &Comparison, last: &str, value: f64, unit: &str) -> String {
    let orphans = comparison.labels.iter().zip(&comparison.runs).map(|(label, runs)| {
        (label, estimate(runs, "orphans", Statistic::Per10k, last).mean().unwrap_or(0.0))
    });
    let (refusing, waiting): (Vec<_>, Vec<_>) = orphans.partition(|(_, orphans)| *orphans > 0.0);
    let all = comparison.labels.len();
    let names = |which: &[(&String, f64)]| {
        which.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>().join(", ")
    };
    let at = format!("At {} {unit}", number(value));
    match (refusing.len(), waiting.len()) {
        (0, _) => format!("{at}, none of {all} refuses an operation for a missing reference"),
        (_, 0) => format!("{at}, all {all} refuse operations for a missing reference"),
        (count, _) => format!(
            "{at}, {count} of {all} refuse operations for a missing reference; {} do not",
            names(&waiting)
        ),
    }
}
