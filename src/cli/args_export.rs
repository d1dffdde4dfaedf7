//! Arguments of `blindspots` and `export`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::arg_values::{Seeds, seeds_of};
use super::args::{EngineArgs, ScenarioArgs};
use super::examples::{EXPORT_ALERTS_EXAMPLES, EXPORT_GAMEDAY_EXAMPLES};

/// Arguments of `blindspots`.
#[derive(Args, Debug)]
pub(super) struct BlindspotsArgs {
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    /// The seeds, both ends included: `1..10`, or `1,4,9`
    #[arg(long, value_name = "SEEDS", value_parser = seeds_of, default_value = "1..20")]
    pub(super) seeds: Seeds,
}

/// What `export` writes.
#[derive(Debug, Subcommand)]
pub(super) enum ExportCommand {
    /// The alert rules as a file of Prometheus, and unit tests for `promtool test rules`
    #[command(after_help = EXPORT_ALERTS_EXAMPLES)]
    Alerts(ExportArgs),
    /// The plan of a game day in Markdown: what to inject, who must be paged by when
    #[command(after_help = EXPORT_GAMEDAY_EXAMPLES)]
    Gameday(ExportArgs),
}

/// Arguments of `export alerts` and `export gameday`.
#[derive(Args, Debug)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    /// The nights that figures are medians of, each with its calm twin
    #[arg(long, value_name = "SEEDS", value_parser = seeds_of, default_value = "1..10")]
    pub(super) seeds: Seeds,
    /// What production calls the gauges; `ops.names` of the scenario if not given
    #[arg(long, value_name = "FILE")]
    pub(super) names: Option<PathBuf>,
    /// Folder that is written into; without it rules go here, and a plan to the screen
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
}
