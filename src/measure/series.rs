//! How a run went, second by second of intended sends.

use super::buckets::{Buckets, Merge};
use super::distribution::{Measured, Statistic, is_few, rank};
use super::event::{Counts, Event, Events};
use super::histogram::{bucket_of, middle};
use super::metric::{self, Better};
use super::setting::Interval;
use super::usage::Used;
use crate::kernel::{Span, VirtualTime};

/// Latencies of one bucket: 32 buckets an octave (1.6 % about the middle), only those filled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    counts: Vec<(u16, u32)>,
    count: u64,
    never: u64,
}

const BITS: u32 = 5;

impl Sketch {
    fn record(&mut self, took: Option<Span>) {
        let Some(took) = took else {
            self.never += 1;
            return;
        };
        let bucket = bucket_of::<BITS>(took.as_nanos() / 1_000) as u16;
        self.add(bucket, 1);
    }

    fn add(&mut self, bucket: u16, times: u32) {
        self.count += u64::from(times);
        match self.counts.binary_search_by_key(&bucket, |&(bucket, _)| bucket) {
            Ok(at) => self.counts[at].1 += times,
            Err(at) => self.counts.insert(at, (bucket, times)),
        }
    }

    /// How many were due.
    pub const fn due(&self) -> u64 {
        self.count + self.never
    }

    /// How many of those never arrived.
    pub const fn never(&self) -> u64 {
        self.never
    }

    /// How many took at most so long, to 1.6 %.
    pub fn within(&self, limit: Span) -> u64 {
        let last = bucket_of::<BITS>(limit.as_nanos() / 1_000) as u16;
        let within = self.counts.iter().take_while(|(bucket, _)| *bucket <= last);
        within.map(|(_, count)| u64::from(*count)).sum()
    }

    /// A percentile in milliseconds over all that was due, however few: for curves.
    pub fn percentile(&self, share: f64) -> Measured {
        if self.due() == 0 {
            return Measured::NoData;
        }
        let mut rest = rank(self.due(), share);
        let reaches = |&&(_, count): &&(u16, u32)| {
            let reached = rest <= u64::from(count);
            rest = rest.saturating_sub(count.into());
            reached
        };
        let found = self.counts.iter().find(reaches);
        found.map_or(Measured::Never, |&(bucket, _)| {
            Measured::Value(middle::<BITS>(bucket.into()) / 1_000.0)
        })
    }

    fn measure(&self, statistic: Statistic) -> Measured {
        match statistic {
            Statistic::Percentile(share) if self.due() > 0 && is_few(self.due(), share) => {
                Measured::Few
            }
            Statistic::Percentile(share) => self.percentile(share),
            Statistic::Max => self.percentile(1.0),
            Statistic::Min => self.percentile(0.0),
            Statistic::Count => Measured::Value(self.due() as f64),
            Statistic::Mean => self.mean(),
            Statistic::Share | Statistic::Per10k | Statistic::Longest => Measured::NoData,
        }
    }

    fn mean(&self) -> Measured {
        if self.due() == 0 {
            return Measured::NoData;
        }
        if self.never > 0 {
            return Measured::Never;
        }
        let add = |sum, &(bucket, count): &(u16, u32)| {
            f64::from(count).mul_add(middle::<BITS>(bucket.into()), sum)
        };
        Measured::Value(self.counts.iter().fold(0.0, add) / self.count as f64 / 1_000.0)
    }
}

impl Merge for Sketch {
    fn merge(&mut self, other: Self) {
        other.counts.iter().for_each(|&(bucket, count)| self.add(bucket, count));
        self.never += other.never;
    }
}

/// What belongs to one stretch of time, by intended send.
#[derive(Clone, Debug, Default)]
pub struct Bucket {
    /// What was due, and which events befell it.
    pub counts: Counts,
    /// Statements applied and questions answered.
    pub good: u64,
    /// `latency.applied`.
    pub applied: Sketch,
    /// Messages, bytes and CPU, by when they were used.
    pub used: Used,
}

