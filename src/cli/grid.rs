//! Grids on their way from the command line to the screen: variants over seeds, seeds alone.

use std::process::ExitCode;
use std::time::Instant;

use super::args::{EngineArgs, ResultFormat};
use super::output::{FAILED, fail, print};
use super::progress::Progress;
use super::run::stamp;
use super::source::{self, command};
use super::tune::Trials;
use crate::experiment::{Comparison, Grid, compare};
use crate::ordering::Catalogue;
use crate::report::{
    Draft, Labelled, Making, compare_csv, compare_json, compare_screen, compare_verdict, decision,
    exposition, junit, pretty, seeds_screen, tuning_csv, write_grid,
};

/// A grid to be run and stored, and how to tell of it.
pub(super) struct Job<'a> {
    pub(super) grid: Grid,
    /// What its folder is called, without the instant.
    pub(super) folder: &'a str,
    pub(super) engine: &'a EngineArgs,
    pub(super) format: ResultFormat,
    pub(super) quiet: bool,
    /// What tuning came to, if variants were tuned.
    pub(super) trials: Option<Trials>,
}

impl Job<'_> {
    /// Runs, stores and prints it; `next` says what to do then, given the result's place. What
    /// fails is printed.
    pub(super) fn run(
        self,
        catalogue: &Catalogue,
        next: impl Fn(&Comparison, &str) -> String,
    ) -> Result<Comparison, ExitCode> {
        let Self { grid, folder, engine, format, quiet, trials } = self;
        let began = Instant::now();
        let scenario = grid.variants.first().map_or("", |variant| &variant.scenario.name);
        let parent = engine.out.join(scenario);
        let draft = Draft::begin(&parent, &format!("{folder}-{}", stamp()));
        let draft = draft.map_err(|error| fail(error, FAILED))?;
        let mut comparison = measured(grid, catalogue, engine, quiet)?;
        comparison.tuning = trials.as_ref().map(|trials| trials.tuning.clone());
        let place = parent.join(folder).display().to_string();
        let pages = match comparison.labels.len() {
            1 => "compare.md, seeds.csv, charts/",
            _ => "decision.md, compare.md, seeds.csv, charts/",
        };
        let making = Making {
            wall_secs: began.elapsed().as_secs_f64(),
            files: Some(format!("{place}: {pages}")),
            next: next(&comparison, &place),
        };
        let written = write_grid(&draft, &comparison, &making, &command());
        let written = written.and_then(|()| match &trials {
            Some(trials) => draft.write("tuning.csv", tuning_csv(&trials.tuned)),
            None => Ok(()),
        });
        let published = written.and_then(|()| draft.publish(Some(folder)));
        published.map_err(|error| fail(error, FAILED))?;
        show(&comparison, &making, &command(), &place, if quiet { None } else { Some(format) });
        Ok(comparison)
    }
}

/// Runs a grid; what fails is printed.
pub(super) fn measured(
    grid: Grid,
    catalogue: &Catalogue,
    engine: &EngineArgs,
    quiet: bool,
) -> Result<Comparison, ExitCode> {
    let cells = grid.variants.len() * (grid.seeds.len() + 1);
    let mut progress = Progress::new("runs", cells as u64, quiet);
    let told = |done, of| progress.at(done as u64, of as u64);
    let options = source::options(engine);
    compare(grid, catalogue, options, source::cores(), told).map_err(|error| fail(error, FAILED))
}

/// Prints a grid as it was asked for; its verdict line alone if in no format.
pub(super) fn show(
    comparison: &Comparison,
    making: &Making,
    command: &str,
    place: &str,
    format: Option<ResultFormat>,
) {
    let is_one = comparison.labels.len() == 1;
    let screen = || match is_one {
        true => seeds_screen(comparison, making),
        false => compare_screen(comparison, making),
    };
    let verdict = || match is_one {
        true => screen().lines().next().unwrap_or_default().to_owned(),
        false => format!("VERDICT  {}", compare_verdict(comparison)[0]),
    };
    print(&match format {
        None => verdict() + "\n",
        Some(ResultFormat::Text) => screen(),
        Some(ResultFormat::Md) if is_one => format!("```text\n{}```\n", screen()),
        Some(ResultFormat::Md) => decision(comparison, command, place),
        Some(ResultFormat::Csv) => compare_csv(comparison),
        Some(ResultFormat::Json) => pretty(&compare_json(comparison)),
        Some(ResultFormat::Prometheus) => exposition(&labelled(comparison)),
        Some(ResultFormat::Junit) => junit(&labelled(comparison)),
    });
}

/// Every run with its variant, which has no name where it is alone.
pub(super) fn labelled(comparison: &Comparison) -> Vec<Labelled<'_>> {
    let is_one = comparison.labels.len() == 1;
    let each = comparison.labels.iter().zip(&comparison.runs).flat_map(|(label, runs)| {
        runs.iter().map(move |pair| (if is_one { "" } else { label.as_str() }, pair))
    });
    each.collect()
}
