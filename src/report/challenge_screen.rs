//! The screen of a challenge: does the verdict hold when one assumption is moved?

use std::fmt::Write;

use serde_json::{Value, json};

use super::compare_files::{compare_json, quoted};
use super::compare_needs::names;
use super::compare_screen::{name, seeds_text};
use super::compare_table::{CompareTable, Row as Variant};
use super::compare_verdict::{favourite, first_sentence};
use super::format::{cut, wall};
use super::run_screen::{Making, wrapped};
use super::tuned_lines::{tuned_beside, tuned_how};
use crate::experiment::{Challenge, Comparison, Reach, Word};

/// Columns of a screen.
const WIDTH: usize = 100;
/// Lines of a screen.
const HEIGHT: usize = 40;
/// So many better settings still fit on a screen.
const SETTINGS: usize = 3;

/// The screen: the verdict as things are, then one row for each assumption moved.
pub fn challenge_screen(challenge: &Challenge, making: &Making) -> String {
    screen(challenge, making, HEIGHT)
}

/// The same with every row and every setting that tuning chose.
pub fn challenge_page(challenge: &Challenge, making: &Making) -> String {
    let screen = screen(challenge, making, usize::MAX);
    let mut page = format!("```text\n{screen}```\n");
    if let Some(tuned) = &challenge.tuned {
        let _ = writeln!(page, "\n## Tuned\n\n{}:\n", tuned_how(tuned));
        for line in tuned_beside(&challenge.base, tuned) {
            let _ = writeln!(page, "- {line}");
        }
    }
    page
}

/// A row for each assumption moved.
pub fn challenge_csv(challenge: &Challenge) -> String {
    let head = "assumption,from,to,seeds_met,seeds,others_that_meet_all,verdict\n";
    let seeds = challenge.base.seeds.len();
    let rows = rows(challenge).into_iter().map(|row| {
        let Row { assumption, from, to, found } = row;
        let [assumption, from, to] = [assumption, from, to].map(|text| quoted(&text));
        let (others, word) = (quoted(&found.others.join(" ")), quoted(&found.word));
        format!("{assumption},{from},{to},{},{seeds},{others},{word}\n", found.seeds_met)
    });
    std::iter::once(head.to_owned()).chain(rows).collect()
}

/// The comparison with each assumption moved, and what that makes of the verdict.
pub fn challenge_json(challenge: &Challenge) -> Value {
    let comparisons = challenge.moved.iter().map(|(_, moved)| moved).chain(&challenge.tuned);
    let rows = rows(challenge).into_iter().zip(comparisons).map(|(row, comparison)| {
        let mut one = compare_json(comparison);
        one["assumption"] = json!(row.assumption);
        one["from"] = json!(row.from);
        one["to"] = json!(row.to);
        one["verdict_of_the_challenge"] = json!(row.found.word);
        one
    });
    rows.collect()
}

/// One assumption, moved, and what became of the verdict.
struct Row {
    assumption: String,
    from: String,
    to: String,
    found: Found,
}

fn rows(challenge: &Challenge) -> Vec<Row> {
    let table = CompareTable::new(&challenge.base);
    let Some(best) = favourite(&table) else { return Vec::new() };
    let found = |comparison| Found::new(&table, &CompareTable::new(comparison), best);
    let moved = challenge.moved.iter().map(|(change, comparison)| Row {
        assumption: change.assumption.clone(),
        from: change.from.clone(),
        to: change.to.clone(),
        found: found(comparison),
    });
    let tuned = challenge.tuned.iter().map(|comparison| Row {
        assumption: "parameters.ordering.*".to_owned(),
        from: if are_set(&challenge.base) { "as set" } else { "defaults" }.to_owned(),
        to: "tuned".to_owned(),
        found: found(comparison),
    });
    moved.chain(tuned).collect()
}

/// Whether the scenario sets parameters of an ordering that is compared.
fn are_set(base: &Comparison) -> bool {
    let mut scenarios = base.runs.iter().filter_map(|runs| runs.first()).map(|run| &run.scenario);
    scenarios.any(|scenario| scenario.parameters.contains_key(&scenario.ordering))
}

