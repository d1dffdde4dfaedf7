//! `attestorm compare`: variants on the same seeds.

use std::process::ExitCode;

use super::args::CompareArgs;
use super::challenge::challenge;
use super::claims;
use super::gate::gate;
use super::grid::Job;
use super::output::{INVALID, fail};
use super::source;
use super::tune::tuned;
use crate::experiment::{Grid, Variant, judge_claims};
use crate::ordering::Catalogue;
use crate::scenario::claim::Axis;

pub(super) fn compare(args: &CompareArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let (by, later) = (args.by.as_ref(), args.later.as_deref());
    let by = match (by, later) {
        (Some(by), None) => by,
        (_, Some(later)) => return gate(args, later, catalogue, quiet),
        (None, None) => return fail("what differs? name it with --by", INVALID),
    };
    let grid = match grid(args, by, catalogue) {
        Ok(grid) => grid,
        Err(code) => return code,
    };
    if args.challenge {
        let done = challenge(args, grid, catalogue, quiet);
        return done.unwrap_or_else(|code| code);
    }
    let (grid, trials) = match args.tune {
        None => (grid, None),
        Some(trials) => {
            let (grid, trials) = tuned(grid, trials, (&args.engine, catalogue), quiet);
            (grid, Some(trials))
        }
    };
    let folder = format!("compare-{}", grid.axis.replace('.', "-"));
    let job =
        Job { grid, folder: &folder, engine: &args.engine, format: args.format, quiet, trials };
    match job.run(catalogue, |_, place| format!("attestorm replay {place}")) {
        Ok(comparison) => claims::exit(&judge_claims(&comparison)),
        Err(code) => code,
    }
}

/// Every variant as a checked scenario; the errors of the first bad one are printed.
fn grid(args: &CompareArgs, by: &Axis, catalogue: &Catalogue) -> Result<Grid, ExitCode> {
    let axis = &by.path;
    let labels = labels_of(by, catalogue);
    let variant = |label: String| {
        let further = [(axis.clone(), label.clone())];
        let scenario = source::scenario(&args.scenario, &further, catalogue)?;
        Ok(Variant { label, scenario })
    };
    let variants = labels.into_iter().map(variant).collect::<Result<_, ExitCode>>()?;
    Ok(Grid { axis: axis.clone(), variants, seeds: args.seeds.0.clone(), with_real: true })
}

/// The variants of an axis; `ordering=all` is every ordering of this build.
pub(super) fn labels_of(axis: &Axis, catalogue: &Catalogue) -> Vec<String> {
    match axis.path == "ordering" && axis.values.iter().any(|label| label == "all") {
        true => catalogue.entries().iter().map(|entry| entry.name.to_owned()).collect(),
        false => axis.values.clone(),
    }
}
