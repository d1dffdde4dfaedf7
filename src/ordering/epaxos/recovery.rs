//! What becomes of an instance whose proposer does not finish it (SOSP 2013, section 4.4).

use std::collections::BTreeMap;

use super::book::Change;
use super::instance::{Ballot, Phase, Record, Slot};
use super::lead::Order;
use super::message::Message;
use super::replica::{Attempt, RECOVERED, Replica, Stage};
use super::{Epaxos, Planted};
use crate::kernel::{LocalTime, Span};
use crate::ordering::{Out, Peer};

/// What those who promised have.
type Replies = BTreeMap<u16, Option<Record>>;

impl Replica {
    /// Plans to recover an instance that is known and not committed.
    pub(super) fn expect(&mut self, now: LocalTime, slot: Slot) {
        if !self.watch.contains(slot) && !self.book.is_committed(slot) {
            let size = self.seat.committee.size() as u16;
            let rank = (self.seat.me + size - slot.leader) % size;
            self.watch.plan(slot, now + self.params.recovery * (1 + u64::from(rank)));
        }
    }

    /// Something is to be done about these.
    pub(super) fn look_at_overdue(&mut self, now: LocalTime, out: &mut Out<Epaxos>) {
        while let Some(slot) = self.watch.next(now) {
            let attempt = self.leads.get(&slot).map(|attempt| &attempt.stage);
            let majority = self.seat.committee.majority();
            match attempt {
                _ if self.book.is_committed(slot) => self.watch.end(slot),
                Some(Stage::PreAccept { replied, .. }) if replied.len() >= majority => {
                    self.count_answers(now, slot, true, out);
                }
                _ => self.recover(now, slot, out),
            }
        }
    }

    /// Asks for promises of a ballot above all that are known here.
    fn recover(&mut self, now: LocalTime, slot: Slot, out: &mut Out<Epaxos>) {
        let tries = self.watch.count(slot);
        let pause = self.params.recovery * (1 << tries.min(20));
        let pause = pause.min(self.params.recovery_longest);
        // Luck keeps those who recover the same from refusing one another for ever.
        let luck = Span::from_nanos(out.draw() % pause.as_nanos());
        self.watch.plan(slot, now + pause + luck);
        if self.book.is_learner() {
            for peer in self.neighbours.next(1) {
                out.send(Peer::Replica(peer), Message::Need(slot));
            }
            return;
        }
        self.recoveries += 1;
        out.note(RECOVERED, self.recoveries);
        let ballot = Ballot { number: self.book.promised(slot).number + 1, owner: self.seat.me };
        let own = self.book.record(slot).cloned();
        self.change(Change::Promise(slot, ballot), out);
        let stage = Stage::Prepare { replies: [(self.seat.me, own)].into() };
        self.leads.insert(slot, Attempt { ballot, stage });
        out.broadcast(Message::Prepare(slot, ballot));
        self.choose(now, slot, out);
    }

    /// Somebody recovers: no lower ballot counts here any more.
    pub(super) fn promise(
        &mut self,
        now: LocalTime,
        from: u16,
        (slot, ballot): (Slot, Ballot),
        out: &mut Out<Epaxos>,
    ) {
        if !self.may_vote(from, slot, ballot, out) {
            return;
        }
        let record = self.book.record(slot).cloned();
        self.expect_all_up_to(now, slot);
        self.change(Change::Promise(slot, ballot), out);
        out.send(Peer::Replica(from), Message::Prepared(slot, ballot, record));
    }

    pub(super) fn refused(&mut self, slot: Slot, ballot: Ballot, out: &mut Out<Epaxos>) {
        if self.leads.get(&slot).is_some_and(|attempt| attempt.ballot < ballot) {
            self.leads.remove(&slot);
            self.change(Change::Promise(slot, ballot), out);
        }
    }

    pub(super) fn prepared(
        &mut self,
        now: LocalTime,
        from: u16,
        (slot, ballot): (Slot, Ballot),
        record: Option<&Record>,
        out: &mut Out<Epaxos>,
    ) {
        if let Some(attempt) = self.leads.get_mut(&slot)
            && let (true, Stage::Prepare { replies }) =
                (attempt.ballot == ballot, &mut attempt.stage)
        {
            replies.insert(from, record.cloned());
            self.choose(now, slot, out);
        }
    }

    /// With the promises of all that may be awaited: what was, or may have been, committed; what
    /// somebody has, anew and slowly; or nothing.
    fn choose(&mut self, now: LocalTime, slot: Slot, out: &mut Out<Epaxos>) {
        let Some(Attempt { ballot, stage: Stage::Prepare { replies } }) = self.leads.get(&slot)
        else {
            return;
        };
        let committee = self.seat.committee;
        if (replies.len() as u32) < committee.size() - self.params.failures(&committee) {
            return;
        }
        let (ballot, replies) = (*ballot, replies.clone());
        let order = |record: &Record| Order {
            slot,
            ballot,
            command: record.command.clone(),
            attributes: record.attributes.clone(),
        };
        if let Some(record) = self.to_accept(slot, &replies) {
            self.accept(now, order(record), out);
        } else if let Some(record) = self.to_ask_anew(&replies) {
            let mut asked = order(record);
            let items = asked.command.as_deref().unwrap_or_default();
            let known = self.interfering.attributes(slot, items, &self.book);
            let all = replies.values().flatten().map(|record| &record.attributes);
            asked.attributes = all.fold(known, |sum, attributes| sum.union(attributes));
            self.pre_accept(now, asked, out);
        } else {
            let nothing = super::instance::Attributes::none();
            let nop = Order { slot, ballot, command: None, attributes: nothing };
            self.accept(now, nop, out);
        }
    }

    /// What was accepted in the highest ballot; or what the proposer may have committed at once,
    /// if it is silent. Of the others in its fast quorum at most f − 1 are silent too, so at
    /// least the size of that quorum − f answered as asked. With the proposer they are a majority.
    fn to_accept<'a>(&self, slot: Slot, replies: &'a Replies) -> Option<&'a Record> {
        let committee = self.seat.committee;
        let records = || replies.values().flatten();
        let accepted = records().filter(|record| record.phase == Phase::Accepted);
        if let Some(accepted) = accepted.max_by_key(|record| record.ballot) {
            return Some(accepted);
        }
        let as_asked = |record: &&Record| {
            record.phase == Phase::PreAccepted { is_initial: true }
                && record.ballot == Ballot::DEFAULT
        };
        let fast = self.params.fast_quorum(&committee);
        let least = fast.saturating_sub(self.params.failures(&committee)).max(1);
        let may_be_fast = !replies.contains_key(&slot.leader)
            && records().filter(as_asked).count() as u32 >= least;
        records().find(as_asked).filter(|_| may_be_fast)
    }

    /// What somebody has: it was not committed, and may be.
    fn to_ask_anew<'a>(&self, replies: &'a Replies) -> Option<&'a Record> {
        if self.params.has(Planted::Hasty) {
            return None;
        }
        replies.values().flatten().next()
    }
}
