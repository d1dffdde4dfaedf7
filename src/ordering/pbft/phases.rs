//! The three phases of a sequence number (section 4.2). Each goes as far as it can whenever
//! something new is known.

use std::sync::Arc;

use super::batch::{Batch, Committed, Kind, PrePrepare, Prepared, Seq, Vote};
use super::book::{Change, Slot};
use super::replica::Replica;
use super::{Message, Pbft};
use crate::attestation::Signature;
use crate::kernel::LocalTime;
use crate::ordering::Out;
use crate::ordering::certificate::Statement;

impl Replica {
    /// A PRE-PREPARE: the first of its view and number counts.
    pub(super) fn pre_prepared(&mut self, pre_prepare: &Arc<PrePrepare>) {
        if self.rules.accept(pre_prepare)
            && let Some(ballots) = self.ballots(pre_prepare.view, pre_prepare.batch.seq)
        {
            ballots.pre_prepare.get_or_insert_with(|| pre_prepare.clone());
        }
    }

    pub(super) fn voted(&mut self, from: u16, vote: Vote, signature: &Signature) {
        if vote.is_signed_by(from, signature, &self.rules.keys) {
            self.count(from, &vote, signature);
        }
    }

    /// A vote whose signature was verified.
    pub(super) fn count(&mut self, from: u16, vote: &Vote, signature: &Signature) {
        if let Some(ballots) = self.ballots(vote.view, vote.seq) {
            ballots.add(from, vote, signature);
        }
    }

    /// Something new is known of a number.
    pub(super) fn advance(&mut self, now: LocalTime, seq: Seq, out: &mut Out<Pbft>) {
        if self.book.is_active() {
            self.accept(now, seq, out);
            self.prepare(seq, out);
            self.commit(seq, out);
            self.conclude(now, seq);
        }
    }

    /// Between the watermarks, what the primary says is so, once in a view.
    fn accept(&mut self, now: LocalTime, seq: Seq, out: &mut Out<Pbft>) {
        let is_new = self.book.slot(seq).is_none_or(|slot| slot.pre_prepare.is_none());
        let is_within = seq > self.book.low() && seq <= self.book.low() + self.rules.window;
        let said = self.ballots.get(&(self.book.view(), seq));
        let said = said.and_then(|ballots| ballots.pre_prepare.clone());
        if let Some(pre_prepare) = said.filter(|_| is_new && is_within) {
            self.change(Change::Accept(pre_prepare.clone()), out);
            self.keep(now, &pre_prepare);
        }
    }

    /// An accepted batch: its bodies are needed, and its primary has prepared it.
    pub(super) fn keep(&mut self, now: LocalTime, pre_prepare: &Arc<PrePrepare>) {
        let primary = self.rules.primary(pre_prepare.view);
        self.shelf.keep(now, primary, &pre_prepare.batch, &mut self.stock, self.book.seen());
        self.count(primary, &pre_prepare.vote(), &pre_prepare.signature);
        if let Some(ballots) = self.ballots(pre_prepare.view, pre_prepare.batch.seq) {
            ballots.pre_prepare = Some(pre_prepare.clone());
        }
    }

    /// What is accepted in this view and here with all its bodies.
    fn whole(&self, seq: Seq) -> Option<(&Slot, &Arc<Batch>)> {
        let slot = self.book.slot(seq)?;
        let batch = &slot.pre_prepare.as_ref()?.batch;
        self.shelf.is_whole(batch).then_some((slot, batch))
    }

    /// PREPARE, of backups: the primary's is in its PRE-PREPARE.
    fn prepare(&mut self, seq: Seq, out: &mut Out<Pbft>) {
        if self.is_primary() {
            return;
        }
        let unsaid = self.whole(seq).filter(|(slot, _)| slot.prepare.is_none());
        if let Some((_, batch)) = unsaid {
            let vote = Vote { kind: Kind::Prepare, view: self.book.view(), seq, batch: batch.id };
            self.vote(vote, out);
        }
    }

    /// COMMIT: a quorum prepared it, which is never to be forgotten from now on.
    fn commit(&mut self, seq: Seq, out: &mut Out<Pbft>) {
        let view = self.book.view();
        let votes = self.ballots.get(&(view, seq)).and_then(|ballots| ballots.prepared.clone());
        let unsaid = self.whole(seq).filter(|(slot, _)| slot.commit.is_none());
        let (Some(votes), Some((_, batch))) = (votes, unsaid) else { return };
        if votes.statement.batch != batch.id {
            return;
        }
        let batch = batch.clone();
        let vote = Vote { kind: Kind::Commit, view, seq, batch: batch.id };
        self.change(Change::Prepared(Prepared { batch, votes }), out);
        self.vote(vote, out);
    }

    /// Says it to all and to itself.
    fn vote(&mut self, vote: Vote, out: &mut Out<Pbft>) {
        let signature = vote.signed_by(&self.seat.signer);
        self.change(Change::Vote(vote, signature.clone()), out);
        out.broadcast(Message::Vote(vote, signature.clone()));
        self.count(self.seat.me, &vote, &signature);
    }

    /// A quorum's commits: it is to be executed, when it and all before it is here.
    fn conclude(&mut self, now: LocalTime, seq: Seq) {
        let known = self.ballots.get(&(self.book.view(), seq));
        let commit = known.and_then(|ballots| ballots.committed.clone());
        let Some(commit) = commit.filter(|_| seq >= self.book.next()) else { return };
        match self.whole(seq).filter(|(_, batch)| batch.id == commit.statement.batch) {
            Some((_, batch)) => {
                let committed = Arc::new(Committed { batch: batch.clone(), commit });
                self.committed.entry(seq).or_insert(committed);
            }
            None => self.missing.begin_with(now, self.book.next(), self.primary()),
        }
        if seq > self.book.next() {
            self.missing.begin_with(now, self.book.next(), self.primary());
        }
    }

    /// Executes what is next, if it is committed.
    pub(super) fn execute(&mut self, now: LocalTime, out: &mut Out<Pbft>) -> bool {
        let next = self.book.next();
        self.committed = self.committed.split_off(&next);
        let Some(committed) = self.committed.remove(&next) else { return false };
        self.apply(now, &committed, out);
        true
    }

    /// The next number is executed: what it orders is delivered.
    pub(super) fn apply(
        &mut self,
        now: LocalTime,
        committed: &Arc<Committed>,
        out: &mut Out<Pbft>,
    ) {
        self.change(Change::Execute(committed.clone(), now), out);
        self.book.fresh().iter().for_each(|item| out.deliver(item.clone()));
        self.stock.remove(&committed.batch.payload);
        self.missing.end(committed.batch.seq);
        self.patience.succeed();
        self.progress = now;
        if self.book.mark().is_some_and(|mark| mark.seq == committed.batch.seq) {
            self.mark(now, out);
        }
    }
}
