//! What a comparison is about beyond the columns of its table: what thresholds and claims of the
//! scenario name, what comes through where that is less than is offered, and who stays down.

use std::collections::BTreeMap;

use super::compare_asked::asked;
use super::compare_needs::names;
use super::compare_table::{COLUMNS, CompareTable, Estimate, Gap, estimated, paired_gaps};
use super::format::{duration, many, number};
use crate::experiment::{ClaimResult, Comparison, Pair, measured_in};
use crate::measure::Statistic;
use crate::measure::metric::{self, Better, Unit};
use crate::scenario::check::{Stat, Subject};

/// Most differences in a sentence about two variants, and most sentences about all.
const MOST: usize = 2;
/// Where less than this share of what is offered comes through, there is more than can be done.
const ENOUGH: f64 = 0.9;
/// Load that swings by so much has a busiest phase.
const SWINGS: f64 = 1.2;

/// Matters beyond the columns.
pub(super) struct Beyond {
    matters: Vec<Matter>,
    /// By matter, first variant and second, corrected together.
    gaps: BTreeMap<(usize, usize, usize), Gap>,
    /// By variant: the longest time that it stayed down.
    down: Vec<Estimate>,
}

/// Something that is measured of every variant.
#[derive(Clone, Debug)]
struct Matter {
    /// In the scenario's words: `mean(goodput) in rush`.
    text: String,
    unit: MatterUnit,
    better: Better,
    /// Whether it is here because less comes through than is offered.
    is_overload: bool,
    /// By variant.
    cells: Vec<Estimate>,
}

/// What its values are.
#[derive(Clone, Copy, Debug)]
enum MatterUnit {
    Millis,
    /// 0 to 1.
    Share,
    PerSecond,
    Plain,
}

