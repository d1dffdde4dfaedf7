//! Which charts a result gets, and what each of them says.

mod trade;
mod waterfall;

use crate::experiment::{Comparison, Pair};
use crate::kernel::{Span, VirtualTime};
use crate::measure::{Measured, Measurement, Statistic};
use crate::report::chart::{
    Curve, Degradation, Distribution, FaultBand, Frame, Line, Lines, Look, Mark, PercentileCurve,
    Percentiles, Quantile, Quantity, Reading, Rendered, Spacing, Step, Steps, Threshold, Timeline,
    Window,
};
use crate::report::compare_table::{Estimate, estimate};
use crate::report::format::{millis, number};
use crate::report::sentence;
use crate::scenario::check::Bound;
use crate::scenario::model::{Climb, Effect};
use crate::simulation::MODEL;

/// The charts of one run, by file name. One that cannot be drawn is left out.
pub(super) fn of_run(pair: &Pair, command: &str) -> Vec<(&'static str, Rendered)> {
    let charts = [
        ("latency", timeline(pair, command).render().ok()),
        ("percentiles", percentiles(pair, command).render().ok()),
        ("waterfall", waterfall::of(pair, command).render().ok()),
    ];
    charts.into_iter().filter_map(|(name, chart)| Some((name, chart?))).collect()
}

/// The charts of a comparison, by file name.
pub(super) fn of_comparison(
    comparison: &Comparison,
    command: &str,
) -> Vec<(&'static str, Rendered)> {
    let charts = [
        ("degradation", degradation(comparison, command).and_then(|chart| chart.render().ok())),
        ("pareto", trade::pareto(comparison, command).render().ok()),
        ("percentiles", compared_percentiles(comparison, command).render().ok()),
    ];
    charts.into_iter().filter_map(|(name, chart)| Some((name, chart?))).collect()
}

fn foot(digest: &str, command: &str) -> String {
    format!("attestorm {} · model {MODEL} · digest {digest} · {command}", env!("CARGO_PKG_VERSION"))
}

fn applied() -> Quantity {
    Quantity::new("time to applied, ms", "applied", "ms")
}

fn frame(pair: &Pair, title: String, command: &str) -> Frame {
    let scenario = &pair.scenario;
    let subtitle = format!(
        "{}  ·  {}, {} validators  ·  seed {}  ·  counted from the intended send",
        scenario.name, scenario.ordering, scenario.validators.count, scenario.seed
    );
    Frame { title, subtitle, foot: foot(&pair.run.digest.short(), command) }
}

/// The finding of a run: its first sentence.
fn finding(pair: &Pair) -> String {
    let first = sentence::of_run(pair).into_iter().next();
    let text =
        first.unwrap_or_else(|| format!("{} under {}", pair.scenario.name, pair.scenario.ordering));
    text.trim_end_matches('.').to_owned()
}

/// Thresholds on the p99 to applied, as lines.
fn limits(pair: &Pair) -> Vec<Threshold> {
    let demands = pair.scenario.thresholds.iter();
    let values = demands.filter_map(|demand| match demand.check.bound {
        Bound::Value(value) if demand.check.metric == "latency.applied" => {
            Some(Threshold { value, label: format!("threshold {}", millis(value)) })
        }
        Bound::Value(_) | Bound::TimesTwin(_) => None,
    });
    values.collect()
}

fn reading(measured: Measured) -> Reading {
    match measured {
        Measured::Value(value) => Reading::exact(value),
        Measured::Never => Reading::Never,
        Measured::Few | Measured::NoData => Reading::NoData,
    }
}

fn timeline(pair: &Pair, command: &str) -> Timeline {
    let begin = VirtualTime::ZERO + pair.scenario.warmup;
    let run = pair.run.measurement.series_rows();
    let twin = pair.twin_measurement().map(Measurement::series_rows).unwrap_or_default();
    let width = pair.run.measurement.series_width();
    let seconds = width.as_secs_f64();
    let percentiles = |row: &crate::measure::SeriesRow| Percentiles {
        p50: reading(row.p50),
        p99: reading(row.p99),
    };
    let windows = run.iter().filter(|row| row.due > 0 && row.start >= begin).map(|row| Window {
        start: row.start.since(begin),
        run: percentiles(row),
        twin: twin.iter().find(|other| other.start == row.start).map(percentiles),
        offered_per_s: row.due as f64 / seconds,
        goodput_per_s: Some(row.good as f64 / seconds),
        never_pct: row.never as f64 / row.due as f64 * 100.0,
    });
    let faults = pair.run.faults.iter().map(|fault| FaultBand {
        name: pair.scenario.faults[fault.fault].name.clone(),
        from: fault.from.since(begin),
        to: fault.until.since(begin),
    });
    Timeline {
        frame: frame(pair, finding(pair), command),
        latency: applied(),
        window: width,
        windows: windows.collect(),
        faults: faults.collect(),
        thresholds: limits(pair),
    }
}

