//! What a validator must not forget: what it said in the height it is to decide, its lock, and
//! what was decided lately.

use std::collections::VecDeque;
use std::sync::Arc;

use super::block::{Block, Decided, Height, Kind, Proposal, Qc, Round, Vote, VoteOf};
use crate::attestation::{Id, Signature};
use crate::kernel::{LocalTime, Span};
use crate::ordering::Item;
use crate::ordering::kept::Journaled;
use crate::ordering::leader::Settings;
use crate::ordering::ordered::Ordered;

/// One validator's durable state.
#[derive(Clone)]
pub struct Book {
    history: Span,
    /// Of the last block decided.
    height: Height,
    tip: Id,
    current: Current,
    /// Decided, the lowest first, and when.
    chain: VecDeque<(LocalTime, Arc<Decided>)>,
    seen: Ordered,
    /// What the last decision delivers.
    fresh: Vec<Item>,
}

/// The height to be decided.
#[derive(Clone, Default)]
pub(super) struct Current {
    pub(super) round: Round,
    /// The precommits of a quorum that ended the round before, if it did not begin by line 55.
    pub(super) ended: Arc<Vec<VoteOf>>,
    /// Of this round, by this validator.
    pub(super) proposal: Option<Arc<Proposal>>,
    pub(super) prevote: Option<(Vote, Signature)>,
    pub(super) precommit: Option<(Vote, Signature)>,
    /// `lockedRound` and `lockedValue`.
    pub(super) locked: Option<(Round, Arc<Block>)>,
    /// `validValue`, and the prevotes of `validRound`.
    pub(super) valid: Option<(Arc<Block>, Arc<Qc>)>,
}

/// Where a validator is in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Propose,
    Prevote,
    Precommit,
}

/// One durable step.
pub enum Change {
    /// A round begins, after these precommits in the one before.
    Enter(Round, Arc<Vec<VoteOf>>),
    /// This validator proposes.
    Propose(Arc<Proposal>),
    /// This validator votes.
    Vote(Vote, Signature),
    /// It is locked on this.
    Lock(Round, Arc<Block>),
    /// A quorum prevoted for this.
    Valid(Arc<Block>, Arc<Qc>),
    /// A height is decided.
    Decide(Arc<Decided>, LocalTime),
}

impl Book {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            history: settings.history,
            height: 0,
            tip: Id::LEAST,
            current: Current::default(),
            chain: VecDeque::new(),
            seen: Ordered::new(settings.remembered as usize),
            fresh: Vec::new(),
        }
    }

    /// The height to be decided next, `h_p`.
    pub(super) fn height(&self) -> Height {
        self.height + 1
    }

    pub(super) fn tip(&self) -> Id {
        self.tip
    }

    pub(super) fn current(&self) -> &Current {
        &self.current
    }

    pub(super) fn round(&self) -> Round {
        self.current.round
    }

    pub(super) fn step(&self) -> Step {
        match (&self.current.prevote, &self.current.precommit) {
            (_, Some(_)) => Step::Precommit,
            (Some(_), None) => Step::Prevote,
            (None, None) => Step::Propose,
        }
    }

    pub(super) fn seen(&self) -> &Ordered {
        &self.seen
    }

    pub(super) fn fresh(&self) -> &[Item] {
        &self.fresh
    }

    /// Decided blocks from a height on, the lowest first, as far as they are kept.
    pub(super) fn chain_from(&self, height: Height) -> impl Iterator<Item = &Arc<Decided>> {
        let first = self.chain.partition_point(|(_, decided)| decided.block.height < height);
        self.chain.range(first..).map(|(_, decided)| decided)
    }

    fn decide(&mut self, decided: &Arc<Decided>, now: LocalTime) {
        let block = &decided.block;
        (self.height, self.tip, self.current) = (block.height, block.id, Current::default());
        self.chain.push_back((now, decided.clone()));
        self.fresh.clear();
        let fresh = block.payload.items();
        self.fresh.extend(fresh.filter(|item| self.seen.add(item.named(), &item.signed)));
        self.seen.forget();
        let horizon = now - self.history;
        while self.chain.front().is_some_and(|(at, _)| *at < horizon) && self.chain.len() > 1 {
            self.chain.pop_front();
        }
    }
}

impl Journaled for Book {
    type Change = Change;

    fn apply(&mut self, change: &Change) {
        let current = &mut self.current;
        match change {
            Change::Enter(round, ended) => {
                let (locked, valid) = (current.locked.take(), current.valid.take());
                let (round, ended) = (*round, ended.clone());
                *current = Current { round, ended, locked, valid, ..Current::default() };
            }
            Change::Propose(proposal) => current.proposal = Some(proposal.clone()),
            Change::Vote(vote, signature) => {
                let said = Some((*vote, signature.clone()));
                match vote.kind {
                    Kind::Prevote => current.prevote = said,
                    Kind::Precommit => current.precommit = said,
                }
            }
            Change::Lock(round, block) => current.locked = Some((*round, block.clone())),
            Change::Valid(block, votes) => current.valid = Some((block.clone(), votes.clone())),
            Change::Decide(decided, now) => self.decide(decided, *now),
        }
    }

    fn weight(&self) -> usize {
        self.seen.len() + self.chain.len()
    }

    fn weight_of(change: &Change) -> usize {
        match change {
            Change::Decide(decided, _) => 1 + decided.block.payload.len(),
            Change::Enter(..)
            | Change::Propose(_)
            | Change::Vote(..)
            | Change::Lock(..)
            | Change::Valid(..) => 1,
        }
    }
}
