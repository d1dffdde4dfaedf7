//! What the chained protocols share: a leader per round proposes a block on the highest quorum
//! certificate, all vote to the next leader, and so many certified blocks of consecutive rounds
//! commit the first of them. The protocols differ in how many that takes, and so in what a
//! validator is locked on and what it votes for: two in `jolteon`, three in `hotstuff`.
//! Rules are cited by the names that *Jolteon and Ditto* (arXiv 2106.10362) gives them: Propose,
//! Vote, Lock, Commit, Timeout, Advance Round.
//!
//! **Beyond the papers**, which have clients and blocks without end:
//! - Blocks name what they order ([`Try`]); bodies come from routers, or from peers. A validator
//!   votes only for what it could deliver, so what is certified is held by f + 1 correct ones.
//! - When nothing waits and nothing is uncommitted, nobody proposes and no round times out. What
//!   was proposed is driven to its commit by as many empty blocks as it takes.
//! - f + 1 who want to leave a round take the others along (as in Bracha's broadcast).
//! - A wish to leave a round carries the certificates that led into it, stragglers are answered
//!   with them, and neighbours tell one another now and then how far they are: so lost messages
//!   are made up for, and datagrams will do. The certificate that commits is kept (in DiemBFT v4,
//!   2021, `high_commit_qc`): it may have reached a few only, while later blocks go on from the
//!   one before the block that it certifies.
//! - The same try in two blocks is delivered once; which is decided by the committed sequence.
//!
//! **Trade-offs.** Whoever was away for longer than `history` votes and proposes, but has lost
//! the thread of what was committed and delivers nothing more: so nobody is assumed to be out of
//! reach for more than half of it, less a `gossip`.

mod block;
mod book;
mod chain;
mod elect;
mod graph;
mod lead;
mod listing;
mod order;
mod pacemaker;
mod params;
mod replica;

use std::fmt;
use std::sync::Arc;

use super::kept::JournalOf;
use super::leader;
use super::prelude::*;
use block::{Ballot, Block, Qc, Round, Tc, Wish};
use order::LocalOrder;

pub use elect::Leaders;
pub(super) use order::Fairness;
pub use params::Params;
#[cfg(test)]
pub(super) use params::Planted;
pub(super) use params::strategy;
pub use replica::Replica;

/// What survives a crash.
pub type Durable = JournalOf<book::Book>;

/// A strategy of this family.
pub trait Family: Strategy<Message = Message, Durable = Durable> {}

impl<S: Strategy<Message = Message, Durable = Durable>> Family for S {}

/// What validators say to one another.
#[derive(Debug)]
pub enum Message {
    /// A leader's block.
    Propose(Arc<Block>),
    /// To the leader of the next round.
    Vote(Ballot, Signature),
    /// To all: I want to leave this round.
    Timeout(Wish, Proof, Signature),
    /// Another round has begun; to all who left one, and to stragglers.
    Advance(Proof),
    /// The round of the last block that the sender committed, and what it knows.
    Status(Round, Proof),
    /// The certificate by which the sender committed its last block, to whom higher ones hide it.
    Committed(Arc<Qc>),
    /// What has waited for too long; to all, lest the leader never got it.
    Relay(Vec<Item>),
    /// Send me these bodies.
    NeedBodies(Vec<Id>),
    /// They are these, of whatever try.
    Bodies(Vec<Item>),
    /// I committed up to this round; send me what comes then.
    NeedBlocks(Round),
    /// It is this, oldest first, with bodies.
    Blocks(Vec<Whole>, Proof),
    /// To the next leader, in a fair protocol: what I received, in this order.
    Order(Arc<LocalOrder>),
}

/// Certificates that prove a round: the highest quorum certificate the sender knows, and the
/// timeout certificate if one moved it on since.
#[derive(Clone)]
pub struct Proof {
    high: Arc<Qc>,
    tc: Option<Arc<Tc>>,
}

/// A block with its bodies.
#[derive(Clone, Debug)]
pub struct Whole(Arc<Block>);

