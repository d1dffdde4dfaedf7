//! A deterministic laboratory that storm-tests attestation networks.

pub mod engine;
pub mod kernel;