impl Merge for Bucket {
    fn merge(&mut self, other: Self) {
        self.counts.merge(&other.counts);
        self.good += other.good;
        self.applied.merge(other.applied);
        self.used.add(other.used);
    }
}

/// A run over time: one bucket per second, wider ones for very long runs.
#[derive(Clone, Debug)]
pub struct Series(Buckets<Bucket>);

/// A settled operation, as far as the series is concerned.
pub(super) struct Due {
    pub(super) intended: VirtualTime,
    pub(super) is_question: bool,
    pub(super) is_good: bool,
    /// Whether it counts in `latency.applied`, and what it took.
    pub(super) applied: Option<Option<Span>>,
    pub(super) events: Events,
    pub(super) arrivals: u64,
    pub(super) reordered: u64,
}

impl Series {
    pub(super) const fn new() -> Self {
        Self(Buckets::new(Span::from_secs(1)))
    }

    pub(super) fn settle(&mut self, due: &Due) {
        let bucket = self.0.at(due.intended);
        if due.is_question {
            bucket.counts.questions += 1;
        } else {
            bucket.counts.statements += 1;
        }
        bucket.counts.arrivals += due.arrivals;
        bucket.counts.add(Event::Reordered, due.reordered);
        bucket.counts.add_all(due.events);
        bucket.good += u64::from(due.is_good);
        if let Some(took) = due.applied {
            bucket.applied.record(took);
        }
    }

    pub(super) fn pairs(&mut self, intended: VirtualTime, pairs: u64, inversions: u64) {
        let counts = &mut self.0.at(intended).counts;
        counts.pairs += pairs;
        counts.add(Event::Inversions, inversions);
    }

    pub(super) fn receipts(&mut self, intended: VirtualTime, pairs: u64, unfair: u64) {
        let counts = &mut self.0.at(intended).counts;
        counts.bound_pairs += pairs;
        counts.add(Event::OrderUnfair, unfair);
    }

    pub(super) fn used(&mut self, second: VirtualTime, used: Used) {
        self.0.at(second).used.add(used);
    }

    /// The width of a bucket.
    pub const fn width(&self) -> Span {
        self.0.width()
    }

    /// Every bucket from the start of the run.
    pub fn buckets(&self) -> &[Bucket] {
        self.0.items()
    }

    /// When a bucket begins.
    pub fn start(&self, bucket: usize) -> VirtualTime {
        self.0.start(bucket)
    }

    /// The bucket in which an instant lies; it may lie behind the last.
    pub fn bucket(&self, at: VirtualTime) -> usize {
        self.0.bucket(at)
    }

    /// One metric in every whole window of that length, counted from the first bucket border in
    /// each span; at least a bucket long. Nothing for metrics of which the series holds nothing.
    pub fn windows<'a>(
        &'a self,
        metric: &'a str,
        statistic: Statistic,
        spans: &'a [Interval],
        length: Span,
    ) -> impl Iterator<Item = (VirtualTime, Measured)> + 'a {
        let step = length.as_nanos().div_ceil(self.width().as_nanos()).max(1) as usize;
        spans.iter().flat_map(move |&(from, until)| {
            let first = from.as_nanos().div_ceil(self.width().as_nanos()) as usize;
            let end = self.bucket(until);
            (first..end.saturating_sub(step - 1)).step_by(step).filter_map(move |bucket| {
                let measured = self.measure(metric, statistic, bucket, bucket + step)?;
                Some((self.start(bucket), measured))
            })
        })
    }

    fn measure(
        &self,
        metric: &str,
        statistic: Statistic,
        from: usize,
        until: usize,
    ) -> Option<Measured> {
        let items = self.buckets();
        let range = &items[from.min(items.len())..until.min(items.len())];
        let seconds = (self.width() * (until - from) as u64).as_secs_f64();
        let rate = |count: fn(&Bucket) -> u64| {
            Some(Measured::Value(range.iter().map(count).sum::<u64>() as f64 / seconds))
        };
        match metric {
            "offered" => rate(|bucket| bucket.counts.operations()),
            "goodput" => rate(|bucket| bucket.good),
            "latency.applied" => {
                let mut all = Sketch::default();
                range.iter().for_each(|bucket| all.merge(bucket.applied.clone()));
                Some(all.measure(statistic))
            }
            "messages" | "bytes" | "cpu" => Some(cost(metric, range)),
            _ => Event::find(metric).map(|event| {
                let mut counts = Counts::default();
                range.iter().for_each(|bucket| counts.merge(&bucket.counts));
                counts.measure(event, statistic)
            }),
        }
    }
}

