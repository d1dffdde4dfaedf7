//! The replica: what happens on each message and timer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ballots::Ballots;
use super::batch::{Batch, Committed, Mark, Seq};
use super::book::{Book, Change};
use super::lead::Ripening;
use super::view::{Rules, View, ViewChange};
use super::view_change::Watched;
use super::{Again, Message, Params, Pbft, Planted, Stand};
use crate::ordering::Chase;
use crate::ordering::certificate::Tally;
use crate::ordering::kept::{JournalOf, Kept};
use crate::ordering::leader::{Patience, Shelf, Stock};
use crate::ordering::neighbours::Neighbours;
use crate::ordering::prelude::*;

/// The validator's half.
pub struct Replica {
    pub(super) seat: Seat,
    pub(super) params: Params,
    pub(super) rules: Rules,
    pub(super) book: Kept<Book>,
    pub(super) stock: Stock,
    /// Batches above the stable checkpoint, and what is to be executed.
    pub(super) shelf: Shelf<Batch>,
    /// What was said in this view and later ones.
    pub(super) ballots: BTreeMap<(View, Seq), Ballots>,
    /// Numbers of which something new is known.
    pub(super) touched: BTreeSet<Seq>,
    /// To be executed when everything before has been.
    pub(super) committed: BTreeMap<Seq, Arc<Committed>>,
    /// Checkpoints that are not stable.
    pub(super) marks: BTreeMap<Seq, Tally<Mark>>,
    /// The latest view that each validator wants, if that is not over.
    pub(super) changes: BTreeMap<u16, Arc<ViewChange>>,
    pub(super) missing: Chase<Seq>,
    pub(super) fetch_due: Option<LocalTime>,
    pub(super) patience: Patience,
    /// For what the view is given so much time.
    pub(super) watched: Option<Watched>,
    pub(super) ripening: Ripening,
    /// When something happened last: an execution, or another view.
    pub(super) progress: LocalTime,
    is_armed: bool,
    neighbours: Neighbours,
}

pub(super) const PATIENCE: TimerId = TimerId(0);
pub(super) const BATCH: TimerId = TimerId(1);
const AGAIN: TimerId = TimerId(2);
pub(super) const FETCH: TimerId = TimerId(3);
const GOSSIP: TimerId = TimerId(4);

/// Which notes tell the size of a batch, and the view.
pub(super) const BATCHED: u16 = 0;
pub(super) const VIEW: u16 = 1;
/// Views ahead in which votes are counted.
const KEPT: View = 16;
/// Numbers in one [`Message::Again`].
const SAID_AGAIN: usize = 32;
/// Attestations in one [`Message::Relay`].
const RELAY: usize = 64;

impl Replica {
    pub(super) fn new(seat: Seat, params: &Params) -> Self {
        let settings = params.shared();
        let rules = Rules {
            committee: seat.committee,
            keys: seat.signer.ring().clone(),
            quorum: params.quorum(&seat.committee),
            window: params.window.into(),
        };
        // The first view change is given as long as the view before (section 4.4: T, then 2T).
        let spared = if params.has(Planted::NeverGrows) { u32::MAX } else { 1 };
        Self {
            rules,
            book: Kept::new(Book::new(&settings, params.checkpoint.into())),
            stock: Stock::new(&seat, &settings),
            shelf: Shelf::new(),
            ballots: BTreeMap::new(),
            touched: BTreeSet::new(),
            committed: BTreeMap::new(),
            marks: BTreeMap::new(),
            changes: BTreeMap::new(),
            missing: Chase::new(&seat, settings.pauses()),
            fetch_due: None,
            patience: Patience::new(params.timeout, params.timeout_longest, spared),
            watched: None,
            ripening: Ripening::default(),
            progress: LocalTime(0),
            is_armed: false,
            neighbours: Neighbours::new(&seat),
            params: params.clone(),
            seat,
        }
    }

    pub(super) fn change(&mut self, change: Change, out: &mut Out<Pbft>) {
        self.book.change(change);
        out.persist(self.book.journal());
    }

