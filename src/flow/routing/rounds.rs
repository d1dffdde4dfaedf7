//! What a centre does every so often.

use super::Site;
use crate::kernel::{Span, VirtualTime};

/// Thousandths of the usual time that a round takes.
const USUAL: u64 = 1_000;

/// A period, which may be slowed down.
#[derive(Clone, Debug)]
pub(super) struct Rounds {
    period: Span,
    pace: u64,
    last: VirtualTime,
    /// By so much is the first round shorter.
    early: Span,
    is_hurried: bool,
}

impl Rounds {
    pub(super) const fn new(period: Span) -> Self {
        Self { period, pace: USUAL, last: VirtualTime::ZERO, early: Span::ZERO, is_hurried: false }
    }

    /// Counts from now. So that not all centres speak at once, each has its own place in the first
    /// round (RFC 2453, 3.8, leaves that to chance).
    pub(super) fn begin(&mut self, now: VirtualTime, site: &Site) {
        let (me, centres) = (site.me as f64, site.overlay.centres() as f64);
        self.early = self.length().scaled(1.0 - (me + 1.0) / centres);
        self.last = now;
    }

    /// Rounds take so many thousandths of the usual time.
    pub(super) const fn pace(&mut self, pace: u64) {
        self.pace = pace;
    }

    /// How long a round takes now.
    pub(super) fn length(&self) -> Span {
        let nanos = u128::from(self.period.as_nanos()) * u128::from(self.pace);
        Span::from_nanos(u64::try_from(nanos / u128::from(USUAL)).unwrap_or(u64::MAX))
    }

    /// The next begins at once.
    pub(super) const fn hurry(&mut self) {
        self.is_hurried = true;
    }

    /// When the next begins.
    pub(super) fn due(&self) -> VirtualTime {
        let length = self.length().saturating_sub(self.early);
        if self.is_hurried { VirtualTime::ZERO } else { self.last + length }
    }

    /// Whether one begins now.
    pub(super) fn begins(&mut self, now: VirtualTime) -> bool {
        let begins = now >= self.due();
        if begins {
            (self.last, self.early, self.is_hurried) = (now, Span::ZERO, false);
        }
        begins
    }
}
