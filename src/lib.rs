//! A deterministic laboratory that storm-tests attestation networks.

pub mod actors;
pub mod attestation;
mod cli;
pub mod engine;
pub mod experiment;
pub mod kernel;
pub mod measure;
pub mod network;
pub mod ordering;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod trace;

pub use cli::Cli;

/// The whole command line, with the bundled strategies.
pub fn cli() -> Cli {
    Cli::bundled()
}
