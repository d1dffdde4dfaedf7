//! What a comparison does not show. Each sentence is a template with a condition.

use super::compare_table::{CompareTable, P99};
use super::compare_verdict::needed;
use super::format::number;
use crate::experiment::{Comparison, Pair, Word, grouped};
use crate::simulation::Standing;

/// What the comparison does not show.
pub(super) fn compare_limits(comparison: &Comparison, table: &CompareTable) -> Vec<String> {
    let variants = table.rows.iter().zip(&comparison.runs);
    let mut sentences: Vec<String> =
        variants.clone().filter_map(|(row, runs)| not_owed(&row.label, runs)).take(2).collect();
    sentences.extend(variants.filter_map(|(row, runs)| untested(&row.label, runs)).take(2));
    sentences.extend(untold(table, comparison.seeds.len()));
    sentences.push(scope(comparison.seeds.len()));
    sentences
}

/// A tail is worth a word if it is so many times the least and not told from it.
const FAR: f64 = 2.0;

/// The longest tail that the seeds do not tell from the least, where that is far away: ties then
/// come of too few seeds.
fn untold(table: &CompareTable, seeds: usize) -> Option<String> {
    let means = table.rows.iter().map(|row| row.cells[P99].mean()).enumerate();
    let means = means.filter_map(|(at, mean)| Some((at, mean.filter(|mean| mean.is_finite())?)));
    let (best, least) = means.clone().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let is_tie = |at: usize| table.gap(P99, best, at).is_some_and(|gap| !gap.is_shown());
    let ties = means.filter(|(at, mean)| *mean >= FAR * least && is_tie(*at));
    let (other, longest) = ties.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let settle = needed(table, P99, best, other);
    let settle = settle.map_or(String::new(), |seeds| format!("; about {} would", grouped(seeds)));
    let [other, best] = [other, best].map(|at| &table.rows[at].label);
    let times = number(longest / least);
    Some(format!(
        "{seeds} seeds do not tell the p99 of {other} from that of {best}, though its mean is \
         {times} times as long{settle}."
    ))
}

/// A guarantee that was violated where it was not owed.
fn not_owed(label: &str, runs: &[Pair]) -> Option<String> {
    let verdicts = runs.iter().flat_map(Pair::guarantees);
    verdicts.into_iter().find_map(|verdict| match &verdict.standing {
        Standing::NotOwed { why, .. } => {
            Some(format!("{label} owes no {} here: {why}.", verdict.property.name()))
        }
        Standing::Held | Standing::Broken { .. } => None,
    })
}

/// Something that was not tested on some seeds.
fn untested(label: &str, runs: &[Pair]) -> Option<String> {
    let mut findings = runs.iter().filter_map(|pair| {
        pair.verdict.findings.iter().find(|finding| finding.word == Word::Inconclusive)
    });
    let first = findings.next()?;
    let seeds = 1 + findings.count();
    let of = runs.len();
    Some(format!("{label} is inconclusive on {seeds} of {of} seeds: {}.", first.text))
}

fn scope(seeds: usize) -> String {
    let one = if seeds < 2 { "One seed is one sample: no interval, no claim. " } else { "" };
    format!("{one}One load and one network: another may have another answer.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::compare_table::Row;
    use crate::report::compare_table::tests::{row_of, table_of};

    fn tail_of(label: &str, p99: &str) -> Row {
        row_of(label, 0, [p99, p99, "0 0 0 0", "0 0 0 0", "15 15 15 15"])
    }

    #[test]
    fn a_long_tail_that_so_few_seeds_do_not_tell_apart_is_named() {
        let said = |tails: [&str; 3]| {
            let rows = tails.iter().zip(["a", "b", "c"]).map(|(tail, label)| tail_of(label, tail));
            untold(&table_of(0, rows.collect()), tails[0].split(' ').count())
        };
        assert_eq!(
            said(["10 12", "31 13", "30 80"]).as_deref(),
            Some(
                "2 seeds do not tell the p99 of c from that of a, though its mean is 5 times as \
                 long; about 10 would."
            )
        );
        assert_eq!(said(["10 11 12 13", "20 21 22.5 23", "21 22.5 24 24"]), None, "told apart");
        assert_eq!(said(["10 12", "9 14", "12 11"]), None, "near one another");
        assert_eq!(said(["10", "20", "90"]), None, "one seed shows nothing anyway");
    }

    #[test]
    fn limits_know_how_many_seeds_there_were() {
        assert_eq!(scope(10), "One load and one network: another may have another answer.");
        assert!(scope(1).starts_with("One seed is one sample: no interval, no claim."));
    }
}
