//! `attestorm run`: one scenario, one seed or several.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::args::{ResultFormat, RunArgs};
use super::grid::Job;
use super::output::{FAILED, fail, print};
use super::progress::Progress;
use super::source::{self, command};
use crate::experiment::{Grid, Pair, Variant, Word, run_pair};
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::measure::{OperationRow, Rows};
use crate::ordering::Catalogue;
use crate::report::{
    Draft, Making, OperationsCsv, StoreError, exposition, junit, pretty, run_screen, summary,
    verdict_line, write_run,
};
use crate::scenario::model::Scenario;
use crate::simulation::{Listener, World};
use crate::trace::{Checkpoint, Fact, line};

pub(super) fn run(args: &RunArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let seed = args.seed.map(|seed| ("seed".to_owned(), seed.to_string()));
    let further: Vec<_> = seed.into_iter().collect();
    let scenario = match source::scenario(&args.scenario, &further, catalogue) {
        Ok(scenario) => scenario,
        Err(code) => return code,
    };
    match &args.seeds {
        Some(seeds) => over_seeds(args, scenario, &seeds.0, catalogue, quiet),
        None => once(args, &scenario, catalogue, quiet),
    }
}

fn once(args: &RunArgs, scenario: &Scenario, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let began = Instant::now();
    let folder = args.engine.out.join(&scenario.name);
    let draft = match Draft::begin(&folder, &format!("{}-s{}", stamp(), scenario.seed)) {
        Ok(draft) => draft,
        Err(error) => return fail(error, FAILED),
    };
    let follower = Follower::new(&draft, scenario, catalogue, args.trace, quiet);
    let mut follower = match follower {
        Ok(follower) => follower,
        Err(error) => return fail(error, FAILED),
    };
    let options = source::options(&args.engine);
    let pair = match run_pair(scenario, catalogue, options, !args.no_twin, &mut follower) {
        Ok(pair) => pair,
        Err(failure) => return fail(failure, FAILED),
    };
    if let Err(error) = follower.finish() {
        return fail(error, FAILED);
    }
    let place = draft.place().display().to_string();
    let making = Making {
        wall_secs: began.elapsed().as_secs_f64(),
        files: Some(format!("{place}: summary.json, charts/, CSV")),
        next: next(&pair, &args.scenario.scenario, catalogue),
    };
    let written = write_run(&draft, &pair, &making, &command()).and_then(|()| draft.publish(None));
    if let Err(error) = written {
        return fail(error, FAILED);
    }
    show(&pair, &making, args.format, quiet);
    ExitCode::from(pair.verdict.word().exit())
}

/// Prints a run as it was asked for.
pub(super) fn show(pair: &Pair, making: &Making, format: ResultFormat, quiet: bool) {
    if quiet {
        print(&format!("{}\n", verdict_line(pair)));
        return;
    }
    print(&match format {
        ResultFormat::Text => run_screen(pair, making),
        ResultFormat::Md => format!("```text\n{}```\n", run_screen(pair, making)),
        ResultFormat::Json => pretty(&summary(pair)),
        ResultFormat::Csv => crate::report::metrics_csv(pair),
        ResultFormat::Prometheus => exposition(&[("", pair)]),
        ResultFormat::Junit => junit(&[("", pair)]),
    });
}

/// The one most useful next command.
fn next(pair: &Pair, name: &str, catalogue: &Catalogue) -> String {
    let (own, seed) = (pair.scenario.ordering.as_str(), pair.scenario.seed);
    match pair.verdict.word() {
        Word::Broken => format!("attestorm run {name} --ordering {own} --seed {seed} --trace"),
        Word::Inconclusive => format!("attestorm scenario show {name}"),
        Word::Missed | Word::Pass => {
            let claimed = pair.scenario.claims.first().map(|claim| &claim.by);
            if let Some(by) = claimed.filter(|by| by.path != "ordering") {
                let values = by.values.join(",");
                return format!("attestorm compare {name} --by {}={values} --seeds 1..5", by.path);
            }
            let others = ["arrival", "fifo", "causal", "sequencer"].into_iter();
            let others = others.filter(|other| *other != own && catalogue.find(other).is_some());
            let names: Vec<&str> = std::iter::once(own).chain(others).collect();
            format!("attestorm compare {name} --by ordering={}", names.join(","))
        }
    }
}

