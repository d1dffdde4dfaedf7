//! The command line as clap reads it. Flag, help and examples of a command stand together.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::history::{DEFAULT_BUDGET, Model};

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
    /// Prove that a stored result, a run or a whole grid, can be reproduced byte for byte
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(ReplayArgs),
    /// Draw the charts and pages of a stored result again
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArgs),
    /// Draw random faults from seeds and look for one that breaks a guarantee
    #[command(after_help = HUNT_EXAMPLES)]
    Hunt(HuntArgs),
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

const RUN_EXAMPLES: &str = "Examples:
  attestorm run out-of-order-links
  attestorm run out-of-order-links --ordering arrival
  attestorm run ours.toml --seeds 1..20
  attestorm run ours.toml --set load.issuers.rate=200/s --trace

Exit codes: 0 pass, 99 a threshold was missed, 97 inconclusive, 98 a guarantee was broken,
104 invalid scenario, 105 interrupted, 1 attestorm itself failed.";

const COMPARE_EXAMPLES: &str = "Examples:
  attestorm compare out-of-order-links --by ordering=arrival,causal,sequencer --seeds 1..10
  attestorm compare overlapping-claims --by validators.count=4,7,10
  attestorm compare out-of-order-links --by fault.storm.delay.jitter=100ms,200ms,400ms

A comparison that is done exits with 0, whatever it found.";

const REPLAY_EXAMPLES: &str = "Examples:
  attestorm replay                                      the latest result of all
  attestorm replay out-of-order-links                   its latest result
  attestorm replay out-of-order-links/compare-ordering  a whole grid
  attestorm replay results/out-of-order-links/2026-11-21T02-13-07-s1

Exit codes: 0 reproduced, 97 differs because the model number changed, 1 differs: a defect.";

const REPORT_EXAMPLES: &str = "Examples:
  attestorm report out-of-order-links
  attestorm report out-of-order-links/compare-ordering --format md > decision.md

The runs are repeated, their digests checked, and pages and charts drawn anew in the same folder.";

const HUNT_EXAMPLES: &str = "Examples:
  attestorm hunt out-of-order-links --ordering jolteon --runs 1000
  attestorm hunt calm-baseline --ordering causal --runs 200 --from 4711";

const VALIDATE_EXAMPLES: &str = "Examples:
  attestorm validate ordering       published latencies of protocols, each row with its own clock

Exit codes: 0 every prediction, the rank and every shape hold, 99 one does not.";

const NEW_EXAMPLES: &str = "Examples:
  attestorm scenario new ours.toml
  attestorm scenario new --from out-of-order-links ours.toml";

const HISTORY_EXAMPLES: &str = r#"Examples:
  attestorm history check ours.jsonl --model register
  attestorm history check etcd_000.tsv --model register --budget 50000000

A history is a text with one operation a line, in any order; lines that begin with # are skipped.
As JSON (further keys are skipped; `status` and `id` may be left out):
  {"client": 0, "call": 1, "ret": 4, "op": "write", "arg": 3, "out": "ok", "status": "ok"}
  {"client": 1, "call": 2, "ret": null, "op": "cas", "arg": [3, 5], "out": null, "status": "info"}
  {"client": 2, "call": 6, "ret": 9, "op": "get", "key": "x", "arg": null, "out": "text"}
or in columns between tabs: client, call, return, op, arguments, result (ok, fail, nil, unknown,
`-`, or the value read):
  0    1    4    write    3    ok

Times are whole numbers of any unit; operations that touch at one instant overlap. `ret` null, `-`,
`info` and `unknown` mean that nobody knows how it ended: it may take effect at any time after its
call, or never.

Models:
  register      read, write, cas; nil at first. A cas that failed saw another value (Porcupine).
  cas-register  read, write, cas; 0 at first. What failed did not happen, and saw nothing (Knossos);
                a read of null was told nothing.
  kv            get, put, append per key; every text is empty at first.

Exit codes: 0 linearizable, 98 not (with operations that no order explains), 97 undecided within
the budget, 104 the file is no history."#;

