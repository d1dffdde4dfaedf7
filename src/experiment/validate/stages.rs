//! What published systems do before or after what is modelled here. Each stage has a length that
//! follows from published settings, from the network of its row or from the pace of our own run;
//! none is taken from the figure that it is to explain.

use super::clock::Clocks;
use super::published::{Row, TRANSACTION};
use super::world::scenario;
use crate::kernel::Span;
use crate::ordering::{Catalogue, Committee};

/// One such stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A worker gathers a batch of so many bytes, for no longer than so many milliseconds.
    Batch {
        /// The largest batch.
        bytes: u32,
        /// The longest wait.
        millis: u32,
    },
    /// A batch is named once a quorum has it, its maker among them.
    Dissemination,
    /// A leader is looked at once its committers are in certified blocks themselves.
    NextBlock,
}

impl Stage {
    /// In words that follow its length.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Batch { .. } => "until a worker's batch is full",
            Self::Dissemination => "until a quorum has the batch",
            Self::NextBlock => "until the next block is certified",
        }
    }

    /// Its mean length in milliseconds.
    pub fn millis(self, row: &Row, clocks: &Clocks, catalogue: &Catalogue) -> f64 {
        match self {
            Self::Batch { bytes, millis } => {
                let each = f64::from(row.load) / f64::from(row.validators);
                let fills = f64::from(bytes) / (each * f64::from(TRANSACTION)) * 1_000.0;
                // Transactions come evenly: one waits for half a batch on average.
                fills.min(f64::from(millis)) / 2.0
            }
            Self::Dissemination => quorum_round_trip(row, catalogue),
            Self::NextBlock => clocks.pace,
        }
    }
}

/// Until a validator has heard of so many others that they are a quorum with it: the round trip,
/// the mean over validators.
fn quorum_round_trip(row: &Row, catalogue: &Catalogue) -> f64 {
    let scenario = scenario(row, 1, catalogue);
    let regions = &scenario.validators.regions;
    let region = |validator: u32| regions[validator as usize % regions.len()];
    let one_way = |from: u32, to: u32| scenario.network.delays.one_way[region(from)][region(to)];
    let others = Committee::new(row.validators).quorum() as usize - 1;
    let all = (0..row.validators).map(|me| {
        let away = (0..row.validators).filter(|peer| *peer != me);
        let mut trips: Vec<Span> = away.map(|peer| one_way(me, peer) + one_way(peer, me)).collect();
        trips.sort_unstable();
        trips[..others].last().map_or(0.0, |trip| trip.as_millis_f64())
    });
    all.sum::<f64>() / f64::from(row.validators)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::validate::MEASURED;

    fn millis(stage: Stage, row: &Row) -> f64 {
        let clocks = Clocks { pace: 300.0, ..Clocks::default() };
        stage.millis(row, &clocks, &Catalogue::bundled()).round()
    }

    #[test]
    fn a_batch_is_full_or_has_waited_long_enough() {
        let batch = Stage::Batch { bytes: 500_000, millis: 200 };
        let row = |load| Row { load, validators: 10, ..MEASURED[0] };
        // 10,000 a second are 0.512 MB of each validator's: a batch would take a second.
        assert_eq!(millis(batch, &row(10_000)), 100.0);
        assert_eq!(millis(batch, &row(100_000)), 49.0);
    }

    #[test]
    fn a_quorum_is_as_far_away_as_the_last_of_it() {
        // Of four in four places three are a quorum: the second nearest of three counts.
        let regions = &["us-east-1", "us-west-1", "eu-north-1", "ap-northeast-1"];
        let row = Row { regions, validators: 4, ..MEASURED[0] };
        // From the east Stockholm with 112 ms, from the west Tokyo with 109, from Stockholm the
        // west with 173, and from Tokyo the east with 150.
        assert_eq!(millis(Stage::Dissemination, &row), 136.0);
    }
}
