//! For tests: whether values sampled under fixed seeds agree with a closed form.

/// Two-sided 99.9 % quantile of Student's t with 39 degrees of freedom.
const T: f64 = 3.558;

/// The seeds of every statistical test, fixed beforehand.
pub(crate) const SEEDS: std::ops::Range<u64> = 1..41;

/// Whether `expected` lies in the 99.9 % interval of the mean of one value per seed.
pub(crate) fn agrees(values: &[f64], expected: f64) -> bool {
    assert_eq!(values.len(), SEEDS.count(), "one value per seed");
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean - expected).abs() <= T * (variance / count).sqrt()
}

/// Holds `values` against the right closed form and against a wrong one.
pub(crate) fn check_mean(what: &str, values: &[f64], right: f64, wrong: f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    assert!(agrees(values, right), "{what}: {mean} should be {right}");
    assert!(!agrees(values, wrong), "{what}: {mean} should not pass for {wrong}");
}