impl Beyond {
    pub(super) fn new(
        comparison: &Comparison,
        table: &CompareTable,
        claims: &[ClaimResult],
    ) -> Self {
        let first = comparison.runs.first().and_then(|runs| runs.first());
        let asked = first.map_or_else(Vec::new, |pair| asked(pair, claims));
        let overload = overloaded(comparison, &table.phase);
        let goodput = overload.map(|phase| {
            let phase = Some(phase).filter(|phase| *phase != "run");
            let text = phase.map_or_else(String::new, |phase| format!(" in {phase}"));
            let subject = Subject { stat: Stat::Mean, metric: "goodput", window: None, phase };
            (format!("mean(goodput){text}"), subject)
        });
        let asked = asked.into_iter().map(|(text, subject)| (text.to_owned(), subject));
        let mut matters: Vec<(String, Subject<'_>)> = goodput.into_iter().collect();
        for (text, subject) in asked.filter(|(_, subject)| !is_told(*subject, &table.phase)) {
            if matters.iter().all(|(_, known)| *known != subject) {
                matters.push((text, subject));
            }
        }
        let mut matters: Vec<Matter> = matters
            .into_iter()
            .map(|(text, subject)| Matter::new(text, subject, comparison))
            .collect();
        matters.iter_mut().take(1).for_each(|matter| matter.is_overload = overload.is_some());
        Self::of(matters, table.rows.iter().map(|row| row.down.clone()).collect())
    }

    fn of(matters: Vec<Matter>, down: Vec<Estimate>) -> Self {
        let gaps =
            paired_gaps((matters.len(), down.len()), |at, row| matters[at].cells[row].values());
        Self { matters, gaps, down }
    }

    /// Who stays down once its trouble is over: a sentence for each of the first, the others named.
    pub(super) fn collapses(&self, labels: &[&str]) -> Vec<String> {
        let is_down = |at: &usize| self.down[*at].mean().is_some_and(|mean| mean > 0.0);
        let down: Vec<usize> = (0..labels.len()).filter(is_down).collect();
        let mut sentences: Vec<String> = (down.iter().take(MOST))
            .filter_map(|at| stayed_down(labels[*at], &self.down[*at]))
            .collect();
        if let Some(others) = down.get(MOST..).filter(|others| !others.is_empty()) {
            let others: Vec<&str> = others.iter().map(|at| labels[*at]).collect();
            sentences.push(format!("So did {}.", names(&others)));
        }
        sentences
    }

    /// What separates one variant from another, said of the first: so many matters at most.
    pub(super) fn differences(&self, best: usize, other: usize) -> Vec<String> {
        let all = 0..self.matters.len();
        all.filter_map(|at| self.difference(at, best, other)).take(MOST).collect()
    }

    /// That as much comes through of two where less does than is offered, if nothing else is shown.
    pub(super) fn no_difference(&self, best: usize, other: usize) -> Option<String> {
        let goodput = self.matters.first().filter(|matter| matter.is_overload)?;
        let gap = self.gap(0, best, other).filter(|gap| !gap.is_shown())?;
        if gap.interval.estimate == 0.0 && gap.half() == 0.0 {
            return Some(format!("same {}", goodput.text));
        }
        // Said of the first, as in the sentences with a difference.
        let by = number(-gap.interval.estimate);
        let half = number(gap.half());
        Some(format!("no difference shown in {} ({by} ± {half}/s)", goodput.text))
    }

    fn difference(&self, at: usize, best: usize, other: usize) -> Option<String> {
        let matter = &self.matters[at];
        if let (Estimate::Values { .. }, Estimate::Never(seeds)) =
            (&matter.cells[best], &matter.cells[other])
        {
            return Some(format!(
                "its {} is never on {}",
                matter.text,
                many(*seeds as f64, "seed")
            ));
        }
        let gap = self.gap(at, best, other).filter(Gap::is_shown)?;
        let word = if gap.interval.estimate > 0.0 { "lower" } else { "higher" };
        let by = matter.unit.around(gap.interval.estimate.abs(), gap.half());
        Some(format!("{} {by} {word}", matter.text))
    }

    /// Who of many is best in a matter, where that is shown against anybody.
    pub(super) fn bests(&self, labels: &[&str]) -> Vec<String> {
        let all = 0..self.matters.len();
        all.filter_map(|at| self.best(at, labels)).take(MOST).collect()
    }

    fn best(&self, at: usize, labels: &[&str]) -> Option<String> {
        let matter = &self.matters[at];
        let (sign, word) = match matter.better {
            Better::Lower => (1.0, "least"),
            Better::Higher => (-1.0, "most"),
            Better::Neither => return None,
        };
        let means = matter.cells.iter().map(Estimate::mean).enumerate();
        let means = means.filter_map(|(row, mean)| Some((row, mean.filter(|it| it.is_finite())?)));
        let (best, value) = means.min_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1)))?;
        let gaps = (0..labels.len()).filter_map(|row| Some((row, self.gap(at, best, row)?)));
        let (apart, ties): (Vec<_>, Vec<_>) = gaps.partition(|(_, gap)| gap.is_shown());
        if apart.is_empty() {
            return None;
        }
        let ties: Vec<&str> = ties.iter().map(|(row, _)| labels[*row]).collect();
        let tied = match ties.as_slice() {
            [] => String::new(),
            ties => format!("; not told apart: {}", names(ties)),
        };
        let (label, value) = (labels[best], matter.unit.shown(value));
        Some(format!("Of all: {label} has the {word} {}, {value}{tied}.", matter.text))
    }

    fn gap(&self, at: usize, first: usize, second: usize) -> Option<Gap> {
        match first < second {
            true => self.gaps.get(&(at, first, second)).copied(),
            false => self.gaps.get(&(at, second, first)).map(|gap| gap.reversed()),
        }
    }
}

impl Matter {
    fn new(text: String, subject: Subject<'_>, comparison: &Comparison) -> Self {
        let cell = |runs: &Vec<Pair>| {
            estimated(&runs.iter().map(|pair| measured_in(pair, subject)).collect::<Vec<_>>())
        };
        let known = metric::find(subject.metric);
        let unit = match known.map(|metric| metric.unit) {
            _ if super::is_share(subject.stat) => MatterUnit::Share,
            _ if super::is_time(subject.stat, subject.metric) => MatterUnit::Millis,
            Some(Unit::PerSecond) => MatterUnit::PerSecond,
            _ => MatterUnit::Plain,
        };
        // A recovery is named by its fault, and better if it is short.
        let better = known.map_or(Better::Lower, |metric| metric.better);
        let cells = comparison.runs.iter().map(cell).collect();
        Self { text, unit, better, is_overload: false, cells }
    }
}

impl MatterUnit {
    fn shown(self, value: f64) -> String {
        match self {
            Self::Millis => duration(value),
            Self::Share => format!("{} %", number(value * 100.0)),
            Self::PerSecond => format!("{}/s", number(value)),
            Self::Plain => number(value),
        }
    }

