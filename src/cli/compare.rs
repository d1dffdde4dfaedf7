//! `attestorm compare`: variants on the same seeds.

use std::process::ExitCode;
use std::time::Instant;

use super::args::{CompareArgs, Format};
use super::output::{FAILED, fail, print};
use super::progress::Progress;
use super::run::stamp;
use super::source::{self, command};
use crate::experiment::{Comparison, Grid, Variant, compare as run_grid};
use crate::ordering::Catalogue;
use crate::report::{Draft, Making, compare_csv, compare_json, compare_screen, pretty, write_grid};

pub(super) fn compare(args: &CompareArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let grid = match grid(args, catalogue) {
        Ok(grid) => grid,
        Err(code) => return code,
    };
    let began = Instant::now();
    let scenario = grid.variants.first().map_or_else(String::new, |v| v.scenario.name.clone());
    let folder = args.engine.out.join(&scenario);
    let name = format!("compare-{}-{}", grid.axis.replace('.', "-"), stamp());
    let draft = match Draft::begin(&folder, &name) {
        Ok(draft) => draft,
        Err(error) => return fail(error, FAILED),
    };
    let cells = grid.variants.len() * (grid.seeds.len() + 1);
    let mut progress = Progress::new("runs", cells as u64, quiet);
    let told = |done, of| progress.at(done as u64, of as u64);
    let options = source::options(&args.engine);
    let comparison = match run_grid(grid, catalogue, options, source::cores(), told) {
        Ok(comparison) => comparison,
        Err(failure) => return fail(failure, FAILED),
    };
    drop(progress);
    let place = draft.place().display().to_string();
    let making = Making {
        wall_secs: began.elapsed().as_secs_f64(),
        files: Some(format!("{place}: compare.md, seeds.csv, charts/")),
        next: format!("attestorm replay {place}"),
    };
    let written = write_grid(&draft, &comparison, &making, &command());
    if let Err(error) = written.and_then(|()| draft.publish()) {
        return fail(error, FAILED);
    }
    show(&comparison, &making, args.format, quiet);
    ExitCode::SUCCESS
}

/// Every variant as a checked scenario; the errors of the first bad one are printed.
fn grid(args: &CompareArgs, catalogue: &Catalogue) -> Result<Grid, ExitCode> {
    let (axis, labels) = &args.by;
    let variant = |label: &String| {
        let further = [(axis.clone(), label.clone())];
        let scenario = source::scenario(&args.scenario, &further, catalogue)?;
        Ok(Variant { label: label.clone(), scenario })
    };
    let variants = labels.iter().map(variant).collect::<Result<_, ExitCode>>()?;
    Ok(Grid { axis: axis.clone(), variants, seeds: args.seeds.0.clone() })
}

fn show(comparison: &Comparison, making: &Making, format: Format, quiet: bool) {
    if quiet {
        let verdict = crate::report::compare_verdict(comparison);
        return print(&format!("{}\n", verdict.first().map_or("", String::as_str)));
    }
    print(&match format {
        Format::Text => compare_screen(comparison, making),
        Format::Md => format!("```text\n{}```\n", compare_screen(comparison, making)),
        Format::Csv => compare_csv(comparison),
        Format::Json => pretty(&compare_json(comparison)),
    });
}
