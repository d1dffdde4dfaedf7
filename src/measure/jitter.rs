//! How much one latency differs from the next.

use crate::kernel::Span;

/// RFC 3550's running estimate over one sequence of latencies.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Jitter {
    last: Option<Span>,
    smoothed: f64,
}

impl Jitter {
    /// The next latency; the estimate after it in nanoseconds, from the second on.
    pub(super) fn add(&mut self, latency: Span) -> Option<f64> {
        let change = self.change(latency)?;
        // 6.4.1: J += (|D| - J) / 16.
        self.smoothed += (change.unsigned_abs() as f64 - self.smoothed) / 16.0;
        Some(self.smoothed)
    }

    /// This latency minus the one before in nanoseconds: IPDV (RFC 5481 4.1).
    fn change(&mut self, latency: Span) -> Option<i64> {
        let before = self.last.replace(latency)?;
        Some(latency.as_nanos() as i64 - before.as_nanos() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_that_of_rfc_3550() {
        // Sent every 20 ms and received at these instants; computed by the formula of 6.4.1.
        let received = [68_u64, 88, 118, 128, 163, 168].into_iter();
        let mut jitter = Jitter::default();
        let delays = (0..).step_by(20).zip(received).map(|(sent, got)| got - sent);
        let found: Vec<_> = delays
            .filter_map(|delay| jitter.add(Span::from_millis(delay)))
            .map(|nanos| nanos / 1e6)
            .collect();
        assert_eq!(found, [0.0, 0.625, 1.210_937_5, 2.072_753_906_25, 2.880_706_787_109_375]);
    }

    #[test]
    fn changes_are_those_of_rfc_5481_figure_1() {
        let mut jitter = Jitter::default();
        let delays = [20, 10, 20, 25, 20].map(Span::from_millis);
        let changes = delays.map(|delay| jitter.change(delay).map(|nanos| nanos / 1_000_000));
        assert_eq!(changes, [None, Some(-10), Some(10), Some(5), Some(-5)], "IPDV, section 4.1");
        let least = delays.iter().min().copied().expect("five delays");
        let over = delays.map(|delay| delay.saturating_sub(least));
        assert_eq!(over, [10, 0, 10, 15, 10].map(Span::from_millis), "PDV, section 4.2");
    }
}
