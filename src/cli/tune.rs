//! `compare --tune`: each variant's parameters are searched before the seeds asked for are run.

use super::args::EngineArgs;
use super::progress::Progress;
use super::source;
use crate::experiment::{Grid, Tuned, Tuning, Variant};
use crate::ordering::Catalogue;

/// What tuning came to.
pub(super) struct Trials {
    pub(super) tuning: Tuning,
    pub(super) tuned: Vec<Tuned>,
}

/// The grid with a tuned variant beside each that found a better setting.
pub(super) fn tuned(
    grid: Grid,
    trials: u32,
    how: (&EngineArgs, &Catalogue),
    quiet: bool,
) -> (Grid, Trials) {
    let found = search(&grid, trials, how, quiet);
    let mut variants = Vec::new();
    for (variant, tuned) in grid.variants.into_iter().zip(&found.tuned) {
        let better: Option<Variant> = Tuning::best(tuned, &variant);
        variants.push(variant);
        variants.extend(better);
    }
    (Grid { variants, ..grid }, found)
}

/// Searches the parameters of every variant, on other seeds than the grid's.
pub(super) fn search(
    grid: &Grid,
    trials: u32,
    (engine, catalogue): (&EngineArgs, &Catalogue),
    quiet: bool,
) -> Trials {
    let tuning = Tuning::new(trials, &grid.seeds);
    let how = (catalogue, source::options(engine), source::cores());
    let total = grid.variants.len() as u64 * u64::from(trials);
    let mut progress = Progress::new("trials", total, quiet);
    let each = grid.variants.iter().zip(0..).map(|(variant, number): (_, u64)| {
        let from = number * u64::from(trials);
        let mut done = 0;
        tuning.tune(variant, how, || {
            done = u64::from(trials).min(done + 1);
            progress.at(from + done, total);
        })
    });
    let tuned = each.collect();
    drop(progress);
    Trials { tuning, tuned }
}
