//! The screen of a comparison: variants beside one another.

use std::fmt::Write;

use super::claim_lines::{claim_lines, claims_summary};
use super::compare_asked::asked_lines;
use super::compare_needs::folded;
use super::compare_table::{COLUMNS, CompareTable, MESSAGES, cell_text};
use super::compare_verdict::{MANY, compare_limits, verdict_of};
use super::format::{cut, none_in, number, wall};
use super::minutes::minutes_lines;
use super::run_screen::{Making, wrapped};
use super::tuned_lines::tuned_lines;
use crate::experiment::{Comparison, Pair, Word, judge_claims};

/// Columns of a screen.
const WIDTH: usize = 100;
/// Lines of a screen.
const HEIGHT: usize = 40;
/// Of these, for what is said at the end.
const VERDICT: usize = 10;

/// The screen of a comparison.
pub fn compare_screen(comparison: &Comparison, making: &Making) -> String {
    let table = CompareTable::new(comparison);
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = head(&mut text, comparison, &table, making);
    text.push_str(&grid(comparison, &table));
    text.push_str(&minutes(comparison));
    let mut said = said(comparison, &table);
    let mut end = String::new();
    let _ = foot(&mut end, comparison, making);
    text.push_str(&asked(comparison, text.lines().count() + end.lines().count()));
    let room = HEIGHT.saturating_sub(text.lines().count() + end.lines().count());
    if said.len() > room {
        said.truncate(room.saturating_sub(1));
        said.push("  more in decision.md".to_owned());
    }
    said.iter().for_each(|line| {
        let _ = writeln!(text, "{line}");
    });
    text.push_str(&end);
    text
}

/// What the variants cost users in bad minutes, where somebody watches.
fn minutes(comparison: &Comparison) -> String {
    let lines = minutes_lines(comparison);
    if lines.is_empty() {
        return String::new();
    }
    let head = "bad minutes of users, mean over seeds; paired difference to the first, 95 %";
    format!("{head}\n{}\n\n", lines.join("\n"))
}

/// What thresholds and claims are about, of each setting: as many lines as a screen has left for
/// it. Whole orderings fill a screen, and have a table of what they are compared by.
fn asked(comparison: &Comparison, taken: usize) -> String {
    if comparison.axis == "ordering" {
        return String::new();
    }
    let mut lines = asked_lines(comparison, &judge_claims(comparison));
    if lines.is_empty() {
        return String::new();
    }
    let room = HEIGHT.saturating_sub(taken + VERDICT).max(2);
    if lines.len() > room {
        lines.truncate(room - 1);
        lines.push("more in decision.md".to_owned());
    }
    format!("what thresholds and claims are about, mean ± 95 % interval\n{}\n\n", lines.join("\n"))
}

/// The scenario's name.
pub(super) fn name(comparison: &Comparison) -> &str {
    let first = comparison.runs.first().and_then(|runs| runs.first());
    first.map_or("", |pair| &pair.scenario.name)
}

/// Seeds as people write them: `1..10`.
pub(super) fn seeds_text(seeds: &[u64]) -> String {
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
    let cut_by = table.variance_cut.map(|times| format!(" (variance cut {}x)", number(times)));
    let seeds = match comparison.seeds.len() {
        1 => format!("seed {}", comparison.seeds[0]),
        _ => format!(
            "seeds {}, paired{}",
            cut(&seeds_text(&comparison.seeds), 30),
            cut_by.unwrap_or_default()
        ),
    };
    let (runs, took) = (comparison.len(), wall(making.wall_secs));
    let line =
        format!("{} by {}    {seeds}    {runs} runs in {took}", name(comparison), comparison.axis);
    writeln!(to, "{}", cut(&line, WIDTH))?;
    let interval = match comparison.seeds.len() {
        1 => "one seed, no interval",
        _ => "mean over seeds ± 95 % interval; * best, ties share it",
    };
    writeln!(to, "in {}, {interval}; times in ms, counts per 10,000\n", table.phase)
}

