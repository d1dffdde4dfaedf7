//! Instants of arrival: their number, their place, and how they scatter.

mod shaped;

use super::*;

fn all(stages: &[(u64, f64, f64)], is_poisson: bool) -> Vec<f64> {
    let stages = stages
        .iter()
        .map(|&(secs, from, to)| RateStage { duration: Span::from_secs(secs), from, to })
        .collect();
    let mut arrivals = Arrivals::new(VirtualTime::ZERO, stages, 0, is_poisson);
    let mut draws = Draws::new(1);
    std::iter::from_fn(|| arrivals.next(&mut draws)).map(|at| at.as_nanos() as f64 / 1e9).collect()
}

#[test]
fn even_arrivals_lie_in_the_middle_of_their_share() {
    assert_eq!(all(&[(2, 2.0, 2.0)], false), [0.25, 0.75, 1.25, 1.75]);
}

#[test]
fn a_ramp_brings_as_many_as_its_area() {
    assert_eq!(all(&[(10, 0.0, 10.0), (10, 10.0, 0.0)], false).len(), 100);
    let ramp = all(&[(10, 0.0, 10.0)], false);
    assert!((ramp[24] - 7.0).abs() < 0.01, "half of the area lies before 7.07 s");
}

#[test]
fn poisson_arrivals_have_mean_and_variance_of_their_rate() {
    let gaps: Vec<f64> =
        all(&[(1_000, 60.0, 60.0)], true).windows(2).map(|w| w[1] - w[0]).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
    assert!((mean * 60.0 - 1.0).abs() < 0.02, "{mean}");
    assert!((variance.sqrt() * 60.0 - 1.0).abs() < 0.03, "{variance}");
}

#[test]
fn a_silent_stage_brings_nothing() {
    let times = all(&[(1, 1.0, 1.0), (5, 0.0, 0.0), (1, 1.0, 1.0)], false);
    assert_eq!(times, [0.5, 6.5]);
}
