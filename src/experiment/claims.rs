//! Whether a claim about variants holds, over paired seeds.

use super::check::measured_in;
use super::compare::Comparison;
use super::single::Pair;
use crate::measure::Measured;
use crate::measure::statistics::{Interval, mean, mean_interval, seeds_needed, share_at_most};
use crate::scenario::check::Relation;
use crate::scenario::claim::{Claim, Side};

/// Confidence with which a claim is decided.
const CONFIDENCE: f64 = 0.95;
/// A sign test that would need more pairs has nothing to tell.
const MOST_PAIRS: u64 = 2_000;

/// How a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The seeds show it.
    Holds,
    /// The seeds show the contrary.
    Fails,
    /// The seeds show neither.
    Open,
}

impl Standing {
    /// As screens print it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Holds => "HOLDS",
            Self::Fails => "FAILS",
            Self::Open => "OPEN",
        }
    }
}

/// A claim with what the seeds say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimResult {
    /// The claim.
    pub claim: Claim,
    /// How it stands.
    pub standing: Standing,
    /// By seed: the variant that something is said of; infinite is never.
    pub left: Vec<f64>,
    /// By seed: what it is compared with, factor and addition included.
    pub right: Vec<f64>,
    /// Left minus right, mean and 95 % interval; `None` with one seed, or where one is never: then
    /// the signs decide.
    pub difference: Option<Interval>,
    /// On how many seeds left is more.
    pub signs: Signs,
    /// If open: about so many seeds would settle it; `None` if nobody can say.
    pub seeds_needed: Option<u64>,
    /// On so many seeds there was nothing to compare.
    pub without_data: usize,
    /// On so many seeds both sides never come, and nobody can say which is more.
    pub both_never: usize,
}

/// The gravest standing of these, if there are any: left open, then failed.
pub fn gravest(results: &[ClaimResult]) -> Standing {
    let is = |standing| results.iter().any(|result| result.standing == standing);
    match (is(Standing::Open), is(Standing::Fails)) {
        (true, _) => Standing::Open,
        (false, true) => Standing::Fails,
        (false, false) => Standing::Holds,
    }
}

/// The claims of a comparison's scenario that its variants can answer, in order.
pub fn judge_claims(comparison: &Comparison) -> Vec<ClaimResult> {
    let first = comparison.runs.first().and_then(|runs| runs.first());
    let claims = first.map_or(&[][..], |pair| &pair.scenario.claims);
    claims.iter().filter_map(|claim| judge(claim, comparison)).collect()
}

/// `None` if the comparison has another axis, or lacks a variant.
fn judge(claim: &Claim, comparison: &Comparison) -> Option<ClaimResult> {
    let scenario = comparison.runs.first().and_then(|runs| runs.first()).map(|run| &run.scenario);
    let only =
        scenario.filter(|known| known.load.len() == 1).map(|known| known.load[0].name.as_str());
    if !claim.by.leads_to(&comparison.axis, only) {
        return None;
    }
    let left = values(claim, comparison, &claim.holds.left)?;
    let right = match &claim.holds.right {
        Side::Value(value) => vec![Some(*value); left.len()],
        Side::Variant { times, label, plus } => {
            let values = values(claim, comparison, label)?.into_iter();
            values.map(|value| value.map(|value| times * value + plus)).collect()
        }
    };
    Some(decide(claim, left, right))
}

/// What was measured by seed; nothing where there are too few samples.
fn values(claim: &Claim, comparison: &Comparison, label: &str) -> Option<Vec<Option<f64>>> {
    let at = comparison.labels.iter().position(|known| known == label)?;
    let subject = claim.holds.subject();
    let value = |pair: &Pair| match measured_in(pair, subject) {
        Measured::Value(value) => Some(value),
        Measured::Never => Some(f64::INFINITY),
        Measured::Few | Measured::NoData => None,
    };
    Some(comparison.runs[at].iter().map(value).collect())
}

/// How a claim stands by what its two sides came to, by seed.
pub(super) fn decide(
    claim: &Claim,
    left: Vec<Option<f64>>,
    right: Vec<Option<f64>>,
) -> ClaimResult {
    let judged = judged(claim.holds.relation, left, right);
    let Judged { standing, left, right, difference, signs, .. } = judged;
    let Judged { seeds_needed, without_data, both_never, .. } = judged;
    let claim = claim.clone();
    ClaimResult {
        claim,
        standing,
        left,
        right,
        difference,
        signs,
        seeds_needed,
        without_data,
        both_never,
    }
}

