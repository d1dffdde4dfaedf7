//! The replica: what happens on each message and timer.

use std::collections::{BTreeMap, VecDeque};

use super::book::{Book, Change};
use super::execution::Blocked;
use super::instance::{Attributes, Ballot, Phase, Record, Slot};
use super::interfering::Interfering;
use super::lead::Order;
use super::message::{Decision, Message};
use super::watch::Watch;
use super::{Epaxos, Params};
use crate::ordering::Bodies;
use crate::ordering::certificate::Members;
use crate::ordering::kept::{JournalOf, Kept};
use crate::ordering::neighbours::Neighbours;
use crate::ordering::prelude::*;

/// The validator's half.
pub struct Replica {
    pub(super) seat: Seat,
    pub(super) params: Params,
    pub(super) book: Kept<Book>,
    pub(super) interfering: Interfering,
    pub(super) bodies: Bodies,
    pub(super) watch: Watch,
    /// Instances that this validator leads, as their proposer or to recover them.
    pub(super) leads: BTreeMap<Slot, Attempt>,
    pub(super) blocked: Blocked,
    /// Tries that this validator is the home of and has not proposed.
    own: VecDeque<Try>,
    is_batching: bool,
    is_forwarding: bool,
    pub(super) neighbours: Neighbours,
    pub(super) slow_paths: i64,
    pub(super) recoveries: i64,
}

/// An instance in one ballot of this validator's.
pub(super) struct Attempt {
    pub(super) ballot: Ballot,
    pub(super) stage: Stage,
}

pub(super) enum Stage {
    /// Who answered, how many of them without adding anything, and the union of all.
    PreAccept { replied: Members, unchanged: u32, attributes: Attributes },
    /// Who accepted.
    Accept { acks: Members },
    /// Who promised, and has what.
    Prepare { replies: BTreeMap<u16, Option<Record>> },
}

const BATCH: TimerId = TimerId(0);
const WATCH: TimerId = TimerId(1);
const FORWARD: TimerId = TimerId(2);
pub(super) const GOSSIP: TimerId = TimerId(3);

pub(super) const BATCHED: u16 = 0;
pub(super) const SLOW: u16 = 1;
pub(super) const CYCLE: u16 = 2;
pub(super) const RECOVERED: u16 = 3;

impl Replica {
    pub(super) fn new(seat: Seat, params: &Params) -> Self {
        Self {
            book: Kept::new(Book::new(&seat)),
            interfering: Interfering::default(),
            bodies: Bodies::new(params.history),
            watch: Watch::default(),
            leads: BTreeMap::new(),
            blocked: Blocked::new(),
            own: VecDeque::new(),
            is_batching: false,
            is_forwarding: false,
            neighbours: Neighbours::new(&seat),
            slow_paths: 0,
            recoveries: 0,
            params: params.clone(),
            seat,
        }
    }

    pub(super) fn change(&mut self, change: Change, out: &mut Out<Epaxos>) {
        self.book.change(change);
        out.persist(self.book.journal());
    }

    /// An instance comes to this, and is to be committed.
    pub(super) fn write(
        &mut self,
        now: LocalTime,
        slot: Slot,
        record: Record,
        out: &mut Out<Epaxos>,
    ) {
        self.expect_all_up_to(now, slot);
        self.hold(now, slot, &record);
        self.change(Change::Write(slot, record), out);
    }

    /// Every number of a proposer is to be decided, so none is left open for ever.
    pub(super) fn expect_all_up_to(&mut self, now: LocalTime, slot: Slot) {
        let first = self.book.next(slot.leader).min(slot.number);
        for number in first..=slot.number {
            self.expect(now, Slot { number, ..slot });
        }
    }

