//! `tendermint`: one block after the other, each by rounds of a proposal and two votes (Buchman,
//! Kwon, Milosevic, *The latest gossip on BFT consensus*, arXiv 1807.04938). Rules are cited by
//! the lines of its Algorithm 1; settings are the defaults of CometBFT 0.38 (`config/config.go`).
//!
//! Proposal, prevotes of a quorum, precommits of a quorum: three message delays at every
//! validator. Who saw a quorum's prevotes is locked on the block; a later proposer overcomes locks
//! by showing a quorum's prevotes of a later round. A silent proposer costs a `timeout_propose`
//! and what the votes take; each round allows a little more time than the one before.
//!
//! **Beyond the paper**, which has clients and gossip without end:
//! - Blocks name what they order ([`Try`]); bodies come from routers, or from peers. A validator
//!   votes only for what it could deliver, so what is decided is held by f + 1 correct ones.
//! - When nothing waits, nobody proposes and no round times out, as in CometBFT with
//!   `create_empty_blocks = false`. There is no empty block after a full one: the next block
//!   does not prove this one, its own certificate does.
//! - A proposal of an earlier round's value carries the prevotes that line 28 asks for.
//! - Who waits says again what it said in its round, every `resend`, and passes on what ended the
//!   round before and what a quorum prevoted for last; who is behind is sent what was decided, with
//!   the precommits. So lost messages are made up for: datagrams will do.
//! - Line 55 counts f + 1 validators that are in some later round, not all in the same.
//! - After a decision a validator rests for `timeout_commit`, to gather what comes late; who
//!   catches up does not rest.
//! - The same try in two blocks is delivered once; which is decided by the committed sequence.
//!
//! Decided blocks are kept for `history`; so nobody is assumed to be out of reach for more than
//! half of it, less a `gossip`.

mod ballots;
mod block;
mod book;
mod catchup;
mod heard;
mod liveness;
mod replica;
mod rules;

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kept::JournalOf;
use super::leader::Settings;
use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;
use block::{Decided, Height, Proposal, Vote};
use heard::Heard;

pub use replica::Replica;

/// The strategy.
pub struct Tendermint;

/// What can be set.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Bytes of attestations in a block, at least one attestation.
    pub batch_bytes: u32,
    /// How long the first round's proposal may take,
    pub timeout_propose: Span,
    /// and how much longer with every round.
    pub timeout_propose_delta: Span,
    /// How long to wait, with prevotes of a quorum, for a quorum of one mind,
    pub timeout_prevote: Span,
    /// and how much longer with every round.
    pub timeout_prevote_delta: Span,
    /// The same for precommits,
    pub timeout_precommit: Span,
    /// and how much longer with every round.
    pub timeout_precommit_delta: Span,
    /// The rest after a decision.
    pub timeout_commit: Span,
    /// How often a validator that waits says again what it said in its round.
    pub resend: Span,
    /// From missing a body or a block to asking a peer for it; doubles with every question.
    pub fetch: Span,
    /// The longest pause between two such questions.
    pub fetch_longest: Span,
    /// How often a validator tells a neighbour how far it is.
    pub gossip: Span,
    /// How long decided blocks are kept for those who missed them.
    pub history: Span,
    /// How many ordered attestations are remembered to know duplicates.
    pub remembered: u32,
    /// A bug, to see it found.
    #[cfg(test)]
    #[serde(skip)]
    pub(super) planted: Option<Planted>,
}

/// Bugs for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code))]
pub(super) enum Planted {
    /// One vote less makes a quorum.
    SmallQuorum,
    /// Lines 23 and 29: validators vote for what they are not locked on.
    ForgetsLock,
    /// Line 16: a proposer that saw a quorum's prevotes proposes something else.
    ForgetsValid,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            batch_bytes: 22_020_096,
            timeout_propose: Span::from_secs(3),
            timeout_propose_delta: Span::from_millis(500),
            timeout_prevote: Span::from_secs(1),
            timeout_prevote_delta: Span::from_millis(500),
            timeout_precommit: Span::from_secs(1),
            timeout_precommit_delta: Span::from_millis(500),
            timeout_commit: Span::from_secs(1),
            resend: Span::from_secs(1),
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
    /// What it shares with other protocols that have a leader; batches do not wait to fill.
    const fn shared(&self) -> Settings {
        Settings {
            batch_bytes: self.batch_bytes,
            batch_delay: Span::ZERO,
            fetch: self.fetch,
            fetch_longest: self.fetch_longest,
            gossip: self.gossip,
            history: self.history,
            remembered: self.remembered,
        }
    }

