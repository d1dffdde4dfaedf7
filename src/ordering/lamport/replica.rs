//! The validator's half of `lamport`.

use std::collections::VecDeque;
use std::sync::Arc;

use super::message::Batch;
use super::state::{Change, State};
use super::{Lamport, Message, Params};
use crate::attestation::Signed;
use crate::ordering::kept::{JournalOf, Kept};
use crate::ordering::prelude::*;
use crate::ordering::{Bodies, Chase};

/// A request is made of what has been collected.
const BATCH: TimerId = TimerId(0);
/// The clock is told again, and what nobody requested is requested.
const BEAT: TimerId = TimerId(1);
/// Bodies are asked for.
const FETCH: TimerId = TimerId(2);
const NOTE_QUEUE: u16 = 0;
/// Requests of one validator that are not delivered, at most; more tries wait.
const IN_FLIGHT: usize = 256;
/// Requests repeated in answer to one question.
const MOST_REPEATED: usize = 32;

/// Clock, queue and bodies.
pub struct Replica {
    seat: Seat,
    params: Params,
    state: Kept<State>,
    bodies: Bodies,
    /// Tries that I am the home of and have not requested.
    own: VecDeque<Try>,
    missing: Chase<Id>,
    /// When each was last asked for requests that are missing.
    asked: Vec<Option<LocalTime>>,
    is_batching: bool,
    is_beating: bool,
}

impl Replica {
    pub(super) fn new(seat: Seat, params: &Params) -> Self {
        Self {
            state: Kept::new(State::new(&seat, params)),
            bodies: Bodies::new(params.history),
            own: VecDeque::new(),
            missing: Chase::new(&seat, params.pauses()),
            asked: vec![None; seat.committee.size() as usize],
            is_batching: false,
            is_beating: false,
            seat,
            params: params.clone(),
        }
    }

    /// Who requests what is said by that attester.
    fn is_home(&self, item: &Item) -> bool {
        let size = self.seat.committee.size();
        item.signed.attestation.attester.0 % size == u32::from(self.seat.me)
    }

    /// Tries that wait here to be requested by me: what I am the home of, and what has waited for
    /// too long.
    fn due(&mut self, now: LocalTime) -> Vec<Item> {
        let most = self.params.batch_most as usize;
        let mut due = Vec::new();
        while due.len() < most
            && let Some(name) = self.own.pop_front()
        {
            due.extend(self.bodies.item(name).filter(|_| !self.bodies.is_ordered(name)));
        }
        let late = self.bodies.waiting_since(LocalTime(i64::MIN), now - self.params.forward);
        let late: Vec<Item> =
            late.filter(|item| !self.is_home(item)).take(most - due.len()).collect();
        due.extend(late);
        due
    }

    /// Something waits to be requested: now, or with what comes until the batch is closed.
    fn collect(&mut self, now: LocalTime, out: &mut Out<Lamport>) {
        if self.own.len() >= self.params.batch_most as usize || self.params.batch == Span::ZERO {
            self.request(now, out);
        } else if !self.is_batching {
            self.is_batching = true;
            out.set_timer(self.params.batch, BATCH);
        }
    }

    /// Rule 1 of the paper: a request with my time, in my own queue first.
    fn request(&mut self, now: LocalTime, out: &mut Out<Lamport>) {
        while self.state.waiting_own() < IN_FLIGHT {
            let items: Arc<[Item]> = self.due(now).into();
            if items.is_empty() {
                return;
            }
            items.iter().for_each(|item| self.bodies.order(now, item.named()));
            let number = self.state.requests();
            self.state.change(Change::Requested(now, items.clone()));
            out.persist(self.state.journal());
            let (time, batch) = (self.state.clock(), names(&items));
            out.broadcast(Message::Request { number, time, batch });
        }
    }

    /// Rule 2: a request of another goes into the queue, and is acknowledged to all. Who hears a
    /// later time than its own goes on from there.
    fn take(
        &mut self,
        now: LocalTime,
        peer: u16,
        (number, time, batch): (u64, u64, &Batch),
        out: &mut Out<Lamport>,
    ) {
        let expected = self.state.requests_of(peer);
        if number > expected {
            return self.ask(now, peer, out);
        }
        if number < expected {
            return;
        }
        for name in batch.iter() {
            if !self.bodies.is_delivered(*name) {
                self.bodies.order(now, *name);
            }
            if self.bodies.body(&name.id).is_none() {
                self.missing.begin(now, name.id, || out.draw());
            }
        }
        self.state.change(Change::Came(peer, time, batch.clone()));
        out.persist(self.state.journal());
        out.broadcast(self.clock(false));
        out.note(NOTE_QUEUE, self.state.waiting() as i64);
    }

    fn clock(&self, is_question: bool) -> Message {
        let (time, requests) = (self.state.clock(), self.state.requests());
        Message::Clock { time, requests, is_question }
    }

    fn hear(
        &mut self,
        now: LocalTime,
        peer: u16,
        (time, requests): (u64, u64),
        out: &mut Out<Lamport>,
    ) {
        if requests == self.state.requests_of(peer) {
            self.state.change(Change::Heard(peer, time));
        } else if requests > self.state.requests_of(peer) {
            self.ask(now, peer, out);
        }
    }

