//! A deterministic laboratory that storm-tests attestation networks.

pub mod actors;
pub mod attestation;
pub mod engine;
pub mod kernel;
pub mod measure;
pub mod network;
pub mod ordering;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod trace;
