//! The command line as clap reads it. Flag and help stand together; examples are in `examples`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::arg_values::{Seeds, axis_of, over_of, override_of, seed_of, seeds_of, share_of};
use super::args_export::{BlindspotsArgs, ExportCommand};
use super::examples::{
    BLINDSPOTS_EXAMPLES, CLAIMS_EXAMPLES, COMPARE_EXAMPLES, HISTORY_EXAMPLES, HUNT_EXAMPLES,
    INCIDENT_EXAMPLES, NEW_EXAMPLES, REPLAY_EXAMPLES, REPORT_EXAMPLES, RUN_EXAMPLES,
    SWEEP_EXAMPLES, TRACK_EXAMPLES, VALIDATE_EXAMPLES,
};
use super::over::Over;
use crate::history::{DEFAULT_BUDGET, Model};
use crate::scenario::claim::Axis;

/// The root of the command line.
#[derive(Debug, Parser)]
#[command(
    name = "attestorm",
    version,
    about = "Storm-test an attestation network before its users do",
    override_help = super::greeting::HELP,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(super) struct Root {
    /// Print the verdict line only.
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a scenario: its verdict, its numbers beside the calm twin, its charts
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Run variants of a scenario on the same seeds and say which is better, and at what price
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArgs),
    /// Repeat a comparison along an axis: load, delay, loss, the size of the committee
    #[command(after_help = SWEEP_EXAMPLES)]
    Sweep(SweepArgs),
    /// Judge what scenarios claim of variants: each claim HOLDS, FAILS, or is OPEN
    #[command(after_help = CLAIMS_EXAMPLES)]
    Claims(ClaimsArgs),
    /// Prove that a stored result, a run or a whole grid, can be reproduced byte for byte
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(ReplayArgs),
    /// Draw the charts and pages of a stored result again
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArgs),
    /// Follow one operation through a stored run, like a parcel, or find those worth a look
    #[command(after_help = TRACK_EXAMPLES)]
    Track(TrackArgs),
    /// Tell what went wrong in a stored run, who noticed, who took it, what was done
    #[command(after_help = INCIDENT_EXAMPLES)]
    Incident(IncidentArgs),
    /// Draw random faults from seeds and look for one that breaks a guarantee
    #[command(after_help = HUNT_EXAMPLES)]
    Hunt(HuntArgs),
    /// Strike with every kind of fault alone: which does no rule see?
    #[command(after_help = BLINDSPOTS_EXAMPLES)]
    Blindspots(BlindspotsArgs),
    /// Write what was judged for production: alert rules with tests, the plan of a game day
    Export {
        #[command(subcommand)]
        command: ExportCommand,
    },
    /// Hold this build against results that others measured or proved
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate {
        /// Which results
        #[arg(value_enum, default_value_t = Topic::Ordering)]
        topic: Topic,
    },
    /// Judge histories that other systems recorded
    History {
        #[command(subcommand)]
        command: HistoryCommand,
    },
    /// List, show, check and write scenarios
    Scenario {
        #[command(subcommand)]
        command: ScenarioCommand,
    },
    /// List the metrics that scenarios, screens, charts and files know
    #[command(after_help = "Examples:\n  attestorm metrics\n  attestorm metrics orphan")]
    Metrics {
        /// Only metrics whose name or definition contains this
        word: Option<String>,
        /// How to print the table
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Print the completions of a shell
    #[command(
        after_help = "Example:\n  attestorm completions bash > /etc/bash_completion.d/attestorm"
    )]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// How a scenario is chosen and changed.
#[derive(Args, Clone, Debug)]
pub(super) struct ScenarioArgs {
    /// A scenario file, or the name of a bundled scenario
    pub(super) scenario: String,
    /// Change a value of the scenario: `--set load.issuers.rate=200/s`, or leave out what is
    /// optional: `--set load.issuers.retry=none`; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = override_of)]
    pub(super) sets: Vec<(String, String)>,
    /// Short for `--set ordering=…`
    #[arg(long)]
    pub(super) ordering: Option<String>,
    /// Short for `--set crypto=…`: `real` or `modelled`
    #[arg(long)]
    pub(super) crypto: Option<String>,
}

impl ScenarioArgs {
    /// All overrides, in order.
    pub(super) fn overrides(&self) -> Vec<(String, String)> {
        let mut all = self.sets.clone();
        let short = [("ordering", &self.ordering), ("crypto", &self.crypto)];
        let given = short.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?)));
        all.extend(given.map(|(key, value)| (key.to_owned(), value.clone())));
        all
    }
}

