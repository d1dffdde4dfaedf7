//! `attestorm report`: a stored result once more. Its runs are repeated, which their digests
//! prove, and its pages and charts are drawn anew in the same folder.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use super::args::{EngineArgs, ReportArgs, ResultFormat};
use super::grid;
use super::output::{FAILED, INVALID, fail};
use super::run::show;
use super::source;
use super::stored::{Origin, StoredGrid, StoredRun};
use crate::experiment::run_pair;
use crate::measure::NoRows;
use crate::ordering::Catalogue;
use crate::report::{Draft, Making, StoreError, find_result, write_grid, write_run};
use crate::simulation::MODEL;
use crate::trace::Digest;

pub(super) fn report(args: &ReportArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let folder = match find_result(args.result.as_deref(), &args.engine.out) {
        Ok(folder) => folder,
        Err(error) => return fail(error, INVALID),
    };
    let format = if quiet { None } else { Some(args.format) };
    let drawn = match StoredGrid::is_in(&folder) {
        true => grid(&folder, catalogue, &args.engine, format),
        false => one_run(&folder, catalogue, &args.engine, format),
    };
    drawn.unwrap_or_else(|error| match error {
        Trouble::Told(code) => code,
        Trouble::Text(text) => fail(text, FAILED),
    })
}

/// Why nothing was drawn.
enum Trouble {
    Text(String),
    /// It is printed already.
    Told(ExitCode),
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Text(error.to_string())
    }
}

fn one_run(
    folder: &Path,
    catalogue: &Catalogue,
    engine: &EngineArgs,
    format: Option<ResultFormat>,
) -> Result<ExitCode, Trouble> {
    let began = Instant::now();
    let StoredRun { origin, scenario, is_edited } = StoredRun::read(folder, catalogue)?;
    let (options, with_twin) = (source::options(engine), origin.twin.is_some());
    let pair = run_pair(&scenario, catalogue, options, with_twin, &mut NoRows)
        .map_err(|failure| failure.to_string())?;
    same(&pair.run.digest, &origin, is_edited)?;
    let making = making(folder, began);
    let draft = beside(folder)?;
    write_run(&draft, &pair, &making, &origin.command)?;
    draft.redraw(folder, is_page)?;
    show(&pair, &making, format.unwrap_or(ResultFormat::Text), format.is_none());
    Ok(ExitCode::SUCCESS)
}

fn grid(
    folder: &Path,
    catalogue: &Catalogue,
    engine: &EngineArgs,
    format: Option<ResultFormat>,
) -> Result<ExitCode, Trouble> {
    let began = Instant::now();
    let stored = StoredGrid::read(folder, catalogue)?;
    let comparison = grid::measured(stored.grid(), catalogue, engine, format.is_none());
    let comparison = comparison.map_err(Trouble::Told)?;
    same(&comparison.digest(), &stored.origin, stored.is_edited)?;
    let making = making(folder, began);
    let draft = beside(folder)?;
    write_grid(&draft, &comparison, &making, &stored.origin.command)?;
    draft.redraw(folder, is_page)?;
    let place = folder.display().to_string();
    grid::show(&comparison, &making, &stored.origin.command, &place, format);
    Ok(ExitCode::SUCCESS)
}

/// Refuses to draw what is not the stored result.
fn same(here: &Digest, origin: &Origin, is_edited: bool) -> Result<(), String> {
    if *here == origin.digest && !is_edited {
        return Ok(());
    }
    let why = match (is_edited, origin.model == MODEL) {
        (true, _) => "a stored scenario was changed after the run; run it anew".to_owned(),
        (false, true) => "see: attestorm replay".to_owned(),
        (false, false) => {
            format!("it was made by model {}, this is model {MODEL}", origin.model)
        }
    };
    Err(format!("this would not be the stored result, so nothing was drawn\n{why}"))
}

fn making(folder: &Path, began: Instant) -> Making {
    let place = folder.display();
    Making {
        wall_secs: began.elapsed().as_secs_f64(),
        files: Some(format!("{place}: pages and charts drawn anew")),
        next: format!("attestorm replay {place}"),
    }
}

/// A draft on the same disk, so that its files can be moved.
fn beside(folder: &Path) -> Result<Draft, StoreError> {
    let name = folder.file_name().map_or("report".into(), |name| name.to_string_lossy());
    Draft::begin(folder.parent().unwrap_or(folder), &format!("{name}-report"))
}

/// Files that are drawn from a result rather than being it.
fn is_page(name: &str) -> bool {
    const PAGES: [&str; 8] = [
        "summary.json",
        "summary.md",
        "series.csv",
        "faults.csv",
        "compare.md",
        "decision.md",
        "seeds.csv",
        "REPRODUCE.md",
    ];
    PAGES.contains(&name) || name.starts_with("charts/")
}
