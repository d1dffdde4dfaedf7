//! The validator's half: what happens on each message and timer. Proposing is in `lead`, fetching
//! what is missing in `sync`.

use std::collections::{BTreeSet, VecDeque};
use std::marker::PhantomData;
use std::sync::Arc;

use super::block::{Block, Reference, Round, Rules, Vertex};
use super::book::{Book, Change, Decision, Limits};
use super::pending::{BODY, Pending};
use super::pool::Pool;
use super::waves::Waves;
use super::{Anchors, Commit, Durable, Family, Message, Settings};
use crate::ordering::certificate::{Counted, Statement, Tally};
use crate::ordering::kept::Kept;
use crate::ordering::neighbours::Neighbours;
use crate::ordering::prelude::*;
use crate::ordering::{Chase, Pauses};

/// The validator's half.
pub struct Replica<S> {
    pub(super) seat: Seat,
    pub(super) settings: Settings,
    pub(super) rules: Rules,
    pub(super) book: Kept<Book>,
    pub(super) pool: Pool,
    committer: Committer,
    pub(super) pending: Pending,
    pub(super) missing_bodies: Chase<Id>,
    /// Blocks by round and id.
    pub(super) missing_blocks: Chase<(Round, Id)>,
    /// The round that does not end.
    pub(super) stalled: Chase<Round>,
    pub(super) stall: Option<Round>,
    /// Votes for the last own block, where blocks are certified.
    tally: Option<(Reference, Tally<Reference>)>,
    /// The highest round with a quorum of blocks, and since when it has one.
    pub(super) base: Round,
    pub(super) entered: LocalTime,
    /// The highest round of any block that was seen.
    pub(super) seen: Round,
    /// When it proposed last.
    pub(super) proposed: Option<LocalTime>,
    /// How many rounds it left without their leaders.
    pub(super) left: i64,
    /// Accepted blocks that no accepted block refers to.
    pub(super) tips: BTreeSet<Reference>,
    /// What is complete, in order.
    complete: VecDeque<Vertex>,
    pub(super) timers: Timers,
    pub(super) neighbours: Neighbours,
    strategy: PhantomData<fn(S)>,
}

/// What decides the order.
enum Committer {
    Waves(Waves),
    Anchors(Anchors),
}

/// When timers fire.
#[derive(Debug, Default)]
pub(super) struct Timers {
    pub(super) propose: Option<LocalTime>,
    pub(super) fetch: Option<LocalTime>,
}

const PROPOSE: TimerId = TimerId(0);
const FETCH: TimerId = TimerId(1);
pub(super) const GOSSIP: TimerId = TimerId(2);

impl<S: Family> Replica<S> {
    pub(in crate::ordering) fn new(seat: Seat, settings: Settings) -> Self {
        let Settings { quorum, history, is_by_arrival, .. } = settings;
        let depth = Round::from(settings.depth);
        let rules = Rules {
            committee: seat.committee,
            keys: seat.signer.ring().clone(),
            quorum,
            is_certified: settings.is_certified(),
            depth,
        };
        let remembered = settings.remembered as usize;
        let limits = Limits { history, depth, remembered, is_by_arrival };
        let (committer, first) = match settings.commit {
            Commit::Uncertified { table, .. } => {
                (Committer::Waves(Waves::new(table, seat.committee)), Waves::first(&table))
            }
            Commit::Certified { anchors, .. } => (Committer::Anchors(anchors), Anchors::FIRST),
        };
        let resend =
            Pauses { first: settings.resend, longest: settings.fetch_longest.max(settings.resend) };
        Self {
            rules,
            book: Kept::new(Book::new(limits, first)),
            pool: Pool::new(history),
            committer,
            pending: Pending::default(),
            missing_bodies: Chase::new(&seat, settings.pauses()),
            missing_blocks: Chase::new(&seat, settings.pauses()),
            stalled: Chase::new(&seat, resend),
            stall: None,
            tally: None,
            base: 0,
            entered: LocalTime(0),
            seen: 0,
            proposed: None,
            left: 0,
            tips: BTreeSet::new(),
            complete: VecDeque::new(),
            timers: Timers::default(),
            neighbours: Neighbours::new(&seat),
            strategy: PhantomData,
            settings,
            seat,
        }
    }

    pub(super) fn change(&mut self, change: Change, out: &mut Out<S>) {
        self.book.change(change);
        out.persist(self.book.journal());
    }

    /// Where this validator stands in the line for an attestation, as a time to wait.
    fn turn(&self, id: &Id) -> Span {
        let size = self.seat.committee.size();
        let first = id.as_bytes()[..4].iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        let place = (u32::from(self.seat.me) + size - first % size) % size;
        self.settings.turn * u64::from(place.min(self.seat.committee.one_correct()))
    }

    fn take(&mut self, now: LocalTime, item: &Item) {
        if !self.book.seen().has(item.named()) {
            let due = now + self.turn(&item.id());
            self.pool.submit(now, item, due);
        }
        self.body_came(item.id());
    }

    pub(super) fn body_came(&mut self, id: Id) {
        self.missing_bodies.end(id);
        self.complete.extend(self.pending.arrived(&(BODY, id)));
    }

