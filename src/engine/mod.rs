//! The sharded engine: processes hosted on actix, in parallel where the model allows it.
//!
//! Every shard is an actor on an arbiter thread of its own, the first on the caller's. A
//! coordinator opens *epochs* with one message per shard. Inside an epoch the shards run window
//! after window: up to the horizon (the earliest pending event plus the lookahead) no shard can
//! surprise another, so each handles its own events there and leaves what crosses in a mailbox.
//! Between windows they meet at a barrier that costs less than a message.
//!
//! **Invariant:** report and facts are those of [`crate::kernel::sequential::run`], for any plan.

mod conductor;
mod coordinator;
mod epoch;
mod lane;
mod merge;
mod plan;
mod rendezvous;
#[cfg(test)]
mod tests;

use std::fmt;

use actix::System;

use crate::kernel::{EventKey, Limits, Model, Process, ProcessId, RunReport, Sink};
pub use plan::ShardPlan;

/// Why a run came to no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineFailure {
    /// A process panicked, or broke a promise of the plan.
    Process {
        /// The process that was handling an event.
        process: ProcessId,
        /// The event it was handling.
        key: EventKey,
        /// What the panic said.
        reason: String,
    },
    /// A shard is gone: its mailbox is closed.
    ShardLost {
        /// The number of the shard.
        shard: u16,
    },
}

/// Runs `model` until its events or `limits` end it, on the shards of `plan`.
///
/// Blocks the calling thread, which hosts the first shard and feeds the sink. Several ordinary
/// threads may run models at once.
///
/// # Errors
/// If a process panics or undercuts the lookahead; of several, the earliest by key. Facts of
/// earlier events have then been handed to the sink.
///
/// # Panics
/// If the plan does not fit the model, the script addresses a process that does not exist, or
/// the caller is inside an asynchronous task.
pub fn run<P: Process>(
    model: Model<P>,
    plan: &ShardPlan,
    limits: Limits,
    sink: &mut impl Sink<P::Fact>,
) -> Result<RunReport, EngineFailure> {
    plan.check(model.processes.len());
    let previous = System::try_current();
    let system = System::new();
    let result = system.block_on(coordinator::conduct(model, plan, limits, sink));
    drop(system);
    if let Some(previous) = previous {
        System::set_current(previous);
    }
    result
}

impl fmt::Display for EngineFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process { process, key, reason } => {
                write!(f, "process p{} failed while handling event {key}: {reason}", process.0)
            }
            Self::ShardLost { shard } => write!(f, "shard {shard} is gone: its mailbox is closed"),
        }
    }
}

impl From<lane::ProcessFailure> for EngineFailure {
    fn from(failure: lane::ProcessFailure) -> Self {
        let lane::ProcessFailure { process, key, reason } = failure;
        Self::Process { process, key, reason }
    }
}

impl std::error::Error for EngineFailure {}
