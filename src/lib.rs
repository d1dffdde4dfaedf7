//! A deterministic laboratory that storm-tests attestation networks.

pub mod kernel;
pub mod measure;
pub mod report;
pub mod scenario;
