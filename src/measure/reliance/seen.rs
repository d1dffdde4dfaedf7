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

    /// Whether that validator had it and judged otherwise than those that proved it; or lacks what
    /// it refers to for that reason, or what that refers to in turn.
    pub(super) fn refused(&self, validator: u16) -> bool {
        let mut place = Place::Slot(self.slot);
        while let Place::Slot(slot) = place {
            match self.verdict_at(slot, validator) {
                Some(verdict) if verdict.is_orphan() => place = self.target(slot),
                Some(Verdict::Accepted) if slot == self.slot => place = self.target(slot),
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
