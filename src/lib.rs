//! A deterministic laboratory that storm-tests attestation networks.
//!
//! One run, from its file to its charts, passes these layers; each knows those above it in this
//! list and none below. The first lines of each say what lives there and which invariant it keeps.
//!
//! - [`kernel`]: virtual time, keyed events, pure processes, addressed draws, and the engine that
//!   defines the truth; [`engine`]: the same on actix shards.
//! - [`attestation`]: what is exchanged, its ids, signatures and registry rules.
//! - [`trace`]: facts, what processes tell of themselves, and their digest.
//! - [`trust`]: when somebody who relies on an attestation is confident in it, as a declared model.
//! - [`network`]: how long a message takes and what becomes of it; hosts that fail.
//! - [`ops`]: alert rules, suspicion, rosters, escalation, runbooks: pure policies.
//! - [`production`]: rules of Prometheus, read and written.
//! - [`flow`]: admission, bulkheads, balance, backpressure, retries: pure policies.
//! - [`ordering`]: the strategies to compare, each a pure state machine; [`ordering::own`] shows
//!   how to add one.
//! - [`actors`]: load plan, clients, routers, validators, made of the parts above.
//! - [`history`]: is there an order of operations on registers that explains what was answered?
//! - [`measure`]: observers that read facts; the one table of metrics.
//! - [`scenario`]: files as written, scenarios as meant.
//! - [`simulation`]: from a scenario to processes, through an engine, to an outcome.
//! - [`experiment`]: beside the twin, over seeds, between variants; the hunt.
//! - [`report`]: screens, charts, files. `cli`: one file per command.
//!
//! `ARCHITECTURE.md` has the picture, the glossary and the figures of speed.

pub mod actors;
pub mod attestation;
mod cli;
pub mod engine;
pub mod experiment;
pub mod flow;
pub mod history;
pub mod kernel;
pub mod measure;
pub mod network;
pub mod ops;
pub mod ordering;
pub mod production;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod trace;
pub mod trust;

pub use cli::Cli;

/// The whole command line, with the bundled strategies.
pub fn cli() -> Cli {
    Cli::bundled()
}
