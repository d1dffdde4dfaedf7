//! What adds up over phases of what relying parties did.

use crate::measure::distribution::Measured;
use crate::measure::event::{Counts, Event};
use crate::trust::{FACTORS, Factors, VARIANTS};

use super::CAUSES;

/// What adds up over the statements of a phase that somebody relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reliances {
    /// By variant of the model: whether it would have been confident in the same looks.
    pub variants: [Held; VARIANTS],
    /// Sums of the factors at the last look, in the order of
    /// [`FACTOR_NAMES`](crate::trust::FACTOR_NAMES).
    factors: [f64; FACTORS],
    judged: u64,
    /// Looks and tries beyond the first.
    pub(super) acts: u64,
    /// Answers beyond a party's first, and those that were the same as the one before.
    pub(super) repeats: u64,
    pub(super) same: u64,
}

/// How many a variant of the model would have been confident in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// After looks that were made.
    pub confident: u64,
    /// Perhaps after more looks: the party looked no further, for it was confident.
    pub open: u64,
    /// Proven and not trusted, by cause in the order of [`CAUSES`].
    pub causes: [u64; CAUSES.len()],
}

impl Reliances {
    /// The mean of each factor at the last look; `None` if nobody looked.
    pub fn factors(&self) -> Option<[f64; FACTORS]> {
        (self.judged > 0).then(|| self.factors.map(|sum| sum / self.judged as f64))
    }

    /// The factors at a last look.
    pub(super) fn judged(&mut self, factors: Factors) {
        self.judged += 1;
        self.factors.iter_mut().zip(factors.0).for_each(|(sum, factor)| *sum += factor);
    }

    pub(in crate::measure) fn same_answer(&self) -> Option<f64> {
        (self.repeats > 0).then(|| self.same as f64 / self.repeats as f64)
    }

    pub(in crate::measure) fn friction(&self, counts: &Counts) -> Measured {
        match counts.count(Event::Confident) {
            0 => Measured::NoData,
            confident => Measured::Value(self.acts as f64 / confident as f64),
        }
    }
}
