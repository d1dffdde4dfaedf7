//! Phi accrual: how surprising a silence is, given the pauses before it.

use crate::kernel::VirtualTime;

/// What signs of life are, and so how pauses between them are distributed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signs {
    /// Sent by a clock: pauses are normal (Hayashibara et al. 2004), here by the logistic
    /// approximation and with the bounds that Akka uses.
    #[default]
    Beats,
    /// Work that passes by: pauses are exponential, as in Cassandra. By a normal law about one
    /// pause in ten thousand would be suspicious at phi 8, several a day.
    Arrivals,
}

/// The suspicion that one process has of another.
#[derive(Clone, Debug)]
pub struct Phi {
    signs: Signs,
    /// The last pauses, in milliseconds, oldest overwritten.
    pauses: Vec<f64>,
    next: usize,
    last: Option<VirtualTime>,
}

/// So many pauses are remembered.
const SAMPLES: usize = 200;

/// Fewer pauses say nothing.
const FEWEST: usize = 20;

/// The deviation, for arrivals the mean, is at least this, in milliseconds.
const LEAST_DEVIATION: f64 = 100.0;

/// A pause may be so much longer than usual without raising suspicion, in milliseconds.
const ACCEPTABLE: f64 = 3_000.0;

impl Phi {
    /// Nothing is known.
    pub const fn new(signs: Signs) -> Self {
        Self { signs, pauses: Vec::new(), next: 0, last: None }
    }

    /// A sign of life. While it was suspected the pause is not learnt.
    pub fn hear(&mut self, now: VirtualTime, was_suspected: bool) {
        let Some(last) = self.last.replace(now).filter(|_| !was_suspected) else { return };
        let pause = now.since(last).as_millis_f64();
        if self.pauses.len() < SAMPLES {
            self.pauses.push(pause);
        } else {
            self.pauses[self.next] = pause;
            self.next = (self.next + 1) % SAMPLES;
        }
    }

    /// How suspicious the silence is: minus the decimal logarithm of the chance that a sign of life
    /// still comes. 0 while too little is known.
    pub fn value(&self, now: VirtualTime) -> f64 {
        let Some(last) = self.last.filter(|_| self.pauses.len() >= FEWEST) else { return 0.0 };
        let count = self.pauses.len() as f64;
        let mean = self.pauses.iter().sum::<f64>() / count;
        let silence = now.since(last).as_millis_f64();
        if self.signs == Signs::Arrivals {
            let mean = mean.max(LEAST_DEVIATION);
            return (silence - ACCEPTABLE).max(0.0) / mean * std::f64::consts::LOG10_E;
        }
        let square = self.pauses.iter().map(|pause| (pause - mean) * (pause - mean)).sum::<f64>();
        let deviation = libm::sqrt(square / count).max(LEAST_DEVIATION);
        let y = (silence - mean - ACCEPTABLE) / deviation;
        let e = libm::exp(-y * (1.5976 + 0.070566 * y * y));
        let later = if y > 0.0 { e / (1.0 + e) } else { 1.0 - 1.0 / (1.0 + e) };
        -libm::log10(later.max(f64::MIN_POSITIVE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Span;

    fn at(millis: u64) -> VirtualTime {
        VirtualTime::ZERO + Span::from_millis(millis)
    }

    fn heard(times: u64) -> Phi {
        let mut phi = Phi::new(Signs::Beats);
        (0..times).for_each(|number| phi.hear(at(number * 1_000), false));
        phi
    }

    #[test]
    fn suspicion_grows_with_silence() {
        let phi = heard(100);
        let last = 99_000;
        let after = |millis: u64| (phi.value(at(last + millis)) * 100.0).round() / 100.0;
        assert_eq!(after(1_000), 0.0);
        assert_eq!(after(4_000), 0.3, "one in two at mean and pause");
        assert!((after(4_100) - 0.8).abs() < 0.02, "one deviation: 15.9 % {}", after(4_100));
        assert!(after(4_500) > 6.0 && after(4_600) > 8.0);
    }

    /// Once in `1e8` pauses, 18.4 times the mean, on top of what is acceptable.
    #[test]
    fn work_comes_without_memory() {
        let mut phi = Phi::new(Signs::Arrivals);
        (0..100).for_each(|number| phi.hear(at(number * 1_500), false));
        let after = |seconds: u64| (phi.value(at(99 * 1_500 + seconds * 1_000)) * 10.0).round();
        assert_eq!((after(3), after(13), after(30), after(31)), (0.0, 29.0, 78.0, 81.0));
    }

    #[test]
    fn little_is_no_suspicion_and_suspected_pauses_are_not_learnt() {
        assert_eq!(heard(20).value(at(900_000)), 0.0);
        let mut phi = heard(50);
        phi.hear(at(600_000), true);
        phi.hear(at(601_000), false);
        assert!(phi.value(at(607_000)) > 8.0, "it still expects a beat a second");
    }
}
