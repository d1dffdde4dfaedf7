//! Blocks, what names them, and what certifies them where certificates are made.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::ordering::certificate::{Certificate, Statement};
use crate::ordering::payload::Payload;
use crate::ordering::prelude::*;

/// Rounds count from 1; 0 is the genesis.
pub(super) type Round = u64;

/// A block by its place and its hash: what validators refer to, and what they vote on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Its round.
    pub round: Round,
    /// Who made it.
    pub author: u16,
    /// The hash of its content.
    pub id: Id,
}

impl fmt::Debug for Reference {
    /// `2.0` is the block of validator 0 in round 2; a correct one makes no other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.round, self.author)
    }
}

encode_fields!(Reference { round, author, id });

impl Statement for Reference {
    const KIND: &'static str = "dag vote";
}

/// What the author of a block signs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Authored(Reference);

encode_fields!(Authored { 0 });

impl Statement for Authored {
    const KIND: &'static str = "dag block";
}

/// Against what blocks and certificates are checked.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) committee: Committee,
    pub(super) keys: KeyRing,
    /// Parents of the round before, and votes in a certificate.
    pub(super) quorum: u32,
    /// Whether a block needs a certificate to enter the DAG.
    pub(super) is_certified: bool,
    /// How many rounds before a leader its history begins.
    pub(super) depth: Round,
}

/// A vertex of the DAG. Narwhal calls it a header.
pub struct Block {
    /// Where it is in the DAG.
    pub place: Reference,
    /// A quorum of the round before, and in an uncertified DAG what else was not referred to yet;
    /// ascending.
    pub parents: Vec<Reference>,
    /// What it orders, in this order.
    pub payload: Payload,
    signature: Signature,
    /// A pure function of the block in a run, so it is computed once.
    verdict: OnceLock<bool>,
}

impl Block {
    /// Makes and signs a block.
    pub(super) fn new(
        round: Round,
        parents: Vec<Reference>,
        payload: Vec<Try>,
        seat: &Seat,
    ) -> Arc<Self> {
        let author = seat.me;
        let id = Id::of(&Content { round, author, parents: &parents, payload: &payload });
        let place = Reference { round, author, id };
        let signature = Authored(place).signed_by(&seat.signer);
        let (payload, verdict) = (Payload::new(payload), OnceLock::new());
        Arc::new(Self { place, parents, payload, signature, verdict })
    }

    /// Signed by its author, with a quorum of the round before, each place once.
    pub(super) fn is_valid(&self, rules: &Rules) -> bool {
        *self.verdict.get_or_init(|| {
            let Reference { round, author, .. } = self.place;
            let lowest = if rules.is_certified {
                round.saturating_sub(1)
            } else {
                round.saturating_sub(rules.depth)
            };
            let adjacent = self.parents.iter().filter(|at| at.round + 1 == round).count();
            let members = rules.committee.size();
            let fits = |at: &Reference| {
                u32::from(at.author) < members && at.round < round && at.round >= lowest.max(1)
            };
            let ascends =
                |two: &[Reference]| (two[0].round, two[0].author) < (two[1].round, two[1].author);
            round > 0
                && u32::from(author) < members
                && (adjacent as u32 >= rules.quorum || round == 1)
                && self.parents.iter().all(fits)
                && self.parents.windows(2).all(ascends)
                && Authored(self.place).is_signed_by(author, &self.signature, &rules.keys)
        })
    }

    /// Whether it refers to that block directly.
    pub(super) fn has_parent(&self, parent: &Reference) -> bool {
        self.parents.binary_search(parent).is_ok()
    }
}

struct Content<'a> {
    round: Round,
    author: u16,
    parents: &'a [Reference],
    payload: &'a [Try],
}

encode_fields!(Content<'_> { round, author, parents, payload });

impl fmt::Debug for Block {
    /// `2.0 on 1.0 1.1 1.2, [a0]`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} on", self.place)?;
        self.parents.iter().try_for_each(|parent| write!(f, " {parent:?}"))?;
        write!(f, ", {:?}", self.payload)
    }
}

impl Encode for Block {
    fn encode(&self, to: &mut dyn Encoder) {
        let Reference { round, author, .. } = self.place;
        Content { round, author, parents: &self.parents, payload: &self.payload }.encode(to);
        self.signature.encode(to);
    }
}

/// A block, and where the DAG is certified, a quorum's votes for it.
#[derive(Clone)]
pub struct Vertex {
    /// The block.
    pub block: Arc<Block>,
    /// Its certificate of availability.
    pub certificate: Option<Arc<Certificate<Reference>>>,
}

impl Vertex {
    /// Where it is in the DAG.
    pub fn place(&self) -> Reference {
        self.block.place
    }

    /// Signatures it carries.
    pub fn signatures(&self) -> u32 {
        1 + self.certificate.as_ref().map_or(0, |certificate| certificate.votes())
    }

    /// Whether it may enter the DAG, once its parents have.
    pub(super) fn is_valid(&self, rules: &Rules) -> bool {
        let is_certified = self.certificate.as_ref().is_some_and(|certificate| {
            certificate.statement == self.place()
                && certificate.is_valid(&rules.committee, rules.quorum, &rules.keys)
        });
        self.block.is_valid(rules) && (is_certified || !rules.is_certified)
    }
}

impl fmt::Debug for Vertex {
    /// The block, and who certified it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.block.fmt(f)?;
        let Some(certificate) = &self.certificate else { return Ok(()) };
        write!(f, " by")?;
        certificate.voters().try_for_each(|voter| write!(f, " {voter}"))
    }
}

impl fmt::Debug for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

encode_fields!(Vertex { block, certificate });

/// A vertex with its bodies.
#[derive(Clone)]
pub struct Whole(pub Vertex);

impl Encode for Whole {
    fn encode(&self, to: &mut dyn Encoder) {
        self.0.encode(to);
        self.0.block.payload.encode_bodies(to);
    }
}
