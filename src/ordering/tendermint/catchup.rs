//! Bodies and decided blocks: having them, giving them, and asking for what is missing.

use std::sync::Arc;

use super::block::{Block, Decided, Height};
use super::book::Change;
use super::replica::{FETCH, Replica};
use super::{Message, Tendermint, Whole};
use crate::attestation::{Id, Signed};
use crate::kernel::LocalTime;
use crate::ordering::{Out, Peer};

/// Attestations in one [`Message::Blocks`], unless one block has more.
const SUPPLY: usize = 4_096;
/// Blocks in one [`Message::Blocks`].
const SUPPLY_BLOCKS: usize = 64;

impl Replica {
    /// A block of the height to be decided is known, with all its bodies.
    pub(super) fn is_whole(&self, id: &Id) -> bool {
        self.whole.contains_key(id)
    }

    /// Keeps a proposed block; asks for bodies that do not come by themselves.
    pub(super) fn keep(&mut self, now: LocalTime, from: u16, block: &Arc<Block>) {
        if self.is_whole(&block.id) || self.incomplete.contains_key(&block.id) {
            return;
        }
        let missing = self.stock.lacks(&block.payload, self.book.seen());
        if missing.is_empty() {
            self.fill(block);
        } else {
            self.incomplete.insert(block.id, (block.clone(), 0));
            self.stock.chase(now, missing, from);
        }
    }

    fn fill(&mut self, block: &Arc<Block>) {
        block.payload.fill(|id| self.stock.body(id, self.book.seen()).cloned());
        self.whole.insert(block.id, block.clone());
    }

    /// Whether the last missing body of a block has come.
    pub(super) fn complete(&mut self) -> bool {
        let Self { incomplete, stock, book, .. } = self;
        let mut whole = Vec::new();
        for (block, first) in incomplete.values_mut() {
            let rest = &block.payload[*first..];
            let missing = rest.iter().position(|at| stock.body(&at.id, book.seen()).is_none());
            *first += missing.unwrap_or(rest.len());
            whole.extend((*first == block.payload.len()).then(|| block.clone()));
        }
        for block in &whole {
            self.incomplete.remove(&block.id);
            self.fill(block);
        }
        !whole.is_empty()
    }

    /// The next height is decided: what it orders is delivered.
    pub(super) fn commit(
        &mut self,
        now: LocalTime,
        decided: &Arc<Decided>,
        out: &mut Out<Tendermint>,
    ) {
        self.change(Change::Decide(decided.clone(), now), out);
        self.book.fresh().iter().for_each(|item| out.deliver(item.clone()));
        self.stock.remove(&decided.block.payload);
        self.missing_blocks.end(decided.block.height);
        self.begin_height(now);
    }

    pub(super) fn give_bodies(&self, to: u16, ids: &[Id], out: &mut Out<Tendermint>) {
        let kept = |id: &Id| self.whole.values().find_map(|block| block.payload.body(id));
        let bodies = self.stock.give(ids, self.book.seen(), kept);
        if !bodies.is_empty() {
            out.send(Peer::Replica(to), Message::Bodies(bodies));
        }
    }

    /// A peer speaks of a height: who is behind is helped, or asks before long.
    pub(super) fn compare(
        &mut self,
        now: LocalTime,
        from: u16,
        height: Height,
        out: &mut Out<Tendermint>,
    ) {
        if height < self.book.height() {
            self.supply(from, height, out);
        } else {
            self.expect(now, from, height);
        }
    }

    /// A peer is to decide that height, so the ones below are decided.
    pub(super) fn expect(&mut self, now: LocalTime, from: u16, height: Height) {
        if height > self.book.height() {
            self.missing_blocks.begin_with(now, self.book.height(), from);
        }
    }

    /// What was decided from a height on, as much as fits.
    pub(super) fn supply(&self, to: u16, height: Height, out: &mut Out<Tendermint>) {
        let (mut blocks, mut sum) = (Vec::new(), 0);
        for decided in self.book.chain_from(height).take(SUPPLY_BLOCKS) {
            sum += decided.block.payload.len();
            if sum > SUPPLY && !blocks.is_empty() {
                break;
            }
            blocks.push(Whole(decided.clone()));
        }
        if !blocks.is_empty() {
            out.send(Peer::Replica(to), Message::Blocks(blocks));
        }
    }

    /// Takes in what follows on what is decided here, and asks for more if it helped.
    pub(super) fn catch_up(
        &mut self,
        now: LocalTime,
        from: u16,
        blocks: &[Whole],
        out: &mut Out<Tendermint>,
    ) {
        let before = self.book.height();
        for Whole(decided) in blocks {
            let block = &decided.block;
            let is_next = (block.height, block.parent) == (self.book.height(), self.book.tip());
            let is_genuine = |signed: &Arc<Signed>| signed.is_genuine(&self.rules.keys);
            if is_next
                && self.rules.accept_decided(decided)
                && block.payload.bodies().len() == block.payload.len()
                && block.payload.bodies().iter().all(is_genuine)
            {
                self.commit(now, decided, out);
            }
        }
        if self.book.height() > before && blocks.len() > 1 {
            out.send(Peer::Replica(from), Message::NeedBlocks(self.book.height()));
        }
    }

    /// Asks for what has been missing for long enough.
    pub(super) fn ask(&mut self, now: LocalTime, out: &mut Out<Tendermint>) {
        let is_wanted = !self.incomplete.is_empty();
        for (peer, ids) in self.stock.questions(now, is_wanted, self.book.seen()) {
            out.send(Peer::Replica(peer), Message::NeedBodies(ids));
        }
        while let Some(question) = self.missing_blocks.question(now) {
            if let Some(peer) = question.peer {
                out.send(Peer::Replica(peer), Message::NeedBlocks(question.key));
            }
        }
    }

    pub(super) fn arm_fetch(&mut self, now: LocalTime, out: &mut Out<Tendermint>) {
        let pauses = [self.stock.pause(now), self.missing_blocks.pause(now)];
        let due = pauses.into_iter().flatten().min().map(|pause| now + pause);
        if let Some(due) = due.filter(|due| self.fetch_due.is_none_or(|set| set > *due)) {
            self.fetch_due = Some(due);
            out.set_timer(due.since(now), FETCH);
        }
    }
}
