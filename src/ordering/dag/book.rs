//! What a validator must not forget: what it proposed and voted for, the DAG, how far the order
//! goes, and what it delivered lately.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::block::{Block, Reference, Round, Vertex};
use crate::attestation::{Id, IdMap};
use crate::kernel::{LocalTime, Span};
use crate::ordering::Item;
use crate::ordering::kept::Journaled;
use crate::ordering::ordered::Ordered;

/// How long what is remembered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// For whoever was away.
    pub(super) history: Span,
    /// Rounds before a leader at which its history begins.
    pub(super) depth: Round,
    /// Ordered attestations, to know duplicates.
    pub(super) remembered: usize,
    /// A planted bug.
    pub(super) is_by_arrival: bool,
}

/// A place for a leader: several may have one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The leader's round.
    pub round: Round,
    /// The how manieth of the round.
    pub offset: u32,
}

/// One validator's durable state.
#[derive(Clone, Debug)]
pub struct Book {
    limits: Limits,
    /// Its last block: none is made in this round or before any more.
    own: Option<Arc<Block>>,
    /// For whom it voted, by place.
    votes: BTreeMap<(Round, u16), Id>,
    vertices: IdMap<Known>,
    /// Blocks of each round in order of acceptance.
    rounds: BTreeMap<Round, Vec<Reference>>,
    ages: VecDeque<(LocalTime, Reference)>,
    /// The first leader about whom nothing is decided.
    next: Slot,
    /// The round of the last leader committed.
    leader: Round,
    seen: Ordered,
    /// What the last decision delivers,
    fresh: Vec<Item>,
    /// and the blocks that it ordered.
    ordered: Vec<Arc<Block>>,
}

#[derive(Clone, Debug)]
struct Known {
    vertex: Vertex,
    is_ordered: bool,
}

/// One durable step.
#[derive(Debug)]
pub enum Change {
    /// An own block; none in its round or before any more.
    Propose(Arc<Block>),
    /// A vote; none for another block in that place.
    Vote(Reference),
    /// A block enters the DAG, with all its bodies.
    Accept(Vertex, LocalTime),
    /// The next leader is committed, or there is none; and the slot after it.
    Decide(Decision, LocalTime),
}

/// What became of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The leader's block, to be ordered with its history; `None` if the slot stays empty.
    pub leader: Option<Reference>,
    /// The slot to be decided next.
    pub next: Slot,
}

impl Book {
    pub(super) fn new(limits: Limits, next: Slot) -> Self {
        Self {
            seen: Ordered::new(limits.remembered),
            limits,
            own: None,
            votes: BTreeMap::new(),
            vertices: IdMap::default(),
            rounds: BTreeMap::new(),
            ages: VecDeque::new(),
            next,
            leader: 0,
            fresh: Vec::new(),
            ordered: Vec::new(),
        }
    }

    pub(super) fn own(&self) -> Option<&Arc<Block>> {
        self.own.as_ref()
    }

    /// For which block in that place a vote was given.
    pub(super) fn voted(&self, place: &Reference) -> Option<Id> {
        self.votes.get(&(place.round, place.author)).copied()
    }

    pub(super) fn vertex(&self, id: &Id) -> Option<&Vertex> {
        self.vertices.find(id).map(|known| &known.vertex)
    }

    /// Blocks of a round, the earliest accepted first.
    pub(super) fn round(&self, round: Round) -> &[Reference] {
        self.rounds.get(&round).map_or(&[], Vec::as_slice)
    }

    /// Blocks of later rounds than that, round by round.
    pub(super) fn above(&self, round: Round) -> impl Iterator<Item = &Reference> {
        self.rounds.range(round + 1..).flat_map(|(_, places)| places)
    }

    /// The first block accepted in that place.
    pub(super) fn at(&self, round: Round, author: u16) -> Option<&Reference> {
        self.round(round).iter().find(|place| place.author == author)
    }

