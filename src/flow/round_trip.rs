//! How long an answer takes, as a client learns it (RFC 6298, section 2).

use crate::kernel::Span;

/// Smoothed time from a first try until its answer, and how much that varies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundTrip(Option<(Span, Span)>);

impl RoundTrip {
    /// One took so long. What was tried twice is not told: nobody knows which try it answers
    /// (Karn and Partridge, SIGCOMM 1987).
    pub fn hear(&mut self, took: Span) {
        self.0 = Some(match self.0 {
            None => (took, took / 2),
            Some((smoothed, varied)) => {
                let off = smoothed.max(took).saturating_sub(smoothed.min(took));
                ((smoothed * 7 + took) / 8, (varied * 3 + off) / 4)
            }
        });
    }

    /// Hardly one takes longer; nothing while none is known.
    pub fn longest(self) -> Span {
        self.0.map_or(Span::ZERO, |(smoothed, varied)| smoothed + varied * 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_what_it_hears() {
        let mut trip = RoundTrip::default();
        assert_eq!(trip.longest(), Span::ZERO);
        let mut hear = |millis| {
            trip.hear(Span::from_millis(millis));
            trip.longest().as_nanos() / 1_000_000
        };
        assert_eq!(hear(80), 80 + 4 * 40, "the first is its own deviation, halved");
        assert_eq!(hear(80), 80 + 4 * 30);
        assert_eq!(hear(160), 90 + 170, "an eighth of the way, and a quarter: 22.5 + 20");
        let last = (0..100).map(|_| hear(80)).last();
        assert_eq!(last, Some(80), "nothing varies any more");
    }
}
