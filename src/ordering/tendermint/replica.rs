//! The replica: what happens on each message and timer.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ballots::Ballots;
use super::block::{Block, Height, Kind, Proposal, Qc, Round, Rules, Vote};
use super::book::{Book, Change, Step};
use super::{Again, Message, Params, Tendermint};
use crate::ordering::Chase;
use crate::ordering::certificate::Statement;
use crate::ordering::kept::{JournalOf, Kept};
use crate::ordering::leader::Stock;
use crate::ordering::neighbours::Neighbours;
use crate::ordering::prelude::*;

/// The validator's half.
pub struct Replica {
    pub(super) seat: Seat,
    pub(super) params: Params,
    pub(super) rules: Rules,
    pub(super) book: Kept<Book>,
    pub(super) stock: Stock,
    /// What was said about the height to be decided, by round.
    pub(super) rounds: BTreeMap<Round, Ballots>,
    /// The latest round in which each validator is known to be.
    pub(super) latest: Vec<Option<Round>>,
    /// A block of that height for which a quorum prevoted in a later round than is known here.
    pub(super) offered: Option<(Arc<Block>, Arc<Qc>)>,
    /// A quorum's precommits for a block of that height.
    pub(super) decision: Option<Arc<Qc>>,
    /// Proposed blocks of that height that are here with all their bodies,
    pub(super) whole: BTreeMap<Id, Arc<Block>>,
    /// and those some of whose bodies are missing, and where the first of them is.
    pub(super) incomplete: BTreeMap<Id, (Arc<Block>, usize)>,
    /// What was said of the first round of the height after that, once of a kind by each.
    early: BTreeMap<(u16, Option<Kind>), Said>,
    pub(super) missing_blocks: Chase<Height>,
    pub(super) fetch_due: Option<LocalTime>,
    /// Whether it rests after a decision.
    pub(super) is_resting: bool,
    /// What the timers are for: a height and a round of each.
    armed: [Option<(Height, Round)>; 4],
    neighbours: Neighbours,
}

/// Something said.
enum Said {
    Proposal(Arc<Proposal>),
    Vote(Vote, Signature),
}

/// Timers that belong to a round: their numbers.
const PROPOSE: usize = 0;
const PREVOTE: usize = 1;
const PRECOMMIT: usize = 2;
const AGAIN: usize = 3;
const COMMIT: TimerId = TimerId(4);
pub(super) const FETCH: TimerId = TimerId(5);
const GOSSIP: TimerId = TimerId(6);

/// Which note tells the round.
pub(super) const ROUND: u16 = 1;
/// Rounds behind one's own in which a quorum of precommits is still looked for, and rounds ahead
/// in which votes are counted.
pub(super) const KEPT: Round = 16;
/// Attestations in one [`Message::Relay`].
const RELAY: usize = 64;

impl Replica {
    pub(super) fn new(seat: Seat, params: &Params) -> Self {
        let settings = params.shared();
        let rules = Rules {
            committee: seat.committee,
            keys: seat.signer.ring().clone(),
            quorum: params.quorum(&seat.committee),
        };
        Self {
            rules,
            book: Kept::new(Book::new(&settings)),
            stock: Stock::new(&seat, &settings),
            rounds: BTreeMap::new(),
            latest: vec![None; seat.committee.size() as usize],
            offered: None,
            decision: None,
            whole: BTreeMap::new(),
            incomplete: BTreeMap::new(),
            early: BTreeMap::new(),
            missing_blocks: Chase::new(&seat, settings.pauses()),
            fetch_due: None,
            is_resting: false,
            armed: [None; 4],
            neighbours: Neighbours::new(&seat),
            params: params.clone(),
            seat,
        }
    }

    pub(super) fn change(&mut self, change: Change, out: &mut Out<Tendermint>) {
        self.book.change(change);
        out.persist(self.book.journal());
    }

    pub(super) fn ballots(&mut self, round: Round) -> &mut Ballots {
        let quorum = self.rules.quorum;
        self.rounds.entry(round).or_insert_with(|| Ballots::new(quorum))
    }

    pub(super) fn proposal(&self, round: Round) -> Option<&Arc<Proposal>> {
        self.rounds.get(&round)?.proposal.as_ref()
    }

    /// A validator is in a round; false if that is too far from one's own to count.
    pub(super) fn hear(&mut self, from: u16, round: Round) -> bool {
        if let Some(latest) = self.latest.get_mut(usize::from(from)) {
            *latest = (*latest).max(Some(round));
        }
        round <= self.book.round() + KEPT && round + KEPT >= self.book.round()
    }

