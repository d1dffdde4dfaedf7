//! From arguments to a checked scenario.

use std::process::ExitCode;

use super::args::{EngineArgs, EngineName, ScenarioArgs};
use super::output::{INVALID, colours, print_error};
use crate::ordering::Catalogue;
use crate::scenario::model::Scenario;
use crate::scenario::{Catalogue as KnownOrderings, OrderingEntry, ScenarioErrors, Source, load};
use crate::simulation::{Engine, Options};

/// The scenario that the arguments mean, with further overrides behind theirs; every error is
/// printed.
pub(super) fn scenario(
    args: &ScenarioArgs,
    further: &[(String, String)],
    catalogue: &Catalogue,
) -> Result<Scenario, ExitCode> {
    let mut overrides = args.overrides();
    overrides.extend_from_slice(further);
    let found = Source::find(&args.scenario);
    found.and_then(|source| read(&source, &overrides, catalogue)).map_err(|errors| refuse(&errors))
}

/// Reads and checks a scenario against the strategies of this build.
pub(super) fn read(
    source: &Source,
    overrides: &[(String, String)],
    catalogue: &Catalogue,
) -> Result<Scenario, ScenarioErrors> {
    load(source, overrides, &KnownOrderings { orderings: &OrderingEntry::all(catalogue) })
}

/// Prints what is wrong with a scenario.
pub(super) fn refuse(errors: &ScenarioErrors) -> ExitCode {
    print_error(errors.render(colours()).trim_end());
    ExitCode::from(INVALID)
}

/// How runs are run.
pub(super) fn options(args: &EngineArgs) -> Options {
    let engine = match args.engine {
        EngineName::Sequential => Engine::Sequential,
        EngineName::Sharded => Engine::Sharded(args.shards),
    };
    Options { engine, ..Options::default() }
}

/// Cores to run on.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The command as typed, for `digest.txt` and charts.
pub(super) fn command() -> String {
    let quoted = std::env::args().skip(1).map(|argument| match argument.contains(' ') {
        true => format!("'{argument}'"),
        false => argument,
    });
    std::iter::once("attestorm".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}
