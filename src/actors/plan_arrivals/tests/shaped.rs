//! Rates that swing, against theory: how many come, and how they scatter.

use proptest::prelude::*;

use super::*;
use crate::flow::{Bursty, Curve, Diurnal, Flash};

fn secs(seconds: f64) -> Span {
    Span::from_nanos((seconds * 1e9) as u64)
}

fn bursty(on: f64, off: f64) -> Shape {
    Shape { bursty: Some(Bursty { on: secs(on), off: secs(off) }), ..Shape::default() }
}

fn day(period: f64, curve: Curve) -> Shape {
    Shape { diurnal: Some(Diurnal { period: secs(period), curve }), ..Shape::default() }
}

fn flash(at: f64, factor: f64, decay: f64) -> Shape {
    let flash = Flash { at: secs(at), factor, decay: secs(decay) };
    Shape { flash: Some(flash), ..Shape::default() }
}

/// Seconds of arrivals; `origin` is where the times of the shape begin.
fn shaped(
    stages: &[(f64, f64, f64)],
    shape: &Shape,
    (origin, is_poisson, seed): (f64, bool, u64),
) -> Vec<f64> {
    let stage = |&(lasts, from, to): &_| RateStage { duration: secs(lasts), from, to };
    let stages = stages.iter().map(stage).collect();
    let arrivals = Arrivals::new(VirtualTime::ZERO, stages, 0, is_poisson);
    let mut arrivals = arrivals.shaped(shape.clone(), VirtualTime::ZERO + secs(origin));
    let mut draws = Draws::new(seed);
    std::iter::from_fn(|| arrivals.next(&mut draws)).map(|at| at.as_nanos() as f64 / 1e9).collect()
}

fn even(stages: &[(f64, f64, f64)], shape: &Shape) -> Vec<f64> {
    shaped(stages, shape, (0.0, false, 1))
}

fn within(times: &[f64], from: f64, until: f64) -> f64 {
    times.iter().filter(|at| (from..until).contains(*at)).count() as f64
}

fn near(found: f64, expected: f64, by: f64) {
    assert!((found - expected).abs() <= by, "{found} is not {expected} within {by}");
}

/// Mean rate, and the variance of counts in windows over their mean.
fn dispersion(times: &[f64], window: f64, lasts: f64) -> (f64, f64) {
    let mut counts = vec![0.0_f64; (lasts / window) as usize];
    for at in times {
        if let Some(count) = counts.get_mut((at / window) as usize) {
            *count += 1.0;
        }
    }
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    let squares: f64 = counts.iter().map(|count| (count - mean).powi(2)).sum();
    (mean / window, squares / counts.len() as f64 / mean)
}

#[test]
fn poisson_counts_scatter_as_their_mean_and_even_ones_hardly() {
    let lasts = 50_000.0;
    let stages = [(lasts, 10.0, 10.0)];
    for window in [1.0, 10.0] {
        let (rate, index) =
            dispersion(&shaped(&stages, &Shape::default(), (0.0, true, 1)), window, lasts);
        near(rate, 10.0, 0.1);
        near(index, 1.0, 0.08);
        let (rate, index) = dispersion(&even(&stages, &Shape::default()), window, lasts);
        near(rate, 10.0, 1e-3);
        near(index, 0.0, 1e-3);
    }
}

/// The index of dispersion for counts of an interrupted Poisson process with that mean rate, in
/// windows of `t` (Fischer and Meier-Hellstern 1993, with one rate 0).
fn interrupted(rate: f64, on: f64, off: f64, t: f64) -> f64 {
    let (leave, come) = (1.0 / on, 1.0 / off);
    let both = leave + come;
    let peak = rate * (on + off) / on;
    1.0 + 2.0 * peak * leave / (both * both) * (1.0 - (1.0 - (-both * t).exp()) / (both * t))
}

#[test]
fn bursts_keep_the_mean_rate_and_scatter_as_theory_says() {
    let lasts = 200_000.0;
    for (on, off) in [(2.0, 8.0), (5.0, 5.0)] {
        let times = shaped(&[(lasts, 10.0, 10.0)], &bursty(on, off), (0.0, true, 1));
        for window in [0.1, 1.0, 10.0, 60.0] {
            let (rate, index) = dispersion(&times, window, lasts);
            near(rate, 10.0, 0.3);
            let expected = interrupted(10.0, on, off, window);
            near(index / expected, 1.0, 0.08);
        }
    }
}

