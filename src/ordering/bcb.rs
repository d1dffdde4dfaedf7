//! `bcb`: Byzantine consistent broadcast driven by the client, without a total order (FastPay;
//! Baudet, Danezis, Sonnino, AFT 2020; rules as in `fastpay_core/src/authority.rs`, 20f3abf).
//!
//! A client's order locks (attester, sequence) to one content at every validator that signs it; a
//! quorum of signatures is a certificate, and a certificate is delivered in the attester's own
//! order. Two message delays to the certificate, three everywhere, no timeout on the way.
//!
//! **What it does not do.** Attesters are not ordered among one another. An attester that signs
//! two contents under one sequence number locks itself out, and nobody else.
//!
//! **Agreement**, exactly: with reliable links, what one correct validator delivered, every
//! correct one delivers as long as the client that certified it sent the certificate to all, as a
//! correct client does in one step. If its client stops half-way, the validators that signed the
//! order still fetch the certificate from whoever has it; the others get it when they restart,
//! or when the attester speaks again. With `relay = "certificates"` whoever gets a certificate
//! sends it to all, so clients owe nothing: totality, for n² messages. A certificate is kept for
//! `history`; who was away for longer goes on without what all others have forgotten, so nobody is
//! assumed to be out of reach for more than half of it.
//!
//! **What is never forgotten.** A signature that no certificate followed locks its number for ever:
//! whoever forgot it might sign another content, and two quorums may share no more than one
//! correct validator. So these grow with what attesters sign and never certify, and with nothing
//! else.
//!
//! **Delivered is not accepted.** Nothing orders attesters among one another, not when a validator
//! that lost its state catches up either: its registry may refuse what it accepted before, as what
//! that refers to comes later. Nobody tries again what its client was told is applied; a quorum
//! less those that lost their state still holds it.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::certificate::{Certificate, Statement};
use super::kept::JournalOf;
use super::limit::{SHORTEST, at_least};
use super::prelude::*;
use crate::attestation::Signed;

mod book;
mod replica;
mod submitter;

pub use replica::Replica;
pub use submitter::Submitter;

/// The strategy.
pub struct Bcb;

/// What can be set.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// How long a client waits for votes and answers before it sends again, and a validator for
    /// the certificate of what it signed before it asks for it. Doubles up to 32 times.
    pub resend: Span,
    /// How long a gap in an attester's sequence may last before a validator asks for what is
    /// missing. Doubles up to 32 times.
    pub fetch: Span,
    /// How long certificates are kept for those who missed them.
    pub history: Span,
    /// Whether validators hand on certificates to one another.
    pub relay: Relay,
    /// Signatures that a planted bug forgoes.
    #[cfg(test)]
    #[serde(skip)]
    pub(super) planted_discount: u32,
    /// A planted bug: validators sign whatever they are asked to.
    #[cfg(test)]
    #[serde(skip)]
    pub(super) planted_no_lock: bool,
}

/// What validators hand on.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relay {
    /// Nothing, unless asked.
    None,
    /// Each certificate, when it is new to them.
    Certificates,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            resend: Span::from_secs(1),
            fetch: Span::from_millis(100),
            history: Span::from_secs(600),
            relay: Relay::None,
            #[cfg(test)]
            planted_discount: 0,
            #[cfg(test)]
            planted_no_lock: false,
        }
    }
}

impl Params {
    /// Signatures that make a certificate.
    fn quorum(&self, committee: &Committee) -> u32 {
        let quorum = committee.quorum();
        #[cfg(test)]
        let quorum = quorum - self.planted_discount;
        quorum
    }

    /// Whether signing one content rules out signing another.
    fn locks(&self) -> bool {
        #[cfg(test)]
        if self.planted_no_lock {
            return false;
        }
        true
    }
}

/// What a validator signs: that this attester's statement of this number is this content.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Whose.
    pub attester: u32,
    /// Which.
    pub sequence: u32,
    /// What.
    pub id: Id,
}

impl Claim {
    /// The claim that `signed` makes.
    pub fn of(signed: &Signed) -> Self {
        let attestation = &signed.attestation;
        Self { attester: attestation.attester.0, sequence: attestation.sequence, id: signed.id }
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.id, f)
    }
}