    /// Not more than once per heartbeat.
    fn ask(&mut self, now: LocalTime, peer: u16, out: &mut Out<Lamport>) {
        let asked = &mut self.asked[usize::from(peer)];
        if asked.is_none_or(|at| now.since(at) >= self.params.heartbeat) {
            *asked = Some(now);
            out.send(Peer::Replica(peer), Message::Missing(self.state.requests_of(peer)));
        }
    }

    fn repeat(&self, peer: u16, from: u64, out: &mut Out<Lamport>) {
        for (number, time, items) in self.state.own(from).take(MOST_REPEATED) {
            let batch = names(items);
            out.send(Peer::Replica(peer), Message::Request { number, time, batch });
        }
        out.send(Peer::Replica(peer), self.clock(false));
    }

    /// Delivers from the head of the queue; of what was requested twice the first counts.
    fn deliver(&mut self, now: LocalTime, out: &mut Out<Lamport>) {
        let mut is_changed = false;
        while let Some(batch) = self.state.head(self.patience()) {
            let new = batch.iter().filter(|name| !self.bodies.is_delivered(**name));
            let items: Option<Arc<[Item]>> = new.map(|name| self.bodies.item(*name)).collect();
            let Some(items) = items else { break };
            for item in items.iter() {
                self.bodies.deliver(now, item);
                out.deliver(item.clone());
            }
            self.state.change(Change::Delivered(now, items));
            is_changed = true;
        }
        if is_changed {
            self.request(now, out);
        }
    }

    /// Of how many others no later time need be known.
    const fn patience(&self) -> usize {
        #[cfg(test)]
        if self.params.is_deaf {
            return 1;
        }
        0
    }

    fn give(&self, from: Peer, ids: &[Id], out: &mut Out<Lamport>) {
        let found: Vec<Arc<Signed>> =
            ids.iter().filter_map(|id| self.bodies.body(id).cloned()).collect();
        if !found.is_empty() {
            out.send(from, Message::Found(found));
        }
    }

    fn learn(&mut self, now: LocalTime, found: &[Arc<Signed>]) {
        for signed in found.iter().filter(|found| found.is_genuine(self.seat.signer.ring())) {
            if self.missing.end(signed.id) {
                self.bodies.learn(now, signed);
            }
        }
    }

    /// After every call: what can be delivered is, and timers are set as long as anything waits.
    fn finish(&mut self, now: LocalTime, out: &mut Out<Lamport>) {
        self.deliver(now, out);
        out.persist(self.state.journal());
        self.bodies.forget_old(now);
        self.missing.arm(now, FETCH, out);
        let is_waiting = self.bodies.waiting_len() > 0;
        if !self.is_beating && (is_waiting || self.state.waiting() > 0) {
            self.is_beating = true;
            out.set_timer(self.params.heartbeat, BEAT);
        }
    }

    fn restore(&mut self, now: LocalTime, journal: &JournalOf<State>, out: &mut Out<Lamport>) {
        self.state = Kept::restore(journal);
        for (at, items) in self.state.delivered() {
            items.iter().for_each(|item| self.bodies.deliver(at, item));
        }
        for (_, _, items) in self.state.own(0) {
            items.iter().for_each(|item| self.bodies.learn(now, &item.signed));
        }
        for name in self.state.queue().flat_map(|batch| batch.iter()) {
            if !self.bodies.is_delivered(*name) {
                self.bodies.order(now, *name);
            }
            if self.bodies.body(&name.id).is_none() {
                self.missing.begin(now, name.id, || out.draw());
            }
        }
    }
}

impl crate::ordering::Replica<Lamport> for Replica {
    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Lamport>) {
        let is_new = self.bodies.submit(now, &item);
        self.missing.end(item.id());
        if is_new && self.is_home(&item) {
            self.own.push_back(item.named());
            self.collect(now, out);
        }
        self.finish(now, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, message: &Message, out: &mut Out<Lamport>) {
        let Peer::Replica(peer) = from else { return };
        match message {
            Message::Request { number, time, batch } => {
                self.take(now, peer, (*number, *time, batch), out);
            }
            Message::Clock { time, requests, is_question } => {
                self.hear(now, peer, (*time, *requests), out);
                if *is_question {
                    out.send(from, self.clock(false));
                }
            }
            Message::Missing(number) => self.repeat(peer, *number, out),
            Message::Fetch(ids) => self.give(from, ids, out),
            Message::Found(found) => self.learn(now, found),
        }
        self.finish(now, out);
    }

    fn timer(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<Lamport>) {
        match timer {
            BATCH => {
                self.is_batching = false;
                self.request(now, out);
            }
            BEAT => {
                self.is_beating = false;
                self.request(now, out);
                if self.state.waiting() > 0 {
                    out.broadcast(self.clock(true));
                }
            }
            _ => {
                self.missing.fired();
                for (peer, ids) in self.missing.questions(now) {
                    out.send(Peer::Replica(peer), Message::Fetch(ids));
                }
            }
        }
        self.finish(now, out);
    }

    fn restart(
        &mut self,
        now: LocalTime,
        durable: Option<JournalOf<State>>,
        out: &mut Out<Lamport>,
    ) {
        if let Some(journal) = durable {
            self.restore(now, &journal, out);
        }
        out.broadcast(self.clock(true));
        self.finish(now, out);
    }
}

fn names(items: &[Item]) -> Batch {
    items.iter().map(Item::named).collect()
}