    /// The tries of a command have their place, and it interferes from now on.
    fn hold(&mut self, now: LocalTime, slot: Slot, record: &Record) {
        let items = record.command.iter().flat_map(|items| items.iter());
        for item in items {
            self.bodies.learn(now, &item.signed);
            if !self.bodies.is_ordered(item.named()) {
                self.bodies.order(now, item.named());
            }
        }
        match (&record.command, record.phase) {
            (Some(items), Phase::Committed) => {
                self.interfering.commit(slot, items, &record.attributes.deps);
            }
            (Some(items), Phase::PreAccepted { .. } | Phase::Accepted) => {
                self.interfering.insert(slot, items);
            }
            (None, _) => {}
        }
    }

    /// A decision is known.
    pub(super) fn commit(&mut self, now: LocalTime, decision: &Decision, out: &mut Out<Epaxos>) {
        let Decision { slot, command, attributes } = decision.clone();
        if self.book.is_committed(slot) {
            return;
        }
        if let (Some(items), None) = (self.book.command(slot).clone(), &command) {
            self.interfering.remove(slot, &items);
            items.iter().for_each(|item| self.bodies.unorder(now, item.named()));
        }
        let ballot = self.book.promised(slot);
        let record = Record { phase: Phase::Committed, ballot, command, attributes };
        self.write(now, slot, record, out);
        self.watch.end(slot);
        self.leads.remove(&slot);
        self.execute(now, slot, out);
    }

    /// A decision without its command: whoever holds that has all it needs.
    fn commit_short(
        &mut self,
        now: LocalTime,
        from: u16,
        (slot, attributes, is_nop): (Slot, &Attributes, bool),
        out: &mut Out<Epaxos>,
    ) {
        let command = if is_nop { None } else { self.book.command(slot).clone() };
        if self.book.is_committed(slot) {
            return;
        }
        if command.is_none() && !is_nop {
            self.expect_all_up_to(now, slot);
            return out.send(Peer::Replica(from), Message::Need(slot));
        }
        self.commit(now, &Decision { slot, command, attributes: attributes.clone() }, out);
    }

    /// Validators after an attester's home.
    fn rank(&self, item: &Item) -> u32 {
        let size = self.seat.committee.size();
        (u32::from(self.seat.me) + size - item.signed.attestation.attester.0 % size) % size
    }

    /// Tries wait to be proposed: now, or with what comes until the batch is closed.
    fn collect(&mut self, now: LocalTime, out: &mut Out<Epaxos>) {
        if self.own.len() >= self.params.batch_most as usize || self.params.batch == Span::ZERO {
            self.propose_own(now, out);
        } else if !self.is_batching {
            self.is_batching = true;
            out.set_timer(self.params.batch, BATCH);
        }
    }

    fn propose_own(&mut self, now: LocalTime, out: &mut Out<Epaxos>) {
        let own = std::mem::take(&mut self.own).into_iter();
        let open = own.filter(|name| !self.bodies.is_ordered(*name));
        let items: Vec<Item> = open.filter_map(|name| self.bodies.item(name)).collect();
        if !items.is_empty() {
            self.propose(now, items, out);
        }
    }

    /// Proposes what those before this validator had time to propose.
    fn propose_late(&mut self, now: LocalTime, out: &mut Out<Epaxos>) {
        let until = now - self.params.forward;
        let most = self.params.batch_most as usize;
        let wait = |item: &Item| self.params.forward * u64::from(self.rank(item).max(1));
        let late = self.bodies.waiting_since(LocalTime(i64::MIN), until + Span::TICK);
        let late: Vec<Item> = late
            .filter(|item| self.bodies.has_waited(now, item.named()) >= wait(item))
            .take(most)
            .collect();
        if !late.is_empty() && !self.book.is_learner() {
            self.propose(now, late, out);
        }
    }

    fn finish(&mut self, now: LocalTime, out: &mut Out<Epaxos>) {
        self.watch.arm(now, WATCH, out);
        if !self.is_forwarding && self.bodies.waiting_len() > 0 {
            self.is_forwarding = true;
            out.set_timer(self.params.forward, FORWARD);
        }
    }

