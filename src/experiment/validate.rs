//! Published measurements of ordering protocols against this build.
//!
//! Two kinds of rows. **Network only**: all virtual costs are zero and attestations reach every
//! validator at once, so what is left is message delays and the rules of the protocol; a closed
//! prediction exists, and we must land within [`TOLERANCE`] of it. **Measured**: costs, batching
//! and published settings are on; a model of nobody's machine is held to the rank of the
//! protocols, to how a dead leader hurts them, and to the level within a factor of [`LEVEL`].
//! Where the level is missed, the stages that published systems have and ours has not say where the
//! rest is, each with a length of its own.

mod clock;
mod published;
mod stages;
mod world;

use std::sync::Arc;

pub use clock::Clocks;
pub use published::{Clock, DEAD_LEADER, MEASURED, NETWORK_ONLY, Row, Shape, Stop};
pub use stages::Stage;

use super::pool::run_all;
use crate::ordering::Catalogue;
use crate::simulation::Options;

/// How far a network-only figure may be from its prediction: 5 %.
pub const TOLERANCE: f64 = 0.05;

/// How far a measured level may be off, as a factor either way.
pub const LEVEL: f64 = 1.5;

/// Seeds of each row: arrivals differ, delays do not.
const SEEDS: [u64; 3] = [1, 2, 3];

/// What this build says to one row.
#[derive(Clone, Debug)]
pub struct Found {
    /// By the row's own clock: mean over seeds, in milliseconds.
    pub mean: f64,
    /// Least and most of a seed.
    pub range: (f64, f64),
    /// All clocks of the first seed.
    pub clocks: Clocks,
    /// How long the row's stages would take that are not modelled here, in milliseconds.
    pub stages: Vec<f64>,
}

impl Found {
    fn of(row: &Row, seeds: &[Clocks], catalogue: &Catalogue) -> Self {
        let all: Vec<f64> = seeds.iter().map(|clocks| clocks.read(row.clock)).collect();
        let (mean, range) = mean_and_range(&all);
        let millis = |stage: &Stage| stage.millis(row, &seeds[0], catalogue);
        let stages = row.stages.iter().map(millis).collect();
        Self { mean, range, clocks: seeds[0], stages }
    }

    /// Times the published figure.
    pub fn ratio(&self, row: &Row) -> f64 {
        self.mean / row.published
    }

    /// The same with the stages that are not modelled here.
    pub fn ratio_with_stages(&self, row: &Row) -> f64 {
        (self.mean + self.stages.iter().sum::<f64>()) / row.published
    }

    /// Whether it is near enough to the published figure.
    pub fn holds(&self, row: &Row) -> bool {
        let ratio = self.ratio(row);
        match row.costs {
            false => (ratio - 1.0).abs() <= TOLERANCE,
            true => (1.0 / LEVEL..=LEVEL).contains(&ratio),
        }
    }
}

/// The mean of some figures, none negative, with the least and the most of them.
pub fn mean_and_range(all: &[f64]) -> (f64, (f64, f64)) {
    let wider = |(low, high): (f64, f64), at: &f64| (low.min(*at), high.max(*at));
    (all.iter().sum::<f64>() / all.len() as f64, all.iter().fold((f64::INFINITY, 0.0), wider))
}

/// Runs every row, in order; `None` where a run came to nothing. `progress` hears how many runs
/// are done, of how many.
pub fn validate(
    rows: &[Row],
    catalogue: &Catalogue,
    threads: usize,
    mut progress: impl FnMut(usize, usize),
) -> Vec<Option<Found>> {
    let jobs: Vec<(Row, u64)> =
        rows.iter().flat_map(|row| SEEDS.map(|seed| (*row, seed))).collect();
    let total = jobs.len();
    let shared = Arc::new(catalogue.clone());
    let work = move |(row, seed): (Row, u64)| {
        let scenario = world::scenario(&row, seed, &shared);
        clock::watch(&row, &scenario, &shared, Options::default())
    };
    let done = run_all(jobs, threads, work, |at, _| progress(at + 1, total));
    let seeds: Vec<Option<Clocks>> =
        done.into_iter().map(|result| result.ok().and_then(Result::ok)).collect();
    let of_rows = rows.iter().zip(seeds.chunks(SEEDS.len()));
    let found = of_rows.map(|(row, seeds)| {
        let seeds: Option<Vec<Clocks>> = seeds.iter().copied().collect();
        Some(Found::of(row, &seeds?, catalogue))
    });
    found.collect()
}

/// Pairs of rows that one list has in one order and the other in the opposite one, of all pairs
/// that the published figures tell apart by more than a tenth (Kendall's discordant pairs).
pub fn swapped<'a>(rows: &'a [Row], found: &[Option<Found>]) -> Vec<(&'a Row, &'a Row)> {
    let known: Vec<(&Row, f64)> = rows
        .iter()
        .zip(found)
        .filter_map(|(row, found)| Some((row, found.as_ref()?.mean)))
        .collect();
    let mut swapped = Vec::new();
    for (at, (row, ours)) in known.iter().enumerate() {
        for (other, theirs) in &known[at + 1..] {
            let is_close = (row.published / other.published).ln().abs() < 0.1;
            if !is_close && (row.published < other.published) != (ours < theirs) {
                swapped.push((*row, *other));
            }
        }
    }
    swapped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(mean: f64) -> Option<Found> {
        let (range, clocks) = ((mean, mean), Clocks::default());
        Some(Found { mean, range, clocks, stages: Vec::new() })
    }

    fn first() -> Row {
        NETWORK_ONLY[0]
    }

    #[test]
    fn a_row_is_near_enough_or_not() {
        let (row, dear) = (Row { published: 100.0, ..first() }, Row { costs: true, ..first() });
        let dear = Row { published: 100.0, ..dear };
        let holds = |row: &Row, mean| found(mean).is_some_and(|found| found.holds(row));
        assert_eq!(
            [94.0, 96.0, 104.0, 106.0].map(|at| holds(&row, at)),
            [false, true, true, false]
        );
        assert_eq!(
            [60.0, 70.0, 149.0, 151.0].map(|at| holds(&dear, at)),
            [false, true, true, false]
        );
    }

    #[test]
    fn a_rank_that_is_turned_round_is_found() {
        let rows = [100.0, 105.0, 200.0].map(|published| Row { published, ..first() });
        let swaps = |means: [f64; 3]| swapped(&rows, &means.map(found)).len();
        assert_eq!(swaps([1.0, 2.0, 3.0]), 0);
        assert_eq!(swaps([2.0, 1.0, 3.0]), 0, "they are as good as equal");
        assert_eq!(swaps([1.0, 3.0, 2.0]), 1);
        assert_eq!(swaps([3.0, 2.0, 1.0]), 2);
    }

    #[test]
    fn a_network_of_one_leader_lands_on_its_prediction() {
        let rows: Vec<Row> =
            NETWORK_ONLY.iter().filter(|row| row.ordering == "jolteon").copied().collect();
        let found = validate(&rows, &Catalogue::bundled(), 2, |_, _| {});
        for (row, found) in rows.iter().zip(found) {
            let found = found.expect("the run comes to an end");
            assert!(found.holds(row), "{} ms, not {}", found.mean, row.published);
            assert!(found.clocks.blocks > 50, "{} blocks", found.clocks.blocks);
        }
    }
}
