//! What thresholds and claims are about, of one variant beside the others.

use super::claim_lines::WIDTH;
use super::compare_table::{CompareTable, Estimate, P99, cell_text, estimated};
use super::format::cut;
use crate::experiment::{ClaimResult, Comparison, Pair, measured_in, ratio};
use crate::measure::statistics::Interval;
use crate::scenario::check::Subject;

/// Variants side by side.
const ABREAST: usize = 4;
/// Columns of what is asked.
const TEXT: usize = 44;

/// What a line says of every variant, in order.
struct Line {
    text: String,
    cells: Vec<String>,
}

/// A line for each subject of a threshold, or of a claim that these variants answer: the mean over
/// seeds and its interval, four variants side by side. Orderings have one for their tax.
pub(super) fn asked_lines(
    comparison: &Comparison,
    table: &CompareTable,
    claims: &[ClaimResult],
) -> Vec<String> {
    let first = comparison.runs.first().and_then(|runs| runs.first());
    let Some(first) = first else { return Vec::new() };
    let lines = asked(first, claims).into_iter().map(|(text, subject)| Line {
        text: text.to_owned(),
        cells: comparison.runs.iter().map(|runs| cell(runs, subject)).collect(),
    });
    let lines: Vec<Line> = lines.chain(tax(comparison, table)).collect();
    let wide = lines.iter().map(|line| line.text.chars().count()).max().unwrap_or(0).min(TEXT);
    let variants: Vec<usize> = (0..comparison.labels.len()).collect();
    let blocks = variants.chunks(ABREAST).filter(|_| !lines.is_empty());
    blocks.flat_map(|shown| block(&comparison.labels, &lines, shown, wide)).collect()
}

/// What order costs: the p99 of each ordering over that of `arrival`, seed by seed (capabilities
/// C22, `ordering_tax`). Nothing where `arrival` was not run, or something never came.
fn tax(comparison: &Comparison, table: &CompareTable) -> Option<Line> {
    let p99 = |at: usize| table.rows[at].cells[P99].values();
    let free = comparison.labels.iter().position(|label| label == "arrival");
    let free = p99(free.filter(|_| comparison.axis == "ordering")?)?;
    let taxes = (0..comparison.labels.len()).map(|at| {
        let interval = ratio(p99(at)?, free)?;
        let values = Estimate::Values { values: Vec::new(), interval };
        Some(format!("{}x", cell_text(&values)))
    });
    let text = format!("ordering_tax in {}, p99 over arrival's", table.phase);
    let cells = taxes.map(|tax| tax.unwrap_or_else(|| "-".to_owned())).collect();
    Some(Line { text, cells })
}

/// Every subject once, in the scenario's words.
pub(super) fn asked<'a>(pair: &'a Pair, claims: &'a [ClaimResult]) -> Vec<(&'a str, Subject<'a>)> {
    let thresholds = pair.scenario.thresholds.iter().map(|threshold| &threshold.check);
    let thresholds = thresholds.map(|check| (words(&check.text), check.subject()));
    let claimed = claims.iter().map(|result| &result.claim.holds);
    let claimed = claimed.map(|holds| (words(&holds.text), holds.subject()));
    let mut once: Vec<(&str, Subject<'_>)> = Vec::new();
    for (text, subject) in thresholds.chain(claimed) {
        if once.iter().all(|(_, known)| *known != subject) {
            once.push((text, subject));
        }
    }
    once
}

/// What stands before the relation.
fn words(text: &str) -> &str {
    text.split([':', '<', '>', '=']).next().unwrap_or(text).trim()
}

fn block(labels: &[String], lines: &[Line], shown: &[usize], wide: usize) -> Vec<String> {
    let each = (WIDTH - wide) / ABREAST - 2;
    let laid_out = |text: &str, all: &[String]| {
        let shown = shown.iter().map(|at| format!("  {:>each$}", cut(&all[*at], each)));
        format!("{:<wide$}{}", cut(text, wide), shown.collect::<String>())
    };
    let rows = lines.iter().map(|line| laid_out(&line.text, &line.cells));
    std::iter::once(laid_out("", labels)).chain(rows).collect()
}

fn cell(runs: &[Pair], subject: Subject<'_>) -> String {
    let measured: Vec<_> = runs.iter().map(|pair| measured_in(pair, subject)).collect();
    match estimated(&measured) {
        Estimate::Values { values, interval } if super::is_share(subject.stat) => {
            let Interval { estimate, low, high } = interval;
            let [estimate, low, high] = [estimate, low, high].map(|share| share * 100.0);
            let interval = Interval { estimate, low, high };
            format!("{} %", cell_text(&Estimate::Values { values, interval }))
        }
        other => cell_text(&other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::judge_claims;
    use crate::report::sample::{SMALL, comparison_of};

    fn shown(comparison: &Comparison) -> Vec<String> {
        let lines =
            asked_lines(comparison, &CompareTable::new(comparison), &judge_claims(comparison));
        lines.iter().map(|line| line.trim_end().to_owned()).collect()
    }

    #[test]
    fn what_is_asked_stands_once_with_every_variant() {
        let asked = "
[thresholds]
fast = \"p99(latency.applied) in storm < 10s\"
same = \"p99(latency.applied) in storm < 20s\"
whole = \"share(orphans) < 1%\"
[[claim]]
text = \"Causal order leaves no orphans.\"
by = \"ordering=arrival,causal\"
holds = \"per10k(orphans) in storm: causal <= arrival\"
";
        let comparison = comparison_of(&format!("{SMALL}{asked}"), &["arrival", "causal"], &[1, 2]);
        assert_eq!(
            shown(&comparison),
            [
                "                                       arrival           causal",
                "p99(latency.applied) in storm          too few          too few",
                "share(orphans)                   16.9 ± 8.36 %              0 %",
                "per10k(orphans) in storm         4,917 ± 2,127                0",
            ]
        );
    }

    #[test]
    fn the_tax_is_the_p99_over_that_of_no_order_seed_by_seed() {
        let text = SMALL.replace("rate = \"50/s\"", "rate = \"800/s\"");
        let comparison = comparison_of(&text, &["causal", "arrival"], &[1, 2]);
        let lines = shown(&comparison);
        let p99 = |variant: usize, seed: usize| {
            let measured = &comparison.runs[variant][seed].run.measurement;
            let storm = measured.setting.phase("storm").expect("it is a phase");
            let p99 = crate::measure::Statistic::Percentile(0.99);
            measured.value("latency.applied", p99, storm, None).value().expect("enough")
        };
        let each = [0, 1].map(|seed| p99(0, seed) / p99(1, seed));
        let tax = lines.last().expect("there is a line");
        assert!(tax.starts_with("ordering_tax in storm, p99 over arrival's"), "{tax}");
        let mean = super::super::format::number((each[0] + each[1]) / 2.0);
        assert!(tax.contains(&format!(" {mean} ± ")) && tax.ends_with(" 1x"), "{tax}: {mean}");
        let without = comparison_of(&text, &["causal", "fifo"], &[1, 2]);
        assert!(!shown(&without).iter().any(|line| line.contains("tax")), "nothing to pay beside");
    }
}
