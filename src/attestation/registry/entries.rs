//! What a registry holds, and what an accepted call changes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::numbers::Numbers;
use crate::attestation::{
    Action, Attestation, AttesterId, Id, IdMap, IdSet, Name, Named, Naming, Schema, SchemaId,
    Signed, Storage,
};
use crate::kernel::{LocalTime, Span, VirtualTime};

/// All that is in, by content id.
#[derive(Clone, Debug)]
pub(in crate::attestation) struct Entries {
    /// Known from the start, by number.
    schemas: Vec<Schema>,
    /// Those that were registered since.
    registered: BTreeMap<SchemaId, Schema>,
    by_id: IdSet<Entry>,
    /// What goes by a key that is not its id: other tries of a delegated call, and all but the
    /// first statement of a batch.
    by_key: IdMap<Entry>,
    claims: BTreeMap<(SchemaId, u32), Id>,
    /// In order of application, where names are given.
    numbers: Option<Numbers>,
    /// Who took which off-chain statement back, whether or not it was there.
    revoked_offchain: BTreeSet<(AttesterId, Id)>,
    /// Delegated calls that were accepted, by author, where that is signed.
    nonces: BTreeMap<AttesterId, u32>,
    ages: VecDeque<(VirtualTime, Id)>,
}

/// One accepted call.
#[derive(Clone, Debug)]
pub(in crate::attestation) struct Entry {
    /// Shared with every other registry that holds it.
    signed: Arc<Signed>,
    pub(in crate::attestation) revoked: bool,
    pub(in crate::attestation) replaced: bool,
    /// The try that was accepted.
    attempt: u8,
    /// Which statement of its transaction, from 0.
    part: u8,
    /// 0 for none.
    number: u32,
}

impl Named for Entry {
    fn id(&self) -> &Id {
        &self.signed.id
    }
}

impl Entry {
    pub(in crate::attestation) fn said(&self) -> &Attestation {
        &self.signed.attestation
    }

    /// What it does; the other statements of a batch attest.
    fn action(&self) -> Action {
        if self.part == 0 { self.said().action } else { Action::Attest { parent: None } }
    }

    /// Whether all of it is elsewhere, or all of what it takes back.
    fn is_offchain(&self) -> bool {
        self.said().storage == Storage::OffChain
    }

    /// Whose nonce it uses up: once for a transaction.
    fn nonce_of(&self) -> Option<AttesterId> {
        let delegation = self.said().delegation.as_ref().filter(|_| self.part == 0)?;
        delegation.terms.map(|_| delegation.attester)
    }

    /// What it states, whatever else the same transaction does, and when its author signed it.
    /// Two statements of a batch about one subject are the same.
    fn content(&self) -> (Id, LocalTime) {
        let (said, id) = (self.said(), self.signed.id);
        let subject = said.subject_of(self.part);
        let content = if subject == said.subject { id } else { Id::of(&(id, subject)) };
        (content, said.written_at)
    }

    fn claim(&self) -> (SchemaId, u32) {
        (self.said().schema, self.said().subject_of(self.part))
    }
}

impl Entries {
    pub(super) fn new(schemas: &[Schema], naming: Naming) -> Self {
        Self {
            schemas: schemas.to_vec(),
            registered: BTreeMap::new(),
            revoked_offchain: BTreeSet::new(),
            by_id: IdSet::default(),
            by_key: IdMap::default(),
            claims: BTreeMap::new(),
            numbers: Numbers::new(naming),
            nonces: BTreeMap::new(),
            ages: VecDeque::new(),
        }
    }

    pub(in crate::attestation) fn schema(&self, id: SchemaId) -> Option<&Schema> {
        self.schemas.get(id.0 as usize).or_else(|| self.registered.get(&id))
    }

    /// Whether that attester took that off-chain statement back.
    pub(in crate::attestation) fn has_revoked_offchain(&self, by: AttesterId, id: &Id) -> bool {
        self.revoked_offchain.contains(&(by, *id))
    }

    pub(in crate::attestation) fn find(&self, key: &Id) -> Option<&Entry> {
        self.by_id.find(key).or_else(|| self.by_key.find(key))
    }

    /// Whether names are given here.
    pub(in crate::attestation) const fn gives_names(&self) -> bool {
        self.numbers.is_some()
    }

    /// What was given that name, as a key.
    pub(in crate::attestation) fn key_named(&self, name: Name) -> Option<Id> {
        self.numbers.as_ref()?.key(name)
    }

