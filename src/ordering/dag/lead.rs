//! When to propose, and what.

use super::block::{Block, Reference, Round};
use super::book::Change;
use super::replica::Replica;
use super::{Family, Message};
use crate::ordering::prelude::*;

/// Bytes of a name in a block.
const NAME: u64 = 33;

impl<S: Family> Replica<S> {
    /// The round of the last own block.
    pub(super) fn own_round(&self) -> Round {
        self.book.own().map_or(0, |own| own.place.round)
    }

    /// Whether there is a reason for the next round: something to order, or somebody is in it.
    pub(super) fn is_wanted(&self, now: LocalTime) -> bool {
        self.pool.has_placed()
            || self.pool.next_due().is_some_and(|due| due <= now)
            || self.seen.max(self.own_round()) > self.base
    }

    /// When the next own block is due, as things are; `None` if not before something happens.
    pub(super) fn next_proposal(&self, now: LocalTime) -> Option<LocalTime> {
        if self.own_round() > self.base {
            return None;
        }
        if !self.is_wanted(now) {
            return self.pool.next_due();
        }
        let ripe = self.proposed.map(|at| at + self.settings.header_delay);
        let ripe = ripe.filter(|ripe| *ripe > now && !self.is_full());
        let patient = self.entered + self.settings.timeout;
        let patient = Some(patient).filter(|until| *until > now && !self.may_leave());
        ripe.max(patient).or(Some(now))
    }

    fn is_full(&self) -> bool {
        let (names, bytes) = self.pool.mine();
        names as u64 * NAME >= u64::from(self.settings.header_bytes)
            || bytes >= u64::from(self.settings.batch_bytes)
    }

    /// Makes the block of the round after the highest that has a quorum, once, when it is due.
    pub(super) fn propose(&mut self, now: LocalTime, out: &mut Out<S>) {
        let is_due = self.is_wanted(now) && self.next_proposal(now).is_some_and(|due| due <= now);
        if !is_due {
            return;
        }
        let round = self.base + 1;
        let payload = self.pool.batch(now, self.settings.batch_bytes.into());
        out.note(0, payload.len() as i64);
        if !self.may_leave() {
            self.left += 1;
            out.note(1, self.left);
        }
        let block = Block::new(round, self.parents(round), payload, &self.seat);
        self.proposed = Some(now);
        let pool = &self.pool;
        block.payload.fill(|id| pool.body(id).cloned());
        block.payload.items().for_each(|item| out.propose(item));
        self.change(Change::Propose(block.clone()), out);
        out.broadcast(Message::Block(block.clone()));
        self.begin(&block);
    }

    /// Each author's first block of the round before; in an uncertified DAG also what no block
    /// refers to yet, so that late ones are not lost.
    fn parents(&self, round: Round) -> Vec<Reference> {
        let mut parents: Vec<Reference> = self.book.round(round - 1).to_vec();
        if !self.rules.is_certified {
            let lowest = self.book.floor().max(round.saturating_sub(self.rules.depth + 1)) + 1;
            parents.extend(
                self.tips.iter().filter(|tip| tip.round >= lowest && tip.round + 1 < round),
            );
        }
        // Stable: of two blocks in one place the one accepted first stays in front.
        parents.sort_by_key(|parent| (parent.round, parent.author));
        parents.dedup_by_key(|parent| (parent.round, parent.author));
        parents
    }
}
