//! An epoch: many windows for one message. Every lane decides alike, from what all published.

use std::mem;

use super::lane::{Lane, ProcessFailure};
use super::rendezvous::{Meeting, Standing};
use crate::kernel::{EventKey, Process, Recorded, Span};

/// Events in a window, over all lanes, above which windows become narrower than the lookahead:
/// what a window leaves behind must fit the cache, and memory must not depend on the lookahead.
const CROWDED: u64 = 32_768;

/// What the coordinator says to open an epoch.
pub(super) struct Opening<F> {
    /// Events that all lanes together may still handle.
    pub(super) budget: u64,
    /// An empty buffer for facts.
    pub(super) spare: Vec<Recorded<F>>,
}

/// What a lane answers when an epoch is over.
pub(super) struct Closing<F> {
    /// Events handled in this epoch.
    pub(super) handled: u64,
    /// The facts of this epoch, in order.
    pub(super) facts: Vec<Recorded<F>>,
    /// The keys of the events handled in the last window, in order; only where the run may have
    /// stopped inside that window.
    pub(super) log: Vec<EventKey>,
    /// The earliest event not handled.
    pub(super) earliest: Option<EventKey>,
    /// What failed here.
    pub(super) failure: Option<ProcessFailure>,
}

/// A lane with what it remembers from window to window.
pub(super) struct Windows<P: Process> {
    lane: Lane<P>,
    meeting: Meeting,
    width: Span,
    failure: Option<ProcessFailure>,
}

impl<P: Process> Windows<P> {
    /// No window yet.
    pub(super) fn new(lane: Lane<P>) -> Self {
        let width = lane.layout().lookahead;
        Self { lane, meeting: Meeting::default(), width, failure: None }
    }

    /// Runs windows until no event is left, the budget is used up, a process has failed, or
    /// there are enough facts. `None` if another lane is gone.
    pub(super) fn epoch(&mut self, opening: Opening<P::Fact>) -> Option<Closing<P::Fact>> {
        *self.lane.facts() = opening.spare;
        self.lane.log().clear();
        let begun = self.lane.handled();
        let mut before = 0;
        loop {
            let common = self.meet(begun)?;
            self.adapt(common.handled - before);
            before = common.handled;
            if self.is_last(&common, opening.budget) {
                let may_stop_inside = common.failed || common.handled > opening.budget;
                return Some(self.close(begun, may_stop_inside));
            }
            let left = opening.budget - common.handled;
            self.window(&common, left);
        }
    }

    /// Meets the other lanes and takes in what they sent.
    fn meet(&mut self, begun: u64) -> Option<Standing> {
        let own = Standing {
            earliest: self.lane.earliest(),
            handled: self.lane.handled() - begun,
            facts: self.lane.facts().len() as u64,
            failed: self.failure.is_some(),
        };
        let common = self.lane.layout().rendezvous.meet(self.meeting, self.lane.shard(), own)?;
        self.lane.arrived();
        if let Err(failure) = self.lane.collect(self.meeting) {
            self.failure.get_or_insert(failure);
        }
        self.meeting = self.meeting.next();
        Some(common)
    }

    fn is_last(&self, common: &Standing, budget: u64) -> bool {
        let layout = self.lane.layout();
        common.failed
            || common.handled >= budget
            || common.facts >= layout.facts_per_epoch as u64
            || common.earliest >= layout.until
    }

    fn window(&mut self, common: &Standing, left: u64) {
        if self.failure.is_some() {
            return;
        }
        let until = self.lane.layout().until;
        let outcome = if self.lane.alone() {
            self.lane.window(until, left, self.meeting)
        } else {
            // One more than is left: whether the first event too many is here is not yet known.
            let end = until.min(common.earliest + self.width);
            self.lane.window(end, left.saturating_add(1), self.meeting)
        };
        if let Err(failure) = outcome {
            self.failure.get_or_insert(failure);
        }
    }

    fn adapt(&mut self, events: u64) {
        if events > CROWDED {
            self.width = Span::from_nanos(self.width.as_nanos() / 2).max(Span::TICK);
        } else if events < CROWDED / 4 {
            self.width = (self.width * 2).min(self.lane.layout().lookahead);
        }
    }

    fn close(&mut self, begun: u64, may_stop_inside: bool) -> Closing<P::Fact> {
        Closing {
            handled: self.lane.handled() - begun,
            facts: mem::take(self.lane.facts()),
            log: if may_stop_inside { mem::take(self.lane.log()) } else { Vec::new() },
            earliest: self.lane.peek(),
            failure: self.failure.take(),
        }
    }
}
