//! Blocks and the two certificates that move rounds on.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::Proof;
use super::order::{Fairness, LocalOrder};
use crate::ordering::certificate::{Certificate, Members, Statement};
use crate::ordering::payload::Payload;
use crate::ordering::prelude::*;

/// Rounds count from 1; 0 is the genesis.
pub(super) type Round = u64;

/// A block by round and id: what validators vote on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ballot {
    /// Its round.
    pub round: Round,
    /// Its id.
    pub block: Id,
}

impl Ballot {
    /// The block before all blocks.
    pub const GENESIS: Self = Self { round: 0, block: Id::LEAST };
}

impl fmt::Debug for Ballot {
    /// The round; a correct leader makes one block in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.round)
    }
}

encode_fields!(Ballot { round, block });

impl Statement for Ballot {
    const KIND: &'static str = "chained vote";
}

/// What the author of a block signs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Authored(Ballot);

encode_fields!(Authored { 0 });

impl Statement for Authored {
    const KIND: &'static str = "chained block";
}

/// A quorum certificate: n − f votes for a block.
pub(super) type Qc = Certificate<Ballot>;

/// The certificate of the genesis, which needs no votes.
pub(super) fn genesis() -> Arc<Qc> {
    Certificate::new(Ballot::GENESIS, Vec::new())
}

/// Against what certificates are checked.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) committee: Committee,
    pub(super) keys: KeyRing,
    pub(super) quorum: u32,
    /// Certified blocks in a row that commit the first of them.
    pub(super) chain: u32,
    /// How payloads follow from local orders, if they do.
    pub(super) fairness: Option<Fairness>,
}

impl Rules {
    /// Whose turn it is.
    pub(super) fn in_turn(&self, round: Round) -> u16 {
        (round % u64::from(self.committee.size())) as u16
    }

    pub(super) fn accept_qc(&self, qc: &Qc) -> bool {
        if qc.statement.round == 0 {
            return qc.statement == Ballot::GENESIS;
        }
        qc.is_valid(&self.committee, self.quorum, &self.keys)
    }

    /// Rule Vote, conditions (1) and (2): it extends the round before, or a quorum left that
    /// round; and in a chain of two, where no lock says so, none of them knew a higher
    /// certificate than the one it extends.
    fn is_justified(&self, block: &Block) -> bool {
        let left = block.tc.as_ref().filter(|tc| tc.round + 1 == block.round);
        block.is_adjacent()
            || left.is_some_and(|tc| self.chain > 2 || block.parent().round >= tc.highest())
    }

    fn accept_tc(&self, tc: Option<&Arc<Tc>>) -> bool {
        tc.is_none_or(|tc| tc.is_valid(self))
    }

    /// Whether both certificates are valid, and the first is as high as any that the second
    /// names. In the paper a timeout certificate carries those; here it names their rounds, and
    /// one Byzantine wish with a round made up would keep every leader from proposing on it.
    pub(super) fn accept_proof(&self, Proof { high, tc }: &Proof) -> bool {
        let covers = |tc: &Arc<Tc>| tc.highest() <= high.statement.round;
        self.accept_qc(high) && self.accept_tc(tc.as_ref()) && tc.as_ref().is_none_or(covers)
    }

    /// Whether `block` is by a member, signed, and carries valid certificates.
    pub(super) fn accept_block(&self, block: &Block) -> bool {
        let authored = Authored(block.ballot());
        u32::from(block.author) < self.committee.size()
            && authored.is_signed_by(block.author, &block.signature, &self.keys)
            && self.accept_qc(&block.qc)
            && self.accept_tc(block.tc.as_ref())
            && self.is_justified(block)
            && self.accept_orders(block)
    }

    /// Whether a payload stands on enough local orders for this round; on none if there are none.
    fn accept_orders(&self, Block { round, orders, payload, .. }: &Block) -> bool {
        match &self.fairness {
            _ if orders.is_empty() && payload.is_empty() => true,
            None => orders.is_empty(),
            Some(fairness) => {
                let accepts = |order: &Arc<_>| fairness.accepts(order, *round, &self.keys);
                fairness.suffice(orders) && orders.iter().all(accepts)
            }
        }
    }
}

/// What a validator signs when its round takes too long: the round, and that of the highest
/// certificate it knows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wish {
    /// The round it wants to leave.
    pub round: Round,
    /// The round of its `qc_high`.
    pub high: Round,
}

impl fmt::Debug for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leave {} with {}", self.round, self.high)
    }
}

encode_fields!(Wish { round, high });

impl Statement for Wish {
    const KIND: &'static str = "chained timeout";
}

/// A timeout certificate: n − f wishes to leave a round.
pub struct Tc {
    /// The round left.
    pub round: Round,
    wishes: Vec<(u16, Round, Signature)>,
    verdict: OnceLock<bool>,
}

impl Tc {
    /// Puts wishes together: who, with the round of which highest certificate.
    pub(super) fn new(round: Round, wishes: Vec<(u16, Round, Signature)>) -> Arc<Self> {
        Arc::new(Self { round, wishes, verdict: OnceLock::new() })
    }

