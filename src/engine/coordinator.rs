//! The actors: shards that host lanes, the coordinator that opens epochs, and who conducts both.

use std::sync::Arc;

use actix::{Actor, Addr, Arbiter, Context, Handler, Message, MessageResult, ResponseFuture};

use super::conductor::Conductor;
use super::epoch::{Closing, Opening, Windows};
use super::lane::{Lane, Layout};
use super::plan::place;
use super::rendezvous::Rendezvous;
use super::{EngineFailure, ShardPlan};
use crate::kernel::{
    Event, EventKey, Limits, Model, Process, ProcessId, Recorded, RunReport, Sink,
};

/// Facts after which the epoch of a lone shard ends and the sink gets them: few enough to be
/// still in the cache.
const FACTS_ALONE: usize = 4096;

/// The same for several shards, over all of them: enough that messages cost nothing.
const FACTS_TOGETHER: usize = 32_768;

/// Hosts one lane on the arbiter it was started on.
struct Shard<P: Process> {
    windows: Box<Windows<P>>,
    layout: Arc<Layout<P::Message>>,
}

/// Opens epochs on all shards at once and gathers what they answer.
pub(super) struct Coordinator<P: Process> {
    shards: Vec<Addr<Shard<P>>>,
}

/// To a shard: run an epoch.
struct Run<F>(Opening<F>);

/// To the coordinator: let all shards run an epoch.
pub(super) struct RunAll<F> {
    pub(super) budget: u64,
    pub(super) spares: Vec<Vec<Recorded<F>>>,
}

impl<F: Send + 'static> Message for Run<F> {
    type Result = Option<Closing<F>>;
}

impl<F: Send + 'static> Message for RunAll<F> {
    type Result = Result<Vec<Closing<F>>, EngineFailure>;
}

impl<P: Process> Actor for Shard<P> {
    type Context = Context<Self>;
}

impl<P: Process> Actor for Coordinator<P> {
    type Context = Context<Self>;
}

impl<P: Process> Drop for Shard<P> {
    fn drop(&mut self) {
        self.layout.rendezvous.abandon();
    }
}

impl<P: Process> Handler<Run<P::Fact>> for Shard<P> {
    type Result = MessageResult<Run<P::Fact>>;

    fn handle(&mut self, Run(opening): Run<P::Fact>, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.windows.epoch(opening))
    }
}

impl<P: Process> Handler<RunAll<P::Fact>> for Coordinator<P> {
    type Result = ResponseFuture<Result<Vec<Closing<P::Fact>>, EngineFailure>>;

    fn handle(&mut self, all: RunAll<P::Fact>, _: &mut Context<Self>) -> Self::Result {
        let RunAll { budget, spares } = all;
        let open =
            |(shard, spare): (&Addr<Shard<P>>, _)| shard.send(Run(Opening { budget, spare }));
        let requests: Vec<_> = self.shards.iter().zip(spares).map(open).collect();
        Box::pin(async move {
            let mut closings = Vec::with_capacity(requests.len());
            let mut lost = None;
            for (shard, request) in (0..).zip(requests) {
                match request.await {
                    Ok(Some(closing)) => closings.push(closing),
                    Ok(None) => {}
                    Err(_) => lost = Some(shard),
                }
            }
            match lost {
                None => Ok(closings),
                Some(shard) => Err(EngineFailure::ShardLost { shard }),
            }
        })
    }
}

/// Hosts the model on actix and runs it to its end. Resolves on the thread that feeds the sink.
pub(super) async fn conduct<P: Process>(
    model: Model<P>,
    plan: &ShardPlan,
    limits: Limits,
    sink: &mut impl Sink<P::Fact>,
) -> Result<RunReport, EngineFailure> {
    let arbiters = Arbiters((1..plan.shards).map(|_| Arbiter::new()).collect());
    let shards = start(model, plan, limits, &arbiters);
    let mut run = Conductor::new(Coordinator { shards }.start(), plan.shards, limits);
    loop {
        if let Some(report) = run.epoch(sink).await? {
            return Ok(report);
        }
    }
}

/// The threads of all shards but the first; they end when this is dropped.
struct Arbiters(Vec<Arbiter>);

impl Drop for Arbiters {
    fn drop(&mut self) {
        for arbiter in self.0.drain(..) {
            arbiter.stop();
            // A thread that panicked has already failed the run.
            let _ = arbiter.join();
        }
    }
}

fn start<P: Process>(
    model: Model<P>,
    plan: &ShardPlan,
    limits: Limits,
    arbiters: &Arbiters,
) -> Vec<Addr<Shard<P>>> {
    let layout = Arc::new(Layout {
        places: plan.places(),
        lookahead: plan.lookahead,
        until: limits.until,
        facts_per_epoch: if plan.shards == 1 { FACTS_ALONE } else { FACTS_TOGETHER },
        rendezvous: Rendezvous::new(plan.shards),
    });
    let host = |(shard, lane): (usize, _)| {
        let windows = Box::new(Windows::new(lane));
        let actor = Shard { windows, layout: Arc::clone(&layout) };
        match shard.checked_sub(1).map(|other| &arbiters.0[other]) {
            Some(arbiter) => Shard::start_in_arbiter(&arbiter.handle(), |_| actor),
            None => actor.start(),
        }
    };
    lanes(model, plan, &layout).into_iter().enumerate().map(host).collect()
}

/// Deals processes and script to the lanes.
fn lanes<P: Process>(
    model: Model<P>,
    plan: &ShardPlan,
    layout: &Arc<Layout<P::Message>>,
) -> Vec<Lane<P>> {
    let mut hosted: Vec<Vec<P>> = (0..plan.shards).map(|_| Vec::new()).collect();
    for (process, place) in model.processes.into_iter().zip(&layout.places) {
        hosted[usize::from(place.shard)].push(process);
    }
    let lane = |(shard, processes)| Lane::new(shard, plan.shards, processes, Arc::clone(layout));
    let mut lanes: Vec<Lane<P>> = (0..).zip(hosted).map(lane).collect();
    for (sequence, (time, destination, message)) in (0..).zip(model.script) {
        let key = EventKey { time, source: ProcessId::SCRIPT, sequence };
        let shard = place(&layout.places, destination).shard;
        lanes[usize::from(shard)].schedule(Event { key, destination, message });
    }
    lanes
}
