//! Numbers that are one share of a phase: steady windows, noticed ones, good operations.

use super::distribution::Measured;
use super::event::Event;
use super::measurement::Measurement;
use super::series::Bucket;

/// A window is in the band if its p95 is within this share of the median window's.
const BAND: f64 = 0.2;
/// A steady window has at most this share of errors.
const FEW_ERRORS: f64 = 0.01;
/// A burst is so many times what is due in the median window.
const BURST: u64 = 2;
/// Users notice a p95 of so many times the calm one.
const NOTICED: f64 = 2.0;

impl Measurement {
    /// The portion of that name in a phase.
    pub(super) fn portion(&self, metric: &str, phase: usize) -> Measured {
        let tally = &self.phases[phase];
        let value = match metric {
            "fairness" => tally.shares.fairness(),
            "hot_router" => tally.shares.hot_router(),
            "hot_key" => tally.shares.hot_key(),
            "utilisation_spread" => {
                tally.shares.spread(self.setting.routers, self.setting.phase_length(phase))
            }
            "agreement" => tally.agreement.value(),
            "order_distance" => tally.distance.value(),
            "same_answer" => tally.trust.same_answer(),
            "scan_validity" => tally.ways.validity(),
            "smoothness" => tally.smoothness.value(),
            "steadiness" => {
                let median = self.median_p95(0);
                self.share_of_windows(phase, |window| is_steady(window, median))
            }
            "noticed_windows" => {
                let calm = self.phase("calm").and_then(|calm| self.median_p95(calm));
                let calm = calm.or_else(|| self.median_p95(0));
                self.share_of_windows(phase, |window| is_noticed(window, calm))
            }
            "burst_absorbed" => self.burst_absorbed(phase),
            "reliability" => {
                let counts = &tally.counts;
                let valid = counts.operations() - counts.count(Event::Refused);
                (valid > 0).then(|| tally.good as f64 / valid as f64)
            }
            _ => None,
        };
        value.map_or(Measured::NoData, Measured::Value)
    }

    /// What came through of what was due and not refused in windows with far more than usual.
    fn burst_absorbed(&self, phase: usize) -> Option<f64> {
        let load = |window: &Bucket| window.counts.operations();
        let mut each: Vec<u64> = self.windows_of(0).map(load).collect();
        each.sort_unstable();
        let usual = *each.get(each.len() / 2)?;
        let bursts = self.windows_of(phase).filter(|window| load(window) > BURST * usual);
        let (good, valid) = bursts.fold((0, 0), |(good, valid), window| {
            let refused = window.counts.count(Event::Refused);
            (good + window.good, valid + load(window) - refused)
        });
        (valid > 0).then(|| good as f64 / valid as f64)
    }

    /// Share of the windows of a phase of which something holds, as far as anything was due.
    fn share_of_windows(&self, phase: usize, holds: impl Fn(&Bucket) -> bool) -> Option<f64> {
        let (mut count, mut due) = (0_u64, 0_u64);
        for window in self.windows_of(phase) {
            count += u64::from(holds(window));
            due += 1;
        }
        (due > 0).then(|| count as f64 / due as f64)
    }

    /// The p95 to applied of the window in the middle, in ms; one that is never counts as longest.
    fn median_p95(&self, phase: usize) -> Option<f64> {
        let mut each: Vec<f64> = self.windows_of(phase).filter_map(p95).collect();
        each.sort_by(f64::total_cmp);
        each.get(each.len() / 2).copied().filter(|median| median.is_finite())
    }

    /// The whole windows of a phase in which anything was due.
    fn windows_of(&self, phase: usize) -> impl Iterator<Item = &Bucket> {
        let width = self.series.width().as_nanos();
        let spans = self.setting.phases[phase].spans.iter();
        let buckets = spans.flat_map(move |(from, until)| {
            from.as_nanos().div_ceil(width) as usize..self.series.bucket(*until)
        });
        let found = buckets.filter_map(|bucket| self.series.buckets().get(bucket));
        found.filter(|bucket| bucket.counts.operations() > 0)
    }
}

/// In ms; infinite if it is never. `None` where nothing was due to be applied.
pub(super) fn p95(window: &Bucket) -> Option<f64> {
    match window.applied.percentile(0.95) {
        Measured::Value(value) => Some(value),
        Measured::Never => Some(f64::INFINITY),
        Measured::Few | Measured::NoData => None,
    }
}

/// Operations that came to nothing though nothing was wrong with them.
pub(super) fn errors(window: &Bucket) -> u64 {
    let counts = &window.counts;
    (counts.operations() - counts.count(Event::Refused)).saturating_sub(window.good)
}

fn is_steady(window: &Bucket, median: Option<f64>) -> bool {
    let is_in_band = match (p95(window), median) {
        (Some(p95), Some(median)) => (p95 - median).abs() <= BAND * median,
        (Some(_), None) => false,
        (None, _) => true,
    };
    is_in_band && errors(window) as f64 <= FEW_ERRORS * window.counts.operations() as f64
}

fn is_noticed(window: &Bucket, calm: Option<f64>) -> bool {
    let is_slow = match (p95(window), calm) {
        (Some(p95), Some(calm)) => p95 > NOTICED * calm,
        (Some(p95), None) => p95.is_infinite(),
        (None, _) => false,
    };
    let counts = &window.counts;
    is_slow || errors(window) > 0 || counts.count(Event::Flips) + counts.count(Event::Stale) > 0
}

#[cfg(test)]
mod tests;
