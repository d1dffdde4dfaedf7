//! The validator's half: what happens on each message and timer. Proposing is in `lead`, storing
//! and committing in `chain`.

mod hosted;

use std::collections::{BTreeMap, VecDeque};
use std::marker::PhantomData;
use std::sync::Arc;

use super::block::{Ballot, Block, Qc, Round, Rules, Tc, Wish};
use super::book::{Book, Change};
use super::listing::Received;
use super::pacemaker::Pacemaker;
use super::params::Settings;
use super::{Family, Message, Proof};
use crate::ordering::Chase;
use crate::ordering::certificate::{Counted, Statement, Tally};
use crate::ordering::kept::Kept;
use crate::ordering::leader::Stock;
use crate::ordering::neighbours::Neighbours;
use crate::ordering::prelude::*;

/// The validator's half.
pub struct Replica<S> {
    pub(super) seat: Seat,
    pub(super) settings: Settings,
    pub(super) rules: Rules,
    pub(super) book: Kept<Book>,
    pub(super) stock: Stock,
    pub(super) pace: Pacemaker,
    /// Votes for rounds whose next leader is this validator.
    tallies: BTreeMap<Round, Tally<Ballot>>,
    /// Blocks above the tip that are certified, known or not.
    pub(super) certified: BTreeMap<Ballot, Arc<Qc>>,
    /// Blocks above the tip that are to be committed, with all before them, and the certificate
    /// that says so.
    pub(super) committable: BTreeMap<Ballot, Arc<Qc>>,
    /// Blocks some of whose bodies are missing, and where in the payload the first of them is.
    pub(super) incomplete: BTreeMap<Id, (Arc<Block>, usize)>,
    /// What it would vote for if it knew more of the chain.
    undecided: Option<Arc<Block>>,
    pub(super) missing_blocks: Chase<Id>,
    /// The one that is asked for.
    pub(super) gap: Option<Id>,
    /// Whether the set of certified or known blocks has changed since gaps were looked for.
    pub(super) has_new_blocks: bool,
    /// What it sends to itself.
    own: VecDeque<Own>,
    pub(super) timers: Timers,
    pub(super) received: Received,
    neighbours: Neighbours,
    strategy: PhantomData<fn(S)>,
}

/// When timers fire, other than that of the round.
#[derive(Debug, Default)]
pub(super) struct Timers {
    pub(super) batch: Option<LocalTime>,
    pub(super) fetch: Option<LocalTime>,
}

/// A message to oneself.
pub(super) enum Own {
    Block(Arc<Block>),
    Vote(Ballot, Signature),
    Wish(Wish, Signature),
}

const ROUND: TimerId = TimerId(0);
pub(super) const BATCH: TimerId = TimerId(1);
pub(super) const FETCH: TimerId = TimerId(2);
const GOSSIP: TimerId = TimerId(3);

/// Votes are counted for so many rounds ahead of one's own.
const AHEAD: Round = 16;
/// Attestations in one [`Message::Relay`].
const RELAY: usize = 64;