#[test]
fn bursts_begin_as_they_are_in_the_long_run_and_each_seed_has_its_own() {
    let first = |seed| shaped(&[(1.0, 10.0, 10.0)], &bursty(2.0, 8.0), (0.0, true, seed));
    let counts: Vec<f64> = (0..4_000).map(|seed| first(seed).len() as f64).collect();
    near(counts.iter().sum::<f64>() / 4_000.0, 10.0, 1.0);
    let silent = counts.iter().filter(|count| **count == 0.0).count() as f64 / 4_000.0;
    // Off at first, for all of a second.
    near(silent, 0.8 * (-1.0_f64 / 8.0).exp(), 0.03);
    assert_eq!(first(1), first(1));
}

#[test]
fn a_day_has_its_peak_and_its_trough_and_its_mean() {
    let sine = day(1_000.0, Curve::Sine { swing: 0.6, peak: secs(300.0) });
    let times = even(&[(20_000.0, 100.0, 100.0)], &sine);
    near(times.len() as f64, 2_000_000.0, 20.0);
    let around = |middle: f64| {
        let days = (0..20).map(|day| f64::from(day) * 1_000.0 + middle);
        days.map(|at| within(&times, at - 10.0, at + 10.0)).sum::<f64>()
    };
    near(around(300.0) / around(800.0), 1.6 / 0.4, 0.01);
    near(around(50.0) / around(300.0), 1.0 / 1.6, 0.01);
}

#[test]
fn hours_have_their_weights() {
    let hours = day(30.0, Curve::Weights(vec![1.0, 0.0, 5.0]));
    let times = even(&[(60.0, 10.0, 10.0)], &hours);
    let counts: Vec<f64> = (0..6)
        .map(|hour| within(&times, f64::from(hour) * 10.0, f64::from(hour) * 10.0 + 10.0))
        .collect();
    assert_eq!(counts, [50.0, 0.0, 250.0, 50.0, 0.0, 250.0]);
}

#[test]
fn a_flash_crowd_jumps_and_falls_back() {
    let times = even(&[(600.0, 10.0, 10.0)], &flash(100.0, 20.0, 30.0));
    near(within(&times, 0.0, 100.0), 1_000.0, 1.0);
    near(within(&times, 100.0, 101.0), 200.0, 4.0);
    let added = 10.0 * 19.0 * 30.0;
    near(within(&times, 100.0, 130.0), 300.0 + added * (1.0 - (-1.0_f64).exp()), 1.0);
    near(times.len() as f64, 6_000.0 + added, 1.0);
}

#[test]
fn a_shape_multiplies_its_stages_and_the_warm_up_has_its_first_level() {
    let second_half = day(100.0, Curve::Weights(vec![0.0, 2.0]));
    let ramp = even(&[(100.0, 0.0, 10.0)], &second_half);
    near(ramp.len() as f64, 750.0, 1.0);
    assert!(ramp[0] >= 50.0, "{}", ramp[0]);
    let trough = day(100.0, Curve::Sine { swing: 0.5, peak: secs(50.0) });
    let stages = [(200.0, 10.0, 10.0), (100.0, 10.0, 10.0)];
    let times = shaped(&stages, &trough, (200.0, false, 1));
    near(within(&times, 0.0, 200.0), 1_000.0, 1.0);
    near(within(&times, 200.0, 300.0), 1_000.0, 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Against the area by brute force.
    #[test]
    fn as_many_come_as_the_area_says(
        rates in (1.0..50.0_f64, 1.0..50.0_f64, 1.0..50.0_f64),
        (swing, period, peak) in (0.0..1.0_f64, 10.0..300.0_f64, 0.0..1.0_f64),
        (at, factor, decay) in (1.0..199.0_f64, 1.0..30.0_f64, 0.1..100.0_f64),
        hours in prop::option::of(prop::collection::vec(0.1..9.0_f64, 2..24)),
    ) {
        let sine = Curve::Sine { swing, peak: secs(peak * period) };
        let curve = hours.map_or(sine, Curve::Weights);
        let shape = Shape { flash: flash(at, factor, decay).flash, ..day(period, curve) };
        let stages = [(120.0, rates.0, rates.1), (80.0, rates.2, rates.2)];
        let step = 0.001;
        let area: f64 = (0..200_000_u32).map(|place| {
            let middle = (f64::from(place) + 0.5) * step;
            let base = if middle < 120.0 {
                rates.0 + (rates.1 - rates.0) * middle / 120.0
            } else {
                rates.2
            };
            base * shape.level(secs(middle), secs(middle)) * step
        }).sum();
        let times = even(&stages, &shape);
        let off = (times.len() as f64 - area).abs();
        prop_assert!(off <= 1.0 + area * 5e-4, "{} of {area}", times.len());
        prop_assert!(times.is_sorted());
    }
}