/// Which engine, and where results go.
#[derive(Args, Clone, Debug)]
pub(super) struct EngineArgs {
    /// Which engine: `sharded`, or `sequential`, the definition of truth
    #[arg(long, value_enum, default_value_t = EngineName::Sharded)]
    pub(super) engine: EngineName,
    /// Shards of one run, 1 to 64; the result is the same for any number
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(super) shards: u16,
    /// Folder that results are written under
    #[arg(long, value_name = "FOLDER", default_value = "results")]
    pub(super) out: PathBuf,
}

/// The engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EngineName {
    /// Shards on actix.
    Sharded,
    /// One queue, one loop.
    Sequential,
}

/// How tables are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// Markdown.
    Md,
    /// Comma-separated values.
    Csv,
    /// JSON.
    Json,
}

/// How results of runs are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ResultFormat {
    /// For people.
    Text,
    /// Markdown.
    Md,
    /// Comma-separated values.
    Csv,
    /// JSON.
    Json,
    /// Metrics as Prometheus exposes them.
    Prometheus,
    /// Guarantees, thresholds, expectations and faults as test cases of JUnit.
    Junit,
}

/// Arguments of `run`.
#[derive(Args, Debug)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    /// The seed; the scenario's own if not given
    #[arg(long, conflicts_with = "seeds", allow_hyphen_values = true, value_parser = seed_of)]
    pub(super) seed: Option<u64>,
    /// Several seeds, both ends included: `1..20`, or `1,4,9`
    #[arg(long, value_name = "SEEDS", value_parser = seeds_of)]
    pub(super) seeds: Option<Seeds>,
    /// Do not run the calm twin beside it
    #[arg(long)]
    pub(super) no_twin: bool,
    /// Store every fact, one line each, in the result; `replay` then finds the first difference
    #[arg(long)]
    pub(super) trace: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = ResultFormat::Text)]
    pub(super) format: ResultFormat,
}

/// Arguments of `compare`.
#[derive(Args, Debug)]
pub(super) struct CompareArgs {
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    /// A later result: then two stored results are compared, each a folder or a scenario's name
    #[arg(conflicts_with_all = ["by", "challenge", "tune", "sets", "ordering", "crypto"])]
    pub(super) later: Option<String>,
    /// What differs: `ordering=arrival,causal`, or any path that `--set` takes
    #[arg(long, value_name = "PATH=A,B,…", value_parser = axis_of)]
    #[arg(required_unless_present = "later")]
    pub(super) by: Option<Axis>,
    /// Of two results, what is compared; the p99 to applied in the first fault if not given
    #[arg(long, value_name = "STAT(METRIC)", requires = "later")]
    pub(super) on: Option<String>,
    /// Of two results, exit with 99 if that is worse by more than this share: `5%`
    #[arg(long, value_name = "SHARE", value_parser = share_of, requires = "later")]
    pub(super) fail_if_worse: Option<f64>,
    /// The seeds, both ends included: `1..10`, or `1,4,9`
    #[arg(long, value_name = "SEEDS", value_parser = seeds_of, default_value = "1..10")]
    pub(super) seeds: Seeds,
    /// Move each assumption alone, on five seeds at most, and search each ordering's own
    /// parameters, eight settings each on other seeds or as many as --tune says: does the verdict
    /// hold?
    #[arg(long)]
    pub(super) challenge: bool,
    /// Search each ordering's own parameters first, so many settings each, on other seeds (1001 and
    /// up); the best stands beside the one as published. None promises less
    #[arg(long, value_name = "TRIALS")]
    #[arg(value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub(super) tune: Option<u32>,
    /// How to print the table
    #[arg(long, value_enum, default_value_t = ResultFormat::Text)]
    pub(super) format: ResultFormat,
}