    /// The same, unless it is forgotten.
    pub(in crate::attestation) fn named(&self, name: Name) -> Option<&Entry> {
        self.find(&self.key_named(name)?)
    }

    /// The name that was given to what is under `key`.
    pub(super) fn name(&self, key: &Id) -> Option<Name> {
        let number = self.find(key)?.number;
        self.numbers.as_ref()?.name(number).filter(|_| number > 0)
    }

    /// The number of the next attestation.
    pub(in crate::attestation) fn next_number(&self) -> u32 {
        self.numbers.as_ref().map_or(0, Numbers::next)
    }

    /// The nonce of `author`'s next delegated call.
    pub(in crate::attestation) fn nonce(&self, author: AttesterId) -> u32 {
        self.nonces.get(&author).copied().unwrap_or_default()
    }

    /// Whether somebody holds what `new` claims.
    pub(in crate::attestation) fn is_claimed(&self, new: &Attestation) -> bool {
        self.claims.contains_key(&(new.schema, new.subject))
    }

    /// Under which key that try is in.
    pub(super) fn key_of(&self, signed: &Signed, attempt: u8) -> Option<Id> {
        let entry = self.by_id.find(&signed.id)?;
        if signed.attestation.delegation.is_none() || entry.attempt == attempt {
            return Some(signed.id);
        }
        Some(another(signed, attempt)).filter(|key| self.by_key.contains(key))
    }

    /// Under which key that try goes in, which is not in yet.
    pub(super) fn vacant_key(&self, signed: &Signed, attempt: u8) -> Id {
        let may_be_in = signed.attestation.delegation.is_some();
        let is_another = may_be_in && self.by_id.contains(&signed.id);
        if is_another { another(signed, attempt) } else { signed.id }
    }

    /// Puts in one statement that was accepted, and does what it does to what it refers to,
    /// `target`. `key` is that of the transaction.
    pub(super) fn enter(
        &mut self,
        at: VirtualTime,
        key: Id,
        (signed, attempt, part): (&Arc<Signed>, u8, u8),
        target: Option<Id>,
    ) {
        let key = key.of_part(part);
        let signed = Arc::clone(signed);
        let (revoked, replaced, number) = (false, false, 0);
        let mut entry = Entry { signed, revoked, replaced, attempt, part, number };
        let action = entry.action();
        let is_offchain = entry.is_offchain();
        if let Some(numbers) = &mut self.numbers
            && matches!(action, Action::Attest { .. } | Action::Replace(_))
            && !is_offchain
        {
            entry.number = numbers.give(key, || entry.content());
        }
        match (action, target) {
            (Action::Register(schema), _) => self.register(entry.said().schema, schema),
            (Action::Attest { .. }, _) if is_offchain => {
                entry.revoked = self.has_revoked_offchain(entry.said().author(), &key);
            }
            (Action::Revoke(_), Some(target)) if is_offchain => {
                let by = entry.said().author();
                self.revoked_offchain.insert((by, target));
                self.mark_own(&target, by, true);
            }
            (Action::Revoke(_), Some(target)) => {
                self.mark(&target, |entry| entry.revoked = true);
                self.release_claim(&target);
            }
            (Action::Replace(_), Some(target)) => self.mark(&target, |entry| entry.replaced = true),
            _ => {}
        }
        if let Some(author) = entry.nonce_of() {
            *self.nonces.entry(author).or_default() += 1;
        }
        if matches!(action, Action::Attest { .. }) && !is_offchain {
            self.claim(entry.claim(), key);
        }
        if key == entry.signed.id {
            self.by_id.add(entry);
        } else {
            self.by_key.insert(key, entry);
        }
        self.ages.push_back((at, key));
    }

    /// Takes back the first `statements` of the transaction under `key`, the last that was put in;
    /// it refers to `target`.
    pub(super) fn take_back(&mut self, key: Id, statements: u8, target: Option<Id>) {
        for part in (0..statements).rev() {
            self.take_one_back(&key.of_part(part), target);
        }
    }

    /// Takes back all that was put in after `instant`, the last first.
    pub(super) fn take_back_after(
        &mut self,
        instant: VirtualTime,
        reference: fn(&Self, &Attestation) -> Option<Id>,
    ) -> Vec<(Arc<Signed>, Option<Id>)> {
        let mut taken = Vec::new();
        while let Some((_, key)) = self.ages.pop_back_if(|(at, _)| *at > instant) {
            let Some(entry) = self.find(&key) else { continue };
            let (signed, is_first) = (Arc::clone(&entry.signed), entry.part == 0);
            let target = reference(self, &signed.attestation);
            self.take_one_back(&key, target);
            taken.extend(is_first.then_some((signed, target)));
        }
        taken
    }

