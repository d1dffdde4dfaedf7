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
        }
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
        if attestation.expires_at.is_some_and(|at| at <= now) {
            return Verdict::InvalidExpirationTime;
        }
        match attestation.action {
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
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::attestation::{AttesterId, KeyRing};

    /// Applies a script such as `a0 a1<0 r2>0` and lists the verdicts. `a2<0` attests as number 2
    /// with parent 0, `c` claims, `r2>0` revokes 0, `R2>0` replaces 0, `-2` retracts 2. Even
    /// numbers are by attester 0, odd ones by attester 1, unless `!` swaps them. All are about
    /// subject 0.
    fn verdicts(script: &str) -> String {
        let ring = KeyRing::modelled(1);
        let mut registry = Registry::new(Span::from_secs(60));
        let mut made: Vec<Option<Arc<Signed>>> = vec![None; 10];
        let mut said = Vec::new();
        for (at, word) in (0..).zip(script.split(' ')) {
            let swap = word.ends_with('!');
            let word = word.trim_end_matches('!');
            let number: usize = word[1..2].parse().expect("a digit");
            if word.starts_with('-') {
                let signed = made[number].clone().expect("made before");
                said.push(if registry.retract(&signed) { "undone" } else { "nothing" });
                continue;
            }
            if made[number].is_none() {
                made[number] = Some(make(word, number, swap, &made, &ring));
            }
            let signed = made[number].clone().expect("made above");
            said.push(registry.apply(VirtualTime::ZERO, LocalTime(at), &signed).verdict.name());
        }
        said.join(" ")
    }

    fn make(
        word: &str,
        number: usize,
        swap: bool,
        made: &[Option<Arc<Signed>>],
        ring: &KeyRing,
    ) -> Arc<Signed> {
        let mention = word.get(3..4).map(|digit| {
            let other: usize = digit.parse().expect("a digit");
            made[other]
                .clone()
                .unwrap_or_else(|| make(&format!("a{other}"), other, false, made, ring))
                .id
        });
        let action = match (&word[..1], mention) {
            ("r", Some(target)) => Action::Revoke(target),
            ("R", Some(target)) => Action::Replace(target),
            (_, parent) => Action::Attest { parent },
        };
        let attester = AttesterId((number % 2) as u32 ^ u32::from(swap));
        let attestation = Attestation {
            operation: Operation(number as u32),
            attester,
            sequence: number as u32,
            schema: if word.starts_with('c') { Schema::CLAIM } else { Schema::STATEMENT },
            subject: 0,
            action,
            written_at: LocalTime(0),
            expires_at: None,
            data_len: 0,
        };
        Signed::new(attestation, &ring.signer(attester.0))
    }

    #[test]
    fn a_reference_must_be_known_and_in_force() {
        assert_eq!(verdicts("a1<0 a0 a1<0"), "NotFound accepted accepted");
        assert_eq!(verdicts("r2>0 a0 r2>0"), "NotFound accepted accepted");
        assert_eq!(verdicts("a0 r2>0 a1<0"), "accepted accepted Revoked");
    }

    #[test]
    fn only_its_attester_revokes_and_only_once() {
        assert_eq!(verdicts("a0 r1>0"), "accepted AccessDenied");
        assert_eq!(verdicts("a0 r2>0 r4>0"), "accepted accepted AlreadyRevoked");
        assert_eq!(verdicts("a0 r2>0 r2>0"), "accepted accepted accepted", "the same one again");
    }

    #[test]
    fn of_two_that_exclude_each_other_the_first_wins() {
        assert_eq!(verdicts("a0 R1>0 R2>0"), "accepted accepted AlreadyReplaced");
        assert_eq!(verdicts("c0 c1"), "accepted AlreadyClaimed");
        assert_eq!(verdicts("a0 r2>0 R1>0"), "accepted accepted AlreadyRevoked");
    }

    #[test]
    fn retracting_in_reverse_restores_what_was() {
        assert_eq!(verdicts("a0 r2>0 -2 r4>0"), "accepted accepted undone accepted");
        assert_eq!(verdicts("a0 R1>0 -1 R2>0"), "accepted accepted undone accepted");
        assert_eq!(verdicts("c0 -0 c1"), "accepted undone accepted");
        assert_eq!(verdicts("c0 r2>0 -2 c1"), "accepted accepted undone AlreadyClaimed");
        assert_eq!(verdicts("a0 -0 -0"), "accepted undone nothing");
    }
}
