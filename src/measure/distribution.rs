//! Samples with what never arrived, and the answers they can give.

use super::histogram::Histogram;

/// What a question about a run is answered with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measured {
    /// A value in the metric's unit.
    Value(f64),
    /// So many of those due never arrived that there is no such value.
    Never,
    /// Too few samples for this percentile.
    Few,
    /// No samples at all.
    NoData,
}

impl Measured {
    /// The same with its value, if there is one, changed.
    #[must_use]
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Value(value) => Self::Value(change(value)),
            Self::Never | Self::Few | Self::NoData => self,
        }
    }

    /// The value, if there is one.
    pub const fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::Never | Self::Few | Self::NoData => None,
        }
    }
}

/// What is computed from samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The value below which this share of samples lies: 0.5, 0.9, 0.99, 0.999.
    Percentile(f64),
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// The average.
    Mean,
    /// How many.
    Count,
    /// The share of what was due, 0 to 1.
    Share,
    /// How many per 10,000 that were due.
    Per10k,
    /// The longest stretch of time, in milliseconds.
    Longest,
}

/// Fewer samples than this beyond a percentile say nothing about it.
const BEYOND: f64 = 10.0;

/// Samples of what was due; what never arrived lies beyond every value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    histogram: Histogram,
    never: u64,
}

impl Distribution {
    /// One that was due and arrived.
    pub fn record(&mut self, value: u64) {
        self.histogram.record(value);
    }

    /// One that was due and never arrived.
    pub const fn record_never(&mut self) {
        self.never += 1;
    }

    /// How many were due.
    pub const fn due(&self) -> u64 {
        self.histogram.count() + self.never
    }

    /// How many of those never arrived.
    pub const fn never(&self) -> u64 {
        self.never
    }

    /// Those that arrived. Times are in microseconds, places and versions count.
    pub const fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// The answer in the unit of the recorded numbers.
    pub fn measure(&self, statistic: Statistic) -> Measured {
        let arrived = |value: Option<f64>| match value {
            _ if self.due() == 0 => Measured::NoData,
            Some(value) if self.never == 0 => Measured::Value(value),
            _ => Measured::Never,
        };
        match statistic {
            Statistic::Percentile(share) => self.percentile(share),
            Statistic::Max => arrived(self.histogram.max().map(|max| max as f64)),
            Statistic::Mean => arrived(self.histogram.mean()),
            Statistic::Min => match self.histogram.min() {
                Some(min) => Measured::Value(min as f64),
                None => arrived(None),
            },
            Statistic::Count => Measured::Value(self.due() as f64),
            Statistic::Share | Statistic::Per10k | Statistic::Longest => Measured::NoData,
        }
    }

    fn percentile(&self, share: f64) -> Measured {
        let due = self.due();
        if due == 0 {
            return Measured::NoData;
        }
        if is_few(due, share) {
            return Measured::Few;
        }
        self.histogram.at_rank(rank(due, share)).map_or(Measured::Never, Measured::Value)
    }
}

/// Whether fewer than ten of `due` samples lie beyond a percentile.
pub(super) fn is_few(due: u64, share: f64) -> bool {
    // 0.1 * 100.0 is a little less than 10.
    (1.0 - share) * (due as f64) < BEYOND - 1e-6
}

/// The rank, from 1, of the sample that a percentile names: the smallest not below `share`.
pub(super) fn rank(due: u64, share: f64) -> u64 {
    ((share * due as f64 - 1e-6).ceil() as u64).clamp(1, due)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Measured::{Few, Never, NoData};

    fn check(arrived: u64, never: u64, share: f64, expected: Measured) {
        let mut samples = Distribution::default();
        (1..=arrived).for_each(|value| samples.record(value));
        (0..never).for_each(|_| samples.record_never());
        let measured = samples.measure(Statistic::Percentile(share));
        match (measured, expected) {
            (Measured::Value(is), Measured::Value(should)) => {
                assert!((is / should - 1.0).abs() < 0.003, "{is} {should}");
            }
            _ => assert_eq!(measured, expected, "{arrived} arrived, {never} never, p{share}"),
        }
    }

    #[test]
    fn percentiles_are_over_all_that_was_due() {
        check(1_000, 0, 0.99, Measured::Value(990.0));
        check(990, 10, 0.99, Measured::Value(990.0));
        check(989, 11, 0.99, Never);
        check(970, 30, 0.5, Measured::Value(500.0));
        check(0, 40, 0.5, Never);
    }

    #[test]
    fn too_few_samples_say_so() {
        check(0, 0, 0.5, NoData);
        check(19, 0, 0.5, Few);
        check(20, 0, 0.5, Measured::Value(10.0));
        check(99, 0, 0.9, Few);
        check(100, 0, 0.9, Measured::Value(90.0));
        check(9_999, 0, 0.999, Few);
        check(10_000, 0, 0.999, Measured::Value(9_990.0));
    }

    #[test]
    fn an_average_over_what_never_arrived_is_never() {
        let mut samples = Distribution::default();
        assert_eq!(samples.measure(Statistic::Mean), NoData);
        samples.record(4);
        assert_eq!(samples.measure(Statistic::Mean), Measured::Value(4.0));
        samples.record_never();
        assert_eq!(samples.measure(Statistic::Mean), Never);
        assert_eq!(samples.measure(Statistic::Max), Never);
        assert_eq!(samples.measure(Statistic::Min), Measured::Value(4.0));
    }
}
