//! What validators made of an attestation and of what it refers to.

use super::super::ledger::{Ledger, Place};
use crate::attestation::Verdict;
use crate::trace::Fact;

/// An attestation as observers have it.
pub(super) struct Seen<'a> {
    pub ledger: &'a Ledger,
    /// Its place in the ledger.
    pub slot: usize,
    /// Whether another statement on its subject was under way.
    pub is_overlapped: bool,
}

impl Seen<'_> {
    /// What that validator said of it last.
    pub(super) fn verdict(&self, validator: u16) -> Option<Verdict> {
        self.verdict_at(self.slot, validator)
    }

    /// Whether that validator lacks what it refers to because it refused it, or what that refers
    /// to in turn: it had it, and judged otherwise than those that proved it.
    pub(super) fn refused_above(&self, validator: u16) -> bool {
        let mut slot = self.slot;
        while let Place::Slot(parent) = self.target(slot) {
            match self.verdict_at(parent, validator) {
                Some(verdict) if verdict.is_orphan() => slot = parent,
                verdict => return verdict.is_some_and(|verdict| verdict != Verdict::Accepted),
            }
        }
        false
    }

    fn target(&self, slot: usize) -> Place {
        match self.ledger.record(slot).target {
            Fact::NONE => Place::Beyond,
            target => self.ledger.find(target),
        }
    }

    fn verdict_at(&self, slot: usize, validator: u16) -> Option<Verdict> {
        self.ledger.cells(slot).get(usize::from(validator))?.verdict()
    }
}
