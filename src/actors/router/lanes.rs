//! Lanes of a router: what an operation costs in each, and what becomes of that in an ill one.

use crate::flow::Lanes;
use crate::kernel::Span;
use crate::network::PartHealth;

/// The work of an operation, lane by lane; zero where it has none.
pub(super) type Work = Lanes<Span>;

/// A lane without faults.
pub(super) const WELL: PartHealth = PartHealth { is_stalled: false, pace: 1_000 };

/// Whether work in a lane does not come to an end.
pub(super) fn keeps(health: PartHealth, work: Span) -> bool {
    health.is_stalled && work > Span::ZERO
}

/// Nanoseconds that work in a lane takes.
pub(super) const fn time(health: PartHealth, work: Span) -> u64 {
    work.as_nanos().saturating_mul(health.pace) / 1_000
}
