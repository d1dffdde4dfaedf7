//! Blocks: keeping, completing, committing, and fetching what is missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::block::{Ballot, Block, Qc, Round};
use super::book::Change;
use super::replica::Replica;
use super::{Family, Message, Proof, Whole};
use crate::attestation::Signed;
use crate::ordering::prelude::*;

/// Attestations in one [`Message::Blocks`], unless one block has more.
const SUPPLY: usize = 4_096;
/// Blocks in one [`Message::Blocks`].
const SUPPLY_BLOCKS: usize = 64;

impl<S: Family> Replica<S> {
    /// A block above the tip, complete or not, or one committed that is still kept.
    pub(super) fn find(&self, id: &Id) -> Option<&Arc<Block>> {
        self.book.block(id).or_else(|| self.incomplete.get(id).map(|(block, _)| block))
    }

    /// A certificate for this block has been seen.
    pub(super) fn certify(&mut self, qc: &Arc<Qc>) {
        let ballot = qc.statement;
        if ballot.round > self.book.tip().round && !self.certified.contains_key(&ballot) {
            self.certified.insert(ballot, qc.clone());
            self.has_new_blocks = true;
            self.offer(qc);
        }
    }

    /// Rule Commit: of so many adjacent certified blocks, this one the last, the first is to be
    /// committed. That its ancestors are certified is shown by the block.
    fn offer(&mut self, last: &Arc<Qc>) {
        let first = (1..self.settings.chain).try_fold(last.statement, |at, _| {
            let block = self.find(&at.block)?;
            block.is_adjacent().then(|| block.parent())
        });
        if let Some(first) = first.filter(|first| first.round > self.book.tip().round) {
            self.committable.entry(first).or_insert_with(|| last.clone());
        }
    }

    /// Rule Commit for every chain that a new block may be the last link of.
    fn offer_all(&mut self, block: &Block) {
        let last =
            Ballot { round: block.round + u64::from(self.settings.chain) - 1, block: Id::LEAST };
        let certified = self.certified.range(block.ballot()..last);
        let certified: Vec<Arc<Qc>> = certified.map(|(_, qc)| qc.clone()).collect();
        certified.iter().for_each(|qc| self.offer(qc));
    }

    /// Keeps a valid block; asks for bodies that do not come by themselves.
    pub(super) fn keep(&mut self, now: LocalTime, from: u16, block: &Arc<Block>, out: &mut Out<S>) {
        if block.round <= self.book.tip().round || self.find(&block.id).is_some() {
            return;
        }
        let missing = self.stock.lacks(&block.payload, self.book.seen());
        self.has_new_blocks = true;
        if missing.is_empty() {
            self.store(block, out);
        } else {
            self.incomplete.insert(block.id, (block.clone(), 0));
            let author = if from == self.seat.me { block.author } else { from };
            self.stock.chase(now, missing, self.holder(block, author));
        }
        self.offer_all(block);
    }

    fn store(&mut self, block: &Arc<Block>, out: &mut Out<S>) {
        block.payload.fill(|id| self.body(id).cloned());
        self.change(Change::Store(block.clone()), out);
    }

    pub(super) fn body(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.stock.body(id, self.book.seen())
    }

    /// Stores the blocks whose last missing body has come, and votes.
    pub(super) fn complete(&mut self, out: &mut Out<S>) {
        if self.incomplete.is_empty() {
            return;
        }
        let mut incomplete = std::mem::take(&mut self.incomplete);
        for (block, first) in incomplete.values_mut() {
            let rest = &block.payload[*first..];
            let missing = rest.iter().position(|name| self.body(&name.id).is_none());
            *first += missing.unwrap_or(rest.len());
        }
        let is_whole = |(block, first): &(Arc<Block>, usize)| *first == block.payload.len();
        let whole: Vec<_> = incomplete.values().filter(|at| is_whole(at)).cloned().collect();
        incomplete.retain(|_, at| !is_whole(at));
        self.incomplete = incomplete;
        for (block, _) in whole {
            self.store(&block, out);
            self.vote(&block, out);
        }
    }

    /// Commits as far as the chain is whole.
    pub(super) fn commit(&mut self, now: LocalTime, out: &mut Out<S>) {
        while let Some((target, qc)) = self.committable.first_key_value() {
            let (target, qc) = (*target, qc.clone());
            if target.round <= self.book.tip().round {
                self.committable.pop_first();
                continue;
            }
            let Some(path) = self.path(target) else { return };
            for block in path {
                if self.book.block(&block.id).is_none() {
                    return;
                }
                self.commit_block(now, block, &qc, out);
            }
        }
    }

    /// The blocks from the tip, exclusive, to the target, inclusive; if all are known. They are
    /// not if the target is of another chain, which takes more than f Byzantine validators.
    fn path(&self, target: Ballot) -> Option<Vec<Arc<Block>>> {
        let mut path = Vec::new();
        let mut at = target;
        while at != self.book.tip() {
            let block = self.find(&at.block).filter(|_| at.round > self.book.tip().round)?;
            path.push(block.clone());
            at = block.parent();
        }
        path.reverse();
        Some(path)
    }

    fn commit_block(&mut self, now: LocalTime, block: Arc<Block>, qc: &Arc<Qc>, out: &mut Out<S>) {
        // Before the commit: what it orders is not ordered yet.
        let circles = self.take_circles(&block);
        let (done, qc) = (block.clone(), qc.clone());
        self.change(Change::Commit { block: done, now, qc }, out);
        let mut last = None;
        for item in self.book.fresh() {
            let own = circles.iter().position(|circle| circle.contains(&item.named()));
            match own.is_some() && own == last {
                true => out.deliver_in_batch(item.clone()),
                false => out.deliver(item.clone()),
            }
            last = own;
        }
        self.stock.remove(&block.payload);
        self.forget_received();
        self.pace.patience.succeed();
        let above = Ballot { round: block.round + 1, block: Id::LEAST };
        self.certified = self.certified.split_off(&above);
        self.incomplete.retain(|_, (other, _)| other.round > block.round);
        self.has_new_blocks = true;
    }