    /// How many signatures it carries.
    pub fn votes(&self) -> u32 {
        self.wishes.len() as u32
    }

    /// The round of the highest certificate that one of them knew.
    pub(super) fn highest(&self) -> Round {
        self.wishes.iter().map(|(_, high, _)| *high).max().unwrap_or(0)
    }

    fn is_valid(&self, rules: &Rules) -> bool {
        *self.verdict.get_or_init(|| {
            let mut members = Members::default();
            self.votes() >= rules.quorum
                && self.wishes.iter().all(|(voter, high, signature)| {
                    let wish = Wish { round: self.round, high: *high };
                    u32::from(*voter) < rules.committee.size()
                        && members.insert(*voter)
                        && wish.is_signed_by(*voter, signature, &rules.keys)
                })
        })
    }
}

impl fmt::Debug for Tc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "left {} by", self.round)?;
        self.wishes.iter().try_for_each(|(voter, high, _)| write!(f, " {voter} with {high}"))
    }
}

impl Encode for Tc {
    fn encode(&self, to: &mut dyn Encoder) {
        self.round.encode(to);
        (self.wishes.len() as u32).encode(to);
        for (voter, high, signature) in &self.wishes {
            (*voter, *high).encode(to);
            signature.encode(to);
        }
    }
}

/// A proposal.
pub struct Block {
    /// Its round.
    pub round: Round,
    /// The leader of the round.
    pub author: u16,
    /// Certifies its parent.
    pub qc: Arc<Qc>,
    /// Why the round before made no certificate, if it made none.
    pub tc: Option<Arc<Tc>>,
    /// What it orders, in this order.
    pub payload: Payload,
    /// From what that follows, in a fair protocol.
    pub orders: Vec<Arc<LocalOrder>>,
    /// The hash of all that.
    pub id: Id,
    signature: Signature,
    /// Who leads the next round, once somebody has found out.
    pub(super) next_leader: OnceLock<u16>,
}

impl Block {
    /// Makes and signs a block.
    pub(super) fn new(round: Round, on: On, draft: Draft, seat: &Seat) -> Arc<Self> {
        let On { qc, tc, names_voters } = on;
        let Draft { payload, orders } = draft;
        let content = Content { round, author: seat.me, parent: &qc.statement, payload: &payload };
        let voters: Option<Vec<u16>> = names_voters.then(|| qc.voters().collect());
        let id = match voters {
            Some(voters) => Id::of(&(&content, voters)),
            None if !orders.is_empty() => Id::of(&(&content, &orders)),
            None => Id::of(&content),
        };
        let signature = Authored(Ballot { round, block: id }).signed_by(&seat.signer);
        let payload = Payload::new(payload);
        let next_leader = OnceLock::new();
        let author = seat.me;
        Arc::new(Self { round, author, qc, tc, payload, orders, id, signature, next_leader })
    }

    /// What is voted on.
    pub fn ballot(&self) -> Ballot {
        Ballot { round: self.round, block: self.id }
    }

    /// Its parent.
    pub fn parent(&self) -> Ballot {
        self.qc.statement
    }

    /// Whether its parent is of the round before: two such blocks are adjacent.
    pub fn is_adjacent(&self) -> bool {
        self.parent().round + 1 == self.round
    }

    /// Signatures it carries, its author's included.
    pub fn signatures(&self) -> u32 {
        let orders = self.orders.len() as u32;
        1 + self.qc.votes() + self.tc.as_ref().map_or(0, |tc| tc.votes()) + orders
    }
}

/// What a block stands on.
pub(super) struct On {
    pub(super) qc: Arc<Qc>,
    pub(super) tc: Option<Arc<Tc>>,
    /// Whether its id depends on who voted for its parent, as it must where leaders do.
    pub(super) names_voters: bool,
}

/// What a leader puts into a block.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) payload: Vec<Try>,
    pub(super) orders: Vec<Arc<LocalOrder>>,
}

impl From<Vec<Try>> for Draft {
    fn from(payload: Vec<Try>) -> Self {
        Self { payload, orders: Vec::new() }
    }
}

struct Content<'a> {
    round: Round,
    author: u16,
    parent: &'a Ballot,
    payload: &'a [Try],
}

encode_fields!(Content<'_> { round, author, parent, payload });

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {:?}, {:?}", self.round, self.qc, self.payload)?;
        self.tc.as_ref().map_or(Ok(()), |tc| write!(f, ", {tc:?}"))?;
        self.orders.iter().try_for_each(|order| write!(f, ", {order:?}"))
    }
}

impl Encode for Block {
    /// Where no local orders are, nothing says so: whoever reads it knows the protocol.
    fn encode(&self, to: &mut dyn Encoder) {
        (self.round, self.author).encode(to);
        (&self.qc, &self.tc).encode(to);
        self.payload.encode(to);
        self.signature.encode(to);
        if !self.orders.is_empty() {
            self.orders.encode(to);
        }
    }
}
