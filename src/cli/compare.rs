//! `attestorm compare`: variants on the same seeds.

use std::process::ExitCode;

use super::args::CompareArgs;
use super::grid::Job;
use super::source;
use crate::experiment::{Grid, Variant};
use crate::ordering::Catalogue;

pub(super) fn compare(args: &CompareArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let grid = match grid(args, catalogue) {
        Ok(grid) => grid,
        Err(code) => return code,
    };
    let folder = format!("compare-{}", grid.axis.replace('.', "-"));
    let job = Job { grid, folder: &folder, engine: &args.engine, format: args.format, quiet };
    match job.run(catalogue, |_, place| format!("attestorm replay {place}")) {
        Ok(_) => ExitCode::SUCCESS,
        Err(code) => code,
    }
}

/// Every variant as a checked scenario; the errors of the first bad one are printed.
fn grid(args: &CompareArgs, catalogue: &Catalogue) -> Result<Grid, ExitCode> {
    let (axis, labels) = &args.by;
    let is_all = axis == "ordering" && labels.iter().any(|label| label == "all");
    let labels = match is_all {
        true => catalogue.entries().iter().map(|entry| entry.name.to_owned()).collect(),
        false => labels.clone(),
    };
    let variant = |label: String| {
        let further = [(axis.clone(), label.clone())];
        let scenario = source::scenario(&args.scenario, &further, catalogue)?;
        Ok(Variant { label, scenario })
    };
    let variants = labels.into_iter().map(variant).collect::<Result<_, ExitCode>>()?;
    Ok(Grid { axis: axis.clone(), variants, seeds: args.seeds.0.clone() })
}
