//! What waited at routers, who slowed whom down, and what came through of what was offered.

use super::trust::wide;
use super::{bands, compared_frame, frame};
use crate::experiment::{Comparison, Pair, grouped};
use crate::flow::Lane;
use crate::kernel::{Span, VirtualTime};
use crate::measure::{Measured, Measurement, Statistic, Waiting};
use crate::report::chart::{
    Cell, Degradation, Line, Lines, Look, Matrix, Quantity, Reading, Spacing, Step, Steps,
};
use crate::report::compare_table::{Estimate, estimate};
use crate::report::format::{millis, number};
use crate::scenario::model::Phase;

/// What waited in each kind of pool; `None` if nothing ever did.
pub(super) fn queues(pair: &Pair, command: &str) -> Option<Degradation> {
    let begin = VirtualTime::ZERO + pair.scenario.warmup;
    let queues = &pair.run.measurement.queues;
    let width = wide(queues.width(), pair.scenario.duration);
    let count = pair.scenario.duration.as_nanos().div_ceil(width.as_nanos());
    let mut windows = vec![[None::<Waiting>; Lane::ALL.len()]; count as usize];
    for (at, queue) in queues.items().iter().enumerate() {
        let start = queues.start(at);
        let window = start.since(begin).as_nanos() / width.as_nanos();
        let Some(window) = windows.get_mut(window as usize).filter(|_| start >= begin) else {
            continue;
        };
        for (lane, waiting) in &queue.0 {
            let known = window.get_mut(usize::from(*lane))?.get_or_insert_default();
            known.most = known.most.max(waiting.most);
            known.oldest = known.oldest.max(waiting.oldest);
        }
    }
    let has_waited = |waiting: &Waiting| waiting.most > 0;
    windows.iter().flatten().flatten().any(has_waited).then_some(())?;
    let panel = |label: &str, noun: &str, unit: &str, of: fn(Waiting) -> f64| Lines {
        quantity: Quantity::new(label, noun, unit),
        spacing: Spacing::Linear,
        thresholds: Vec::new(),
        lines: lane_lines(&windows, of),
    };
    Some(Degradation {
        frame: frame(pair, longest_line(&windows), command),
        steps: Steps {
            configured: Quantity::new("time since the start, s", "start", "s"),
            achieved: None,
            spacing: Spacing::Linear,
            steps: (0..count).map(|window| moment(width * window)).collect(),
            marks: Vec::new(),
            along: Some(bands(pair, begin)),
        },
        panels: vec![
            panel("most that wait in a pool", "waiting", "", |waiting| waiting.most.into()),
            panel("age of the first in line, s", "age", "s", |waiting| {
                waiting.oldest.as_secs_f64()
            }),
        ],
    })
}

/// The finding: the longest line, and where.
fn longest_line(windows: &[[Option<Waiting>; Lane::ALL.len()]]) -> String {
    let most = |lane: &usize| {
        windows.iter().filter_map(|window| window[*lane]).map(|waiting| waiting.most).max()
    };
    let longest = (0..Lane::ALL.len()).max_by_key(most);
    let (lane, count) = longest.map_or((0, 0), |lane| (lane, most(&lane).unwrap_or(0)));
    let oldest = windows.iter().filter_map(|window| window[lane]).map(|waiting| waiting.oldest);
    format!(
        "At most {} waited in the {} pool of a router, and the first in line for {}",
        grouped(count.into()),
        Lane::ALL[lane].name(),
        millis(oldest.max().unwrap_or_default().as_millis_f64())
    )
}

fn moment(at: Span) -> Step {
    Step { configured: at.as_secs_f64(), achieved: None }
}

fn lane_lines(windows: &[[Option<Waiting>; Lane::ALL.len()]], of: fn(Waiting) -> f64) -> Vec<Line> {
    let is_used = |lane: &usize| windows.iter().any(|window| window[*lane].is_some());
    let line = |(look, lane): (usize, usize)| Line {
        name: Lane::ALL[lane].name().to_owned(),
        look: Look::nth(look),
        // A second that is not told is one in which nothing waited.
        readings: windows
            .iter()
            .map(|window| Reading::exact(window[lane].map_or(0.0, of)))
            .collect(),
    };
    (0..Lane::ALL.len()).filter(is_used).enumerate().map(line).collect()
}

/// The tails that a matrix may be of: the first for which every load group has enough.
const TAILS: [(&str, f64); 3] = [("p99", 0.99), ("p90", 0.9), ("p50", 0.5)];

