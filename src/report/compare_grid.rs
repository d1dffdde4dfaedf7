//! The table of a comparison as a screen shows it: rows that are no choice fold, columns that do
//! not fit are left out, and so are the last rows.

use std::fmt::Write;

use super::compare_needs::{beaten, folded};
use super::compare_table::{COLUMNS, CompareTable, MESSAGES, Row, cell_text};
use super::compare_verdict::{MANY, ranking};
use super::format::{cut, none_in, number};
use super::run_screen::wrapped;
use crate::experiment::{Comparison, Pair, Word};

/// Columns of a screen.
const WIDTH: usize = 100;
/// So many rows are shown however little room there is.
const LEAST: usize = 4;

/// The table in so many lines, an empty one at its end among them.
pub(super) fn grid(comparison: &Comparison, table: &CompareTable, room: usize) -> String {
    // The heads, the legend and the empty line.
    let room = room.saturating_sub(3);
    let hidden = Hidden::within(table, room, is_choice(&comparison.axis));
    let shown: Vec<usize> = (0..table.rows.len()).filter(|at| !hidden.has(*at)).collect();
    let axis = comparison.axis.rsplit('.').next().unwrap_or("variant");
    let mut columns = vec![column(axis, &shown, |at| cut(&table.rows[at].label, 24))];
    columns.push(column("guarantees", &shown, |at| table.rows[at].guarantees.summary.clone()));
    for (at, (head, ..)) in COLUMNS.iter().enumerate() {
        columns.push(column(head, &shown, |row| cell(&table.rows[row], at)));
    }
    columns
        .push(column("met", &shown, |at| format!("{}/{}", table.rows[at].met, table.thresholds)));
    columns.push(column("seeds", &shown, |at| {
        let broken = if table.rows[at].gravest == Word::Broken { " BROKEN" } else { "" };
        format!("{}/{}{broken}", table.rows[at].seeds_met, comparison.seeds.len())
    }));
    fit(&mut columns);
    let mut text = laid_out(&columns);
    for line in hidden.lines(table) {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text, "{}\n", legend(comparison, table));
    text
}

/// Whether somebody can choose what an axis is about: nobody is a worse choice for a worse network.
fn is_choice(axis: &str) -> bool {
    const TABLES: [&str; 4] = ["flow", "routers", "parameters", "ops"];
    let table = axis.split('.').next().unwrap_or(axis);
    ["ordering", "profile"].contains(&axis) || TABLES.contains(&table)
}

fn cell(row: &Row, column: usize) -> String {
    let star = if row.best[column] && column != MESSAGES { "*" } else { "" };
    match column {
        MESSAGES => row.cells[column].mean().map_or(cell_text(&row.cells[column]), number),
        _ => format!("{star}{}", cell_text(&row.cells[column])),
    }
}

/// Rows that are not shown, each kind with why.
#[derive(Default)]
struct Hidden {
    /// Shown to be no choice, as another is.
    folded: Vec<(usize, usize)>,
    /// No better than another in the means alone.
    no_better: Vec<(usize, usize)>,
    /// There was no room.
    left_out: Vec<usize>,
}

impl Hidden {
    /// What has to be hidden so that rows and the lines about hidden ones take so many lines. Only
    /// what can be chosen folds.
    fn within(table: &CompareTable, room: usize, is_choice: bool) -> Self {
        let rows = table.rows.len();
        let mut hidden = Self::default();
        let folds = rows > MANY && is_choice;
        if folds {
            hidden.folded = folded(table);
        }
        let takes = |hidden: &Self| rows - hidden.count() + hidden.lines(table).len();
        if folds && takes(&hidden) > room {
            let is_shown = |(row, by): &(usize, usize)| beaten(table, *row, *by, true);
            let unbeaten = |at: usize| !(0..rows).any(|by| beaten(table, at, by, false));
            let by = |at| (0..rows).find(|by| unbeaten(*by) && beaten(table, at, *by, false));
            let all = (0..rows).filter_map(|at| Some((at, by(at)?)));
            (hidden.folded, hidden.no_better) = all.partition(is_shown);
        }
        // Whoever is best in something stays as long as there is anybody else.
        let mut last = ranking(table);
        last.reverse();
        last.sort_by_key(|at| table.rows[*at].best.contains(&true));
        for at in last {
            if takes(&hidden) <= room || rows - hidden.count() <= LEAST {
                break;
            }
            if !hidden.has(at) && !hidden.is_named(at) {
                hidden.left_out.push(at);
            }
        }
        hidden.left_out.sort_unstable();
        hidden
    }

    fn folds(&self) -> impl Iterator<Item = &(usize, usize)> {
        self.folded.iter().chain(&self.no_better)
    }

    fn count(&self) -> usize {
        self.folds().count() + self.left_out.len()
    }

    fn has(&self, row: usize) -> bool {
        self.folds().any(|(at, _)| *at == row) || self.left_out.contains(&row)
    }

    /// Whether another row is hidden because of this one.
    fn is_named(&self, row: usize) -> bool {
        self.folds().any(|(_, by)| *by == row)
    }