impl Proof {
    fn votes(&self) -> u32 {
        self.high.votes() + self.tc.as_ref().map_or(0, |tc| tc.votes())
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "knows {:?}", self.high)?;
        self.tc.as_ref().map_or(Ok(()), |tc| write!(f, ", {tc:?}"))
    }
}

encode_fields!(Proof { high, tc });

impl Encode for Whole {
    fn encode(&self, to: &mut dyn Encoder) {
        self.0.encode(to);
        self.0.payload.encode_bodies(to);
    }
}

encode_variants!(Message {
    0: Propose(block),
    1: Vote(ballot, signature),
    2: Timeout(wish, proof, signature),
    3: Status(round, proof),
    4: Relay(items),
    5: NeedBodies(ids),
    6: Bodies(bodies),
    7: NeedBlocks(above),
    8: Blocks(blocks, proof),
    9: Advance(proof),
    10: Order(order),
    11: Committed(qc),
});

impl Message {
    /// Work before it is handled.
    pub(super) fn work(&self) -> Work {
        match self {
            Self::Propose(block) => Work::verify(block.signatures()).and_sign(),
            Self::Vote(..) | Self::Order(_) => Work::verify(1),
            Self::Timeout(_, proof, _) => Work::verify(1 + proof.votes()),
            Self::Advance(proof) | Self::Status(_, proof) => Work::verify(proof.votes()),
            Self::Committed(qc) => Work::verify(qc.votes()),
            Self::Relay(items) => Work::verify(items.len() as u32),
            Self::Bodies(bodies) => Work::verify(bodies.len() as u32),
            Self::Blocks(blocks, proof) => {
                let signatures =
                    |Whole(block): &Whole| block.signatures() + block.payload.len() as u32;
                Work::verify(proof.votes() + blocks.iter().map(signatures).sum::<u32>())
            }
            Self::NeedBodies(_) | Self::NeedBlocks(_) => Work::NONE,
        }
    }
}

/// What replicas note.
pub(super) const NOTES: &[&str] = &["attestations in a block", "timeouts in a row"];

/// What strategies of this family owe, which cannot be away for longer than that.
pub(super) fn guarantees(committee: &Committee, longest_absence: Span) -> Guarantees {
    let summary = "total, Byzantine; lives while messages are timely";
    Guarantees::total_order(summary, committee.byzantine(), longest_absence)
}

/// How long a commit may be with some correct validators only. A Byzantine leader may have shown
/// the certificate to one of them; the others say to it how far they are, one after another.
pub(super) fn spread(committee: &Committee, settings: &leader::Settings) -> Span {
    settings.gossip * u64::from(committee.size() - 1) + settings.fetch_longest
}

/// When what is held up comes through, with so many faulty leaders and a chain of so many blocks.
///
/// Everybody is in one round when the longest timer has run out. Then each of the f leaders that
/// fail takes two rounds, its own and the one before, whose votes it was to collect; and a chain
/// of good ones commits. A round is a proposal and a vote, and bodies may have to be asked for:
/// four messages.
///
/// A chain needs its leaders and one more, who collects the last votes, to be good in a row. Dealt
/// at worst, f faulty leaders leave no more than ⌈(n − f) / f⌉ good ones together; where those are
/// too few, a round may come to nothing for ever and nothing is stated (Giridharan et al., BeeGees,
/// PODC 2023).
pub(super) fn liveness(
    (committee, faults): (&Committee, u32),
    chain: u32,
    [timeout, timeout_longest]: [Span; 2],
    settings: &leader::Settings,
) -> Result<Liveness, &'static str> {
    let good = committee.size() - faults;
    let together = good.div_ceil(faults.max(1));
    let rounds = 2 * u64::from(faults) + u64::from(chain);
    let within = timeout_longest * rounds + settings.gossip + settings.fetch_longest;
    if together <= chain {
        return Err("correct leaders may never come in a row that is long enough to commit");
    }
    Ok(Liveness { delta: timeout.scaled(0.25), within, trouble: None })
}

#[cfg(test)]
pub(super) mod tests;
