//! What thresholds and claims are about, of one variant beside the others.

use super::claim_lines::WIDTH;
use super::compare_table::{Estimate, cell_text, estimated};
use super::format::cut;
use crate::experiment::{ClaimResult, Comparison, Pair, measured_in};
use crate::measure::statistics::Interval;
use crate::scenario::check::Subject;

/// Variants side by side.
const ABREAST: usize = 4;
/// Columns of what is asked.
const TEXT: usize = 44;

/// A line for each subject of a threshold, or of a claim that these variants answer: the mean over
/// seeds and its interval, four variants side by side.
pub(super) fn asked_lines(comparison: &Comparison, claims: &[ClaimResult]) -> Vec<String> {
    let first = comparison.runs.first().and_then(|runs| runs.first());
    let Some(first) = first else { return Vec::new() };
    let asked = asked(first, claims);
    let wide = asked.iter().map(|(text, _)| text.chars().count()).max().unwrap_or(0).min(TEXT);
    let variants: Vec<usize> = (0..comparison.labels.len()).collect();
    let blocks = variants.chunks(ABREAST).filter(|_| !asked.is_empty());
    blocks.flat_map(|shown| block(comparison, &asked, shown, wide)).collect()
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

fn block(
    comparison: &Comparison,
    asked: &[(&str, Subject<'_>)],
    shown: &[usize],
    wide: usize,
) -> Vec<String> {
    let each = (WIDTH - wide) / ABREAST - 2;
    let laid_out = |text: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!("  {cell:>each$}")).collect();
        format!("{:<wide$}{cells}", cut(text, wide))
    };
    let labels = shown.iter().map(|at| cut(&comparison.labels[*at], each)).collect();
    let rows = asked.iter().map(|(text, subject)| {
        let cell = |at: &usize| cut(&cell(&comparison.runs[*at], *subject), each);
        laid_out(text, shown.iter().map(cell).collect())
    });
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
        let lines = asked_lines(&comparison, &judge_claims(&comparison));
        let shown: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
        assert_eq!(
            shown,
            [
                "                                       arrival           causal",
                "p99(latency.applied) in storm          too few          too few",
                "share(orphans)                   16.9 ± 8.36 %              0 %",
                "per10k(orphans) in storm         4,917 ± 2,127                0",
            ]
        );
    }
}
