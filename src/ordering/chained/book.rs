//! What a validator must not forget: how far it voted, its lock, its blocks, and what it
//! delivered lately.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::block::{Ballot, Block, Qc, Round, Tc, genesis};
use crate::attestation::{Id, IdMap};
use crate::kernel::{LocalTime, Span};
use crate::ordering::kept::Journaled;
use crate::ordering::ordered::Ordered;
use crate::ordering::{Item, leader};

/// One validator's durable state.
#[derive(Clone, Debug)]
pub struct Book {
    history: Span,
    /// Committed blocks that are kept whatever their age.
    keeps: usize,
    /// `r_vote`: no vote is given in this round or before any more.
    voted: Round,
    /// No block is proposed in this round or before any more.
    proposed: Round,
    /// In a chain of three, the lock: no vote is given to what is built on an older certificate.
    locked: Round,
    /// `qc_high`, which in a chain of two is the lock.
    high: Arc<Qc>,
    /// The last timeout certificate that moved this validator on.
    tc: Option<Arc<Tc>>,
    /// The last block committed.
    tip: Ballot,
    /// What commits it: the certificate of the last block of a chain that begins with it or later.
    commit_qc: Arc<Qc>,
    /// All blocks below, by id.
    blocks: IdMap<Arc<Block>>,
    /// Not committed.
    open: BTreeSet<(Round, Id)>,
    /// Committed, oldest first, and when.
    chain: VecDeque<(LocalTime, Arc<Block>)>,
    seen: Ordered,
    /// What the last commit delivers.
    fresh: Vec<Item>,
}

/// One durable step.
#[derive(Debug)]
pub enum Change {
    /// No proposal in this round or before any more.
    Propose(Round),
    /// No vote in some rounds, nor for some blocks.
    Vote {
        /// In this round and before.
        round: Round,
        /// Built on a certificate of an earlier round than this.
        locked: Round,
    },
    /// A higher certificate.
    Lock(Arc<Qc>),
    /// A round was left by timeout.
    Leave(Arc<Tc>),
    /// A block, with all its bodies.
    Store(Arc<Block>),
    /// The child of the tip is the tip.
    Commit {
        /// The child.
        block: Arc<Block>,
        /// When.
        now: LocalTime,
        /// What commits it.
        qc: Arc<Qc>,
    },
}

impl Book {
    pub(super) fn new(settings: &leader::Settings, keeps: usize) -> Self {
        Self {
            history: settings.history,
            keeps,
            proposed: 0,
            locked: 0,
            voted: 0,
            high: genesis(),
            tc: None,
            tip: Ballot::GENESIS,
            commit_qc: genesis(),
            blocks: IdMap::default(),
            open: BTreeSet::new(),
            chain: VecDeque::new(),
            seen: Ordered::new(settings.remembered as usize),
            fresh: Vec::new(),
        }
    }

    pub(super) fn voted(&self) -> Round {
        self.voted
    }

    pub(super) fn proposed(&self) -> Round {
        self.proposed
    }

    pub(super) fn locked(&self) -> Round {
        self.locked
    }

    pub(super) fn high(&self) -> &Arc<Qc> {
        &self.high
    }

    pub(super) fn tc(&self) -> Option<&Arc<Tc>> {
        self.tc.as_ref()
    }

    pub(super) fn tip(&self) -> Ballot {
        self.tip
    }

    pub(super) fn commit_qc(&self) -> &Arc<Qc> {
        &self.commit_qc
    }

    pub(super) fn block(&self, id: &Id) -> Option<&Arc<Block>> {
        self.blocks.find(id)
    }

    pub(super) fn fresh(&self) -> &[Item] {
        &self.fresh
    }

    pub(super) fn open(&self) -> impl Iterator<Item = &Arc<Block>> {
        self.open.iter().filter_map(|(_, id)| self.blocks.find(id))
    }

    /// Committed blocks of later rounds than `above`, oldest first, as far as they are kept.
    pub(super) fn chain_above(&self, above: Round) -> impl Iterator<Item = &Arc<Block>> {
        let first = self.chain.partition_point(|(_, block)| block.round <= above);
        self.chain.range(first..).map(|(_, block)| block)
    }

    /// What was ordered lately.
    pub(super) fn seen(&self) -> &Ordered {
        &self.seen
    }

    fn commit(&mut self, block: &Arc<Block>, now: LocalTime) {
        self.tip = block.ballot();
        self.open.remove(&(block.round, block.id));
        self.chain.push_back((now, block.clone()));
        while let Some((round, id)) = self.open.first().copied().filter(|at| at.0 <= block.round) {
            self.open.remove(&(round, id));
            self.blocks.remove(&id);
        }
        self.fresh.clear();
        let fresh = block.payload.items();
        self.fresh.extend(fresh.filter(|item| self.seen.add(item.named(), &item.signed)));
        self.forget(now);
    }

    fn forget(&mut self, now: LocalTime) {
        self.seen.forget();
        let horizon = now - self.history;
        while self.chain.front().is_some_and(|(at, _)| *at < horizon)
            && self.chain.len() > self.keeps
        {
            if let Some((_, block)) = self.chain.pop_front() {
                self.blocks.remove(&block.id);
            }
        }
    }
}

impl Journaled for Book {
    type Change = Change;

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Propose(round) => self.proposed = *round,
            Change::Vote { round, locked } => {
                self.voted = self.voted.max(*round);
                self.locked = *locked;
            }
            Change::Lock(qc) => self.high = qc.clone(),
            Change::Leave(tc) => self.tc = Some(tc.clone()),
            Change::Store(block) => {
                self.blocks.insert(block.id, block.clone());
                self.open.insert((block.round, block.id));
            }
            Change::Commit { block, now, qc } => {
                self.commit_qc = qc.clone();
                self.commit(block, *now);
            }
        }
    }

    fn weight(&self) -> usize {
        self.seen.len() + self.blocks.len()
    }

    fn weight_of(change: &Change) -> usize {
        match change {
            Change::Propose(_)
            | Change::Vote { .. }
            | Change::Lock(_)
            | Change::Leave(_)
            | Change::Store(_) => 1,
            Change::Commit { block, .. } => 1 + block.payload.len(),
        }
    }
}