fn over_seeds(
    args: &RunArgs,
    scenario: Scenario,
    seeds: &[u64],
    catalogue: &Catalogue,
    quiet: bool,
) -> ExitCode {
    let axis = "ordering".to_owned();
    let variant = Variant { label: scenario.ordering.clone(), scenario };
    let grid = Grid { axis, variants: vec![variant], seeds: seeds.to_vec(), with_real: true };
    let name = &args.scenario.scenario;
    let next = |worst: u64| format!("attestorm run {name} --seed {worst}");
    let engine = &args.engine;
    let job = Job { grid, folder: "seeds", engine, format: args.format, quiet, trials: None };
    match job.run(catalogue, |comparison, _| next(comparison.worst_seed())) {
        Ok(comparison) => ExitCode::from(comparison.gravest().exit()),
        Err(code) => code,
    }
}

/// The wall-clock instant as folder names spell it: `2026-11-21T02-13-07`.
pub(super) fn stamp() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (now / 86_400, now % 86_400);
    let (year, month, day) = date(days as i64);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}-{minute:02}-{second:02}")
}

/// Year, month and day of a day since 1970-01-01, by Howard Hinnant's `civil_from_days`.
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Follows a run into its result: checkpoints, perhaps a trace, and progress for the terminal.
struct Follower {
    checkpoints: std::io::BufWriter<std::fs::File>,
    attestations: OperationsCsv<std::io::BufWriter<std::fs::File>>,
    trace: Option<std::io::BufWriter<std::fs::File>>,
    world: World,
    progress: Progress,
    end: VirtualTime,
    told: VirtualTime,
    failed: Option<std::io::Error>,
}

impl Follower {
    fn new(
        draft: &Draft,
        scenario: &Scenario,
        catalogue: &Catalogue,
        trace: bool,
        quiet: bool,
    ) -> Result<Self, StoreError> {
        let mut checkpoints = draft.create("checkpoints.csv")?;
        let failed = writeln!(checkpoints, "second_s,process,chain").err();
        let attestations = OperationsCsv::begin(draft.create("attestations.csv")?);
        let trace = if trace { Some(draft.create("trace.txt")?) } else { None };
        let world = World::new(scenario, catalogue);
        let end = world.end;
        let progress = Progress::new(&scenario.name, end.whole_seconds(), quiet);
        let told = VirtualTime::ZERO;
        Ok(Self { checkpoints, attestations, trace, world, progress, end, told, failed })
    }

    fn note(&mut self, result: std::io::Result<()>) {
        if let Err(error) = result {
            self.failed.get_or_insert(error);
        }
    }

    fn finish(mut self) -> Result<(), String> {
        let result = self.checkpoints.flush().and_then(|()| self.attestations.finish());
        self.note(result);
        if let Some(trace) = &mut self.trace {
            let result = trace.flush();
            self.note(result);
        }
        match self.failed {
            None => Ok(()),
            Some(error) => Err(format!(
                "cannot write the result: {error}\nmake room, or choose another folder with --out"
            )),
        }
    }
}

impl Rows for Follower {
    fn row(&mut self, row: &OperationRow) {
        let result = self.attestations.row(row);
        self.note(result);
    }

    fn are_wanted(&self) -> bool {
        true
    }
}

impl Listener for Follower {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        if let Some(trace) = &mut self.trace {
            let layout = &self.world.layout;
            let result =
                facts.iter().try_for_each(|fact| writeln!(trace, "{}", line(fact, layout)));
            self.note(result);
        }
        let now = facts.last().map_or(VirtualTime::ZERO, |fact| fact.key.time);
        if now.since(self.told) >= Span::from_secs(1) {
            self.told = now;
            self.progress.at(now.whole_seconds(), self.end.whole_seconds());
        }
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) {
        let Checkpoint { second, process, chain } = checkpoint;
        let result = writeln!(self.checkpoints, "{second},{process},{chain:016x}");
        self.note(result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(20_778), (2026, 11, 21));
        assert_eq!(date(11_016), (2000, 2, 29));
    }
}
