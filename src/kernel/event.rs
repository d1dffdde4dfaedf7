//! Events and the key that orders them.

use std::cmp::Ordering;
use std::fmt;

use super::VirtualTime;

/// A logical process by its dense number, given in the order in which the model lists them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u32);

impl ProcessId {
    /// The source of what the script itself schedules before the run; it hosts no process.
    pub const SCRIPT: Self = Self(u32::MAX);

    /// The position in dense tables.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The total order of events. Unique: a source numbers all it sends, to whomever, in one count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct EventKey {
    /// When the event happens.
    pub time: VirtualTime,
    // Behind `source` in the order, before it in memory: so the two are read as one word.
    /// How many events the source had caused before.
    pub sequence: u32,
    /// Who caused it.
    pub source: ProcessId,
}

impl EventKey {
    /// The key as one number of the same order: time, then source, then sequence.
    #[inline]
    pub(crate) fn rank(self) -> u128 {
        let tie = u64::from(self.source.0) << 32 | u64::from(self.sequence);
        u128::from(self.time.as_nanos()) << 64 | u128::from(tie)
    }
}

impl Ord for EventKey {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for EventKey {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} p{}#{}", self.time, self.source.0, self.sequence)
    }
}

/// A message on its way, or a timer (a message to oneself).
#[derive(Clone, Debug)]
pub struct Event<M> {
    /// Its place in the total order.
    pub key: EventKey,
    /// Who handles it.
    pub destination: ProcessId,
    /// What it says.
    pub message: M,
}