    /// Where to count; nowhere, if it is over, or too far from what is known here.
    pub(super) fn ballots(&mut self, view: View, seq: Seq) -> Option<&mut Ballots> {
        let (present, low) = (self.book.view(), self.book.low());
        let views = present..=present + KEPT;
        // Others may have moved their window on already.
        let window = low + 1..=low + 2 * self.rules.window;
        if !views.contains(&view) || !window.contains(&seq) {
            return None;
        }
        if view == present {
            self.touched.insert(seq);
        }
        let quorum = self.rules.quorum;
        Some(self.ballots.entry((view, seq)).or_insert_with(|| Ballots::new(quorum)))
    }

    /// Looks again at all that was said in the present view.
    pub(super) fn touch_all(&mut self) {
        let view = self.book.view();
        let known = self.ballots.range((view, 0)..(view + 1, 0));
        self.touched.extend(known.map(|((_, seq), _)| *seq));
    }

    pub(super) fn primary(&self) -> u16 {
        self.rules.primary(self.book.view())
    }

    pub(super) fn is_primary(&self) -> bool {
        self.book.is_active() && self.primary() == self.seat.me
    }

    /// Whether anything is to be executed.
    fn is_pending(&self) -> bool {
        self.stock.pool.is_waiting()
            || !self.committed.is_empty()
            || self.book.open_slots().next().is_some()
    }

    /// After every call: all that follows, and which timers are needed.
    fn settle(&mut self, now: LocalTime, out: &mut Out<Pbft>) {
        loop {
            let whole = self.shelf.complete(&self.stock, self.book.seen());
            self.touched.extend(whole.iter().map(|batch| batch.seq));
            if let Some(seq) = self.touched.pop_first() {
                self.advance(now, seq, out);
                continue;
            }
            if self.execute(now, out) {
                continue;
            }
            self.stock.pool.tidy(now);
            if !self.follow(now, out) && !self.begin(now, out) && !self.propose(now, out) {
                break;
            }
        }
        self.watch(out);
        if self.is_pending() && !self.is_armed {
            self.is_armed = true;
            out.set_timer(self.params.resend, AGAIN);
        }
        self.arm_fetch(now, out);
    }

    fn stand(&self) -> Stand {
        Stand {
            view: self.book.view(),
            is_active: self.book.is_active(),
            next: self.book.next(),
            stable: self.book.low(),
        }
    }

    /// What waits for long is told the primary, or everybody if there is none. When nothing
    /// happens, what was said is said again.
    fn remind(&mut self, now: LocalTime, out: &mut Out<Pbft>) {
        self.is_armed = false;
        if !self.is_pending() {
            return;
        }
        let is_late = |at: LocalTime| at + self.params.resend <= now;
        if self.stock.pool.oldest().is_some_and(is_late) {
            self.relay(out);
        }
        if is_late(self.progress) {
            out.broadcast(Message::Again(self.said()));
        }
    }

    pub(super) fn relay(&self, out: &mut Out<Pbft>) {
        let late = self.stock.pool.first(RELAY);
        if late.is_empty() || self.is_primary() {
            return;
        }
        if self.book.is_active() {
            out.send(Peer::Replica(self.primary()), Message::Relay(late));
        } else {
            out.broadcast(Message::Relay(late));
        }
    }

    fn said(&self) -> Again {
        let open = || self.book.open_slots().take(SAID_AGAIN).map(|(_, slot)| slot);
        let own = open().filter(|_| self.is_primary());
        Again {
            stand: self.stand(),
            pre_prepares: own.filter_map(|slot| slot.pre_prepare.clone()).collect(),
            votes: open()
                .flat_map(|slot| slot.prepare.iter().chain(&slot.commit))
                .cloned()
                .collect(),
            mark: self.signed_mark(),
            view_change: self.book.wanted().cloned(),
        }
    }

    /// Somebody waits, and says again what it said.
    fn told_again(&mut self, now: LocalTime, from: u16, again: &Again, out: &mut Out<Pbft>) {
        for pre_prepare in &again.pre_prepares {
            self.pre_prepared(pre_prepare);
        }
        for (vote, signature) in &again.votes {
            self.voted(from, *vote, signature);
        }
        if let Some((mark, signature)) = &again.mark {
            self.checkpointed(now, from, *mark, signature, out);
        }
        if let Some(wanted) = &again.view_change {
            self.wanted(wanted);
        }
        self.help(now, from, again.stand, out);
    }

