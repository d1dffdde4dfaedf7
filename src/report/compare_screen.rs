//! The screen of a comparison: variants beside one another.

use std::fmt::Write;

use super::compare_asked::asked_lines;
use super::compare_grid::grid;
use super::compare_said::Said;
use super::compare_table::CompareTable;
use super::format::{cut, number, wall};
use super::minutes::minutes_lines;
use super::run_screen::{Making, wrapped};
use crate::experiment::{Comparison, judge_claims};

/// Columns of a screen.
const WIDTH: usize = 100;
/// Lines of a screen.
const HEIGHT: usize = 40;
/// Of these, for what is said at the end, if it takes so many.
const SAID: usize = 13;
/// Of these, for what thresholds and claims are about, if anything is.
const ASKED: usize = 6;

/// The screen of a comparison.
pub fn compare_screen(comparison: &Comparison, making: &Making) -> String {
    let table = CompareTable::new(comparison);
    let claims = judge_claims(comparison);
    let said = Said::new(comparison, &table, &claims);
    // Whole orderings fill a screen, and have a table of what they are compared by.
    let asked = match comparison.axis == "ordering" {
        true => Vec::new(),
        false => asked_lines(comparison, &table, &claims),
    };
    let (mut text, mut end) = (String::new(), String::new());
    // Writing into a String cannot fail.
    let _ = head(&mut text, comparison, &table, making);
    let _ = foot(&mut end, comparison, making);
    let minutes = minutes(comparison);
    let room = |taken: &[&str]| {
        HEIGHT.saturating_sub(taken.iter().map(|text| text.lines().count()).sum::<usize>())
    };
    let for_said = said.lines().min(SAID);
    let for_asked = if asked.is_empty() { 0 } else { (asked.len() + 2).min(ASKED) };
    let for_table = room(&[&text, &minutes, &end]).saturating_sub(for_said + for_asked);
    text.push_str(&grid(comparison, &table, for_table));
    text.push_str(&minutes);
    text.push_str(&asked_text(asked, room(&[&text, &end]).saturating_sub(for_said)));
    for line in said.within(room(&[&text, &end])) {
        let _ = writeln!(text, "{line}");
    }
    text + &end
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

/// What thresholds and claims are about, of each setting: so many lines of it at most.
fn asked_text(mut lines: Vec<String>, room: usize) -> String {
    if lines.is_empty() {
        return String::new();
    }
    // The head and the empty line.
    let room = room.saturating_sub(2).max(2);
    if lines.len() > room {
        lines.truncate(room - 1);
        // Names of variants with nothing below them say nothing.
        while lines.last().is_some_and(|line| line.starts_with(' ')) {
            lines.pop();
        }
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
    let what = format!("in {}, {interval}; times in ms, counts per 10,000", table.phase);
    wrapped(&what, WIDTH, "  ").iter().try_for_each(|line| writeln!(to, "{line}"))?;
    writeln!(to)
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
    use crate::report::sample::{SMALL, comparison_by, comparison_of};

    #[test]
    fn seeds_are_written_as_typed() {
        assert_eq!(seeds_text(&[1, 2, 3]), "1..3");
        assert_eq!(seeds_text(&[1, 3]), "1,3");
        assert_eq!(seeds_text(&[7]), "7");
    }

    const ASKING: &str = r#"
[thresholds]
refused = "per10k(orphans) in storm < 10"
fast    = "p50(latency.applied) in storm < 600ms"
late    = "p99(latency.applied) after storm < 900ms"
durable = "count(lost_after_ack) == 0"

[[claim]]
text  = "causal waits where arrival refuses"
by    = "ordering=arrival,causal"
holds = "per10k(orphans) in storm: causal < 0.01x arrival"

[[claim]]
text  = "and costs nothing"
by    = "ordering=arrival,causal"
holds = "mean(messages): causal <= arrival"

[[claim]]
text  = "more loss, more waiting"
by    = "network.loss=0%,8%"
holds = "p50(latency.applied) in storm: 8% > 0%"
"#;

    /// The screen of so many variants, which has to have all of its parts, whole, and fit.
    fn long_screen(axis: &str, labels: &[&str]) -> String {
        let comparison = comparison_by(&format!("{SMALL}{ASKING}"), axis, labels, &[1, 2]);
        let making = Making {
            wall_secs: 9.2,
            files: Some("results/small/compare".to_owned()),
            next: "attestorm replay results/small/compare".to_owned(),
        };
        let screen = compare_screen(&comparison, &making);
        assert!(screen.lines().count() <= HEIGHT, "{screen}");
        assert!(screen.lines().all(|line| line.chars().count() <= WIDTH), "{screen}");
        let lines: Vec<&str> = screen.lines().collect();
        for part in ["VERDICT  ", "CLAIMS   ", "LIMITS   ", "crypto   "] {
            let at = lines.iter().position(|line| line.starts_with(part));
            let at = at.unwrap_or_else(|| panic!("no {part} in\n{screen}"));
            let before = lines[at - 1];
            let lines_of_their_own = ["  more in decision.md: ", "  HOLDS ", "  OPEN ", "  FAILS "];
            let is_whole = before.is_empty()
                || before.ends_with('.')
                || lines_of_their_own.iter().any(|start| before.starts_with(start));
            assert!(is_whole, "cut in a sentence before {part}:\n{screen}");
        }
        screen
    }

    #[test]
    fn a_long_table_leaves_room_for_whole_sentences() {
        let catalogue = crate::ordering::Catalogue::bundled();
        let all: Vec<&str> = catalogue.entries().iter().map(|entry| entry.name).collect();
        let screen = long_screen("ordering", &all);
        assert!(screen.contains("\nin these means no better than another"), "{screen}");
        let is_there = |label: &&&str| screen.contains(**label);
        assert_eq!(all.iter().filter(is_there).count(), all.len(), "all are named:\n{screen}");
    }

    #[test]
    fn so_does_one_of_settings_with_what_thresholds_and_claims_are_about() {
        let labels: Vec<String> = (0..18).map(|loss| format!("{loss}%")).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let screen = long_screen("network.loss", &labels);
        assert!(screen.contains("what thresholds and claims are about"), "{screen}");
        assert!(screen.contains("\nmore in decision.md\n"), "{screen}");
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