/// How much slower each load group was in each phase; `None` where there is one group, or nothing
/// to compare with.
pub(super) fn interference(pair: &Pair, command: &str) -> Option<Matrix> {
    let run = &pair.run.measurement;
    let groups: Vec<&str> = pair.scenario.load.iter().map(|group| group.name.as_str()).collect();
    run.phase(&Phase::of_group("run", groups.first()?))?;
    let phases = pair.scenario.phases.iter().map(|phase| phase.name.clone());
    let mut phases: Vec<String> = phases.filter(|name| name != "calm").collect();
    // Without faults the first stage is what the others are compared with, if there are any.
    let is_calm = pair.scenario.faults.is_empty();
    if is_calm && phases.is_empty() {
        return None;
    }
    let first = is_calm.then(|| phases.remove(0));
    let twin = pair.twin.as_ref().map_or(run, |twin| &twin.measurement);
    let usual = |phase: &str, group: &str, share| match &first {
        Some(first) => tail(run, first, group, share),
        None => tail(twin, phase, group, share),
    };
    let each = |share: f64| {
        let cell = |phase: &String, group: &str| {
            times(tail(run, phase, group, share), usual(phase, group, share))
        };
        let row = |group: &&str| phases.iter().map(|phase| cell(phase, group)).collect::<Vec<_>>();
        groups.iter().map(row).collect::<Vec<_>>()
    };
    let is_full = |cells: &[Vec<Cell>]| cells.iter().flatten().all(|cell| *cell != Cell::NoData);
    let found = TAILS.map(|(name, share)| (name, each(share)));
    let (name, cells) = found.into_iter().find(|(_, cells)| is_full(cells))?;
    let usual =
        first.map_or("of the twin without faults".to_owned(), |first| format!("in {first}"));
    Some(Matrix {
        frame: frame(pair, slowest(&groups, &phases, &cells, name), command),
        heading: format!("{name} to applied of each load group, times that {usual}"),
        cells,
        rows: groups.iter().map(|group| (*group).to_owned()).collect(),
        columns: phases,
    })
}

/// The finding: who was slowed down most, and when.
fn slowest(groups: &[&str], phases: &[String], cells: &[Vec<Cell>], tail: &str) -> String {
    let size = |cell: &Cell| match cell {
        Cell::Never => f64::INFINITY,
        Cell::Times(times) => *times,
        Cell::NoData => 0.0,
    };
    let all = cells.iter().enumerate().flat_map(|(row, cells)| {
        cells.iter().enumerate().map(move |(column, cell)| (row, column, size(cell)))
    });
    match all.max_by(|a, b| a.2.total_cmp(&b.2)) {
        Some((row, column, times)) if times.is_finite() => format!(
            "{} was slowed down most: its {tail} in {} was {}x the usual",
            groups[row],
            phases[column],
            number(times)
        ),
        Some((row, column, _)) => {
            format!("{} came to a stop in {}: its {tail} is never", groups[row], phases[column])
        }
        None => "Nobody was slowed down".to_owned(),
    }
}

fn times(here: Measured, usual: Measured) -> Cell {
    match (here, usual) {
        (Measured::Never, _) => Cell::Never,
        (Measured::Value(here), Measured::Value(usual)) if usual > 0.0 => Cell::Times(here / usual),
        _ => Cell::NoData,
    }
}

fn tail(of: &Measurement, phase: &str, group: &str, share: f64) -> Measured {
    let phase = of.phase(&Phase::of_group(phase, group));
    let statistic = Statistic::Percentile(share);
    phase.map_or(Measured::NoData, |phase| of.value("latency.applied", statistic, phase, None))
}

/// What came through of what was offered, stage by stage; `None` with one load only.
pub(super) fn goodput(comparison: &Comparison, command: &str) -> Option<Degradation> {
    let pair = comparison.runs.first()?.first()?;
    let run = &pair.run.measurement;
    let faults = |name: &str| pair.scenario.faults.iter().any(|fault| name.contains(&fault.name));
    let names = pair.scenario.phases.iter().map(|phase| phase.name.as_str());
    // Of stages with about the same load the first counts: a later one has a past.
    let mut stages: Vec<(f64, &str)> = Vec::new();
    for name in names.filter(|name| *name != "calm" && !faults(name)) {
        let offered = run.value("offered", Statistic::Mean, run.phase(name)?, None).value()?;
        let is_same = |known: &(f64, &str)| (known.0 / offered - 1.0).abs() < 0.1;
        if !stages.iter().any(is_same) {
            stages.push((offered.round(), name));
        }
    }
    stages.sort_by(|a, b| a.0.total_cmp(&b.0));
    if stages.len() < 2 {
        return None;
    }
    let panel = |label: &str, noun: &str, unit: &str, metric: &'static str| Lines {
        quantity: Quantity::new(label, noun, unit),
        spacing: Spacing::Linear,
        thresholds: Vec::new(),
        lines: variant_lines(comparison, &stages, metric),
    };
    let title = format!("What comes through of what is offered, by {}", comparison.axis);
    Some(Degradation {
        frame: compared_frame(comparison, title, command, "mean and 95 % interval over seeds"),
        steps: Steps {
            configured: Quantity::new("offered, operations per second", "offered", "per_s"),
            achieved: None,
            spacing: Spacing::Linear,
            steps: stages
                .iter()
                .map(|(offered, _)| Step { configured: *offered, achieved: None })
                .collect(),
            marks: Vec::new(),
            along: None,
        },
        panels: vec![
            panel("goodput, operations per second", "goodput", "per_s", "goodput"),
            panel("tries per operation", "tries", "", "tries"),
        ],
    })
}

fn variant_lines(
    comparison: &Comparison,
    stages: &[(f64, &str)],
    metric: &'static str,
) -> Vec<Line> {
    let reading = |variant: usize, stage: &str| match estimate(
        &comparison.runs[variant],
        metric,
        Statistic::Mean,
        stage,
    ) {
        Estimate::Values { interval, .. } => {
            Reading::within(interval.estimate, interval.low, interval.high)
        }
        Estimate::Never(_) => Reading::Never,
        Estimate::NoData => Reading::NoData,
    };
    let line = |(variant, label): (usize, &String)| Line {
        name: label.clone(),
        look: Look::nth(variant),
        readings: stages.iter().map(|(_, stage)| reading(variant, stage)).collect(),
    };
    comparison.labels.iter().enumerate().map(line).collect()
}
