//! Operations that have to do with the one that is followed.

use super::Intent;
use crate::kernel::VirtualTime;
use crate::trace::Kind;

/// What an operation has to do with the one that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// It is what the other refers to.
    Target,
    /// Its attester said it just before.
    Earlier,
    /// Only one of the two can be accepted.
    Rival,
    /// It takes the other back, or replaces it.
    Sequel,
}

/// A relative, and who accepted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relative {
    /// What it was meant to be.
    pub intent: Intent,
    /// What it has to do with the other.
    pub relation: Relation,
    /// Validators that accepted it, and when first, by time.
    pub accepted: Vec<(u32, VirtualTime)>,
}

impl Relation {
    /// What `other` has to do with `own`, as far as the two alone say.
    pub(super) fn between(own: &Intent, other: &Intent) -> Option<Self> {
        let changes = |kind| matches!(kind, Kind::Revoke | Kind::Replace);
        if own.target == Some(other.operation) {
            return Some(Self::Target);
        }
        if other.target == Some(own.operation) && changes(other.kind) {
            return Some(Self::Sequel);
        }
        let claim_one = own.kind == Kind::Claim && other.kind == Kind::Claim;
        let is_rival = claim_one && own.subject == other.subject
            || changes(own.kind) && changes(other.kind) && own.target == other.target;
        is_rival.then_some(Self::Rival)
    }
}

impl Relative {
    /// When a validator accepted it; `None` is never.
    pub fn accepted_at(&self, validator: u32) -> Option<VirtualTime> {
        self.accepted.iter().find(|(other, _)| *other == validator).map(|(_, at)| *at)
    }

    pub(super) fn accept(&mut self, validator: u32, at: VirtualTime) {
        if self.accepted_at(validator).is_none() {
            self.accepted.push((validator, at));
        }
    }
}