    fn restore(&mut self, now: LocalTime, journal: &JournalOf<Book>, out: &mut Out<Epaxos>) {
        self.book = Kept::restore(journal);
        let slots: Vec<(Slot, Option<LocalTime>)> = self.book.slots().collect();
        for (slot, executed) in slots.iter().copied() {
            let record = self.book.record(slot).cloned();
            if let Some(items) = record.as_ref().and_then(|record| record.command.as_ref()) {
                self.interfering.insert(slot, items);
                let at = executed.into_iter();
                at.for_each(|at| items.iter().for_each(|item| self.bodies.deliver(at, item)));
            }
        }
        for (slot, _) in &slots {
            if let Some(record) = self.book.record(*slot).cloned() {
                self.hold(now, *slot, &record);
            }
            self.expect(now, *slot);
        }
        for (slot, _) in slots.iter().filter(|(_, executed)| executed.is_none()) {
            self.execute(now, *slot, out);
        }
    }
}

impl crate::ordering::Replica<Epaxos> for Replica {
    fn start(&mut self, _: LocalTime, out: &mut Out<Epaxos>) {
        out.persist(self.book.journal());
        out.set_timer(self.params.gossip, GOSSIP);
    }

    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Epaxos>) {
        let is_new = self.bodies.submit(now, &item);
        if is_new && self.rank(&item) == 0 && !self.book.is_learner() {
            self.own.push_back(item.named());
            self.collect(now, out);
        }
        self.finish(now, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, message: &Message, out: &mut Out<Epaxos>) {
        let Peer::Replica(from) = from else { return };
        let order = |slot: &Slot, ballot: &Ballot, command: &_, attributes: &Attributes| {
            let (command, attributes) = (Clone::clone(command), attributes.clone());
            Order { slot: *slot, ballot: *ballot, command, attributes }
        };
        match message {
            Message::PreAccept(slot, ballot, command, attributes) => {
                self.answer(now, from, order(slot, ballot, command, attributes), out);
            }
            Message::PreAccepted(slot, ballot, besides) => {
                self.answered(now, from, (*slot, *ballot), besides.as_ref(), out);
            }
            Message::Accept(slot, ballot, command, attributes) => {
                self.take_over(now, from, &order(slot, ballot, command, attributes), out);
            }
            Message::Accepted(slot, ballot) => self.accepted(now, from, (*slot, *ballot), out),
            Message::Commit(slot, attributes, is_nop) => {
                self.commit_short(now, from, (*slot, attributes, *is_nop), out);
            }
            Message::Prepare(slot, ballot) => self.promise(now, from, (*slot, *ballot), out),
            Message::Prepared(slot, ballot, record) => {
                self.prepared(now, from, (*slot, *ballot), record.as_ref(), out);
            }
            Message::Refuse(slot, ballot) => self.refused(*slot, *ballot, out),
            Message::Need(slot) => self.give(from, *slot, out),
            Message::Status(committed) => self.supply(from, committed, out),
            Message::Supply(decisions, bases, more) => {
                self.learn(now, from, (decisions, bases, *more), out);
            }
        }
        self.finish(now, out);
    }

    fn timer(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<Epaxos>) {
        match timer {
            BATCH => {
                self.is_batching = false;
                self.propose_own(now, out);
            }
            WATCH => {
                self.watch.fired();
                self.look_at_overdue(now, out);
            }
            FORWARD => {
                self.is_forwarding = false;
                self.propose_late(now, out);
            }
            _ => {
                self.tidy(now, out);
                self.gossip(1, out);
            }
        }
        self.finish(now, out);
    }

    fn restart(&mut self, now: LocalTime, kept: Option<JournalOf<Book>>, out: &mut Out<Epaxos>) {
        match kept {
            Some(journal) => self.restore(now, &journal, out),
            None => self.change(Change::Lost, out),
        }
        self.gossip(self.seat.committee.majority(), out);
        self.finish(now, out);
    }
}
