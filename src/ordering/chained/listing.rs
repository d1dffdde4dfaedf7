//! Local orders in a fair protocol: remembering in which order attestations were received, telling
//! the next leader, proposing what follows from n − f of them, and checking that it does.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::block::{Ballot, Block, Draft, Round};
use super::order::LocalOrder;
use super::replica::{BATCH, Replica};
use super::{Family, Message};
use crate::ordering::prelude::*;

/// What was received when, and what others said about that.
#[derive(Default)]
pub(super) struct Received {
    /// What waits, by first receipt; also what waits no more until it is tidied.
    sequence: VecDeque<(LocalTime, Id)>,
    known: IdMap<()>,
    /// When the first came that the next leader has not been told of.
    untold: Option<LocalTime>,
    /// For which round its leader was told last, and how often.
    told: (Round, u32),
    /// The orders of others, by whom, for the latest round they spoke of.
    orders: BTreeMap<u16, Arc<LocalOrder>>,
    /// The round for which a draft was looked for in vain since anything changed.
    barren: Round,
    /// What of a block that was looked at is one batch, where that is more than one try.
    circles: BTreeMap<Ballot, Vec<Vec<Try>>>,
}

impl Received {
    fn number(&mut self, round: Round) -> u32 {
        let number = if self.told.0 == round { self.told.1 + 1 } else { 0 };
        self.told = (round, number);
        number
    }
}

impl<S: Family> Replica<S> {
    /// Whether this is received now, which goes by the order of that: it waits, and did not before.
    pub(super) fn receive_item(&mut self, now: LocalTime, id: Id) -> bool {
        if self.rules.fairness.is_none() || self.stock.pool.waiting(&id).is_none() {
            return false;
        }
        let Received { sequence, known, untold, barren, .. } = &mut self.received;
        let is_new = known.insert(id, ()).is_none();
        if is_new {
            sequence.push_back((now, id));
            untold.get_or_insert(now);
            *barren = 0;
        }
        is_new
    }

    /// What was committed and comes again is received anew.
    pub(super) fn forget_received(&mut self) {
        let Received { sequence, known, .. } = &mut self.received;
        sequence.retain(|(_, id)| {
            let waits = self.stock.pool.waiting(id).is_some();
            if !waits {
                known.remove(id);
            }
            waits
        });
    }

