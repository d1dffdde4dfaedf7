//! Which charts a result gets, and what each of them says.

mod degradation;
mod flow;
mod journey;
mod nights;
mod sweep;
mod swim;
mod trade;
mod trust;
mod waterfall;

use crate::experiment::{Comparison, Pair};
use crate::kernel::{Span, VirtualTime};
use crate::measure::{Measured, Measurement, Statistic};
use crate::report::chart::{
    Curve, Distribution, FaultBand, Frame, Look, PercentileCurve, Percentiles, Quantile, Quantity,
    Reading, Rendered, Threshold, Timeline, Window,
};
use crate::report::compare_table::estimate;
use crate::report::format::millis;
use crate::report::sweep_screen::Sweep;
use crate::report::{same_statistic, sentence};
use crate::scenario::check::Bound;
use crate::simulation::MODEL;

pub use journey::journey_chart;
pub use nights::{race_chart, response_chart};
pub use swim::incident_chart;

/// The charts of one run, by file name. One that cannot be drawn is left out.
pub(super) fn of_run(pair: &Pair, command: &str) -> Vec<(&'static str, Rendered)> {
    let charts = [
        ("latency", timeline(pair, command).render().ok()),
        ("percentiles", percentiles(pair, command).render().ok()),
        ("waterfall", waterfall::of(pair, command).render().ok()),
        ("trust-gap", trust::gap(pair, command).and_then(|chart| chart.render().ok())),
        ("queues", flow::queues(pair, command).and_then(|chart| chart.render().ok())),
        ("interference", flow::interference(pair, command).and_then(|chart| chart.render().ok())),
        ("agreement", trust::agreement(pair, command).and_then(|chart| chart.render().ok())),
    ];
    charts.into_iter().filter_map(|(name, chart)| Some((name, chart?))).collect()
}

/// The charts of a comparison, by file name.
pub(super) fn of_comparison(
    comparison: &Comparison,
    command: &str,
) -> Vec<(&'static str, Rendered)> {
    let of_people = response_chart(comparison, command);
    let charts = [
        (
            "degradation",
            degradation::degradation(comparison, command).and_then(|chart| chart.render().ok()),
        ),
        ("goodput", flow::goodput(comparison, command).and_then(|chart| chart.render().ok())),
        ("pareto", trade::pareto(comparison, command).and_then(|chart| chart.render().ok())),
        ("percentiles", compared_percentiles(comparison, command).render().ok()),
    ];
    let charts = charts.into_iter().chain([("response", of_people)]);
    charts.filter_map(|(name, chart)| Some((name, chart?))).collect()
}

