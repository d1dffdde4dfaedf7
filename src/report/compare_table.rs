//! The table of a comparison: estimates over seeds, what is best, what differs.

use std::collections::BTreeMap;

use super::format::number;
use crate::experiment::{Comparison, Guarantees, Met, Pair, Word};
use crate::measure::metric::{self, Better};
use crate::measure::statistics::{
    Interval, holm, mean, mean_interval, paired_difference, variance_reduction,
};
use crate::measure::{Measured, Statistic};

/// Confidence of every interval.
pub(super) const CONFIDENCE: f64 = 0.95;

/// The columns: head, metric, statistic.
pub(super) const COLUMNS: [(&str, &str, Statistic); 5] = [
    ("applied p50", "latency.applied", Statistic::Percentile(0.5)),
    ("applied p99", "latency.applied", Statistic::Percentile(0.99)),
    ("orphans", "orphans", Statistic::Per10k),
    ("diverged", "diverged", Statistic::Per10k),
    ("msgs", "messages", Statistic::Mean),
];

/// Columns by number.
pub(super) const P50: usize = 0;
pub(super) const P99: usize = 1;
pub(super) const ORPHANS: usize = 2;
pub(super) const DIVERGED: usize = 3;
pub(super) const MESSAGES: usize = 4;

/// One cell: what was measured over seeds.
#[derive(Clone, Debug, PartialEq)]
pub enum Estimate {
    /// On every seed there was a value.
    Values {
        /// By seed.
        values: Vec<f64>,
        /// Mean and 95 % interval; a point if there is one seed.
        interval: Interval,
    },
    /// On so many seeds the value was `never`.
    Never(usize),
    /// There was nothing to measure on some seed.
    NoData,
}

impl Estimate {
    /// The mean, infinite where something never came.
    pub fn mean(&self) -> Option<f64> {
        match self {
            Self::Values { interval, .. } => Some(interval.estimate),
            Self::Never(_) => Some(f64::INFINITY),
            Self::NoData => None,
        }
    }

    pub(super) fn values(&self) -> Option<&[f64]> {
        match self {
            Self::Values { values, .. } => Some(values),
            Self::Never(_) | Self::NoData => None,
        }
    }
}

/// One row: a variant.
#[derive(Clone, Debug)]
pub struct Row {
    /// The value on the axis.
    pub label: String,
    /// What its ordering owes, and what it assumes.
    pub guarantees: Guarantees,
    /// By column.
    pub cells: Vec<Estimate>,
    /// By column: nothing is better, as far as the seeds show. Nowhere with a single seed.
    pub best: Vec<bool>,
    /// Thresholds met on every seed.
    pub met: usize,
    /// Seeds on which all thresholds were met.
    pub seeds_met: usize,
    /// The gravest word of any seed.
    pub gravest: Word,
    /// The longest time on each seed, in milliseconds, that it stayed down once its trouble was
    /// over (the metric `collapsed`).
    pub down: Estimate,
}

/// A paired difference between two variants in one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// The second's mean minus the first's. The interval is widened for the number of differences
    /// in the table, so that it leaves out zero exactly when `p` is below 0.05.
    pub interval: Interval,
    /// The p value, Holm-corrected over the whole table.
    pub p: f64,
}

impl Gap {
    /// Whether the seeds show a difference.
    pub fn is_shown(&self) -> bool {
        self.p < 1.0 - CONFIDENCE
    }

    /// Half the width of the interval.
    pub fn half(&self) -> f64 {
        (self.interval.high - self.interval.low) / 2.0
    }

    pub(super) fn reversed(self) -> Self {
        let Interval { estimate, low, high } = self.interval;
        Self { interval: Interval { estimate: -estimate, low: -high, high: -low }, ..self }
    }
}

/// The table.
#[derive(Clone, Debug)]
pub struct CompareTable {
    /// The phase it is about.
    pub phase: String,
    /// The variants, in order.
    pub rows: Vec<Row>,
    /// How many thresholds there are.
    pub thresholds: usize,
    /// By how much pairing cut the variance of differences in the p99: the median over pairs of
    /// variants; `None` if that cannot be said.
    pub variance_cut: Option<f64>,
    /// By column, first row and second row, the first before the second.
    pub(super) gaps: BTreeMap<(usize, usize, usize), Gap>,
}

