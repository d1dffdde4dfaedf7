//! What attesters say: schemas and attestations, signed.

use std::sync::{Arc, OnceLock};

use super::{
    Delegation, Encode, Encoder, Id, KeyRing, Name, SIGNATURE_BYTES, Signature, Signer, Storage,
};
use crate::kernel::{LocalTime, Span};

/// An attester by its number; its key is derived from the seed and this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttesterId(pub u32);

/// A schema by its number of registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub u32);

/// The number the load plan gives an operation, dense from 0. The laboratory's own name for it:
/// in no encoding, and no actor decides by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operation(pub u32);

/// What attestations of one kind have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Whether its attestations can be revoked.
    pub revocable: bool,
    /// Whether a subject can have only one live attestation of it.
    pub exclusive: bool,
    /// How long its attestations may be valid, by registries that look at it; zero is for ever.
    pub max_valid_for: Span,
}

impl Schema {
    /// Revocable statements, any number per subject.
    pub const STATEMENT: SchemaId = SchemaId(0);
    /// Revocable claims, one per subject.
    pub const CLAIM: SchemaId = SchemaId(1);
    /// The schemas that every registry knows from the start, by number.
    pub const GENESIS: [Self; 2] = [
        Self { revocable: true, exclusive: false, max_valid_for: Span::ZERO },
        Self { revocable: true, exclusive: true, max_valid_for: Span::ZERO },
    ];

    /// The same, valid for so long at most; zero is for ever.
    pub fn genesis(max_valid_for: Span) -> [Self; Self::GENESIS.len()] {
        Self::GENESIS.map(|schema| Self { max_valid_for, ..schema })
    }
}

/// What an attester does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Registers a schema; it gets the next free number.
    Register(Schema),
    /// States something, on its own or linked to an earlier attestation.
    Attest {
        /// The attestation it builds on.
        parent: Option<Id>,
    },
    /// Takes an attestation of its own back.
    Revoke(Id),
    /// Puts itself in the place of an earlier attestation.
    Replace(Id),
}

impl Action {
    /// The attestation it refers to, which must be known wherever it is applied.
    pub const fn reference(&self) -> Option<Id> {
        match self {
            Self::Attest { parent } => *parent,
            Self::Revoke(target) | Self::Replace(target) => Some(*target),
            Self::Register(_) => None,
        }
    }
}

/// One statement of one attester.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The laboratory's number for it; not part of the content.
    pub operation: Operation,
    /// Who says it; of a delegated call, who submits it for somebody else.
    pub attester: AttesterId,
    /// How many statements this one submitted before, from 0 without gaps.
    pub sequence: u32,
    /// Under which schema.
    pub schema: SchemaId,
    /// About whom.
    pub subject: u32,
    /// What is done.
    pub action: Action,
    /// When its attester wrote it, by its own clock; signed, but not part of the id.
    pub written_at: LocalTime,
    /// From when on it is void; `None` is never.
    pub expires_at: Option<LocalTime>,
    /// Length of its data in bytes; the data itself is not modelled.
    pub data_len: u32,
    /// Where its data lies; a revocation says where what it takes back lies.
    pub storage: Storage,
    /// Up to when it builds on the outer chain, by that chain's clock.
    pub upstream: Option<LocalTime>,
    /// The name by which it names what it refers to, where registries give names as they apply;
    /// signed, but not part of the id, for who writes it may have to guess.
    pub named: Option<Name>,
    /// Whose call this is, if not its submitter's own.
    pub delegation: Option<Box<Delegation>>,
    /// Other subjects of which the same transaction states the same, unlinked: all of it is
    /// accepted, or nothing.
    pub batch: Option<Box<[u32]>>,
}

impl Attestation {
    /// The content id: the same whenever and however often its attester writes it.
    pub fn id(&self) -> Id {
        Id::of(&Content(self))
    }

    /// For tests: a statement of no length on its own, about subject 0, by its number.
    #[cfg(test)]
    pub(crate) fn plain(operation: u32, attester: u32) -> Self {
        Self {
            operation: Operation(operation),
            attester: AttesterId(attester),
            sequence: operation,
            schema: Schema::STATEMENT,
            subject: 0,
            action: Action::Attest { parent: None },
            written_at: LocalTime(0),
            expires_at: None,
            data_len: 0,
            storage: Storage::Registry,
            upstream: None,
            named: None,
            delegation: None,
            batch: None,
        }
    }

    /// How many statements the transaction makes.
    pub fn statements(&self) -> u32 {
        1 + self.batch.as_ref().map_or(0, |others| others.len() as u32)
    }

    /// The subject of one of its statements, from 0.
    pub(super) fn subject_of(&self, part: u8) -> u32 {
        let others = self.batch.as_deref().unwrap_or_default();
        usize::from(part).checked_sub(1).map_or(self.subject, |place| others[place])
    }