    /// A difference and half the width of its interval.
    fn around(self, value: f64, half: f64) -> String {
        let both = |scale: f64| format!("{} ± {}", number(value * scale), number(half * scale));
        match self {
            Self::Millis if value >= 10_000.0 => format!("{} s", both(0.001)),
            Self::Millis => format!("{} ms", both(1.0)),
            Self::Share => format!("{} points", both(100.0)),
            Self::PerSecond => format!("{}/s", both(1.0)),
            Self::Plain => both(1.0),
        }
    }
}

/// Whether a column of the table tells it.
fn is_told(subject: Subject<'_>, phase: &str) -> bool {
    let is_column = |(_, name, statistic): &(&str, &str, Statistic)| {
        let counts = |stat| matches!(stat, Stat::Count | Stat::Share | Stat::Per10k);
        let is_same = super::same_statistic(subject.stat, *statistic)
            || *statistic == Statistic::Per10k && counts(subject.stat)
            || *statistic == Statistic::Mean && subject.stat == Stat::Mean;
        *name == subject.metric && is_same
    };
    // Who stays down has a sentence of its own.
    subject.metric == "collapsed"
        || subject.window.is_none()
            && subject.phase.unwrap_or("run") == phase
            && COLUMNS.iter().any(is_column)
}

fn stayed_down(label: &str, cell: &Estimate) -> Option<String> {
    let Estimate::Values { values, interval } = cell else { return None };
    let seeds = values.iter().filter(|value| **value > 0.0).count();
    let half = (interval.high - interval.low) / 2.0;
    let time = match half < 1e-9 {
        true => duration(interval.estimate),
        false => MatterUnit::Millis.around(interval.estimate, half),
    };
    let of = values.len();
    Some(format!(
        "{label} collapsed on {seeds} of {of} seeds: it stayed down for {time} after its trouble \
         was over."
    ))
}

/// The phase with the most load, or else the one that the table is about, if less than is offered
/// there comes through in some variant.
fn overloaded<'a>(comparison: &'a Comparison, focus: &'a str) -> Option<&'a str> {
    let mean = |runs: &[Pair], metric, phase: &str| {
        let value = |pair: &Pair| {
            let measurement = &pair.run.measurement;
            let phase = measurement.phase(phase)?;
            measurement.value(metric, Statistic::Mean, phase, None).value()
        };
        let values: Vec<f64> = runs.iter().filter_map(value).collect();
        crate::measure::statistics::mean(&values)
    };
    let first = comparison.runs.first()?;
    let phases = first.first()?.scenario.phases.iter().map(|phase| phase.name.as_str());
    let loads = phases.filter_map(|phase| Some((phase, mean(first, "offered", phase)?)));
    let loads: Vec<(&str, f64)> = loads.collect();
    let least = loads.iter().map(|(_, load)| *load).fold(f64::INFINITY, f64::min);
    let busiest = loads.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a });
    let busiest = busiest.filter(|(_, load)| *load >= SWINGS * least);
    let phase = busiest.map_or(focus, |(phase, _)| phase);
    let is_short = |runs: &Vec<Pair>| {
        let both = mean(runs, "goodput", phase).zip(mean(runs, "offered", phase));
        both.is_some_and(|(good, offered)| good < ENOUGH * offered)
    };
    comparison.runs.iter().any(is_short).then_some(phase)
}

