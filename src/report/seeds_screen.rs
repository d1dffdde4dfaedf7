//! The screen of one scenario over many seeds.

use std::fmt::Write;

use super::compare_screen::name;
use super::format::{cut, many, number, wall};
use super::run_screen::Making;
use crate::experiment::{Comparison, Met, Pair, Word};
use crate::measure::Measured;
use crate::measure::statistics::share_at_most;

/// Columns of a screen.
const WIDTH: usize = 100;

/// The screen of one scenario over many seeds; the first line is its verdict.
pub fn seeds_screen(comparison: &Comparison, making: &Making) -> String {
    let mut text = String::new();
    let Some(runs) = comparison.runs.first() else { return text };
    // Writing into a String cannot fail.
    let _ = verdict(&mut text, comparison, runs, making)
        .and_then(|()| checks(&mut text, runs))
        .and_then(|()| reason(&mut text, comparison, runs))
        .and_then(|()| foot(&mut text, comparison, making));
    text.lines().map(|line| cut(line.trim_end(), WIDTH)).collect::<Vec<_>>().join("\n") + "\n"
}

fn verdict(
    to: &mut String,
    comparison: &Comparison,
    runs: &[Pair],
    making: &Making,
) -> std::fmt::Result {
    let words = [Word::Pass, Word::Missed, Word::Inconclusive, Word::Broken];
    let count = |word| runs.iter().filter(|pair| pair.verdict.word() == word).count();
    let counts = words.map(|word| (word, count(word)));
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> =
        counts.map(|(word, count)| format!("{} {count}", word.text())).collect();
    let exit = match comparison.gravest().exit() {
        0 => String::new(),
        code => format!("   exit {code}"),
    };
    writeln!(
        to,
        "{}, {} in {}       {}       worst: seed {}{exit}",
        name(comparison),
        many(runs.len() as f64, "seed"),
        wall(making.wall_secs),
        counts.join("   "),
        comparison.worst_seed()
    )
}

/// Each check: on how many seeds it holds, and what was measured.
fn checks(to: &mut String, runs: &[Pair]) -> std::fmt::Result {
    let Some(first) = runs.first() else { return Ok(()) };
    for (at, demand) in first.scenario.thresholds.iter().enumerate() {
        let results: Vec<(Met, Measured)> = runs
            .iter()
            .map(|pair| (pair.thresholds[at].met, pair.thresholds[at].measured))
            .collect();
        let met = results.iter().filter(|(met, _)| *met == Met::Yes).count();
        let measured: Vec<Measured> = results.iter().map(|(_, measured)| *measured).collect();
        let spread = spread(&measured, |value| super::check_value(&demand.check, value));
        let (name, text) = (cut(&demand.name, 10), cut(&demand.check.text, 46));
        let of = format!("{met} of {}", runs.len());
        writeln!(to, "  {name:<10} {text:<46} {of:<10} {spread}")?;
    }
    Ok(())
}

/// Median and the value that nine in ten do not exceed; what never came lies beyond all values.
fn spread(measured: &[Measured], show: impl Fn(Measured) -> String) -> String {
    let mut values: Vec<f64> = measured
        .iter()
        .filter_map(|measured| match measured {
            Measured::Value(value) => Some(*value),
            Measured::Never => Some(f64::INFINITY),
            Measured::Few | Measured::NoData => None,
        })
        .collect();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let rank = (values.len() as f64 * share).ceil() as usize;
        values.get(rank.max(1) - 1).map(|value| match value.is_finite() {
            true => show(Measured::Value(*value)),
            false => show(Measured::Never),
        })
    };
    let (Some(median), Some(high)) = (at(0.5), at(0.9)) else { return "too few".to_owned() };
    if values.iter().all(|value| *value == 0.0) {
        let bound = share_at_most(0, values.len() as u64, 0.95) * 100.0;
        let seeds = many(values.len() as f64, "seed");
        return format!("none on {seeds}: below {} % (95 %)", number(bound));
    }
    match values.len() < 10 {
        true => format!("median {median}, at most {}", at(1.0).unwrap_or_default()),
        false => format!("median {median}, 90 % to {high}"),
    }
}

/// Why the worst seed is what it is.
fn reason(to: &mut String, comparison: &Comparison, runs: &[Pair]) -> std::fmt::Result {
    let worst = comparison.worst_seed();
    let seeds = comparison.seeds.iter().zip(runs);
    let findings = seeds.filter(|(seed, _)| **seed == worst);
    let finding = findings.flat_map(|(_, pair)| &pair.verdict.findings).next();
    match finding {
        Some(finding) => {
            writeln!(to, "  seed {worst}: {}  {}", finding.word.text(), finding.text)
        }
        None => Ok(()),
    }
}

fn foot(to: &mut String, comparison: &Comparison, making: &Making) -> std::fmt::Result {
    writeln!(to, "crypto   {}", super::compare_screen::crypto(comparison))?;
    writeln!(to, "digest   {} over {} runs", comparison.digest().short(), comparison.len())?;
    if let Some(files) = &making.files {
        writeln!(to, "results  {files}")?;
    }
    writeln!(to, "next: {}", making.next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Measured::{Few, Never, Value};

    #[test]
    fn a_spread_is_a_median_and_a_tail() {
        let show = |value: Measured| value.value().map_or("never".to_owned(), number);
        let check = |measured: &[Measured], text: &str| assert_eq!(spread(measured, show), text);
        check(&[Few], "too few");
        check(&[Value(3.0), Value(1.0), Value(2.0)], "median 2, at most 3");
        check(&[Value(3.0), Never, Value(2.0)], "median 3, at most never");
        let ten: Vec<Measured> = (1..=10).map(|value| Value(f64::from(value))).collect();
        check(&ten, "median 5, 90 % to 9");
        check(&[Value(0.0); 50], "none on 50 seeds: below 5.82 % (95 %)");
    }
}
