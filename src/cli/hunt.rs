//! `attestorm hunt`: random faults from seeds; does one break a guarantee?

use std::process::ExitCode;
use std::time::Instant;

use super::args::HuntArgs;
use super::output::{FAILED, fail, print};
use super::progress::Progress;
use super::source;
use crate::experiment::{
    Find, Hunt, HuntReport, MOST_RUNS, Smallest, Word, hunt as go_hunting, shrink,
};
use crate::ordering::Catalogue;
use crate::report::{Draft, StoreError, grouped, hunt_screen};

pub(super) fn hunt(args: &HuntArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let scenario = match source::scenario(&args.scenario, &[], catalogue) {
        Ok(scenario) => scenario,
        Err(code) => return code,
    };
    let ordering = scenario.ordering.clone();
    let began = Instant::now();
    let hunt = Hunt { scenario, from: args.from, runs: args.runs };
    let mut progress = Progress::new("hunted", args.runs.into(), quiet);
    let told = |done, of| progress.at(done as u64, of as u64);
    let report = go_hunting(&hunt, catalogue, source::cores(), told);
    drop(progress);
    print(&summary(&report, &ordering, began.elapsed().as_secs_f64()));
    let Some(first) = report.finds.first() else {
        print(&next(args, &ordering));
        return ExitCode::SUCCESS;
    };
    let mut progress = Progress::new("shrunk", MOST_RUNS.into(), quiet);
    let told = |runs| progress.at(u64::from(runs), MOST_RUNS.into());
    let smallest = shrink(&first.scenario, catalogue, source::cores(), told);
    drop(progress);
    match keep(first, smallest.as_ref(), args, &ordering) {
        Ok(file) => {
            let broken = || format!("{}\n", first.broken);
            let screen = smallest.as_ref().map_or_else(broken, hunt_screen);
            print(&format!("{screen}next: attestorm run {file}\n"));
            ExitCode::from(Word::Broken.exit())
        }
        Err(error) => fail(error, FAILED),
    }
}

/// The runs after these, if there are any.
fn next(args: &HuntArgs, ordering: &str) -> String {
    let Some(next) = args.from.checked_add(u64::from(args.runs)) else {
        return format!("these were the last: numbers of runs end at {}\n", u64::MAX);
    };
    let name = &args.scenario.scenario;
    let sets = args.scenario.sets.iter();
    let sets: String = sets.map(|(path, value)| format!(" --set {path}={value}")).collect();
    let runs = args.runs;
    format!("next: attestorm hunt {name} --ordering {ordering}{sets} --runs {runs} --from {next}\n")
}

fn summary(report: &HuntReport, ordering: &str, wall_secs: f64) -> String {
    let counts = [report.runs, report.clean, report.struck, report.excused];
    let [runs, clean, struck, excused] = counts.map(|n| grouped(n.into()));
    let (events, noun) = (grouped(report.events), if report.runs == 1 { "run" } else { "runs" });
    let broke = report.finds.len();
    let numbers: Vec<String> =
        report.finds.iter().take(8).map(|find| find.number.to_string()).collect();
    let numbers = if broke > 0 { format!(" (runs {})", numbers.join(", ")) } else { String::new() };
    format!(
        "{runs} {noun} in {wall_secs:.1} s, {events} events    {clean} clean    {broke} broke a \
         guarantee of {ordering}{numbers}\nfaults took effect in {struck} runs; {}; in {excused} \
         of the clean ones something was violated that was not owed\n",
        liveness(report)
    )
}

/// How what was held up fared, where anything is stated of that.
fn liveness(report: &HuntReport) -> String {
    let [healed, stated] = [report.healed, report.stated].map(|runs| grouped(runs.into()));
    match (report.stated, report.untimed) {
        (0, Some(why)) => {
            format!("it states no time within which what was held up comes through, for {why}")
        }
        (0, None) => "no run left the time within which what was held up comes through".to_owned(),
        _ => format!("in {healed} of {stated} with the time, what was held up came through in it"),
    }
}

/// Stores the scenario of a find, as small as it got and as it was, so that it can be run again.
fn keep(
    find: &Find,
    smallest: Option<&Smallest>,
    args: &HuntArgs,
    ordering: &str,
) -> Result<String, StoreError> {
    let folder = args.out.join(format!("hunt-{ordering}"));
    let draft = Draft::begin(&folder, &find.number.to_string())?;
    let scenario = smallest.map_or(&find.scenario, |smallest| &smallest.scenario);
    draft.write("scenario.toml", scenario.to_toml())?;
    draft.write("original.toml", find.scenario.to_toml())?;
    draft.write("broken.txt", format!("{}\n", find.broken))?;
    let place = draft.publish(None)?;
    Ok(place.join("scenario.toml").display().to_string())
}
