//! Delegated calls: an attester signs what it says, and somebody else submits it.
//!
//! What the attester's signature covers differs between real systems, and with it what becomes of
//! a copy, of a late one and of one out of turn (reference/real-systems 2.1, rule 9).

use super::{Attestation, AttesterId, Encode, Encoder, Id};
use crate::kernel::LocalTime;

/// The part of a delegated call that is its author's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// Who says it, and signs the call.
    pub attester: AttesterId,
    /// What the signature covers beside the content; `None` is nothing, so that it is good as
    /// often as it is submitted (sign-protocol-evm, `getDelegatedAttestHash`).
    pub terms: Option<Terms>,
}

/// When a delegated call is good (eas-contracts, `EIP1271Verifier.sol`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Delegated calls of its author that were accepted before; filled in as it is signed, and not
    /// part of the id.
    pub nonce: u32,
    /// Until when it is good; `None` is for ever.
    pub deadline: Option<LocalTime>,
}

impl Delegation {
    /// What the author signs: the call without its submitter, hashed.
    pub(super) fn statement(&self, attestation: &Attestation) -> Id {
        Id::of(&Call(self, attestation))
    }
}

impl Encode for Delegation {
    /// Its first byte is no action's: who reads on knows what comes.
    fn encode(&self, to: &mut dyn Encoder) {
        to.bytes(&[4]);
        self.attester.0.encode(to);
        self.terms.map(|terms| terms.deadline.map(|at| at.0)).encode(to);
    }
}

struct Call<'a>(&'a Delegation, &'a Attestation);

impl Encode for Call<'_> {
    fn encode(&self, to: &mut dyn Encoder) {
        let Self(delegation, said) = self;
        delegation.encode(to);
        delegation.terms.map(|terms| terms.nonce).encode(to);
        said.schema.0.encode(to);
        said.subject.encode(to);
        said.encode_batch(to);
        said.encode_elsewhere(to);
        said.action.encode(to);
        said.named.encode(to);
        said.expires_at.map(|at| at.0).encode(to);
        said.data_len.encode(to);
    }
}

#[cfg(test)]
mod tests {
    use crate::attestation::*;
    use crate::kernel::LocalTime;

    fn call(terms: Option<Terms>, sequence: u32) -> Attestation {
        Attestation {
            sequence,
            subject: 9,
            written_at: LocalTime(5),
            data_len: 64,
            delegation: Some(Box::new(Delegation { attester: AttesterId(1), terms })),
            ..Attestation::plain(0, 2)
        }
    }

    /// Whether what attester 1 signed as `said` is genuine as a part of `submitted`.
    fn is_good(said: Attestation, submitted: Attestation) -> bool {
        let ring = KeyRing::modelled(1);
        let signed = Signed::delegated(said, &ring.signer(1), &ring.signer(2));
        let other = Signed::delegated(submitted, &ring.signer(1), &ring.signer(2));
        Signed { call: signed.call, ..other }.is_genuine(&ring)
    }

    #[test]
    fn without_terms_one_signature_is_good_for_every_submission() {
        assert!(is_good(call(None, 0), call(None, 1)));
        let other = Attestation { subject: 8, ..call(None, 1) };
        assert!(!is_good(call(None, 0), other), "but not for another content");
    }

    #[test]
    fn terms_are_signed() {
        let terms = |nonce, deadline| Some(Terms { nonce, deadline });
        assert!(is_good(call(terms(0, None), 0), call(terms(0, None), 1)));
        assert!(!is_good(call(terms(0, None), 0), call(terms(1, None), 1)));
        let late = terms(0, Some(LocalTime(7)));
        assert!(!is_good(call(terms(0, None), 0), call(late, 1)));
    }

    #[test]
    fn both_signers_are_needed() {
        let ring = KeyRing::modelled(1);
        let by = |author, submitter| {
            Signed::delegated(call(None, 0), &ring.signer(author), &ring.signer(submitter))
                .is_genuine(&ring)
        };
        assert_eq!([by(1, 2), by(3, 2), by(1, 3)], [true, false, false]);
        let signed = Signed::delegated(call(None, 0), &ring.signer(1), &ring.signer(2));
        assert!(!signed.tampered().is_genuine(&ring));
        assert!(!Signed { call: None, ..signed }.is_genuine(&ring));
    }
}
