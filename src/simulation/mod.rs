//! From a checked scenario to processes, through an engine, to an outcome.
//!
//! **Invariant:** an outcome depends on scenario, seed and model number; never on the engine, the
//! shards, the tracing or whether signatures are computed.

mod build;
mod cast;
mod faults;
mod flow;
mod guarantee;
mod liveness;
mod ops;
mod readers;
mod run;
mod slowest;
mod time;
mod watch;

pub use build::{MODEL, World};
pub use cast::Cast;
pub use faults::{FaultSpan, Timeline};
pub use guarantee::{GuaranteeVerdict, Standing, judge};

pub use run::{Engine, Failure, Listener, Options, Outcome, run};
