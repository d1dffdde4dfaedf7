//! The formulas, and what they are made of.

use super::{Read, Stamps};
use crate::attestation::Status;
use crate::kernel::Span;

/// How many factors a confidence has.
pub const FACTORS: usize = 5;

/// What they are called, in order.
pub const FACTOR_NAMES: [&str; FACTORS] =
    ["agreement", "freshness", "order", "timeliness", "explainability"];

/// A formula by its name. A new one is a variant here and a line in [`Model::factors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formula {
    /// `default-1`: all five factors (capabilities 1b).
    Default1,
    /// `first-answer`: whoever is told once that it is there, believes it.
    FirstAnswer,
}

impl Formula {
    /// As scenarios and screens spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default1 => "default-1",
            Self::FirstAnswer => "first-answer",
        }
    }

    /// Another one, to see what rests on the formula.
    pub const fn other(self) -> Self {
        match self {
            Self::Default1 => Self::FirstAnswer,
            Self::FirstAnswer => Self::Default1,
        }
    }
}

/// A declared model: a formula and its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// Which formula.
    pub formula: Formula,
    /// A party keeps its last so many looks; at least 1.
    pub kept: u8,
    /// Whoever reaches this is confident; above 0, at most 1.
    pub confident: f64,
    /// A state may be so old without raising doubt.
    pub tolerance: Span,
    /// Beyond that, freshness falls to 1/e in this time.
    pub tau: Span,
}

/// How long an attestation took from its intended send to its proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What it took.
    pub elapsed: Span,
    /// What the party expects; `None` while it is learning.
    pub expected: Option<Span>,
}

/// The five factors, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Factors(pub [f64; FACTORS]);

impl Factors {
    /// Their product.
    pub fn confidence(&self) -> f64 {
        self.0.iter().product()
    }

    /// What the confidence would be if one factor were 1.
    pub fn without(&self, factor: usize) -> f64 {
        let mut others = *self;
        others.0[factor] = 1.0;
        others.confidence()
    }