    /// What waits, by receipt, and was received until then.
    fn waiting(&self, until: LocalTime) -> impl Iterator<Item = Try> + '_ {
        let sequence = self.received.sequence.iter().take_while(move |(at, _)| *at <= until);
        let named = |id: &Id| Some(Try { id: *id, attempt: self.stock.pool.waiting(id)? });
        sequence.filter_map(move |(_, id)| named(id))
    }

    /// What does not reach enough validators can never be ordered, and no timeout tells while
    /// other things are: so what has waited for long is passed on, in the order of receipt here.
    /// Nothing else is: what a router is about to bring must not be received from a peer first,
    /// or what peers say of the order of receipt is what one of them said.
    pub(super) fn spread(&mut self, now: LocalTime, out: &mut Out<S>) {
        let Some(fairness) = &self.rules.fairness else { return };
        let body = |name: Try| {
            let signed = self.stock.pool.body(&name.id)?.clone();
            Some(Item { signed, attempt: name.attempt })
        };
        let waiting = self.waiting(now - self.settings.leader.gossip);
        let late: Vec<Item> = waiting.filter_map(body).take(fairness.most).collect();
        if !late.is_empty() {
            out.broadcast(Message::Relay(late));
        }
    }

    /// The first round in which this validator may still vote.
    fn next_round(&self) -> Round {
        self.pace.round().max(self.book.voted() + 1)
    }

    fn local_order(&mut self, round: Round) -> Option<Arc<LocalOrder>> {
        let most = self.rules.fairness.as_ref()?.most;
        let tries: Vec<Try> = self.waiting(LocalTime(i64::MAX)).take(most).collect();
        let number = self.received.number(round);
        Some(LocalOrder::new(&self.seat, round, number, tries))
    }

    /// Tells the next leader in which order was received what waits: with the vote that gives it
    /// its turn, and after a while when something new has come.
    pub(super) fn tell_order(&mut self, now: LocalTime, out: &mut Out<S>) {
        let round = self.next_round();
        let leader = self.rules.in_turn(round);
        let is_new = self.received.told.0 != round;
        let untold = self.received.untold;
        if self.rules.fairness.is_none() || !self.stock.pool.is_waiting() || leader == self.seat.me
        {
            return;
        }
        let due = untold.map(|at| at + self.settings.leader.batch_delay);
        if is_new || due.is_some_and(|due| due <= now) {
            let Some(order) = self.local_order(round) else { return };
            self.received.untold = None;
            out.send(Peer::Replica(leader), Message::Order(order));
        } else if let Some(due) = due.filter(|due| self.timers.batch.is_none_or(|set| set > *due)) {
            self.timers.batch = Some(due);
            out.set_timer(due.since(now), BATCH);
        }
    }

    /// A validator tells what it received; only for a round that this one may yet lead.
    pub(super) fn take_order(&mut self, from: u16, order: &Arc<LocalOrder>) {
        let Some(fairness) = &self.rules.fairness else { return };
        let is_useful = order.by == from
            && order.round >= self.pace.round()
            && self.rules.in_turn(order.round) == self.seat.me
            && fairness.accepts(order, order.round, &self.rules.keys);
        let place = |order: &LocalOrder| (order.round, order.number);
        let known = self.received.orders.get(&from);
        if is_useful && known.is_none_or(|known| place(known) < place(order)) {
            self.received.orders.insert(from, order.clone());
            self.received.barren = 0;
        }
    }

    /// What follows from the local orders for this round, if they are enough and anything does.
    pub(super) fn fair_draft(&mut self, out: &mut Out<S>) -> Option<Draft> {
        let (round, me) = (self.pace.round(), self.seat.me);
        let others = self.received.orders.values().filter(|order| order.round == round);
        let mut orders: Vec<Arc<LocalOrder>> = others.cloned().collect();
        let fairness = self.rules.fairness.clone()?;
        if self.received.barren == round || !fairness.may_suffice(orders.len() + 1) {
            return None;
        }
        if self.stock.pool.is_waiting() {
            orders.extend(self.local_order(round));
        }
        orders.sort_by_key(|order| order.by);
        let parent = self.book.high().statement.block;
        let batches = fairness.suffice(&orders).then(|| self.batches(parent, &orders))??;
        self.received.barren = round;
        let largest = batches.iter().map(Vec::len).max()?;
        out.note(2, largest as i64);
        let mut payload = batches.concat();
        if fairness.reverses == Some(me) {
            payload.reverse();
        }
        Some(Draft { payload, orders })
    }

    /// What follows from local orders after the block `parent`; `None` if too little is known of
    /// its chain. What was ordered so long ago that it is forgotten may come again.
    fn batches(&self, parent: Id, orders: &[Arc<LocalOrder>]) -> Option<Vec<Vec<Try>>> {
        let placed = self.placed_up_to(parent)?;
        let is_ordered = |name: &Try| {
            let last = Try { attempt: u8::MAX, ..*name };
            self.book.seen().has(*name) || placed.range(*name..=last).next().is_some()
        };
        Some(self.rules.fairness.as_ref()?.batches(orders, is_ordered))
    }

    /// Whether the payload is the one that follows from the block's local orders; `None` if too
    /// little is known of its chain.
    pub(super) fn is_fair(&mut self, block: &Block) -> Option<bool> {
        let is_checked = self.rules.fairness.as_ref().is_some_and(|fairness| fairness.is_checked);
        if !is_checked || block.orders.is_empty() {
            return Some(true);
        }
        let batches = self.batches(block.parent().block, &block.orders)?;
        let is_fair = batches.concat() == block.payload[..];
        self.received.circles.insert(block.ballot(), circles(batches));
        Some(is_fair)
    }

    /// What of a block about to be committed is one batch. It follows from the local orders: nobody
    /// says so.
    pub(super) fn take_circles(&mut self, block: &Block) -> Vec<Vec<Try>> {
        if block.orders.is_empty() {
            return Vec::new();
        }
        let above = Ballot { round: block.round + 1, block: Id::LEAST };
        let later = self.received.circles.split_off(&above);
        let found = std::mem::replace(&mut self.received.circles, later).remove(&block.ballot());
        // It may not have voted.
        let find = || self.batches(block.parent().block, &block.orders).map(circles);
        found.or_else(find).unwrap_or_default()
    }

    /// Whom to ask for bodies that a block needs: a leader may name what it never received.
    pub(super) fn holder(&self, block: &Block, giver: u16) -> u16 {
        let mut others = block.orders.iter().map(|order| order.by).filter(|by| *by != giver);
        if giver == self.seat.me { others.next().unwrap_or(giver) } else { giver }
    }
}

/// Batches of more than one try.
fn circles(mut batches: Vec<Vec<Try>>) -> Vec<Vec<Try>> {
    batches.retain(|batch| batch.len() > 1);
    batches
}