    /// Whether what this certificate leads to does not show that the tip is committed, high as
    /// it is: blocks may go on from the tip past the last one that commits it.
    pub(super) fn is_hidden_by(&self, high: Ballot) -> bool {
        let shown = self.book.commit_qc().statement;
        let mut at = high;
        while at.round > shown.round {
            let Some(block) = self.find(&at.block) else { return false };
            at = block.parent();
        }
        high.round > shown.round && at != shown
    }

    /// Whether something is ordered, as far as certificates tell, and not committed.
    pub(super) fn has_open_payload(&self) -> bool {
        let mut at = self.book.high().statement;
        while at.round > self.book.tip().round {
            let Some(block) = self.find(&at.block) else { return true };
            if !block.payload.is_empty() {
                return true;
            }
            at = block.parent();
        }
        false
    }

    /// The lowest certified block that is not known is missing: with it comes all above the tip.
    pub(super) fn look_for_gaps(&mut self, now: LocalTime, out: &mut Out<S>) {
        if !self.has_new_blocks {
            return;
        }
        self.has_new_blocks = false;
        let missing = self.certified.keys().find(|at| self.find(&at.block).is_none());
        let missing = missing.map(|at| at.block);
        if missing == self.gap {
            return;
        }
        if let Some(old) = std::mem::replace(&mut self.gap, missing) {
            self.missing_blocks.end(old);
        }
        if let Some(missing) = missing {
            self.missing_blocks.begin(now, missing, || out.draw());
        }
    }

    /// The round up to which all certified blocks are known.
    fn known_up_to(&self) -> Round {
        let known = self.certified.keys().take_while(|at| self.find(&at.block).is_some());
        known.last().map_or(self.book.tip().round, |at| at.round)
    }

    /// Asks for what has been missing for long enough.
    pub(super) fn ask(&mut self, now: LocalTime, out: &mut Out<S>) {
        let is_wanted = !self.incomplete.is_empty();
        for (peer, ids) in self.stock.questions(now, is_wanted, self.book.seen()) {
            out.send(Peer::Replica(peer), Message::NeedBodies(ids));
        }
        while let Some(question) = self.missing_blocks.question(now) {
            if let Some(peer) = question.peer {
                out.send(Peer::Replica(peer), Message::NeedBlocks(self.known_up_to()));
            }
        }
    }

    pub(super) fn give_bodies(&self, to: u16, ids: &[Id], out: &mut Out<S>) {
        let bodies = self.stock.give(ids, self.book.seen(), |id| self.body_in_open(id));
        if !bodies.is_empty() {
            out.send(Peer::Replica(to), Message::Bodies(bodies));
        }
    }

    /// The pool forgets what waited for too long; a block that is stored never does.
    fn body_in_open(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.book.open().find_map(|block| block.payload.body(id))
    }

    /// What leads from the tip to the certificate that commits it, and to the highest one: by
    /// round.
    fn shown(&self) -> BTreeMap<Ballot, &Arc<Block>> {
        let mut shown = BTreeMap::new();
        for qc in [self.book.commit_qc(), self.book.high()] {
            let mut at = qc.statement;
            while let Some(block) =
                self.book.block(&at.block).filter(|_| at.round > self.book.tip().round)
            {
                shown.insert(at, block);
                at = block.parent();
            }
        }
        shown
    }

    /// What was committed above a round, and then what shows that it is; as much as fits, though
    /// at least two blocks, since the second shows that the first is certified.
    pub(super) fn supply(&self, to: u16, above: Round, out: &mut Out<S>) {
        let (mut blocks, mut sum) = (Vec::new(), 0);
        let open = self.shown().into_values().filter(|block| block.round > above);
        for block in self.book.chain_above(above).chain(open).take(SUPPLY_BLOCKS) {
            sum += block.payload.len();
            if sum > SUPPLY && blocks.len() >= 2 {
                break;
            }
            blocks.push(Whole(block.clone()));
        }
        out.send(Peer::Replica(to), Message::Blocks(blocks, self.proof()));
    }

    /// Takes in blocks of a peer, and asks it for more if they helped and more is missing.
    pub(super) fn catch_up(
        &mut self,
        now: LocalTime,
        from: u16,
        blocks: &[Whole],
        proof: &Proof,
        out: &mut Out<S>,
    ) {
        let before = self.known_up_to();
        for Whole(block) in blocks {
            let is_new = block.round > self.book.tip().round && self.find(&block.id).is_none();
            if is_new && self.accepts(block) {
                self.stock.learn(now, block.payload.bodies());
                self.see_qc(&block.qc, out);
                self.see_tc(block.tc.as_ref(), out);
                self.keep(now, from, block, out);
            }
        }
        self.see(proof, out);
        self.complete(out);
        self.commit(now, out);
        let (after, lacks) = (self.known_up_to(), |at: &Ballot| self.find(&at.block).is_none());
        if after > before && self.certified.keys().any(lacks) {
            out.send(Peer::Replica(from), Message::NeedBlocks(after));
        }
    }

    /// After a restart: what the kept blocks tell.
    pub(super) fn recall(&mut self, now: LocalTime) {
        let open: Vec<Arc<Block>> = self.book.open().cloned().collect();
        for block in open {
            self.stock.learn(now, block.payload.bodies());
            self.certify(&block.qc);
        }
        let high = self.book.high().clone();
        self.certify(&high);
    }
}
