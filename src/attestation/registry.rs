//! The rules by which a registry accepts attestations, in the order in which they are applied.
//!
//! Profile `eas`: an attestation is named by its content id; what it refers to must be known and
//! valid when it is applied, whoever made it (eas-contracts aa47c22, `EAS.sol`; the replacement is
//! Verax's, linea-attestation-registry 3f3723c). Where order of arrival changes the outcome, the
//! verdict carries the name of the real error.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::{Action, Attestation, Id, IdMap, Operation, Schema, SchemaId, Signed};
use crate::kernel::{LocalTime, Span, VirtualTime};

/// What a registry says to one attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Verdict {
    /// It is in, now or already.
    Accepted,
    /// What it refers to is unknown here; another order of arrival would have changed that.
    NotFound,
    /// What it takes back is taken back already.
    AlreadyRevoked,
    /// What it replaces, or builds on, has been replaced already.
    AlreadyReplaced,
    /// Its subject is claimed already.
    AlreadyClaimed,
    /// It builds on something that has been revoked.
    Revoked,
    /// Its schema forbids revocation.
    Irrevocable,
    /// Only the attester itself may revoke or replace.
    AccessDenied,
    /// It expires before it is applied.
    InvalidExpirationTime,
    /// Nobody registered its schema.
    InvalidSchema,
    /// Its signature is not its attester's.
    InvalidSignature,
}

impl Verdict {
    /// Every verdict, in order.
    pub const ALL: [Self; 11] = [
        Self::Accepted,
        Self::NotFound,
        Self::AlreadyRevoked,
        Self::AlreadyReplaced,
        Self::AlreadyClaimed,
        Self::Revoked,
        Self::Irrevocable,
        Self::AccessDenied,
        Self::InvalidExpirationTime,
        Self::InvalidSchema,
        Self::InvalidSignature,
    ];

    /// Whether sending the same attestation again may have another outcome.
    pub const fn may_pass_later(self) -> bool {
        matches!(self, Self::NotFound)
    }

    /// The real system's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::NotFound => "NotFound",
            Self::AlreadyRevoked => "AlreadyRevoked",
            Self::AlreadyReplaced => "AlreadyReplaced",
            Self::AlreadyClaimed => "AlreadyClaimed",
            Self::Revoked => "Revoked",
            Self::Irrevocable => "Irrevocable",
            Self::AccessDenied => "AccessDenied",
            Self::InvalidExpirationTime => "InvalidExpirationTime",
            Self::InvalidSchema => "InvalidSchema",
            Self::InvalidSignature => "InvalidSignature",
        }
    }
}

/// By which rules a registry judges: not everybody runs the same version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Rules {
    /// Those of the profile.
    #[default]
    Usual,
    /// Expiry is not looked at (a schema's `maxValidFor = 0` read as "for ever").
    AcceptsExpired,
    /// Links are of a later version: what refers to a parent is of no schema known here.
    KnowsNoLinks,
}

impl Rules {
    /// All, by their code.
    pub const ALL: [Self; 3] = [Self::Usual, Self::AcceptsExpired, Self::KnowsNoLinks];
}

/// What became of one attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What the registry says.
    pub verdict: Verdict,
    /// Whether it was in already, so that nothing changed.
    pub again: bool,
    /// The operation that its reference names here.
    pub resolved: Option<Operation>,
}

/// What a reader is told about one attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// No such attestation here.
    Unknown,
    /// In force.
    Valid,
    /// Taken back.
    Revoked,
    /// Replaced by another.
    Replaced,
    /// Void by its own date.
    Expired,
}

/// One validator's registry.
#[derive(Clone, Debug)]
pub struct Registry {
    schemas: Vec<Schema>,
    entries: IdMap<Entry>,
    claims: BTreeMap<(SchemaId, u32), Id>,
    ages: VecDeque<(VirtualTime, Id)>,
    retention: Span,
    rules: Rules,
}

#[derive(Clone, Debug)]
struct Entry {
    /// Shared with every other registry that holds it.
    signed: Arc<Signed>,
    revoked: bool,
    replaced: bool,
}

impl Registry {
    /// A registry that knows [`Schema::GENESIS`] and forgets what it applied longer than
    /// `retention` ago.
    pub fn new(retention: Span) -> Self {
        Self {
            schemas: Schema::GENESIS.to_vec(),
            entries: IdMap::default(),
            claims: BTreeMap::new(),
            ages: VecDeque::new(),
            retention,
            rules: Rules::Usual,
        }
    }

