//! What can be said about variants. Each sentence is a template with a condition.

use std::cmp::Ordering;

use super::compare_beyond::Beyond;
use super::compare_needs::needs;
use super::compare_table::{CONFIDENCE, CompareTable, DIVERGED, Estimate, MESSAGES, ORPHANS};
use super::compare_table::{Gap, P50, P99, Row};
use super::format::{many, number};
use crate::experiment::{ClaimResult, Comparison, Word, grouped, judge_claims};
use crate::measure::statistics::seeds_needed;

/// Most sentences of a verdict.
const MOST: usize = 5;
/// Beyond so many variants needs are answered instead of each variant, and rows fold.
pub(super) const MANY: usize = 8;

/// What can be said about the variants, each sentence on grounds of its own.
pub fn compare_verdict(comparison: &Comparison) -> Vec<String> {
    let table = CompareTable::new(comparison);
    verdict_of(comparison, &table, &judge_claims(comparison))
}

/// The same of a table that is there already.
pub(super) fn verdict_of(
    comparison: &Comparison,
    table: &CompareTable,
    claims: &[ClaimResult],
) -> Vec<String> {
    verdict(table, &Beyond::new(comparison, table, claims), comparison.seeds.len())
}

fn verdict(table: &CompareTable, beyond: &Beyond, seeds: usize) -> Vec<String> {
    let Some(best) = favourite(table) else {
        return vec!["there is nothing to compare.".to_owned()];
    };
    let labels: Vec<&str> = table.rows.iter().map(|row| row.label.as_str()).collect();
    let mut sentences = vec![first_sentence(table, best, seeds)];
    sentences.extend(beyond.collapses(&labels));
    if table.thresholds == 0 && !has_p99(&table.rows[best]) {
        // Nobody is ahead, so nobody is compared with the others.
        return sentences;
    }
    if table.rows.len() > MANY {
        sentences.extend(needs(table));
        sentences.extend(beyond.bests(&labels));
        return sentences;
    }
    let others = (0..table.rows.len()).filter(|other| *other != best);
    let others = others.filter_map(|other| against(table, beyond, best, other));
    sentences.extend(others.take(MOST - 1));
    sentences
}

/// The variant that breaks nothing, meets most thresholds, then most seeds, stays down for the
/// shortest time, then has the least p99, then the least p50.
pub(super) fn favourite(table: &CompareTable) -> Option<usize> {
    ranking(table).first().copied()
}

/// All variants, the favourite first.
pub(super) fn ranking(table: &CompareTable) -> Vec<usize> {
    let key = |at: &usize| {
        let row = &table.rows[*at];
        (row.gravest == Word::Broken, usize::MAX - row.met, usize::MAX - row.seeds_met)
    };
    let figures = |at: &usize| {
        let row = &table.rows[*at];
        let late = |column: usize| row.cells[column].mean().unwrap_or(f64::INFINITY);
        [row.down.mean().unwrap_or(0.0), late(P99), late(P50)]
    };
    let by_figures = |a: &usize, b: &usize| {
        let each = figures(a).into_iter().zip(figures(b));
        each.map(|(a, b)| a.total_cmp(&b)).fold(Ordering::Equal, Ordering::then)
    };
    let mut order: Vec<usize> = (0..table.rows.len()).collect();
    order.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| by_figures(a, b)));
    order
}

pub(super) fn first_sentence(table: &CompareTable, best: usize, seeds: usize) -> String {
    let (row, of) = (&table.rows[best], table.thresholds);
    let label = &row.label;
    if row.gravest == Word::Broken {
        return "every variant broke a guarantee that it owed.".to_owned();
    }
    if of == 0 {
        return least_p99(table, best);
    }
    let meets_all = |row: &&Row| row.met == of && row.gravest != Word::Broken;
    let others: Vec<&str> = table
        .rows
        .iter()
        .enumerate()
        .filter(|(at, row)| *at != best && meets_all(row))
        .map(|(_, row)| row.label.as_str())
        .collect();
    match (meets_all(&row), others.as_slice()) {
        (true, []) => {
            format!("{label}: the only one to meet every threshold, on {seeds} of {seeds} seeds.")
        }
        (true, others) if others.len() > 2 => format!(
            "{label} meets every threshold on {seeds} of {seeds} seeds, and so do {} others: {}.",
            others.len(),
            others.join(", ")
        ),
        (true, others) => format!(
            "{label} meets every threshold on {seeds} of {seeds} seeds, and so does {}.",
            others.join(", and so does ")
        ),
        (false, _) => format!(
            "no variant meets every threshold on every seed; {label} meets most, {} of {of}.",
            row.met
        ),
    }
}

