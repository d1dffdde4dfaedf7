//! What a validator must not forget: how far it voted, its lock, its blocks, and what it
//! delivered lately.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::Params;
use super::block::{Ballot, Block, Qc, Round, Tc, genesis};
use crate::attestation::{Id, IdMap, Signed};
use crate::kernel::LocalTime;
use crate::ordering::Try;
use crate::ordering::kept::Journaled;

/// One validator's durable state.
#[derive(Clone, Debug)]
pub struct Book {
    params: Params,
    /// `r_vote`: no vote is given in this round or before any more.
    voted: Round,
    /// `qc_high`, the lock.
    high: Arc<Qc>,
    /// The last timeout certificate that moved this validator on.
    tc: Option<Arc<Tc>>,
    /// The last block committed.
    tip: Ballot,
    /// All blocks below, by id.
    blocks: IdMap<Arc<Block>>,
    /// Not committed.
    open: BTreeSet<(Round, Id)>,
    /// Committed, oldest first, and when.
    chain: VecDeque<(LocalTime, Arc<Block>)>,
    /// What was ordered among the last `remembered`: which decides what is a duplicate, so it
    /// must follow from the committed sequence alone, and no clock has a say in it.
    seen: IdMap<Seen>,
    order: VecDeque<(u64, Id)>,
    places: u64,
    /// Positions of what the last commit delivered, in its block.
    fresh: Vec<u32>,
}

/// An attestation that was ordered.
#[derive(Clone, Debug)]
struct Seen {
    signed: Arc<Signed>,
    /// The highest attempt so far,
    attempt: u8,
    /// and its place in the sequence of all.
    place: u64,
}

/// One durable step.
#[derive(Debug)]
pub enum Change {
    /// No vote in this round or before any more.
    Vote(Round),
    /// A higher certificate.
    Lock(Arc<Qc>),
    /// A round was left by timeout.
    Leave(Arc<Tc>),
    /// A block, with all its bodies.
    Store(Arc<Block>),
    /// The child of the tip is the tip.
    Commit(Arc<Block>, LocalTime),
}

impl Book {
    pub(super) fn new(params: &Params) -> Self {
        Self {
            params: params.clone(),
            voted: 0,
            high: genesis(),
            tc: None,
            tip: Ballot::GENESIS,
            blocks: IdMap::default(),
            open: BTreeSet::new(),
            chain: VecDeque::new(),
            seen: IdMap::default(),
            order: VecDeque::new(),
            places: 0,
            fresh: Vec::new(),
        }
    }

    pub(super) fn voted(&self) -> Round {
        self.voted
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

    pub(super) fn block(&self, id: &Id) -> Option<&Arc<Block>> {
        self.blocks.find(id)
    }

    pub(super) fn fresh(&self) -> &[u32] {
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

    /// Whether this try, or a later one of the same, was ordered lately.
    pub(super) fn has_ordered(&self, name: Try) -> bool {
        self.seen.find(&name.id).is_some_and(|seen| seen.attempt >= name.attempt)
    }

    /// The body of what was ordered lately.
    pub(super) fn body(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.seen.find(id).map(|seen| &seen.signed)
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
        for (at, (name, signed)) in (0..).zip(block.payload.iter().zip(block.bodies())) {
            if self.see(*name, signed) {
                self.fresh.push(at);
            }
        }
        self.forget(now);
    }

    /// Whether this try is to be delivered: neither it nor a later one has been.
    fn see(&mut self, name: Try, signed: &Arc<Signed>) -> bool {
        let Try { id, attempt } = name;
        self.places += 1;
        let place = self.places;
        let mut is_new = false;
        let seen = self.seen.find_or_insert_with(id, || {
            is_new = true;
            Seen { signed: signed.clone(), attempt, place }
        });
        if !is_new && seen.attempt >= attempt {
            return false;
        }
        (seen.attempt, seen.place) = (attempt, place);
        self.order.push_back((place, id));
        true
    }

    fn forget(&mut self, now: LocalTime) {
        while self.order.len() > self.params.remembered as usize {
            let Some((place, id)) = self.order.pop_front() else { return };
            if self.seen.find(&id).is_some_and(|seen| seen.place == place) {
                self.seen.remove(&id);
            }
        }
        let horizon = now - self.params.history;
        while self.chain.front().is_some_and(|(at, _)| *at < horizon) && self.chain.len() > 2 {
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
            Change::Vote(round) => self.voted = self.voted.max(*round),
            Change::Lock(qc) => self.high = qc.clone(),
            Change::Leave(tc) => self.tc = Some(tc.clone()),
            Change::Store(block) => {
                self.blocks.insert(block.id, block.clone());
                self.open.insert((block.round, block.id));
            }
            Change::Commit(block, now) => self.commit(block, *now),
        }
    }

    fn weight(&self) -> usize {
        self.seen.len() + self.blocks.len()
    }

    fn weight_of(change: &Change) -> usize {
        match change {
            Change::Vote(_) | Change::Lock(_) | Change::Leave(_) | Change::Store(_) => 1,
            Change::Commit(block, _) => 1 + block.payload.len(),
        }
    }
}
