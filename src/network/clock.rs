//! A host's own clock: skewed, drifting, never consulted by the laboratory itself.

use crate::kernel::{LocalTime, Span, VirtualTime};

/// Shows local time as a linear function of virtual time, from the last change on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    since: VirtualTime,
    shown: i64,
    /// Parts per billion by which it runs fast.
    drift: i64,
}

impl Clock {
    /// What it shows at `now`, which is not before its last change.
    pub fn read(&self, now: VirtualTime) -> LocalTime {
        if self.drift == 0 {
            let elapsed = now.since(self.since).as_nanos();
            return LocalTime(self.shown.saturating_add_unsigned(elapsed));
        }
        let elapsed = i128::from(now.since(self.since).as_nanos());
        let gained = elapsed * i128::from(self.drift) / 1_000_000_000;
        let shown = i128::from(self.shown) + elapsed + gained;
        LocalTime(i64::try_from(shown).unwrap_or(i64::MAX))
    }

    /// How much virtual time passes until it has counted `span`, all of it.
    pub fn until_it_counts(&self, span: Span) -> Span {
        if self.drift == 0 {
            return span;
        }
        let rate = 1_000_000_000_i128 + i128::from(self.drift);
        let nanos = u128::from(span.as_nanos()) * 1_000_000_000;
        let nanos = nanos.div_ceil(u128::try_from(rate).unwrap_or(0).max(1));
        Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Moves what it shows by `nanos` from `now` on.
    pub fn skew(&mut self, now: VirtualTime, nanos: i64) {
        self.shown = self.read(now).0.saturating_add(nanos);
        self.since = now;
    }

    /// Makes it run fast by `parts_per_billion` from `now` on, without a jump.
    pub fn drift(&mut self, now: VirtualTime, parts_per_billion: i64) {
        self.shown = self.read(now).0;
        self.since = now;
        self.drift = parts_per_billion;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> VirtualTime {
        VirtualTime::ZERO + Span::from_secs(seconds)
    }

    #[test]
    fn a_clock_shows_virtual_time_until_it_is_changed() {
        assert_eq!(Clock::default().read(at(5)), LocalTime(5_000_000_000));
    }

    #[test]
    fn skew_jumps_and_drift_does_not() {
        let mut clock = Clock::default();
        clock.skew(at(10), 30_000_000_000);
        assert_eq!(clock.read(at(10)), LocalTime(40_000_000_000));
        clock.drift(at(10), 200_000);
        assert_eq!(clock.read(at(10)), LocalTime(40_000_000_000));
        assert_eq!(clock.read(at(20)), LocalTime(50_002_000_000), "200 ppm of 10 s is 2 ms");
    }

    #[test]
    fn a_fast_clock_counts_a_span_sooner() {
        let mut clock = Clock::default();
        clock.drift(at(0), 1_000_000_000);
        assert_eq!(clock.until_it_counts(Span::from_secs(2)), Span::from_secs(1));
    }

    #[test]
    fn a_span_waited_for_has_been_counted_whatever_the_drift() {
        for drift in [-999_999_999, -200_001, -1, 0, 1, 3, 333_333_333] {
            let mut clock = Clock::default();
            clock.drift(at(1), drift);
            for span in [1, 7, 1_000_003, 5_000_000_001].map(Span::from_nanos) {
                let begin = at(3) + span;
                let end = begin + clock.until_it_counts(span);
                assert!(clock.read(end).since(clock.read(begin)) >= span, "{drift} {span}");
            }
        }
    }
}
