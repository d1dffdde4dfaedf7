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
    let (unit_shown, per_unit) = match sweep.is_time() {
        true if is_latency => ("ms", 1.0),
        true => fitting(longest(sweep)),
        false => ("", 1.0),
    };
    let label = match unit_shown {
        "" => text.clone(),
        _ if is_latency => format!("{text}, ms (log)"),
        _ => format!("{text}, {unit_shown}"),
    };
    let shown = Lines {
        quantity: Quantity::new(&label, "shown", unit_shown),
        spacing: if is_latency { Spacing::Log } else { Spacing::Linear },
        thresholds: match crate::experiment::statistic_of(sweep.on.stat) {
            Some(statistic) if is_latency => limits(pair, statistic),
            _ => Vec::new(),
        },
        lines: lines(sweep, per_unit, |variant, point| sweep.estimate(variant, point)),
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
        lines: lines(sweep, 1.0, at("unfinished")),
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
            along: None,
        },
        panels: vec![shown, wrong],
    })
}

/// The longest mean of all that came.
fn longest(sweep: Sweep<'_>) -> f64 {
    let variants = |point: usize| 0..sweep.comparisons[point].runs.len();
    let each = (0..sweep.points.len()).flat_map(|point| variants(point).map(move |at| (at, point)));
    let means = each.filter_map(|(variant, point)| match sweep.estimate(variant, point) {
        Estimate::Values { interval, .. } => Some(interval.estimate),
        Estimate::Never(_) | Estimate::NoData => None,
    });
    means.fold(0.0, f64::max)
}

/// The unit that fits so many milliseconds, and how many one of it has.
const fn fitting(millis: f64) -> (&'static str, f64) {
    match millis {
        7_200_000.0.. => ("h", 3_600_000.0),
        120_000.0.. => ("min", 60_000.0),
        2_000.0.. => ("s", 1_000.0),
        _ => ("ms", 1.0),
    }
}

fn lines(sweep: Sweep<'_>, per_unit: f64, of: impl Fn(usize, usize) -> Estimate) -> Vec<Line> {
    let labels =
        sweep.comparisons.first().map_or(&[][..], |comparison: &Comparison| &comparison.labels);
    let reading = |estimate| match estimate {
        Estimate::Values { interval, .. } => {
            let [value, low, high] =
                [interval.estimate, interval.low, interval.high].map(|value| value / per_unit);
            Reading::within(value, low, high)
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

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn an_axis_of_hours_is_in_hours() {
        let units = [0.0, 1_999.0, 2_000.0, 130_000.0, 18_560_039.0].map(|ms| fitting(ms).0);
        assert_eq!(units, ["ms", "ms", "s", "min", "h"]);
    }
}