    /// With other subjects in the same transaction, and the data that they bring.
    #[must_use]
    pub fn with_others(mut self, others: Option<Box<[u32]>>) -> Self {
        self.batch = others;
        self.data_len *= self.statements();
        self
    }

    /// One of the other statements of a batch, on its own.
    pub(super) fn alone(&self, part: u8) -> Self {
        let subject = self.subject_of(part);
        let action = Action::Attest { parent: None };
        let (named, delegation, batch) = (None, None, None);
        Self { subject, action, named, delegation, batch, ..*self }
    }

    /// Its first byte is no action's and no delegation's: who reads on knows what comes.
    pub(super) fn encode_batch(&self, to: &mut dyn Encoder) {
        if let Some(others) = &self.batch {
            to.bytes(&[5]);
            others.encode(to);
        }
    }

    /// The same way: nothing for what lies in the registry and builds on no other chain.
    pub(super) fn encode_elsewhere(&self, to: &mut dyn Encoder) {
        if self.storage != Storage::Registry {
            to.bytes(&[6, self.storage as u8]);
        }
        if let Some(at) = self.upstream {
            to.bytes(&[7]);
            at.0.encode(to);
        }
    }

    /// Whose statement it is, whoever submits it.
    pub fn author(&self) -> AttesterId {
        self.delegation.as_ref().map_or(self.attester, |call| call.attester)
    }
}

impl Encode for Attestation {
    fn encode(&self, to: &mut dyn Encoder) {
        Content(self).encode(to);
        self.written_at.0.encode(to);
        // Only where there is one: a registry that names nothing makes nothing longer.
        if let Some(named) = self.named {
            named.encode(to);
        }
    }
}

/// What an id is made of: all but the time of writing, and what is known then only.
struct Content<'a>(&'a Attestation);

impl Encode for Content<'_> {
    fn encode(&self, to: &mut dyn Encoder) {
        let Attestation { attester, sequence, schema, subject, action, .. } = self.0;
        attester.0.encode(to);
        sequence.encode(to);
        schema.0.encode(to);
        subject.encode(to);
        if let Some(call) = &self.0.delegation {
            call.encode(to);
        }
        self.0.encode_batch(to);
        self.0.encode_elsewhere(to);
        action.encode(to);
        self.0.expires_at.map(|at| at.0).encode(to);
        self.0.data_len.encode(to);
    }
}

impl Encode for Action {
    fn encode(&self, to: &mut dyn Encoder) {
        match self {
            Self::Register(schema) => {
                to.bytes(&[0, u8::from(schema.revocable), u8::from(schema.exclusive)]);
                schema.max_valid_for.as_nanos().encode(to);
            }
            Self::Attest { parent } => {
                to.bytes(&[1]);
                parent.encode(to);
            }
            Self::Revoke(target) => {
                to.bytes(&[2]);
                target.encode(to);
            }
            Self::Replace(target) => {
                to.bytes(&[3]);
                target.encode(to);
            }
        }
    }
}

/// An attestation with its id and signature, shared by all who handle it.
#[derive(Clone, Debug)]
pub struct Signed {
    /// What is said.
    pub attestation: Attestation,
    /// The id of the content.
    pub id: Id,
    /// By who submits it over id, time of writing and what it names, if genuine.
    pub signature: Signature,
    /// Of a delegated call: by its author over the call alone, if genuine.
    pub call: Option<Signature>,
    /// Bytes on the wire: every packet that carries it asks.
    pub(super) wire_len: u32,
    /// Under which keys somebody first asked whether it is genuine, and the answer.
    pub(super) verdict: OnceLock<(u64, bool)>,
}

impl Signed {
    /// Signs `attestation` with `signer`, who ought to be its attester.
    ///
    /// # Panics
    /// If it is a delegated call, which has a second signer.
    pub fn new(attestation: Attestation, signer: &Signer) -> Arc<Self> {
        let id = attestation.id();
        Self::known(attestation, id, signer)
    }

    /// The same for something whose id is known, and not hashed again.
    ///
    /// # Panics
    /// If it is a delegated call, which has a second signer.
    pub fn known(attestation: Attestation, id: Id, signer: &Signer) -> Arc<Self> {
        assert!(attestation.delegation.is_none(), "a delegated call is signed by two");
        debug_assert!(id == attestation.id(), "what is known is its id");
        Arc::new(Self::by((attestation, id), signer, None))
    }

    /// Signs a delegated call with `author`, and its submission with `submitter`.
    pub fn delegated(attestation: Attestation, author: &Signer, submitter: &Signer) -> Self {
        let call = attestation.delegation.as_ref().map(|delegation| {
            let statement = delegation.statement(&attestation);
            author.sign(statement.as_bytes())
        });
        let id = attestation.id();
        Self::by((attestation, id), submitter, call)
    }