/// How a scenario is chosen and changed.
#[derive(Args, Clone, Debug)]
pub(super) struct ScenarioArgs {
    /// A scenario file, or the name of a bundled scenario
    pub(super) scenario: String,
    /// Change a value of the scenario: `--set load.issuers.rate=200/s`; may be repeated
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
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// Arguments of `compare`.
#[derive(Args, Debug)]
pub(super) struct CompareArgs {
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    /// What differs: `ordering=arrival,causal`, or any path that `--set` takes
    #[arg(long, value_name = "PATH=A,B,…", value_parser = axis_of)]
    pub(super) by: (String, Vec<String>),
    /// The seeds, both ends included: `1..10`, or `1,4,9`
    #[arg(long, value_name = "SEEDS", value_parser = seeds_of, default_value = "1..10")]
    pub(super) seeds: Seeds,
    /// How to print the table
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

/// Arguments of `report`.
#[derive(Args, Debug)]
pub(super) struct ReportArgs {
    /// A result's folder, or a scenario's name for its latest; the latest of all if not given
    pub(super) result: Option<String>,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
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

/// Seeds in order, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seeds(pub(super) Vec<u64>);

/// The most seeds of one command.
const MOST_SEEDS: u64 = 100_000;

fn seed_of(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

fn seeds_of(text: &str) -> Result<Seeds, String> {
    let number = |text: &str| {
        seed_of(text).map_err(|_| format!("`{text}` is not a seed: write 1..20 or 1,4,9"))
    };
    let mut seeds = Vec::new();
    for part in text.split(',') {
        match part.split_once("..") {
            None => seeds.push(number(part)?),
            Some((first, last)) => {
                let (first, last) = (number(first)?, number(last.trim_start_matches('='))?);
                if last < first {
                    return Err(format!("`{part}` runs backwards: write {last}..{first}"));
                }
                if last - first >= MOST_SEEDS {
                    return Err(format!("`{part}` has more than {MOST_SEEDS} seeds"));
                }
                seeds.extend(first..=last);
            }
        }
    }
    seeds.sort_unstable();
    seeds.dedup();
    Ok(Seeds(seeds))
}

fn override_of(text: &str) -> Result<(String, String), String> {
    let (path, value) = text.split_once('=').ok_or("write PATH=VALUE, as in ordering=causal")?;
    Ok((path.trim().to_owned(), value.trim().to_owned()))
}

fn axis_of(text: &str) -> Result<(String, Vec<String>), String> {
    let (path, values) =
        override_of(text).map_err(|_| "write PATH=A,B, as in ordering=arrival,causal")?;
    let values: Vec<String> = values.split(',').map(|value| value.trim().to_owned()).collect();
    let is_all = path == "ordering" && values == ["all"];
    if values.len() < 2 && !is_all || values.iter().any(String::is_empty) {
        return Err("name at least two values, as in ordering=arrival,causal".to_owned());
    }
    if let Some(twice) = (1..values.len()).find(|at| values[..*at].contains(&values[*at])) {
        return Err(format!("`{}` stands there twice", values[twice]));
    }
    Ok((path, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_ranges_and_lists() {
        let check =
            |text: &str, seeds: &[u64]| assert_eq!(seeds_of(text), Ok(Seeds(seeds.to_vec())));
        check("1..3", &[1, 2, 3]);
        check("4", &[4]);
        check("9,1..2", &[1, 2, 9]);
        assert!(seeds_of("3..1").is_err());
        assert!(seeds_of("one").is_err());
        assert!(seeds_of("1..99999999").is_err());
    }

    #[test]
    fn an_axis_has_a_path_and_values() {
        let values = |text: &str| axis_of(text).map(|(path, values)| (path, values.len()));
        assert_eq!(values("ordering=a,b"), Ok(("ordering".to_owned(), 2)));
        assert!(values("ordering=a").is_err());
        assert!(values("ordering").is_err());
        assert!(values("ordering=all").is_ok());
        assert!(values("ordering=a,b,a").is_err());
    }

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Root::command().debug_assert();
    }
}
