//! Screens, tables, charts and files made from results.

pub mod chart;

mod blindspots_screen;
mod challenge_screen;
mod charts;
mod claim_lines;
mod compare_asked;
mod compare_beyond;
mod compare_files;
mod compare_grid;
mod compare_limits;
mod compare_needs;
mod compare_said;
mod compare_screen;
mod compare_table;
mod compare_verdict;
mod decision;
mod export;
mod format;
mod gate_screen;
mod grid_files;
mod hunt_screen;
mod incident_alike;
mod incident_lines;
mod incident_screen;
mod journey_hops;
mod journey_lines;
mod journey_screen;
mod journey_stalls;
mod journey_way;
mod journey_words;
mod minutes;
mod nights_screen;
mod operations;
mod outward;
mod production_lines;
mod queueing_screen;
mod run_files;
mod run_numbers;
mod run_screen;
#[cfg(test)]
mod sample;
mod seeds_screen;
mod sentence;
mod store;
mod stored_values;
mod sweep_screen;
mod trust_anew;
mod trust_page;
mod tuned_lines;
mod validate_screen;
mod what_if_screen;
mod worst_screen;

use crate::measure::metric;
use crate::measure::{Measured, Statistic};
use crate::scenario::check::{Check, Stat};

pub use crate::experiment::grouped;
pub use blindspots_screen::blindspots_screen;
pub use challenge_screen::{
    challenge_csv, challenge_json, challenge_page, challenge_screen, challenged,
};
pub use chart::Rendered;
pub use charts::{incident_chart, journey_chart, race_chart, response_chart, sweep_chart};
pub use claim_lines::{claim_lines, claims_csv, claims_json, claims_summary};
pub use compare_files::{compare_csv, compare_json};
pub use compare_screen::compare_screen;
pub use compare_table::CompareTable;
pub use compare_verdict::compare_verdict;
pub use decision::decision;
pub use export::{Alerts, Nights, export_alerts, gameday};
pub use format::{millis, number};
pub use gate_screen::{GateView, gate_csv, gate_json, gate_screen};
pub use grid_files::{write_grid, write_runs};
pub use hunt_screen::hunt_screen;
pub use incident_screen::{IncidentView, incident_screen};
pub use journey_screen::{JourneyView, journey_screen};
pub use nights_screen::nights_screen;
pub use operations::OperationsCsv;
pub use outward::{Labelled, exposition, junit};
pub use production_lines::{production_line, production_lines};
pub use queueing_screen::{QueueingValidation, queueing_screen};
pub use run_files::{metrics_csv, pretty, summary, write_run};
pub use run_screen::{Making, run_screen, verdict_line};
pub use seeds_screen::seeds_screen;
pub use store::{
    Draft, StoreError, abandon_all, find_result, fingerprint, newest_in, read, write_beside,
};
pub use stored_values::{BySeed, grid_values, run_values};
pub use sweep_screen::{Sweep, sweep_csv, sweep_screen};
pub use tuned_lines::{tuned_lines, tuning_csv};
pub use validate_screen::{Validation, validate_screen};
pub use what_if_screen::what_if_screen;
pub use worst_screen::worst_screen;

/// Whether a check's statistic is the one that a row shows.
fn same_statistic(stat: Stat, statistic: Statistic) -> bool {
    match (stat, statistic) {
        (Stat::Percentile(a), Statistic::Percentile(b)) => (a - b).abs() < 1e-9,
        (Stat::Count, Statistic::Count)
        | (Stat::Share, Statistic::Share)
        | (Stat::Per10k, Statistic::Per10k) => true,
        _ => false,
    }
}

/// Whether values of a statistic are shares, printed in percent.
const fn is_share(stat: Stat) -> bool {
    matches!(stat, Stat::Share)
}

/// Whether values of a statistic of a metric are lengths of time, in milliseconds.
fn is_time(stat: Stat, name: &str) -> bool {
    match stat {
        Stat::Count | Stat::Share | Stat::Per10k => false,
        Stat::Recovery | Stat::Longest => true,
        _ => metric::find(name).is_some_and(|metric| metric.unit == metric::Unit::Millis),
    }
}

/// What was measured for a check, with its unit.
fn check_value(check: &Check, measured: Measured) -> String {
    let Measured::Value(value) = measured else {
        return match measured {
            Measured::Never => "never",
            Measured::Few => "few",
            Measured::NoData | Measured::Value(_) => "no data",
        }
        .to_owned();
    };
    if is_share(check.stat) {
        format!("{} %", number(value * 100.0))
    } else if is_time(check.stat, &check.metric) {
        millis(value)
    } else {
        number(value)
    }
}