impl CompareTable {
    /// The table of a comparison.
    pub fn new(comparison: &Comparison) -> Self {
        let first = comparison.runs.first().and_then(|runs| runs.first());
        let phase = first.map_or("run", Pair::focus).to_owned();
        let thresholds = first.map_or(0, |pair| pair.thresholds.len());
        let variants = comparison.labels.iter().zip(&comparison.guarantees).zip(&comparison.runs);
        let row = |((label, owed), runs): ((&String, &Guarantees), &Vec<Pair>)| {
            row(label, owed, runs, &phase)
        };
        let rows = variants.map(row).collect();
        Self::of_rows(phase, thresholds, rows)
    }

    /// The table of rows: what differs, and so what is best.
    pub(super) fn of_rows(phase: String, thresholds: usize, rows: Vec<Row>) -> Self {
        let (gaps, variance_cut) = (gaps(&rows), variance_cut(&rows));
        let mut table = Self { phase, rows, thresholds, variance_cut, gaps };
        for column in 0..COLUMNS.len() {
            for at in table.best(column) {
                table.rows[at].best[column] = true;
            }
        }
        table
    }

    /// What the second row has more than the first in a column; `None` where a value is missing,
    /// or there is but one seed.
    pub fn gap(&self, column: usize, first: usize, second: usize) -> Option<Gap> {
        match first < second {
            true => self.gaps.get(&(column, first, second)).copied(),
            false => self.gaps.get(&(column, second, first)).map(|gap| gap.reversed()),
        }
    }

    /// The row with the least mean, and those that the seeds do not tell apart from it; nobody if
    /// that is everybody.
    fn best(&self, column: usize) -> Vec<usize> {
        let better = metric::find(COLUMNS[column].1).map(|metric| metric.better);
        let means = self.rows.iter().map(|row| row.cells[column].mean()).enumerate();
        let finite = means.filter_map(|(at, mean)| Some((at, mean.filter(|m| m.is_finite())?)));
        let least = finite.min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((best, _)) = least.filter(|_| better == Some(Better::Lower)) else {
            return Vec::new();
        };
        // One seed shows nothing, so nothing is marked.
        let has_gaps = self.gaps.keys().any(|(of, ..)| *of == column);
        let ties = |at: &usize| {
            *at == best || self.gap(column, best, *at).is_some_and(|gap| !gap.is_shown())
        };
        let best: Vec<usize> = (0..self.rows.len()).filter(|at| has_gaps && ties(at)).collect();
        if best.len() < self.rows.len() { best } else { Vec::new() }
    }
}

/// All paired differences, corrected together.
fn gaps(rows: &[Row]) -> BTreeMap<(usize, usize, usize), Gap> {
    paired_gaps((COLUMNS.len(), rows.len()), |column, row| rows[row].cells[column].values())
}

/// The paired differences of so many columns between so many rows, corrected together; by column,
/// first row and second row. `values` are those of a column and a row by seed.
pub(super) fn paired_gaps<'a>(
    (columns, rows): (usize, usize),
    values: impl Fn(usize, usize) -> Option<&'a [f64]>,
) -> BTreeMap<(usize, usize, usize), Gap> {
    let mut found = Vec::new();
    for column in 0..columns {
        for second in 1..rows {
            for first in 0..second {
                let Some((a, b)) = values(column, first).zip(values(column, second)) else {
                    continue;
                };
                if let Some(difference) = paired_difference(a, b, CONFIDENCE) {
                    found.push(((column, first, second), (a, b), difference.p));
                }
            }
        }
    }
    let p_values: Vec<f64> = found.iter().map(|(.., p)| *p).collect();
    let corrected = holm(&p_values);
    let all = found.len() as f64;
    let gaps = found.into_iter().zip(corrected).filter_map(|((key, (a, b), raw), p)| {
        // Holm multiplied the p value by so much; the interval gives up as much confidence.
        let times = if raw > 0.0 && p < 1.0 { p / raw } else { all };
        let confidence = 1.0 - (1.0 - CONFIDENCE) / times;
        let interval = paired_difference(a, b, confidence)?.interval;
        Some((key, Gap { interval, p }))
    });
    gaps.collect()
}

