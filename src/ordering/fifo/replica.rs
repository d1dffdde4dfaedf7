//! The validator's half of `fifo`.

use std::collections::BTreeMap;

use super::past::{Event, Past, Place};
use super::{Fifo, Message, Params};
use crate::attestation::AttesterId;
use crate::ordering::prelude::*;
use crate::ordering::{Chase, Journal, Question};

const GAPS: TimerId = TimerId(0);
/// Statements in one answer, so that an answer stays a message and not a transfer.
const MOST_KEPT: usize = 64;
const NOTE_QUARANTINED: u16 = 0;
const NOTE_SKIPPED: u16 = 1;

/// How far it is with everybody, and what came too early.
pub struct Replica {
    seat: Seat,
    params: Params,
    past: Past,
    journal: Journal<Past, Event>,
    /// Behind gaps, by number.
    early: BTreeMap<AttesterId, BTreeMap<u32, Item>>,
    gaps: Chase<AttesterId>,
    /// Lost its state: an attester may begin here where its peers' memory begins.
    is_fresh: bool,
    quarantined: i64,
    skipped: i64,
}

impl Replica {
    pub(super) fn new(seat: Seat, params: &Params) -> Self {
        Self {
            gaps: Chase::new(&seat, params.pauses()),
            seat,
            params: params.clone(),
            past: Past::default(),
            journal: Journal::new(Past::default(), 0),
            early: BTreeMap::new(),
            is_fresh: false,
            quarantined: 0,
            skipped: 0,
        }
    }

    /// Section 1 of our reference, `recv(a)`.
    fn accept(&mut self, now: LocalTime, item: Item, out: &mut Out<Fifo>) {
        match self.past.place(&item) {
            Place::Next => {
                let attester = item.signed.attestation.attester;
                self.deliver(now, item, out);
                self.drain(now, attester, out);
            }
            Place::Again => self.deliver(now, item, out),
            Place::Ahead => self.buffer(now, item, out),
            Place::Contradicts(known) => self.accuse(known, item, out),
            Place::Known | Place::Quarantined => {}
        }
    }

    fn deliver(&mut self, now: LocalTime, item: Item, out: &mut Out<Fifo>) {
        out.deliver(item.clone());
        self.record(Event::Delivered(now, item));
    }

    fn drain(&mut self, now: LocalTime, attester: AttesterId, out: &mut Out<Fifo>) {
        let Some(mut early) = self.early.remove(&attester) else { return };
        self.gaps.end(attester);
        while let Some(first) = early.first_entry() {
            if *first.key() > self.past.next(attester) {
                break;
            }
            self.deliver(now, first.remove(), out);
        }
        if !early.is_empty() {
            self.early.insert(attester, early);
            self.gaps.begin(now, attester, || out.draw());
        }
    }

    fn buffer(&mut self, now: LocalTime, item: Item, out: &mut Out<Fifo>) {
        let (attester, sequence) = place(&item);
        if sequence - self.past.next(attester) > self.params.buffer {
            return;
        }
        let early = self.early.entry(attester).or_default();
        match early.get_mut(&sequence) {
            Some(known) if known.id() != item.id() => {
                let known = known.clone();
                return self.accuse(known, item, out);
            }
            Some(known) => known.attempt = known.attempt.max(item.attempt),
            None => {
                early.insert(sequence, item.clone());
                out.waits(item);
            }
        }
        self.gaps.begin(now, attester, || out.draw());
    }

    /// Two statements with one number, section 1: a proof for everybody.
    fn accuse(&mut self, one: Item, other: Item, out: &mut Out<Fifo>) {
        let (attester, sequence) = place(&one);
        if !self.past.is_quarantined(attester) {
            self.quarantine(attester, sequence, out);
            out.broadcast(Message::Proof(one, other));
        }
    }

    fn quarantine(&mut self, attester: AttesterId, from: u32, out: &mut Out<Fifo>) {
        self.record(Event::Quarantined(attester, from));
        self.quarantined += 1;
        out.note(NOTE_QUARANTINED, self.quarantined);
        if let Some(early) = self.early.get_mut(&attester) {
            early.split_off(&from);
            if early.is_empty() {
                self.early.remove(&attester);
                self.gaps.end(attester);
            }
        }
    }