fn screen(challenge: &Challenge, making: &Making, height: usize) -> String {
    let base = &challenge.base;
    let table = CompareTable::new(base);
    let (seeds, took) = (seeds_text(&base.seeds), wall(making.wall_secs));
    let settings = 1 + challenge.moved.len() + usize::from(challenge.tuned.is_some());
    let runs = base.len() * settings;
    let mut text = format!("{} by {}    {runs} runs in {took}\n", name(base), base.axis);
    let Some(best) = favourite(&table) else { return text };
    let first = first_sentence(&table, best, base.seeds.len());
    let first = format!("\"{}\"", first.trim_end_matches('.'));
    for line in wrapped(&first, WIDTH, " ") {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text, "each assumption moved alone, seeds {seeds}\n");
    let rows = rows(challenge);
    let held = rows.iter().filter(|row| row.found.holds).count();
    let mut end = format!("\nthe verdict holds in {held} of {} cases\n", rows.len());
    end.push_str(&tuned_text(challenge));
    end.push_str(&reach_lines(base, best, &challenge.reaches));
    if let Some(files) = &making.files {
        let _ = writeln!(end, "results  {}", cut(files, WIDTH - 9));
    }
    let _ = writeln!(end, "\nnext: {}", making.next);
    // The head of the table takes a line.
    let taken = text.lines().count() + 1 + end.lines().count();
    let label = cut(&table.rows[best].label, 18);
    text.push_str(&laid_out(&rows, &label, base.seeds.len(), height.saturating_sub(taken)));
    text + &end
}

/// The table; rows with which the verdict holds are left out where there is no room.
fn laid_out(rows: &[Row], label: &str, seeds: usize, room: usize) -> String {
    let fails = rows.iter().filter(|row| !row.found.holds).count();
    let mut holding = match rows.len() <= room {
        true => rows.len(),
        false => room.saturating_sub(fails + 1),
    };
    let mut shown = Vec::new();
    for row in rows {
        let is_shown = !row.found.holds || holding > 0;
        holding -= usize::from(row.found.holds && holding > 0);
        shown.extend(is_shown.then_some(row));
    }
    let mut cells = vec![
        ["assumption", "from", "to", label, "others that meet all", "verdict"]
            .map(ToOwned::to_owned),
    ];
    let mut before = "";
    for row in &shown {
        let is_same = std::mem::replace(&mut before, &row.assumption) == row.assumption;
        let (what, from) = if is_same { ("", "") } else { (&*row.assumption, &*row.from) };
        let others: Vec<&str> = row.found.others.iter().map(String::as_str).collect();
        let others = if others.is_empty() { "none".to_owned() } else { names(&others) };
        let met = format!("{}/{seeds}", row.found.seeds_met);
        let word = cut(&row.found.word, 24);
        cells.push([what.to_owned(), cut(from, 16), row.to.clone(), met, others, word]);
    }
    let mut text = in_columns(&cells);
    if shown.len() < rows.len() {
        let more = rows.len() - shown.len();
        let _ = writeln!(text, "and {more} more with which it holds: challenge.md");
    }
    text
}

/// Cells side by side; the others that meet all give way first, then the assumption.
fn in_columns(cells: &[[String; 6]]) -> String {
    const GAPS: usize = 5 * 2;
    let wide = |column: usize| cells.iter().map(|row| row[column].chars().count()).max();
    let mut widths: [usize; 6] = std::array::from_fn(|column| wide(column).unwrap_or(0));
    for (column, least) in [(4, 20), (0, 24), (1, 10), (0, 18), (4, 14)] {
        let over = (widths.iter().sum::<usize>() + GAPS).saturating_sub(WIDTH);
        widths[column] = widths[column].saturating_sub(over).max(least.min(widths[column]));
    }
    let line = |row: &[String; 6]| {
        let each = row.iter().zip(widths).enumerate().map(|(column, (text, wide))| {
            let text = cut(text, wide);
            if column == 3 { format!("{text:>wide$}") } else { format!("{text:<wide$}") }
        });
        let line = each.collect::<Vec<_>>().join("  ");
        format!("{}\n", cut(line.trim_end(), WIDTH))
    };
    cells.iter().map(line).collect()
}

