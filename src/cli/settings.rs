//! Grids repeated over settings: `sweep` along an axis, and where such results go.

use std::process::ExitCode;
use std::time::Instant;

use super::args::{EngineArgs, Format, SweepArgs};
use super::compare::labels_of;
use super::grid::measured;
use super::output::{FAILED, INVALID, fail, print};
use super::run::stamp;
use super::source::{self, command};
use crate::experiment::{Comparison, Grid, Variant};
use crate::ordering::Catalogue;
use crate::report::{
    Draft, Making, Rendered, Sweep, compare_json, pretty, sweep_chart, sweep_csv, sweep_screen,
    write_runs,
};
use crate::scenario::model::Scenario;
use crate::scenario::sought;

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
    let stored = Stored::new(first, &args.engine, folder);
    let (axis, seeds) = (args.by.path.clone(), args.seeds.0.clone());
    let grid = Grid { axis, variants, seeds, with_real: false };
    let all = measured(grid, catalogue, &args.engine, quiet)?;
    let making = stored.making(began, "sweep.md, sweep.csv, charts/");
    let published = stored.draft(&all)?;
    let comparisons = all.split(&labels);
    let sweep = Sweep { over: path, points: &points, comparisons: &comparisons, on: &on };
    let screen = sweep_screen(sweep, &making);
    let files = [("sweep.md", format!("```text\n{screen}```\n")), ("sweep.csv", sweep_csv(sweep))];
    let chart = sweep_chart(sweep, &command());
    stored.publish(published, &files, chart)?;
    print(&match (quiet, args.format) {
        (true, _) => screen.lines().next().unwrap_or_default().to_owned() + "\n",
        (false, Format::Text) => screen,
        (false, Format::Md) => format!("```text\n{screen}```\n"),
        (false, Format::Csv) => sweep_csv(sweep),
        (false, Format::Json) => pretty(&comparisons.iter().map(compare_json).collect()),
    });
    Ok(ExitCode::SUCCESS)
}

/// Where the result of a repeated grid goes.
pub(super) struct Stored {
    parent: std::path::PathBuf,
    folder: String,
}

impl Stored {
    pub(super) fn new(scenario: &Scenario, engine: &EngineArgs, folder: String) -> Self {
        Self { parent: engine.out.join(&scenario.name), folder }
    }

    fn place(&self) -> String {
        self.parent.join(&self.folder).display().to_string()
    }

    pub(super) fn making(&self, began: Instant, pages: &str) -> Making {
        Making {
            wall_secs: began.elapsed().as_secs_f64(),
            files: Some(format!("{}: {pages}", self.place())),
            next: format!("attestorm replay {}", self.place()),
        }
    }

    pub(super) fn draft(&self, all: &Comparison) -> Result<Draft, ExitCode> {
        let draft = Draft::begin(&self.parent, &format!("{}-{}", self.folder, stamp()));
        let draft = draft.map_err(|error| fail(error, FAILED))?;
        write_runs(&draft, all, &command()).map_err(|error| fail(error, FAILED))?;
        Ok(draft)
    }

    pub(super) fn publish(
        &self,
        draft: Draft,
        files: &[(&str, String)],
        chart: Option<Rendered>,
    ) -> Result<(), ExitCode> {
        let mut written = files.iter().try_for_each(|(name, text)| draft.write(name, text));
        if let Some(Rendered { svg, png, csv, .. }) = chart {
            written = written
                .and_then(|()| draft.write("charts/degradation.svg", svg))
                .and_then(|()| draft.write("charts/degradation.png", png))
                .and_then(|()| draft.write("charts/degradation.csv", csv));
        }
        let published = written.and_then(|()| draft.publish(Some(&self.folder)));
        published.map(|_| ()).map_err(|error| fail(error, FAILED))
    }
}
