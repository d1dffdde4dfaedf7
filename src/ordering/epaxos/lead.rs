//! Proposing, and leading an instance through its phases (SOSP 2013, figure 2).

use super::instance::{Attributes, Ballot, Command, Phase, Record, Slot};
use super::message::{Decision, Message};
use super::replica::{Attempt, Replica, SLOW, Stage};
use super::{Epaxos, Planted, replica};
use crate::kernel::LocalTime;
use crate::ordering::certificate::Members;
use crate::ordering::{Item, Out, Peer};

/// What is asked for in an instance.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) slot: Slot,
    pub(super) ballot: Ballot,
    pub(super) command: Command,
    pub(super) attributes: Attributes,
}

impl Order {
    pub(super) fn record(&self, phase: Phase) -> Record {
        let Self { ballot, command, attributes, .. } = self.clone();
        Record { phase, ballot, command, attributes }
    }
}

impl Replica {
    /// A command of this validator's own.
    pub(super) fn propose(&mut self, now: LocalTime, items: Vec<Item>, out: &mut Out<Epaxos>) {
        let me = self.seat.me;
        let slot = Slot { leader: me, number: self.book.next(me) };
        let attributes = self.interfering.attributes(slot, &items, &self.book);
        out.note(replica::BATCHED, items.len() as i64);
        let command = Some(items.into());
        self.pre_accept(now, Order { slot, ballot: Ballot::DEFAULT, command, attributes }, out);
    }

    /// Asks all what they know to interfere.
    pub(super) fn pre_accept(&mut self, now: LocalTime, order: Order, out: &mut Out<Epaxos>) {
        let Order { slot, ballot, command, attributes } = order.clone();
        let is_initial = ballot == Ballot::DEFAULT;
        self.write(now, slot, order.record(Phase::PreAccepted { is_initial }), out);
        out.broadcast(Message::PreAccept(slot, ballot, command, attributes.clone()));
        let stage = Stage::PreAccept { replied: self.only_me(), unchanged: 1, attributes };
        self.leads.insert(slot, Attempt { ballot, stage });
        self.count_answers(now, slot, false, out);
    }

    /// A proposer asks: it is told what this validator knows besides.
    pub(super) fn answer(
        &mut self,
        now: LocalTime,
        from: u16,
        asked: Order,
        out: &mut Out<Epaxos>,
    ) {
        let Order { slot, ballot, command, attributes } = asked.clone();
        let Some(items) = command.filter(|_| self.may_vote(from, slot, ballot, out)) else {
            return;
        };
        let known = self.book.record(slot).filter(|record| record.ballot == ballot);
        let merged = match known {
            Some(record) if matches!(record.phase, Phase::PreAccepted { .. }) => {
                record.attributes.clone()
            }
            Some(_) => return,
            None => self.merge(slot, &items, &attributes),
        };
        let is_same = merged == attributes;
        let is_initial = is_same && ballot == Ballot::DEFAULT;
        if known.is_none() {
            let order = Order { attributes: merged.clone(), ..asked };
            self.write(now, slot, order.record(Phase::PreAccepted { is_initial }), out);
        }
        let besides = (!is_same).then_some(merged);
        out.send(Peer::Replica(from), Message::PreAccepted(slot, ballot, besides));
    }

    fn merge(&self, slot: Slot, items: &[Item], asked: &Attributes) -> Attributes {
        if self.params.has(Planted::Forgets) {
            return asked.clone();
        }
        asked.union(&self.interfering.attributes(slot, items, &self.book))
    }

    /// Whether this ballot counts here. Who asks is told if not.
    pub(super) fn may_vote(
        &mut self,
        from: u16,
        slot: Slot,
        ballot: Ballot,
        out: &mut Out<Epaxos>,
    ) -> bool {
        if self.book.is_committed(slot) {
            self.give(from, slot, out);
            return false;
        }
        if self.book.is_learner() {
            return false;
        }
        let promised = self.book.promised(slot);
        if ballot < promised {
            out.send(Peer::Replica(from), Message::Refuse(slot, promised));
        }
        if self.leads.get(&slot).is_some_and(|attempt| attempt.ballot < ballot) {
            self.leads.remove(&slot);
        }
        ballot >= promised
    }

