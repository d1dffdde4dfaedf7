//! The one integration-test binary.

mod between;
mod byzantine;
mod cli;
mod determinism;
mod faults;
mod flow;
mod found;
mod laws;
mod operations;
mod profiles;
mod program;
mod readers;
mod recorded;
mod results;
mod tidy;
mod track;
mod trust;
