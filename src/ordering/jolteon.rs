//! `jolteon`: a leader orders, two certified blocks in a row commit; the 2-chain HotStuff with
//! the quadratic view change (Gelashvili, Kokoris-Kogias, Sonnino, Spiegelman, Xiang, *Jolteon
//! and Ditto*, arXiv 2106.10362). Rules are cited by the names that the paper gives them: Propose,
//! Vote, Lock, Commit, Timeout, Advance Round; settings are those of the published measurements.
//!
//! A block of round r is committed where a block of round r + 2 is seen that carries the
//! certificate of round r + 1: five message delays, four at the leader of r + 2. A silent leader
//! costs a timeout.
//!
//! **Beyond the paper**, which has clients and blocks without end:
//! - Blocks name what they order ([`Try`]); bodies come from routers, or from peers. A validator
//!   votes only for what it could deliver, so what is certified is held by f + 1 correct ones.
//! - When nothing waits and nothing is uncommitted, nobody proposes and no round times out. What
//!   was proposed is driven to its commit by up to two empty blocks.
//! - f + 1 who want to leave a round take the others along (as in Bracha's broadcast).
//! - A wish to leave a round carries the certificates that led into it, stragglers are answered
//!   with them, and neighbours tell one another now and then how far they are: so lost messages
//!   are made up for, and datagrams will do.
//! - The same try in two blocks is delivered once; which is decided by the committed sequence.
//!
//! **Trade-offs.** Whoever was away for longer than `history` votes and proposes, but has lost
//! the thread of what was committed and delivers nothing more: so nobody is assumed to be out of
//! reach for more than half of it, less a `gossip`.

mod block;
mod book;
mod chain;
mod lead;
mod pacemaker;
mod pool;
mod replica;

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Pauses;
use super::certificate::encode_signature;
use super::kept::JournalOf;
use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;
use block::{Ballot, Block, Qc, Round, Tc, Wish};

pub use replica::Replica;

/// The strategy.
pub struct Jolteon;

/// What can be set.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Bytes of attestations in a block, at least one attestation.
    pub batch_bytes: u32,
    /// How long an attestation waits at a leader for its batch to fill.
    pub batch_delay: Span,
    /// How long a round may take. Doubles with every round that fails, but the first, until a
    /// block is committed.
    pub timeout: Span,
    /// As long as a round may take at most.
    pub timeout_longest: Span,
    /// From missing a body or a block to asking a peer for it; doubles with every question.
    pub fetch: Span,
    /// The longest pause between two such questions.
    pub fetch_longest: Span,
    /// How often a validator tells a neighbour how far it is.
    pub gossip: Span,
    /// How long committed blocks are kept for those who missed them.
    pub history: Span,
    /// How many ordered attestations are remembered to know duplicates.
    pub remembered: u32,
    /// A bug, to see it found.
    #[cfg(test)]
    #[serde(skip)]
    pub(super) planted: Option<Planted>,
}

/// Bugs for tests.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Planted {
    /// One vote less makes a quorum.
    SmallQuorum,
    /// Validators vote in a round that they have asked to leave.
    VotesLate,
    /// Validators raise their lock only to certificates that they make themselves.
    ForgetsLock,
    /// Timeouts stay what they are.
    NeverGrows,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            batch_bytes: 500_000,
            batch_delay: Span::from_millis(100),
            timeout: Span::from_secs(5),
            timeout_longest: Span::from_secs(40),
            fetch: Span::from_millis(100),
            fetch_longest: Span::from_secs(5),
            gossip: Span::from_secs(5),
            history: Span::from_secs(600),
            remembered: 50_000,
            #[cfg(test)]
            planted: None,
        }
    }
}

impl Params {
    const fn pauses(&self) -> Pauses {
        Pauses { first: self.fetch, longest: self.fetch_longest }
    }

    /// Who was out of reach for no longer than this misses nothing: it hears from a neighbour what
    /// it lacks, and has as long again to fetch it.
    const fn longest_absence(&self) -> Span {
        Span::from_nanos(self.history.saturating_sub(self.gossip).as_nanos() / 2)
    }