fn row(label: &str, guarantees: &Guarantees, runs: &[Pair], phase: &str) -> Row {
    let cells =
        COLUMNS.iter().map(|(_, metric, statistic)| estimate(runs, metric, *statistic, phase));
    let cells: Vec<Estimate> = cells.collect();
    let thresholds = runs.first().map_or(0, |pair| pair.thresholds.len());
    let is_met = |pair: &Pair, at: usize| pair.thresholds[at].met == Met::Yes;
    let met = (0..thresholds).filter(|at| runs.iter().all(|pair| is_met(pair, *at))).count();
    let seeds_met = runs.iter().filter(|pair| (0..thresholds).all(|at| is_met(pair, at))).count();
    let gravest = runs.iter().map(|pair| pair.verdict.word()).min().unwrap_or(Word::Pass);
    Row {
        label: label.to_owned(),
        guarantees: guarantees.clone(),
        best: vec![false; cells.len()],
        cells,
        met,
        seeds_met,
        gravest,
        down: down(runs),
    }
}

/// The longest that it stayed down, which is not at all where nothing was measured.
fn down(runs: &[Pair]) -> Estimate {
    let longest = |pair: &Pair| {
        let found = pair.run.measurement.value("collapsed", Statistic::Longest, 0, None);
        Measured::Value(found.value().unwrap_or(0.0))
    };
    estimated(&runs.iter().map(longest).collect::<Vec<_>>())
}

/// What was measured over seeds in one phase.
pub(super) fn estimate(runs: &[Pair], metric: &str, statistic: Statistic, phase: &str) -> Estimate {
    let value = |pair: &Pair| {
        let measurement = &pair.run.measurement;
        let value = |phase| measurement.value(metric, statistic, phase, None);
        measurement.phase(phase).map_or(Measured::NoData, value)
    };
    estimated(&runs.iter().map(value).collect::<Vec<_>>())
}

/// What was measured on each seed, as one estimate.
pub(super) fn estimated(measured: &[Measured]) -> Estimate {
    let never = measured.iter().filter(|measured| **measured == Measured::Never).count();
    if never > 0 {
        return Estimate::Never(never);
    }
    let values: Vec<f64> = measured.iter().filter_map(|measured| measured.value()).collect();
    if values.is_empty() || values.len() < measured.len() {
        return Estimate::NoData;
    }
    let estimate = mean(&values).unwrap_or(0.0);
    let point = Interval { estimate, low: estimate, high: estimate };
    let interval = mean_interval(&values, CONFIDENCE).unwrap_or(point);
    Estimate::Values { values, interval }
}

