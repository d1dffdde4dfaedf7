//! Claims as screens and files tell of them.

use serde_json::{Value, json};

use super::compare_files::quoted;
use super::format::{cut, duration, many, number};
use crate::experiment::{ClaimResult, ClaimStanding, Signs, ratio, standing_by};
use crate::measure::statistics::{Interval, mean};
use crate::scenario::claim::{Holds, Side};

/// Columns of a screen.
pub(super) const WIDTH: usize = 100;
/// Columns of what is claimed.
const TEXT: usize = 50;

/// One line for each claim: how it stands, what is claimed, what the seeds say.
pub fn claim_lines(results: &[ClaimResult]) -> Vec<String> {
    let texts = results.iter().map(|result| result.claim.text.chars().count());
    let wide = texts.max().unwrap_or(0).min(TEXT);
    let line = |result: &ClaimResult| {
        let word = result.standing.text();
        let (text, found) = (cut(&result.claim.text, wide), claim_numbers(result));
        cut(&format!("{word:<6}  {text:<wide$}  {found}"), WIDTH)
    };
    results.iter().map(line).collect()
}

/// `2 of 3 claims hold, 1 open`.
pub fn claims_summary(results: &[ClaimResult]) -> String {
    let count = |standing| results.iter().filter(|result| result.standing == standing).count();
    let (all, holding) = (results.len(), count(ClaimStanding::Holds));
    let failing = count(ClaimStanding::Fails);
    let fail = if failing == 1 { "fails" } else { "fail" };
    let others = [(failing, fail), (count(ClaimStanding::Open), "open")];
    let others = others.iter().filter(|(count, _)| *count > 0);
    let others: String = others.map(|(count, word)| format!(", {count} {word}")).collect();
    format!("{holding} of {all} claims hold{others}")
}

/// What the seeds say of a claim: `0.35x ± 0.01 of arrival (< 0.5x)`.
fn claim_numbers(result: &ClaimResult) -> String {
    if result.left.is_empty() {
        return format!("no data{}", doubt(result));
    }
    let found = if is_by_signs(result) { by_signs(result) } else { by_means(result) };
    format!("{found}{}", doubt(result))
}

/// A value of what a claim is about, with its unit.
fn shown(holds: &Holds, value: f64) -> String {
    match super::is_share(holds.stat) {
        true => number(value * 100.0),
        false if super::is_time(holds.stat, &holds.metric) => duration(value),
        false => number(value),
    }
}

fn by_signs(result: &ClaimResult) -> String {
    let holds = &result.claim.holds;
    let than = match &holds.right {
        Side::Value(value) => shown(holds, *value),
        Side::Variant { times, label, .. } if *times == 1.0 => label.clone(),
        Side::Variant { times, label, .. } => format!("{}x {label}", number(*times)),
    };
    let Signs { more, of } = result.signs;
    if of == 0 {
        return "no seed tells".to_owned();
    }
    format!("more than {than} on {more} of {of} seeds ({})", holds.relation.sign())
}

fn by_means(result: &ClaimResult) -> String {
    let holds = &result.claim.holds;
    let sign = holds.relation.sign();
    let average =
        |values: &[f64]| mean(values).map_or("no data".to_owned(), |mean| shown(holds, mean));
    let (left, right) = (average(&result.left), average(&result.right));
    let half = result.difference.map(|found| (found.high - found.low) / 2.0);
    let half = half.filter(|half| *half > 1e-11);
    let around = half.map_or_else(String::new, |half| format!(" ± {}", shown(holds, half)));
    let (times, label) = match &holds.right {
        Side::Value(value) => return format!("{left}{around} ({sign} {})", shown(holds, *value)),
        Side::Variant { times, label, plus } if *plus == 0.0 => (*times, label),
        Side::Variant { .. } => return format!("{left} against {right}{around} ({sign})"),
    };
    let bare: Vec<f64> = result.right.iter().map(|right| right / times).collect();
    match ratio(&result.left, &bare).filter(|found| agrees(result, *found, times)) {
        Some(found) => {
            let half = number((found.high - found.low) / 2.0);
            let times = number(times);
            format!("{}x ± {half} of {label} ({sign} {times}x)", number(found.estimate))
        }
        None => format!("{left} against {} of {label}{around} ({sign} {times}x)", average(&bare)),
    }
}

/// Whether something never comes, so that there are no means.
fn is_by_signs(result: &ClaimResult) -> bool {
    result.left.iter().chain(&result.right).any(|value| value.is_infinite())
}

/// Whether ratios by seed say what the differences say. They need not: a seed on which there is
/// hardly anything to divide by outweighs all others.
fn agrees(result: &ClaimResult, ratio: Interval, times: f64) -> bool {
    let Interval { estimate, low, high } = ratio;
    let above = Interval { estimate: estimate - times, low: low - times, high: high - times };
    standing_by(result.claim.holds.relation, above) == result.standing
}

