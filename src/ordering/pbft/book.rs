//! What a validator must not forget: its view, what it said of the numbers above its stable
//! checkpoint, and what was committed lately.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::batch::{Committed, Kind, Mark, PrePrepare, Prepared, Seq, StableMark, Vote};
use super::view::{NewView, View, ViewChange};
use crate::attestation::Signature;
use crate::kernel::{LocalTime, Span};
use crate::ordering::Item;
use crate::ordering::kept::Journaled;
use crate::ordering::leader::Settings;
use crate::ordering::ordered::Ordered;

/// One validator's durable state.
#[derive(Clone)]
pub struct Book {
    history: Span,
    /// Sequence numbers between checkpoints.
    interval: Seq,
    view: View,
    /// Why the view began, unless it is the first one,
    new_view: Option<Arc<NewView>>,
    /// or what was said to have it begin.
    wanted: Option<Arc<ViewChange>>,
    /// After the last batch executed.
    state: Mark,
    /// The last checkpoint of this validator's own.
    mark: Mark,
    stable: Option<Arc<StableMark>>,
    /// Above the stable checkpoint.
    slots: BTreeMap<Seq, Slot>,
    /// Executed, the lowest first, and when.
    chain: VecDeque<(LocalTime, Arc<Committed>)>,
    seen: Ordered,
    /// What the last execution delivers.
    fresh: Vec<Item>,
}

/// One sequence number.
#[derive(Clone, Default)]
pub(super) struct Slot {
    /// Accepted in the present view,
    pub(super) pre_prepare: Option<Arc<PrePrepare>>,
    /// and what this validator said of it then.
    pub(super) prepare: Option<(Vote, Signature)>,
    pub(super) commit: Option<(Vote, Signature)>,
    /// In the latest view in which something was.
    pub(super) prepared: Option<Prepared>,
}

/// One durable step.
pub enum Change {
    /// A batch is the primary's in this view.
    Accept(Arc<PrePrepare>),
    /// This validator votes.
    Vote(Vote, Signature),
    /// A quorum prepared this.
    Prepared(Prepared),
    /// The next number is executed.
    Execute(Arc<Committed>, LocalTime),
    /// A checkpoint is stable.
    Stable(Arc<StableMark>),
    /// This view is no good.
    Leave(Arc<ViewChange>),
    /// Another one begins.
    Enter(Arc<NewView>),
}

impl Book {
    pub(super) fn new(settings: &Settings, interval: Seq) -> Self {
        Self {
            history: settings.history,
            interval,
            view: 0,
            new_view: None,
            wanted: None,
            state: Mark::START,
            mark: Mark::START,
            stable: None,
            slots: BTreeMap::new(),
            chain: VecDeque::new(),
            seen: Ordered::new(settings.remembered as usize),
            fresh: Vec::new(),
        }
    }

    /// The view it is in, or wants.
    pub(super) fn view(&self) -> View {
        self.view
    }

    /// Whether that has begun.
    pub(super) fn is_active(&self) -> bool {
        self.wanted.is_none()
    }

    pub(super) fn new_view(&self) -> Option<&Arc<NewView>> {
        self.new_view.as_ref()
    }

    pub(super) fn wanted(&self) -> Option<&Arc<ViewChange>> {
        self.wanted.as_ref()
    }

    /// The number to be executed next.
    pub(super) fn next(&self) -> Seq {
        self.state.seq + 1
    }

    /// The last checkpoint of its own, if it is not stable yet.
    pub(super) fn mark(&self) -> Option<Mark> {
        Some(self.mark).filter(|mark| mark.seq > self.low())
    }

    pub(super) fn stable(&self) -> Option<&Arc<StableMark>> {
        self.stable.as_ref()
    }

    /// The low watermark, `h`.
    pub(super) fn low(&self) -> Seq {
        self.stable.as_ref().map_or(0, |stable| stable.statement.seq)
    }

    pub(super) fn slot(&self, seq: Seq) -> Option<&Slot> {
        self.slots.get(&seq)
    }

    /// Above the stable checkpoint, the lowest first.
    pub(super) fn slots(&self) -> impl DoubleEndedIterator<Item = (Seq, &Slot)> {
        self.slots.iter().map(|(seq, slot)| (*seq, slot))
    }

