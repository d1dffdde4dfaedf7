//! Phi accrual: how surprising a silence is, given the pauses before it.

use crate::kernel::VirtualTime;

/// The suspicion that one process has of another (Hayashibara et al. 2004), with the normal
/// distribution's approximation by a logistic one and the bounds that Akka uses.
#[derive(Clone, Debug)]
pub struct Phi {
    /// The last pauses, in milliseconds, oldest overwritten.
    pauses: Vec<f64>,
    next: usize,
    last: Option<VirtualTime>,
}

/// So many pauses are remembered.
const SAMPLES: usize = 200;

/// Fewer pauses say nothing.
const FEWEST: usize = 20;

/// The deviation is at least this, in milliseconds.
const LEAST_DEVIATION: f64 = 100.0;

/// A pause may be so much longer than usual without raising suspicion, in milliseconds.
const ACCEPTABLE: f64 = 3_000.0;

impl Phi {
    /// Nothing is known.
    pub const fn new() -> Self {
        Self { pauses: Vec::new(), next: 0, last: None }
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
        let square = self.pauses.iter().map(|pause| (pause - mean) * (pause - mean)).sum::<f64>();
        let deviation = libm::sqrt(square / count).max(LEAST_DEVIATION);
        let silence = now.since(last).as_millis_f64();
        let y = (silence - mean - ACCEPTABLE) / deviation;
        let e = libm::exp(-y * (1.5976 + 0.070566 * y * y));
        let later = if y > 0.0 { e / (1.0 + e) } else { 1.0 - 1.0 / (1.0 + e) };
        -libm::log10(later.max(f64::MIN_POSITIVE))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::new();
    }
}

impl Default for Phi {
    fn default() -> Self {
        Self::new()
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
        let mut phi = Phi::new();
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

    #[test]
    fn little_is_no_suspicion_and_suspected_pauses_are_not_learnt() {
        assert_eq!(heard(20).value(at(900_000)), 0.0);
        let mut phi = heard(50);
        phi.hear(at(600_000), true);
        phi.hear(at(601_000), false);
        assert!(phi.value(at(607_000)) > 8.0, "it still expects a beat a second");
        phi.clear();
        assert_eq!(phi.value(at(900_000)), 0.0);
    }
}
