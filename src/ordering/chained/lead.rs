//! The leader's part: when to propose, and what.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::block::{Ballot, Block, Draft, On};
use super::book::Change;
use super::replica::{BATCH, Own, Replica};
use super::{Family, Leaders, Message};
use crate::ordering::prelude::*;

impl<S: Family> Replica<S> {
    /// Rule Propose: the leader of a round extends the highest certificate, once, and says by a
    /// timeout certificate why that is not of the round before. It waits for a batch as long as
    /// there is nothing to drive.
    pub(super) fn propose(&mut self, now: LocalTime, out: &mut Out<S>) {
        let round = self.pace.round();
        let high = self.book.high().statement;
        let follows = high.round + 1 == round;
        let leader =
            if follows { self.leader_after(high) } else { Some(self.rules.in_turn(round)) };
        if leader != Some(self.seat.me) || self.book.voted().max(self.book.proposed()) >= round {
            return;
        }
        let qc = self.book.high().clone();
        let tc = self.book.tc().filter(|tc| tc.round + 1 == round).cloned();
        let draft = if follows {
            self.draft_after_qc(now, out)
        } else if tc.as_ref().is_some_and(|tc| high.round >= tc.highest()) {
            Some(self.draft_after_tc(out))
        } else {
            // Nobody would vote for it.
            None
        };
        let Some(draft) = draft else { return };
        out.note(0, draft.payload.len() as i64);
        let names_voters = self.settings.leaders == Leaders::Reputation;
        let on = On { qc, tc: tc.filter(|_| !follows), names_voters };
        let block = Block::new(round, on, draft, &self.seat);
        let body =
            |name: &Try| Some(Item { signed: self.body(&name.id)?.clone(), attempt: name.attempt });
        block.payload.iter().filter_map(body).for_each(|item| out.propose(item));
        self.change(Change::Propose(round), out);
        out.broadcast(Message::Propose(block.clone()));
        self.send_self(Own::Block(block));
    }

    /// Beyond a payload there are the local orders that it follows from, if it does.
    fn draft_after_qc(&mut self, now: LocalTime, out: &mut Out<S>) -> Option<Draft> {
        if self.rules.fairness.is_none() {
            return self.payload_after_qc(now, out).map(Draft::from);
        }
        let fair = self.fair_draft(out);
        fair.or_else(|| self.needs_driving().then(Draft::default))
    }

    fn draft_after_tc(&mut self, out: &mut Out<S>) -> Draft {
        if self.rules.fairness.is_none() {
            return self.payload_after_tc().into();
        }
        self.fair_draft(out).unwrap_or_default()
    }

    /// A ripe batch; or nothing, to drive what is uncommitted; or not yet.
    fn payload_after_qc(&mut self, now: LocalTime, out: &mut Out<S>) -> Option<Vec<Try>> {
        let most = self.settings.block_bytes;
        let full = u64::from(self.settings.leader.batch_bytes);
        let ripens = |oldest: LocalTime| oldest + self.settings.leader.batch_delay;
        if self.needs_driving() {
            let Some(placed) = self.placed() else { return Some(Vec::new()) };
            let batch = self.stock.pool.batch(most, &placed);
            let has_waited = batch.oldest.is_some_and(|at| ripens(at) <= now);
            let is_ripe = has_waited || batch.bytes >= full;
            return Some(if is_ripe { batch.tries } else { Vec::new() });
        }
        // What blocks unknown here order already is ordered twice then, and delivered once.
        let due = ripens(self.stock.pool.oldest()?);
        if due <= now || self.stock.pool.bytes() >= full {
            return Some(self.stock.pool.batch(most, &BTreeSet::new()).tries);
        }
        if self.timers.batch.is_none_or(|set| set > due) {
            self.timers.batch = Some(due);
            out.set_timer(due.since(now), BATCH);
        }
        None
    }

    /// Whatever there is: others wait.
    fn payload_after_tc(&self) -> Vec<Try> {
        let most = self.settings.block_bytes;
        let batch = self.placed().map(|placed| self.stock.pool.batch(most, &placed));
        batch.map_or_else(Vec::new, |batch| batch.tries)
    }

    /// Whether those who see nothing newer than the block of `qc_high` lack the commit of some
    /// payload. A block shows the certificate of its parent; that commits the first of so many
    /// adjacent blocks of which the parent is the last.
    fn needs_driving(&self) -> bool {
        let high = self.book.high().statement;
        if high == Ballot::GENESIS {
            return false;
        }
        let Some(mut block) = self.find(&high.block) else { return true };
        loop {
            if !block.payload.is_empty() {
                return true;
            }
            let Some(parent) = self.find(&block.parent().block) else { return false };
            if let Some(links) = self.links(parent) {
                return links.iter().any(|link| !link.payload.is_empty());
            }
            block = parent;
        }
    }

    /// The blocks that commit another one when `last` is certified, `last` among them.
    fn links<'a>(&'a self, last: &'a Arc<Block>) -> Option<Vec<&'a Arc<Block>>> {
        let mut links = vec![last];
        while links.len() + 1 < self.settings.chain as usize {
            let before = links.last()?.parent().block;
            links.push(self.find(&before)?);
        }
        links.iter().all(|link| link.is_adjacent()).then_some(links)
    }

    /// What the uncommitted blocks before the next one order already; nothing is said if one of
    /// them is unknown.
    fn placed(&self) -> Option<BTreeSet<Try>> {
        self.placed_up_to(self.book.high().statement.block)
    }

    /// What the uncommitted blocks up to this one order.
    pub(super) fn placed_up_to(&self, last: Id) -> Option<BTreeSet<Try>> {
        let mut placed = BTreeSet::new();
        let mut id = last;
        while id != self.book.tip().block {
            let block = self.find(&id)?;
            if block.round <= self.book.tip().round {
                return None;
            }
            placed.extend(block.payload.iter().copied());
            id = block.parent().block;
        }
        Some(placed)
    }
}