    /// The highest round of any block.
    pub(super) fn highest(&self) -> Round {
        self.rounds.last_key_value().map_or(0, |(round, _)| *round)
    }

    pub(super) fn next(&self) -> Slot {
        self.next
    }

    /// The round of the last leader committed.
    pub(super) fn leader(&self) -> Round {
        self.leader
    }

    /// Blocks of this round and before are ordered no more, if they are not by now.
    pub(super) fn floor(&self) -> Round {
        self.leader.saturating_sub(self.limits.depth)
    }

    pub(super) fn fresh(&self) -> &[Item] {
        &self.fresh
    }

    pub(super) fn ordered(&self) -> &[Arc<Block>] {
        &self.ordered
    }

    /// What was ordered lately.
    pub(super) fn seen(&self) -> &Ordered {
        &self.seen
    }

    fn accept(&mut self, vertex: &Vertex, now: LocalTime) {
        let place = vertex.place();
        let known = Known { vertex: vertex.clone(), is_ordered: false };
        assert!(self.vertices.insert(place.id, known).is_none(), "a block is accepted once");
        self.rounds.entry(place.round).or_default().push(place);
        self.ages.push_back((now, place));
    }

    fn decide(&mut self, decision: &Decision, now: LocalTime) {
        self.next = decision.next;
        self.fresh.clear();
        self.ordered.clear();
        let Some(leader) = &decision.leader else { return };
        self.leader = leader.round;
        self.ordered = self.history_of(leader);
        for block in self.ordered.clone() {
            let fresh = block.payload.items();
            self.fresh.extend(fresh.filter(|item| self.seen.add(item.named(), &item.signed)));
        }
        self.forget(now);
    }

    /// The leader's history that is not ordered yet, as far back as `depth`, by round and author:
    /// a deterministic order of a set that is the same for all who have the leader.
    fn history_of(&mut self, leader: &Reference) -> Vec<Arc<Block>> {
        let floor = self.floor();
        let mut history = Vec::new();
        let mut open = vec![leader.id];
        while let Some(id) = open.pop() {
            let Some(known) = self.vertices.find_mut(&id) else { continue };
            if known.is_ordered || known.vertex.place().round <= floor {
                continue;
            }
            known.is_ordered = true;
            open.extend(known.vertex.block.parents.iter().map(|parent| parent.id));
            history.push(known.vertex.block.clone());
        }
        history.sort_by_key(|block| block.place);
        if self.limits.is_by_arrival {
            let arrival = |at: &Reference| self.round(at.round).iter().position(|one| one == at);
            history.sort_by_key(|block| (block.place.round, arrival(&block.place)));
        }
        history
    }

    fn forget(&mut self, now: LocalTime) {
        self.seen.forget();
        let (horizon, floor) = (now - self.limits.history, self.floor());
        self.votes = self.votes.split_off(&(floor + 1, 0));
        while let Some((_, place)) =
            self.ages.front().copied().filter(|(at, place)| *at < horizon && place.round <= floor)
        {
            self.ages.pop_front();
            self.vertices.remove(&place.id);
            if let Some(round) = self.rounds.get_mut(&place.round) {
                round.retain(|other| *other != place);
                if round.is_empty() {
                    self.rounds.remove(&place.round);
                }
            }
        }
    }
}

impl Journaled for Book {
    type Change = Change;

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Propose(block) => self.own = Some(block.clone()),
            Change::Vote(place) => {
                self.votes.insert((place.round, place.author), place.id);
            }
            Change::Accept(vertex, now) => self.accept(vertex, *now),
            Change::Decide(decision, now) => self.decide(decision, *now),
        }
    }

    fn weight(&self) -> usize {
        self.seen.len() + self.vertices.len()
    }

    fn weight_of(change: &Change) -> usize {
        match change {
            Change::Propose(_) | Change::Vote(_) | Change::Decide(..) => 1,
            Change::Accept(vertex, _) => 1 + vertex.block.payload.len(),
        }
    }
}
