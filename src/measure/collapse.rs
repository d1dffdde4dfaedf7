//! Whether the system stays down after its trouble is over.

use std::ops::Range;

use super::divergence::Stretches;
use super::measurement::Measurement;
use super::series::Bucket;
use crate::kernel::{Span, VirtualTime};

/// Load and goodput are looked at over so long, that luck does not matter.
const WINDOW: Span = Span::from_secs(10);
/// So much more than in the beginning is no more load than then.
const SAME_LOAD: f64 = 1.1;
/// Less than this part of what came through in the beginning is a collapse.
const HALF: f64 = 0.5;
/// A shorter stretch is the end of the trouble itself.
const LASTING: Span = Span::from_secs(30);

impl Stretches {
    fn add_lasting(&mut self, length: Span) {
        if length > LASTING {
            self.add(length);
        }
    }
}

impl Measurement {
    /// Stretches of collapse in a phase: see the metric `collapsed`.
    pub(super) fn collapsed(&self, phase: usize) -> Stretches {
        let (width, buckets) = (self.series.width(), self.series.buckets());
        let Some((begin, windows)) = self.windows_of_load() else { return Stretches::default() };
        let (step, calm) = (begin.len(), Flow::of(begin));
        let mut found = Stretches::default();
        let mut stretch = Span::ZERO;
        for from in windows {
            let now = Flow::of(&buckets[from..from + step]);
            let start = self.series.start(from);
            let is_down = calm.is_collapsed(now)
                && !self.is_faulted(start, start + width * step as u64)
                && self.setting.phases[phase]
                    .spans
                    .iter()
                    .any(|span| span.0 <= start && start < span.1);
            if is_down {
                stretch += width;
            } else {
                found.add_lasting(stretch);
                stretch = Span::ZERO;
            }
        }
        found.add_lasting(stretch);
        found
    }

    /// The first ten seconds of what is measured, and where windows of that length begin; `None`
    /// if there are none.
    pub(super) fn windows_of_load(&self) -> Option<(&[Bucket], Range<usize>)> {
        let buckets = self.series.buckets();
        let step = (WINDOW.as_nanos() / self.series.width().as_nanos()).max(1) as usize;
        let first = self.series.bucket(self.setting.measured.0);
        let last = self.series.bucket(self.setting.measured.1).min(buckets.len());
        let begin = buckets.get(first..first + step)?;
        Some((begin, first..(last + 1).saturating_sub(step)))
    }

    pub(super) fn is_faulted(&self, from: VirtualTime, until: VirtualTime) -> bool {
        self.setting.faulted.iter().any(|fault| fault.0 < until && from < fault.1)
    }
}

/// What was due, and what came through.
#[derive(Clone, Copy)]
pub(super) struct Flow {
    due: f64,
    good: f64,
}

impl Flow {
    pub(super) fn of(buckets: &[Bucket]) -> Self {
        let due: u64 = buckets.iter().map(|bucket| bucket.counts.operations()).sum();
        let good: u64 = buckets.iter().map(|bucket| bucket.good).sum();
        Self { due: due as f64, good: good as f64 }
    }

    fn is_collapsed(self, now: Self) -> bool {
        now.due > 0.0 && self.is_same_load(now) && now.good < HALF * self.good.min(now.due)
    }

    /// Whether there is no more load than in the beginning.
    pub(super) fn is_same_load(self, now: Self) -> bool {
        self.is_load(now, SAME_LOAD)
    }

    /// Whether there is at most so many times the load of the beginning.
    pub(super) fn is_load(self, now: Self, times: f64) -> bool {
        now.due <= times * self.due
    }
}

#[cfg(test)]
mod tests {
    use crate::measure::Statistic;
    use crate::measure::script::measure;

    /// One operation a second for so long; those of these seconds come to nothing.
    fn longest(seconds: u32, down: std::ops::Range<u32>, more: &str) -> Option<f64> {
        let each = |second: u32| {
            let plan = format!("{second}s c9 plan {second};");
            let accept = format!("{second}s v0-3 accept {second};");
            if down.contains(&second) { plan } else { plan + &accept }
        };
        let script: String = (0..seconds).map(each).collect();
        let run = measure(4, 3, &format!("measured {seconds}s; {more} {script}"));
        run.value("collapsed", Statistic::Longest, 0, None).value()
    }

    #[test]
    fn what_stays_down_for_long_has_collapsed() {
        assert_eq!(longest(100, 0..0, ""), Some(0.0));
        assert_eq!(longest(100, 20..50, ""), Some(0.0), "no longer than the trouble may last");
        // A window of 10 s is down if six of its seconds or more are.
        assert_eq!(longest(100, 20..80, ""), Some(59_000.0));
    }

    #[test]
    fn while_a_fault_is_at_work_nothing_has_collapsed_yet() {
        assert_eq!(longest(100, 20..80, "faulted 10s 90s;"), Some(0.0));
        assert_eq!(longest(100, 20..80, "faulted 10s 30s;"), Some(45_000.0));
    }

    #[test]
    fn more_load_than_in_the_beginning_is_no_collapse() {
        let more: String =
            (20..80).map(|second| format!("{second}s c9 plan {};", 1_000 + second)).collect();
        assert_eq!(longest(100, 20..80, &more), Some(0.0));
    }
}
