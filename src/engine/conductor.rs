//! Epoch by epoch to the end of a run: feeds the sink and knows where the run stops.

use std::mem;

use actix::Addr;

use super::EngineFailure;
use super::coordinator::{Coordinator, RunAll};
use super::epoch::Closing;
use super::lane::ProcessFailure;
use super::merge::merge;
use crate::kernel::{Ended, EventKey, Limits, Process, Recorded, RunReport, Sink};

/// A run in progress.
pub(super) struct Conductor<P: Process> {
    coordinator: Addr<Coordinator<P>>,
    limits: Limits,
    handled: u64,
    spares: Vec<Vec<Recorded<P::Fact>>>,
    batch: Vec<Recorded<P::Fact>>,
}

/// Where a run stops within an epoch.
enum Stop {
    /// Before the event with this key: the budget is used up.
    Budget(EventKey),
    /// At the event whose process failed.
    Failure(ProcessFailure),
}

impl<P: Process> Conductor<P> {
    /// Nothing has run yet.
    pub(super) fn new(coordinator: Addr<Coordinator<P>>, shards: u16, limits: Limits) -> Self {
        let spares = (0..shards).map(|_| Vec::new()).collect();
        Self { coordinator, limits, handled: 0, spares, batch: Vec::new() }
    }

    /// Runs one epoch; the report once the run is over.
    pub(super) async fn epoch(
        &mut self,
        sink: &mut impl Sink<P::Fact>,
    ) -> Result<Option<RunReport>, EngineFailure> {
        let budget = self.limits.max_events - self.handled;
        let open = RunAll { budget, spares: mem::take(&mut self.spares) };
        // The coordinator shares the thread of shard 0, and nothing else can stop it.
        let lost = |_| EngineFailure::ShardLost { shard: 0 };
        let mut closings = self.coordinator.send(open).await.map_err(lost)??;
        let stop = stop(&mut closings, budget);
        let end = stop.as_ref().map(Stop::key);
        self.spares = closings.iter_mut().map(|closing| mem::take(&mut closing.facts)).collect();
        merge(&self.spares, end, &mut self.batch, sink);
        self.spares.iter_mut().for_each(Vec::clear);
        self.handled += closings.iter().map(|closing| closing.handled).sum::<u64>();
        match stop {
            Some(Stop::Failure(failure)) => Err(failure.into()),
            Some(Stop::Budget(key)) => Ok(Some(self.out_of_events(key))),
            None => Ok(self.report(&closings)),
        }
    }

    fn report(&self, closings: &[Closing<P::Fact>]) -> Option<RunReport> {
        let pending = closings.iter().filter_map(|closing| closing.earliest).min();
        match pending.filter(|key| key.time < self.limits.until) {
            None => Some(RunReport { events: self.handled, ended: Ended::Finished }),
            Some(key) if self.handled == self.limits.max_events => Some(self.out_of_events(key)),
            Some(_) => None,
        }
    }

    fn out_of_events(&self, key: EventKey) -> RunReport {
        RunReport { events: self.limits.max_events, ended: Ended::OutOfEvents(key) }
    }
}

impl Stop {
    fn key(&self) -> EventKey {
        match self {
            Self::Budget(key) => *key,
            Self::Failure(failure) => failure.key,
        }
    }
}

/// Finds where the run stops within the last window of an epoch, if it does.
///
/// Shards handle events beyond the budget because none knows how many the others handle, and
/// events beyond a failure; neither is part of the run.
fn stop<F>(closings: &mut [Closing<F>], budget: u64) -> Option<Stop> {
    let handled: u64 = closings.iter().map(|closing| closing.handled).sum();
    let failures = closings.iter_mut().filter_map(|closing| closing.failure.take());
    let failure = failures.min_by_key(|failure| failure.key);
    if failure.is_none() && handled <= budget {
        return None;
    }
    let mut window: Vec<EventKey> = closings.iter().flat_map(|c| &c.log).copied().collect();
    let before = handled - window.len() as u64;
    window.extend(failure.as_ref().map(|failure| failure.key));
    window.sort_unstable();
    let beyond = window.get((budget - before) as usize).copied();
    match (failure, beyond) {
        (Some(failure), Some(key)) if key <= failure.key => Some(Stop::Budget(key)),
        (Some(failure), _) => Some(Stop::Failure(failure)),
        (None, beyond) => beyond.map(Stop::Budget),
    }
}
