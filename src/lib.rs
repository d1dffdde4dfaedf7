//! A deterministic laboratory that storm-tests attestation networks.

pub mod kernel;