    /// A block, of its author or of whoever was asked for it.
    pub(super) fn see(&mut self, now: LocalTime, from: u16, vertex: &Vertex) {
        let place = vertex.place();
        let is_known = self.book.vertex(&place.id).is_some()
            || self.pending.holds(&place.id, vertex.certificate.is_some());
        if is_known || place.round <= self.book.floor() || !vertex.block.is_valid(&self.rules) {
            return;
        }
        if vertex.certificate.is_some() && !vertex.is_valid(&self.rules) {
            return;
        }
        // A second block in one place is only taken in if another block refers to it, so whoever
        // makes many fills no memory.
        let is_second = self.book.at(place.round, place.author).is_some()
            || vertex.certificate.is_none() && self.pending.has_place(&place);
        if is_second && !self.pending.wants(&(place.round, place.id)) {
            return;
        }
        self.seen = self.seen.max(place.round);
        if self.hold(now, from, vertex) {
            self.complete.push_back(vertex.clone());
        }
    }

    /// A block whose parents and bodies are all here.
    fn completed(&mut self, now: LocalTime, vertex: &Vertex, out: &mut Out<S>) {
        let place = vertex.place();
        if place.round <= self.book.floor() || self.book.vertex(&place.id).is_some() {
            return;
        }
        let (pool, seen) = (&self.pool, self.book.seen());
        vertex.block.payload.fill(|id| pool.body(id).or_else(|| seen.body(id)).cloned());
        if self.rules.is_certified && vertex.certificate.is_none() {
            self.vote(place, out);
        } else {
            self.accept(now, vertex, out);
        }
    }

    /// Narwhal, section 3.1: a validator votes once for a round and an author, when it has the
    /// block's parents and payload; and says the same if asked again.
    fn vote(&mut self, place: Reference, out: &mut Out<S>) {
        match self.book.voted(&place) {
            None => self.change(Change::Vote(place), out),
            Some(other) if other != place.id => return,
            Some(_) => {}
        }
        let signature = place.signed_by(&self.seat.signer);
        if place.author == self.seat.me {
            self.count(self.seat.me, place, &signature, out);
        } else {
            out.send(Peer::Replica(place.author), Message::Vote(place, signature));
        }
    }

    /// The author makes a certificate of a quorum of votes.
    fn count(&mut self, from: u16, place: Reference, by: &Signature, out: &mut Out<S>) {
        let Some((own, tally)) = &mut self.tally else { return };
        if *own != place || !place.is_signed_by(from, by, &self.rules.keys) {
            return;
        }
        let Counted::Quorum(certificate) = tally.add(from, &place, by) else { return };
        let Some(block) = self.book.own().cloned() else { return };
        let vertex = Vertex { block, certificate: Some(certificate) };
        out.broadcast(Message::Certified(vertex.clone()));
        self.complete.push_back(vertex);
    }

    /// An own block: into the DAG, or to be voted on.
    pub(super) fn begin(&mut self, block: &Arc<Block>) {
        let place = block.place;
        self.tally = Some((place, Tally::new(self.rules.quorum)));
        self.complete.push_back(Vertex { block: block.clone(), certificate: None });
    }

    /// The block enters the DAG.
    fn accept(&mut self, now: LocalTime, vertex: &Vertex, out: &mut Out<S>) {
        self.change(Change::Accept(vertex.clone(), now), out);
        self.recall(now, vertex);
        let place = vertex.place();
        if place.author == self.seat.me && place.round > self.own_round() {
            // Its state was lost: what it learns of its own past it does not contradict.
            self.change(Change::Propose(vertex.block.clone()), out);
        }
        let missing = (place.round, place.id);
        self.missing_blocks.end(missing);
        self.complete.extend(self.pending.arrived(&missing));
        let decisions = match &mut self.committer {
            Committer::Waves(waves) => {
                waves.add(place, &self.book);
                waves.decide(&self.book)
            }
            Committer::Anchors(anchors) => anchors.decide(place, &self.book),
        };
        for decision in decisions {
            self.decide(now, decision, out);
        }
    }

    /// What follows from a block in the DAG, other than decisions.
    fn recall(&mut self, now: LocalTime, vertex: &Vertex) {
        let block = &vertex.block;
        for item in block.payload.items() {
            if !self.book.seen().has(item.named()) {
                let due = now + self.settings.again + self.turn(&item.id());
                self.pool.place(now, &item, due, block.place.author == self.seat.me);
            }
        }
        for parent in &block.parents {
            self.tips.remove(parent);
        }
        self.tips.insert(block.place);
        let round = block.place.round;
        if round > self.base && self.authors(round) >= self.rules.quorum {
            self.base = round;
            self.entered = now;
        }
    }

    /// How many authors have a block in that round.
    fn authors(&self, round: Round) -> u32 {
        let mut authors: Vec<u16> = self.book.round(round).iter().map(|at| at.author).collect();
        authors.sort_unstable();
        authors.dedup();
        authors.len() as u32
    }

