//! Grids repeated over settings: `sweep` along an axis, `compare --challenge` with each assumption
//! moved.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::args::{CompareArgs, EngineArgs, Format, ResultFormat, SweepArgs};
use super::compare::labels_of;
use super::grid::{labelled, measured};
use super::output::{FAILED, INVALID, fail, print};
use super::progress::Progress;
use super::run::stamp;
use super::source::{self, command};
use crate::experiment::{Change, Comparison, Grid, Reach, Variant, changes, reach};
use crate::ordering::Catalogue;
use crate::report::{
    Draft, Making, Rendered, Sweep, challenge_screen, challenged, compare_json, exposition, junit,
    pretty, sweep_chart, sweep_csv, sweep_screen, write_runs,
};
use crate::scenario::model::Scenario;
use crate::scenario::sought;

/// Most seeds of a challenge: it asks whether a verdict holds, not by how much.
const CHALLENGE_SEEDS: usize = 5;

pub(super) fn sweep(args: &SweepArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    swept(args, catalogue, quiet).unwrap_or_else(|code| code)
}

fn swept(args: &SweepArgs, catalogue: &Catalogue, quiet: bool) -> Result<ExitCode, ExitCode> {
    let began = Instant::now();
    let labels = labels_of(&args.by, catalogue);
    let points = args.over.points();
    let path = &args.over.path;
    let mut variants = Vec::new();
    for point in &points {
        for label in &labels {
            let further = [(args.by.path.clone(), label.clone()), (path.clone(), point.clone())];
            let scenario = source::scenario(&args.scenario, &further, catalogue)?;
            variants.push(Variant { label: format!("{label} at {path}={point}"), scenario });
        }
    }
    let first = &variants[0].scenario;
    let focus = first.faults.first().map(|fault| format!(" in {}", fault.name));
    let default = format!("p99(latency.applied){}", focus.unwrap_or_default());
    let on = sought(args.on.as_deref().unwrap_or(&default), first);
    let on = on.map_err(|error| fail(error, INVALID))?;
    let folder = format!("sweep-{}", path.replace('.', "-"));
    let stored = Stored::new(first, &args.engine, folder)?;
    let (axis, seeds) = (args.by.path.clone(), args.seeds.0.clone());
    let grid = Grid { axis, variants, seeds, with_real: false };
    let all = measured(grid, catalogue, &args.engine, quiet)?;
    let making = stored.making(began, "sweep.md, sweep.csv, charts/");
    let published = stored.draft(&all)?;
    let comparisons = all.split(&labels);
    let sweep = Sweep { over: path, points: &points, comparisons: &comparisons, on: &on };
    let screen = sweep_screen(sweep, &making);
    let chart = sweep_chart(sweep, &command());
    stored.publish(published, "sweep", &screen, Some(&sweep_csv(sweep)), chart)?;
    print(&match (quiet, args.format) {
        (true, _) => screen.lines().next().unwrap_or_default().to_owned() + "\n",
        (false, Format::Text) => screen,
        (false, Format::Md) => format!("```text\n{screen}```\n"),
        (false, Format::Csv) => sweep_csv(sweep),
        (false, Format::Json) => pretty(&comparisons.iter().map(compare_json).collect()),
    });
    Ok(ExitCode::SUCCESS)
}

