//! Users who wait too long: they look again, which is load, and in the end they complain or leave.

use super::people::lognormal;
use crate::kernel::{Draws, Luck, Purpose, Span, unit};

/// When users look again, and what they do about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    /// Median time from the intended send until the first look, log-normal.
    pub median: Span,
    /// From one look to the next.
    pub refresh: Span,
    /// Chance of a complaint with every look, 0 to 1.
    pub ticket: f64,
    /// So long after the intended send the user leaves.
    pub leaves: Span,
    /// Who was told that it is known looks again after so many times `refresh`, and does not
    /// complain.
    pub told: f64,
}

/// The deviation of the logarithm of a user's patience.
const SPREAD: f64 = 0.5;

impl Patience {
    /// From the intended send until the first look.
    pub fn first(&self, operation: u32, draws: &mut Draws) -> Span {
        let (purpose, entity) = (Purpose::Impatience, operation.into());
        let words = [0, 1].map(|index| draws.word(Luck { purpose, entity, index }));
        lognormal(self.median, SPREAD, words)
    }

    /// Whether the user complains at that look.
    pub fn complains(&self, operation: u32, before: u16, draws: &mut Draws) -> bool {
        let (purpose, entity, index) =
            (Purpose::Impatience, operation.into(), 2 + u64::from(before));
        unit(draws.word(Luck { purpose, entity, index })) < self.ticket
    }
}
