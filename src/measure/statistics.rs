//! Small exact statistics for experiments: intervals, tests, sample sizes.

use statrs::distribution::{Beta, ContinuousCDF, StudentsT};

/// An estimate and the interval in which the truth lies with the confidence asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Whether a value lies inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    fn around(estimate: f64, half: f64) -> Self {
        Self { estimate, low: estimate - half, high: estimate + half }
    }
}

/// A difference of two means, and how surprising it would be if there were none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Mean of the second minus mean of the first.
    pub interval: Interval,
    /// Two-sided p value of Student's or Welch's test.
    pub p: f64,
}

/// The average; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The standard deviation of the population the sample was drawn from; `None` below two values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    variance(values).map(f64::sqrt)
}

/// Student's interval of the mean; `None` below two values. `confidence` is 0.95 and the like.
pub fn mean_interval(values: &[f64], confidence: f64) -> Option<Interval> {
    let error = (variance(values)? / values.len() as f64).sqrt();
    let half = t_quantile(values.len() as f64 - 1.0, confidence) * error;
    Some(Interval::around(mean(values)?, half))
}

/// The mean of `second[i] - first[i]`, pairs under one seed; `None` below two pairs.
///
/// # Panics
/// If the samples are not of one length.
pub fn paired_difference(first: &[f64], second: &[f64], confidence: f64) -> Option<Difference> {
    let differences = pairwise(first, second);
    let interval = mean_interval(&differences, confidence)?;
    let error = (variance(&differences)? / differences.len() as f64).sqrt();
    let p = two_sided(interval.estimate, error, differences.len() as f64 - 1.0);
    Some(Difference { interval, p })
}

/// The difference of two means without pairs and with variances of their own (Welch 1947);
/// `None` if either sample has fewer than two values.
pub fn welch_difference(first: &[f64], second: &[f64], confidence: f64) -> Option<Difference> {
    let (a, b) = (variance(first)? / first.len() as f64, variance(second)? / second.len() as f64);
    let estimate = mean(second)? - mean(first)?;
    let error = (a + b).sqrt();
    if error == 0.0 {
        let p = two_sided(estimate, error, 1.0);
        return Some(Difference { interval: Interval::around(estimate, 0.0), p });
    }
    let part = |share: f64, sample: &[f64]| share * share / (sample.len() as f64 - 1.0);
    let freedom = (a + b).powi(2) / (part(a, first) + part(b, second));
    let interval = Interval::around(estimate, t_quantile(freedom, confidence) * error);
    Some(Difference { interval, p: two_sided(estimate, error, freedom) })
}

/// p values corrected for their number (Holm 1979), in the order given.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]).then(a.cmp(&b)));
    let mut corrected = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (rank, &at) in order.iter().enumerate() {
        let times = (p_values.len() - rank) as f64;
        largest = largest.max((p_values[at] * times).min(1.0));
        corrected[at] = largest;
    }
    corrected
}

/// How many times smaller the variance of a difference is with pairs than without; `None` below
/// two pairs, infinite if every pair differs by the same.
///
/// # Panics
/// If the samples are not of one length.
pub fn variance_reduction(first: &[f64], second: &[f64]) -> Option<f64> {
    let unpaired = variance(first)? + variance(second)?;
    let paired = variance(&pairwise(first, second))?;
    Some(if unpaired == paired { 1.0 } else { unpaired / paired })
}

