//! Checkpoints: what a quorum has executed needs to be agreed upon no more (section 4.3).

use std::sync::Arc;

use super::batch::{Mark, StableMark};
use super::book::Change;
use super::replica::Replica;
use super::{Message, Pbft};
use crate::attestation::Signature;
use crate::kernel::LocalTime;
use crate::ordering::Out;
use crate::ordering::certificate::{Counted, Statement, Tally};

impl Replica {
    /// A checkpoint is reached: all are told.
    pub(super) fn mark(&mut self, now: LocalTime, out: &mut Out<Pbft>) {
        let Some((mark, signature)) = self.signed_mark() else { return };
        out.broadcast(Message::Checkpoint(mark, signature));
        if let Some(stable) = self.count_own_mark() {
            self.stabilize(now, &stable, out);
        }
    }

    pub(super) fn signed_mark(&self) -> Option<(Mark, Signature)> {
        let mark = self.book.mark()?;
        Some((mark, mark.signed_by(&self.seat.signer)))
    }

    pub(super) fn count_own_mark(&mut self) -> Option<Arc<StableMark>> {
        let (mark, signature) = self.signed_mark()?;
        self.count_mark(self.seat.me, mark, &signature)
    }

    fn count_mark(
        &mut self,
        from: u16,
        mark: Mark,
        signature: &Signature,
    ) -> Option<Arc<StableMark>> {
        let quorum = self.rules.quorum;
        let tally = self.marks.entry(mark.seq).or_insert_with(|| Tally::new(quorum));
        match tally.add(from, &mark, signature) {
            Counted::Quorum(stable) => Some(stable),
            Counted::Added | Counted::Known | Counted::Equivocation => None,
        }
    }

    /// A peer has executed that.
    pub(super) fn checkpointed(
        &mut self,
        now: LocalTime,
        from: u16,
        mark: Mark,
        signature: &Signature,
        out: &mut Out<Pbft>,
    ) {
        let low = self.book.low();
        let is_wanted = mark.seq > low
            && mark.seq <= low + 2 * self.rules.window
            && mark.seq.is_multiple_of(self.params.checkpoint.into());
        if is_wanted
            && mark.is_signed_by(from, signature, &self.rules.keys)
            && let Some(stable) = self.count_mark(from, mark, signature)
        {
            self.stabilize(now, &stable, out);
        }
    }

    /// A quorum has: the window moves on.
    pub(super) fn stabilize(
        &mut self,
        now: LocalTime,
        stable: &Arc<StableMark>,
        out: &mut Out<Pbft>,
    ) {
        if stable.statement.seq > self.book.low() && self.rules.accept_stable(stable) {
            self.change(Change::Stable(stable.clone()), out);
            self.prune();
            self.touch_all();
            if self.book.next() <= self.book.low() {
                let voter = stable.voters().find(|voter| *voter != self.seat.me);
                let voter = voter.unwrap_or(self.seat.me);
                self.missing.begin_with(now, self.book.next(), voter);
            }
        }
    }

    /// Forgets what was said in views that are over, and of numbers below the window.
    pub(super) fn prune(&mut self) {
        let (view, low, next) = (self.book.view(), self.book.low(), self.book.next());
        self.ballots.retain(|(at, seq), _| *at >= view && *seq > low);
        self.marks = self.marks.split_off(&(low + 1));
        self.shelf.retain(|batch| batch.seq > low || batch.seq >= next);
    }
}
