//! A measurement as screens, checks and charts ask for it: by names, and row by row.

use super::achievement::CHANGES;
use super::buckets::Merge;
use super::distribution::Measured;
use super::event::Event;
use super::measurement::Measurement;
use super::recovery::recovery;
use super::reliance::CAUSES;
use super::series::Bucket;
use super::waterfall::STAGE_NAMES;
use crate::kernel::{Span, VirtualTime};
use crate::trace::FateKind;

/// One bucket of the series, or some in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesRow {
    /// When it begins.
    pub start: VirtualTime,
    /// Operations due in it, by intended send.
    pub due: u64,
    /// Of these, applied or answered in the end.
    pub good: u64,
    /// Of these, due to be applied and never applied.
    pub never: u64,
    /// p50 of `latency.applied`.
    pub p50: Measured,
    /// p99 of `latency.applied`; of a short bucket the largest.
    pub p99: Measured,
    /// Orphans among them.
    pub orphans: u64,
    /// Diverged ones among them.
    pub diverged: u64,
    /// Deliveries out of order, 0 to 100; `None` without deliveries.
    pub reordered_pct: Option<f64>,
    /// Of these, what somebody relied on.
    pub relied: u64,
    /// Of that, what somebody became confident in.
    pub confident: u64,
    /// Of that, what was proven and nobody became confident in, by cause as in
    /// [`CAUSES`](super::CAUSES).
    pub gap: [u64; 5],
}

impl SeriesRow {
    /// The share of what somebody relied on that was proven and not trusted, 0 to 1.
    pub fn trust_gap(&self) -> Option<f64> {
        let gap: u64 = self.gap.iter().sum();
        (self.relied > 0).then(|| gap as f64 / self.relied as f64)
    }
}

impl Measurement {
    /// The place of the phase of that name; `run` is the whole measurement.
    pub fn phase(&self, name: &str) -> Option<usize> {
        self.setting.phase(name)
    }

    /// The names of all phases, in order; those of single load groups come last.
    pub fn phase_names(&self) -> Vec<String> {
        self.setting.phases.iter().map(|phase| phase.name.clone()).collect()
    }

    /// The names of the phases of everybody, in order.
    pub fn common_phase_names(&self) -> Vec<String> {
        let common = self.setting.phases.iter().filter(|phase| phase.clients.is_none());
        common.map(|phase| phase.name.clone()).collect()
    }

    /// Messages to which a fault did this.
    pub fn fated(&self, fault: usize, kind: FateKind) -> u64 {
        self.achievements.get(fault).map_or(0, |achievement| achievement.fates(kind).count)
    }

    /// Messages that met a fault of that kind while it was on, whatever it then did.
    pub fn seen_by(&self, fault: usize, kind: FateKind) -> u64 {
        self.achievements.get(fault).map_or(0, |achievement| achievement.fates(kind).seen)
    }

    /// Changes of hosts that a fault caused.
    pub fn host_changes(&self, fault: usize) -> u64 {
        let changes = |changed: &super::Achievement| CHANGES.map(|change| changed.changes(change));
        self.achievements.get(fault).map_or(0, |achievement| changes(achievement).iter().sum())
    }

    /// The time from the end of the phase of that name until the p99 to applied is back inside
    /// the twin's band; see [`recovery`]. `None` if it never is, or there is no such phase.
    pub fn recovery(&self, fault: &str, twin: &Self) -> Option<Span> {
        let (_, end) = *self.setting.phases[self.phase(fault)?].spans.last()?;
        recovery(&self.series, &twin.series, end)
    }

    /// Where the time of an operation at this percentile of `latency.applied` went: stages
    /// and milliseconds, in order; they add up to the percentile.
    pub fn waterfall(&self, phase: usize, share: f64) -> Option<Vec<(&'static str, f64)>> {
        let statistic = super::Statistic::Percentile(share);
        let millis = self.value("latency.applied", statistic, phase, None).value()?;
        let latency = Span::from_micros((millis * 1_000.0) as u64);
        let stages = self.phases[phase].waterfall.divide(latency)?;
        Some(STAGE_NAMES.into_iter().zip(stages.map(Span::as_millis_f64)).collect())
    }

    /// The mean of `trust_gap` over the seconds of the measurement; `None` if nobody relied on
    /// anything.
    pub fn trust_gap_area(&self) -> Option<f64> {
        let (begin, end) = self.setting.measured;
        let rows = self.series_rows().into_iter();
        let rows = rows.filter(|row| row.start >= begin && row.start < end);
        let gaps: Vec<f64> = rows.filter_map(|row| row.trust_gap()).collect();
        super::statistics::mean(&gaps)
    }

    /// The width of the series' buckets.
    pub const fn series_width(&self) -> Span {
        self.series.width()
    }

    /// The series, bucket by bucket.
    pub fn series_rows(&self) -> Vec<SeriesRow> {
        self.series_windows(VirtualTime::ZERO, 1)
    }

    /// The series from the first bucket that does not begin before `from`, so many buckets, at
    /// least one, taken together.
    pub fn series_windows(&self, from: VirtualTime, together: usize) -> Vec<SeriesRow> {
        let together = together.max(1);
        let first = from.as_nanos().div_ceil(self.series.width().as_nanos()) as usize;
        let buckets = self.series.buckets().get(first..).unwrap_or_default();
        let windows = buckets.chunks(together).zip((first..).step_by(together));
        windows.map(|(window, at)| row(self.series.start(at), window)).collect()
    }
}

fn row(start: VirtualTime, window: &[Bucket]) -> SeriesRow {
    let mut sum = Bucket::default();
    window.iter().for_each(|bucket| sum.merge(bucket.clone()));
    let counts = &sum.counts;
    let arrivals = counts.due(Event::Reordered);
    let reordered = counts.count(Event::Reordered) as f64 * 100.0;
    SeriesRow {
        start,
        due: counts.operations(),
        good: sum.good,
        never: sum.applied.never(),
        p50: sum.applied.percentile(0.5),
        p99: sum.applied.percentile(0.99),
        orphans: counts.count(Event::Orphans),
        diverged: counts.count(Event::Diverged),
        reordered_pct: (arrivals > 0).then(|| reordered / arrivals as f64),
        relied: counts.count(Event::Relied),
        confident: counts.count(Event::Confident),
        gap: CAUSES.map(|cause| counts.count(cause)),
    }
}