    fn take_one_back(&mut self, key: &Id, target: Option<Id>) {
        let Some(entry) = self.remove(key) else { return };
        match (entry.action(), target) {
            (Action::Revoke(_), Some(target)) if entry.is_offchain() => {
                let by = entry.said().author();
                self.revoked_offchain.remove(&(by, target));
                self.mark_own(&target, by, false);
            }
            (Action::Revoke(_), Some(target)) => {
                self.mark(&target, |entry| entry.revoked = false);
                self.restore_claim(&target);
            }
            (Action::Replace(_), Some(target)) => {
                self.mark(&target, |entry| entry.replaced = false);
            }
            (Action::Register(_), _) => self.unregister(entry.said().schema),
            _ => {}
        }
        if let Some(author) = entry.nonce_of() {
            self.nonces.entry(author).and_modify(|nonce| *nonce -= 1);
        }
        if let Some(numbers) = &mut self.numbers {
            numbers.take_back(key);
        }
        if self.claims.get(&entry.claim()) == Some(key) {
            self.claims.remove(&entry.claim());
        }
    }

    /// Forgets what was put in longer than `retention` ago.
    pub(super) fn forget_before(&mut self, at: VirtualTime, retention: Span) {
        while self.ages.front().is_some_and(|(age, _)| at.since(*age) > retention) {
            let Some((_, key)) = self.ages.pop_front() else { return };
            self.release_claim(&key);
            let entry = self.remove(&key);
            if let Some(said) = entry.as_ref().filter(|entry| entry.is_offchain()).map(Entry::said)
                && let Action::Revoke(target) = said.action
            {
                self.revoked_offchain.remove(&(said.author(), target));
            }
            if let Some(numbers) = &mut self.numbers {
                numbers.forget(&key);
            }
        }
    }

    fn remove(&mut self, key: &Id) -> Option<Entry> {
        self.by_id.remove(key).or_else(|| self.by_key.remove(key))
    }

    fn mark(&mut self, key: &Id, change: impl FnOnce(&mut Entry)) {
        let known = self.by_id.find_mut(key).or_else(|| self.by_key.find_mut(key));
        if let Some(entry) = known {
            change(entry);
        }
    }

    /// A revocation of an off-chain statement means its author's own, and nobody else's.
    fn mark_own(&mut self, key: &Id, by: AttesterId, revoked: bool) {
        self.mark(key, |entry| {
            if entry.said().author() == by {
                entry.revoked = revoked;
            }
        });
    }

    /// Whether schemas are numbered, as attestations are.
    fn numbers_schemas(&self) -> bool {
        self.numbers.as_ref().is_some_and(Numbers::are_names)
    }

    /// A schema goes by the name that its call gives it, or by the next number where registries
    /// number.
    fn register(&mut self, named: SchemaId, schema: Schema) {
        let next = SchemaId((self.schemas.len() + self.registered.len()) as u32);
        let id = if self.numbers_schemas() { next } else { named };
        self.registered.insert(id, schema);
    }

    fn unregister(&mut self, named: SchemaId) {
        if self.numbers_schemas() {
            self.registered.pop_last();
        } else {
            self.registered.remove(&named);
        }
    }

    /// What a schema says that only one may hold is held.
    fn claim(&mut self, claim: (SchemaId, u32), key: Id) {
        if self.schema(claim.0).is_some_and(|schema| schema.exclusive) {
            self.claims.insert(claim, key);
        }
    }

    fn restore_claim(&mut self, key: &Id) {
        if let Some(claim) = self.find(key).map(Entry::claim) {
            self.claim(claim, *key);
        }
    }

    fn release_claim(&mut self, key: &Id) {
        let Some(claim) = self.find(key).map(Entry::claim) else { return };
        if self.claims.get(&claim) == Some(key) {
            self.claims.remove(&claim);
        }
    }
}

const _: () = assert!(size_of::<Entry>() == 16, "an entry stays small");

/// The key of a try of a delegated call of which another is in.
fn another(signed: &Signed, attempt: u8) -> Id {
    Id::of(&(signed.id, attempt))
}
