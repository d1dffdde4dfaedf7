//! A log-linear histogram: exact below 256, then 256 buckets an octave (0.2 % about the middle).
//!
//! The construction of HdrHistogram, with memory only up to the largest value seen: a run keeps
//! hundreds of these, and most hold two or three octaves.

const BITS: u32 = 8;

/// Counts of whole numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    counts: Vec<u32>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

impl Histogram {
    /// Counts one value.
    pub fn record(&mut self, value: u64) {
        let bucket = bucket_of::<BITS>(value);
        if bucket >= self.counts.len() {
            self.counts.resize((bucket | ((1 << BITS) - 1)) + 1, 0);
        }
        self.counts[bucket] = self.counts[bucket].saturating_add(1);
        self.min = if self.count == 0 { value } else { self.min.min(value) };
        self.max = self.max.max(value);
        self.count += 1;
        self.sum += u128::from(value);
    }

    /// How many values.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The smallest value, exact.
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest value, exact.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// The average, exact.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The value of that rank, the smallest having rank 1: the middle of its bucket.
    pub fn at_rank(&self, rank: u64) -> Option<f64> {
        let mut seen = 0;
        let reaches = |&count: &u32| {
            seen += u64::from(count);
            seen >= rank
        };
        let bucket = self.counts.iter().position(reaches)?;
        Some(middle::<BITS>(bucket).clamp(self.min as f64, self.max as f64))
    }

    /// The buckets that hold something: smallest and largest value they stand for, and count.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u32)> {
        let filled = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        filled.map(|(bucket, &count)| {
            let (low, high) = bounds::<BITS>(bucket);
            (low, high, count)
        })
    }
}

/// The bucket of a value, with `2^B` buckets an octave.
pub(super) const fn bucket_of<const B: u32>(value: u64) -> usize {
    let octave = (u64::BITS - value.leading_zeros()).saturating_sub(B + 1);
    ((octave as usize) << B) + (value >> octave) as usize
}

/// The smallest and the largest value of a bucket.
pub(super) const fn bounds<const B: u32>(bucket: usize) -> (u64, u64) {
    let octave = (bucket >> B).saturating_sub(1);
    let low = ((bucket - (octave << B)) as u64) << octave;
    (low, low + ((1 << octave) - 1))
}

/// The middle of a bucket.
pub(super) fn middle<const B: u32>(bucket: usize) -> f64 {
    let (low, high) = bounds::<B>(bucket);
    f64::midpoint(low as f64, high as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_contiguous_and_narrow() {
        let mut next = 0;
        for bucket in 0..6_000 {
            let (low, high) = bounds::<BITS>(bucket);
            assert_eq!(low, next, "bucket {bucket}");
            assert_eq!((bucket_of::<BITS>(low), bucket_of::<BITS>(high)), (bucket, bucket));
            assert!((high - low) as f64 <= low as f64 / 256.0);
            next = high + 1;
        }
        bucket_of::<BITS>(u64::MAX);
    }

    #[test]
    fn ranks_mean_and_extremes_are_those_of_the_values() {
        let mut histogram = Histogram::default();
        (1..=100_000).rev().for_each(|value| histogram.record(value));
        for rank in [1, 10, 50_000, 99_000, 100_000] {
            let value = histogram.at_rank(rank).expect("a rank that exists");
            assert!((value / rank as f64 - 1.0).abs() < 0.003, "{rank}: {value}");
        }
        assert_eq!((histogram.min(), histogram.max()), (Some(1), Some(100_000)));
        assert_eq!(histogram.mean(), Some(50_000.5));
        assert_eq!(histogram.at_rank(100_001), None);
    }
}
