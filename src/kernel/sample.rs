//! Samplers whose values reach the digest: ours, over `libm`, so that every platform agrees to
//! the last bit.

use super::Span;

/// A word as a number in [0, 1), with 53 bits.
pub fn unit(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// An exponential length of time with the given mean, by inversion.
pub fn exponential(mean: Span, word: u64) -> Span {
    mean.scaled(-libm::log(1.0 - unit(word)))
}

/// A standard normal number, by Box and Muller's transform of two words.
pub fn standard_normal(first: u64, second: u64) -> f64 {
    let radius = libm::sqrt(-2.0 * libm::log(1.0 - unit(first)));
    radius * libm::cos(std::f64::consts::TAU * unit(second))
}

/// Keys 0, 1, 2 … drawn with probability proportional to 1 / (rank ^ exponent).
#[derive(Clone, Debug)]
pub struct Zipf {
    cumulative: Vec<f64>,
}

impl Zipf {
    /// Over `keys` keys, at least one; `exponent` 0 is uniform.
    pub fn new(keys: usize, exponent: f64) -> Self {
        assert!(keys > 0, "a draw of keys needs at least one key");
        let mut sum = 0.0;
        let cumulative = (1..=keys)
            .map(|rank| {
                sum += libm::pow(rank as f64, -exponent);
                sum
            })
            .collect();
        Self { cumulative }
    }

    /// The key that `word` picks.
    pub fn key(&self, word: u64) -> usize {
        let last = self.cumulative.len() - 1;
        let target = unit(word) * self.cumulative[last];
        self.cumulative.partition_point(|&sum| sum <= target).min(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Draws, Luck, Purpose};

    fn words(count: u64) -> impl Iterator<Item = u64> {
        let mut draws = Draws::new(1);
        (0..count).map(move |index| draws.word(Luck { purpose: Purpose::Bench, entity: 0, index }))
    }

    #[test]
    fn an_exponential_has_its_mean_and_variance() {
        let mean = Span::from_millis(9);
        let values: Vec<f64> =
            words(100_000).map(|word| exponential(mean, word).as_millis_f64()).collect();
        let average = values.iter().sum::<f64>() / 1e5;
        let variance = values.iter().map(|v| (v - average).powi(2)).sum::<f64>() / 1e5;
        assert!((average - 9.0).abs() < 0.12, "{average}");
        assert!((variance - 81.0).abs() < 3.0, "{variance}");
    }

    #[test]
    fn a_zipf_key_is_as_frequent_as_its_rank_says() {
        let zipf = Zipf::new(3, 1.0);
        let mut counts = [0_u32; 3];
        words(110_000).for_each(|word| counts[zipf.key(word)] += 1);
        for (count, expected) in counts.iter().zip([60_000, 30_000, 20_000]) {
            assert!(count.abs_diff(expected) < 800, "{counts:?}");
        }
    }

    #[test]
    fn a_normal_has_mean_zero_and_variance_one() {
        let words: Vec<u64> = words(100_000).collect();
        let values: Vec<f64> =
            words.chunks(2).map(|pair| standard_normal(pair[0], pair[1])).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let square = values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64;
        assert!(mean.abs() < 0.02 && (square - 1.0).abs() < 0.03, "{mean} {square}");
    }
}