/// Arguments of `sweep`.
#[derive(Args, Debug)]
pub(super) struct SweepArgs {
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    /// What draws a line each: `ordering=arrival,causal`, or any path that `--set` takes
    #[arg(long, value_name = "PATH=A,B,…", value_parser = axis_of)]
    pub(super) by: Axis,
    /// The horizontal axis: `validators.count=4,7,16`, or five points of `fault.storm.loss=0%..4%`
    #[arg(long, value_name = "PATH=A,B,…|A..B", value_parser = over_of)]
    pub(super) over: Over,
    /// What is shown; the p99 to applied in the first fault if not given
    #[arg(long, value_name = "STAT(METRIC)")]
    pub(super) on: Option<String>,
    /// The seeds, both ends included: `1..10`, or `1,4,9`
    #[arg(long, value_name = "SEEDS", value_parser = seeds_of, default_value = "1..3")]
    pub(super) seeds: Seeds,
    /// How to print the table
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// Arguments of `claims`.
#[derive(Args, Debug)]
pub(super) struct ClaimsArgs {
    /// Scenario files, or names of bundled scenarios
    #[arg(required = true, value_name = "SCENARIO")]
    pub(super) scenarios: Vec<String>,
    /// Change a value of each scenario: `--set load.issuers.rate=200/s`; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = override_of)]
    pub(super) sets: Vec<(String, String)>,
    /// The seeds, both ends included: `1..10`, or `1,4,9`
    #[arg(long, value_name = "SEEDS", value_parser = seeds_of, default_value = "1..10")]
    pub(super) seeds: Seeds,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// Arguments of `replay`.
#[derive(Args, Debug)]
pub(super) struct ReplayArgs {
    /// A result's folder, or a scenario's name for its latest; the latest of all if not given
    pub(super) result: Option<String>,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
}

/// Arguments of `track`.
#[derive(Args, Debug)]
pub(super) struct TrackArgs {
    /// A run's folder, or a scenario's name for its latest; the latest of all if not given
    pub(super) result: Option<String>,
    /// The operation by its number: 123, or #123
    #[arg(conflicts_with = "worst")]
    pub(super) id: Option<String>,
    /// List so many that fared worst: never applied, then wrong in some way, then slow
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) worst: Option<u16>,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
}

/// Arguments of `incident`.
#[derive(Args, Debug)]
pub(super) struct IncidentArgs {
    /// A run's folder, or a scenario's name for its latest; the latest of all if not given
    pub(super) result: Option<String>,
    /// Run the same nights with one thing changed, and say what each control is worth
    #[arg(long)]
    pub(super) what_if: bool,
    /// With --what-if: these nights, 1..20 by default
    #[arg(long, value_name = "SEEDS", value_parser = seeds_of, requires = "what_if")]
    pub(super) seeds: Option<Seeds>,
    /// Run this trouble on many nights: when each moment comes, beside when it really did
    #[arg(long, value_name = "SEEDS", value_parser = seeds_of, conflicts_with = "what_if")]
    pub(super) nights: Option<Seeds>,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
}

/// Arguments of `report`.
#[derive(Args, Debug)]
pub(super) struct ReportArgs {
    /// A result's folder, or a scenario's name for its latest; the latest of all if not given
    pub(super) result: Option<String>,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = ResultFormat::Text)]
    pub(super) format: ResultFormat,
}

/// Arguments of `hunt`.
#[derive(Args, Debug)]
pub(super) struct HuntArgs {
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    /// How many runs
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) runs: u32,
    /// The first run's number; a run depends on its number alone
    #[arg(long, default_value_t = 1)]
    pub(super) from: u64,
    /// Folder that a found case is written under
    #[arg(long, value_name = "FOLDER", default_value = "results")]
    pub(super) out: PathBuf,
}

/// What `validate` holds this build against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Topic {
    /// Published latencies of ordering protocols
    Ordering,
    /// Closed forms of queueing theory against routers
    Queueing,
}

/// What `history` does.
#[derive(Debug, Subcommand)]
pub(super) enum HistoryCommand {
    /// Say whether one order of the operations, true to their times, explains every answer
    #[command(after_help = HISTORY_EXAMPLES)]
    Check(HistoryArgs),
}

/// Arguments of `history check`.
#[derive(Args, Debug)]
pub(super) struct HistoryArgs {
    /// The file with the history
    pub(super) file: PathBuf,
    /// What the recorded system is taken for
    #[arg(long, value_enum)]
    pub(super) model: ModelName,
    /// States to visit at most
    #[arg(long, default_value_t = DEFAULT_BUDGET)]
    pub(super) budget: u64,
}

/// The models of recorded systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ModelName {
    /// One register, nil at first; a failed cas saw another value
    Register,
    /// One register, 0 at first; what failed did not happen
    CasRegister,
    /// A map of texts with append
    Kv,
}

impl From<ModelName> for Model {
    fn from(name: ModelName) -> Self {
        match name {
            ModelName::Register => Self::Register,
            ModelName::CasRegister => Self::CasRegister,
            ModelName::Kv => Self::Kv,
        }
    }
}

/// What `scenario` does.
#[derive(Debug, Subcommand)]
pub(super) enum ScenarioCommand {
    /// List the bundled scenarios and the question that each asks
    List,
    /// Show a scenario's question, timeline, and what it demands
    Show(ScenarioArgs),
    /// Check a scenario without running it
    Check(ScenarioArgs),
    /// Print the JSON Schema of scenario files
    Schema,
    /// Write a new scenario file: a commented template, or a copy of another scenario
    #[command(after_help = NEW_EXAMPLES)]
    New {
        /// The file to write; it must not exist
        file: PathBuf,
        /// The scenario to start from
        #[arg(long)]
        from: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Root::command().debug_assert();
    }
}