    /// Those not executed, and given out: what only few prepared in an earlier view is not, once
    /// a view has begun without it.
    pub(super) fn open_slots(&self) -> impl DoubleEndedIterator<Item = (Seq, &Slot)> {
        let slots = self.slots.range(self.next()..).map(|(seq, slot)| (*seq, slot));
        slots.filter(|(_, slot)| slot.pre_prepare.is_some() || !self.is_active())
    }

    pub(super) fn seen(&self) -> &Ordered {
        &self.seen
    }

    pub(super) fn fresh(&self) -> &[Item] {
        &self.fresh
    }

    /// Executed batches from a number on, the lowest first, as far as they are kept.
    pub(super) fn chain_from(&self, seq: Seq) -> impl Iterator<Item = &Arc<Committed>> {
        let first = self.chain.partition_point(|(_, committed)| committed.batch.seq < seq);
        self.chain.range(first..).map(|(_, committed)| committed)
    }

    fn execute(&mut self, committed: &Arc<Committed>, now: LocalTime) {
        let batch = &committed.batch;
        self.state = self.state.then(batch);
        if batch.seq.is_multiple_of(self.interval) {
            self.mark = self.state;
        }
        self.chain.push_back((now, committed.clone()));
        self.fresh.clear();
        let fresh = batch.payload.items();
        self.fresh.extend(fresh.filter(|item| self.seen.add(item.named(), &item.signed)));
        self.seen.forget();
        let horizon = now - self.history;
        while self.chain.front().is_some_and(|(at, _)| *at < horizon) && self.chain.len() > 1 {
            self.chain.pop_front();
        }
    }

    fn settle(&mut self, stable: &Arc<StableMark>) {
        self.stable = Some(stable.clone());
        self.slots = self.slots.split_off(&(stable.statement.seq + 1));
    }

    fn enter(&mut self, new_view: &Arc<NewView>) {
        (self.view, self.new_view, self.wanted) = (new_view.view, Some(new_view.clone()), None);
        if let Some(stable) = new_view.stable().filter(|at| at.statement.seq > self.low()) {
            self.settle(&stable.clone());
        }
        self.forget_view();
        for pre_prepare in new_view.again() {
            if pre_prepare.batch.seq > self.low() {
                self.accept(pre_prepare);
            }
        }
    }

    /// Of the numbers only what was prepared outlasts a view.
    fn forget_view(&mut self) {
        self.slots.retain(|_, slot| slot.prepared.is_some());
        for slot in self.slots.values_mut() {
            *slot = Slot { prepared: slot.prepared.take(), ..Slot::default() };
        }
    }

    fn accept(&mut self, pre_prepare: &Arc<PrePrepare>) {
        let slot = self.slots.entry(pre_prepare.batch.seq).or_default();
        slot.pre_prepare = Some(pre_prepare.clone());
    }
}

impl Journaled for Book {
    type Change = Change;

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Accept(pre_prepare) => self.accept(pre_prepare),
            Change::Vote(vote, signature) => {
                let slot = self.slots.entry(vote.seq).or_default();
                let said = Some((*vote, signature.clone()));
                match vote.kind {
                    Kind::Prepare => slot.prepare = said,
                    Kind::Commit => slot.commit = said,
                }
            }
            Change::Prepared(prepared) => {
                let slot = self.slots.entry(prepared.batch.seq).or_default();
                slot.prepared = Some(prepared.clone());
            }
            Change::Execute(committed, now) => self.execute(committed, *now),
            Change::Stable(stable) => self.settle(stable),
            Change::Leave(wanted) => {
                (self.view, self.wanted) = (wanted.view, Some(wanted.clone()));
                self.new_view = None;
                self.forget_view();
            }
            Change::Enter(new_view) => self.enter(new_view),
        }
    }

    fn weight(&self) -> usize {
        self.seen.len() + self.chain.len() + self.slots.len()
    }

    fn weight_of(change: &Change) -> usize {
        match change {
            Change::Execute(committed, _) => 1 + committed.batch.payload.len(),
            Change::Accept(_)
            | Change::Vote(..)
            | Change::Prepared(_)
            | Change::Stable(_)
            | Change::Leave(_)
            | Change::Enter(_) => 1,
        }
    }
}