/// `compare --challenge`: the grid with each assumption moved.
pub(super) fn challenge(
    args: &CompareArgs,
    grid: Grid,
    catalogue: &Catalogue,
    quiet: bool,
) -> Result<ExitCode, ExitCode> {
    let began = Instant::now();
    let labels: Vec<String> = grid.variants.iter().map(|variant| variant.label.clone()).collect();
    let first = grid.variants[0].scenario.clone();
    let moved: Vec<Change> = changes(&first);
    let mut variants = grid.variants.clone();
    for change in &moved {
        variants.extend(grid.variants.iter().map(|variant| Variant {
            label: format!("{} with {} {}", variant.label, change.assumption, change.to),
            scenario: change.apply(&variant.scenario),
        }));
    }
    let seeds = grid.seeds.iter().copied().take(CHALLENGE_SEEDS).collect();
    let folder = format!("challenge-{}", grid.axis.replace('.', "-"));
    let stored = Stored::new(&first, &args.engine, folder)?;
    let all = Grid { axis: grid.axis, variants, seeds, with_real: false };
    let all = measured(all, catalogue, &args.engine, quiet)?;
    let draft = stored.draft(&all)?;
    let mut comparisons = all.split(&labels).into_iter();
    let base = comparisons.next().expect("the verdict itself comes first");
    let pairs: Vec<(Change, Comparison)> = moved.into_iter().zip(comparisons).collect();
    let reaches = reaches(&base, &pairs, (catalogue, &args.engine), quiet)?;
    let making = stored.making(began, "challenge.md, seeds.csv");
    let screen = challenge_screen(&base, &pairs, &reaches, &making);
    stored.publish(draft, "challenge", &screen, None, None)?;
    print(&match (quiet, args.format) {
        (true, _) => {
            screen.lines().find(|line| line.starts_with("the verdict")).unwrap_or("").to_owned()
                + "\n"
        }
        (false, ResultFormat::Md) => format!("```text\n{screen}```\n"),
        (false, ResultFormat::Json) => {
            pretty(&pairs.iter().map(|(_, comparison)| compare_json(comparison)).collect())
        }
        (false, ResultFormat::Text | ResultFormat::Csv) => screen,
        (false, ResultFormat::Prometheus) => exposition(&labelled(&base)),
        (false, ResultFormat::Junit) => junit(&labelled(&base)),
    });
    Ok(ExitCode::SUCCESS)
}

/// How far each assumption can be moved before whoever leads misses a threshold.
fn reaches(
    base: &Comparison,
    pairs: &[(Change, Comparison)],
    (catalogue, engine): (&Catalogue, &EngineArgs),
    quiet: bool,
) -> Result<Vec<Reach>, ExitCode> {
    let Some(scenario) =
        challenged(base).and_then(|best| base.runs[best].first()).map(|pair| &pair.scenario)
    else {
        return Ok(Vec::new());
    };
    let mut last: Vec<&Change> = Vec::new();
    for (change, _) in pairs {
        last.retain(|known| known.assumption != change.assumption);
        last.push(change);
    }
    let shared = Arc::new(catalogue.clone());
    let how = (&shared, source::options(engine), source::cores());
    let total = last.len() as u64;
    let mut progress = Progress::new("reaches", total, quiet);
    let found = last.into_iter().zip(1..).map(|(change, number)| {
        let found = reach(change, scenario, &base.seeds, how);
        progress.at(number, total);
        found.map_err(|error| fail(error, FAILED))
    });
    found.collect()
}

/// Where the result of a repeated grid goes.
struct Stored {
    parent: std::path::PathBuf,
    folder: String,
}

impl Stored {
    fn new(scenario: &Scenario, engine: &EngineArgs, folder: String) -> Result<Self, ExitCode> {
        Ok(Self { parent: engine.out.join(&scenario.name), folder })
    }

    fn place(&self) -> String {
        self.parent.join(&self.folder).display().to_string()
    }

    fn making(&self, began: Instant, pages: &str) -> Making {
        Making {
            wall_secs: began.elapsed().as_secs_f64(),
            files: Some(format!("{}: {pages}", self.place())),
            next: format!("attestorm replay {}", self.place()),
        }
    }

    fn draft(&self, all: &Comparison) -> Result<Draft, ExitCode> {
        let draft = Draft::begin(&self.parent, &format!("{}-{}", self.folder, stamp()));
        let draft = draft.map_err(|error| fail(error, FAILED))?;
        write_runs(&draft, all, &command()).map_err(|error| fail(error, FAILED))?;
        Ok(draft)
    }

    fn publish(
        &self,
        draft: Draft,
        page: &str,
        screen: &str,
        csv: Option<&str>,
        chart: Option<Rendered>,
    ) -> Result<(), ExitCode> {
        let written = draft
            .write(&format!("{page}.md"), format!("```text\n{screen}```\n"))
            .and_then(|()| csv.map_or(Ok(()), |csv| draft.write(&format!("{page}.csv"), csv)))
            .and_then(|()| {
                let Some(chart) = chart else { return Ok(()) };
                draft.write("charts/degradation.svg", chart.svg)?;
                draft.write("charts/degradation.png", chart.png)?;
                draft.write("charts/degradation.csv", chart.csv)
            });
        let published = written.and_then(|()| draft.publish(Some(&self.folder)));
        published.map(|_| ()).map_err(|error| fail(error, FAILED))
    }
}