    /// Votes that make a certificate.
    fn quorum(&self, committee: &Committee) -> u32 {
        #[cfg(test)]
        if self.planted == Some(Planted::SmallQuorum) {
            return committee.quorum() - 1;
        }
        committee.quorum()
    }

    /// Rule Timeout: whether who wants to leave a round votes in it no more.
    fn stops_voting(&self) -> bool {
        #[cfg(test)]
        if self.planted == Some(Planted::VotesLate) {
            return false;
        }
        true
    }

    /// Rule Lock: whether a certificate that others made raises the lock.
    fn locks_on_foreign(&self) -> bool {
        #[cfg(test)]
        if self.planted == Some(Planted::ForgetsLock) {
            return false;
        }
        true
    }

    fn timeouts_grow(&self) -> bool {
        #[cfg(test)]
        if self.planted == Some(Planted::NeverGrows) {
            return false;
        }
        true
    }
}

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

impl Encode for Proof {
    fn encode(&self, to: &mut dyn Encoder) {
        self.high.encode(to);
        self.tc.encode(to);
    }
}

impl Encode for Whole {
    fn encode(&self, to: &mut dyn Encoder) {
        self.0.encode(to);
        for signed in self.0.bodies() {
            Item { signed: signed.clone(), attempt: 0 }.encode(to);
        }
    }
}

impl Encode for Message {
    fn encode(&self, to: &mut dyn Encoder) {
        match self {
            Self::Propose(block) => {
                to.bytes(&[0]);
                block.encode(to);
            }
            Self::Vote(ballot, _) => {
                to.bytes(&[1]);
                ballot.encode(to);
                encode_signature(to);
            }
            Self::Timeout(wish, proof, _) => {
                to.bytes(&[2]);
                wish.encode(to);
                proof.encode(to);
                encode_signature(to);
            }
            Self::Status(round, proof) => {
                to.bytes(&[3]);
                round.encode(to);
                proof.encode(to);
            }
            Self::Advance(proof) => {
                to.bytes(&[9]);
                proof.encode(to);
            }
            Self::Relay(items) => {
                to.bytes(&[4]);
                items.encode(to);
            }
            Self::NeedBodies(ids) => {
                to.bytes(&[5]);
                ids.encode(to);
            }
            Self::Bodies(bodies) => {
                to.bytes(&[6]);
                bodies.encode(to);
            }
            Self::NeedBlocks(above) => {
                to.bytes(&[7]);
                above.encode(to);
            }
            Self::Blocks(blocks, proof) => {
                to.bytes(&[8]);
                blocks.encode(to);
                proof.encode(to);
            }
        }
    }
}

impl Strategy for Jolteon {
    const NAME: &'static str = "jolteon";
    const SUMMARY: &'static str = "rotating leaders, two certified blocks in a row commit";
    type Params = Params;
    type Message = Message;
    type Durable = JournalOf<book::Book>;
    type Replica = Replica;
    type Submitter = NoSubmitter;

