//! How long to wait for a leader: longer after every failure, until something is decided.

use crate::kernel::Span;

/// A timeout that doubles.
#[derive(Clone, Debug)]
pub(in crate::ordering) struct Patience {
    /// The first pause,
    first: Span,
    /// and the longest.
    longest: Span,
    /// Failures in a row that do not lengthen it.
    spared: u32,
    failures: u32,
}

impl Patience {
    pub(in crate::ordering) const fn new(first: Span, longest: Span, spared: u32) -> Self {
        Self { first, longest, spared, failures: 0 }
    }

    /// How long to wait now.
    pub(in crate::ordering) fn pause(&self) -> Span {
        let doublings = self.failures.saturating_sub(self.spared).min(32);
        (self.first * (1 << doublings)).min(self.longest)
    }

    /// Nothing came in time; how often that makes in a row.
    pub(in crate::ordering) fn fail(&mut self) -> u32 {
        self.failures += 1;
        self.failures
    }

    /// Something was decided.
    pub(in crate::ordering) fn succeed(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_until_something_is_decided() {
        let mut patience = Patience::new(Span::from_secs(5), Span::from_secs(40), 1);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            patience.fail();
            pauses.push(patience.pause().to_string());
        }
        patience.succeed();
        pauses.push(patience.pause().to_string());
        assert_eq!(pauses.join(" "), "5s 10s 20s 40s 40s 40s 5s");
    }
}
