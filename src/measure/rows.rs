//! One row per operation, for those who want them all.

use super::event::Events;
use super::waterfall::STAGES;
use crate::attestation::Verdict;
use crate::kernel::{Span, VirtualTime};
use crate::trace::{Conclusion, Kind};
use crate::trust::Factors;

/// A settled operation. Times count from its intended send; `None` is never.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperationRow {
    /// Its number in the load plan.
    pub operation: u32,
    /// What it is.
    pub kind: Kind,
    /// Its attester, as a process.
    pub client: u32,
    /// Its attester's count of statements before it.
    pub sequence: u32,
    /// The operation it refers to.
    pub target: Option<u32>,
    /// When it should have been sent.
    pub intended: VirtualTime,
    /// The phases it belongs to, as a mask.
    pub phases: u64,
    /// Tries that its client sent.
    pub attempts: u8,
    /// How it ended for its client, and after how long.
    pub conclusion: Option<Conclusion>,
    /// Until its client was told.
    pub answered: Option<Span>,
    /// Until the first correct validator accepted it.
    pub first: Option<Span>,
    /// Until q correct validators had accepted it.
    pub applied: Option<Span>,
    /// Until q correct validators held it as final.
    pub finalised: Option<Span>,
    /// Correct validators whose last verdict is this, in the order of [`Verdict::ALL`].
    pub verdicts: [u16; Verdict::ALL.len()],
    /// What befell it.
    pub events: Events,
    /// What its relying party came to, if it has one and was told.
    pub trust: Option<Trusted>,
    /// Who decided that it was applied; `None` if it was not.
    pub decided: Option<Decided>,
    /// From the first to the last time that a user of it was served wrongly, if one was; only
    /// known of rows that are told once more.
    pub wronged: Option<Span>,
}

/// The q-th correct validator to accept an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Its number.
    pub validator: u16,
    /// How the time until then divides, in the order of [`STAGE_NAMES`](super::STAGE_NAMES).
    pub stages: [Span; STAGES],
}

/// What a relying party came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trusted {
    /// From the proof until it was confident; `None` is never.
    pub hesitation: Option<Span>,
    /// How often it looked.
    pub looks: u64,
    /// The factors of the declared model at the last look.
    pub factors: Factors,
}

/// Takes rows in the order of operation numbers, and once more those that come again. Who wants
/// them says so.
pub trait Rows {
    /// An operation of the load plan is settled.
    fn row(&mut self, _row: &OperationRow) {}

    /// At the end of the run, a row once more: what befell its users, often long after it was
    /// settled, is in it now.
    fn again(&mut self, _row: &OperationRow) {}

    /// Whether rows are wanted at all.
    fn are_wanted(&self) -> bool {
        false
    }
}

/// Wants no rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRows;

impl Rows for NoRows {}

impl Rows for Vec<OperationRow> {
    fn row(&mut self, row: &OperationRow) {
        self.push(*row);
    }

    fn are_wanted(&self) -> bool {
        true
    }
}
