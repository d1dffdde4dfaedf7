//! Who wants to be the sequencer: asks all for their logs, and adopts the one that has everything
//! committed (Viewstamped Replication Revisited, 4.2).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Sequencer;
use super::log::Event;
use super::message::Message;
use super::replica::BEAT;
use super::replica::{NOTE_EPOCH, Replica, Role};
use crate::kernel::LocalTime;
use crate::ordering::{Item, Out, Peer};

pub(super) struct Candidate {
    tails: BTreeMap<u16, Tail>,
}

/// What a replica answered.
struct Tail {
    normal: u32,
    committed: u64,
    from: u64,
    batches: Vec<Arc<[Item]>>,
}

impl Tail {
    fn len(&self) -> u64 {
        self.from + self.batches.len() as u64
    }
}

impl Replica {
    /// Wants to lead `epoch`.
    pub(super) fn stand(&mut self, epoch: u32, out: &mut Out<Sequencer>) {
        self.promise_epoch(epoch);
        self.save(out);
        self.role = Role::Candidate(Candidate { tails: BTreeMap::new() });
        self.ask_for_logs(out);
    }

    pub(super) fn ask_for_logs(&self, out: &mut Out<Sequencer>) {
        let (epoch, from) = (self.log.promised(), self.committed.min(self.log.held()));
        out.broadcast(Message::Takeover { epoch, from });
        out.set_timer(self.params.heartbeat, BEAT);
    }

    /// An operator names who leads: the next epoch that is its own begins. Whoever led stops, and
    /// the others wait for the new one; that it can lead is the operator's to know.
    pub(super) fn hand_over_to(&mut self, now: LocalTime, to: u16, out: &mut Out<Sequencer>) {
        let size = self.seat.committee.size();
        let promised = self.log.promised();
        let turns = (u32::from(to) + size - u32::from(self.leader(promised))) % size;
        if turns == 0 || u32::from(to) >= size || self.log.is_learner() {
            return;
        }
        match to == self.seat.me {
            true => self.stand(promised + turns, out),
            false => self.follow(now, promised + turns, out),
        }
    }

    /// Somebody wants to lead: from now on no earlier epoch counts here.
    pub(super) fn promise(
        &mut self,
        now: LocalTime,
        peer: u16,
        (epoch, index): (u32, u64),
        out: &mut Out<Sequencer>,
    ) {
        if self.log.is_learner() || self.leader(epoch) != peer || epoch < self.log.promised() {
            return;
        }
        if epoch > self.log.promised() {
            self.follow(now, epoch, out);
        }
        if self.log.is_normal() {
            return;
        }
        self.save(out);
        let from = index.clamp(self.log.base(), self.log.held());
        let tail = Message::Tail {
            epoch,
            normal: self.log.normal(),
            committed: self.committed,
            from,
            batches: (from..).map_while(|index| self.log.items(index).cloned()).collect(),
        };
        out.send(Peer::Replica(peer), tail);
    }

    pub(super) fn gather(
        &mut self,
        now: LocalTime,
        peer: u16,
        epoch: u32,
        message: &Message,
        out: &mut Out<Sequencer>,
    ) {
        let Message::Tail { normal, committed, from, batches, .. } = message else { return };
        let Role::Candidate(candidate) = &mut self.role else { return };
        let keys = self.seat.signer.ring();
        let is_genuine = |item: &Item| item.signed.is_genuine(keys);
        if epoch != self.log.promised() || !batches.iter().all(|batch| batch.iter().all(is_genuine))
        {
            return;
        }
        let (normal, committed, from) = (*normal, *committed, *from);
        candidate.tails.insert(peer, Tail { normal, committed, from, batches: batches.clone() });
        if candidate.tails.len() + 1 >= self.seat.committee.majority() as usize {
            self.take_over(now, out);
        }
    }

    /// The best log is the longest of the latest epoch, as far as its bodies are there: what is
    /// committed is with all its bodies in every majority. The rest nobody may have any more.
    fn take_over(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        let Role::Candidate(Candidate { tails }) = &self.role else { return };
        let own = (self.log.normal(), self.log.held());
        let committed = tails.values().map(|tail| tail.committed).max().unwrap_or(0);
        let before = self.committed;
        let best = tails.values().max_by_key(|tail| (tail.normal, tail.len()));
        if let Some(best) = best.filter(|best| (best.normal, best.len()) > own) {
            let first = before.min(self.log.held());
            let Some(known) = first.checked_sub(best.from) else { return };
            let batches: Vec<_> = best.batches.iter().skip(known as usize).cloned().collect();
            self.cut(now, first);
            batches.into_iter().for_each(|batch| self.adopt(now, &batch));
        } else {
            self.cut(now, own.1);
        }
        let epoch = self.log.promised();
        self.record(Event::Normal(epoch));
        self.hold_bodies(now, out);
        self.save(out);
        self.committed = before.max(committed.min(self.log.len()));
        out.note(NOTE_EPOCH, epoch.into());
        self.lead(out);
        self.repeat_all(before, out);
        self.deliver_committed(now, out);
        self.order_waiting(now, out);
    }

    fn adopt(&mut self, now: LocalTime, items: &[Item]) {
        items.iter().for_each(|item| self.bodies.learn(now, &item.signed));
        self.append(now, items.iter().map(Item::named).collect());
    }
}