/// The table; columns that do not fit are left out, the last first.
fn grid(comparison: &Comparison, table: &CompareTable) -> String {
    let axis = comparison.axis.rsplit('.').next().unwrap_or("variant");
    let folded = if table.rows.len() > MANY { folded(table) } else { Vec::new() };
    let is_folded = |row: usize| folded.iter().any(|(at, _)| *at == row);
    let shown: Vec<usize> = (0..table.rows.len()).filter(|at| !is_folded(*at)).collect();
    let mut columns = vec![column(axis, &shown, |at| cut(&table.rows[at].label, 24))];
    columns.push(column("guarantees", &shown, |at| table.rows[at].guarantees.summary.clone()));
    for (at, (head, ..)) in COLUMNS.iter().enumerate() {
        columns.push(column(head, &shown, |row| {
            let row = &table.rows[row];
            let star = if row.best[at] && at != MESSAGES { "*" } else { "" };
            match at {
                MESSAGES => row.cells[at].mean().map_or(cell_text(&row.cells[at]), number),
                _ => format!("{star}{}", cell_text(&row.cells[at])),
            }
        }));
    }
    columns
        .push(column("met", &shown, |at| format!("{}/{}", table.rows[at].met, table.thresholds)));
    columns.push(column("seeds", &shown, |at| {
        let broken = if table.rows[at].gravest == Word::Broken { " BROKEN" } else { "" };
        format!("{}/{}{broken}", table.rows[at].seeds_met, comparison.seeds.len())
    }));
    fit(&mut columns);
    let mut text = laid_out(&columns);
    if !folded.is_empty() {
        let label = |at: usize| table.rows[at].label.as_str();
        let names = folded.iter().map(|(at, by)| format!("{} ({})", label(*at), label(*by)));
        let names = names.collect::<Vec<_>>().join(", ");
        let line = format!(
            "no choice, as another (in brackets) owes as much, is nowhere worse and \
                            somewhere better: {names}"
        );
        wrapped(&line, WIDTH, "  ").iter().for_each(|line| {
            let _ = writeln!(text, "{line}");
        });
    }
    let _ = writeln!(text, "{}\n", legend(comparison, table));
    text
}

/// What the signs of the table mean, as far as it has them.
fn legend(comparison: &Comparison, table: &CompareTable) -> String {
    let due: u64 = comparison
        .runs
        .first()
        .map_or(0, |runs| runs.iter().map(|pair| due(pair, &table.phase)).sum());
    let met = if table.thresholds > 0 { "        met: thresholds met on every seed" } else { "" };
    format!("0: {}{met}", none_in(due))
}

fn due(pair: &Pair, phase: &str) -> u64 {
    let measurement = &pair.run.measurement;
    measurement.phase(phase).map_or(0, |phase| measurement.due("orphans", phase))
}

/// A head and the texts below it.
type Column = Vec<String>;

fn column(head: &str, rows: &[usize], text: impl Fn(usize) -> String) -> Column {
    std::iter::once(head.to_owned()).chain(rows.iter().map(|at| text(*at))).collect()
}

fn width(column: &Column) -> usize {
    column.iter().map(|text| text.chars().count()).max().unwrap_or(0)
}

/// Shortens the guarantees, then leaves out columns of numbers, until the table fits.
fn fit(columns: &mut Vec<Column>) {
    const LEAST: usize = 12;
    let total = |columns: &[Column]| columns.iter().map(|c| width(c) + 2).sum::<usize>() - 2;
    let guarantees = 1;
    let over = total(columns).saturating_sub(WIDTH);
    let room = width(&columns[guarantees]).saturating_sub(over).max(LEAST);
    columns[guarantees].iter_mut().for_each(|text| *text = cut(text, room));
    while total(columns) > WIDTH && columns.len() > 5 {
        columns.remove(columns.len() - 3);
    }
}

