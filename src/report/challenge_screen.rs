//! The screen of a challenge: does the verdict hold when one assumption is moved?

use std::fmt::Write;

use super::compare_needs::names;
use super::compare_screen::{name, seeds_text};
use super::compare_table::{CompareTable, Row};
use super::compare_verdict::{favourite, verdict_of};
use super::format::{cut, wall};
use super::run_screen::Making;
use crate::experiment::{Change, Comparison, Reach, Word};

/// Columns of a screen.
const WIDTH: usize = 100;

/// The screen: the verdict as things are, then one row for each assumption moved.
pub fn challenge_screen(
    base: &Comparison,
    moved: &[(Change, Comparison)],
    reaches: &[Reach],
    making: &Making,
) -> String {
    let table = CompareTable::new(base);
    let verdict = verdict_of(&table, base.seeds.len());
    let first = verdict.first().map_or("", String::as_str);
    let seeds = seeds_text(&base.seeds);
    let (runs, took) = (base.len() * (moved.len() + 1), wall(making.wall_secs));
    let mut text = format!(
        "{} by {}    {runs} runs in {took}\n\"{}\"\neach assumption moved alone, seeds {seeds}\n\n",
        name(base),
        base.axis,
        first.trim_end_matches('.')
    );
    let Some(best) = favourite(&table) else { return text };
    let label = cut(&table.rows[best].label, 18);
    let wide = label.chars().count().max(5);
    let _ = writeln!(
        text,
        "{:<28} {:<14} {:<6} {label:>wide$}   {:<28} verdict",
        "assumption", "from", "to", "others that meet all"
    );
    let (mut before, mut held) = ("", 0);
    for (change, comparison) in moved {
        let found = Found::new(&table, &CompareTable::new(comparison), best);
        held += usize::from(found.holds);
        let same = before == change.assumption;
        let (what, from) = if same { ("", "") } else { (&*change.assumption, &*change.from) };
        before = &change.assumption;
        let met = format!("{}/{}", found.seeds_met, base.seeds.len());
        let line = format!(
            "{:<28} {:<14} {:<6} {met:>wide$}   {:<28} {}",
            cut(what, 28),
            cut(from, 14),
            change.to,
            cut(&found.others, 28),
            found.word
        );
        let _ = writeln!(text, "{}", cut(line.trim_end(), WIDTH));
    }
    let _ = writeln!(text, "\nthe verdict holds in {held} of {} cases", moved.len());
    text.push_str(&reach_lines(base, best, reaches));
    if let Some(files) = &making.files {
        let _ = writeln!(text, "results  {}", cut(files, WIDTH - 9));
    }
    let _ = writeln!(text, "\nnext: {}", making.next);
    text
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
    for reach in reaches {
        let found = match &reach.first_miss {
            Some((factor, missed)) => {
                let known = thresholds.iter().find(|threshold| threshold.name == missed.name);
                let value = known.map_or_else(String::new, |threshold| {
                    format!(" = {}", super::check_value(&threshold.check, missed.measured))
                });
                format!("x{factor:<6} {}{value}", missed.name)
            }
            None => format!("none up to x{}", Reach::MOST),
        };
        let _ = writeln!(text, "{}", cut(&format!("  {:<27} {found}", reach.assumption), WIDTH));
    }
    text.push('\n');
    text
}

/// What became of the verdict.
struct Found {
    seeds_met: usize,
    others: String,
    word: String,
    holds: bool,
}

impl Found {
    fn new(base: &CompareTable, moved: &CompareTable, best: usize) -> Self {
        let meets = |row: &Row, of: usize| of > 0 && row.met == of && row.gravest != Word::Broken;
        let of = moved.thresholds;
        let was_alone = base.rows.iter().filter(|row| meets(row, base.thresholds)).count() == 1
            && meets(&base.rows[best], base.thresholds);
        let others: Vec<&str> = moved
            .rows
            .iter()
            .enumerate()
            .filter(|(at, row)| *at != best && meets(row, of))
            .map(|(_, row)| row.label.as_str())
            .collect();
        let meets_now = meets(&moved.rows[best], of);
        let ahead = favourite(moved).filter(|ahead| *ahead != best);
        let ahead = ahead.map(|at| moved.rows[at].label.as_str());
        let word = match (was_alone, meets_now, others.is_empty(), ahead) {
            (true, true, true, _) => "holds".to_owned(),
            (true, true, false, _) => "not alone".to_owned(),
            (true, false, ..) => "falls".to_owned(),
            (false, _, _, None) => "holds".to_owned(),
            (false, _, _, Some(ahead)) => format!("{ahead} leads"),
        };
        let holds = word == "holds";
        let others = if others.is_empty() { "none".to_owned() } else { names(&others) };
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
            assert_eq!((found.word.as_str(), found.others.as_str()), (word, others));
        };
        check([2, 1], [2, 1], "holds", "none");
        check([2, 1], [2, 2], "not alone", "b");
        check([2, 1], [1, 1], "falls", "none");
        check([2, 1], [1, 2], "falls", "b");
        check([1, 0], [1, 0], "holds", "none");
        check([1, 0], [0, 1], "b leads", "none");
        check([2, 2], [2, 2], "holds", "b");
        check([2, 2], [1, 2], "b leads", "b");
    }
}
