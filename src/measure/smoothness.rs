//! How smoothly everything connects: whether the gaps between stamps are those of always.

use super::waterfall::STAGES;
use crate::kernel::Span;

/// Sums over the stages of operations that were applied, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Smoothness {
    count: u64,
    sums: [f64; STAGES],
    squares: [f64; STAGES],
}

impl Smoothness {
    pub(super) fn add(&mut self, stages: &[Span; STAGES]) {
        self.count += 1;
        for (at, stage) in stages.iter().enumerate() {
            let seconds = stage.as_secs_f64();
            self.sums[at] += seconds;
            self.squares[at] += seconds * seconds;
        }
    }

    /// 1 - CV of the gaps between stamps, at least 0; each stage's CV counts by its share of the
    /// time. `None` if nothing was applied, or at once.
    pub fn value(&self) -> Option<f64> {
        let count = self.count as f64;
        let deviation = |at: usize| {
            let mean = self.sums[at] / count;
            (self.squares[at] / count - mean * mean).max(0.0).sqrt()
        };
        let means: f64 = self.sums.iter().sum::<f64>() / count;
        let deviations: f64 = (0..STAGES).map(deviation).sum();
        (means > 0.0).then(|| (1.0 - deviations / means).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(journeys: &[[u64; 3]], expected: Option<f64>) {
        let mut smoothness = Smoothness::default();
        for journey in journeys {
            let mut stages = [Span::ZERO; STAGES];
            let spans = journey.iter().map(|millis| Span::from_millis(*millis));
            stages.iter_mut().zip(spans).for_each(|(stage, span)| *stage = span);
            smoothness.add(&stages);
        }
        let found = smoothness.value().map(|value| (value * 1e6).round() / 1e6);
        assert_eq!(found, expected, "{journeys:?}");
    }

    #[test]
    fn gaps_that_are_always_the_same_are_smooth_however_unequal_the_stages() {
        check(&[[1, 50, 9], [1, 50, 9], [1, 50, 9]], Some(1.0));
        check(&[[0, 40, 10], [0, 80, 10]], Some(round(1.0 - 20.0 / 70.0)));
        check(&[[0, 0, 9], [0, 0, 0], [0, 0, 0], [0, 0, 0]], Some(0.0));
        check(&[], None);
    }

    fn round(value: f64) -> f64 {
        (value * 1e6).round() / 1e6
    }
}
