//! Many variants at once: who serves which need best, and who is no choice at all.

use super::compare_table::{CompareTable, Estimate, MESSAGES, P50, P99, Row};
use super::format::number;
use crate::experiment::{FaultModel, Guarantees, Property, TransportNeed, Word};

/// What somebody may need of an ordering.
struct Need {
    /// As a sentence begins: `For a total order`.
    words: &'static str,
    /// Whether this is owed.
    is_owed: fn(&Guarantees) -> bool,
}

const NEEDS: [Need; 4] = [
    Need { words: "For a total order", is_owed: |owed| owes(owed, Property::TotalOrder) },
    Need {
        words: "For a total order under Byzantine validators",
        is_owed: |owed| {
            owes(owed, Property::TotalOrder)
                && matches!(owed.assumptions.faults, FaultModel::Byzantine(1..))
        },
    },
    Need { words: "For a causal order", is_owed: |owed| owes(owed, Property::CausalOrder) },
    Need {
        words: "For agreement on links that lose and overtake",
        is_owed: |owed| {
            owes(owed, Property::Agreement) && owed.assumptions.transport == TransportNeed::Datagram
        },
    },
];

fn owes(guarantees: &Guarantees, property: Property) -> bool {
    guarantees.owed.contains(&property)
}

/// Most names in one sentence.
const NAMES: usize = 3;

/// Which variant serves which need, each sentence on grounds of its own. A need that all owe, or
/// one alone, tells nobody apart.
pub(super) fn needs(table: &CompareTable) -> Vec<String> {
    let rows = || (0..table.rows.len()).filter(|at| table.rows[*at].gravest != Word::Broken);
    let all: Vec<usize> = rows().collect();
    let mut sentences = Vec::new();
    for need in &NEEDS {
        let owing: Vec<usize> =
            all.iter().copied().filter(|at| (need.is_owed)(&table.rows[*at].guarantees)).collect();
        if owing.len() < all.len() {
            let who = format!("{}, of {} that owe it:", need.words, owing.len());
            sentences.extend(least(table, &owing, P99, &who, "p99"));
        }
    }
    sentences.extend(least(table, &all, P50, "Of all:", "p50"));
    sentences.extend(least(table, &all, MESSAGES, "Of all:", "messages"));
    sentences
}

/// Who of these has the least in a column, and from whom the seeds do not tell it apart; `None`
/// if there is nobody to compare, or nothing.
fn least(
    table: &CompareTable,
    among: &[usize],
    column: usize,
    who: &str,
    noun: &str,
) -> Option<String> {
    let mean = |at: &usize| match &table.rows[*at].cells[column] {
        Estimate::Values { interval, .. } => Some((*at, interval.estimate)),
        Estimate::Never(_) | Estimate::NoData => None,
    };
    let best = among.iter().filter_map(mean).min_by(|a, b| a.1.total_cmp(&b.1));
    let (best, value) = best.filter(|_| among.len() > 1)?;
    let is_tie = |at: &&usize| {
        **at != best && table.gap(column, best, **at).is_some_and(|gap| !gap.is_shown())
    };
    let ties: Vec<&str> =
        among.iter().filter(is_tie).map(|at| table.rows[*at].label.as_str()).collect();
    let unit = if column == MESSAGES { " each" } else { " ms" };
    let label = &table.rows[best].label;
    let value = number(value);
    // With one seed nothing is shown, so nobody is called best.
    let word = if table.gaps.is_empty() { " on this seed" } else { "" };
    let tied = match ties.as_slice() {
        [] => String::new(),
        ties => format!("; not told apart: {}", names(ties)),
    };
    Some(format!("{who} {label} has the least {noun}{word}, {value}{unit}{tied}."))
}

/// Names in a sentence, the first few in full.
pub(super) fn names(all: &[&str]) -> String {
    match all.len() > NAMES {
        true => format!("{} and {} more", all[..NAMES].join(", "), all.len() - NAMES),
        false => all.join(", "),
    }
}

/// Rows that are no choice: another owes as much on no stronger assumptions, meets as many
/// thresholds, is nowhere worse, and is shown to be better somewhere. Each with that other, which
/// is not such a row itself.
pub(super) fn folded(table: &CompareTable) -> Vec<(usize, usize)> {
    let all = || 0..table.rows.len();
    let is_beaten = |at: usize| all().any(|other| beaten(table, at, other, true));
    let by = |at: usize| all().find(|other| !is_beaten(*other) && beaten(table, at, *other, true));
    all().filter_map(|at| Some((at, by(at)?))).collect()
}