    fn judge(&mut self, one: &Item, other: &Item, out: &mut Out<Fifo>) {
        let (attester, sequence) = place(one);
        let keys = self.seat.signer.ring();
        let is_proof = place(one) == place(other)
            && one.id() != other.id()
            && one.signed.is_genuine(keys)
            && other.signed.is_genuine(keys);
        if is_proof && !self.past.is_quarantined(attester) {
            self.quarantine(attester, sequence, out);
        }
    }

    fn ask(&mut self, now: LocalTime, question: Question<AttesterId>, out: &mut Out<Fifo>) {
        let attester = question.key;
        let first = self.early.get(&attester).and_then(|early| early.keys().next());
        let (Some(&to), from) = (first, self.past.next(attester)) else { return };
        if self.params.give_up > 0 && question.asked >= self.params.give_up {
            return self.skip(now, attester, to, out);
        }
        if let Some(peer) = question.peer {
            out.send(Peer::Replica(peer), Message::Nack { attester, from, to });
        }
    }

    fn skip(&mut self, now: LocalTime, attester: AttesterId, to: u32, out: &mut Out<Fifo>) {
        self.skipped += i64::from(to - self.past.next(attester));
        out.note(NOTE_SKIPPED, self.skipped);
        self.record(Event::Skipped(now, attester, to));
        self.drain(now, attester, out);
    }

    fn learn(&mut self, now: LocalTime, attester: AttesterId, oldest: u32, out: &mut Out<Fifo>) {
        let early = self.early.get(&attester).and_then(|early| early.keys().next());
        let begins = self.is_fresh && self.past.next(attester) == 0;
        if let Some(first) = early.filter(|first| begins && oldest > 0 && **first >= oldest) {
            let to = oldest.min(*first);
            self.record(Event::Skipped(now, attester, to));
            self.drain(now, attester, out);
        }
    }

    fn record(&mut self, event: Event) {
        self.past.take(&event);
        self.journal.append(event);
    }

    /// After every call: what changed is persisted, what is old forgotten, the next question set.
    fn finish(&mut self, now: LocalTime, written: usize, out: &mut Out<Fifo>) {
        self.past.forget_old(now, self.params.history);
        if self.journal.len() != written {
            if self.journal.is_due() {
                self.journal = Journal::new(self.past.clone(), self.past.len());
            }
            self.persist(out);
        }
        self.gaps.arm(now, GAPS, out);
    }

    fn persist(&self, out: &mut Out<Fifo>) {
        #[cfg(test)]
        if self.params.forgetful {
            return;
        }
        out.persist(self.journal.clone());
    }
}

impl crate::ordering::Replica<Fifo> for Replica {
    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Fifo>) {
        let written = self.journal.len();
        self.accept(now, item, out);
        self.finish(now, written, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, message: &Message, out: &mut Out<Fifo>) {
        let written = self.journal.len();
        match message {
            Message::Nack { attester, from: first, to } => {
                if let Some((oldest, items)) = self.past.kept(*attester, (*first, *to), MOST_KEPT) {
                    out.send(from, Message::Kept { attester: *attester, oldest, items });
                }
            }
            Message::Kept { attester, oldest, items } => {
                self.learn(now, *attester, *oldest, out);
                for item in items {
                    if item.signed.is_genuine(self.seat.signer.ring()) {
                        self.accept(now, item.clone(), out);
                    }
                }
            }
            Message::Proof(one, other) => self.judge(one, other, out),
        }
        self.finish(now, written, out);
    }

    fn timer(&mut self, now: LocalTime, _: TimerId, out: &mut Out<Fifo>) {
        let written = self.journal.len();
        self.gaps.fired();
        while let Some(question) = self.gaps.question(now) {
            self.ask(now, question, out);
        }
        self.finish(now, written, out);
    }

    fn restart(&mut self, _: LocalTime, durable: Option<Journal<Past, Event>>, _: &mut Out<Fifo>) {
        let Some(journal) = durable else {
            self.is_fresh = true;
            return;
        };
        let (checkpoint, events) = journal.contents();
        self.past = checkpoint.clone();
        events.into_iter().for_each(|event| self.past.take(event));
        self.journal = Journal::new(self.past.clone(), self.past.len());
    }
}

fn place(item: &Item) -> (AttesterId, u32) {
    (item.signed.attestation.attester, item.signed.attestation.sequence)
}
