//! When open load is due: by number, so that every strategy under one seed meets the same load.

use crate::kernel::{Draws, Luck, Purpose, Span, VirtualTime, unit};

/// A stretch of load; the rate moves linearly.
#[derive(Clone, Copy, Debug)]
pub struct RateStage {
    /// How long it lasts.
    pub duration: Span,
    /// Arrivals per second at its start.
    pub from: f64,
    /// Arrivals per second at its end.
    pub to: f64,
}

/// Instants of arrival, one after another.
#[derive(Clone, Debug)]
pub struct Arrivals {
    stages: Vec<RateStage>,
    group: u64,
    is_poisson: bool,
    /// Arrivals given so far.
    count: u64,
    /// Expected arrivals up to the last one given.
    due: f64,
    /// The current stage, its start, and expected arrivals up to that.
    stage: usize,
    begin: VirtualTime,
    before: f64,
}

impl Arrivals {
    /// From `begin` on; `group` addresses the luck of Poisson arrivals.
    pub fn new(begin: VirtualTime, stages: Vec<RateStage>, group: u64, is_poisson: bool) -> Self {
        let due = if is_poisson { 0.0 } else { -0.5 };
        Self { stages, group, is_poisson, count: 0, due, stage: 0, begin, before: 0.0 }
    }

    /// The next arrival; `None` when the load is over.
    ///
    /// The expected count up to an arrival grows by one (even), or by an exponential with mean one
    /// (Poisson, by the time-change theorem); the instant follows by inverting the integral of
    /// the rate, a quadratic in each stage.
    pub fn next(&mut self, draws: &mut Draws) -> Option<VirtualTime> {
        self.due += self.step(draws);
        self.count += 1;
        loop {
            let stage = *self.stages.get(self.stage)?;
            let seconds = stage.duration.as_secs_f64();
            let total = (stage.from + stage.to) / 2.0 * seconds;
            let rest = self.due - self.before;
            if rest <= total && total > 0.0 {
                return Some(self.begin + into_stage(&stage, seconds, rest));
            }
            self.before += total;
            self.begin += stage.duration;
            self.stage += 1;
        }
    }

    fn step(&self, draws: &mut Draws) -> f64 {
        if !self.is_poisson {
            return 1.0;
        }
        let luck = Luck { purpose: Purpose::Arrival, entity: self.group, index: self.count };
        -libm::log(1.0 - unit(draws.word(luck)))
    }
}

/// How far into a stage its expected count reaches `rest`.
fn into_stage(stage: &RateStage, seconds: f64, rest: f64) -> Span {
    let slope = (stage.to - stage.from) / seconds;
    let root = libm::sqrt((stage.from * stage.from + 2.0 * slope * rest).max(0.0));
    let at = 2.0 * rest / (stage.from + root);
    Span::from_nanos((at.clamp(0.0, seconds) * 1e9) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(stages: &[(u64, f64, f64)], is_poisson: bool) -> Vec<f64> {
        let stages = stages
            .iter()
            .map(|&(secs, from, to)| RateStage { duration: Span::from_secs(secs), from, to })
            .collect();
        let mut arrivals = Arrivals::new(VirtualTime::ZERO, stages, 0, is_poisson);
        let mut draws = Draws::new(1);
        std::iter::from_fn(|| arrivals.next(&mut draws))
            .map(|at| at.as_nanos() as f64 / 1e9)
            .collect()
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
}
