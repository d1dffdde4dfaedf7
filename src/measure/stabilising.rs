//! How long it takes to be steady again once trouble is over.

use super::collapse::Flow;
use super::divergence::Stretches;
use super::measurement::Measurement;
use super::portions::{errors, p95};
use super::series::Bucket;

/// More than so much of the load of the beginning is trouble again.
const TROUBLE: f64 = 1.5;
/// Steady is a p95 of at most so many times the longest of the beginning.
const BAND: f64 = 2.0;
/// Steady for so many seconds with operations in a row is steady.
const STEADY: usize = 3;

/// How it was in the beginning.
struct Calm {
    flow: Flow,
    p95: f64,
    /// The largest share of errors.
    errors: f64,
}

/// What one second is to those before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Second {
    /// A fault is at work, or there is far more load than in the beginning.
    Trouble,
    /// Somewhat more load than in the beginning: not over yet, and nothing new.
    Between,
    Steady,
    Unsteady,
}

/// The end of trouble that is waited out.
#[derive(Default)]
struct Watch {
    is_troubled: bool,
    /// Where trouble ended, until all is steady.
    since: Option<usize>,
    steady: usize,
}

impl Watch {
    /// Looks at the next second; from where to where it took, once that is known.
    fn look(&mut self, at: usize, second: Second) -> Option<(usize, usize)> {
        self.steady = if second == Second::Steady { self.steady + 1 } else { 0 };
        match second {
            Second::Trouble => {
                self.is_troubled = true;
                return self.since.take().map(|from| (from, at));
            }
            Second::Between => {}
            Second::Steady | Second::Unsteady if std::mem::take(&mut self.is_troubled) => {
                self.since = Some(at);
            }
            Second::Steady | Second::Unsteady => {}
        }
        let is_over = self.steady == STEADY;
        self.since.take_if(|_| is_over).map(|from| (from, at + 1 - STEADY))
    }
}

impl Measurement {
    /// Stretches from the end of trouble until all is steady, of those that begin in a phase: see
    /// the metric `stabilising`.
    pub(super) fn stabilising(&self, phase: usize) -> Stretches {
        let (width, buckets) = (self.series.width(), self.series.buckets());
        let mut found = Stretches::default();
        let Some((begin, windows)) = self.windows_of_load() else { return found };
        let (step, calm) = (begin.len(), Calm::of(begin));
        let spans = &self.setting.phases[phase].spans;
        let mut add = |(from, until): (usize, usize)| {
            let start = self.series.start(from);
            if until > from && spans.iter().any(|span| (span.0..span.1).contains(&start)) {
                found.add(width * (until - from) as u64);
            }
        };
        let mut watch = Watch::default();
        let end = windows.end;
        let is_due = |at: &usize| buckets[*at].counts.operations() > 0;
        for at in windows.skip(step).filter(is_due) {
            watch.look(at, self.second(&calm, at, step)).into_iter().for_each(&mut add);
        }
        watch.since.into_iter().for_each(|from| add((from, end)));
        found
    }

    fn second(&self, calm: &Calm, at: usize, step: usize) -> Second {
        let buckets = &self.series.buckets()[at..at + step];
        let start = self.series.start(at);
        let now = Flow::of(buckets);
        match () {
            () if self.is_faulted(start, start + self.series.width()) => Second::Trouble,
            () if !calm.flow.is_load(now, TROUBLE) => Second::Trouble,
            () if !calm.flow.is_same_load(now) => Second::Between,
            () if calm.is_steady(&buckets[0]) => Second::Steady,
            () => Second::Unsteady,
        }
    }
}

impl Calm {
    fn of(buckets: &[Bucket]) -> Self {
        let longest = buckets.iter().filter_map(p95).fold(0.0, f64::max);
        let errors = buckets.iter().map(share_of_errors).fold(0.0, f64::max);
        Self { flow: Flow::of(buckets), p95: longest, errors }
    }

    fn is_steady(&self, second: &Bucket) -> bool {
        let is_quick = p95(second).is_none_or(|p95| p95 <= BAND * self.p95);
        is_quick && share_of_errors(second) <= self.errors
    }
}

fn share_of_errors(second: &Bucket) -> f64 {
    errors(second) as f64 / second.counts.operations().max(1) as f64
}

#[cfg(test)]
mod tests {
    use crate::measure::Statistic;
    use crate::measure::script::measure;

    /// One operation a second for 100 s, which takes 100 ms, in these seconds so long; and what
    /// else is in the script.
    fn longest(slow: &[(std::ops::Range<u32>, u32)], more: &str) -> Option<f64> {
        let each = |second: u32| {
            let took = slow.iter().find(|(seconds, _)| seconds.contains(&second));
            let at = second * 1_000 + took.map_or(100, |(_, took)| *took);
            format!("{second}s c9 plan {second}; {at}ms v0-3 accept {second};")
        };
        let script: String = (0..100).map(each).collect();
        let run = measure(4, 3, &format!("measured 100s; settled 150s; {more} {script}"));
        run.value("stabilising", Statistic::Longest, 0, None).value()
    }

    /// So many more operations in each of these seconds.
    fn load(seconds: std::ops::Range<u32>, more: u32) -> String {
        let each = |number: u32| {
            let second = seconds.start + number / more;
            let operation = 1_000 + number;
            format!("{second}s c9 plan {operation}; {second}050ms v0-3 accept {operation};")
        };
        (0..more * (seconds.end - seconds.start)).map(each).collect()
    }

    #[test]
    fn the_time_counts_from_the_end_of_trouble_until_three_steady_seconds() {
        let check = |expected: f64, slow: &[(std::ops::Range<u32>, u32)], more: &str| {
            assert_eq!(longest(slow, more), Some(expected), "{slow:?} {more:.30}");
        };
        check(0.0, &[], "");
        check(0.0, &[(20..60, 900)], "");
        check(0.0, &[(20..40, 900)], "faulted 20s 40s;");
        check(12_000.0, &[(20..52, 900)], "faulted 20s 40s;");
        // Two steady seconds are not enough; twice as long as before is.
        check(9_000.0, &[(20..44, 900), (46..49, 900)], "faulted 20s 40s;");
        check(4_000.0, &[(20..44, 900), (44..90, 190)], "faulted 20s 40s;");
        // What never ends lasts for as long as anybody looks.
        check(51_000.0, &[(20..100, 900)], "faulted 20s 40s;");
        // A tenth more is no more load, and the last second of it is a tenth of ten.
        check(8_000.0, &[(20..47, 900)], &load(20..40, 1));
    }

    #[test]
    fn what_comes_anew_ends_it_and_begins_another() {
        let slow = [(20..90, 900)];
        assert_eq!(longest(&slow, "faulted 20s 30s; faulted 42s 50s;"), Some(41_000.0));
        assert_eq!(longest(&[(20..48, 900)], "faulted 20s 30s; faulted 42s 50s;"), Some(12_000.0));
    }
}