    /// A height was decided, the next begins; what was said of it already counts.
    pub(super) fn begin_height(&mut self, now: LocalTime) {
        self.rounds.clear();
        self.latest.fill(None);
        self.offered = None;
        self.decision = None;
        self.whole.clear();
        self.incomplete.clear();
        for ((from, _), said) in std::mem::take(&mut self.early) {
            match said {
                Said::Proposal(proposal) => self.proposed(now, from, &proposal),
                Said::Vote(vote, signature) => self.voted(now, from, vote, &signature),
            }
        }
    }

    pub(super) fn rest(&mut self, out: &mut Out<Tendermint>) {
        if self.params.timeout_commit > Span::ZERO {
            self.is_resting = true;
            out.set_timer(self.params.timeout_commit, COMMIT);
        }
    }

    fn proposed(&mut self, now: LocalTime, from: u16, proposal: &Arc<Proposal>) {
        let (height, round) = (proposal.block.height, proposal.round);
        let author = self.rules.proposer(height, round);
        if height == self.book.height() + 1 && round == 0 && from == author {
            self.early.insert((from, None), Said::Proposal(proposal.clone()));
        }
        if height != self.book.height() {
            return self.expect(now, from, height);
        }
        let follows = proposal.block.parent == self.book.tip();
        let is_new = self.proposal(round).is_none();
        if !is_new || !follows || !self.rules.accept(proposal) || !self.hear(author, round) {
            return;
        }
        self.ballots(round).proposal = Some(proposal.clone());
        self.keep(now, from, &proposal.block);
    }

    pub(super) fn voted(&mut self, now: LocalTime, from: u16, vote: Vote, signature: &Signature) {
        if vote.height == self.book.height() + 1 && vote.round == 0 {
            self.early.insert((from, Some(vote.kind)), Said::Vote(vote, signature.clone()));
        }
        if vote.height != self.book.height() {
            self.expect(now, from, vote.height);
        } else if vote.is_signed_by(from, signature, &self.rules.keys) {
            self.count(from, vote, signature);
        }
    }

    /// Somebody waits, and says again what it said.
    fn told_again(&mut self, now: LocalTime, from: u16, again: &Again, out: &mut Out<Tendermint>) {
        self.compare(now, from, again.height, out);
        if let Some(proposal) = &again.proposal {
            self.proposed(now, from, proposal);
        }
        for (vote, signature) in &again.votes {
            self.voted(now, from, *vote, signature);
        }
    }

    /// Whether there is anything to decide: something waits, or somebody said something.
    fn is_active(&self) -> bool {
        self.book.round() > 0 || !self.rounds.is_empty() || self.stock.pool.is_waiting()
    }

    /// After every call: all that follows, and which timers are needed.
    fn settle(&mut self, now: LocalTime, out: &mut Out<Tendermint>) {
        loop {
            self.complete();
            if self.decide(now, out) || self.follow(out) || self.adopt(out) {
                continue;
            }
            self.stock.pool.tidy(now);
            if self.is_resting {
                break;
            }
            if self.propose(out) {
                self.hear_own(now);
                continue;
            }
            if !self.prevote(out) && !self.precommit(out) {
                break;
            }
        }
        self.set_timers(out);
        self.arm_fetch(now, out);
    }

    fn hear_own(&mut self, now: LocalTime) {
        let current = self.book.current().clone();
        if let Some(proposal) = current.proposal {
            self.proposed(now, self.seat.me, &proposal);
        }
        for (vote, signature) in current.prevote.into_iter().chain(current.precommit) {
            self.count(self.seat.me, vote, &signature);
        }
    }

    fn set_timers(&mut self, out: &mut Out<Tendermint>) {
        if self.is_resting || !self.is_active() {
            return;
        }
        let (round, step) = (self.book.round(), self.book.step());
        let quorum = self.rules.quorum;
        let many = |count: u32| count >= quorum;
        let ballots = self.rounds.get(&round);
        let prevotes = ballots.is_some_and(|ballots| many(ballots.prevotes.count()));
        let precommits = ballots.is_some_and(|ballots| many(ballots.precommits.count()));
        let Params { timeout_propose, timeout_prevote, timeout_precommit, resend, .. } =
            self.params;
        let later = |first: Span, delta: Span| first + delta * u64::from(round);
        if step == Step::Propose {
            let pause = later(timeout_propose, self.params.timeout_propose_delta);
            self.arm(PROPOSE, pause, out);
        }
        if step == Step::Prevote && prevotes {
            let pause = later(timeout_prevote, self.params.timeout_prevote_delta);
            self.arm(PREVOTE, pause, out);
        }
        if precommits {
            let pause = later(timeout_precommit, self.params.timeout_precommit_delta);
            self.arm(PRECOMMIT, pause, out);
        }
        self.arm(AGAIN, resend, out);
    }