#[cfg(test)]
impl Beyond {
    /// Of so many variants, with nothing beyond the columns.
    pub(super) fn nothing(variants: usize) -> Self {
        Self::of(Vec::new(), vec![Estimate::NoData; variants])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Measured;

    fn cell(text: &str) -> Estimate {
        let seed = |word: &str| match word {
            "never" => Measured::Never,
            number => Measured::Value(number.parse().expect("a number")),
        };
        estimated(&text.split(' ').map(seed).collect::<Vec<_>>())
    }

    fn beyond(matters: &[(&str, MatterUnit, Better, [&str; 3])], collapsed: [&str; 3]) -> Beyond {
        let matter = |(text, unit, better, cells): &(&str, MatterUnit, Better, [&str; 3])| Matter {
            text: (*text).to_owned(),
            unit: *unit,
            better: *better,
            is_overload: *text == "mean(goodput) in rush",
            cells: cells.map(cell).to_vec(),
        };
        Beyond::of(matters.iter().map(matter).collect(), collapsed.map(cell).to_vec())
    }

    const UP: &str = "0 0 0";
    const LABELS: [&str; 3] = ["none", "drop", "credit"];

    const SHORT: &str = "10 12 11";
    const ENOUGH: &str = "290 292 293";

    fn goodput(cells: [&'static str; 3]) -> (&'static str, MatterUnit, Better, [&'static str; 3]) {
        ("mean(goodput) in rush", MatterUnit::PerSecond, Better::Higher, cells)
    }

    #[test]
    fn what_is_shown_of_a_matter_is_said_with_its_interval_and_of_two_matters_at_most() {
        let said = |matters: &[(&str, MatterUnit, Better, [&str; 3])]| {
            beyond(matters, [UP; 3]).differences(2, 0).join(", ")
        };
        let late =
            |cells| ("p99(latency.applied) in back", MatterUnit::Millis, Better::Lower, cells);
        let good = goodput([SHORT, UP, ENOUGH]);
        let slow = late(["20000 20100 20050", UP, "100 110 90"]);
        let lost =
            ("share(lost)", MatterUnit::Share, Better::Lower, ["0.5 0.52 0.51", UP, "0 0.01 0"]);
        insta::assert_snapshot!(said(&[good]), @"mean(goodput) in rush 281 ± 5.1/s higher");
        insta::assert_snapshot!(said(&[slow]), @"p99(latency.applied) in back 19.9 ± 0.2 s lower");
        insta::assert_snapshot!(said(&[lost]), @"share(lost) 50.7 ± 2.55 points lower");
        let never = "its p99(latency.applied) in back is never on 1 seed";
        assert_eq!(said(&[late(["9 never 9", UP, "1 1 1"])]), never);
        assert_eq!(beyond(&[good, slow, lost], [UP; 3]).differences(2, 0).len(), 2);
        // Nothing is said where nothing is shown, or the favourite never comes.
        assert_eq!(said(&[goodput([SHORT, UP, "11 10 12"])]), "");
        assert_eq!(said(&[late(["1 1 1", UP, "9 never 9"])]), "");
    }

    #[test]
    fn where_less_comes_through_than_is_offered_it_is_said_even_of_those_who_do_not_differ() {
        let said = |cells| beyond(&[goodput(cells)], [UP; 3]).no_difference(2, 0);
        assert_eq!(said([SHORT, UP, ENOUGH]), None);
        assert_eq!(said([SHORT; 3]).as_deref(), Some("same mean(goodput) in rush"));
        let none = "no difference shown in mean(goodput) in rush (0 ± 7.65/s)";
        assert_eq!(said([SHORT, UP, "11 10 12"]).as_deref(), Some(none));
        let lost = ("share(lost)", MatterUnit::Share, Better::Lower, [SHORT; 3]);
        assert_eq!(beyond(&[lost], [UP; 3]).no_difference(2, 0), None);
    }

    #[test]
    fn one_seed_shows_nothing() {
        let matter = ("share(lost)", MatterUnit::Share, Better::Lower, ["0.5", "0.2", "0.1"]);
        let beyond = beyond(&[matter], ["0"; 3]);
        assert_eq!(beyond.differences(2, 0), [""; 0]);
        assert_eq!(beyond.bests(&LABELS), [""; 0]);
    }

    #[test]
    fn of_many_the_best_is_named_where_anybody_is_shown_to_be_worse() {
        let check = |better, cells, said: &[&str]| {
            let matter = ("mean(goodput) in rush", MatterUnit::PerSecond, better, cells);
            assert_eq!(beyond(&[matter], [UP; 3]).bests(&LABELS), said);
        };
        let cells = ["10 12 11", "289 293 292", "290 292 293"];
        let most =
            "Of all: credit has the most mean(goodput) in rush, 292/s; not told apart: drop.";
        check(Better::Higher, cells, &[most]);
        check(Better::Lower, cells, &["Of all: none has the least mean(goodput) in rush, 11/s."]);
        check(Better::Neither, cells, &[]);
        check(Better::Higher, ["10 12 11"; 3], &[]);
    }

    #[test]
    fn who_stays_down_is_named() {
        let check = |collapsed: [&str; 3], said: &[&str]| {
            assert_eq!(beyond(&[], collapsed).collapses(&LABELS), said);
        };
        check([UP; 3], &[]);
        let down = |label: &str, seeds: &str, time: &str| {
            format!(
                "{label} collapsed on {seeds} seeds: it stayed down for {time} after its trouble \
                 was over."
            )
        };
        check(["90000 90000 0", UP, UP], &[&down("none", "2 of 3", "60 ± 129 s")]);
        let (none, drop) = (down("none", "1 of 1", "1m 30s"), down("drop", "1 of 1", "31 s"));
        check(["90000", "31000", "40000"], &[&none, &drop, "So did credit."]);
    }
}