/// How a relation between two sides stands: the fields are those of a [`ClaimResult`].
pub(super) struct Judged {
    pub(super) standing: Standing,
    pub(super) left: Vec<f64>,
    pub(super) right: Vec<f64>,
    pub(super) difference: Option<Interval>,
    pub(super) signs: Signs,
    pub(super) seeds_needed: Option<u64>,
    pub(super) without_data: usize,
    pub(super) both_never: usize,
}

/// How a relation stands by what its two sides came to, by seed.
pub(super) fn judged(
    relation: Relation,
    left: Vec<Option<f64>>,
    right: Vec<Option<f64>>,
) -> Judged {
    let seeds = left.len();
    let pairs = left.into_iter().zip(right).filter_map(|(left, right)| left.zip(right));
    let (left, right): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let without_data = seeds - left.len();
    // Of two that never come nobody can say which would have come first.
    let is_idle = |(a, b): (&f64, &f64)| a.is_infinite() && a == b;
    let both_never = left.iter().zip(&right).filter(|pair| is_idle(*pair)).count();
    let minus = |(a, b): (&f64, &f64)| a - b;
    let differences: Vec<f64> = left.iter().zip(&right).map(minus).collect();
    let is_finite = differences.iter().all(|difference| difference.is_finite());
    let difference = mean_interval(&differences, CONFIDENCE).filter(|_| is_finite);
    let signs = Signs::count(&differences);
    let sign = signs.tell();
    let standing = match difference {
        _ if without_data > 0 => Standing::Open,
        Some(interval) => standing_by(relation, interval),
        None if is_finite || sign == 0.0 => Standing::Open,
        None => standing_by(relation, Interval { estimate: sign, low: sign, high: sign }),
    };
    let open = standing == Standing::Open && without_data == 0;
    let needed = open.then(|| match is_finite {
        true => seeds_needed(&differences, CONFIDENCE),
        false => signs.needed(),
    });
    let seeds_needed = needed.flatten();
    Judged { standing, left, right, difference, signs, seeds_needed, without_data, both_never }
}

/// What is shown of a relation by the interval of a difference: decided when that lies on one side
/// of zero.
pub fn standing_by(relation: Relation, difference: Interval) -> Standing {
    let Interval { low, high, .. } = difference;
    let (holds, fails) = match relation {
        Relation::Less => (high < 0.0, low >= 0.0),
        Relation::AtMost => (high <= 0.0, low > 0.0),
        Relation::Equal => (low == 0.0 && high == 0.0, low > 0.0 || high < 0.0),
        Relation::AtLeast => (low >= 0.0, high < 0.0),
        Relation::More => (low > 0.0, high <= 0.0),
    };
    match (holds, fails) {
        (true, _) => Standing::Holds,
        (false, true) => Standing::Fails,
        (false, false) => Standing::Open,
    }
}

/// On how many pairs the left side was more, of those on which one side was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// On so many pairs left was more.
    pub more: u64,
    /// So many differ. Of two that never come nobody can say which is more.
    pub of: u64,
}

impl Signs {
    fn count(differences: &[f64]) -> Self {
        let count = |sign: f64| differences.iter().filter(|by| **by * sign > 0.0).count() as u64;
        Self { more: count(1.0), of: count(1.0) + count(-1.0) }
    }

    /// The exact sign test, two-sided: 1 or -1 if so many of one sign are more than chance, else 0.
    fn tell(self) -> f64 {
        let is_rare =
            |count| self.of > 0 && share_at_most(count, self.of, (1.0 + CONFIDENCE) / 2.0) < 0.5;
        match (is_rare(self.of - self.more), is_rare(self.more)) {
            (true, _) => 1.0,
            (false, true) => -1.0,
            (false, false) => 0.0,
        }
    }

    /// Pairs after which the test would decide if the share of signs stays as it is.
    fn needed(self) -> Option<u64> {
        let share = self.more as f64 / self.of.max(1) as f64;
        let with = |of: u64| Self { more: (share * of as f64).round() as u64, of };
        (self.of..MOST_PAIRS).find(|pairs| self.of > 0 && with(*pairs).tell() != 0.0)
    }
}

/// Mean ratio of left to right and its interval; `None` where a ratio says nothing.
pub fn ratio(left: &[f64], right: &[f64]) -> Option<Interval> {
    let is_sound = |values: &[f64]| values.iter().all(|value| value.is_finite());
    if !is_sound(left) || !is_sound(right) || right.iter().any(|value| *value <= 0.0) {
        return None;
    }
    let ratios: Vec<f64> = left.iter().zip(right).map(|(left, right)| left / right).collect();
    let estimate = mean(&ratios)?;
    let point = Interval { estimate, low: estimate, high: estimate };
    Some(mean_interval(&ratios, CONFIDENCE).unwrap_or(point))
}

#[cfg(test)]
mod tests;