    /// What is hidden, and why.
    fn lines(&self, table: &CompareTable) -> Vec<String> {
        let label = |at: usize| table.rows[at].label.as_str();
        let pairs = |folds: &[(usize, usize)]| {
            let names = folds.iter().map(|(at, by)| format!("{} ({})", label(*at), label(*by)));
            names.collect::<Vec<_>>().join(", ")
        };
        let left_out: Vec<&str> = self.left_out.iter().map(|at| label(*at)).collect();
        let kinds = [
            (
                "no choice, as another (in brackets) owes as much, is nowhere worse and somewhere \
                 better",
                pairs(&self.folded),
            ),
            (
                "in these means no better than another (in brackets) that owes as much, which so \
                 few seeds do not show",
                pairs(&self.no_better),
            ),
            ("further rows in decision.md", left_out.join(", ")),
        ];
        let there = kinds.into_iter().filter(|(_, names)| !names.is_empty());
        there.flat_map(|(why, names)| wrapped(&format!("{why}: {names}"), WIDTH, "  ")).collect()
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::compare_table::tests::{row_of, table_of};

    #[test]
    fn a_table_that_does_not_fit_loses_columns() {
        let wide = || vec!["x".repeat(18), "y".repeat(18)];
        let mut columns: Vec<Column> = (0..8).map(|_| wide()).collect();
        fit(&mut columns);
        let text = laid_out(&columns);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(columns.len() >= 5 && columns[1][0].ends_with('…'), "{columns:?}");
    }

    /// Eleven rows: a; four a bit worse than it, which two seeds do not show; five that are good at
    /// something else; and one that they show to be worse than a.
    fn eleven() -> CompareTable {
        const SAME: &str = "0 0";
        let mut rows = vec![row_of("a", 2, ["10 11", "20 22", SAME, SAME, "5 5"])];
        for (label, p99) in [("b", "20 31"), ("c", "20 33"), ("d", "20 35"), ("e", "20 37")] {
            rows.push(row_of(label, 2, ["10 13", p99, SAME, SAME, "5 5"]));
        }
        let others = [("f", "50 57", "4 4"), ("g", "60 67", "3 3"), ("h", "70 77", "2 2")];
        for (label, p50, messages) in others {
            rows.push(row_of(label, 1, [p50, "80 89", SAME, SAME, messages]));
        }
        rows.push(row_of("i", 1, ["80 87", "80 89", SAME, SAME, "1 1"]));
        rows.push(row_of("j", 0, ["9 9", "95 99", SAME, SAME, "9 9"]));
        rows.push(row_of("k", 2, ["60 61", "70 72", SAME, SAME, "9 9"]));
        table_of(2, rows)
    }

    /// The rows that are shown in so many lines, and the lines about the others.
    fn shown(room: usize, is_choice: bool) -> String {
        let table = eleven();
        let hidden = Hidden::within(&table, room, is_choice);
        let rows = (0..table.rows.len()).filter(|at| !hidden.has(*at));
        let labels: Vec<&str> = rows.map(|at| table.rows[at].label.as_str()).collect();
        let lines = hidden.lines(&table);
        assert!(labels.len() + lines.len() <= room || labels.len() <= LEAST + 1, "{room}");
        format!("{}\n{}", labels.join(" "), lines.join("\n"))
            .replace(": ", ":\n  ")
            .replace(", which", ",\n  which")
    }

    #[test]
    fn rows_fold_before_they_are_left_out() {
        insta::assert_snapshot!(shown(12, true), @r"
        a b c d e f g h i j
        no choice, as another (in brackets) owes as much, is nowhere worse and somewhere better:
          k (a)
        ");
        insta::assert_snapshot!(shown(9, true), @r"
        a f g h i j
        no choice, as another (in brackets) owes as much, is nowhere worse and somewhere better:
          k (a)
        in these means no better than another (in brackets) that owes as much,
          which so few seeds do not
          show:
          b (a), c (a), d (a), e (a)
        ");
        insta::assert_snapshot!(shown(8, true), @r"
        a f g h
        no choice, as another (in brackets) owes as much, is nowhere worse and somewhere better:
          k (a)
        in these means no better than another (in brackets) that owes as much,
          which so few seeds do not
          show:
          b (a), c (a), d (a), e (a)
        further rows in decision.md:
          i, j
        ");
        insta::assert_snapshot!(shown(0, true), @r"
        a f g h
        no choice, as another (in brackets) owes as much, is nowhere worse and somewhere better:
          k (a)
        in these means no better than another (in brackets) that owes as much,
          which so few seeds do not
          show:
          b (a), c (a), d (a), e (a)
        further rows in decision.md:
          i, j
        ");
    }

    #[test]
    fn nobody_is_a_worse_choice_for_a_worse_network() {
        insta::assert_snapshot!(shown(12, false), @"a b c d e f g h i j k");
        insta::assert_snapshot!(shown(9, false), @r"
        a b c d e f g h
        further rows in decision.md:
          i, j, k
        ");
        let choices = ["ordering", "flow.backpressure", "parameters.ordering.jolteon.timeout"];
        assert!(choices.into_iter().all(is_choice));
        let worlds = ["network.loss", "fault.storm.loss", "load.issuers.rate", "validators.count"];
        assert!(!worlds.into_iter().any(is_choice));
    }
}