/// The tail, where no threshold was set.
fn least_p99(table: &CompareTable, best: usize) -> String {
    let label = &table.rows[best].label;
    if !has_p99(&table.rows[best]) {
        return "no variant has a p99 to applied on every seed, and no threshold is set."
            .to_owned();
    }
    let others = (0..table.rows.len()).filter(|other| *other != best);
    let apart = |other: usize| match &table.rows[other].cells[P99] {
        Estimate::Never(_) => true,
        Estimate::Values { .. } => table.gap(P99, best, other).is_some_and(|gap| gap.is_shown()),
        Estimate::NoData => false,
    };
    match others.into_iter().all(apart) {
        true => format!("{label} has the least p99 to applied, shown against each of the others."),
        false => {
            format!("{label} has the least mean p99 to applied; not every difference is shown.")
        }
    }
}

fn has_p99(row: &Row) -> bool {
    matches!(row.cells[P99], Estimate::Values { .. })
}

/// What separates the favourite from another variant; `None` if nothing can be said.
fn against(table: &CompareTable, beyond: &Beyond, best: usize, other: usize) -> Option<String> {
    let row = &table.rows[other];
    let label = &row.label;
    let mut parts = Vec::new();
    if row.gravest == Word::Broken {
        parts.push(format!("{label} broke a guarantee that it owed"));
    }
    if let (Estimate::Never(seeds), Estimate::Values { .. }) =
        (&row.cells[P99], &table.rows[best].cells[P99])
    {
        parts.push(format!("its p99 is never on {}", many(*seeds as f64, "seed")));
    }
    for (column, noun) in [(P99, "p99"), (P50, "p50")] {
        parts.extend(
            table
                .gap(column, best, other)
                .map(|gap| time(noun, gap, || needed(table, column, best, other))),
        );
    }
    for (column, noun) in [(ORPHANS, "orphans"), (DIVERGED, "diverged")] {
        parts.extend(table.gap(column, best, other).and_then(|gap| count(noun, gap)));
    }
    parts.extend(beyond.differences(best, other));
    parts.extend(beyond.no_difference(best, other));
    parts.extend(table.gap(MESSAGES, best, other).and_then(messages));
    (!parts.is_empty()).then(|| format!("Against {label}: {}.", parts.join(", ")))
}

/// A difference in a time. Gaps are the other's minus the favourite's.
fn time(noun: &str, gap: Gap, needed: impl Fn() -> Option<u64>) -> String {
    let (estimate, half) = (gap.interval.estimate, number(gap.half()));
    if gap.is_shown() {
        let word = if estimate > 0.0 { "lower" } else { "higher" };
        return format!("{noun} {} ± {half} ms {word}", number(estimate.abs()));
    }
    if estimate == 0.0 && gap.half() == 0.0 {
        return format!("same {noun}");
    }
    // Said of the favourite, as in the sentences with a difference.
    let shown = format!("no difference shown in {noun} ({} ± {half} ms", number(-estimate));
    match needed() {
        Some(seeds) => format!("{shown}; about {} seeds would settle it)", grouped(seeds)),
        None => format!("{shown})"),
    }
}

/// Seeds after which a difference would probably show, if it stays as it is.
pub(super) fn needed(
    table: &CompareTable,
    column: usize,
    best: usize,
    other: usize,
) -> Option<u64> {
    let values = |row: usize| table.rows[row].cells[column].values();
    let (a, b) = values(best).zip(values(other))?;
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
    // As wide as Holm's widest: so many differences are judged at once.
    let judged = table.gaps.len().max(1) as f64;
    seeds_needed(&differences, 1.0 - (1.0 - CONFIDENCE) / judged)
}

/// A difference in a count per 10,000.
fn count(noun: &str, gap: Gap) -> Option<String> {
    let estimate = gap.interval.estimate;
    let word = if estimate > 0.0 { "fewer" } else { "more" };
    let (by, half) = (number(estimate.abs()), number(gap.half()));
    gap.is_shown().then(|| format!("{by} ± {half} {word} {noun}"))
}

