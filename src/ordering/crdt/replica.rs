//! The validator's half of `crdt`: what comes takes its place in the set.

use super::exchange::Peers;
use super::log::{Growth, Log};
use super::{Crdt, Message, Params};
use crate::ordering::kept::{JournalOf, Kept};
use crate::ordering::prelude::*;

const NOTE_RETRACTED: u16 = 0;
const NOTE_REFUSED: u16 = 1;

/// The set, and who has the same.
pub struct Replica {
    pub(super) seat: Seat,
    pub(super) params: Params,
    pub(super) log: Kept<Log>,
    pub(super) peers: Peers,
    retracted: i64,
    refused: i64,
}

impl Replica {
    pub(super) fn new(seat: Seat, params: &Params) -> Self {
        Self {
            log: Kept::new(Log::new(params.history, params.bucket)),
            peers: Peers::new(&seat),
            seat,
            params: params.clone(),
            retracted: 0,
            refused: 0,
        }
    }

    /// Section 6 of our reference: the set grows, whatever was in it.
    fn accept(&mut self, now: LocalTime, item: &Item, out: &mut Out<Crdt>) {
        if self.log.find(&item.id()).is_some() {
            return;
        }
        let (slack, written_at) = (self.slack(), item.signed.attestation.written_at);
        if written_at + self.params.history < now + slack || written_at > now + slack {
            self.refused += 1;
            return out.note(NOTE_REFUSED, self.refused);
        }
        let growth = self.plan(now, item);
        let before = self.retracted;
        for item in self.log.taken_back(&growth) {
            self.retracted += 1;
            out.retract(item.clone());
        }
        if self.retracted > before {
            out.note(NOTE_RETRACTED, self.retracted);
        }
        growth.tail().iter().for_each(|item| out.deliver_provisional(item.clone()));
        self.log.change(growth);
        self.peers.grow();
        out.persist(self.log.journal());
    }

    fn plan(&self, now: LocalTime, item: &Item) -> Growth {
        let growth = self.log.plan(now, item);
        #[cfg(test)]
        if self.params.is_hasty {
            return growth.in_order_of_arrival(&self.log);
        }
        growth
    }

    /// How far clocks may be apart.
    pub(super) fn slack(&self) -> Span {
        Span::from_nanos(self.params.history.as_nanos() / 4)
    }
}

impl crate::ordering::Replica<Crdt> for Replica {
    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Crdt>) {
        self.accept(now, &item, out);
        self.compare_later(out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, message: &Message, out: &mut Out<Crdt>) {
        let Peer::Replica(peer) = from else { return };
        match message {
            Message::Digest { range, sums, version } => {
                self.answer(now, peer, *range, sums, *version, out);
            }
            Message::Same(version) => self.peers.agree(peer, *version),
            Message::Differs { buckets, ids } => self.trade(peer, buckets, ids, out),
            Message::Want(ids) => self.give(peer, ids, out),
            Message::Give(items) => {
                for item in items {
                    if item.signed.is_genuine(self.seat.signer.ring()) {
                        self.accept(now, item, out);
                    }
                }
            }
        }
        self.compare_later(out);
    }

    fn timer(&mut self, now: LocalTime, _: TimerId, out: &mut Out<Crdt>) {
        self.peers.is_ticking = false;
        self.compare(now, out);
        self.compare_later(out);
    }

    /// Nobody is known to have the same as a replica that was away.
    fn restart(&mut self, _: LocalTime, durable: Option<JournalOf<Log>>, out: &mut Out<Crdt>) {
        if let Some(journal) = durable {
            self.log = Kept::restore(&journal);
        }
        self.peers.grow();
        self.compare_later(out);
    }
}
