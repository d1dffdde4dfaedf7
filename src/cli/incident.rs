//! `attestorm incident`: a stored run's trouble as a story, and what each control is worth.

use std::process::ExitCode;
use std::time::Instant;

use super::args::IncidentArgs;
use super::grid::measured;
use super::output::{FAILED, INVALID, fail, print};
use super::repeated::{Repeatable, Trouble, same, stored, write_chart};
use super::source;
use crate::experiment::{Grid, Variant, trouble, what_ifs};
use crate::ordering::Catalogue;
use crate::report::{
    IncidentView, Rendered, incident_chart, incident_screen, nights_screen, race_chart,
    response_chart, what_if_screen,
};
use crate::simulation::World;

pub(super) fn incident(args: &IncidentArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let stored = match stored(args.result.as_deref(), &args.engine.out, catalogue) {
        Ok(stored) => stored,
        Err(error) => return fail(error, INVALID),
    };
    if args.what_if {
        return what_if(&stored, args, catalogue, quiet).err().unwrap_or(ExitCode::SUCCESS);
    }
    if let Some(nights) = &args.nights {
        return over(&stored, &nights.0, (args, catalogue), quiet)
            .err()
            .unwrap_or(ExitCode::SUCCESS);
    }
    match told(&stored, args, catalogue) {
        Ok(text) => {
            print(&(stored.instead.clone() + &text));
            ExitCode::SUCCESS
        }
        Err(Trouble(error, code)) => fail(error, code),
    }
}

/// The same trouble on these nights.
fn over(
    stored: &Repeatable,
    seeds: &[u64],
    (args, catalogue): (&IncidentArgs, &Catalogue),
    quiet: bool,
) -> Result<(), ExitCode> {
    let scenario = &stored.run.scenario;
    if scenario.faults.is_empty() {
        let error = "nothing goes wrong in this scenario: no night has moments".to_owned();
        return Err(fail(error, INVALID));
    }
    let began = Instant::now();
    let variants = vec![Variant { label: scenario.name.clone(), scenario: scenario.clone() }];
    let axis = "night".to_owned();
    let grid = Grid { axis, variants, seeds: seeds.to_vec(), with_real: false };
    let comparison = measured(grid, catalogue, &args.engine, quiet)?;
    let command = source::command();
    let drawn = [
        ("race", race_chart(&comparison, &command)),
        ("response", response_chart(&comparison, &command)),
    ];
    let files = charts(stored, drawn)?;
    print(&nights_screen(&comparison, &files, began.elapsed().as_secs_f64()));
    Ok(())
}

fn told(
    stored: &Repeatable,
    args: &IncidentArgs,
    catalogue: &Catalogue,
) -> Result<String, Trouble> {
    let scenario = &stored.run.scenario;
    let found = trouble(scenario, catalogue, source::options(&args.engine));
    let found = found.map_err(|failure| Trouble(failure.to_string(), FAILED))?;
    same(&found.pair.run.digest, stored)?;
    let layout = World::new(scenario, catalogue).layout;
    let folder = stored.folder.display().to_string();
    let result = args.result.clone().unwrap_or(folder);
    let mut view =
        IncidentView { trouble: &found, names: &layout, files: String::new(), result: &result };
    let digest = found.pair.run.digest;
    if let Some(chart) = incident_chart(&view, &digest, &source::command()) {
        view.files = write_chart(&stored.folder, "incident", chart)?;
    }
    Ok(incident_screen(&view))
}

fn what_if(
    stored: &Repeatable,
    args: &IncidentArgs,
    catalogue: &Catalogue,
    quiet: bool,
) -> Result<(), ExitCode> {
    let began = Instant::now();
    let variants = what_ifs(&stored.run.scenario);
    if variants.is_empty() {
        let error = "nobody watches this scenario: it has no `[ops]`\n\
                     write one: attestorm scenario show template";
        return Err(fail(error.to_owned(), INVALID));
    }
    let seeds = args.seeds.as_ref().map_or_else(|| (1..=20).collect(), |seeds| seeds.0.clone());
    let grid = Grid { axis: "what-if".to_owned(), variants, seeds, with_real: false };
    let comparison = measured(grid, catalogue, &args.engine, quiet)?;
    let files = charts(stored, [("what-if", response_chart(&comparison, &source::command()))])?;
    print(&what_if_screen(&comparison, &files, began.elapsed().as_secs_f64()));
    Ok(())
}

/// Writes the charts that there are beside the result; the words about them.
fn charts<const N: usize>(
    stored: &Repeatable,
    charts: [(&str, Option<Rendered>); N],
) -> Result<String, ExitCode> {
    let drawn = charts.into_iter().filter_map(|(name, chart)| Some((name, chart?)));
    let files = drawn.map(|(name, chart)| write_chart(&stored.folder, name, chart));
    let files: Result<Vec<String>, Trouble> = files.collect();
    let files = files.map_err(|Trouble(error, code)| fail(error, code))?;
    Ok(files.join("; "))
}