/// Seeds after which the interval of these paired differences would probably exclude zero if
/// their mean and spread stay as they are; at least 2. `None` if their mean is zero.
pub fn seeds_needed(differences: &[f64], confidence: f64) -> Option<u64> {
    const MOST: u64 = 1 << 32;
    let (mean, deviation) = (mean(differences)?, standard_deviation(differences)?);
    let settles = |seeds: u64| {
        let seeds = seeds as f64;
        t_quantile(seeds - 1.0, confidence) * deviation / seeds.sqrt() < mean.abs()
    };
    if mean == 0.0 || !settles(MOST) {
        return None;
    }
    let (mut low, mut high) = (2, MOST);
    while low < high {
        let middle = u64::midpoint(low, high);
        if settles(middle) { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

/// The largest share that `count` of `due` leaves possible with that confidence, one-sided
/// (Clopper and Pearson 1934); 1 if nothing was due. For a count of 0 it is 1 - (1 - c)^(1/n).
pub fn share_at_most(count: u64, due: u64, confidence: f64) -> f64 {
    assert!(count <= due, "a share is of something");
    if count == due {
        return 1.0;
    }
    if count == 0 {
        return 1.0 - (1.0 - confidence).powf(1.0 / due as f64);
    }
    let beta = Beta::new(count as f64 + 1.0, (due - count) as f64)
        .expect("both parameters are above zero");
    quantile(|x| beta.cdf(x), 0.0, 1.0, confidence)
}

fn pairwise(first: &[f64], second: &[f64]) -> Vec<f64> {
    assert_eq!(first.len(), second.len(), "pairs have two halves");
    first.iter().zip(second).map(|(a, b)| b - a).collect()
}

fn variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| squares / (values.len() as f64 - 1.0))
}

fn students(freedom: f64) -> StudentsT {
    StudentsT::new(0.0, 1.0, freedom).expect("degrees of freedom are above zero")
}

/// The t that this share of the distribution lies within, both sides together.
fn t_quantile(freedom: f64, confidence: f64) -> f64 {
    let t = students(freedom);
    let target = f64::midpoint(1.0, confidence);
    let mut high = 1.0;
    while t.cdf(high) < target && high < 1e12 {
        high *= 2.0;
    }
    quantile(|x| t.cdf(x), 0.0, high, target)
}

fn two_sided(estimate: f64, error: f64, freedom: f64) -> f64 {
    match () {
        () if estimate == 0.0 => 1.0,
        () if error == 0.0 => 0.0,
        () => 2.0 * students(freedom).cdf(-(estimate / error).abs()),
    }
}

/// Where a growing function reaches a value, by bisection to the last bit that matters.
fn quantile(cdf: impl Fn(f64) -> f64, mut low: f64, mut high: f64, target: f64) -> f64 {
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if cdf(middle) < target { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(is: f64, should: f64) {
        assert!((is - should).abs() < 1e-4 * should.abs().max(1e-2), "{is}, expected {should}");
    }

    #[test]
    fn quantiles_of_t_are_those_of_the_tables() {
        close(t_quantile(1.0, 0.95), 12.7062);
        close(t_quantile(9.0, 0.95), 2.262_16);
        close(t_quantile(29.0, 0.999), 3.659_41);
        close(t_quantile(1e6, 0.95), 1.959_97);
    }

    #[test]
    fn a_mean_has_students_interval() {
        let values = [4.0, 5.0, 6.0, 7.0, 8.0];
        close(standard_deviation(&values).expect("five values"), 1.581_14);
        let interval = mean_interval(&values, 0.95).expect("five values");
        close(interval.low, 4.036_76);
        close(interval.high, 7.963_24);
        assert_eq!(mean_interval(&[1.0], 0.95), None);
    }

    /// Student's sleep data (1908): hours gained with two drugs, ten patients.
    const FIRST: [f64; 10] = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const SECOND: [f64; 10] = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    #[test]
    fn the_sleep_data_come_out_as_r_prints_them() {
        let paired = paired_difference(&FIRST, &SECOND, 0.95).expect("ten pairs");
        close(paired.interval.estimate, 1.58);
        close(paired.interval.low, 0.700_114);
        close(paired.interval.high, 2.459_886);
        close(paired.p, 0.002_832_89);
        let welch = welch_difference(&FIRST, &SECOND, 0.95).expect("two samples");
        close(welch.interval.low, -0.205_483);
        close(welch.interval.high, 3.365_483);
        close(welch.p, 0.079_394_1);
        // Variances 3.200556 and 4.009, of the differences 1.512889.
        close(variance_reduction(&FIRST, &SECOND).expect("ten pairs"), 4.765_42);
    }

    #[test]
    fn samples_without_spread_are_judged() {
        let same = paired_difference(&[1.0, 2.0], &[1.0, 2.0], 0.95).expect("two pairs");
        assert_eq!((same.interval.estimate, same.p), (0.0, 1.0));
        let apart = welch_difference(&[1.0, 1.0], &[2.0, 2.0], 0.95).expect("two samples");
        assert_eq!((apart.interval.low, apart.p), (1.0, 0.0));
    }

    #[test]
    fn holm_multiplies_and_keeps_the_order() {
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        [0.03, 0.06, 0.06, 0.02].iter().zip(corrected).for_each(|(&a, b)| close(b, a));
        assert_eq!(holm(&[0.6, 0.7]), [1.0, 1.0]);
    }

    #[test]
    fn seeds_needed_settle_a_difference_and_one_fewer_does_not() {
        let differences: Vec<f64> = [1.0, -2.0, 3.0, 0.0, 2.0, -1.0, 1.5, -0.5].to_vec();
        let seeds = seeds_needed(&differences, 0.95).expect("a mean that is not zero");
        let (mean, deviation) = (0.5, standard_deviation(&differences).expect("eight"));
        let half = |n: f64| t_quantile(n - 1.0, 0.95) * deviation / n.sqrt();
        assert!(half(seeds as f64) < mean && half(seeds as f64 - 1.0) >= mean, "{seeds}");
        assert_eq!(seeds_needed(&[1.0, -1.0], 0.95), None);
        assert_eq!(seeds_needed(&[1.0, 1.0], 0.95), Some(2));
    }

    #[test]
    fn shares_have_their_upper_bound() {
        close(share_at_most(0, 48_221, 0.95), 0.000_062_123);
        close(share_at_most(0, 50, 0.95), 0.058_155);
        close(share_at_most(1, 10, 0.95), 0.394_163);
        close(share_at_most(5, 100, 0.95), 0.102_253);
        assert_eq!(share_at_most(3, 3, 0.95), 1.0);
        assert_eq!(share_at_most(0, 0, 0.95), 1.0);
    }
}