    const NOTES: &'static [&'static str] = &["attestations in a block", "timeouts in a row"];

    fn check(params: &Params) -> Result<(), String> {
        between("batch_bytes", params.batch_bytes, &(1..=100_000_000))?;
        at_least("timeout", params.timeout, SHORTEST)?;
        at_least("timeout_longest", params.timeout_longest, params.timeout)?;
        at_least("fetch", params.fetch, SHORTEST)?;
        at_least("fetch_longest", params.fetch_longest, params.fetch)?;
        at_least("gossip", params.gossip, SHORTEST)?;
        at_least("history", params.history, params.timeout)?;
        between("remembered", params.remembered, &(1..=100_000_000))
    }

    fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
        Guarantees {
            summary: "total, Byzantine; lives while messages are timely".to_owned(),
            owed: vec![
                Property::Integrity,
                Property::NoDuplication,
                Property::TotalOrder,
                Property::Agreement,
                Property::Finality,
                Property::Durability,
            ],
            assumptions: Assumptions {
                faults: FaultModel::Byzantine(committee.byzantine()),
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: None,
                absence_bound: Some(params.longest_absence()),
            },
        }
    }

    fn work(message: &Message) -> Work {
        match message {
            Message::Propose(block) => Work::verify(block.signatures()).and_sign(),
            Message::Vote(..) => Work::verify(1),
            Message::Timeout(_, proof, _) => Work::verify(1 + proof.votes()),
            Message::Advance(proof) | Message::Status(_, proof) => Work::verify(proof.votes()),
            Message::Relay(items) => Work::verify(items.len() as u32),
            Message::Bodies(bodies) => Work::verify(bodies.len() as u32),
            Message::Blocks(blocks, proof) => {
                let signatures =
                    |Whole(block): &Whole| block.signatures() + block.payload.len() as u32;
                Work::verify(proof.votes() + blocks.iter().map(signatures).sum::<u32>())
            }
            Message::NeedBodies(_) | Message::NeedBlocks(_) => Work::NONE,
        }
    }

    fn replica(seat: Seat, params: &Params) -> Replica {
        Replica::new(seat, params)
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }

    fn first_leader(committee: &Committee) -> Option<u16> {
        Some((1 % committee.size()) as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::super::certificate::Statement;
    use super::super::transcript::{self, Hunt};
    use super::block::Rules;
    use super::*;

    #[test]
    fn transcripts() {
        transcript::check::<Jolteon>();
    }

    #[test]
    fn storms() {
        settling().check();
        Hunt { replicas: 7, runs: 50, ..settling() }.check();
    }

    fn settling() -> Hunt<Jolteon> {
        Hunt { catches_up: true, settles: true, ..Hunt::default() }
    }

    /// What breaks when a bug is planted, with rounds that are hardly long enough, too short, and
    /// in between. Where about as many votes as timeouts are in time a bug in either shows best.
    fn broken(planted: Option<Planted>) -> Option<String> {
        [70, 1, 40, 15].into_iter().find_map(|millis| {
            let (timeout, batch_delay) = (Span::from_millis(millis), Span::from_millis(10));
            let params = Params { planted, timeout, batch_delay, ..Params::default() };
            // The shortest rounds take longest to hunt in, as so many of them fail.
            let runs = if millis == 1 { 60 } else { 300 };
            let hunt = Hunt::<Jolteon> { params, runs, ..settling() };
            hunt.find().map(|(_, how)| how)
        })
    }

    #[test]
    fn short_rounds_break_nothing() {
        assert_eq!(broken(None), None);
    }

    #[test]
    fn a_hunt_finds_a_quorum_that_is_too_small() {
        assert!(broken(Some(Planted::SmallQuorum)).is_some());
    }

    #[test]
    fn a_hunt_finds_votes_after_the_wish_to_leave() {
        assert!(broken(Some(Planted::VotesLate)).is_some());
    }

    #[test]
    fn a_hunt_finds_a_forgotten_lock() {
        assert!(broken(Some(Planted::ForgetsLock)).is_some());
    }

    #[test]
    fn a_hunt_finds_timeouts_that_never_grow() {
        let how = broken(Some(Planted::NeverGrows));
        assert!(how.is_some_and(|how| how.contains("never settled")));
    }

    /// Everybody wishes to leave round 9 and knows no certificate but that of the genesis; the last
    /// one says that it knows one of this round.
    fn is_accepted(claimed: Round) -> bool {
        let (committee, keys) = (Committee::new(4), KeyRing::modelled(1));
        let wish = |voter: u16| {
            let high = if voter == 2 { claimed } else { 0 };
            let signature = Wish { round: 9, high }.signed_by(&keys.signer(voter.into()));
            (voter, high, signature)
        };
        let tc = Some(Tc::new(9, (0..3).map(wish).collect()));
        let rules = Rules { quorum: committee.quorum(), committee, keys: keys.clone() };
        rules.accept_proof(&Proof { high: block::genesis(), tc })
    }

    #[test]
    fn a_timeout_certificate_names_no_certificate_that_its_sender_cannot_show() {
        assert!(is_accepted(0));
        assert!(!is_accepted(8));
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Jolteon::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { timeout: Span::from_secs(60), ..Params::default() };
        check(params, "timeout_longest = 40s: must be at least 1m");
        let params = Params { batch_bytes: 0, ..Params::default() };
        check(params, "batch_bytes = 0: must be between 1 and 100000000");
    }
}
