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
    (engine, catalogue): (&EngineArgs, &Catalogue),
    quiet: bool,
) -> (Grid, Trials) {
    let tuning = Tuning::new(trials, &grid.seeds);
    let how = (catalogue, source::options(engine), source::cores());
    let total = grid.variants.len() as u64 * u64::from(trials);
    let mut progress = Progress::new("trials", total, quiet);
    let (mut variants, mut all) = (Vec::new(), Vec::new());
    for (number, variant) in grid.variants.into_iter().enumerate() {
        let from = number as u64 * u64::from(trials);
        let mut done = 0;
        let tuned = tuning.tune(&variant, how, || {
            done = u64::from(trials).min(done + 1);
            progress.at(from + done, total);
        });
        let better: Option<Variant> = Tuning::best(&tuned, &variant);
        variants.push(variant);
        variants.extend(better);
        all.push(tuned);
    }
    (Grid { variants, ..grid }, Trials { tuning, tuned: all })
}
