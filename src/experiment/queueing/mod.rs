//! Routers' pools and their balance against closed forms of queueing theory.
//!
//! Each station is a scenario without a network to speak of: Poisson arrivals, one kind of work,
//! routers with so many workers. What is measured must lie around the prediction, in an interval
//! of 99.9 % over seeds fixed beforehand, and must not lie around that of another formula: a
//! check that accepts everything checks nothing.

pub mod closed;
mod stations;
mod world;

use std::sync::Arc;

pub use stations::{Line, Reading, Row, Station, rows};

use super::pool::run_all;
use crate::measure::statistics::{Interval, mean_interval};
use crate::measure::{Measurement, NoRows, Statistic};
use crate::ordering::Catalogue;
use crate::simulation::{Options, run};

/// Seeds of each station.
pub const SEEDS: u64 = 30;

/// Confidence of the intervals.
pub const CONFIDENCE: f64 = 0.999;

/// What was found for one line: its mean over seeds with its interval; `None` where a run came to
/// nothing.
pub type Found = Option<Interval>;

impl Line {
    /// Whether the prediction lies in the interval.
    pub fn holds(&self, found: Found) -> bool {
        found.is_some_and(|found| found.contains(self.predicted))
    }

    /// Whether the other formula does not.
    pub fn rejects_rival(&self, found: Found) -> bool {
        found.is_some_and(|found| !found.contains(self.rival.1))
    }
}

/// Runs every station with `arrivals` in the mean under each seed; for each row what was found for
/// its lines. `progress` hears how many runs are done, of how many.
pub fn validate(
    rows: &[Row],
    arrivals: u32,
    catalogue: &Catalogue,
    threads: usize,
    mut progress: impl FnMut(usize, usize),
) -> Vec<Vec<Found>> {
    let jobs: Vec<(Station, u64)> =
        rows.iter().flat_map(|row| (1..=SEEDS).map(|seed| (row.station, seed))).collect();
    let total = jobs.len();
    let shared = Arc::new(catalogue.clone());
    let work = move |(station, seed): (Station, u64)| {
        let scenario = world::scenario(&station, arrivals, seed, &shared);
        run(&scenario, &shared, Options::default(), &mut NoRows).map(|outcome| outcome.measurement)
    };
    let done = run_all(jobs, threads, work, |at, _| progress(at + 1, total));
    let done: Vec<Option<Measurement>> =
        done.into_iter().map(|result| result.ok().and_then(Result::ok)).collect();
    let of_rows = rows.iter().zip(done.chunks(SEEDS as usize));
    let found = |(row, runs): (&Row, &[Option<Measurement>])| {
        let of_line = |line: &Line| {
            let values = runs.iter().map(|run| line.reading.of(run.as_ref()?, &row.station));
            mean_interval(&values.collect::<Option<Vec<f64>>>()?, CONFIDENCE)
        };
        row.lines.iter().map(of_line).collect()
    };
    of_rows.map(found).collect()
}

impl Reading {
    /// What a run says, in units of the mean service time; waits of nobody are none.
    fn of(self, run: &Measurement, station: &Station) -> Option<f64> {
        let wait = |statistic| {
            let millis = run.value("admission.wait", statistic, 0, None).value()?;
            Some(millis / station.service.as_millis_f64())
        };
        match self {
            Self::MeanWait => wait(Statistic::Mean),
            Self::MeanTime => Some(wait(Statistic::Mean)? + 1.0),
            Self::WaitAt(share) => wait(Statistic::Percentile(share)),
            Self::Refused => run.value("rejected", Statistic::Share, 0, None).value(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seeds and arrivals are fixed, so this is the same every time: of 99.9 % intervals none may
    /// miss by bad luck.
    #[test]
    fn routers_land_on_closed_forms_and_not_on_others() {
        let wanted = ["M/M/1", "M/M/5", "M/D/1", "M/lognormal/1", "M/M/1/5", "two choices"];
        let mut rows = rows();
        rows.retain(|row| wanted.contains(&row.station.name) && row.station.load < 0.75);
        rows.dedup_by_key(|row| row.station.name);
        assert_eq!(rows.len(), wanted.len());
        let found = validate(&rows, 3_000, &Catalogue::bundled(), 2, |_, _| {});
        for (row, found) in rows.iter().zip(found) {
            let (line, found) = (row.lines[0], found[0]);
            let name = row.station.name;
            assert!(line.holds(found), "{name}: {} is not in {found:?}", line.predicted);
            assert!(line.rejects_rival(found), "{name}: {:?} is in {found:?}", line.rival);
        }
    }
}