/// Whether a row is no choice beside another: as the seeds show, or in its means alone.
pub(super) fn beaten(table: &CompareTable, at: usize, other: usize, is_shown: bool) -> bool {
    let (row, than) = (&table.rows[at], &table.rows[other]);
    let means = |row: &Row| row.cells.iter().map(Estimate::mean).collect::<Vec<_>>();
    let nowhere_better =
        means(row).into_iter().zip(means(than)).all(|(mean, other)| match (mean, other) {
            (Some(mean), Some(other)) => mean >= other,
            // What neither has a value for says nothing for either, and shows nothing.
            (None, None) => !is_shown,
            (Some(_), None) | (None, Some(_)) => false,
        });
    let is_worse = |column: usize| {
        let never = |row: &Row| matches!(row.cells[column], Estimate::Never(_));
        let shown = || table.gap(column, other, at).is_some_and(|gap| gap.is_shown());
        let differs = row.cells[column].mean() > than.cells[column].mean();
        never(row) && !never(than) || if is_shown { shown() } else { differs }
    };
    at != other
        && nowhere_better
        && than.guarantees.covers(&row.guarantees)
        && (than.met, than.seeds_met) >= (row.met, row.seeds_met)
        && than.gravest >= row.gravest
        && (0..row.cells.len()).any(is_worse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Assumptions;
    use crate::report::compare_table::tests::{row_of, table_of};

    fn owing(row: Row, owed: &[Property], faults: FaultModel) -> Row {
        let assumptions = Assumptions { faults, ..Assumptions::STRICTEST };
        let guarantees = Guarantees { summary: String::new(), owed: owed.to_vec(), assumptions };
        Row { guarantees, ..row }
    }

    const SAME: &str = "0 0 0";

    #[test]
    fn a_row_that_another_beats_and_covers_is_folded() {
        let good = ["10 11 12", "10 11 12", SAME, SAME, "5 5 5"];
        let bad = ["20 21 22.5", "20 21 22.5", SAME, SAME, "6 6 6"];
        let mixed = ["20 21 22.5", "20 21 22.5", SAME, SAME, "4 4 4"];
        let unknown = ["90 91 92", "-", SAME, SAME, "9 9 9"];
        let total = |row| owing(row, &[Property::TotalOrder], FaultModel::Byzantine(2));
        let rows = vec![
            row_of("good", 2, good),
            row_of("bad", 1, bad),
            row_of("thrifty", 1, mixed),
            row_of("unknown", 0, unknown),
            total(row_of("total", 1, bad)),
            row_of("met more", 3, bad),
            row_of("same", 2, good),
            row_of("never", 1, ["never", "never", SAME, SAME, "5 5 5"]),
        ];
        assert_eq!(folded(&table_of(3, rows)), [(1, 0), (7, 0)]);
    }

    #[test]
    fn needs_name_who_serves_them_and_who_ties() {
        let total = |row| owing(row, &[Property::TotalOrder], FaultModel::Byzantine(2));
        let row = |label, p: &'static str, messages| row_of(label, 0, [p, p, SAME, SAME, messages]);
        let rows = vec![
            row("loose", "10 11 12.5", "5 5 5"),
            total(row("fast", "20 21 22.5", "9 9 9")),
            total(row("tied", "21 20 22.6", "9 9 9")),
            total(row("slow", "40 41 42.2", "9 9 9")),
        ];
        let said = needs(&table_of(0, rows)).join("\n").replace(": ", ":\n  ");
        insta::assert_snapshot!(said, @r"
        For a total order, of 3 that owe it:
          fast has the least p99, 21.2 ms; not told apart:
          tied.
        For a total order under Byzantine validators, of 3 that owe it:
          fast has the least p99, 21.2 ms; not told apart:
          tied.
        Of all:
          loose has the least p50, 11.2 ms; not told apart:
          tied.
        Of all:
          loose has the least messages, 5 each.
        ");
    }

    #[test]
    fn one_seed_calls_nobody_best() {
        let rows = vec![row_of("a", 0, ["1"; 5]), row_of("b", 0, ["2"; 5])];
        let said = needs(&table_of(0, rows));
        assert_eq!(said[0], "Of all: a has the least p50 on this seed, 1 ms.");
    }

    #[test]
    fn long_lists_of_names_are_cut() {
        assert_eq!(names(&["a", "b"]), "a, b");
        assert_eq!(names(&["a", "b", "c", "d", "e", "f"]), "a, b, c and 3 more");
    }
}
