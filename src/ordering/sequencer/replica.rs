//! The validator's half of `sequencer`: what all roles share.

use std::sync::Arc;

use super::follower::Follower;
use super::leader::Leader;
use super::log::{Event, Log};
use super::message::Batch;
use super::takeover::Candidate;
use super::{Message, Params, Sequencer};
use crate::attestation::Signed;
use crate::ordering::prelude::*;
use crate::ordering::{Bodies, Chase, Journal};

/// The sequencer closes a batch.
pub(super) const BATCH: TimerId = TimerId(0);
/// The sequencer, or who wants to be it, says so again.
pub(super) const BEAT: TimerId = TimerId(1);
/// A follower looks whether the sequencer is there.
pub(super) const WATCH: TimerId = TimerId(2);
/// A follower asks for batches.
pub(super) const GAP: TimerId = TimerId(3);
/// Anybody asks for bodies.
const FETCH: TimerId = TimerId(4);

pub(super) const NOTE_EPOCH: u16 = 0;
pub(super) const NOTE_SKIPPED: u16 = 1;
pub(super) const NOTE_OFF_CHAIN: u16 = 2;

/// A replica in one of three roles.
pub struct Replica {
    pub(super) seat: Seat,
    pub(super) params: Params,
    /// The sequencer of epoch 0.
    first: u32,
    pub(super) log: Log,
    pub(super) bodies: Bodies,
    pub(super) role: Role,
    /// How many batches are known to be committed and are here.
    pub(super) committed: u64,
    pub(super) skipped: u64,
    /// Bodies of batches below this index are here or asked for.
    sought: u64,
    pub(super) missing: Chase<Id>,
    journal: Journal<Log, Event>,
    is_saved: bool,
}

pub(super) enum Role {
    Leader(Leader),
    Follower(Follower),
    Candidate(Candidate),
}

impl Replica {
    pub(super) fn new(seat: Seat, params: &Params, first: u32) -> Self {
        Self {
            log: Log::new(),
            bodies: Bodies::new(params.history),
            role: Role::Follower(Follower::default()),
            committed: 0,
            skipped: 0,
            sought: 0,
            missing: Chase::new(&seat, params.pauses()),
            journal: Journal::new(Log::new(), 0),
            is_saved: false,
            seat,
            params: params.clone(),
            first,
        }
    }

    /// The sequencer of `epoch`.
    pub(super) fn leader(&self, epoch: u32) -> u16 {
        let size = u64::from(self.seat.committee.size());
        ((u64::from(self.first) + u64::from(epoch)) % size) as u16
    }

    pub(super) fn record(&mut self, event: Event) {
        self.log.take(&event);
        self.journal.append(event);
        self.is_saved = false;
    }

    /// What was recorded is on disk before what follows is sent.
    pub(super) fn save(&mut self, out: &mut Out<Sequencer>) {
        if self.is_saved {
            return;
        }
        if self.journal.is_due() {
            self.journal = Journal::new(self.log.clone(), self.log.kept());
        }
        out.persist(self.journal.clone());
        self.is_saved = true;
    }

    pub(super) fn append(&mut self, now: LocalTime, batch: Batch) {
        batch.iter().for_each(|name| self.bodies.order(now, *name));
        self.record(Event::Appended(batch));
    }

    /// Batches from `len` on lose their place; their tries may get another.
    pub(super) fn cut(&mut self, now: LocalTime, len: u64) {
        if self.log.len() > len {
            let cut: Vec<Batch> = self.log.tail(len).cloned().collect();
            self.record(Event::Cut(len));
            self.sought = self.log.held();
            for name in cut.iter().flat_map(|batch| batch.iter()) {
                self.bodies.unorder(now, *name);
                self.missing.end(name.id);
            }
        }
    }

    /// Writes down the bodies of as many batches as are complete, and misses the others. True if
    /// there were any. A batch counts as received only with its bodies (Viewstamped Replication
    /// Revisited, 4.1, step 4, where a log holds requests): a name on all disks is worth nothing
    /// when the last body crashes.
    pub(super) fn hold_bodies(&mut self, now: LocalTime, out: &mut Out<Sequencer>) -> bool {
        let before = self.log.held();
        while let Some(batch) = self.log.batch(self.log.held()) {
            let items: Option<Arc<[Item]>> =
                batch.iter().map(|name| self.bodies.item(*name)).collect();
            let Some(items) = items else {
                self.seek(now, out);
                break;
            };
            self.record(Event::Held(items));
        }
        self.log.held() > before
    }

    /// Delivers committed batches as long as all bodies are here.
    pub(super) fn deliver_committed(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        while self.log.delivered() < self.committed {
            let Some(items) = self.log.items(self.log.delivered()).cloned() else { return };
            for item in items.iter() {
                self.bodies.deliver(now, item);
                out.deliver(item.clone());
            }
            self.record(Event::Delivered(now));
        }
    }

    /// Misses the bodies that are not here, each once.
    fn seek(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        let from = self.sought.max(self.log.held());
        for index in from..self.log.len() {
            let names = self.log.batch(index).into_iter().flat_map(|batch| batch.iter());
            for name in names.filter(|name| self.bodies.body(&name.id).is_none()) {
                self.missing.begin(now, name.id, || out.draw());
            }
        }
        self.sought = self.log.len();
    }

