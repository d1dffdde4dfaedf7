//! The table of a comparison: estimates over seeds, what is best, what differs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::format::number;
use crate::experiment::{Comparison, Met, Pair, Word};
use crate::measure::metric::{self, Better, Kind, TABLE};
use crate::measure::statistics::{
    Difference, Interval, holm, mean, mean_interval, paired_difference, variance_reduction,
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
    /// What its ordering owes.
    pub guarantees: String,
    /// By column.
    pub cells: Vec<Estimate>,
    /// By column: nothing is better, as far as the seeds show.
    pub best: Vec<bool>,
    /// Thresholds met on every seed.
    pub met: usize,
    /// Seeds on which all thresholds were met.
    pub seeds_met: usize,
    /// The gravest word of any seed.
    pub gravest: Word,
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
    /// By how much pairing cut the variance of differences in the p99, on average; `None` if
    /// that cannot be said.
    pub variance_cut: Option<f64>,
}

impl CompareTable {
    /// The table of a comparison.
    pub fn new(comparison: &Comparison) -> Self {
        let first = comparison.runs.first().and_then(|runs| runs.first());
        let phase = first.map_or("run", Pair::focus).to_owned();
        let thresholds = first.map_or(0, |pair| pair.thresholds.len());
        let mut rows: Vec<Row> = comparison
            .labels
            .iter()
            .zip(&comparison.runs)
            .map(|(label, runs)| row(label, runs, &phase))
            .collect();
        for column in 0..COLUMNS.len() {
            mark_best(&mut rows, column);
        }
        let variance_cut = variance_cut(&rows);
        Self { phase, rows, thresholds, variance_cut }
    }

    /// Differences of every row from `base` in one column, Holm-corrected over the rows: second
    /// minus base, with the corrected p value. `None` where a value is missing.
    pub fn differences(&self, base: usize, column: usize) -> Vec<Option<(Difference, f64)>> {
        let from = self.rows[base].cells[column].values();
        let differences: Vec<Option<Difference>> = self
            .rows
            .iter()
            .map(|row| paired_difference(from?, row.cells[column].values()?, CONFIDENCE))
            .collect();
        let p_values: Vec<f64> = differences
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != base)
            .filter_map(|(_, d)| d.map(|d| d.p))
            .collect();
        let mut corrected = holm(&p_values).into_iter();
        let with_p = differences.into_iter().enumerate().map(|(at, difference)| {
            let difference = difference?;
            let p = if at == base { 1.0 } else { corrected.next().unwrap_or(1.0) };
            Some((difference, p))
        });
        with_p.collect()
    }
}

fn row(label: &str, runs: &[Pair], phase: &str) -> Row {
    let cells =
        COLUMNS.iter().map(|(_, metric, statistic)| estimate(runs, metric, *statistic, phase));
    let cells: Vec<Estimate> = cells.collect();
    let thresholds = runs.first().map_or(0, |pair| pair.thresholds.len());
    let is_met = |pair: &Pair, at: usize| pair.thresholds[at].met == Met::Yes;
    let met = (0..thresholds).filter(|at| runs.iter().all(|pair| is_met(pair, *at))).count();
    let seeds_met = runs.iter().filter(|pair| (0..thresholds).all(|at| is_met(pair, at))).count();
    let gravest = runs.iter().map(|pair| pair.verdict.word()).min().unwrap_or(Word::Pass);
    let guarantees = runs.first().map_or_else(String::new, |pair| pair.run.promise.clone());
    Row {
        label: label.to_owned(),
        guarantees,
        best: vec![false; cells.len()],
        cells,
        met,
        seeds_met,
        gravest,
    }
}

/// What was measured over seeds in one phase.
pub(super) fn estimate(runs: &[Pair], metric: &str, statistic: Statistic, phase: &str) -> Estimate {
    let measured: Vec<Measured> = runs
        .iter()
        .filter_map(|pair| {
            let measurement = &pair.run.measurement;
            Some(measurement.value(metric, statistic, measurement.phase(phase)?, None))
        })
        .collect();
    let never = measured.iter().filter(|measured| **measured == Measured::Never).count();
    if never > 0 {
        return Estimate::Never(never);
    }
    let values: Vec<f64> = measured.iter().filter_map(|measured| measured.value()).collect();
    if values.is_empty() || values.len() < runs.len() {
        return Estimate::NoData;
    }
    let estimate = mean(&values).unwrap_or(0.0);
    let point = Interval { estimate, low: estimate, high: estimate };
    let interval = mean_interval(&values, CONFIDENCE).unwrap_or(point);
    Estimate::Values { values, interval }
}