    /// Tells the next so many peers how far it is.
    fn gossip(&mut self, peers: u32, out: &mut Out<Pbft>) {
        for peer in self.neighbours.next(peers) {
            out.send(Peer::Replica(peer), Message::Status(self.stand()));
        }
        out.set_timer(self.params.gossip, GOSSIP);
    }

    /// After a restart: what the book tells.
    fn recall(&mut self, now: LocalTime) {
        let slots: Vec<_> = self.book.slots().map(|(_, slot)| slot.clone()).collect();
        for slot in slots {
            let is_mine = self.primary() == self.seat.me;
            let had_all = slot.prepare.is_some() || is_mine;
            if let Some(pre_prepare) = &slot.pre_prepare {
                if had_all {
                    self.put_back(now, &pre_prepare.batch);
                }
                self.keep(now, pre_prepare);
            }
            if let Some(prepared) = &slot.prepared {
                self.put_back(now, &prepared.batch);
            }
            for (vote, signature) in slot.prepare.iter().chain(&slot.commit) {
                self.count(self.seat.me, vote, signature);
            }
        }
        let own = self.book.wanted().cloned();
        self.changes.extend(own.map(|wanted| (self.seat.me, wanted)));
        self.count_own_mark();
    }

    /// A batch that was here with all its bodies.
    fn put_back(&mut self, now: LocalTime, batch: &Arc<Batch>) {
        self.stock.learn(now, batch.payload.bodies());
        self.shelf.put(batch.clone());
    }
}

impl crate::ordering::Replica<Pbft> for Replica {
    fn start(&mut self, _: LocalTime, out: &mut Out<Pbft>) {
        out.set_timer(self.params.gossip, GOSSIP);
    }

    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Pbft>) {
        self.stock.submit(now, &item, self.book.seen());
        self.ripen(now, &[item], out);
        self.settle(now, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, said: &Message, out: &mut Out<Pbft>) {
        let Peer::Replica(from) = from else { return };
        match said {
            Message::PrePrepare(pre_prepare) => self.pre_prepared(pre_prepare),
            Message::Vote(vote, signature) => self.voted(from, *vote, signature),
            Message::Checkpoint(mark, signature) => {
                self.checkpointed(now, from, *mark, signature, out);
            }
            Message::ViewChange(wanted) => self.wanted(wanted),
            Message::NewView(new_view) => self.begun(now, new_view, out),
            Message::Again(again) => self.told_again(now, from, again, out),
            Message::Status(stand) => self.help(now, from, *stand, out),
            Message::Relay(items) => {
                self.stock.relay(now, items, self.book.seen());
                self.ripen(now, items, out);
            }
            Message::NeedBodies(ids) => self.give_bodies(from, ids, out),
            Message::Bodies(items) => {
                self.stock.learn(now, items.iter().map(|item| &item.signed));
            }
            Message::NeedBatches(seq) => self.supply(from, *seq, out),
            Message::Batches(batches, stable) => {
                self.catch_up(now, from, batches, stable.as_ref(), out);
            }
        }
        self.settle(now, out);
    }

    fn timer(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<Pbft>) {
        match timer {
            PATIENCE => self.give_up(now, out),
            // What has ripened is proposed when all is settled.
            BATCH => {}
            AGAIN => self.remind(now, out),
            FETCH => {
                self.fetch_due = None;
                self.ask(now, out);
            }
            _ => self.gossip(1, out),
        }
        self.settle(now, out);
    }

    fn restart(&mut self, now: LocalTime, kept: Option<JournalOf<Book>>, out: &mut Out<Pbft>) {
        if let Some(journal) = kept {
            self.book = Kept::restore(&journal);
            self.recall(now);
        }
        self.gossip(self.seat.committee.one_correct(), out);
        self.settle(now, out);
    }
}