    /// Once per round; lines 21, 35 and 48.
    fn arm(&mut self, timer: usize, pause: Span, out: &mut Out<Tendermint>) {
        let here = Some((self.book.height(), self.book.round()));
        if self.armed[timer] != here {
            self.armed[timer] = here;
            out.set_timer(pause, TimerId(timer as u64));
        }
    }

    /// Lines 57 to 67, and saying it again.
    fn timed_out(&mut self, timer: usize, out: &mut Out<Tendermint>) {
        let is_current = self.armed[timer] == Some((self.book.height(), self.book.round()));
        if timer == AGAIN {
            self.armed[timer] = None;
        }
        if !is_current || self.is_resting {
            return;
        }
        match (timer, self.book.step()) {
            (PROPOSE, Step::Propose) => {
                self.vote(Kind::Prevote, None, out);
                let late = self.stock.pool.first(RELAY);
                if !late.is_empty() {
                    out.broadcast(Message::Relay(late));
                }
            }
            (PREVOTE, Step::Prevote) => self.vote(Kind::Precommit, None, out),
            (PRECOMMIT, _) => self.enter(self.book.round() + 1, self.ended(), out),
            (AGAIN, _) => {
                self.say_again(out);
                self.pass_on(out);
            }
            _ => {}
        }
    }

    fn say_again(&self, out: &mut Out<Tendermint>) {
        let current = self.book.current();
        let proposal = self.proposal(current.round).cloned();
        let votes = current.prevote.iter().chain(&current.precommit).cloned().collect();
        out.broadcast(Message::Again(Again { height: self.book.height(), proposal, votes }));
    }

    /// Tells the next so many peers how far it is.
    fn gossip(&mut self, peers: u32, out: &mut Out<Tendermint>) {
        for peer in self.neighbours.next(peers) {
            out.send(Peer::Replica(peer), Message::Status(self.book.height()));
        }
        out.set_timer(self.params.gossip, GOSSIP);
    }

    /// After a restart: what the book tells of the height to be decided.
    fn recall(&mut self, now: LocalTime) {
        let current = self.book.current().clone();
        let locked = current.locked.into_iter().map(|(_, block)| block);
        for block in locked.chain(current.valid.into_iter().map(|(block, _)| block)) {
            self.stock.learn(now, block.payload.bodies());
            self.whole.insert(block.id, block);
        }
        self.hear_own(now);
    }
}

impl crate::ordering::Replica<Tendermint> for Replica {
    fn start(&mut self, _: LocalTime, out: &mut Out<Tendermint>) {
        out.set_timer(self.params.gossip, GOSSIP);
    }

    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Tendermint>) {
        self.stock.submit(now, &item, self.book.seen());
        self.settle(now, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, said: &Message, out: &mut Out<Tendermint>) {
        let Peer::Replica(from) = from else { return };
        match said {
            Message::Propose(proposal) => self.proposed(now, from, proposal),
            Message::Vote(vote, signature) => self.voted(now, from, *vote, signature),
            Message::Again(again) => self.told_again(now, from, again, out),
            Message::Heard(heard) => self.told(now, from, heard, out),
            Message::Status(height) => self.compare(now, from, *height, out),
            Message::Relay(items) => self.stock.relay(now, items, self.book.seen()),
            Message::NeedBodies(ids) => self.give_bodies(from, ids, out),
            Message::Bodies(items) => {
                self.stock.learn(now, items.iter().map(|item| &item.signed));
            }
            Message::NeedBlocks(height) => self.supply(from, *height, out),
            Message::Blocks(blocks) => self.catch_up(now, from, blocks, out),
        }
        self.settle(now, out);
    }

    fn timer(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<Tendermint>) {
        match timer {
            TimerId(round) if round as usize <= AGAIN => self.timed_out(round as usize, out),
            COMMIT => self.is_resting = false,
            FETCH => {
                self.fetch_due = None;
                self.ask(now, out);
            }
            _ => self.gossip(1, out),
        }
        self.settle(now, out);
    }

    fn restart(
        &mut self,
        now: LocalTime,
        kept: Option<JournalOf<Book>>,
        out: &mut Out<Tendermint>,
    ) {
        if let Some(journal) = kept {
            self.book = Kept::restore(&journal);
            self.recall(now);
        }
        self.gossip(self.seat.committee.one_correct(), out);
        self.settle(now, out);
    }
}