    /// A router or a follower brings this.
    fn take_in(&mut self, now: LocalTime, item: &Item, out: &mut Out<Sequencer>) {
        let is_new = self.bodies.submit(now, item);
        if self.missing.end(item.id()) {
            self.completed(now, out);
        }
        if is_new {
            self.collect(now, out);
        }
    }

    fn take_in_forwarded(&mut self, now: LocalTime, items: &[Item], out: &mut Out<Sequencer>) {
        for item in items {
            if item.signed.is_genuine(self.seat.signer.ring()) {
                self.take_in(now, item, out);
            }
        }
    }

    /// Bodies have come.
    fn completed(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        if self.hold_bodies(now, out) {
            match self.role {
                Role::Leader(_) => self.commit(now, out),
                Role::Follower(_) => self.acknowledge(out),
                Role::Candidate(_) => {}
            }
            self.deliver_committed(now, out);
        }
        if !self.log.is_normal() {
            self.catch_up(now, out);
        }
    }

    fn fetch(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        self.missing.fired();
        for (peer, ids) in self.missing.questions(now) {
            out.send(Peer::Replica(peer), Message::Fetch(ids));
        }
    }

    fn give(&self, from: Peer, ids: &[Id], out: &mut Out<Sequencer>) {
        let found: Vec<Arc<Signed>> =
            ids.iter().filter_map(|id| self.bodies.body(id).cloned()).collect();
        if !found.is_empty() {
            out.send(from, Message::Found(found));
        }
    }

    fn learn(&mut self, now: LocalTime, found: &[Arc<Signed>], out: &mut Out<Sequencer>) {
        for signed in found.iter().filter(|found| found.is_genuine(self.seat.signer.ring())) {
            if self.missing.end(signed.id) {
                self.bodies.learn(now, signed);
            }
        }
        self.completed(now, out);
    }

    fn finish(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        self.save(out);
        self.log.forget_old(now, self.params.history);
        self.bodies.forget_old(now);
        self.missing.arm(now, FETCH, out);
    }

    fn restore(&mut self, now: LocalTime, journal: &Journal<Log, Event>) {
        let (checkpoint, events) = journal.contents();
        self.log = checkpoint.clone();
        events.into_iter().for_each(|event| self.log.take(event));
        for (batch, items, delivered) in self.log.contents() {
            let items = items.unwrap_or_default();
            match delivered {
                Some(at) => items.iter().for_each(|item| self.bodies.deliver(at, item)),
                None => batch.iter().for_each(|name| self.bodies.order(now, *name)),
            }
            items.iter().for_each(|item| self.bodies.learn(now, &item.signed));
        }
        self.committed = self.log.delivered();
        self.journal = Journal::new(self.log.clone(), self.log.kept());
    }
}

impl crate::ordering::Replica<Sequencer> for Replica {
    fn start(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        self.take_up_role(now, out);
        self.finish(now, out);
    }

    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Sequencer>) {
        self.take_in(now, &item, out);
        self.finish(now, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, message: &Message, out: &mut Out<Sequencer>) {
        let Peer::Replica(peer) = from else { return };
        match message {
            Message::Ordered { progress, index, before, batch } => {
                if self.hear(now, peer, *progress, out) {
                    self.place(*index, *before, batch);
                    self.catch_up(now, out);
                }
            }
            Message::Beat(progress) => {
                if self.hear(now, peer, *progress, out) {
                    self.catch_up(now, out);
                    self.acknowledge_again(out);
                    self.forward(now, out);
                }
            }
            Message::Begin { progress, index, before } => {
                if self.hear(now, peer, *progress, out) {
                    self.begin_at(now, *index, *before, out);
                    self.catch_up(now, out);
                }
            }
            Message::Ack { epoch, len } => self.acknowledged(now, peer, (*epoch, *len), out),
            Message::Missing { epoch, from: index } => self.repeat(peer, (*epoch, *index), out),
            Message::Takeover { epoch, from: index } => {
                self.promise(now, peer, (*epoch, *index), out);
            }
            Message::Tail { epoch, .. } => self.gather(now, peer, *epoch, message, out),
            Message::Forward(items) => self.take_in_forwarded(now, items, out),
            Message::Fetch(ids) => self.give(from, ids, out),
            Message::Found(found) => self.learn(now, found, out),
        }
        self.finish(now, out);
    }

    fn timer(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<Sequencer>) {
        match timer {
            BATCH => self.close_batches(now, out),
            BEAT => self.beat(now, out),
            WATCH => self.watch(now, out),
            GAP => self.ask(out),
            _ => self.fetch(now, out),
        }
        self.finish(now, out);
    }

    fn hand_over(&mut self, now: LocalTime, leader: u16, out: &mut Out<Sequencer>) {
        self.hand_over_to(now, leader, out);
        self.finish(now, out);
    }

    fn can_lead(&self) -> bool {
        !self.log.is_learner()
    }

    fn leader(&self) -> Option<u16> {
        Some(self.leader(self.log.promised()))
    }

    fn restart(
        &mut self,
        now: LocalTime,
        durable: Option<Journal<Log, Event>>,
        out: &mut Out<Sequencer>,
    ) {
        match durable {
            Some(journal) => {
                self.restore(now, &journal);
                self.hold_bodies(now, out);
                self.take_up_role(now, out);
            }
            None => self.record(Event::Lost),
        }
        self.finish(now, out);
    }
}
