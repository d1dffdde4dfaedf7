//! What a replica is told by its host.

use super::{BATCH, FETCH, GOSSIP, ROUND, Replica};
use crate::ordering::chained::pacemaker::Pacemaker;
use crate::ordering::chained::{Durable, Family, Message};
use crate::ordering::kept::Kept;
use crate::ordering::prelude::*;

impl<S: Family> crate::ordering::Replica<S> for Replica<S> {
    fn start(&mut self, _: LocalTime, out: &mut Out<S>) {
        out.set_timer(self.settings.leader.gossip, GOSSIP);
    }

    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<S>) {
        self.stock.submit(now, &item, self.book.seen());
        self.receive_item(now, item.id());
        self.settle(now, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, message: &Message, out: &mut Out<S>) {
        let Peer::Replica(from) = from else { return };
        match message {
            Message::Propose(block) => self.block(now, from, block, out),
            Message::Vote(ballot, signature) => self.count(from, *ballot, signature, out),
            Message::Timeout(wish, proof, by) => self.timeout(from, *wish, proof, by, out),
            Message::Advance(proof) => {
                self.see(proof, out);
            }
            Message::Status(tip, proof) => self.status(from, *tip, proof, out),
            Message::Committed(qc) => {
                if self.rules.accept_qc(qc) {
                    self.see_qc(qc, out);
                }
            }
            Message::Relay(items) => {
                self.stock.relay(now, items, self.book.seen());
                for item in items {
                    if self.receive_item(now, item.id()) {
                        out.relayed(item.clone(), from);
                    }
                }
            }
            Message::Order(order) => self.take_order(from, order),
            Message::NeedBodies(ids) => self.give_bodies(from, ids, out),
            Message::Bodies(items) => {
                self.stock.learn(now, items.iter().map(|item| &item.signed));
            }
            Message::NeedBlocks(above) => self.supply(from, *above, out),
            Message::Blocks(blocks, proof) => self.catch_up(now, from, blocks, proof, out),
        }
        self.settle(now, out);
    }

    fn timer(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<S>) {
        match timer {
            ROUND => {
                self.pace.armed = None;
                if self.is_waiting() {
                    self.leave_round(out);
                }
            }
            BATCH => self.timers.batch = None,
            FETCH => {
                self.timers.fetch = None;
                self.ask(now, out);
            }
            _ => {
                self.spread(now, out);
                self.gossip(1, out);
            }
        }
        self.settle(now, out);
    }

    fn restart(&mut self, now: LocalTime, kept: Option<Durable>, out: &mut Out<S>) {
        if let Some(journal) = kept {
            self.book = Kept::restore(&journal);
            let left = self.book.tc().map_or(0, |tc| tc.round);
            let round = self.book.high().statement.round.max(left) + 1;
            self.pace = Pacemaker::new(&self.settings, round);
            self.recall(now);
        }
        self.gossip(self.seat.committee.one_correct(), out);
        self.settle(now, out);
    }
}