    fn by((attestation, id): (Attestation, Id), signer: &Signer, call: Option<Signature>) -> Self {
        let signature = signer.sign(Statement::of(&id, &attestation).as_bytes());
        let signatures = 1 + u32::from(call.is_some());
        let wire_len =
            attestation.encoded_len() + attestation.data_len + SIGNATURE_BYTES * signatures;
        Self { attestation, id, signature, call, wire_len, verdict: OnceLock::new() }
    }

    /// Whether all signatures are over this content, by who ought to have made them. Computed
    /// once, then remembered.
    pub fn is_genuine(&self, keys: &KeyRing) -> bool {
        let (asked, verdict) = *self.verdict.get_or_init(|| (keys.seed(), self.are_genuine(keys)));
        if asked == keys.seed() { verdict } else { self.are_genuine(keys) }
    }

    fn are_genuine(&self, keys: &KeyRing) -> bool {
        let Self { attestation, id, signature, call, .. } = self;
        let statement = Statement::of(id, attestation);
        let is_call_genuine = match (&attestation.delegation, call) {
            (None, None) => true,
            (Some(delegation), Some(call)) => {
                let statement = delegation.statement(attestation);
                keys.verify(delegation.attester.0, statement.as_bytes(), call)
            }
            (None, Some(_)) | (Some(_), None) => false,
        };
        is_call_genuine && keys.verify(attestation.attester.0, statement.as_bytes(), signature)
    }

    /// The same with its author's signature, of which one bit has changed on the way.
    pub fn tampered(&self) -> Self {
        let mut changed = Self { verdict: OnceLock::new(), ..self.clone() };
        match &mut changed.call {
            Some(call) => *call = call.tampered(),
            None => changed.signature = changed.signature.tampered(),
        }
        changed
    }

    /// Bytes on the wire: content, data and signatures.
    pub const fn wire_len(&self) -> u32 {
        self.wire_len
    }
}

/// What a submitter signs: id, time of writing, and what is named if something is.
struct Statement {
    bytes: [u8; 48],
    len: usize,
}

impl Statement {
    fn of(id: &Id, attestation: &Attestation) -> Self {
        let mut bytes = [0; 48];
        bytes[..32].copy_from_slice(id.as_bytes());
        bytes[32..40].copy_from_slice(&attestation.written_at.0.to_le_bytes());
        let Some(named) = attestation.named else { return Self { bytes, len: 40 } };
        bytes[40..].copy_from_slice(&Name::bits(Some(named)).to_le_bytes());
        Self { bytes, len: 48 }
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(operation: u32, sequence: u32) -> Attestation {
        Attestation {
            sequence,
            subject: 9,
            written_at: LocalTime(5),
            data_len: 64,
            ..Attestation::plain(operation, 3)
        }
    }

    #[test]
    fn an_id_is_content_and_nothing_else() {
        let later = Attestation { written_at: LocalTime(6), ..sample(1, 0) };
        assert_eq!(sample(1, 0).id(), sample(2, 0).id(), "operation is not content");
        assert_eq!(sample(1, 0).id(), later.id(), "time of writing is not content");
        assert_ne!(sample(1, 0).id(), sample(1, 1).id(), "sequence is content");
        let elsewhere = Attestation { storage: Storage::Ipfs, ..sample(1, 0) };
        assert_ne!(sample(1, 0).id(), elsewhere.id(), "where its data lies is content");
    }

    #[test]
    fn a_remembered_verdict_is_of_one_signature_under_one_key() {
        for ring in [KeyRing::real(7, 4), KeyRing::modelled(7)] {
            let signed = Signed::new(sample(1, 0), &ring.signer(3));
            let forged = Signed::new(sample(1, 0), &ring.signer(2));
            assert!(signed.is_genuine(&ring) && signed.is_genuine(&ring));
            assert!(!signed.tampered().is_genuine(&ring), "it is another signature");
            assert!(!forged.is_genuine(&ring) && !forged.is_genuine(&ring));
        }
        let (ring, other) = (KeyRing::modelled(7), KeyRing::modelled(8));
        let signed = Signed::new(sample(1, 0), &ring.signer(3));
        assert_eq!([&ring, &other, &ring].map(|ring| signed.is_genuine(ring)), [true, false, true]);
    }

    #[test]
    fn the_canonical_encoding_is_pinned() {
        let mut bytes = Vec::new();
        sample(1, 2).encode(&mut bytes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "030000000200000000000000090000000100".to_owned()
                + "00"
                + "40000000"
                + "0500000000000000"
        );
        assert_eq!(sample(1, 2).encoded_len() as usize, bytes.len());
    }
}
