//! Blocks, votes on them, and proposals.

use std::fmt;
use std::sync::Arc;

use crate::ordering::certificate::{Certificate, Statement};
use crate::ordering::payload::Payload;
use crate::ordering::prelude::*;

/// Heights count from 1; 0 is the genesis.
pub(super) type Height = u64;
/// Rounds of a height count from 0.
pub(super) type Round = u32;

/// The value of a height.
pub struct Block {
    /// Its height.
    pub height: Height,
    /// The block decided before.
    pub parent: Id,
    /// What it orders, in this order.
    pub payload: Payload,
    /// The hash of all that. Not of the round: a block may be proposed in several.
    pub id: Id,
}

impl Block {
    pub(super) fn new(height: Height, parent: Id, tries: Vec<Try>) -> Arc<Self> {
        let payload = Payload::new(tries);
        let mut block = Self { height, parent, payload, id: Id::LEAST };
        block.id = Id::of(&block);
        Arc::new(block)
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.height, self.payload)
    }
}

encode_fields!(Block { height, parent, payload });

/// Which of the two votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The proposal is acceptable.
    Prevote,
    /// A quorum finds it so.
    Precommit,
}

/// What a validator signs in a round, once of each kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vote {
    /// Which.
    pub kind: Kind,
    /// Of which height.
    pub height: Height,
    /// In which round.
    pub round: Round,
    /// For which block; `None` is nil.
    pub block: Option<Id>,
}

impl fmt::Debug for Vote {
    /// The block is that of the round's proposal, unless somebody lies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nil = if self.block.is_some() { "" } else { " nil" };
        write!(f, "{:?}{nil} {}/{}", self.kind, self.height, self.round)
    }
}

impl Encode for Kind {
    fn encode(&self, to: &mut dyn Encoder) {
        let number: u8 = match self {
            Self::Prevote => 0,
            Self::Precommit => 1,
        };
        number.encode(to);
    }
}

encode_fields!(Vote { kind, height, round, block });

impl Statement for Vote {
    const KIND: &'static str = "tendermint vote";
}

/// A vote with who cast it.
pub(super) type VoteOf = (u16, (Vote, Signature));

/// A quorum's votes.
pub(super) type Qc = Certificate<Vote>;

/// What a proposer signs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Proposed {
    round: Round,
    height: Height,
    block: Id,
    valid: Option<Round>,
}

encode_fields!(Proposed { round, height, block, valid });

impl Statement for Proposed {
    const KIND: &'static str = "tendermint proposal";
}

/// A block in a round.
pub struct Proposal {
    /// The round.
    pub round: Round,
    /// The block.
    pub block: Arc<Block>,
    /// `validRound`: a quorum's prevotes for the block in an earlier round, if there were any.
    pub valid: Option<Arc<Qc>>,
    signature: Signature,
}

impl Proposal {
    pub(super) fn new(
        round: Round,
        block: Arc<Block>,
        valid: Option<Arc<Qc>>,
        seat: &Seat,
    ) -> Arc<Self> {
        let signature = proposed(round, &block, valid.as_ref()).signed_by(&seat.signer);
        Arc::new(Self { round, block, valid, signature })
    }

    /// Signatures it carries.
    pub fn signatures(&self) -> u32 {
        1 + self.valid.as_ref().map_or(0, |valid| valid.votes())
    }

    /// The round in which a quorum prevoted for it, if one did.
    pub fn valid_round(&self) -> Option<Round> {
        self.valid.as_ref().map(|valid| valid.statement.round)
    }
}

fn proposed(round: Round, block: &Block, valid: Option<&Arc<Qc>>) -> Proposed {
    let valid = valid.map(|valid| valid.statement.round);
    Proposed { round, height: block.height, block: block.id, valid }
}

impl fmt::Debug for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: {:?}", self.block.height, self.round, self.block.payload)?;
        self.valid.as_ref().map_or(Ok(()), |valid| write!(f, " by {valid:?}"))
    }
}

encode_fields!(Proposal { round, block, valid, signature });

/// A decided block.
pub struct Decided {
    /// The block.
    pub block: Arc<Block>,
    /// A quorum's precommits.
    pub commit: Arc<Qc>,
}

impl fmt::Debug for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} by {:?}", self.block, self.commit)
    }
}

encode_fields!(Decided { block, commit });

/// Against what proposals and certificates are checked.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) committee: Committee,
    pub(super) keys: KeyRing,
    pub(super) quorum: u32,
}

impl Rules {
    /// Round-robin over heights and rounds.
    pub(super) fn proposer(&self, height: Height, round: Round) -> u16 {
        ((height + u64::from(round)) % u64::from(self.committee.size())) as u16
    }

    /// Whether the round's proposer signed it, and shows what it says was prevoted for.
    pub(super) fn accept(&self, proposal: &Proposal) -> bool {
        let Proposal { round, block, valid, signature } = proposal;
        let author = self.proposer(block.height, *round);
        let shown = valid
            .as_ref()
            .is_none_or(|valid| valid.statement.round < *round && self.accept_valid(block, valid));
        let said = proposed(*round, block, valid.as_ref());
        said.is_signed_by(author, signature, &self.keys) && shown
    }

    /// Whether they are a quorum's prevotes for the block.
    pub(super) fn accept_valid(&self, block: &Block, votes: &Qc) -> bool {
        let Vote { kind, height, block: id, .. } = votes.statement;
        kind == Kind::Prevote
            && (height, id) == (block.height, Some(block.id))
            && votes.is_valid(&self.committee, self.quorum, &self.keys)
    }

    /// Whether a quorum's precommits decided it.
    pub(super) fn accept_decided(&self, decided: &Decided) -> bool {
        let Vote { kind, height, block, .. } = decided.commit.statement;
        kind == Kind::Precommit
            && (height, block) == (decided.block.height, Some(decided.block.id))
            && decided.commit.is_valid(&self.committee, self.quorum, &self.keys)
    }
}
