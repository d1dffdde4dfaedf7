//! The screen of a sweep: one line for each variant, one column for each point of the axis.

use std::fmt::Write;

use super::compare_screen::{name, seeds_text};
use super::compare_table::{CompareTable, Estimate, estimated};
use super::format::{cut, duration, number, wall};
use super::run_screen::Making;
use crate::experiment::{Comparison, Word, measured_in};
use crate::scenario::check::Sought;

/// Columns of a screen.
const WIDTH: usize = 100;

/// A comparison repeated along an axis.
#[derive(Clone, Copy)]
pub struct Sweep<'a> {
    /// The path along which it was repeated.
    pub over: &'a str,
    /// What it says at each point.
    pub points: &'a [String],
    /// The comparison at each point.
    pub comparisons: &'a [Comparison],
    /// What is shown.
    pub on: &'a Sought,
}

impl Sweep<'_> {
    /// What was measured of a variant at a point.
    pub(super) fn estimate(&self, variant: usize, point: usize) -> Estimate {
        let runs = &self.comparisons[point].runs[variant];
        let subject = self.on.subject();
        let scale = if super::is_share(self.on.stat) { 100.0 } else { 1.0 };
        let measured: Vec<_> =
            runs.iter().map(|pair| measured_in(pair, subject).map(|value| value * scale)).collect();
        estimated(&measured)
    }

    /// Whether what is shown is a length of time, in milliseconds.
    pub(super) fn is_time(&self) -> bool {
        super::is_time(self.on.stat, &self.on.metric)
    }

    fn labels(&self) -> &[String] {
        self.comparisons.first().map_or(&[], |comparison| &comparison.labels)
    }
}

/// The screen.
pub fn sweep_screen(sweep: Sweep<'_>, making: &Making) -> String {
    let Some(first) = sweep.comparisons.first() else { return String::new() };
    let (seeds, took) = (seeds_text(&first.seeds), wall(making.wall_secs));
    let runs: usize = sweep.comparisons.iter().map(Comparison::len).sum();
    let head = format!(
        "{} by {} over {}    seeds {seeds}    {runs} runs in {took}",
        name(first),
        first.axis,
        sweep.over
    );
    let mut text = format!("{}\n{}, mean over seeds\n\n", cut(&head, WIDTH), sweep.on.text);
    text.push_str(&laid_out(&table(sweep)));
    if let Some(files) = &making.files {
        let _ = writeln!(text, "\nresults  {}", cut(files, WIDTH - 9));
    }
    let _ = writeln!(text, "\nnext: {}", making.next);
    text
}

/// Rows of cells, the head first. Points that do not fit are left out, the last stays.
fn table(sweep: Sweep<'_>) -> Vec<Vec<String>> {
    let axis = sweep.over.rsplit('.').next().unwrap_or("").to_owned();
    let mut rows = vec![std::iter::once(axis).chain(sweep.points.iter().cloned()).collect()];
    for (variant, label) in sweep.labels().iter().enumerate() {
        let cell = |point| match sweep.estimate(variant, point) {
            Estimate::Values { interval, .. } if sweep.is_time() => duration(interval.estimate),
            Estimate::Values { interval, .. } => number(interval.estimate),
            Estimate::Never(_) => "never".to_owned(),
            Estimate::NoData => "few".to_owned(),
        };
        let cells = (0..sweep.points.len()).map(cell);
        rows.push(std::iter::once(cut(label, 24)).chain(cells).collect::<Vec<_>>());
    }
    let thresholds = sweep.comparisons[0].runs.iter().flatten().next();
    if thresholds.is_some_and(|pair| !pair.thresholds.is_empty()) {
        let tables: Vec<CompareTable> = sweep.comparisons.iter().map(CompareTable::new).collect();
        rows[0].push("meets all".to_owned());
        for (variant, row) in rows.iter_mut().skip(1).enumerate() {
            row.push(reach(sweep.points, &tables, variant));
        }
    }
    while wide(&rows) > WIDTH && rows[0].len() > 4 {
        let drop = rows[0].len() / 2;
        rows.iter_mut().for_each(|row| {
            row.remove(drop);
        });
    }
    rows
}

/// Up to which point a variant meets every threshold on every seed.
fn reach(points: &[String], tables: &[CompareTable], variant: usize) -> String {
    let meets = |table: &CompareTable| {
        let row = &table.rows[variant];
        row.met == table.thresholds && row.gravest != Word::Broken
    };
    let first_miss = tables.iter().position(|table| !meets(table));
    match first_miss {
        None => "everywhere".to_owned(),
        Some(0) if tables.iter().any(meets) => "not first".to_owned(),
        Some(0) => "nowhere".to_owned(),
        Some(at) => format!("to {}", points[at - 1]),
    }
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    (0..rows[0].len()).filter_map(width).collect()
}

fn wide(rows: &[Vec<String>]) -> usize {
    let widths = widths(rows);
    widths.iter().sum::<usize>() + 2 * (widths.len() - 1)
}

fn laid_out(rows: &[Vec<String>]) -> String {
    let widths = widths(rows);
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, wide))| match at {
            0 => format!("{cell:<wide$}"),
            _ => format!("  {cell:>wide$}"),
        });
        cells.collect::<String>() + "\n"
    };
    rows.iter().map(line).collect()
}

/// A row per variant, point and seed.
pub fn sweep_csv(sweep: Sweep<'_>) -> String {
    let mut text = format!("variant,{},seed,value\n", sweep.over);
    for (point, comparison) in sweep.points.iter().zip(sweep.comparisons) {
        for (label, runs) in comparison.labels.iter().zip(&comparison.runs) {
            for (seed, pair) in comparison.seeds.iter().zip(runs) {
                let value = match measured_in(pair, sweep.on.subject()) {
                    crate::measure::Measured::Value(value) => format!("{value:.6}"),
                    crate::measure::Measured::Never => "never".to_owned(),
                    _ => String::new(),
                };
                let _ = writeln!(text, "{label},\"{point}\",{seed},{value}");
            }
        }
    }
    text
}