/// The chart of a sweep; `None` if its axis has no numbers, or it cannot be drawn.
pub fn sweep_chart(sweep: Sweep<'_>, command: &str) -> Option<Rendered> {
    sweep::sweep(sweep, command)?.render().ok()
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

/// The tail that most thresholds are about.
const P99: Statistic = Statistic::Percentile(0.99);

/// Thresholds on this statistic of the time to applied, as lines.
fn limits(pair: &Pair, statistic: Statistic) -> Vec<Threshold> {
    let checks = pair.scenario.thresholds.iter().map(|demand| &demand.check);
    let checks = checks
        .filter(|check| check.metric == "latency.applied" && same_statistic(check.stat, statistic));
    let values = checks.filter_map(|check| match check.bound {
        Bound::Value(value) => {
            Some(Threshold { value, label: format!("threshold {}", millis(value)) })
        }
        Bound::TimesTwin(_) => None,
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

/// When faults were on, counted from the beginning of the measurement: as planned, or until
/// somebody mended what they stopped.
fn bands(pair: &Pair, begin: VirtualTime) -> Vec<FaultBand> {
    let achieved = &pair.run.measurement.achievements;
    let faults = pair.run.faults.iter().map(|fault| {
        let mended = achieved.get(fault.fault).and_then(|achievement| achievement.mended);
        let until = mended.filter(|at| *at > fault.from).unwrap_or(fault.until);
        FaultBand {
            name: pair.scenario.faults[fault.fault].name.clone(),
            from: fault.from.since(begin),
            to: fault.until.min(until).since(begin),
        }
    });
    faults.collect()
}

/// A window of a curve has so many operations on average, where that leaves windows enough.
const READABLE: u64 = 20;
const FEWEST_WINDOWS: u64 = 60;

/// How many buckets of the series make a window of a curve.
fn together(measurement: &Measurement, duration: Span) -> usize {
    let buckets = duration.as_nanos() / measurement.series_width().as_nanos();
    let due: u64 = measurement.series_rows().iter().map(|row| row.due).sum();
    let wanted = (READABLE * buckets).div_ceil(due.max(1));
    wanted.min(buckets / FEWEST_WINDOWS).max(1) as usize
}

fn timeline(pair: &Pair, command: &str) -> Timeline {
    let begin = VirtualTime::ZERO + pair.scenario.warmup;
    let together = together(&pair.run.measurement, pair.scenario.duration);
    let rows = |measurement: &Measurement| measurement.series_windows(begin, together);
    let run = rows(&pair.run.measurement);
    let twin = pair.twin.as_ref().map(|twin| rows(&twin.measurement)).unwrap_or_default();
    let width = pair.run.measurement.series_width() * together as u64;
    let seconds = width.as_secs_f64();
    let percentiles = |row: &crate::measure::SeriesRow| Percentiles {
        p50: reading(row.p50),
        p99: reading(row.p99),
    };
    let windows = run.iter().filter(|row| row.due > 0).map(|row| Window {
        start: row.start.since(begin),
        run: percentiles(row),
        twin: twin.iter().find(|other| other.start == row.start).map(percentiles),
        offered_per_s: row.due as f64 / seconds,
        goodput_per_s: Some(row.good as f64 / seconds),
        never_pct: row.never as f64 / row.due as f64 * 100.0,
    });
    Timeline {
        frame: frame(pair, finding(pair), command),
        latency: applied(),
        window: width,
        windows: windows.collect(),
        faults: bands(pair, begin),
        thresholds: limits(pair, P99),
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
    let focus = pair.slowest();
    let after = format!("after {focus}");
    let phases = [focus, "calm", after.as_str()];
    let curves = phases.iter().enumerate().filter_map(|(at, phase)| {
        let twin = (at == 0).then(|| distribution(&pair.twin.as_ref()?.measurement, phase));
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
        thresholds: limits(pair, P99),
    }
}

/// What the tail is like, in a sentence.
fn tail(pair: &Pair) -> String {
    let when = sentence::during(pair.slowest());
    let phase = pair.run.measurement.phase(pair.slowest()).unwrap_or(0);
    let at = |share| {
        let statistic = Statistic::Percentile(share);
        pair.run.measurement.value("latency.applied", statistic, phase, None).value()
    };
    match (at(0.5), at(0.99)) {
        (Some(half), Some(tail)) => format!(
            "{when}, half are applied within {}, and one in a hundred takes longer than {}",
            millis(half),
            millis(tail)
        ),
        (Some(half), None) => format!(
            "{when}, half are applied within {}; more than one in a hundred \
             never is, or too few were due to say",
            millis(half)
        ),
        (None, _) => format!("{when}, half are never applied, or too few were due to say"),
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
        let least = comparison.labels.iter().zip(&comparison.runs).filter_map(|(label, runs)| {
            Some((label, estimate(runs, "latency.applied", P99, pair.focus()).mean()?))
        });
        let least = least.min_by(|a, b| a.1.total_cmp(&b.1));
        least.map_or_else(String::new, |(label, p99)| {
            format!(
                "{}, the shortest tail is {label}'s: a mean p99 of {}",
                sentence::during(pair.focus()),
                millis(p99)
            )
        })
    });
    PercentileCurve {
        frame: compared_frame(comparison, title, command, "first seed of each"),
        latency: applied(),
        curves: curves.collect(),
        thresholds: first.map(|pair| limits(pair, P99)).unwrap_or_default(),
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
