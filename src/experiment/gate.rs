//! Whether a later result is worse than an earlier one, by more than somebody allows.

use super::claims::{Judged, Standing, judged};
use crate::measure::metric::Better;
use crate::measure::statistics::{Interval, mean};
use crate::scenario::check::Relation;

/// A quantity of two results, on the seeds that both have.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// By seed: what it was; infinite is never.
    pub before: Vec<f64>,
    /// By seed: what it is.
    pub after: Vec<f64>,
    /// What it changed by, in shares of what it was on average, and the 95 % interval of that; a
    /// point with one seed. `None` where one is never, or where it was nothing.
    pub change: Option<Interval>,
    /// Whether it is no worse than allowed.
    pub standing: Standing,
    /// If that is open: about so many seeds would settle it; `None` if nobody can say.
    pub seeds_needed: Option<u64>,
    /// On so many seeds one of them had nothing to measure.
    pub without_data: usize,
}

/// What became of a quantity of which so much is `better`, with what it was and what it is by seed;
/// `allowed` is the share of what it was by which it may be worse.
pub fn shift(better: Better, pairs: &[(Option<f64>, Option<f64>)], allowed: f64) -> Shift {
    let (relation, times) = match better {
        Better::Lower | Better::Neither => (Relation::AtMost, 1.0 + allowed),
        Better::Higher => (Relation::AtLeast, 1.0 - allowed),
    };
    // A value without its partner says nothing of either.
    let paired = pairs.iter().map(|(before, after)| before.zip(*after)).collect::<Vec<_>>();
    let before: Vec<f64> = paired.iter().flatten().map(|(before, _)| *before).collect();
    let after: Vec<f64> = paired.iter().flatten().map(|(_, after)| *after).collect();
    let change = change(&before, &after);
    let left = paired.iter().map(|pair| pair.map(|(_, after)| after)).collect();
    let right = paired.iter().map(|pair| pair.map(|(before, _)| before * times)).collect();
    let Judged { standing, seeds_needed, without_data, .. } = judged(relation, left, right);
    let standing = match (before.as_slice(), after.as_slice()) {
        // Two runs of one seed are what they are.
        ([before], [after]) if without_data == 0 => one(relation, *after, before * times),
        _ => standing,
    };
    let seeds_needed = seeds_needed.filter(|_| standing == Standing::Open);
    Shift { before, after, change, standing, seeds_needed, without_data }
}

fn one(relation: Relation, after: f64, most: f64) -> Standing {
    let is_met = if relation == Relation::AtLeast { after >= most } else { after <= most };
    if is_met { Standing::Holds } else { Standing::Fails }
}

fn change(before: &[f64], after: &[f64]) -> Option<Interval> {
    let was = mean(before).filter(|was| was.is_finite() && *was > 0.0)?;
    let each: Vec<f64> = before.iter().zip(after).map(|(a, b)| (b - a) / was).collect();
    let estimate = mean(&each).filter(|change| change.is_finite())?;
    let point = Interval { estimate, low: estimate, high: estimate };
    Some(crate::measure::statistics::mean_interval(&each, 0.95).unwrap_or(point))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs by seed: `474>512`; `never` and `-` stand for themselves.
    fn found(better: Better, pairs: &str, allowed: f64) -> String {
        let value = |word: &str| match word {
            "never" => Some(f64::INFINITY),
            "-" => None,
            number => Some(number.parse().expect("a number")),
        };
        let pair = |pair: &str| pair.split_once('>').map(|(a, b)| (value(a), value(b)));
        let pairs: Vec<_> = pairs.split(' ').filter_map(pair).collect();
        let Shift { change, standing, seeds_needed, .. } = shift(better, &pairs, allowed);
        let change = change.map_or("-".to_owned(), |it| format!("{:+.1}", it.estimate * 100.0));
        let seeds = seeds_needed.map_or(String::new(), |seeds| format!(" {seeds} seeds"));
        format!("{change} {}{seeds}", standing.text())
    }

    #[test]
    fn what_is_worse_by_more_than_allowed_fails_where_the_seeds_show_it() {
        let check = |better, pairs: &str, allowed: f64, expected: &str| {
            assert_eq!(found(better, pairs, allowed), expected, "{pairs} {allowed}");
        };
        use Better::{Higher, Lower};
        let slower = "470>508 474>512 478>515";
        check(Lower, slower, 0.05, "+7.9 FAILS");
        check(Lower, slower, 0.1, "+7.9 HOLDS");
        check(Higher, slower, 0.05, "+7.9 HOLDS");
        check(Higher, "100>90 101>92 102>91", 0.05, "-9.9 FAILS");
        check(Lower, "100>90 101>92 102>91", 0.05, "-9.9 HOLDS");
        check(Lower, "100>104 100>120 100>99", 0.05, "+7.7 OPEN 68 seeds");
        // One seed has no interval.
        check(Lower, "474>512", 0.05, "+8.0 FAILS");
        check(Lower, "474>512", 0.1, "+8.0 HOLDS");
        check(Lower, "474>never", 0.05, "- FAILS");
        check(Lower, "never>474", 0.05, "- HOLDS");
        check(Lower, "0>0 0>0", 0.05, "- HOLDS");
        check(Lower, "0>3 0>4 0>3", 0.05, "- FAILS");
        check(Lower, "474>- 474>475", 0.05, "+0.2 OPEN");
        check(Lower, "->- ->-", 0.05, "- OPEN");
    }
}
