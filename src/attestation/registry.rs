//! One validator's registry: what it accepted, in the order in which it was applied.
//!
//! What it says to a call is its profile's affair; what an accepted call changes is the same for
//! all.

mod entries;
mod numbers;

use std::sync::Arc;

pub(super) use self::entries::{Entries, Entry};
use super::profile::Call;
use super::{Applied, Id, Naming, Profile, Rules, Schema, Signed, Status, Told, Verdict};
use crate::kernel::{LocalTime, Span, VirtualTime};

/// One validator's registry.
#[derive(Clone, Debug)]
pub struct Registry {
    profile: Profile,
    naming: Naming,
    rules: Rules,
    retention: Span,
    /// Since when the outer chain is seen how far behind, if it is.
    behind: Option<(VirtualTime, Span)>,
    entries: Entries,
}

impl Registry {
    /// A registry that knows `schemas` and forgets what it applied longer than `retention` ago.
    pub fn new((profile, naming): (Profile, Naming), schemas: &[Schema], retention: Span) -> Self {
        let entries = Entries::new(schemas, naming);
        Self { profile, naming, rules: Rules::Usual, retention, behind: None, entries }
    }

    /// All that is in is lost; by which rules it judges, and what it sees, stays.
    pub fn empty(&mut self, schemas: &[Schema]) {
        self.entries = Entries::new(schemas, self.naming);
    }

    /// By which rules it judges.
    pub const fn rules(&self) -> Rules {
        self.rules
    }

    /// From now on it judges by these rules; what is in stays in.
    pub const fn follow(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// From `since` on the outer chain stands still here until it is seen `lag` behind; zero sees
    /// it as it is.
    pub fn see_upstream(&mut self, since: VirtualTime, lag: Span) {
        self.behind = Some((since, lag)).filter(|_| lag > Span::ZERO);
    }

    /// How far the outer chain is, as it is seen here at that instant.
    fn upstream(&self, at: VirtualTime) -> LocalTime {
        let seen = |(since, lag): (VirtualTime, Span)| since.max(at.before(lag));
        LocalTime(self.behind.map_or(at, seen).as_nanos() as i64)
    }

    /// Undoes what was applied after `instant`, the latest first, and lists it with what it
    /// referred to.
    pub fn roll_back(&mut self, instant: VirtualTime) -> Vec<(Arc<Signed>, Option<Id>)> {
        let reference = self.profile.code().reference;
        self.entries.take_back_after(instant, reference)
    }

    /// Applies one attestation whose signatures are genuine: `at` this instant, which the local
    /// clock calls `now`. Rules read the clock, forgetting does not. Tries of one attestation are
    /// one transaction, and applied once; each try of a delegated call is a transaction of its
    /// own, that carries the same call. Of a batch all is accepted, or nothing.
    pub fn apply(
        &mut self,
        (at, now): (VirtualTime, LocalTime),
        signed: &Arc<Signed>,
        attempt: u8,
    ) -> Applied {
        self.entries.forget_before(at, self.retention);
        let (code, said) = (self.profile.code(), &signed.attestation);
        let target = (code.reference)(&self.entries, said);
        let resolved = target.and_then(|target| self.entries.find(&target));
        let resolved = resolved.map(|entry| entry.said().operation);
        if self.has(signed, attempt) {
            return Applied { verdict: Verdict::Accepted, again: true, resolved };
        }
        let (rules, upstream) = (self.rules, self.upstream(at));
        let verdict = (code.judge)(&self.entries, &Call { said, now, rules, upstream });
        let verdict = match verdict {
            Verdict::Accepted => self.enter((at, now), signed, attempt, target),
            refusal => refusal,
        };
        Applied { verdict, again: false, resolved }
    }

    /// Puts in what was accepted, and then the other statements of a batch, each judged after
    /// those before it: one refusal undoes all.
    fn enter(
        &mut self,
        (at, now): (VirtualTime, LocalTime),
        signed: &Arc<Signed>,
        attempt: u8,
        target: Option<Id>,
    ) -> Verdict {
        let key = self.entries.vacant_key(signed, attempt);
        self.entries.enter(at, key, (signed, attempt, 0), target);
        for part in 1..signed.attestation.statements() as u8 {
            let said = &signed.attestation.alone(part);
            let call = Call { said, now, rules: self.rules, upstream: self.upstream(at) };
            let verdict = (self.profile.code().judge)(&self.entries, &call);
            if verdict != Verdict::Accepted {
                self.entries.take_back(key, part, target);
                return verdict;
            }
            self.entries.enter(at, key, (signed, attempt, part), None);
        }
        Verdict::Accepted
    }

    /// Undoes the latest application of that try, if it was accepted. Undoing a suffix in reverse
    /// order restores the state before it.
    pub fn retract(&mut self, signed: &Signed, attempt: u8) -> bool {
        let Some(key) = self.entries.key_of(signed, attempt) else { return false };
        let target = (self.profile.code().reference)(&self.entries, &signed.attestation);
        self.entries.take_back(key, signed.attestation.statements() as u8, target);
        true
    }

    /// What a call refers to in this registry.
    pub fn target(&self, signed: &Signed) -> Option<Id> {
        (self.profile.code().reference)(&self.entries, &signed.attestation)
    }

    /// What a reader is told about `id` at `now`.
    pub fn status(&self, now: LocalTime, id: &Id) -> Status {
        let Some(entry) = self.entries.find(id) else { return Status::Unknown };
        match entry.said() {
            _ if entry.revoked => Status::Revoked,
            _ if entry.replaced => Status::Replaced,
            attestation if attestation.expires_at.is_some_and(|at| at <= now) => Status::Expired,
            _ => Status::Valid,
        }
    }

    /// Whether `id` has been accepted and not forgotten.
    pub fn holds(&self, id: &Id) -> bool {
        self.entries.find(id).is_some()
    }

    /// Whether that try has been accepted and not forgotten.
    pub fn has(&self, signed: &Signed, attempt: u8) -> bool {
        self.entries.key_of(signed, attempt).is_some()
    }

    /// What a submitter learns of that try beside the verdict.
    pub fn told(&self, signed: &Signed, attempt: u8) -> Told {
        let name = || self.entries.name(&self.entries.key_of(signed, attempt)?);
        let name = if self.entries.gives_names() { name() } else { None };
        let call = signed.attestation.delegation.as_ref().filter(|call| call.terms.is_some());
        Told { name, nonce: call.map(|call| self.entries.nonce(call.attester)) }
    }
}

#[cfg(test)]
mod tests;