    fn decide(&mut self, now: LocalTime, decision: Decision, out: &mut Out<S>) {
        self.change(Change::Decide(decision, now), out);
        if decision.leader.is_none() {
            return;
        }
        self.book.fresh().iter().for_each(|item| out.deliver(item.clone()));
        for block in self.book.ordered() {
            block.payload.iter().for_each(|name| self.pool.remove(*name));
        }
        let floor = self.book.floor();
        self.tips.retain(|tip| tip.round > floor);
        let (free, old) = self.pending.forget(floor);
        self.complete.extend(free);
        for missing in old {
            self.missing_blocks.end(missing);
        }
    }

    /// Whether the round is complete enough to be left without waiting for its leaders.
    pub(super) fn may_leave(&self) -> bool {
        match (&self.committer, self.settings.commit) {
            (Committer::Waves(waves), Commit::Uncertified { waits: true, .. }) => {
                waves.leaders(self.base).all(|leader| self.book.at(self.base, leader).is_some())
            }
            (Committer::Anchors(anchors), Commit::Certified { waits: true, .. }) => {
                anchors.may_leave(self.base, &self.book)
            }
            _ => true,
        }
    }

    /// After every call: what became complete, what follows, which timers are needed.
    fn settle(&mut self, now: LocalTime, out: &mut Out<S>) {
        loop {
            self.take_in(now, out);
            self.pool.tidy(now);
            self.propose(now, out);
            if self.complete.is_empty() {
                break;
            }
        }
        self.set_timers(now, out);
    }

    /// Everything that is complete by now.
    pub(super) fn take_in(&mut self, now: LocalTime, out: &mut Out<S>) {
        while let Some(vertex) = self.complete.pop_front() {
            self.completed(now, &vertex, out);
        }
    }

    fn set_timers(&mut self, now: LocalTime, out: &mut Out<S>) {
        let due = self.next_proposal(now);
        match due.map(|due| due.max(now)) {
            Some(due) if self.timers.propose.is_none_or(|set| set > due) => {
                out.set_timer(due.since(now), PROPOSE);
                self.timers.propose = Some(due);
            }
            None if self.timers.propose.is_some() => {
                out.cancel_timer(PROPOSE);
                self.timers.propose = None;
            }
            Some(_) | None => {}
        }
        self.watch_for_stall(now, out);
        let pauses = [
            self.missing_bodies.pause(now),
            self.missing_blocks.pause(now),
            self.stalled.pause(now),
        ];
        let due = pauses.into_iter().flatten().min().map(|pause| now + pause);
        if let Some(due) = due.filter(|due| self.timers.fetch.is_none_or(|set| set > *due)) {
            self.timers.fetch = Some(due);
            out.set_timer(due.since(now), FETCH);
        }
    }
}

impl<S: Family> crate::ordering::Replica<S> for Replica<S> {
    fn start(&mut self, _: LocalTime, out: &mut Out<S>) {
        out.set_timer(self.settings.gossip, GOSSIP);
    }

    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<S>) {
        self.take(now, &item);
        self.settle(now, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, message: &Message, out: &mut Out<S>) {
        let Peer::Replica(from) = from else { return };
        match message {
            Message::Block(block) => {
                let block = block.clone();
                self.see(now, from, &Vertex { block, certificate: None });
            }
            Message::Vote(place, by) => self.count(from, *place, by, out),
            Message::Certified(vertex) => self.see(now, from, vertex),
            Message::Status(round) => self.status(now, from, *round, out),
            Message::NeedBodies(ids) => self.give_bodies(from, ids, out),
            Message::Bodies(items) => {
                self.learn(now, items.iter().map(|item| &item.signed));
            }
            Message::NeedBlocks(ids, above) => self.give_blocks(from, ids, *above, out),
            Message::NeedRounds(above) => self.give_rounds(from, *above, out),
            Message::Blocks(blocks, round) => self.catch_up(now, from, blocks, *round, out),
        }
        self.settle(now, out);
    }

    fn timer(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<S>) {
        match timer {
            PROPOSE => self.timers.propose = None,
            FETCH => {
                self.timers.fetch = None;
                self.ask(now, out);
            }
            _ => self.gossip(1, out),
        }
        self.settle(now, out);
    }

    fn restart(&mut self, now: LocalTime, kept: Option<Durable>, out: &mut Out<S>) {
        if let Some(journal) = kept {
            self.book = Kept::restore(&journal);
            self.rebuild(now);
        }
        self.gossip(self.seat.committee.one_correct(), out);
        self.settle(now, out);
    }
}

impl<S: Family> Replica<S> {
    /// After a restart: what the kept DAG tells.
    fn rebuild(&mut self, now: LocalTime) {
        let kept: Vec<Vertex> = self
            .book
            .above(self.book.floor())
            .filter_map(|place| self.book.vertex(&place.id).cloned())
            .collect();
        for vertex in kept {
            self.recall(now, &vertex);
            if let Committer::Waves(waves) = &mut self.committer {
                waves.add(vertex.place(), &self.book);
            }
        }
        let own = self.book.own().cloned();
        if let Some(own) = own.filter(|own| self.book.vertex(&own.place.id).is_none()) {
            self.learn(now, own.payload.bodies());
            self.begin(&own);
        }
    }
}
