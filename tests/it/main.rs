//! The one integration-test binary.

mod between;
mod byzantine;
mod cli;
mod clocks;
mod determinism;
mod elsewhere;
mod faults;
mod flow;
mod found;
mod hands;
mod histories;
mod laws;
mod mistakes;
mod operations;
mod production;
mod profiles;
mod program;
mod readers;
mod recorded;
mod results;
mod tidy;
mod track;
mod trust;
