//! `attestorm export`: rules and the plan of a game day; `attestorm blindspots`: what no rule sees.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use super::args::ScenarioArgs;
use super::args_export::{BlindspotsArgs, ExportArgs, ExportCommand};
use super::output::{FAILED, INVALID, fail, print};
use super::progress::Progress;
use super::source;
use crate::experiment::{Sighting, blind_spots, sightings, trials, twin_of};
use crate::ordering::Catalogue;
use crate::report::{
    Alerts, Nights, blindspots_screen, export_alerts, find_result, gameday, write_beside,
};
use crate::scenario::model::{Level, Scenario};
use crate::scenario::{Source, name_map};
use crate::simulation::Options;

pub(super) fn export(command: &ExportCommand, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let done = match command {
        ExportCommand::Alerts(args) => alerts(args, catalogue, quiet),
        ExportCommand::Gameday(args) => plan(args, catalogue, quiet),
    };
    done.err().unwrap_or(ExitCode::SUCCESS)
}

/// What people watch in a scenario, or the way to have it watched.
const UNWATCHED: &str = "nobody watches this scenario: it has no `[ops]`, or its level is `none`\n\
                         write one: attestorm scenario show template";

/// What was run for an export.
struct Found {
    scenario: Scenario,
    nights: Vec<Sighting>,
    calm: Vec<Sighting>,
}

fn find(args: &ExportArgs, catalogue: &Catalogue, quiet: bool) -> Result<Found, ExitCode> {
    let scenario = chosen(&args.scenario, catalogue)?;
    let is_watched = scenario.ops.as_ref().is_some_and(|ops| ops.level != Level::None);
    if !is_watched {
        return Err(fail(UNWATCHED, INVALID));
    }
    let with = |scenario: &Scenario, seed: &u64| Scenario { seed: *seed, ..scenario.clone() };
    let calm = twin_of(&scenario);
    let seeds = &args.seeds.0;
    let nights = seeds.iter().map(|seed| with(&scenario, seed));
    let all = nights.chain(seeds.iter().map(|seed| with(&calm, seed))).collect::<Vec<_>>();
    let mut progress = Progress::new("nights", all.len() as u64, quiet);
    let told = |done, of| progress.at(done as u64, of as u64);
    let seen = sightings(all, catalogue, Options::default(), source::cores(), told);
    let seen: Result<Vec<Sighting>, String> = seen.into_iter().collect();
    let mut nights = seen.map_err(|error| fail(error, FAILED))?;
    let calm = nights.split_off(seeds.len());
    Ok(Found { scenario, nights, calm })
}

/// The scenario of a stored result, if that is what is named; else a scenario.
fn chosen(args: &ScenarioArgs, catalogue: &Catalogue) -> Result<Scenario, ExitCode> {
    let out = Path::new("results");
    let is_result = |path: &Path| path.join("digest.txt").is_file();
    let path = Path::new(&args.scenario);
    if is_result(path) || is_result(&path.join("latest")) || is_result(&out.join(path)) {
        let folder =
            find_result(Some(&args.scenario), out).map_err(|error| fail(error, INVALID))?;
        let source = Source::File(folder.join("scenario.toml"));
        let read = source::read(&source, &args.overrides(), catalogue);
        return read.map_err(|errors| source::refuse(&errors));
    }
    source::scenario(args, &[], catalogue)
}

fn alerts(args: &ExportArgs, catalogue: &Catalogue, quiet: bool) -> Result<(), ExitCode> {
    let names = match &args.names {
        None => None,
        Some(file) => Some(name_map(file).map_err(|errors| source::refuse(&errors))?),
    };
    let Found { scenario, nights, calm } = find(args, catalogue, quiet)?;
    let Some(ops) = &scenario.ops else { return Err(fail(UNWATCHED, INVALID)) };
    let names = names.unwrap_or_else(|| ops.names.clone());
    let nights = Nights { scenario: &scenario, ops, nights: &nights, calm: &calm };
    let alerts = export_alerts(nights, &names);
    let folder = args.out.as_deref().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| fail(error, FAILED))?;
    for (name, text) in [&alerts.rules, &alerts.tests] {
        write_beside(folder, name, text.as_bytes()).map_err(|error| fail(error, FAILED))?;
    }
    let pages: u64 = calm.iter().map(|night| night.pages).sum();
    let calm = format!("{} calm twins: {pages} pages\n", calm.len());
    print(&(told(&alerts, folder, ops.alerts.len()) + &calm + &next(&alerts, folder)));
    Ok(())
}

/// What was written, and what could not be.
fn told(alerts: &Alerts, folder: &Path, count: usize) -> String {
    let (rules, tests) = (folder.join(&alerts.rules.0), folder.join(&alerts.tests.0));
    let mut text =
        format!("{count} rules in {}, their tests in {}\n", rules.display(), tests.display());
    for (names, why) in [
        (&alerts.unfired, "fired in no night, so no test was drawn"),
        (&alerts.without_samples, "no samples were found for the expression, so no test was drawn"),
    ] {
        for name in names {
            text += &format!("  {name}: {why}\n");
        }
    }
    text
}

fn next(alerts: &Alerts, folder: &Path) -> String {
    format!("next: promtool test rules {}\n", folder.join(&alerts.tests.0).display())
}

fn plan(args: &ExportArgs, catalogue: &Catalogue, quiet: bool) -> Result<(), ExitCode> {
    let Found { scenario, nights, calm } = find(args, catalogue, quiet)?;
    let Some(ops) = &scenario.ops else { return Err(fail(UNWATCHED, INVALID)) };
    let text = gameday(Nights { scenario: &scenario, ops, nights: &nights, calm: &calm });
    match &args.out {
        None => print(&text),
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| fail(error, FAILED))?;
            let name = format!("gameday-{}.md", scenario.name);
            write_beside(folder, &name, text.as_bytes()).map_err(|error| fail(error, FAILED))?;
            print(&format!("wrote {}\n", folder.join(name).display()));
        }
    }
    Ok(())
}

pub(super) fn blindspots(args: &BlindspotsArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    looked(args, catalogue, quiet).err().unwrap_or(ExitCode::SUCCESS)
}

fn looked(args: &BlindspotsArgs, catalogue: &Catalogue, quiet: bool) -> Result<(), ExitCode> {
    let began = Instant::now();
    let scenario = source::scenario(&args.scenario, &[], catalogue)?;
    let is_watched = scenario.ops.as_ref().is_some_and(|ops| ops.level != Level::None);
    if !is_watched {
        return Err(fail(UNWATCHED, INVALID));
    }
    let load = |text: &str| {
        let (name, text) = (scenario.name.clone(), text.to_owned());
        source::read(&Source::Text { name, text }, &[], catalogue).map_err(|errors| {
            errors.problems().first().map_or_else(String::new, |problem| problem.message.clone())
        })
    };
    let found = trials(&scenario, load);
    let runs = (found.len() + 1) * args.seeds.0.len();
    let mut progress = Progress::new("nights", runs as u64, quiet);
    let told = |done, of| progress.at(done as u64, of as u64);
    let how = (source::options(&args.engine), source::cores());
    let spots = blind_spots(found, (catalogue, &args.seeds.0), how, told);
    let spots = spots.map_err(|error| fail(error, FAILED))?;
    print(&blindspots_screen(&spots, began.elapsed().as_secs_f64()));
    Ok(())
}
