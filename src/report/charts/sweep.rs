//! How each variant fares along an axis that a sweep moves.

use super::{compared_frame, limits};
use crate::experiment::Comparison;
use crate::measure::Statistic;
use crate::report::chart::{
    Degradation, Line, Lines, Look, Quantity, Reading, Spacing, Step, Steps,
};
use crate::report::compare_table::{Estimate, estimate};
use crate::report::sweep_screen::Sweep;

/// What is shown, and beside it what goes wrong, against the points; `None` if they are no numbers.
pub(in crate::report) fn sweep(sweep: Sweep<'_>, command: &str) -> Option<Degradation> {
    let first = sweep.comparisons.first()?;
    let pair = first.runs.first()?.first()?;
    let points: Vec<(f64, &str)> =
        sweep.points.iter().map(|point| numeric(point)).collect::<Option<_>>()?;
    let unit = points.first()?.1;
    let is_log =
        points.iter().all(|(value, _)| *value > 0.0) && points.last()?.0 / points.first()?.0 >= 8.0;
    let spacing = if is_log { Spacing::Log } else { Spacing::Linear };
    let step = |(value, _): &(f64, &str)| Step { configured: *value, achieved: None };
    let is_latency = sweep.on.metric.starts_with("latency");
    let phase = sweep.on.phase.as_deref().unwrap_or("run");
    let text = &sweep.on.text;
    let shown = Lines {
        quantity: match is_latency {
            true => Quantity::new(&format!("{text}, ms (log)"), "shown", "ms"),
            false => Quantity::new(text, "shown", ""),
        },
        spacing: if is_latency { Spacing::Log } else { Spacing::Linear },
        thresholds: match crate::experiment::statistic_of(sweep.on.stat) {
            Some(statistic) if is_latency => limits(pair, statistic),
            _ => Vec::new(),
        },
        lines: lines(sweep, |variant, point| sweep.estimate(variant, point)),
    };
    let at = |metric: &'static str| {
        move |variant: usize, point: usize| {
            let runs = &sweep.comparisons[point].runs[variant];
            estimate(runs, metric, Statistic::Per10k, phase)
        }
    };
    let wrong = Lines {
        quantity: Quantity::new("never applied, per 10,000", "unfinished", "per10k"),
        spacing: Spacing::Linear,
        thresholds: Vec::new(),
        lines: lines(sweep, at("unfinished")),
    };
    let title = format!("{text} by {} over {}", first.axis, sweep.over);
    let noun = sweep.over.rsplit('.').next().unwrap_or("x");
    Some(Degradation {
        frame: compared_frame(first, title, command, "mean and 95 % interval over seeds"),
        steps: Steps {
            configured: Quantity::new(&format!("{} {unit}", sweep.over), noun, unit),
            achieved: None,
            spacing,
            steps: points.iter().map(step).collect(),
            marks: Vec::new(),
        },
        panels: vec![shown, wrong],
    })
}

fn lines(sweep: Sweep<'_>, of: impl Fn(usize, usize) -> Estimate) -> Vec<Line> {
    let labels =
        sweep.comparisons.first().map_or(&[][..], |comparison: &Comparison| &comparison.labels);
    let reading = |estimate| match estimate {
        Estimate::Values { interval, .. } => {
            Reading::within(interval.estimate, interval.low, interval.high)
        }
        Estimate::Never(_) => Reading::Never,
        Estimate::NoData => Reading::NoData,
    };
    let line = |(variant, label): (usize, &String)| Line {
        name: label.clone(),
        look: Look::nth(variant),
        readings: (0..sweep.points.len()).map(|point| reading(of(variant, point))).collect(),
    };
    labels.iter().enumerate().map(line).collect()
}

/// The number that a value begins with, and its unit.
fn numeric(point: &str) -> Option<(f64, &str)> {
    let end = point.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-');
    let (number, unit) = point.split_at(end.unwrap_or(point.len()));
    Some((number.parse().ok()?, unit.trim()))
}