/// Why a claim is open, and what would settle it.
fn doubt(result: &ClaimResult) -> String {
    let never = match result.both_never {
        0 => String::new(),
        seeds => format!(", never on either side on {seeds}"),
    };
    let why = match (result.standing, result.without_data, result.seeds_needed) {
        (ClaimStanding::Holds | ClaimStanding::Fails, ..) => String::new(),
        (ClaimStanding::Open, 0, None) if result.left.len() < 2 => {
            ": one seed decides nothing".into()
        }
        (ClaimStanding::Open, 0, None) => String::new(),
        (ClaimStanding::Open, 0, Some(seeds)) => format!(": about {}", many(seeds as f64, "seed")),
        (ClaimStanding::Open, seeds, _) => {
            format!(": too few samples on {}", many(seeds as f64, "seed"))
        }
    };
    never + &why
}

/// A row for each claim: how it stands, and the figures that it was judged by. Either side is the
/// mean over the seeds that were compared, factor and addition included; the difference is left
/// minus right with its 95 % interval, and empty where the signs decided. Times are in
/// milliseconds, shares in percent.
pub fn claims_csv(results: &[ClaimResult]) -> String {
    let head = "standing,claim,by,holds,unit,left,right,difference,low,high,seeds,seeds_more,\
                seeds_different,seeds_without_data,seeds_both_never,seeds_needed\n";
    let rows = results.iter().map(csv_row);
    std::iter::once(head.to_owned()).chain(rows).collect()
}

fn csv_row(result: &ClaimResult) -> String {
    let (claim, holds) = (&result.claim, &result.claim.holds);
    let (unit, scale) = match super::is_share(holds.stat) {
        true => ("percent", 100.0),
        false if super::is_time(holds.stat, &holds.metric) => ("ms", 1.0),
        false => ("", 1.0),
    };
    let figure = |value: f64| match value.is_infinite() {
        true => "never".to_owned(),
        false => format!("{:.6}", value * scale),
    };
    let side = |values: &[f64]| mean(values).map_or_else(String::new, figure);
    let [difference, low, high] = result
        .difference
        .map_or([None; 3], |found| [found.estimate, found.low, found.high].map(Some));
    let [difference, low, high] =
        [difference, low, high].map(|value| value.map_or_else(String::new, figure));
    let by = format!("{}={}", claim.by.path, claim.by.values.join(","));
    let needed = result.seeds_needed.map_or_else(String::new, |seeds| seeds.to_string());
    let seeds = [
        result.left.len().to_string(),
        result.signs.more.to_string(),
        result.signs.of.to_string(),
        result.without_data.to_string(),
        result.both_never.to_string(),
        needed,
    ];
    let cells = [
        result.standing.text().to_owned(),
        quoted(&claim.text),
        quoted(&by),
        quoted(&holds.text),
        unit.to_owned(),
        side(&result.left),
        side(&result.right),
        difference,
        low,
        high,
    ];
    cells.into_iter().chain(seeds).collect::<Vec<_>>().join(",") + "\n"
}