    /// From now on it judges by these rules; what is in stays in.
    pub const fn follow(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Applies one attestation whose signature is genuine: `at` this instant, which the local
    /// clock calls `now`. Rules read the clock, forgetting does not.
    pub fn apply(&mut self, at: VirtualTime, now: LocalTime, signed: &Arc<Signed>) -> Applied {
        self.forget_old(at);
        let resolved = signed
            .attestation
            .action
            .reference()
            .and_then(|id| self.entries.find(&id))
            .map(|entry| entry.signed.attestation.operation);
        if self.entries.contains(&signed.id) {
            return Applied { verdict: Verdict::Accepted, again: true, resolved };
        }
        let verdict = self.judge(now, &signed.attestation);
        if verdict == Verdict::Accepted {
            self.enter(at, signed);
        }
        Applied { verdict, again: false, resolved }
    }

    /// Undoes the latest application of `signed`, if it was accepted. Undoing a suffix in reverse
    /// order restores the state before it.
    pub fn retract(&mut self, signed: &Signed) -> bool {
        let Some(entry) = self.entries.remove(&signed.id) else { return false };
        match entry.signed.attestation.action {
            Action::Revoke(target) => {
                self.mark(&target, |entry| entry.revoked = false);
                self.restore_claim(&target);
            }
            Action::Replace(target) => self.mark(&target, |entry| entry.replaced = false),
            Action::Register(_) => drop(self.schemas.pop()),
            Action::Attest { .. } => {}
        }
        let claim = (entry.signed.attestation.schema, entry.signed.attestation.subject);
        if self.claims.get(&claim) == Some(&signed.id) {
            self.claims.remove(&claim);
        }
        true
    }

    /// What a reader is told about `id` at `now`.
    pub fn status(&self, now: LocalTime, id: &Id) -> Status {
        let Some(entry) = self.entries.find(id) else { return Status::Unknown };
        match &entry.signed.attestation {
            _ if entry.revoked => Status::Revoked,
            _ if entry.replaced => Status::Replaced,
            attestation if attestation.expires_at.is_some_and(|at| at <= now) => Status::Expired,
            _ => Status::Valid,
        }
    }

    /// Whether `id` has been accepted and not forgotten.
    pub fn holds(&self, id: &Id) -> bool {
        self.entries.contains(id)
    }

    fn judge(&self, now: LocalTime, attestation: &Attestation) -> Verdict {
        if matches!(attestation.action, Action::Register(_)) {
            return Verdict::Accepted;
        }
        let Some(schema) = self.schemas.get(attestation.schema.0 as usize) else {
            return Verdict::InvalidSchema;
        };
        let has_expired = attestation.expires_at.is_some_and(|at| at <= now);
        if has_expired && self.rules != Rules::AcceptsExpired {
            return Verdict::InvalidExpirationTime;
        }
        match attestation.action {
            Action::Attest { parent: Some(_) } if self.rules == Rules::KnowsNoLinks => {
                Verdict::InvalidSchema
            }
            Action::Attest { parent } => self.judge_attest(attestation, *schema, parent),
            Action::Revoke(target) => self.judge_revoke(attestation, target),
            Action::Replace(target) => self.judge_replace(attestation, target),
            Action::Register(_) => Verdict::Accepted,
        }
    }

    fn judge_attest(&self, new: &Attestation, schema: Schema, parent: Option<Id>) -> Verdict {
        if let Some(parent) = parent {
            match self.entries.find(&parent) {
                None => return Verdict::NotFound,
                Some(entry) if entry.revoked => return Verdict::Revoked,
                Some(_) => {}
            }
        }
        if schema.exclusive && self.claims.contains_key(&(new.schema, new.subject)) {
            return Verdict::AlreadyClaimed;
        }
        Verdict::Accepted
    }

    fn judge_revoke(&self, new: &Attestation, target: Id) -> Verdict {
        let Some(entry) = self.entries.find(&target) else { return Verdict::NotFound };
        let revocable = self
            .schemas
            .get(entry.signed.attestation.schema.0 as usize)
            .is_some_and(|schema| schema.revocable);
        if entry.signed.attestation.attester != new.attester {
            Verdict::AccessDenied
        } else if !revocable {
            Verdict::Irrevocable
        } else if entry.revoked {
            Verdict::AlreadyRevoked
        } else {
            Verdict::Accepted
        }
    }

    fn judge_replace(&self, new: &Attestation, target: Id) -> Verdict {
        match self.entries.find(&target) {
            None => Verdict::NotFound,
            Some(entry) if entry.signed.attestation.subject != new.subject => Verdict::AccessDenied,
            Some(entry) if entry.revoked => Verdict::AlreadyRevoked,
            Some(entry) if entry.replaced => Verdict::AlreadyReplaced,
            Some(_) => Verdict::Accepted,
        }
    }

    fn enter(&mut self, at: VirtualTime, signed: &Arc<Signed>) {
        let action = signed.attestation.action;
        match action {
            Action::Register(schema) => self.schemas.push(schema),
            Action::Revoke(target) => {
                self.mark(&target, |entry| entry.revoked = true);
                self.release_claim(&target);
            }
            Action::Replace(target) => self.mark(&target, |entry| entry.replaced = true),
            Action::Attest { .. } => {}
        }
        let states = matches!(action, Action::Attest { .. });
        let entry = Entry { signed: Arc::clone(signed), revoked: false, replaced: false };
        self.entries.insert(signed.id, entry);
        if states {
            self.restore_claim(&signed.id);
        }
        self.ages.push_back((at, signed.id));
    }

    fn mark(&mut self, id: &Id, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.entries.find_mut(id) {
            change(entry);
        }
    }

    fn restore_claim(&mut self, id: &Id) {
        let Some(entry) = self.entries.find(id) else { return };
        let (schema, subject) = (entry.signed.attestation.schema, entry.signed.attestation.subject);
        if self.schemas.get(schema.0 as usize).is_some_and(|schema| schema.exclusive) {
            self.claims.insert((schema, subject), *id);
        }
    }

    fn release_claim(&mut self, id: &Id) {
        let Some(entry) = self.entries.find(id) else { return };
        let claim = (entry.signed.attestation.schema, entry.signed.attestation.subject);
        if self.claims.get(&claim) == Some(id) {
            self.claims.remove(&claim);
        }
    }

    fn forget_old(&mut self, at: VirtualTime) {
        while self.ages.front().is_some_and(|(age, _)| at.since(*age) > self.retention) {
            let Some((_, id)) = self.ages.pop_front() else { return };
            self.release_claim(&id);
            self.entries.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests;