/// A difference in messages for each operation.
fn messages(gap: Gap) -> Option<String> {
    let (estimate, half) = (gap.interval.estimate, gap.half());
    if estimate == 0.0 && half == 0.0 {
        return Some("same messages".to_owned());
    }
    let word = if estimate > 0.0 { "fewer" } else { "more" };
    let (by, half) = (number(estimate.abs()), number(half));
    gap.is_shown().then(|| format!("{by} ± {half} {word} messages each"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::compare_table::tests::{row_of, table_of};

    const LOW: &str = "10 11 12 13";
    const HIGH: &str = "20 21 22.5 23";
    const ZERO: &str = "0 0 0 0";

    fn row(label: &str, met: usize, p99: &str) -> Row {
        row_of(label, met, [p99, p99, ZERO, ZERO, "15 15 15 15"])
    }

    fn first(thresholds: usize, rows: Vec<Row>) -> String {
        let table = table_of(thresholds, rows);
        verdict(&table, &Beyond::nothing(table.rows.len()), 4).swap_remove(0)
    }

    #[test]
    fn the_first_sentence_says_who_meets_the_thresholds() {
        let check = |rows: Vec<Row>, text: &str| assert_eq!(first(2, rows), text);
        check(
            vec![row("a", 1, LOW), row("b", 2, HIGH)],
            "b: the only one to meet every threshold, on 4 of 4 seeds.",
        );
        check(
            vec![row("a", 2, LOW), row("b", 2, HIGH), row("c", 2, HIGH)],
            "a meets every threshold on 4 of 4 seeds, and so does b, and so does c.",
        );
        check(
            vec![row("a", 0, LOW), row("b", 1, HIGH)],
            "no variant meets every threshold on every seed; b meets most, 1 of 2.",
        );
        let broken = |label| Row { gravest: Word::Broken, ..row(label, 2, LOW) };
        check(
            vec![broken("a"), row("b", 2, HIGH)],
            "b: the only one to meet every threshold, on 4 of 4 seeds.",
        );
        check(vec![broken("a")], "every variant broke a guarantee that it owed.");
        check(vec![], "there is nothing to compare.");
    }

    #[test]
    fn without_thresholds_the_tail_is_compared() {
        let check = |rows: Vec<Row>, text: &str| assert_eq!(first(0, rows), text);
        let shown = "a has the least p99 to applied, shown against each of the others.";
        check(vec![row("a", 0, LOW), row("b", 0, HIGH)], shown);
        check(vec![row("a", 0, LOW), row("b", 0, "never")], shown);
        let open = "a has the least mean p99 to applied; not every difference is shown.";
        check(vec![row("a", 0, LOW), row("b", 0, "11 10 13 12.5")], open);
        check(vec![row("a", 0, LOW), row("b", 0, "-")], open);
        check(vec![row("a", 0, "10"), row("b", 0, "20")], open);
        let none = "no variant has a p99 to applied on every seed, and no threshold is set.";
        check(vec![row("a", 0, "-"), row("b", 0, "never")], none);
    }

    #[test]
    fn others_are_compared_with_the_favourite() {
        let gap = |estimate: f64, half: f64, p: f64| {
            let (low, high) = (estimate - half, estimate + half);
            Gap { interval: crate::measure::statistics::Interval { estimate, low, high }, p }
        };
        let settle = || Some(45);
        assert_eq!(time("p99", gap(895.0, 28.0, 0.001), settle), "p99 895 ± 28 ms lower");
        assert_eq!(time("p50", gap(-3.0, 1.0, 0.01), settle), "p50 3 ± 1 ms higher");
        assert_eq!(
            time("p50", gap(1.0, 4.0, 0.8), settle),
            "no difference shown in p50 (-1 ± 4 ms; about 45 seeds would settle it)"
        );
        assert_eq!(
            time("p50", gap(1.0, 4.0, 0.8), || None),
            "no difference shown in p50 (-1 ± 4 ms)"
        );
        assert_eq!(time("p50", gap(0.0, 0.0, 1.0), || None), "same p50");
        let orphans = |gap| count("orphans", gap);
        assert_eq!(orphans(gap(734.0, 31.0, 0.001)).as_deref(), Some("734 ± 31 fewer orphans"));
        assert_eq!(orphans(gap(-7.0, 3.0, 0.001)).as_deref(), Some("7 ± 3 more orphans"));
        assert_eq!(orphans(gap(7.0, 9.0, 0.5)), None);
        assert_eq!(messages(gap(0.0, 0.0, 1.0)).as_deref(), Some("same messages"));
        assert_eq!(messages(gap(0.1, 0.3, 0.7)), None);
        let fewer = "7 ± 0.2 fewer messages each";
        assert_eq!(messages(gap(7.0, 0.2, 0.001)).as_deref(), Some(fewer));
    }

    #[test]
    fn who_stays_down_does_not_lead_while_others_meet_as_much() {
        let down = |millis: f64| {
            let point = crate::measure::statistics::Interval {
                estimate: millis,
                low: millis,
                high: millis,
            };
            Estimate::Values { values: vec![millis], interval: point }
        };
        let rows = vec![
            Row { down: down(91_000.0), ..row("none", 1, LOW) },
            Row { down: down(0.0), ..row("credit", 1, HIGH) },
        ];
        assert_eq!(ranking(&table_of(1, rows)), [1, 0]);
        let never = ["never", "never", ZERO, ZERO, "5 5 5 5"];
        let less = [HIGH, "never", ZERO, ZERO, "5 5 5 5"];
        assert_eq!(
            ranking(&table_of(1, vec![row_of("a", 1, never), row_of("b", 1, less)])),
            [1, 0]
        );
    }

    #[test]
    fn what_never_came_is_said_and_one_seed_says_nothing() {
        let table = table_of(0, vec![row("a", 0, LOW), row("b", 0, "never")]);
        assert_eq!(
            against(&table, &Beyond::nothing(2), 0, 1).as_deref(),
            Some("Against b: its p99 is never on 1 seed, same messages.")
        );
        let one = table_of(0, vec![row_of("a", 0, ["1"; 5]), row_of("b", 0, ["2"; 5])]);
        assert_eq!(against(&one, &Beyond::nothing(2), 0, 1), None);
    }
}