    /// Whether that bug is planted.
    fn has(&self, _bug: Planted) -> bool {
        #[cfg(test)]
        return self.planted == Some(_bug);
        #[cfg(not(test))]
        false
    }

    fn quorum(&self, committee: &Committee) -> u32 {
        committee.quorum() - u32::from(self.has(Planted::SmallQuorum))
    }
}

/// What validators say to one another.
#[derive(Debug)]
pub enum Message {
    /// A proposer's block.
    Propose(Arc<Proposal>),
    /// To all: a prevote or a precommit.
    Vote(Vote, Signature),
    /// What was said in the current round, again.
    Again(Again),
    /// The height that the sender is to decide next.
    Status(Height),
    /// What has waited for too long; to all, lest the proposer never got it.
    Relay(Vec<Item>),
    /// Send me these bodies.
    NeedBodies(Vec<Id>),
    /// They are these, of whatever try.
    Bodies(Vec<Item>),
    /// Send me what was decided from this height on.
    NeedBlocks(Height),
    /// It is this, the lowest first, with bodies.
    Blocks(Vec<Whole>),
    /// What others said, which not all may have heard.
    Heard(Heard),
}

/// Where a validator stands.
#[derive(Debug)]
pub struct Again {
    height: Height,
    proposal: Option<Arc<Proposal>>,
    votes: Vec<(Vote, Signature)>,
}

/// A decided block with its bodies and the precommits that decided it.
#[derive(Clone)]
pub struct Whole(Arc<Decided>);

impl fmt::Debug for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Encode for Whole {
    fn encode(&self, to: &mut dyn Encoder) {
        self.0.encode(to);
        self.0.block.payload.encode_bodies(to);
    }
}

encode_fields!(Again { height, proposal, votes });

encode_variants!(Message {
    0: Propose(proposal),
    1: Vote(vote, signature),
    2: Again(again),
    3: Status(height),
    4: Relay(items),
    5: NeedBodies(ids),
    6: Bodies(bodies),
    7: NeedBlocks(from),
    8: Blocks(blocks),
    9: Heard(heard),
});

impl Strategy for Tendermint {
    const NAME: &'static str = "tendermint";
    const SUMMARY: &'static str = "one block after the other, each by rounds of two votes";
    type Params = Params;
    type Message = Message;
    type Durable = JournalOf<book::Book>;
    type Replica = Replica;
    type Submitter = NoSubmitter;

    const NOTES: &'static [&'static str] = &["attestations in a block", "round of a height"];

    fn check(params: &Params) -> Result<(), String> {
        between("batch_bytes", params.batch_bytes, &(1..=100_000_000))?;
        at_least("timeout_propose", params.timeout_propose, SHORTEST)?;
        at_least("timeout_prevote", params.timeout_prevote, SHORTEST)?;
        at_least("timeout_precommit", params.timeout_precommit, SHORTEST)?;
        at_least("resend", params.resend, SHORTEST)?;
        at_least("fetch", params.fetch, SHORTEST)?;
        at_least("fetch_longest", params.fetch_longest, params.fetch)?;
        at_least("gossip", params.gossip, SHORTEST)?;
        at_least("history", params.history, params.timeout_propose)?;
        between("remembered", params.remembered, &(1..=100_000_000))
    }

    fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
        let summary = "total, Byzantine; lives while messages are timely";
        let absence = params.shared().longest_absence();
        Guarantees::total_order(summary, committee.byzantine(), absence)
    }

    fn liveness(committee: &Committee, params: &Params) -> Result<Liveness, &'static str> {
        liveness::stated(committee, params)
            .ok_or("rounds never become calm, or blocks come without a rest")
    }

    fn work(message: &Message) -> Work {
        match message {
            // The prevote that follows, and the precommit after that.
            Message::Propose(proposal) => Work::verify(proposal.signatures()).and_sign().and_sign(),
            Message::Vote(..) => Work::verify(1),
            Message::Again(again) => {
                let proposal = again.proposal.as_ref().map_or(0, |known| known.signatures());
                Work::verify(proposal + again.votes.len() as u32)
            }
            Message::Heard(heard) => Work::verify(heard.signatures()),
            Message::Relay(items) | Message::Bodies(items) => Work::verify(items.len() as u32),
            Message::Blocks(blocks) => {
                let signatures =
                    |Whole(at): &Whole| at.commit.votes() + at.block.payload.len() as u32;
                Work::verify(blocks.iter().map(signatures).sum())
            }
            Message::Status(_) | Message::NeedBodies(_) | Message::NeedBlocks(_) => Work::NONE,
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
mod tests;
