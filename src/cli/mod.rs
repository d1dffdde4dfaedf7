//! The command line: one file per command, the only prints, the exit codes.

mod arg_values;
mod args;
mod args_export;
mod challenge;
mod claims;
mod compare;
mod examples;
mod export;
mod follow;
mod gate;
mod greeting;
mod grid;
mod history;
mod hunt;
mod incident;
mod metrics;
mod output;
mod over;
mod progress;
mod repeated;
mod replay;
mod report;
mod run;
mod scenario;
mod settings;
mod source;
mod stored;
mod track;
mod tune;
mod validate;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::ordering::{Catalogue, Strategy};
use crate::report::abandon_all;
use args::{Command, HistoryCommand, Root};
use output::{INTERRUPTED, INVALID, print};

/// The whole command line, with the strategies it knows.
///
/// ```no_run
/// # use std::process::ExitCode;
/// fn main() -> ExitCode {
///     attestorm::cli().run()
/// }
/// ```
#[derive(Debug)]
pub struct Cli {
    catalogue: Catalogue,
}

impl Cli {
    /// The command line with the bundled strategies.
    pub(crate) fn bundled() -> Self {
        Self { catalogue: Catalogue::bundled() }
    }

    /// The same with one more strategy: every command knows it.
    #[must_use]
    pub fn ordering<S: Strategy>(self) -> Self {
        Self { catalogue: self.catalogue.with::<S>() }
    }

    /// Reads the program's arguments, does what they say, and gives the exit code.
    pub fn run(self) -> ExitCode {
        let root = match Root::try_parse() {
            Ok(root) => root,
            Err(error) => return refuse(&error),
        };
        // Without a handler an interrupted program leaves a hidden folder behind; no more.
        let _ = ctrlc::set_handler(|| {
            abandon_all();
            output::print_error("interrupted; nothing half-written was left behind");
            std::process::exit(INTERRUPTED.into());
        });
        output::unless_lost(self.obey(root))
    }

    fn obey(self, root: Root) -> ExitCode {
        let Root { quiet, command } = root;
        let Some(command) = command else {
            print(greeting::GREETING);
            return ExitCode::SUCCESS;
        };
        let catalogue = &self.catalogue;
        match command {
            Command::Run(args) => run::run(&args, catalogue, quiet),
            Command::Compare(args) => compare::compare(&args, catalogue, quiet),
            Command::Sweep(args) => settings::sweep(&args, catalogue, quiet),
            Command::Claims(args) => claims::claims(&args, catalogue, quiet),
            Command::Replay(args) => replay::replay(&args, catalogue, quiet),
            Command::Track(args) => track::track(&args, catalogue, quiet),
            Command::Incident(args) => incident::incident(&args, catalogue, quiet),
            Command::Report(args) => report::report(&args, catalogue, quiet),
            Command::Blindspots(args) => export::blindspots(&args, catalogue, quiet),
            Command::Export { command } => export::export(&command, catalogue, quiet),
            Command::Hunt(args) => hunt::hunt(&args, catalogue, quiet),
            Command::Validate { topic } => validate::validate_topic(topic, catalogue, quiet),
            Command::History { command: HistoryCommand::Check(args) } => {
                history::check(&args, quiet)
            }
            Command::Scenario { command } => scenario::scenario(command, catalogue),
            Command::Metrics { word, format } => metrics::metrics(word.as_deref(), format),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Root::command(), "attestorm", &mut script);
                print(&String::from_utf8_lossy(&script));
                ExitCode::SUCCESS
            }
        }
    }
}

/// Prints what clap has to say; help and version are no errors.
fn refuse(error: &clap::Error) -> ExitCode {
    let is_error = error.use_stderr();
    // Nobody is left to be told if printing fails.
    let _ = error.print();
    if is_error { ExitCode::from(INVALID) } else { ExitCode::SUCCESS }
}
