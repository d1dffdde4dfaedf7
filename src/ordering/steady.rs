//! How much time has passed, by a clock that may be set back.

use crate::kernel::{LocalTime, Span};

/// What a strategy takes for its clock. Unless it reads the time of day off it, a clock that is set
/// back goes on where it was, as `CLOCK_MONOTONIC` does: or whatever was to be done later would be
/// later by that much. A clock that is set ahead is ahead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steady {
    reads_clock: bool,
    last: Option<LocalTime>,
    behind: Span,
}

impl Steady {
    pub(super) const fn new(reads_clock: bool) -> Self {
        Self { reads_clock, last: None, behind: Span::ZERO }
    }

    /// What the strategy is told when the host's clock shows `shown`.
    pub(super) fn read(&mut self, shown: LocalTime) -> LocalTime {
        if self.reads_clock {
            return shown;
        }
        let now = shown + self.behind;
        let last = self.last.unwrap_or(now);
        self.behind += last.since(now);
        let now = now.max(last);
        self.last = Some(now);
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reads_clock: bool, shown: &[i64]) -> Vec<i64> {
        let mut steady = Steady::new(reads_clock);
        shown.iter().map(|shown| steady.read(LocalTime(*shown)).0).collect()
    }

    #[test]
    fn a_clock_that_is_set_back_goes_on_where_it_was() {
        assert_eq!(read(false, &[-5, 10, 4, 7, 1, 2]), [-5, 10, 10, 13, 13, 14]);
        assert_eq!(read(false, &[10, 100, 30, 40]), [10, 100, 100, 110], "set ahead, it is ahead");
    }

    #[test]
    fn whoever_reads_it_sees_what_it_shows() {
        assert_eq!(read(true, &[10, 4, 7]), [10, 4, 7]);
    }
}