/// The percentiles that curves are drawn through: nine steps a nine.
fn percentile_grid() -> impl Iterator<Item = f64> {
    let nines = (0..=36).map(|step| 100.0 * (1.0 - libm::pow(10.0, -f64::from(step) / 9.0)));
    nines.chain([50.0, 75.0, 95.0, 99.5]).map(|percentile| percentile.max(0.1))
}

fn distribution(of: &Measurement, phase: &str) -> Option<Distribution> {
    let phase = of.phase(phase)?;
    let mut percentiles: Vec<f64> = percentile_grid().collect();
    percentiles.sort_by(f64::total_cmp);
    let quantiles = percentiles.into_iter().map(|percentile| Quantile {
        percentile,
        latency: reading(of.value(
            "latency.applied",
            Statistic::Percentile(percentile / 100.0),
            phase,
            None,
        )),
    });
    Some(Distribution { samples: of.due("latency.applied", phase), quantiles: quantiles.collect() })
}

fn percentiles(pair: &Pair, command: &str) -> PercentileCurve {
    let focus = pair.focus();
    let after = format!("after {focus}");
    let phases = [focus, "calm", after.as_str()];
    let curves = phases.iter().enumerate().filter_map(|(at, phase)| {
        let twin =
            (at == 0).then(|| pair.twin_measurement().and_then(|twin| distribution(twin, phase)));
        Some(Curve {
            name: (*phase).to_owned(),
            look: Look::nth(at),
            run: distribution(&pair.run.measurement, phase).filter(|of| of.samples > 0)?,
            twin: twin.flatten(),
        })
    });
    PercentileCurve {
        frame: frame(pair, tail(pair), command),
        latency: applied(),
        curves: curves.collect(),
        thresholds: limits(pair),
    }
}

/// What the tail is like, in a sentence.
fn tail(pair: &Pair) -> String {
    let phase = pair.run.measurement.phase(pair.focus()).unwrap_or(0);
    let at = |share| {
        let statistic = Statistic::Percentile(share);
        pair.run.measurement.value("latency.applied", statistic, phase, None).value()
    };
    match (at(0.5), at(0.99)) {
        (Some(half), Some(tail)) => format!(
            "In {}, half are applied within {}, and one in a hundred takes longer than {}",
            pair.focus(),
            millis(half),
            millis(tail)
        ),
        (Some(half), None) => format!(
            "In {}, half are applied within {}; more than one in a hundred \
             never is, or too few were due to say",
            pair.focus(),
            millis(half)
        ),
        (None, _) => {
            format!("In {}, half are never applied, or too few were due to say", pair.focus())
        }
    }
}

fn compared_percentiles(comparison: &Comparison, command: &str) -> PercentileCurve {
    let firsts = comparison.runs.iter().filter_map(|runs| runs.first());
    let curves = comparison.labels.iter().zip(firsts.clone()).enumerate().filter_map(
        |(at, (label, pair))| {
            let run = distribution(&pair.run.measurement, pair.focus())?;
            Some(Curve { name: label.clone(), look: Look::nth(at), run, twin: None })
        },
    );
    let first = firsts.clone().next();
    let title = first.map_or_else(String::new, |pair| {
        let p99 = Statistic::Percentile(0.99);
        let least = comparison.labels.iter().zip(&comparison.runs).filter_map(|(label, runs)| {
            Some((label, estimate(runs, "latency.applied", p99, pair.focus()).mean()?))
        });
        let least = least.min_by(|a, b| a.1.total_cmp(&b.1));
        least.map_or_else(String::new, |(label, p99)| {
            format!(
                "In {}, the shortest tail is {label}'s: a mean p99 of {}",
                pair.focus(),
                millis(p99)
            )
        })
    });
    PercentileCurve {
        frame: compared_frame(comparison, title, command, "first seed of each"),
        latency: applied(),
        curves: curves.collect(),
        thresholds: first.map(limits).unwrap_or_default(),
    }
}

fn compared_frame(comparison: &Comparison, title: String, command: &str, note: &str) -> Frame {
    let name = comparison.runs.first().and_then(|runs| runs.first());
    let name = name.map_or("", |pair| &pair.scenario.name);
    let (first, last) = (comparison.seeds.first(), comparison.seeds.last());
    let seeds = match (first, last) {
        (Some(first), Some(last)) if first < last => format!("seeds {first}..{last}"),
        (Some(first), _) => format!("seed {first}"),
        _ => String::new(),
    };
    Frame {
        title,
        subtitle: format!("{name} by {}  ·  {seeds}  ·  {note}", comparison.axis),
        foot: foot(&comparison.digest().short(), command),
    }
}

/// Latency and orphans against the steps of the first fault that climbs.
fn degradation(comparison: &Comparison, command: &str) -> Option<Degradation> {
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
    let p99 = Quantity::new("p99 to applied, ms (log)", "p99", "ms");
    let orphans = Quantity::new("refused for a missing reference, per 10,000", "orphans", "per10k");
    let panels = vec![
        panel("latency.applied", Statistic::Percentile(0.99), p99, Spacing::Log, limits(pair)),
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
        },
        panels,
    })
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