impl<S: Family> Replica<S> {
    pub(in crate::ordering) fn new(seat: Seat, settings: Settings) -> Self {
        let rules = Rules {
            committee: seat.committee,
            keys: seat.signer.ring().clone(),
            quorum: settings.quorum,
            chain: settings.chain,
            fairness: settings.fairness.clone(),
        };
        let keeps = settings.leaders.keeps(&seat.committee, settings.chain);
        Self {
            rules,
            book: Kept::new(Book::new(&settings.leader, keeps)),
            stock: Stock::new(&seat, &settings.leader),
            pace: Pacemaker::new(&settings, 1),
            tallies: BTreeMap::new(),
            certified: BTreeMap::new(),
            committable: BTreeMap::new(),
            incomplete: BTreeMap::new(),
            missing_blocks: Chase::new(&seat, settings.leader.pauses()),
            undecided: None,
            gap: None,
            has_new_blocks: false,
            own: VecDeque::new(),
            timers: Timers::default(),
            received: Received::default(),
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

    pub(super) fn send_self(&mut self, own: Own) {
        self.own.push_back(own);
    }

    pub(super) fn proof(&self) -> Proof {
        let high = self.book.high().clone();
        let tc = self.book.tc().filter(|tc| tc.round > high.statement.round).cloned();
        Proof { high, tc }
    }

    /// A proposal: its certificates first, then the vote.
    fn block(&mut self, now: LocalTime, from: u16, block: &Arc<Block>, out: &mut Out<S>) {
        if !self.accepts(block) {
            return;
        }
        self.see_qc(&block.qc, out);
        self.see_tc(block.tc.as_ref(), out);
        self.keep(now, from, block, out);
        self.vote(block, out);
    }

    /// Whether a block is to be kept: also if too little is known to tell whose turn it is.
    pub(super) fn accepts(&self, block: &Block) -> bool {
        self.leader_of(block).is_none_or(|leader| leader == block.author)
            && self.rules.accept_block(block)
    }

    /// Rule Vote: once per round, only in the current one, only for what could be delivered, is
    /// its leader's, and respects the lock. That the block is justified was checked when it was
    /// accepted.
    pub(super) fn vote(&mut self, block: &Arc<Block>, out: &mut Out<S>) {
        let is_complete = self.book.block(&block.id).is_some();
        let voted = self.book.voted();
        if block.round != self.pace.round() || block.round <= voted || !is_complete {
            return;
        }
        let ballot = block.ballot();
        let known = (self.leader_of(block), self.leader_after(ballot), self.locks_on(block));
        let (Some(leader), Some(next), Some(lock)) = known else {
            self.undecided = Some(block.clone());
            return;
        };
        let Some(is_fair) = self.is_fair(block) else {
            self.undecided = Some(block.clone());
            return;
        };
        if block.author != leader || block.parent().round < self.book.locked() || !is_fair {
            return;
        }
        let locked = if self.settings.locks { self.book.locked().max(lock) } else { 0 };
        self.change(Change::Vote { round: block.round, locked }, out);
        let signature = ballot.signed_by(&self.seat.signer);
        if next == self.seat.me {
            self.send_self(Own::Vote(ballot, signature));
        } else {
            out.send(Peer::Replica(next), Message::Vote(ballot, signature));
        }
    }

    /// Rule Lock: whoever votes for a block with three in a row before the commit is locked on
    /// its grandparent; nothing more is needed where two are enough. `None` if the parent is not
    /// known.
    fn locks_on(&self, block: &Block) -> Option<Round> {
        let parent = block.parent();
        if self.settings.chain == 2 || parent == Ballot::GENESIS {
            return Some(0);
        }
        self.find(&parent.block).map(|parent| parent.parent().round)
    }

    /// Votes for what could not be judged before, if now it can.
    fn reconsider(&mut self, out: &mut Out<S>) {
        if let Some(block) = self.undecided.take() {
            self.vote(&block, out);
        }
    }

    /// The next leader collects n − f votes into a certificate.
    fn count(&mut self, from: u16, ballot: Ballot, by: &Signature, out: &mut Out<S>) {
        let (round, high) = (ballot.round, self.book.high().statement.round);
        let is_mine = self.leader_after(ballot).is_none_or(|leader| leader == self.seat.me);
        if !is_mine || round <= high || round > self.pace.round() + AHEAD {
            return;
        }
        if !ballot.is_signed_by(from, by, &self.rules.keys) {
            return;
        }
        let quorum = self.rules.quorum;
        let tally = self.tallies.entry(round).or_insert_with(|| Tally::new(quorum));
        if let Counted::Quorum(qc) = tally.add(from, &ballot, by) {
            self.lock(&qc, out);
            self.see_qc(&qc, out);
        }
    }

    /// Rules Advance Round, Lock and Commit, for every valid certificate that is seen.
    pub(super) fn see_qc(&mut self, qc: &Arc<Qc>, out: &mut Out<S>) {
        if self.settings.raises_high {
            self.lock(qc, out);
        }
        self.certify(qc);
        self.advance(qc.statement.round + 1);
    }

    fn lock(&mut self, qc: &Arc<Qc>, out: &mut Out<S>) {
        if qc.statement.round > self.book.high().statement.round {
            self.change(Change::Lock(qc.clone()), out);
        }
    }

    pub(super) fn see_tc(&mut self, tc: Option<&Arc<Tc>>, out: &mut Out<S>) {
        let Some(tc) = tc else { return };
        if tc.round >= self.pace.round() {
            self.change(Change::Leave(tc.clone()), out);
            self.advance(tc.round + 1);
        }
    }

    fn advance(&mut self, round: Round) {
        if round > self.pace.round() {
            self.pace.enter(round);
            self.tallies = self.tallies.split_off(&(round - 1));
        }
    }

    /// What a peer proves about rounds; false if it proves nothing.
    pub(super) fn see(&mut self, proof: &Proof, out: &mut Out<S>) -> bool {
        let is_valid = self.rules.accept_proof(proof);
        if is_valid {
            self.see_qc(&proof.high, out);
            self.see_tc(proof.tc.as_ref(), out);
        }
        is_valid
    }

    /// Rule Timeout: stop voting in this round and tell everybody, with the highest certificate.
    fn leave_round(&mut self, out: &mut Out<S>) {
        let round = self.pace.round();
        if self.settings.stops_voting && self.book.voted() < round {
            let locked = self.book.locked();
            self.change(Change::Vote { round, locked }, out);
        }
        if !self.pace.timed_out {
            let failures = self.pace.fail();
            out.note(1, failures.into());
            let late = self.stock.pool.first(RELAY);
            if self.rules.fairness.is_none() && !late.is_empty() {
                out.broadcast(Message::Relay(late));
            }
        }
        let wish = Wish { round, high: self.book.high().statement.round };
        let signature = wish.signed_by(&self.seat.signer);
        out.broadcast(Message::Timeout(wish, self.proof(), signature.clone()));
        self.send_self(Own::Wish(wish, signature));
        self.pace.armed = None;
    }

    fn timeout(&mut self, from: u16, wish: Wish, proof: &Proof, by: &Signature, out: &mut Out<S>) {
        let is_honest = proof.high.statement.round == wish.high;
        if !is_honest || !wish.is_signed_by(from, by, &self.rules.keys) || !self.see(proof, out) {
            return;
        }
        let by_tc = self.book.high().statement.round + 1 < self.pace.round();
        if wish.round == self.pace.round() {
            self.wish(from, wish, by, out);
        } else if self.pace.is_straggler(from, wish, by_tc) {
            out.send(Peer::Replica(from), Message::Advance(self.proof()));
        }
    }

    /// f + 1 wishes take this validator along, n − f make the certificate.
    fn wish(&mut self, from: u16, wish: Wish, signature: &Signature, out: &mut Out<S>) {
        let count = self.pace.count(from, wish, signature);
        if count >= self.rules.quorum {
            let tc = self.pace.certificate(wish.round);
            self.see_tc(Some(&tc), out);
            out.broadcast(Message::Advance(self.proof()));
        } else if count >= self.rules.committee.one_correct() && !self.pace.timed_out {
            self.leave_round(out);
        }
    }

    /// Whoever is behind and knows the certificates finds out for itself what it lacks; others
    /// are told.
    fn status(&mut self, from: u16, tip: Round, proof: &Proof, out: &mut Out<S>) {
        let is_behind = self.see(proof, out) && tip < self.book.tip().round;
        if is_behind && proof.high.statement.round <= self.book.tip().round {
            self.supply(from, tip, out);
        } else if is_behind && self.is_hidden_by(proof.high.statement) {
            out.send(Peer::Replica(from), Message::Committed(self.book.commit_qc().clone()));
        }
    }

    /// Whether this validator waits for the round to make progress.
    fn is_waiting(&self) -> bool {
        self.pace.timed_out || self.stock.pool.is_waiting() || self.has_open_payload()
    }

    /// After every call: what it sent to itself, what follows, which timers are needed.
    fn settle(&mut self, now: LocalTime, out: &mut Out<S>) {
        loop {
            while let Some(own) = self.own.pop_front() {
                let me = self.seat.me;
                match own {
                    Own::Block(block) => self.block(now, me, &block, out),
                    Own::Vote(ballot, signature) => self.count(me, ballot, &signature, out),
                    Own::Wish(wish, signature) => self.wish(me, wish, &signature, out),
                }
            }
            self.complete(out);
            self.reconsider(out);
            self.commit(now, out);
            self.stock.pool.tidy(now);
            self.propose(now, out);
            if self.own.is_empty() {
                break;
            }
        }
        self.tell_order(now, out);
        self.look_for_gaps(now, out);
        self.set_timers(now, out);
    }

    fn set_timers(&mut self, now: LocalTime, out: &mut Out<S>) {
        let waits = self.is_waiting();
        let armed = waits.then_some(self.pace.round());
        if armed.is_some() && armed != self.pace.armed {
            out.set_timer(self.pace.patience.pause(), ROUND);
        } else if armed.is_none() && self.pace.armed.is_some() {
            out.cancel_timer(ROUND);
        }
        self.pace.armed = armed;
        let pauses = [self.stock.pause(now), self.missing_blocks.pause(now)];
        let due = pauses.into_iter().flatten().min().map(|pause| now + pause);
        if let Some(due) = due.filter(|due| self.timers.fetch.is_none_or(|set| set > *due)) {
            self.timers.fetch = Some(due);
            out.set_timer(due.since(now), FETCH);
        }
    }

    /// Tells the next so many peers how far it is.
    fn gossip(&mut self, peers: u32, out: &mut Out<S>) {
        for peer in self.neighbours.next(peers) {
            let status = Message::Status(self.book.tip().round, self.proof());
            out.send(Peer::Replica(peer), status);
        }
        out.set_timer(self.settings.leader.gossip, GOSSIP);
    }
}
