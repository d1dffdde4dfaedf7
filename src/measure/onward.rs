//! What is done with attestations once they are in: workflows go on, indexers copy them, dependants
//! let users pass.

use super::event::Event;
use super::indexing::Indexing;
use super::needs::Needs;
use super::observers::Observers;
use super::rows::Rows;
use super::sample::Sample;
use super::setting::{Setting, phases_of};
use super::workflows::Workflows;
use crate::kernel::{Span, VirtualTime};
use crate::trace::{Fact, Kind};

/// Observers of what comes after a quorum's acceptance.
#[derive(Clone, Debug)]
pub(super) struct Onward {
    pub(super) workflows: Workflows,
    pub(super) indexing: Indexing,
    pub(super) needs: Needs,
}

impl Onward {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            workflows: Workflows::new(&setting.chains),
            indexing: Indexing::new(setting.indexers, setting.carries),
            needs: Needs::default(),
        }
    }
}

impl Observers {
    /// A statement is planned, and in the ledger.
    pub(super) fn expect(&mut self, operation: u32, slot: usize, now: VirtualTime) {
        let record = self.ledger.record(slot);
        let Onward { workflows, indexing, needs } = &mut self.onward;
        workflows.plan(operation, record);
        indexing.plan(operation, record);
        if matches!(record.kind, Kind::Revoke | Kind::Replace) && !needs.is_idle() {
            let tallies = (&mut self.calendar, &mut self.tallies[..]);
            needs.taken_back((operation, record.target), now, tallies);
        }
    }

    /// q validators have accepted it.
    pub(super) fn carried(&mut self, operation: u32, slot: usize, now: VirtualTime) {
        let record = self.ledger.record(slot);
        let deadline = self.setting.deadline(record.client, record.intended);
        let is_late = deadline.is_some_and(|deadline| now > deadline);
        self.onward.workflows.applied(operation, (now, is_late), &mut self.tallies);
        self.onward.needs.applied(operation, now);
    }

    /// Nothing will touch it any more.
    pub(super) fn settle_onward(&mut self, operation: u32, is_applied: bool) {
        self.onward.workflows.settle(operation, is_applied, &mut self.tallies);
        self.onward.indexing.settle(operation, is_applied, &mut self.tallies);
    }

    /// The run is over.
    pub(super) fn finish_onward(&mut self, rows: &mut dyn Rows) {
        let end = self.setting.settled;
        self.onward.indexing.finish(&mut self.tallies);
        self.onward.needs.finish(end, &mut self.calendar, &mut self.tallies, rows);
        if self.onward.indexing.is_capped {
            self.cap("more than a million statements waited for an indexer");
        }
    }

    /// A fact about indexers and dependants.
    pub(super) fn read_by(&mut self, fact: &Fact, indexer: u32, now: VirtualTime) {
        let Self { onward, calendar, tallies, ledger, .. } = self;
        match *fact {
            Fact::Indexed { operation, lag } => {
                let lag = Span::from_micros(lag.into());
                let phases = calendar.mask(now);
                onward.indexing.indexed(operation, (indexer, lag), (now, phases), tallies);
            }
            Fact::Dated { drift, .. } => {
                let drift = Span::from_nanos(drift.unsigned_abs());
                let phases = phases_of(calendar.mask(now));
                phases.for_each(|phase| tallies[phase].due(Sample::Drift, Some(drift)));
            }
            Fact::Carried { operation, lag } => {
                onward.indexing.carried((operation, indexer), lag, tallies);
            }
            Fact::Unread { operation, .. } => {
                if let Some(record) = ledger.live(operation) {
                    record.events.add(Event::SchemaUnread);
                }
            }
            Fact::Needed { operation, at, .. } => onward.needs.needed(operation, at),
            Fact::Used { operation, said, is_allowed, waited } => {
                onward.needs.advance(now, calendar, tallies);
                let waited = Span::from_micros(waited.into());
                let decision = super::needs::Decision { said, is_allowed, waited };
                onward.needs.used(operation, decision, now, (calendar, tallies));
            }
            Fact::Released { operation } => {
                onward.needs.advance(now, calendar, tallies);
                onward.needs.released(operation, calendar, tallies);
            }
            _ => {}
        }
    }
}