fn laid_out(columns: &[Column]) -> String {
    let mut text = String::new();
    for row in 0..columns.first().map_or(0, Vec::len) {
        let mut line = String::new();
        for (at, column) in columns.iter().enumerate() {
            let wide = width(column);
            let gap = if at == 0 { "" } else { "  " };
            let _ = match at {
                0 | 1 => write!(line, "{gap}{:<wide$}", column[row]),
                _ => write!(line, "{gap}{:>wide$}", column[row]),
            };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// Verdict, claims and limits, line by line.
fn said(comparison: &Comparison, table: &CompareTable) -> Vec<String> {
    let mut lines = Vec::new();
    let verdict = verdict_of(table, comparison.seeds.len());
    for (word, sentences) in [("VERDICT", verdict), ("LIMITS", compare_limits(comparison, table))] {
        if word == "LIMITS" {
            lines.extend(claimed(comparison));
            lines.extend(tuned(comparison));
        }
        for (at, sentence) in sentences.iter().enumerate() {
            let start = if at == 0 { format!("{word:<9}") } else { "  ".to_owned() };
            lines.extend(wrapped(&format!("{start}{sentence}"), WIDTH, "  "));
        }
    }
    lines
}

/// What tuning chose, if there was any.
fn tuned(comparison: &Comparison) -> Vec<String> {
    let lines = tuned_lines(comparison);
    lines.iter().flat_map(|line| wrapped(line, WIDTH, "    ")).collect()
}

/// The claims of the scenario that these variants answer.
fn claimed(comparison: &Comparison) -> Vec<String> {
    let results = judge_claims(comparison);
    if results.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("CLAIMS   {}", claims_summary(&results))];
    let indented = claim_lines(&results).into_iter().map(|line| cut(&format!("  {line}"), WIDTH));
    lines.extend(indented);
    lines
}

fn foot(to: &mut String, comparison: &Comparison, making: &Making) -> std::fmt::Result {
    writeln!(to, "crypto   {}", crypto(comparison))?;
    writeln!(to, "digest   {} over {} runs", comparison.digest().short(), comparison.len())?;
    if let Some(files) = &making.files {
        writeln!(to, "results  {}", cut(files, WIDTH - 9))?;
    }
    writeln!(to, "\nnext: {}", making.next)
}

/// How signatures were made, and whether that left a mark.
pub(super) fn crypto(comparison: &Comparison) -> String {
    let agreeing = comparison.real_agrees.iter().filter(|agrees| **agrees).count();
    let seed = comparison.seeds.first().copied().unwrap_or(0);
    let of = comparison.real_agrees.len();
    match of - agreeing {
        0 if of == 0 => "modelled".to_owned(),
        0 => format!("modelled; seed {seed} of each ran again with real signatures: same digests"),
        wrong => format!("modelled; with real signatures {wrong} of {of} digests DIFFER: a defect"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{SMALL, comparison_of};

    #[test]
    fn seeds_are_written_as_typed() {
        assert_eq!(seeds_text(&[1, 2, 3]), "1..3");
        assert_eq!(seeds_text(&[1, 3]), "1,3");
        assert_eq!(seeds_text(&[7]), "7");
    }

    #[test]
    fn a_table_that_does_not_fit_loses_columns() {
        let wide = || vec!["x".repeat(18), "y".repeat(18)];
        let mut columns: Vec<Column> = (0..8).map(|_| wide()).collect();
        fit(&mut columns);
        let text = laid_out(&columns);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(columns.len() >= 5 && columns[1][0].ends_with('…'), "{columns:?}");
    }

    #[test]
    fn the_screen_keeps_to_its_size_and_order() {
        let orderings: Vec<&str> = ["arrival", "fifo", "watermark", "causal"].to_vec();
        let making = Making {
            wall_secs: 98.2,
            files: Some("results/small/compare-ordering".to_owned()),
            next: "attestorm replay results/small/compare-ordering".to_owned(),
        };
        let text = format!("{SMALL}\n[thresholds]\nrefused = \"per10k(orphans) in storm < 10\"\n");
        let screen = compare_screen(&comparison_of(&text, &orderings, &[1, 2, 3]), &making);
        assert!(screen.lines().count() <= HEIGHT, "{screen}");
        assert!(screen.lines().all(|line| line.chars().count() <= WIDTH), "{screen}");
        let mut rest = screen.as_str();
        for part in [
            "small by ordering    seeds 1..3, paired",
            "12 runs in 1m 38s",
            "in storm, mean over seeds ± 95 % interval",
            "ordering ",
            "met  seeds",
            "arrival ",
            "0/1    0/3",
            "causal ",
            "1/1    3/3",
            "0: none in",
            "VERDICT  ",
            "LIMITS   ",
            "crypto   modelled; seed 1 of each ran again with real signatures: same digests",
            "digest   ",
            "results  ",
            "\nnext: attestorm replay",
        ] {
            let at = rest.find(part);
            rest = &rest[at.unwrap_or_else(|| panic!("no `{part}` in\n{screen}"))..];
        }
    }
}
