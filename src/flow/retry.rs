//! Retries: when a client tries again, and whether it may.

use crate::kernel::{Span, unit};

/// What a client does after a refusal that may pass, or silence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    /// Tries in all, the first included; at least 1.
    pub tries: u32,
    /// Pause before the second try.
    pub after: Span,
    /// A try without an answer for this long is over.
    pub timeout: Span,
    /// How pauses grow.
    pub backoff: Backoff,
    /// No pause is longer.
    pub longest: Span,
    /// Up to this share of a pause is taken off by luck; 0 to 1 (1 is "full jitter").
    pub jitter: f64,
    /// Retries that a client may add per first try, on average; `None` is no limit.
    pub budget: Option<f64>,
    /// Every try is a new attestation: validators do not know that it was there before.
    pub anew: bool,
}

/// How pauses grow from try to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backoff {
    /// They stay.
    Fixed,
    /// They double.
    Exponential,
}

impl Retry {
    /// One try after another with the same pauses, as often as it takes nobody's budget.
    pub const fn plain(tries: u32, after: Span, timeout: Span) -> Self {
        let longest = Span::from_secs(30);
        Self {
            tries,
            after,
            timeout,
            backoff: Backoff::Fixed,
            longest,
            jitter: 0.0,
            budget: None,
            anew: false,
        }
    }

    /// The pause after the try of that number, from 0, when told to wait for at least `least`.
    pub fn pause(&self, attempt: u8, least: Span, word: u64) -> Span {
        let grown = match self.backoff {
            Backoff::Fixed => self.after,
            Backoff::Exponential => self.after * (1 << u64::from(attempt.min(32))),
        };
        let whole = grown.min(self.longest.max(self.after)).max(least);
        if self.jitter == 0.0 { whole } else { whole.scaled(1.0 - self.jitter * unit(word)) }
    }

    /// As long as an operation may be under way in tries and pauses.
    pub fn longest_flight(&self) -> Span {
        (self.timeout + self.longest.max(self.after)) * u64::from(self.tries)
    }
}

/// What a client may still add (a retry budget, as in Finagle and in Envoy).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    left: f64,
}

/// A client's first retry is free: else one with a single operation could never try again.
const RESERVE: f64 = 1.0;

/// What is not used up is kept up to this.
const MOST: f64 = 10.0;

impl Default for Budget {
    fn default() -> Self {
        Self { left: RESERVE }
    }
}

impl Budget {
    /// A first try.
    pub fn earn(&mut self, retry: &Retry) {
        self.left = (self.left + retry.budget.unwrap_or(0.0)).min(MOST);
    }

    /// Whether one more try may be made; then it is paid for.
    pub fn spend(&mut self, retry: &Retry) -> bool {
        if retry.budget.is_none() {
            return true;
        }
        let may = self.left >= 1.0;
        self.left -= f64::from(u8::from(may));
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Retry = Retry {
        tries: 5,
        after: Span::from_millis(100),
        timeout: Span::from_secs(1),
        backoff: Backoff::Exponential,
        longest: Span::from_millis(500),
        jitter: 0.0,
        budget: Some(0.1),
        anew: false,
    };

    #[test]
    fn pauses_double_up_to_the_longest_and_jitter_takes_off() {
        let pauses = |retry: Retry, word: u64| -> Vec<u64> {
            (0..4)
                .map(|attempt| retry.pause(attempt, Span::ZERO, word).as_nanos() / 1_000_000)
                .collect()
        };
        assert_eq!(pauses(RETRY, 0), [100, 200, 400, 500]);
        assert_eq!(pauses(Retry { backoff: Backoff::Fixed, ..RETRY }, 0), [100; 4]);
        assert_eq!(pauses(Retry { jitter: 0.5, ..RETRY }, 1 << 63), [75, 150, 300, 375]);
    }

    #[test]
    fn a_budget_of_a_tenth_allows_the_first_and_then_every_tenth() {
        let mut budget = Budget::default();
        let mut spent = 0;
        for _ in 0..100 {
            budget.earn(&RETRY);
            spent += u32::from(budget.spend(&RETRY));
        }
        assert!((10..=11).contains(&spent), "{spent}");
        assert!(Budget::default().spend(&Retry { budget: None, ..RETRY }));
    }
}
