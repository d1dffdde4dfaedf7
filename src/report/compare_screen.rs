//! The screens of grids: variants beside one another, and one scenario over many seeds.

use std::fmt::Write;

use super::compare_table::{COLUMNS, CompareTable, Estimate, Row, cell_text};
use super::format::{millis, none_in, number};
use super::run_screen::Making;
use crate::experiment::grouped;
use crate::experiment::{Comparison, Met, Pair, Word};
use crate::measure::statistics::{Difference, seeds_needed};
use crate::simulation::Standing;

/// Columns of the table, by number in [`COLUMNS`].
const P50: usize = 0;
const P99: usize = 1;
const ORPHANS: usize = 2;

/// A difference counts as shown below this corrected p value.
const SHOWN: f64 = 0.05;

/// The screen of a comparison.
pub fn compare_screen(comparison: &Comparison, making: &Making) -> String {
    let table = CompareTable::new(comparison);
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = head(&mut text, comparison, &table, making)
        .and_then(|()| rows(&mut text, comparison, &table))
        .and_then(|()| verdict(&mut text, comparison, &table))
        .and_then(|()| foot(&mut text, comparison, making));
    text
}

fn name(comparison: &Comparison) -> &str {
    let first = comparison.runs.first().and_then(|runs| runs.first());
    first.map_or("", |pair| &pair.scenario.name)
}

/// Seeds as people write them: `1..10`.
fn seeds_text(seeds: &[u64]) -> String {
    match (seeds.first(), seeds.last()) {
        (Some(first), Some(last)) if last - first + 1 == seeds.len() as u64 && first < last => {
            format!("{first}..{last}")
        }
        _ => seeds.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    }
}

fn head(
    to: &mut String,
    comparison: &Comparison,
    table: &CompareTable,
    making: &Making,
) -> std::fmt::Result {
    let cut = table
        .variance_cut
        .map_or("paired".to_owned(), |cut| format!("paired (variance cut {}x)", number(cut)));
    writeln!(
        to,
        "{} by {}    seeds {}, {cut}    {} runs in {:.0} s",
        name(comparison),
        comparison.axis,
        seeds_text(&comparison.seeds),
        comparison.len(),
        making.wall_secs
    )?;
    let interval = if comparison.seeds.len() > 1 {
        "mean over seeds ± 95 % interval"
    } else {
        "one seed, no interval"
    };
    let phase = &table.phase;
    writeln!(to, "in {phase}, {interval}; times in ms, counts per 10,000; * best, ties share it\n")
}

fn rows(to: &mut String, comparison: &Comparison, table: &CompareTable) -> std::fmt::Result {
    let axis = comparison.axis.rsplit('.').next().unwrap_or("variant");
    let wide =
        table.rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0).max(axis.len());
    write!(to, "{axis:<wide$}  {:<26}", "guarantees")?;
    let heads = COLUMNS.iter().map(|(head, ..)| *head);
    let widths = [14, 14, 11, 11, 6];
    heads.zip(widths).try_for_each(|(head, width)| write!(to, "{head:>width$}"))?;
    writeln!(to, "   met  seeds")?;
    for row in &table.rows {
        write!(to, "{:<wide$}  {:<26.26}", row.label, row.guarantees)?;
        for ((cell, best), width) in row.cells.iter().zip(&row.best).zip(widths) {
            let star = if *best && width > 6 { "*" } else { "" };
            let text = if width == 6 {
                cell.mean().map_or(cell_text(cell), number)
            } else {
                cell_text(cell)
            };
            write!(to, "{:>width$}", format!("{star}{text}"))?;
        }
        let broken = if row.gravest == Word::Broken { "  BROKEN" } else { "" };
        let (met, of) = (row.met, table.thresholds);
        writeln!(to, "   {met}/{of}  {}/{}{broken}", row.seeds_met, comparison.seeds.len())?;
    }
    let due: u64 = comparison
        .runs
        .first()
        .map_or(0, |runs| runs.iter().map(|pair| due(pair, &table.phase)).sum());
    writeln!(to, "0: {}        met: thresholds met on every seed\n", none_in(due))
}

fn due(pair: &Pair, phase: &str) -> u64 {
    let measurement = &pair.run.measurement;
    measurement.phase(phase).map_or(0, |phase| measurement.due("orphans", phase))
}

