//! The primary's part: when to give out a number, and for what.

use std::collections::BTreeSet;

use super::batch::{Batch, PrePrepare, Seq};
use super::book::Change;
use super::replica::{BATCH, BATCHED, Replica};
use super::{Message, Pbft};
use crate::kernel::LocalTime;
use crate::ordering::{Item, Out, Try};

/// When to look for a batch: looking costs as much as there is in flight.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ripening {
    /// When the oldest of what is new has waited for long enough.
    due: Option<LocalTime>,
    /// Bytes of what is new.
    bytes: u64,
}

impl Replica {
    /// Something came that may wait from now on.
    pub(super) fn ripen(&mut self, now: LocalTime, items: &[Item], out: &mut Out<Pbft>) {
        if self.is_primary() {
            let bytes = items.iter().map(|item| u64::from(item.signed.wire_len()));
            self.ripening.bytes += bytes.sum::<u64>();
            if self.ripening.due.is_none() {
                self.ripen_at(now, now + self.params.batch_delay, out);
            }
        }
    }

    fn ripen_at(&mut self, now: LocalTime, due: LocalTime, out: &mut Out<Pbft>) {
        self.ripening.due = Some(due);
        if due > now {
            out.set_timer(due.since(now), BATCH);
        }
    }

    /// A new primary looks at once at what waits.
    pub(super) fn ripen_now(&mut self, now: LocalTime) {
        self.ripening.due = Some(now);
    }

    /// Gives the next number between the watermarks to a batch that is full or has waited.
    pub(super) fn propose(&mut self, now: LocalTime, out: &mut Out<Pbft>) -> bool {
        let limit = u64::from(self.params.batch_bytes);
        let is_due = self.ripening.due.is_some_and(|due| due <= now);
        if !self.is_primary() || !is_due && self.ripening.bytes < limit {
            return false;
        }
        let seq = self.next_free();
        if seq > self.book.low() + self.rules.window {
            return false;
        }
        let batch = self.stock.pool.batch(limit, &self.placed());
        self.ripening = Ripening::default();
        let Some(oldest) = batch.oldest else { return false };
        let ripe = oldest + self.params.batch_delay;
        if !batch.is_full && ripe > now {
            self.ripening.bytes = self.wire_len(&batch.tries);
            self.ripen_at(now, ripe, out);
            return false;
        }
        // There may be more.
        self.ripen_now(now);
        self.give_out(now, seq, batch.tries, out);
        true
    }

    fn give_out(&mut self, now: LocalTime, seq: Seq, tries: Vec<Try>, out: &mut Out<Pbft>) {
        out.note(BATCHED, tries.len() as i64);
        let batch = Batch::new(seq, tries);
        let pre_prepare = PrePrepare::new(self.book.view(), batch.clone(), &self.seat.signer);
        self.change(Change::Accept(pre_prepare.clone()), out);
        out.broadcast(Message::PrePrepare(pre_prepare.clone()));
        self.keep(now, &pre_prepare);
        batch.payload.items().for_each(|item| out.propose(item));
    }

    fn next_free(&self) -> Seq {
        let mut used = self.book.slots().rev();
        let used = used.find(|(_, slot)| slot.pre_prepare.is_some()).map_or(0, |(seq, _)| seq);
        used.max(self.book.low()).max(self.book.next() - 1) + 1
    }

    /// What is in flight.
    fn placed(&self) -> BTreeSet<Try> {
        let open = self.book.open_slots().filter_map(|(_, slot)| slot.pre_prepare.as_ref());
        open.flat_map(|at| at.batch.payload.iter().copied()).collect()
    }

    fn wire_len(&self, tries: &[Try]) -> u64 {
        let bodies = tries.iter().filter_map(|name| self.stock.pool.body(&name.id));
        bodies.map(|signed| u64::from(signed.wire_len())).sum()
    }
}
