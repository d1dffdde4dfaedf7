//! Keys and signatures: ed25519, or a model of it with the same verdicts.
//!
//! The verdict is that of `verify_strict`. It is a pure function of key, message and signature,
//! so a real signature remembers it: it is computed once, and every validator is still charged for
//! it. That of a modelled one costs no more than to remember it would.

use std::fmt;
use std::sync::{Arc, OnceLock};

use ed25519_dalek::{Signature as Ed25519, Signer as _, SigningKey, VerifyingKey};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

use super::{Encode, Encoder};
use crate::kernel::{Draws, Luck, Purpose};

/// Bytes of a signature on the wire.
pub const SIGNATURE_BYTES: u32 = 64;

/// A signature; cheap to clone.
#[derive(Clone)]
pub struct Signature(Form);

#[derive(Clone)]
enum Form {
    /// Modelled: a hash of signer and message.
    Mark(u64),
    /// Real, with its remembered verdict.
    Real(Arc<Cell>),
}

impl fmt::Debug for Signature {
    /// One word: the bytes say nothing to a reader and differ between real and modelled.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("signature")
    }
}

impl Encode for Signature {
    /// Its bytes are no content, their number is: zeros stand for them.
    fn encode(&self, to: &mut dyn Encoder) {
        to.bytes(&[0; SIGNATURE_BYTES as usize]);
    }
}

#[derive(Debug)]
struct Cell {
    bytes: [u8; SIGNATURE_BYTES as usize],
    /// The first question asked about it (a hash of signer and message) and the answer.
    verdict: OnceLock<(u128, bool)>,
}

impl Signature {
    fn real(bytes: [u8; SIGNATURE_BYTES as usize]) -> Self {
        Self(Form::Real(Arc::new(Cell { bytes, verdict: OnceLock::new() })))
    }

    /// The same signature with one bit turned over, as a fault on the way may do.
    pub fn tampered(&self) -> Self {
        match &self.0 {
            Form::Mark(mark) => Self(Form::Mark(mark ^ 1)),
            Form::Real(cell) => {
                let mut bytes = cell.bytes;
                bytes[0] ^= 1;
                Self::real(bytes)
            }
        }
    }
}

/// All public keys of a run, by number of the signer. Keys are made when first needed.
#[derive(Clone, Debug)]
pub struct KeyRing {
    seed: u64,
    /// Empty when signatures are modelled.
    keys: Arc<[OnceLock<Box<SigningKey>>]>,
}

/// One signer's secret half.
#[derive(Clone, Debug)]
pub struct Signer {
    ring: KeyRing,
    number: u32,
    is_forger: bool,
}

impl KeyRing {
    /// Real ed25519 keys for signers 0 to `signers` - 1.
    pub fn real(seed: u64, signers: usize) -> Self {
        Self { seed, keys: (0..signers).map(|_| OnceLock::new()).collect() }
    }

    /// No keys: signatures are marks that only the right signer and message give.
    pub fn modelled(seed: u64) -> Self {
        Self { seed, keys: Arc::new([]) }
    }

    /// The seed that all keys come from.
    pub(super) const fn seed(&self) -> u64 {
        self.seed
    }

    /// The signer with that number.
    pub fn signer(&self, number: u32) -> Signer {
        Signer { ring: self.clone(), number, is_forger: false }
    }

    /// Whether `signature` is `signer`'s over `message`, by `verify_strict`'s rule.
    pub fn verify(&self, signer: u32, message: &[u8], signature: &Signature) -> bool {
        let cell = match &signature.0 {
            Form::Mark(mark) => {
                return self.keys.is_empty() && *mark == self.mark(signer, message);
            }
            Form::Real(cell) => cell,
        };
        let question = xxh3_128_with_seed(message, u64::from(signer));
        let (asked, verdict) =
            *cell.verdict.get_or_init(|| (question, self.check(signer, message, &cell.bytes)));
        if asked == question { verdict } else { self.check(signer, message, &cell.bytes) }
    }

    fn check(&self, signer: u32, message: &[u8], bytes: &[u8; 64]) -> bool {
        self.key(signer).is_some_and(|key| {
            let public: &VerifyingKey = key.as_ref();
            public.verify_strict(message, &Ed25519::from_bytes(bytes)).is_ok()
        })
    }

    fn key(&self, signer: u32) -> Option<&SigningKey> {
        let key = self.keys.get(signer as usize)?;
        Some(key.get_or_init(|| {
            let mut draws = Draws::new(self.seed);
            let mut secret = [0; 32];
            for (index, part) in (0..).zip(secret.chunks_mut(8)) {
                let luck = Luck { purpose: Purpose::Key, entity: u64::from(signer), index };
                part.copy_from_slice(&draws.word(luck).to_le_bytes());
            }
            Box::new(SigningKey::from_bytes(&secret))
        }))
    }

    /// A mark in place of a signature: a hash of signer and message.
    fn mark(&self, signer: u32, message: &[u8]) -> u64 {
        xxh3_64_with_seed(message, self.seed ^ (u64::from(signer) << 32))
    }
}

impl Signer {
    /// Signs `message`. The same message gives the same signature.
    pub fn sign(&self, message: &[u8]) -> Signature {
        let genuine = match self.ring.key(self.number) {
            Some(key) => Signature::real(key.sign(message).to_bytes()),
            None => Signature(Form::Mark(self.ring.mark(self.number, message))),
        };
        if self.is_forger { genuine.tampered() } else { genuine }
    }

    /// Signs in the name of `number` without its key: what it signs verifies for nobody.
    #[must_use]
    pub fn forger(&self, number: u32) -> Self {
        Self { ring: self.ring.clone(), number, is_forger: true }
    }

    /// The keys of everybody.
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_forger_signs_is_nobodys() {
        for ring in [KeyRing::real(7, 3), KeyRing::modelled(7)] {
            let signature = ring.signer(1).forger(2).sign(b"said");
            let verdicts = [1, 2].map(|signer| ring.verify(signer, b"said", &signature));
            assert_eq!(verdicts, [false, false]);
        }
    }

    /// Verdicts of a ring for: genuine, another signer, another message, tampered.
    fn verdicts(ring: &KeyRing) -> [bool; 4] {
        let signature = ring.signer(1).sign(b"said");
        [
            ring.verify(1, b"said", &signature),
            ring.verify(2, b"said", &signature),
            ring.verify(1, b"unsaid", &signature),
            ring.verify(1, b"said", &signature.tampered()),
        ]
    }

    #[test]
    fn only_the_signer_over_the_same_message_is_genuine() {
        assert_eq!(verdicts(&KeyRing::real(7, 3)), [true, false, false, false]);
    }

    #[test]
    fn modelled_signatures_have_the_verdicts_of_real_ones() {
        assert_eq!(verdicts(&KeyRing::modelled(7)), verdicts(&KeyRing::real(7, 3)));
    }

    #[test]
    fn neither_kind_of_signature_is_taken_for_the_other() {
        let rings = [KeyRing::real(7, 3), KeyRing::modelled(7)];
        let [real, mark] = rings.each_ref().map(|ring| ring.signer(1).sign(b"said"));
        assert!(!rings[0].verify(1, b"said", &mark) && !rings[1].verify(1, b"said", &real));
    }

    #[test]
    fn a_remembered_verdict_answers_only_its_own_question() {
        let ring = KeyRing::real(7, 3);
        let signature = ring.signer(1).sign(b"said");
        assert!(!ring.verify(2, b"said", &signature), "asked first about the wrong signer");
        assert!(ring.verify(1, b"said", &signature));
    }
}