/// Claims as JSON. What is infinite, never, is null.
pub fn claims_json(results: &[ClaimResult]) -> Value {
    let one = |result: &ClaimResult| {
        let claim = &result.claim;
        json!({
            "text": claim.text,
            "by": format!("{}={}", claim.by.path, claim.by.values.join(",")),
            "holds": claim.holds.text,
            "standing": result.standing.text(),
            "left_by_seed": result.left,
            "right_by_seed": result.right,
            "difference": result.difference.map(|found| json!({
                "mean": found.estimate, "low": found.low, "high": found.high })),
            "seeds_more": result.signs.more,
            "seeds_different": result.signs.of,
            "seeds_needed": result.seeds_needed,
            "seeds_without_data": result.without_data,
            "seeds_both_never": result.both_never,
        })
    };
    results.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::judge_claims;
    use crate::report::sample::{SMALL, comparison_of};

    fn lines(claims: &[(&str, &str)]) -> Vec<String> {
        lines_of(claims, &[1, 2, 3, 4])
    }

    fn lines_of(claims: &[(&str, &str)], seeds: &[u64]) -> Vec<String> {
        let mut text = SMALL.to_owned();
        for (claimed, holds) in claims {
            text += &format!(
                "\n[[claim]]\ntext = \"{claimed}\"\nby = \"ordering=arrival,causal\"\n\
                 holds = \"{holds}\"\n"
            );
        }
        let results = judge_claims(&comparison_of(&text, &["arrival", "causal"], seeds));
        let mut lines = claim_lines(&results);
        lines.push(claims_summary(&results));
        lines
    }

    /// By the mean ratio a claim would fail that holds by the mean difference.
    #[test]
    fn a_ratio_that_one_seed_makes_is_not_shown() {
        let claim = "[[claim]]\ntext = 'less'\nby = 'ordering=arrival,causal'\n\
                     holds = 'per10k(orphans) in storm: causal < arrival'\n";
        let base = format!("{SMALL}\n{claim}");
        let compared = comparison_of(&base, &["arrival", "causal"], &[1, 2]);
        let mut result = judge_claims(&compared).remove(0);
        result.standing = ClaimStanding::Holds;
        (result.left, result.right) = (vec![3.0, 1.0, 1.0], vec![0.5, 10.0, 10.0]);
        result.difference = Some(Interval { estimate: -5.0, low: -9.0, high: -1.0 });
        assert_eq!(claim_numbers(&result), "1.67 against 6.83 of arrival ± 4 (< 1x)");
        result.left[0] = 0.1;
        assert_eq!(claim_numbers(&result), "0.13x ± 0.14 of arrival (< 1x)");
    }

    #[test]
    fn where_something_never_comes_seeds_are_counted() {
        let claim = "[[claim]]\ntext = 'less'\nby = 'ordering=arrival,causal'\n\
                     holds = 'per10k(orphans) in storm: causal < 0.5x arrival'\n";
        let compared = comparison_of(&format!("{SMALL}\n{claim}"), &["arrival", "causal"], &[1, 2]);
        let mut result = judge_claims(&compared).remove(0);
        (result.left, result.right) = (vec![1.0, f64::INFINITY], vec![f64::INFINITY; 2]);
        (result.signs, result.difference) = (Signs { more: 0, of: 1 }, None);
        (result.standing, result.both_never) = (ClaimStanding::Open, 1);
        result.seeds_needed = Some(6);
        let line = "more than 0.5x arrival on 0 of 1 seeds (<), never on either side on 1: \
                    about 6 seeds";
        assert_eq!(claim_numbers(&result), line);
    }

    #[test]
    fn a_row_of_figures_has_the_sides_their_difference_and_the_seeds() {
        let claim = "[[claim]]\ntext = 'less, it says'\nby = 'ordering=arrival,causal'\n\
                     holds = 'share(orphans) in storm: causal < 0.5x arrival'\n";
        let compared = comparison_of(&format!("{SMALL}\n{claim}"), &["arrival", "causal"], &[1, 2]);
        let mut result = judge_claims(&compared).remove(0);
        (result.left, result.right) = (vec![0.1, 0.2], vec![0.3, 0.5]);
        result.difference = Some(Interval { estimate: -0.25, low: -0.3, high: -0.2 });
        let never = ClaimResult {
            standing: ClaimStanding::Open,
            right: vec![0.3, f64::INFINITY],
            difference: None,
            without_data: 1,
            seeds_needed: Some(9),
            ..result.clone()
        };
        let csv = claims_csv(&[result, never]);
        let (head, rows) = csv.split_once('\n').expect("a head");
        let figures = "unit,left,right,difference,low,high,seeds,seeds_more,seeds_different,\
                       seeds_without_data,seeds_both_never,seeds_needed";
        assert_eq!(head, format!("standing,claim,by,holds,{figures}"));
        let words = "\"less, it says\",\"ordering=arrival,causal\",share(orphans) in storm: \
                     causal < 0.5x arrival,";
        insta::assert_snapshot!(rows.replace(words, ""), @r"
        HOLDS,percent,15.000000,40.000000,-25.000000,-30.000000,-20.000000,2,0,2,0,0,
        OPEN,percent,15.000000,never,,,,2,0,2,1,0,9
        ");
    }

    #[test]
    fn one_seed_is_not_several() {
        let one = [("nobody has seen p99.9", "p99.9(latency.applied) in storm: causal < arrival")];
        assert!(lines_of(&one, &[1])[0].ends_with("no data: too few samples on 1 seed"));
        assert!(lines_of(&one, &[1, 2])[0].ends_with("no data: too few samples on 2 seeds"));
    }

    #[test]
    fn each_claim_is_a_line_with_its_numbers() {
        let lines = lines(&[
            (
                "causal waits where arrival refuses",
                "per10k(orphans) in storm: causal < 0.01x arrival",
            ),
            ("it refuses more", "per10k(orphans) in storm: causal > arrival"),
            ("it refuses nothing", "per10k(orphans) in storm: causal == 0"),
            ("nobody has seen p99.9", "p99.9(latency.applied) in storm: causal < arrival + 10ms"),
        ]);
        insta::assert_snapshot!(lines.join("\n"), @r"
        HOLDS   causal waits where arrival refuses  0x ± 0 of arrival (< 0.01x)
        FAILS   it refuses more                     0x ± 0 of arrival (> 1x)
        HOLDS   it refuses nothing                  0 (== 0)
        OPEN    nobody has seen p99.9               no data: too few samples on 4 seeds
        2 of 4 claims hold, 1 fails, 1 open
        ");
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
    }
}