/// How parameters were tuned, and what was found where it is little.
fn tuned_text(challenge: &Challenge) -> String {
    let Some(tuned) = &challenge.tuned else { return String::new() };
    let found = tuned_beside(&challenge.base, tuned);
    let (how, of) = (tuned_how(tuned), challenge.base.labels.len());
    let line = match found.len() {
        0 => format!("tuned: {how}; nobody found a better setting"),
        1..=SETTINGS if found.len() < of => {
            format!("tuned: {how}; {}; the others found nothing better", found.join("; "))
        }
        1..=SETTINGS => format!("tuned: {how}; {}", found.join("; ")),
        many => format!("tuned: {how}; {many} of {of} found a better setting: challenge.md"),
    };
    let lines = wrapped(&line, WIDTH, "  ");
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The variant whose verdict is challenged, if it meets every threshold as things are: how far that
/// goes is worth knowing.
pub fn challenged(base: &Comparison) -> Option<usize> {
    let table = CompareTable::new(base);
    let row = |at: &usize| &table.rows[*at];
    let meets = |at: &usize| row(at).met == table.thresholds && row(at).gravest != Word::Broken;
    favourite(&table).filter(|at| table.thresholds > 0 && meets(at))
}

/// How far each assumption can be moved before the variant misses a threshold.
fn reach_lines(base: &Comparison, best: usize, reaches: &[Reach]) -> String {
    if reaches.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{} first misses a threshold at\n", base.labels[best]);
    let thresholds = base.runs[best].first().map_or(&[][..], |pair| &pair.scenario.thresholds);
    let wide = reaches.iter().map(|reach| reach.assumption.chars().count()).max().unwrap_or(0);
    for reach in reaches {
        let Some((times, missed)) = &reach.first_miss else { continue };
        let known = thresholds.iter().find(|threshold| threshold.name == missed.name);
        let value = known.map_or_else(String::new, |threshold| {
            format!(" = {}", super::check_value(&threshold.check, missed.measured))
        });
        let line = format!("  {:<wide$}  x{times:<6} {}{value}", reach.assumption, missed.name);
        let _ = writeln!(text, "{}", cut(&line, WIDTH));
    }
    let none = reaches.iter().filter(|reach| reach.first_miss.is_none());
    let none: Vec<&str> = none.map(|reach| reach.assumption.as_str()).collect();
    if !none.is_empty() {
        let line = format!("  none up to {} times as hard: {}", Reach::MOST, none.join(", "));
        for line in wrapped(&line, WIDTH, "    ") {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

/// What became of the verdict.
struct Found {
    seeds_met: usize,
    others: Vec<String>,
    word: String,
    holds: bool,
}

impl Found {
    fn new(base: &CompareTable, moved: &CompareTable, best: usize) -> Self {
        let meets =
            |row: &Variant, of: usize| of > 0 && row.met == of && row.gravest != Word::Broken;
        let of = moved.thresholds;
        let met_then = meets(&base.rows[best], base.thresholds);
        let meeting = base.rows.iter().filter(|row| meets(row, base.thresholds)).count();
        let others: Vec<String> = moved
            .rows
            .iter()
            .enumerate()
            .filter(|(at, row)| *at != best && meets(row, of))
            .map(|(_, row)| row.label.clone())
            .collect();
        let meets_now = meets(&moved.rows[best], of);
        let ahead = favourite(moved).filter(|ahead| *ahead != best);
        let ahead = ahead.map(|at| moved.rows[at].label.as_str());
        let was_alone = met_then && meeting == 1;
        let word = match (met_then, meets_now) {
            (true, true) if was_alone && !others.is_empty() => "not alone".to_owned(),
            (true, true) => "holds".to_owned(),
            (true, false) if was_alone => "falls".to_owned(),
            // Nobody met everything then: the verdict was who is ahead.
            _ => ahead.map_or_else(|| "holds".to_owned(), |ahead| format!("{ahead} leads")),
        };
        let holds = word == "holds";
        Self { seeds_met: moved.rows[best].seeds_met, others, word, holds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::compare_table::tests::{row_of, table_of};

    fn table(met: [usize; 2]) -> CompareTable {
        let row = |label, met| row_of(label, met, ["1 2 3"; 5]);
        table_of(2, vec![row("a", met[0]), row("b", met[1])])
    }

    #[test]
    fn a_verdict_holds_falls_or_is_shared() {
        let check = |base: [usize; 2], moved: [usize; 2], word: &str, others: &str| {
            let found = Found::new(&table(base), &table(moved), 0);
            assert_eq!((found.word.as_str(), found.others.join(" ").as_str()), (word, others));
        };
        check([2, 1], [2, 1], "holds", "");
        check([2, 1], [2, 2], "not alone", "b");
        check([2, 1], [1, 1], "falls", "");
        check([2, 1], [1, 2], "falls", "b");
        check([1, 0], [1, 0], "holds", "");
        check([1, 0], [0, 1], "b leads", "");
        check([2, 2], [2, 2], "holds", "b");
        check([2, 2], [1, 2], "b leads", "b");
    }

    #[test]
    fn who_still_meets_everything_need_not_be_ahead_by_the_p99() {
        let row = |label, p99| row_of(label, 2, ["1 2 3", p99, "0 0 0", "0 0 0", "5 5 5"]);
        let ahead = |p99: [&'static str; 2]| table_of(2, vec![row("a", p99[0]), row("b", p99[1])]);
        let found = Found::new(&ahead(["1 2 3", "4 5 6"]), &ahead(["4 5 6", "1 2 3"]), 0);
        assert_eq!(found.word, "holds");
    }

    fn rows(holding: &[bool]) -> Vec<Row> {
        let found = |holds: bool| Found {
            seeds_met: 5,
            others: if holds { Vec::new() } else { vec!["watermark".to_owned(), "bcb".to_owned()] },
            word: if holds { "holds" } else { "not alone" }.to_owned(),
            holds,
        };
        let row = |(at, holds): (usize, &bool)| Row {
            assumption: format!("fault.storm.delay.jitter-{}", at / 2),
            from: "50..400ms".to_owned(),
            to: if at % 2 == 0 { "x0.5" } else { "x2" }.to_owned(),
            found: found(*holds),
        };
        holding.iter().enumerate().map(row).collect()
    }

    #[test]
    fn each_assumption_is_named_once_with_its_range() {
        let text = laid_out(&rows(&[false, true, true, false]), "causal", 5, 9);
        insta::assert_snapshot!(text, @r"
        assumption                  from       to    causal  others that meet all  verdict
        fault.storm.delay.jitter-0  50..400ms  x0.5     5/5  watermark, bcb        not alone
                                               x2       5/5  none                  holds
        fault.storm.delay.jitter-1  50..400ms  x0.5     5/5  none                  holds
                                               x2       5/5  watermark, bcb        not alone
        ");
        let few = laid_out(&rows(&[true, true, false, true, true, false]), "causal", 5, 4);
        insta::assert_snapshot!(few, @r"
        assumption                  from       to    causal  others that meet all  verdict
        fault.storm.delay.jitter-0  50..400ms  x0.5     5/5  none                  holds
        fault.storm.delay.jitter-1  50..400ms  x0.5     5/5  watermark, bcb        not alone
        fault.storm.delay.jitter-2  50..400ms  x2       5/5  watermark, bcb        not alone
        and 3 more with which it holds: challenge.md
        ");
    }

    #[test]
    fn long_names_give_way_to_the_width() {
        let mut rows = rows(&[false]);
        rows[0].assumption =
            "fault.a-long-name-of-a-fault-that-somebody-gave.delay.jitter".to_owned();
        rows[0].found.others = vec!["sharded-sequencer".to_owned(), "cordial-miners".to_owned()];
        rows[0].found.word = "sharded-sequencer leads".to_owned();
        let text = laid_out(&rows, "sharded-sequencer", 5, 9);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.contains("sharded-sequencer leads"), "{text}");
    }
}
