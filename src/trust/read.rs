//! What one look at one validator showed.

use crate::attestation::Status;
use crate::kernel::Span;

/// One look, answered or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// The validator asked.
    pub validator: u16,
    /// How long after the proof the answer came, or was given up.
    pub at: Span,
    /// What it showed; `None` is silence.
    pub sight: Option<Sight>,
}

/// What a validator shows of one attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// What its registry says.
    pub status: Status,
    /// The place it gave the attestation; one number for all where no total order is owed.
    pub position: u32,
    /// Names the content of the record that it holds.
    pub digest: u32,
    /// How old its state was when the answer arrived, by the clocks of both.
    pub age: Span,
    /// Signatures that it can show.
    pub stamps: Stamps,
    /// What the attestation is linked to is unknown to it.
    pub is_orphaned: bool,
}

impl Sight {
    /// Whether two answers are the same: verdict, position and digest.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let shown = |of: &Self| (of.status, of.position, of.digest);
        shown(self) == shown(other)
    }
}

/// Signatures on an attestation's way, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamps(pub u8);

impl Stamps {
    /// The attester's.
    pub const ATTESTER: Self = Self(1);
    /// Of the router that passed it on.
    pub const ROUTER: Self = Self(2);
    /// Of the validator that shows it, once it has applied it.
    pub const VALIDATOR: Self = Self(4);
    /// What can be expected: one of each.
    pub const EXPECTED: u32 = 3;

    /// Those of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// How many there are.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }
}