/// Marks the best of a column, and those that the seeds do not tell apart from it.
fn mark_best(rows: &mut [Row], column: usize) {
    let better = metric::find(COLUMNS[column].1).map_or(Better::Neither, |metric| metric.better);
    if better != Better::Lower {
        return;
    }
    let means = rows.iter().map(|row| row.cells[column].mean());
    let best = means.enumerate().filter_map(|(at, mean)| Some((at, mean?)));
    let Some((best, least)) = best.min_by(|a, b| a.1.total_cmp(&b.1)) else { return };
    if least.is_infinite() {
        return;
    }
    let from = rows[best].cells[column].values().map(<[f64]>::to_vec);
    for (at, row) in rows.iter_mut().enumerate() {
        let (Some(from), Some(values)) = (&from, row.cells[column].values()) else { continue };
        let ties = paired_difference(from, values, CONFIDENCE)
            .is_some_and(|difference| difference.interval.contains(0.0));
        row.best[column] = at == best || ties || values == from.as_slice();
    }
}

fn variance_cut(rows: &[Row]) -> Option<f64> {
    let base = rows.first()?.cells[1].values()?;
    let cuts = rows.iter().skip(1).filter_map(|row| {
        let cut = variance_reduction(base, row.cells[1].values()?)?;
        cut.is_finite().then_some(cut)
    });
    mean(&cuts.collect::<Vec<_>>())
}

/// A cell as screens print it: `1,369 ± 27`, `0`, `never on 3`.
pub(super) fn cell_text(cell: &Estimate) -> String {
    match cell {
        Estimate::NoData => "no data".to_owned(),
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

/// A row per seed, variant, phase and metric.
pub fn compare_csv(comparison: &Comparison) -> String {
    let mut text = String::from("seed,variant,phase,metric,statistic,value\n");
    for (label, runs) in comparison.labels.iter().zip(&comparison.runs) {
        for (seed, pair) in comparison.seeds.iter().zip(runs) {
            seed_rows(&mut text, &format!("{seed},{label}"), pair);
        }
    }
    text
}

fn seed_rows(to: &mut String, start: &str, pair: &Pair) {
    let measurement = &pair.run.measurement;
    for (phase, name) in measurement.phase_names().iter().enumerate() {
        for metric in TABLE {
            for (word, statistic) in statistics(metric.kind) {
                let value = match measurement.value(metric.name, *statistic, phase, None) {
                    Measured::Value(value) => format!("{value:.6}"),
                    Measured::Never => "never".to_owned(),
                    Measured::Few | Measured::NoData => continue,
                };
                let metric = super::run_files::name_with_unit(metric);
                let _ = writeln!(to, "{start},{name},{metric},{word},{value}");
            }
        }
    }
}

/// The statistics that files carry, by kind of metric.
const fn statistics(kind: Kind) -> &'static [(&'static str, Statistic)] {
    match kind {
        Kind::Sample => &[
            ("p50", Statistic::Percentile(0.5)),
            ("p99", Statistic::Percentile(0.99)),
            ("mean", Statistic::Mean),
        ],
        Kind::Event => &[("count", Statistic::Count), ("per10k", Statistic::Per10k)],
        Kind::Stretch => &[("longest", Statistic::Longest)],
        Kind::Rate | Kind::Cost => &[("mean", Statistic::Mean)],
    }
}

/// The table as JSON.
pub fn compare_json(comparison: &Comparison) -> Value {
    let table = CompareTable::new(comparison);
    let rows = table.rows.iter().map(|row| {
        let cells = COLUMNS.iter().zip(&row.cells).map(|((head, ..), cell)| {
            let value = match cell {
                Estimate::Values { values, interval } => json!({
                    "mean": interval.estimate, "low": interval.low, "high": interval.high,
                    "by_seed": values }),
                Estimate::Never(seeds) => json!({ "never_on_seeds": seeds }),
                Estimate::NoData => Value::Null,
            };
            ((*head).to_owned(), value)
        });
        json!({
            "variant": row.label, "guarantees": row.guarantees,
            "cells": cells.collect::<serde_json::Map<_, _>>(),
            "thresholds_met": row.met, "seeds_met": row.seeds_met,
            "word": row.gravest.text(),
        })
    });
    json!({
        "schema": "attestorm.compare/1",
        "axis": comparison.axis,
        "phase": table.phase,
        "seeds": comparison.seeds,
        "thresholds": table.thresholds,
        "variance_cut": table.variance_cut,
        "digest": comparison.digest().to_string(),
        "rows": rows.collect::<Vec<_>>(),
        "verdict": super::compare_verdict(comparison),
    })
}