fn verdict(to: &mut String, comparison: &Comparison, table: &CompareTable) -> std::fmt::Result {
    for (at, sentence) in compare_verdict(comparison).iter().enumerate() {
        let start = if at == 0 { "VERDICT  " } else { "  " };
        writeln!(to, "{start}{sentence}")?;
    }
    for (at, sentence) in limits(comparison, table).iter().enumerate() {
        let start = if at == 0 { "LIMITS   " } else { "  " };
        writeln!(to, "{start}{sentence}")?;
    }
    Ok(())
}

/// What can be said about the variants, each sentence on grounds of its own.
pub fn compare_verdict(comparison: &Comparison) -> Vec<String> {
    let table = CompareTable::new(comparison);
    let Some(best) = favourite(&table) else {
        return vec!["There is nothing to compare.".to_owned()];
    };
    let mut sentences = vec![first_sentence(&table, best, comparison.seeds.len())];
    for base in 0..table.rows.len() {
        if base != best {
            sentences.extend(against(&table, best, base));
        }
    }
    sentences.truncate(5);
    sentences
}

/// The variant that breaks nothing, meets most thresholds, then most seeds, then has the least p99.
fn favourite(table: &CompareTable) -> Option<usize> {
    let key = |at: &usize| {
        let row = &table.rows[*at];
        let p99 = row.cells[P99].mean().unwrap_or(f64::INFINITY);
        (row.gravest == Word::Broken, usize::MAX - row.met, usize::MAX - row.seeds_met, p99)
    };
    let at = 0..table.rows.len();
    at.min_by(|a, b| {
        let (a, b) = (key(a), key(b));
        (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)).then(a.3.total_cmp(&b.3))
    })
}

fn first_sentence(table: &CompareTable, best: usize, seeds: usize) -> String {
    let (row, of) = (&table.rows[best], table.thresholds);
    let meets_all = |row: &Row| row.met == of;
    let others =
        table.rows.iter().enumerate().filter(|(at, row)| *at != best && meets_all(row)).count();
    let label = &row.label;
    if of == 0 {
        return least_p99(table, best);
    }
    match (meets_all(row), others) {
        (true, 0) => {
            format!("{label}: the only one to meet every threshold, on {seeds} of {seeds} seeds.")
        }
        (true, others) => {
            format!("{label} meets every threshold on all {seeds} seeds, as do {others} others.")
        }
        (false, _) => format!(
            "none meets every threshold on all seeds; {label} meets most, {} of {of}.",
            row.met
        ),
    }
}

fn least_p99(table: &CompareTable, best: usize) -> String {
    let label = &table.rows[best].label;
    let differences = table.differences(best, P99);
    let apart = |(at, difference): (usize, &Option<(Difference, f64)>)| {
        at == best || difference.as_ref().is_some_and(|(_, p)| *p < SHOWN)
    };
    match differences.iter().enumerate().all(apart) {
        true => format!("{label} has the least p99 to applied, shown against each of the others."),
        false => {
            format!("{label} has the least mean p99 to applied; not every difference is shown.")
        }
    }
}

/// What separates the favourite from another variant.
fn against(table: &CompareTable, best: usize, other: usize) -> Option<String> {
    let label = &table.rows[other].label;
    if let Estimate::Never(seeds) = table.rows[other].cells[P99] {
        return Some(format!("Against {label}: its p99 is never on {seeds} seeds."));
    }
    let mut parts = Vec::new();
    for (column, noun) in [(P99, "p99"), (P50, "p50")] {
        let (difference, p) = (*table.differences(best, column).get(other)?)?;
        parts.push(latency_part(table, (best, other, column), noun, difference, p));
    }
    if let Some((difference, p)) = *table.differences(best, ORPHANS).get(other)?
        && p < SHOWN
        && difference.interval.estimate > 0.0
    {
        let half = (difference.interval.high - difference.interval.low) / 2.0;
        let (fewer, half) = (number(difference.interval.estimate), number(half));
        parts.push(format!("{fewer} ± {half} fewer orphans"));
    }
    Some(format!("Against {label}: {}.", parts.join(", ")))
}

