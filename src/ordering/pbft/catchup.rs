//! Bodies and committed batches: giving them, and asking for what is missing.

use std::sync::Arc;

use super::batch::{Seq, StableMark};
use super::replica::{FETCH, Replica};
use super::{Message, Pbft, Stand, Whole};
use crate::attestation::{Id, Signed};
use crate::kernel::LocalTime;
use crate::ordering::{Out, Peer};

/// Attestations in one [`Message::Batches`], unless one batch has more.
const SUPPLY: usize = 4_096;
/// Batches in one [`Message::Batches`].
const SUPPLY_BATCHES: usize = 64;

impl Replica {
    pub(super) fn give_bodies(&self, to: u16, ids: &[Id], out: &mut Out<Pbft>) {
        let bodies = self.stock.give(ids, self.book.seen(), |id| self.shelf.body(id));
        if !bodies.is_empty() {
            out.send(Peer::Replica(to), Message::Bodies(bodies));
        }
    }

    /// A peer tells how far it is: who is behind is helped, or asks before long.
    pub(super) fn help(&mut self, now: LocalTime, from: u16, stand: Stand, out: &mut Out<Pbft>) {
        let view = self.book.view();
        if stand.view < view || stand.view == view && !stand.is_active {
            let begun = self.book.new_view().map(|begun| Message::NewView(begun.clone()));
            let wanted = self.book.wanted().map(|wanted| Message::ViewChange(wanted.clone()));
            if let Some(message) = begun.or(wanted) {
                out.send(Peer::Replica(from), message);
            }
        }
        if stand.next < self.book.next() || stand.stable < self.book.low() {
            self.supply(from, stand.next, out);
        }
        if stand.next > self.book.next() {
            self.missing.begin_with(now, self.book.next(), from);
        }
    }

    /// What was committed from a number on, as much as fits, and the stable checkpoint.
    pub(super) fn supply(&self, to: u16, seq: Seq, out: &mut Out<Pbft>) {
        let (mut batches, mut sum) = (Vec::new(), 0);
        for committed in self.book.chain_from(seq).take(SUPPLY_BATCHES) {
            sum += committed.batch.payload.len();
            if sum > SUPPLY && !batches.is_empty() {
                break;
            }
            batches.push(Whole(committed.clone()));
        }
        let stable = self.book.stable().cloned();
        if !batches.is_empty() || stable.is_some() {
            out.send(Peer::Replica(to), Message::Batches(batches, stable));
        }
    }

    /// Takes in what follows on what is executed here, and asks for more if it helped.
    pub(super) fn catch_up(
        &mut self,
        now: LocalTime,
        from: u16,
        batches: &[Whole],
        stable: Option<&Arc<StableMark>>,
        out: &mut Out<Pbft>,
    ) {
        let before = self.book.next();
        for Whole(committed) in batches {
            let payload = &committed.batch.payload;
            let is_genuine = |signed: &Arc<Signed>| signed.is_genuine(&self.rules.keys);
            if committed.batch.seq == self.book.next()
                && self.rules.accept_committed(committed)
                && payload.bodies().len() == payload.len()
                && payload.bodies().iter().all(is_genuine)
            {
                self.apply(now, committed, out);
            }
        }
        if let Some(stable) = stable {
            self.stabilize(now, stable, out);
        }
        if self.book.next() > before && batches.len() > 1 {
            out.send(Peer::Replica(from), Message::NeedBatches(self.book.next()));
        }
    }

    /// Asks for what has been missing for long enough.
    pub(super) fn ask(&mut self, now: LocalTime, out: &mut Out<Pbft>) {
        let is_wanted = self.shelf.lacks_bodies();
        for (peer, ids) in self.stock.questions(now, is_wanted, self.book.seen()) {
            out.send(Peer::Replica(peer), Message::NeedBodies(ids));
        }
        while let Some(question) = self.missing.question(now) {
            if let Some(peer) = question.peer {
                out.send(Peer::Replica(peer), Message::NeedBatches(question.key));
            }
        }
    }

    pub(super) fn arm_fetch(&mut self, now: LocalTime, out: &mut Out<Pbft>) {
        let pauses = [self.stock.pause(now), self.missing.pause(now)];
        let due = pauses.into_iter().flatten().min().map(|pause| now + pause);
        if let Some(due) = due.filter(|due| self.fetch_due.is_none_or(|set| set > *due)) {
            self.fetch_due = Some(due);
            out.set_timer(due.since(now), FETCH);
        }
    }
}