fn variance_cut(rows: &[Row]) -> Option<f64> {
    let values: Vec<&[f64]> = rows.iter().filter_map(|row| row.cells[P99].values()).collect();
    let pairs = (1..values.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
    let cuts = pairs.filter_map(|(a, b)| variance_reduction(values[a], values[b]));
    let mut cuts: Vec<f64> = cuts.filter(|cut| cut.is_finite()).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.get(cuts.len() / 2).copied()
}

/// A cell as screens print it: `1,369 ± 27`, `0`, `never on 3`.
pub(super) fn cell_text(cell: &Estimate) -> String {
    match cell {
        Estimate::NoData => "too few".to_owned(),
        Estimate::Never(seeds) => format!("never on {seeds}"),
        Estimate::Values { interval, .. } => {
            let half = (interval.high - interval.low) / 2.0;
            match half < 1e-9 {
                true => number(interval.estimate),
                false => format!("{} ± {}", number(interval.estimate), number(half)),
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::experiment::Assumptions;

    /// A row of which each column has these values by seed; `never` and `-` stand for themselves.
    pub(in crate::report) fn row_of(label: &str, met: usize, columns: [&str; 5]) -> Row {
        let cell = |text: &str| match text {
            "-" => Estimate::NoData,
            "never" => Estimate::Never(1),
            text => {
                let values: Vec<f64> =
                    text.split(' ').map(|value| value.parse().expect("a number")).collect();
                let estimate = mean(&values).expect("values");
                let point = Interval { estimate, low: estimate, high: estimate };
                let interval = mean_interval(&values, CONFIDENCE).unwrap_or(point);
                Estimate::Values { values, interval }
            }
        };
        Row {
            label: label.to_owned(),
            guarantees: Guarantees {
                summary: "nothing".to_owned(),
                owed: Vec::new(),
                assumptions: Assumptions::STRICTEST,
            },
            cells: columns.map(cell).to_vec(),
            best: vec![false; columns.len()],
            met,
            seeds_met: met,
            gravest: Word::Pass,
            down: Estimate::NoData,
        }
    }

    pub(in crate::report) fn table_of(thresholds: usize, rows: Vec<Row>) -> CompareTable {
        CompareTable::of_rows("storm".to_owned(), thresholds, rows)
    }

    fn best(column: usize, cells: &[&str]) -> String {
        let row = |(at, cell): (usize, &&str)| {
            let mut columns = ["-"; 5];
            columns[column] = cell;
            row_of(&at.to_string(), 0, columns)
        };
        let table = table_of(0, cells.iter().enumerate().map(row).collect());
        let best = table.rows.iter().map(|row| if row.best[column] { '*' } else { '.' });
        best.collect()
    }

    #[test]
    fn the_best_and_its_ties_are_starred() {
        let check = |cells: &[&str], stars| assert_eq!(best(P99, cells), stars, "{cells:?}");
        check(&["10 11 12 13", "20 21 22.5 23", "30 31 33 33"], "*..");
        check(&["10 11 12 13", "11 10 13 12", "30 31 33 33"], "**.");
        check(&["0 0 0", "0 0 0", "5 6 7"], "**.");
        check(&["10 11 12", "never", "-"], "...");
        check(&["10 11 12 13", "20 21 22.5 23", "never"], "*..");
        check(&["never", "never"], "..");
        check(&["10", "20"], "..");
        check(&["10 11 12 13", "11 10 13 12"], "..");
    }

    #[test]
    fn correction_is_over_the_whole_table() {
        let (a, b) = ("10 11 12 13", "11 13 13.5 15");
        let pair = |cells: &[[&str; 5]]| {
            let rows = cells.iter().map(|cells| row_of("x", 0, *cells)).collect();
            table_of(0, rows).gap(P50, 0, 1).expect("both have values")
        };
        let alone = pair(&[[a, "-", "-", "-", "-"], [b, "-", "-", "-", "-"]]);
        assert!(alone.is_shown() && !alone.interval.contains(0.0), "{alone:?}");
        let noise = "1 2 3 5";
        let other = "2 1 5 3";
        let among = pair(&[[a, noise, noise, noise, noise], [b, other, other, other, other]]);
        assert!((among.p - 5.0 * alone.p).abs() < 1e-9, "{among:?} {alone:?}");
        assert_eq!(among.is_shown(), !among.interval.contains(0.0), "{among:?}");
        assert!(among.half() > alone.half());
    }

    #[test]
    fn a_gap_has_two_directions() {
        let rows = vec![row_of("a", 0, ["1 2 4"; 5]), row_of("b", 0, ["3 5 6"; 5])];
        let table = table_of(0, rows);
        let (there, back) = (table.gap(P50, 0, 1).expect("gap"), table.gap(P50, 1, 0));
        assert!(there.interval.estimate > 0.0);
        assert_eq!(back.map(Gap::reversed), Some(there));
        assert_eq!(table.gap(P50, 1, 1), None);
    }

    #[test]
    fn pairing_is_worth_what_it_cuts() {
        let table = |b| table_of(0, vec![row_of("a", 0, ["10 20 30"; 5]), row_of("b", 0, [b; 5])]);
        assert!(table("11 21.5 31").variance_cut.is_some_and(|cut| cut > 100.0));
        assert!(table("30 20 10").variance_cut.is_some_and(|cut| cut < 1.0));
        assert_eq!(table("12 22 32").variance_cut, None, "no variance is left to speak of");
    }
}