fn latency_part(
    table: &CompareTable,
    (best, other, column): (usize, usize, usize),
    noun: &str,
    difference: Difference,
    p: f64,
) -> String {
    let (estimate, half) =
        (difference.interval.estimate, (difference.interval.high - difference.interval.low) / 2.0);
    if p < SHOWN {
        let word = if estimate > 0.0 { "lower" } else { "higher" };
        return format!("{noun} {} ± {} {word}", millis(estimate.abs()), number(half));
    }
    let values = |row: usize| table.rows[row].cells[column].values();
    let needed = values(best).zip(values(other)).and_then(|(a, b)| {
        let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
        seeds_needed(&differences, super::compare_table::CONFIDENCE)
    });
    let (estimate, half) = (number(estimate), number(half));
    match needed {
        Some(seeds) => format!(
            "no difference shown in {noun} ({estimate} ± {half} ms; about {} seeds would settle it)",
            grouped(seeds)
        ),
        None => format!("no difference in {noun}"),
    }
}

/// What the comparison does not show.
fn limits(comparison: &Comparison, table: &CompareTable) -> Vec<String> {
    let mut sentences = Vec::new();
    for (row, runs) in table.rows.iter().zip(&comparison.runs) {
        if let Some(why) =
            runs.iter().flat_map(Pair::guarantees).find_map(|verdict| match &verdict.standing {
                Standing::NotOwed { why } => {
                    Some(format!("{} owes no {} here: {why}.", row.label, verdict.property.name()))
                }
                Standing::Held | Standing::Broken { .. } => None,
            })
        {
            sentences.push(why);
        }
    }
    sentences.truncate(3);
    if comparison.seeds.len() < 2 {
        sentences.push("One seed is one sample: no interval, no claim.".to_owned());
    }
    sentences.push("One load and one network: another may have another answer.".to_owned());
    sentences
}

fn foot(to: &mut String, comparison: &Comparison, making: &Making) -> std::fmt::Result {
    let agreeing = comparison.real_agrees.iter().filter(|agrees| **agrees).count();
    let seed = comparison.seeds.first().copied().unwrap_or(0);
    let of = comparison.real_agrees.len();
    let crypto = match agreeing == of {
        true => {
            format!("modelled; seed {seed} of each ran again with real signatures: same digests")
        }
        false => format!(
            "modelled; with real signatures {} of {of} digests DIFFER: a defect",
            of - agreeing
        ),
    };
    writeln!(to, "crypto   {crypto}")?;
    writeln!(to, "digest   {} over {} runs", comparison.digest().short(), comparison.len())?;
    if let Some(files) = &making.files {
        writeln!(to, "results  {files}")?;
    }
    writeln!(to, "\nnext: {}", making.next)
}

/// The screen of one scenario over many seeds.
pub fn seeds_screen(comparison: &Comparison, making: &Making) -> String {
    let mut text = String::new();
    let Some(runs) = comparison.runs.first() else { return text };
    let words = [Word::Pass, Word::Missed, Word::Inconclusive, Word::Broken];
    let counts =
        words.map(|word| (word, runs.iter().filter(|pair| pair.verdict.word() == word).count()));
    let counts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{} {count}", word.text()))
        .collect();
    let worst = comparison.worst_seed();
    let _ = writeln!(
        text,
        "{}, {} seeds in {:.1} s       {}       worst: seed {worst}",
        name(comparison),
        runs.len(),
        making.wall_secs,
        counts.join("   ")
    );
    let _ = thresholds_over_seeds(&mut text, runs);
    let exit = comparison.gravest().exit();
    let _ = writeln!(text, "digest   {} over {} runs", comparison.digest().short(), runs.len());
    let _ = writeln!(text, "next: {}{:>20}", making.next, format!("exit {exit}"));
    text
}

fn thresholds_over_seeds(to: &mut String, runs: &[Pair]) -> std::fmt::Result {
    let Some(first) = runs.first() else { return Ok(()) };
    for (at, demand) in first.scenario.thresholds.iter().enumerate() {
        let met = runs.iter().filter(|pair| pair.thresholds[at].met == Met::Yes).count();
        let mut values: Vec<f64> =
            runs.iter().filter_map(|pair| pair.thresholds[at].measured.value()).collect();
        values.sort_by(f64::total_cmp);
        let median = values.get(values.len() / 2).copied();
        let show = |value: Option<f64>| {
            value.map_or("no data".to_owned(), |value| {
                super::check_value(&demand.check, crate::measure::Measured::Value(value))
            })
        };
        let high = values.get(values.len() * 9 / 10).copied();
        let (name, text) = (&demand.name, &demand.check.text);
        writeln!(
            to,
            "  {name:<10} {text:<52} {met} of {}   median {}, 90 % to {}",
            runs.len(),
            show(median),
            show(high)
        )?;
    }
    Ok(())
}
