//! One run: an engine turns a world into facts, and observers turn facts into an outcome.

use std::fmt;

use super::guarantee::{GuaranteeVerdict, Standing, judge};
use super::slowest::Slowest;
use super::{FaultSpan, World, liveness};
use crate::engine::{self, EngineFailure, ShardPlan};
use crate::kernel::{Ended, Limits, Recorded, RunReport, Sink, sequential};
use crate::measure::{Measurement, NoRows, Observers, Rows};
use crate::ordering::Catalogue;
use crate::scenario::model::Scenario;
use crate::trace::{Checkpoint, Digest, DigestChain, Fact};

/// Which engine runs a world. All give the same outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One queue, one loop: the definition of truth.
    Sequential,
    /// So many shards on actix, at least one.
    Sharded(u16),
}

/// How a run is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// On which engine.
    pub engine: Engine,
    /// A run that needs more events than this has gone astray.
    pub max_events: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { engine: Engine::Sharded(1), max_events: 20_000_000_000 }
    }
}

/// Follows a run while it goes on.
pub trait Listener: Rows {
    /// The next facts, in key order.
    fn facts(&mut self, _facts: &[Recorded<Fact>]) {}

    /// Where a process's chain stands at the end of a virtual second.
    fn checkpoint(&mut self, _checkpoint: Checkpoint) {}
}

impl Listener for NoRows {}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Of all facts.
    pub digest: Digest,
    /// What the engine says.
    pub report: RunReport,
    /// What observers saw.
    pub measurement: Measurement,
    /// How the strategy's guarantees fared.
    pub guarantees: Vec<GuaranteeVerdict>,
    /// Whether what was held up came through once all was well; `None` where that was not tested.
    pub liveness: Option<Standing>,
    /// When each fault was on.
    pub faults: Vec<FaultSpan>,
}

impl Outcome {
    /// How what was promised fared, by name: the guarantees, and liveness where it was tested.
    pub fn promises(&self) -> impl Iterator<Item = (&'static str, &Standing)> {
        let guarantees = self.guarantees.iter();
        let guarantees = guarantees.map(|verdict| (verdict.property.name(), &verdict.standing));
        let liveness = self.liveness.iter().map(|standing| ("liveness after healing", standing));
        guarantees.chain(liveness)
    }
}

/// Why a run came to nothing.
#[derive(Debug)]
pub enum Failure {
    /// The engine stopped; a defect of attestorm or of a strategy.
    Engine(EngineFailure),
    /// The run used up its events: it makes no progress, or it is too large.
    Astray {
        /// Events handled.
        events: u64,
        /// The virtual instant reached, as printed.
        at: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(failure) => failure.fmt(f),
            Self::Astray { events, at } => {
                write!(f, "after {events} events the run has come no further than {at}")
            }
        }
    }
}

impl std::error::Error for Failure {}

/// Runs `scenario` and lets `listener` follow.
///
/// # Errors
/// If the engine stops, or the run uses up its events.
pub fn run(
    scenario: &Scenario,
    catalogue: &Catalogue,
    options: Options,
    listener: &mut impl Listener,
) -> Result<Outcome, Failure> {
    let world = World::new(scenario, catalogue);
    let processes = world.layout.processes() as usize;
    let slowest = Slowest::new(world.guarantees.assumptions.delay_bound);
    let observers = Observers::new(world.setting(scenario));
    let chain = DigestChain::new(processes);
    let mut watch = Watch { chain, observers, slowest, listener };
    let limits = Limits { until: world.end, max_events: options.max_events };
    let model = world.model(scenario);
    let report = match options.engine {
        Engine::Sequential => sequential::run(model, limits, &mut watch),
        Engine::Sharded(shards) => {
            let shard_of = world.shard_of(shards);
            let lookahead = world.topology.lookahead(&shard_of);
            let plan = ShardPlan { shard_of, shards, lookahead };
            engine::run(model, &plan, limits, &mut watch).map_err(Failure::Engine)?
        }
    };
    if let Ended::OutOfEvents(key) = report.ended {
        return Err(Failure::Astray { events: report.events, at: key.time.to_string() });
    }
    let Watch { chain, observers, slowest, listener } = watch;
    let slowest = slowest.found();
    let digest = chain.finish(&mut |checkpoint| listener.checkpoint(checkpoint));
    let measurement = observers.finish_with(listener);
    let guarantees = judge(&world, &measurement, slowest);
    let liveness = liveness::judge(&world, &measurement, slowest);
    Ok(Outcome { digest, report, measurement, guarantees, liveness, faults: world.faults })
}

/// Everything that reads the facts of a run.
struct Watch<'a, L> {
    chain: DigestChain,
    observers: Observers,
    slowest: Slowest,
    listener: &'a mut L,
}

impl<L: Listener> Sink<Fact> for Watch<'_, L> {
    fn accept(&mut self, facts: &[Recorded<Fact>]) {
        for fact in facts {
            self.chain.add(fact, &mut |checkpoint| self.listener.checkpoint(checkpoint));
        }
        self.slowest.see(facts);
        self.observers.observe_with(facts, self.listener);
        self.listener.facts(facts);
    }
}