impl Encode for Claim {
    fn encode(&self, to: &mut dyn Encoder) {
        self.attester.encode(to);
        self.sequence.encode(to);
        self.id.encode(to);
    }
}

impl Statement for Claim {
    const KIND: &'static str = "bcb claim";
}

/// An attestation that a quorum has signed.
pub struct Proof {
    signed: Arc<Signed>,
    certificate: Arc<Certificate<Claim>>,
}

impl Proof {
    fn is_valid(&self, committee: &Committee, params: &Params, keys: &KeyRing) -> bool {
        self.certificate.statement == Claim::of(&self.signed)
            && self.certificate.is_valid(committee, params.quorum(committee), keys)
    }
}

/// A proof, and which try of its client it is to be delivered for.
#[derive(Clone)]
pub struct Confirm {
    proof: Arc<Proof>,
    attempt: u8,
}

impl Confirm {
    fn item(&self) -> Item {
        Item { signed: self.proof.signed.clone(), attempt: self.attempt }
    }

    fn claim(&self) -> &Claim {
        &self.proof.certificate.statement
    }
}

impl fmt::Debug for Confirm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {:?}", self.item(), self.proof.certificate)
    }
}

impl Encode for Confirm {
    fn encode(&self, to: &mut dyn Encoder) {
        self.item().encode(to);
        self.proof.certificate.encode(to);
    }
}

/// What is sent.
#[derive(Debug)]
pub enum Message {
    /// Submitter to validator, past the router: sign this, if you have not.
    Order(Item),
    /// Validator to submitter: what it signed for this attester and number; if that is not what
    /// it was asked to sign, this is a refusal.
    Vote(Claim, Signature),
    /// Submitter to validator: deliver.
    Confirm(Confirm),
    /// Validator to submitter or validator: send me what is certified of this attester.
    Missing {
        /// Whose.
        attester: u32,
        /// From this number on,
        from: u32,
        /// up to the one before this.
        below: u32,
    },
    /// Validator to validator, after a restart: the next number it waits for, per attester.
    Frontier(Vec<(u32, u32)>),
    /// Validator to validator: an answer to the two before.
    Supply {
        /// What was missing.
        confirms: Vec<Confirm>,
        /// Attesters of whom nothing below a number is kept any more.
        forgotten: Vec<(u32, u32)>,
        /// Whether there is more than fitted in.
        more: bool,
    },
}

impl Encode for Message {
    fn encode(&self, to: &mut dyn Encoder) {
        match self {
            Self::Order(item) => {
                to.bytes(&[0]);
                item.encode(to);
            }
            Self::Vote(claim, signature) => {
                to.bytes(&[1]);
                claim.encode(to);
                signature.encode(to);
            }
            Self::Confirm(confirm) => {
                to.bytes(&[2]);
                confirm.encode(to);
            }
            Self::Missing { attester, from, below } => {
                to.bytes(&[3]);
                (*attester, (*from, *below)).encode(to);
            }
            Self::Frontier(next) => {
                to.bytes(&[4]);
                next.encode(to);
            }
            Self::Supply { confirms, forgotten, more } => {
                to.bytes(&[5, u8::from(*more)]);
                confirms.encode(to);
                forgotten.encode(to);
            }
        }
    }
}

impl Strategy for Bcb {
    const NAME: &'static str = "bcb";
    const SUMMARY: &'static str = "clients collect a quorum's signatures; no total order";
    type Params = Params;
    type Message = Message;
    type Durable = JournalOf<book::Book>;
    type Replica = Replica;
    type Submitter = Submitter;

    fn check(params: &Params) -> Result<(), String> {
        at_least("resend", params.resend, SHORTEST)?;
        at_least("fetch", params.fetch, SHORTEST)?;
        at_least("history", params.history, params.resend)
    }

    fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
        let summary = match params.relay {
            Relay::None => "per attester, one content; its client drives",
            Relay::Certificates => "per attester, one content; what one has all get",
        };
        Guarantees {
            summary: summary.to_owned(),
            owed: vec![
                Property::Integrity,
                Property::NoDuplication,
                Property::PerAttesterOrder,
                Property::Consistency,
                Property::Agreement,
                Property::Finality,
                Property::Durability,
                Property::MonotonicReads,
                Property::RegularReads,
            ],
            assumptions: Assumptions {
                faults: FaultModel::Byzantine(committee.byzantine()),
                transport: TransportNeed::Reliable,
                delay_bound: None,
                clock_bound: None,
                absence_bound: Some(Span::from_nanos(params.history.as_nanos() / 2)),
            },
        }
    }

    /// The longest pause of the client, then that of a validator that lacks the certificate, then
    /// that of one that lacks what came before.
    fn liveness(_: &Committee, params: &Params) -> Result<Liveness, &'static str> {
        let within = (params.resend * 2 + params.fetch) * 32;
        Ok(Liveness { delta: params.resend.scaled(0.5), within, trouble: None })
    }

    fn work(message: &Message) -> Work {
        let votes = |confirm: &Confirm| confirm.proof.certificate.votes();
        match message {
            Message::Order(_) => Work::verify(1).and_sign(),
            Message::Vote(..) => Work::verify(1),
            Message::Confirm(confirm) => Work::verify(votes(confirm)),
            Message::Supply { confirms, .. } => Work::verify(confirms.iter().map(votes).sum()),
            Message::Missing { .. } | Message::Frontier(_) => Work::NONE,
        }
    }

    fn replica(seat: Seat, params: &Params) -> Replica {
        Replica::new(seat, params.clone())
    }

    fn submitter(committee: Committee, keys: &KeyRing, params: &Params) -> Submitter {
        Submitter::new(committee, keys.clone(), params.clone())
    }
}

/// How often a wait doubles while somebody is known to wait for the answer.
const DOUBLINGS: u32 = 5;

/// The wait before asking once more, after asking `asked` times before.
fn backoff(first: Span, asked: u32, doublings: u32) -> Span {
    first * (1 << asked.min(doublings))
}

#[cfg(test)]
mod tests {
    use super::super::transcript::{self, Hunt};
    use super::*;

    #[test]
    fn transcripts() {
        transcript::check::<Bcb>();
    }

    /// Weather that the assumptions allow, and worse: datagrams are lost, yet all is repaired.
    #[test]
    fn storms() {
        let hunt = Hunt::<Bcb> { catches_up: true, settles: true, ..Hunt::default() };
        hunt.check();
        let stated = Bcb::guarantees(&Committee::new(4), &Params::default());
        let assumed = Assumptions { transport: TransportNeed::Datagram, ..stated.assumptions };
        Hunt { held_to: Some((stated.owed, assumed)), ..hunt }.check();
    }

    /// What breaks when `params` carry a planted bug and an attester equivocates.
    fn broken(params: Params) -> Option<String> {
        let hunt = Hunt::<Bcb> { params, equivocates: true, ..Hunt::default() };
        hunt.find().map(|(_, how)| how)
    }

    #[test]
    fn an_equivocating_attester_deceives_nobody() {
        assert_eq!(broken(Params::default()), None);
    }

    #[test]
    fn a_hunt_finds_a_quorum_that_is_too_small() {
        let params = Params { planted_discount: 1, ..Params::default() };
        assert!(broken(params).is_some_and(|how| how.contains("consistency")));
    }

    #[test]
    fn a_hunt_finds_validators_that_do_not_lock() {
        let params = Params { planted_no_lock: true, ..Params::default() };
        assert!(broken(params).is_some_and(|how| how.contains("consistency")));
    }

    #[test]
    fn storms_with_relayed_certificates() {
        let params = Params { relay: Relay::Certificates, ..Params::default() };
        let hunt = Hunt::<Bcb> { params, catches_up: true, settles: true, ..Hunt::default() };
        Hunt { runs: 100, ..hunt }.check();
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Bcb::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { fetch: Span::ZERO, ..Params::default() };
        check(params, "fetch = 0s: must be at least 1ms");
        let params = Params { history: Span::ZERO, ..Params::default() };
        check(params, "history = 0s: must be at least 1s");
    }
}
