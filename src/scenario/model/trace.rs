//! Load as it was recorded.

use std::sync::Arc;

use super::Mix;
use crate::kernel::Span;

/// A recorded trace. Attesters are the clients of their group; attesters and keys are numbered as
/// they first appear.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Where it comes from: a file, as the scenario names it, or what the author calls it.
    pub name: String,
    /// Operations by time, at least one; those at one instant as they were written.
    pub rows: Arc<[TraceRow]>,
}

/// A recorded operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceRow {
    /// When it is due, from the start of what is measured.
    pub at: Span,
    /// Who sends it, from 0.
    pub attester: u32,
    /// What it concerns, from 0.
    pub key: u32,
    /// What it does.
    pub kind: RecordedKind,
    /// The place of what it refers to, less than [`REFERENCE_AGE`] before it.
    ///
    /// [`REFERENCE_AGE`]: super::LoadGroup::REFERENCE_AGE
    pub refers_to: Option<u32>,
}

/// What a recorded operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordedKind {
    /// States something.
    Attest,
    /// Revokes the attester's own latest statement about the key, or else the latest.
    Revoke,
    /// Replaces the same.
    Replace,
    /// Claims the key.
    Claim,
    /// Asks for the state of the latest statement about the key.
    Query,
}

impl RecordedKind {
    /// Whether it refers to something earlier.
    pub const fn refers(self) -> bool {
        match self {
            Self::Attest | Self::Claim => false,
            Self::Revoke | Self::Replace | Self::Query => true,
        }
    }
}

impl Trace {
    /// How many attesters it has.
    pub fn attesters(&self) -> u32 {
        self.rows.iter().map(|row| row.attester + 1).max().unwrap_or(0)
    }

    /// How many keys it has.
    pub fn keys(&self) -> u32 {
        self.rows.iter().map(|row| row.key + 1).max().unwrap_or(0)
    }

    /// Operations per second until its last one is due, or within a second if that is longer.
    pub fn rate(&self) -> f64 {
        let lasts = self.rows.last().map_or(Span::ZERO, |row| row.at).max(Span::from_secs(1));
        self.rows.len() as f64 / lasts.as_secs_f64()
    }

    /// The shares of its kinds.
    pub fn mix(&self) -> Mix {
        let share = |kind| {
            let count = self.rows.iter().filter(|row| row.kind == kind).count();
            count as f64 / self.rows.len().max(1) as f64
        };
        Mix {
            attest: share(RecordedKind::Attest),
            revoke: share(RecordedKind::Revoke),
            replace: share(RecordedKind::Replace),
            claim: share(RecordedKind::Claim),
            query: share(RecordedKind::Query),
            register: 0.0,
        }
    }
}
