//! `compare --challenge`: the grid once more with each assumption moved, and with every strategy's
//! own parameters searched.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::args::{CompareArgs, EngineArgs, ResultFormat};
use super::grid::{labelled, measured};
use super::output::{FAILED, fail, print};
use super::progress::Progress;
use super::settings::Stored;
use super::source;
use super::tune::{Trials, search};
use crate::experiment::{Challenge, Change, Comparison, Grid, Reach, Variant, changes, reach};
use crate::ordering::Catalogue;
use crate::report::{
    challenge_csv, challenge_json, challenge_page, challenge_screen, challenged, exposition, junit,
    pretty, tuning_csv,
};

/// Most seeds of a challenge: it asks whether a verdict holds, not by how much.
const SEEDS: usize = 5;
/// Settings of each strategy if nobody says how many: enough to find a bad default out.
const TRIALS: u32 = 8;

pub(super) fn challenge(
    args: &CompareArgs,
    grid: Grid,
    catalogue: &Catalogue,
    quiet: bool,
) -> Result<ExitCode, ExitCode> {
    let began = Instant::now();
    let seeds: Vec<u64> = grid.seeds.iter().copied().take(SEEDS).collect();
    let grid = Grid { seeds, with_real: false, ..grid };
    let first = grid.variants[0].scenario.clone();
    let labels: Vec<String> = grid.variants.iter().map(|variant| variant.label.clone()).collect();
    let folder = format!("challenge-{}", grid.axis.replace('.', "-"));
    let stored = Stored::new(&first, &args.engine, folder);
    let moved = changes(&first);
    let trials = search(&grid, args.tune.unwrap_or(TRIALS), (&args.engine, catalogue), quiet);
    // Who has nothing to tune has one trial, its default.
    let trials = Some(trials).filter(|all| all.tuned.iter().any(|tuned| tuned.trials.len() > 1));
    let variants = variants(&grid, &moved, trials.as_ref());
    let all = measured(Grid { variants, ..grid }, catalogue, &args.engine, quiet)?;
    let draft = stored.draft(&all)?;
    let mut comparisons = all.split(&labels).into_iter();
    let base = comparisons.next().expect("the verdict itself comes first");
    let moved: Vec<(Change, Comparison)> = moved.into_iter().zip(comparisons.by_ref()).collect();
    let tuned = trials.as_ref().zip(comparisons.next());
    let tuned = tuned.map(|(trials, comparison)| {
        let tuning = Some(trials.tuning.clone());
        Comparison { tuning, ..comparison }
    });
    let reaches = reaches(&base, &moved, (catalogue, &args.engine), quiet)?;
    let challenge = Challenge { base, moved, tuned, reaches };
    let pages = match trials {
        Some(_) => "challenge.md, challenge.csv, tuning.csv, seeds.csv",
        None => "challenge.md, challenge.csv, seeds.csv",
    };
    let making = stored.making(began, pages);
    let mut files = vec![
        ("challenge.md", challenge_page(&challenge, &making)),
        ("challenge.csv", challenge_csv(&challenge)),
    ];
    files.extend(trials.map(|trials| ("tuning.csv", tuning_csv(&trials.tuned))));
    stored.publish(draft, &files, None)?;
    let screen = challenge_screen(&challenge, &making);
    print(&match (quiet, args.format) {
        (true, _) => verdict_line(&screen),
        (false, ResultFormat::Text) => screen,
        (false, ResultFormat::Md) => challenge_page(&challenge, &making),
        (false, ResultFormat::Csv) => challenge_csv(&challenge),
        (false, ResultFormat::Json) => pretty(&challenge_json(&challenge)),
        (false, ResultFormat::Prometheus) => exposition(&labelled(&challenge.base)),
        (false, ResultFormat::Junit) => junit(&labelled(&challenge.base)),
    });
    Ok(ExitCode::SUCCESS)
}

fn verdict_line(screen: &str) -> String {
    let line = screen.lines().find(|line| line.starts_with("the verdict"));
    format!("{}\n", line.unwrap_or_default())
}

/// All variants as they are, then with each assumption moved, then with what tuning chose.
fn variants(grid: &Grid, moved: &[Change], trials: Option<&Trials>) -> Vec<Variant> {
    let mut variants = grid.variants.clone();
    for change in moved {
        variants.extend(grid.variants.iter().map(|variant| Variant {
            label: format!("{} with {} {}", variant.label, change.assumption, change.to),
            scenario: change.apply(&variant.scenario),
        }));
    }
    let tuned = trials.into_iter().flat_map(|trials| grid.variants.iter().zip(&trials.tuned));
    variants.extend(tuned.map(|(variant, tuned)| {
        let mut scenario = variant.scenario.clone();
        scenario.parameters.insert(scenario.ordering.clone(), tuned.chosen.clone());
        Variant { label: format!("{} with its parameters tuned", variant.label), scenario }
    }));
    variants
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