    /// A validator answered a pre-accept.
    pub(super) fn answered(
        &mut self,
        now: LocalTime,
        from: u16,
        (slot, ballot): (Slot, Ballot),
        besides: Option<&Attributes>,
        out: &mut Out<Epaxos>,
    ) {
        let Some(attempt) = self.leads.get_mut(&slot).filter(|lead| lead.ballot == ballot) else {
            return;
        };
        let Stage::PreAccept { replied, unchanged, attributes } = &mut attempt.stage else {
            return;
        };
        if replied.insert(from) {
            match besides {
                Some(besides) => *attributes = attributes.union(besides),
                None => *unchanged += 1,
            }
            self.count_answers(now, slot, false, out);
        }
    }

    /// Commits when a fast quorum added nothing; else has the union accepted once a majority
    /// answered, and the fast quorum cannot be had or was waited for.
    pub(super) fn count_answers(
        &mut self,
        now: LocalTime,
        slot: Slot,
        was_waited_for: bool,
        out: &mut Out<Epaxos>,
    ) {
        let Some(Attempt { ballot, stage }) = self.leads.get(&slot) else { return };
        let Stage::PreAccept { replied, unchanged, attributes } = stage else { return };
        let (committee, ballot, attributes) = (self.seat.committee, *ballot, attributes.clone());
        let (replied, unchanged) = (replied.len(), *unchanged);
        let fast = self.params.fast_quorum(&committee);
        let Some(record) = self.book.record(slot) else { return };
        let command = record.command.clone();
        if ballot == Ballot::DEFAULT && unchanged >= fast {
            let attributes = record.attributes.clone();
            return self.decide(now, Decision { slot, command, attributes }, out);
        }
        if replied < committee.majority() {
            return;
        }
        let lost = replied - unchanged;
        let may_be_fast = ballot == Ballot::DEFAULT && committee.size() - lost >= fast;
        if may_be_fast && !was_waited_for {
            if replied == committee.majority() {
                self.watch.plan(slot, now + self.params.fast_wait);
            }
            return;
        }
        self.slow_paths += 1;
        out.note(SLOW, self.slow_paths);
        self.accept(now, Order { slot, ballot, command, attributes }, out);
    }

    /// Paxos-Accept: a majority is to hold this.
    pub(super) fn accept(&mut self, now: LocalTime, order: Order, out: &mut Out<Epaxos>) {
        let Order { slot, ballot, command, attributes } = order.clone();
        self.write(now, slot, order.record(Phase::Accepted), out);
        out.broadcast(Message::Accept(slot, ballot, command, attributes));
        let stage = Stage::Accept { acks: self.only_me() };
        self.leads.insert(slot, Attempt { ballot, stage });
        self.watch.plan(slot, now + self.params.recovery);
        self.count_acks(now, slot, out);
    }

    pub(super) fn take_over(
        &mut self,
        now: LocalTime,
        from: u16,
        order: &Order,
        out: &mut Out<Epaxos>,
    ) {
        let Order { slot, ballot, .. } = *order;
        if self.may_vote(from, slot, ballot, out) {
            self.write(now, slot, order.record(Phase::Accepted), out);
            out.send(Peer::Replica(from), Message::Accepted(slot, ballot));
        }
    }

    pub(super) fn accepted(
        &mut self,
        now: LocalTime,
        from: u16,
        (slot, ballot): (Slot, Ballot),
        out: &mut Out<Epaxos>,
    ) {
        if let Some(attempt) = self.leads.get_mut(&slot)
            && let (true, Stage::Accept { acks }) = (attempt.ballot == ballot, &mut attempt.stage)
            && acks.insert(from)
        {
            self.count_acks(now, slot, out);
        }
    }

    fn count_acks(&mut self, now: LocalTime, slot: Slot, out: &mut Out<Epaxos>) {
        let Some(Attempt { stage: Stage::Accept { acks }, .. }) = self.leads.get(&slot) else {
            return;
        };
        if acks.len() < self.seat.committee.majority() {
            return;
        }
        let Some(Record { command, attributes, .. }) = self.book.record(slot) else { return };
        let (command, attributes) = (command.clone(), attributes.clone());
        self.decide(now, Decision { slot, command, attributes }, out);
    }

    /// It is committed: all are told.
    fn decide(&mut self, now: LocalTime, decision: Decision, out: &mut Out<Epaxos>) {
        let is_nop = decision.command.is_none();
        out.broadcast(Message::Commit(decision.slot, decision.attributes.clone(), is_nop));
        self.commit(now, &decision, out);
    }

    fn only_me(&self) -> Members {
        let mut only_me = Members::default();
        only_me.insert(self.seat.me);
        only_me
    }
}
