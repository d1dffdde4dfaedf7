//! `attestorm validate`: known results against this build.

use std::process::ExitCode;
use std::time::Instant;

use super::args::Topic;
use super::output::print;
use super::progress::Progress;
use super::source;
use crate::experiment::validate::{DEAD_LEADER, MEASURED, NETWORK_ONLY, Row, Shape, validate};
use crate::experiment::{Word, queueing};
use crate::ordering::Catalogue;
use crate::report::{QueueingValidation, Validation, queueing_screen, validate_screen};

pub(super) fn validate_topic(topic: Topic, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    match topic {
        Topic::Ordering => ordering(catalogue, quiet),
        Topic::Queueing => queueing(catalogue, quiet),
    }
}

fn ordering(catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let pairs: Vec<Row> = DEAD_LEADER.iter().flat_map(Shape::rows).collect();
    let rows: Vec<Row> = [NETWORK_ONLY, MEASURED, &pairs].concat();
    let began = Instant::now();
    let mut progress = Progress::new("validated", rows.len() as u64 * 3, quiet);
    let told = |done, of| progress.at(done as u64, of as u64);
    let found = validate(&rows, catalogue, source::cores(), told);
    drop(progress);
    let (network, rest) = found.split_at(NETWORK_ONLY.len());
    let (measured, dead) = rest.split_at(MEASURED.len());
    let shapes: Vec<_> = DEAD_LEADER.iter().zip(dead.chunks(Shape::ROWS)).collect();
    let validation = Validation {
        network: (NETWORK_ONLY, network),
        measured: (MEASURED, measured),
        shapes: &shapes,
        wall_secs: began.elapsed().as_secs_f64(),
    };
    let screen = validate_screen(&validation);
    let last = screen.lines().last().unwrap_or_default();
    print(if quiet { last } else { &screen });
    ExitCode::from(if validation.holds() { Word::Pass } else { Word::Missed }.exit())
}

/// Arrivals at each station under each seed: enough to tell one formula from another.
const ARRIVALS: u32 = 20_000;

fn queueing(catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let rows = queueing::rows();
    let began = Instant::now();
    let mut progress = Progress::new("validated", rows.len() as u64 * queueing::SEEDS, quiet);
    let told = |done, of| progress.at(done as u64, of as u64);
    let found = queueing::validate(&rows, ARRIVALS, catalogue, source::cores(), told);
    drop(progress);
    let validation = QueueingValidation {
        rows: &rows,
        found: &found,
        arrivals: ARRIVALS,
        wall_secs: began.elapsed().as_secs_f64(),
    };
    let screen = queueing_screen(&validation);
    let last = screen.lines().last().unwrap_or_default();
    print(if quiet { last } else { &screen });
    ExitCode::from(if validation.holds() { Word::Pass } else { Word::Missed }.exit())
}