fn cost(metric: &str, range: &[Bucket]) -> Measured {
    let mut used = Used::default();
    range.iter().for_each(|bucket| used.add(bucket.used));
    used.each(metric, range.iter().map(|bucket| bucket.counts.operations()).sum())
}

/// The worst of many windows for a metric: one that says `Never` is the worst of all, and one
/// with too few samples leaves the question open unless another settles it.
pub(super) fn worst(
    metric: &str,
    statistic: Statistic,
    windows: impl Iterator<Item = Measured>,
) -> Measured {
    let better = metric::find(metric).map_or(Better::Neither, |metric| metric.better);
    let takes_least = match statistic {
        Statistic::Min => true,
        Statistic::Max | Statistic::Longest => false,
        Statistic::Percentile(_)
        | Statistic::Mean
        | Statistic::Count
        | Statistic::Share
        | Statistic::Per10k => better == Better::Higher,
    };
    windows.fold(Measured::NoData, |worst, next| match (worst, next) {
        (Measured::Never, _) | (_, Measured::Never) => Measured::Never,
        (Measured::Few, _) | (_, Measured::Few) => Measured::Few,
        (Measured::NoData, other) | (other, Measured::NoData) => other,
        (Measured::Value(a), Measured::Value(b)) if takes_least => Measured::Value(a.min(b)),
        (Measured::Value(a), Measured::Value(b)) => Measured::Value(a.max(b)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_is_near_the_values_however_they_were_merged() {
        let (mut all, mut parts) = (Sketch::default(), [Sketch::default(), Sketch::default()]);
        for millis in (1..=1_000_u64).rev() {
            let took = Some(Span::from_millis(millis));
            all.record(took);
            parts[(millis % 2) as usize].record(took);
        }
        let [mut merged, other] = parts;
        merged.merge(other);
        assert_eq!(merged, all);
        for share in [0.01, 0.5, 0.95, 0.99] {
            let found = all.percentile(share).value().expect("a thousand values");
            assert!((found / (1_000.0 * share) - 1.0).abs() < 0.017, "p{share}: {found}");
        }
        all.record(None);
        assert_eq!(all.percentile(1.0), Measured::Never);
    }

    #[test]
    fn the_worst_window_is_never_then_few_then_the_value_that_matters() {
        use Measured::{Few, Never, NoData, Value};
        let check = |metric, statistic, windows: &[Measured], expected| {
            let found = worst(metric, statistic, windows.iter().copied());
            assert_eq!(found, expected, "{metric} {statistic:?} {windows:?}");
        };
        let p99 = Statistic::Percentile(0.99);
        check("latency.applied", p99, &[Value(3.0), Value(5.0), NoData], Value(5.0));
        check("latency.applied", p99, &[Value(3.0), Few, Never], Never);
        check("latency.applied", p99, &[Value(3.0), Few], Few);
        check("goodput", Statistic::Min, &[Value(3.0), Value(5.0)], Value(3.0));
        check("proof_ok", Statistic::Share, &[Value(0.9), Value(1.0)], Value(0.9));
        check("orphans", Statistic::Share, &[NoData], NoData);
    }
}
