//! What indexers copy from validators, and what load plans tell dependants.

use crate::attestation::{Action, AttesterId, Id, Operation, Signed, Storage};
use crate::kernel::{LocalTime, VirtualTime};

/// A change of one validator's registry, in its order.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The laboratory's number for the attestation.
    pub operation: Operation,
    /// Its id.
    pub id: Id,
    /// Who said it.
    pub attester: AttesterId,
    /// What changed.
    pub change: RowChange,
    /// Where its data lies.
    pub storage: Storage,
    /// From when on it is void; `None` is never.
    pub expires_at: Option<LocalTime>,
    /// When the validator applied it, for the laboratory's books.
    pub at: VirtualTime,
    /// By the validator's clock, less the time of writing by its attester's: in nanoseconds.
    pub drift: i64,
}

/// What a row changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowChange {
    /// It is in.
    Made,
    /// It is in, and takes that one back.
    Revokes(Id),
    /// It is in, and takes that one's place.
    Replaces(Id),
    /// The validator took it back, and with it what it did to that one.
    Undone(Option<Id>),
}

impl Row {
    /// Bytes on the wire.
    pub const LEN: u32 = 88;

    /// What is told of `signed`, applied at `at`, where it refers to `target`.
    pub(super) fn of(
        (signed, target): (&Signed, Option<Id>),
        (at, now): (VirtualTime, LocalTime),
    ) -> Self {
        let attestation = &signed.attestation;
        let change = match (attestation.action, target) {
            (Action::Revoke(_), Some(target)) => RowChange::Revokes(target),
            (Action::Replace(_), Some(target)) => RowChange::Replaces(target),
            _ => RowChange::Made,
        };
        Self {
            operation: attestation.operation,
            id: signed.id,
            attester: attestation.attester,
            change,
            storage: attestation.storage,
            expires_at: attestation.expires_at,
            at,
            drift: now.0 - attestation.written_at.0,
        }
    }
}

/// Where a reader of a validator's journal stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Which journal: a validator that lost its state begins another.
    pub epoch: u16,
    /// The number of the next row.
    pub next: u32,
}

/// Rows of a journal, one after another.
#[derive(Debug)]
pub struct Page {
    /// The place of the first.
    pub place: Place,
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub has_more: bool,
}

/// Somebody will turn up at a dependant with an attestation when this arrives.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// The laboratory's number for it.
    pub operation: Operation,
    /// Its id.
    pub id: Id,
    /// Where its data lies.
    pub storage: Storage,
    /// Since when its data can be had; [`VirtualTime::MAX`] if never.
    pub readable: VirtualTime,
}