    /// The factor whose loss costs most: without it the confidence would be highest. Where several
    /// do, the smallest factor, then the first.
    pub fn worst(&self) -> usize {
        let rank = |at: &usize| (-self.without(*at), self.0[*at]);
        let least = (0..FACTORS).min_by(|a, b| {
            let (a, b) = (rank(a), rank(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        least.unwrap_or(0)
    }
}

impl Model {
    /// `default-1` as capabilities 1b has it: three looks, 0.9, states up to 2 s old.
    pub const DEFAULT: Self = Self {
        formula: Formula::Default1,
        kept: 3,
        confident: 0.9,
        tolerance: Span::from_secs(2),
        tau: Span::from_secs(10),
    };

    /// The factors after these looks, oldest first, of which the last [`Self::kept`] count; `now`
    /// counts like [`Read::at`].
    pub fn factors(&self, looks: &[Read], wait: Wait, now: Span) -> Factors {
        let kept = &looks[looks.len().saturating_sub(self.kept.into())..];
        match self.formula {
            Formula::Default1 => Factors([
                self.agreement(kept),
                self.freshness(kept, now),
                order(kept),
                timeliness(wait),
                explainability(kept),
            ]),
            Formula::FirstAnswer => Factors([first_answer(kept), 1.0, 1.0, 1.0, 1.0]),
        }
    }

    /// What no further look can make better is how late the proof came.
    pub(super) fn ceiling(&self, wait: Wait) -> Factors {
        match self.formula {
            Formula::Default1 => Factors([1.0, 1.0, 1.0, timeliness(wait), 1.0]),
            Formula::FirstAnswer => Factors([1.0; FACTORS]),
        }
    }

    /// Whether so much confidence is enough.
    pub fn is_confident(&self, confidence: f64) -> bool {
        confidence >= self.confident
    }

    /// Share of the last k looks with the same verdict, position and digest. To be told that there
    /// is no such attestation agrees with nothing: the party holds its proof.
    fn agreement(&self, kept: &[Read]) -> f64 {
        let same = majority(kept).map_or(0, |one| agreeing(kept, one).count());
        same as f64 / f64::from(self.kept)
    }

    /// 1 up to the tolerance, then e^-((age - tolerance) / tau), for the latest answer.
    fn freshness(&self, kept: &[Read], now: Span) -> f64 {
        let latest = kept.iter().rev().find_map(|read| Some((read.at, read.sight?.age)));
        let Some((at, age)) = latest else { return 0.0 };
        let beyond = (age + now.saturating_sub(at)).saturating_sub(self.tolerance);
        match (beyond, self.tau) {
            (Span::ZERO, _) => 1.0,
            (_, Span::ZERO) => 0.0,
            (beyond, tau) => libm::exp(-beyond.as_secs_f64() / tau.as_secs_f64()),
        }
    }
}

/// The validators of looks that were answered otherwise than most were.
pub fn dissenting(kept: &[Read]) -> Vec<u16> {
    let most = majority(kept).and_then(|one| kept[one].sight);
    let others = kept.iter().filter(|read| match (read.sight, most) {
        (Some(sight), Some(most)) => !sight.agrees_with(&most),
        (sight, _) => sight.is_some(),
    });
    others.map(|read| read.validator).collect()
}

/// The answer that most of these looks gave, the earliest of several; an absence is none.
fn majority(kept: &[Read]) -> Option<usize> {
    let affirms = |at: &usize| kept[*at].sight.is_some_and(|sight| is_there(sight.status));
    let first = (0..kept.len()).filter(affirms);
    first.max_by_key(|at| (agreeing(kept, *at).count(), std::cmp::Reverse(*at)))
}

fn agreeing(kept: &[Read], one: usize) -> impl Iterator<Item = &Read> {
    let model = kept[one].sight;
    kept.iter().filter(move |read| match (model, read.sight) {
        (Some(model), Some(sight)) => model.agrees_with(&sight),
        _ => false,
    })
}

const fn is_there(status: Status) -> bool {
    !matches!(status, Status::Unknown)
}

/// 1 if no linked parent is missing and no flip was seen, else 0.5 to the power of the flips; a
/// missing parent counts like a flip, or its condition would say nothing.
fn order(kept: &[Read]) -> f64 {
    let sights = || kept.iter().filter_map(|read| read.sight);
    let orphaned = u32::from(sights().any(|sight| sight.is_orphaned));
    let mut flips = 0;
    let mut was_valid = None;
    for sight in sights() {
        match (was_valid, sight.status) {
            (Some(true), Status::Unknown | Status::Revoked | Status::Replaced) => {
                was_valid = Some(false);
            }
            (Some(false), Status::Valid) => {
                (was_valid, flips) = (Some(true), flips + 1);
            }
            (None, Status::Valid) => was_valid = Some(true),
            _ => {}
        }
    }
    libm::pow(0.5, f64::from(orphaned + flips))
}

/// 1 up to the expected latency, then expected / elapsed.
fn timeliness(wait: Wait) -> f64 {
    match wait.expected {
        Some(expected) if wait.elapsed > expected => {
            expected.as_secs_f64() / wait.elapsed.as_secs_f64()
        }
        _ => 1.0,
    }
}

/// Stamps present / stamps expected, over all that the looks showed.
fn explainability(kept: &[Read]) -> f64 {
    let shown = kept.iter().filter_map(|read| read.sight);
    let union = shown.fold(Stamps::default(), |all, sight| all.with(sight.stamps));
    f64::from(union.count()) / f64::from(Stamps::EXPECTED)
}

fn first_answer(kept: &[Read]) -> f64 {
    let told = kept.last().and_then(|read| read.sight);
    f64::from(u8::from(told.is_some_and(|sight| is_there(sight.status))))
}

#[cfg(test)]
mod tests;
