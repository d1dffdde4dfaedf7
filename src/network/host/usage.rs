//! What a host used, and what it still has to do.

use crate::kernel::{Span, VirtualTime};

/// What was used in one second and has not been told.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    pub(super) second: u32,
    pub(super) messages: u32,
    pub(super) bytes: u64,
    pub(super) cpu: Span,
}

/// Whole milliseconds from `now` to `until`; none if that is over.
pub(super) fn millis_between(now: VirtualTime, until: VirtualTime) -> u32 {
    let nanos = until.max(now).since(now).as_nanos();
    u32::try_from(nanos / 1_000_000).unwrap_or(u32::MAX)
}
