//! Who is where, and what every link has without faults.

use super::rule::FaultRule;
use crate::kernel::{ProcessId, Span};

/// Whether a link keeps its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// In order, retransmitted, with head-of-line blocking; as TCP and QUIC give.
    Stream,
    /// May lose and overtake.
    Datagram,
}

/// Everything about links that never changes during a run. Shared by all hosts.
#[derive(Clone, Debug)]
pub struct Topology {
    /// The region of each process, a position in `one_way`.
    pub region_of: Vec<u16>,
    /// One-way delays between regions, never zero.
    pub one_way: Vec<Vec<Span>>,
    /// A link's delay wanders by up to this share; 0 to 0.9.
    pub jitter: f64,
    /// Bits per second that a link carries; `None` is no limit.
    pub bandwidth: Option<u64>,
    /// Whether links keep their order.
    pub transport: Transport,
    /// What goes wrong on links, in the order in which it applies.
    pub rules: Vec<FaultRule>,
}

impl Topology {
    /// Delay of a link in middling weather, without queueing.
    pub fn base_delay(&self, from: ProcessId, to: ProcessId) -> Span {
        let row = usize::from(self.region_of[from.index()]);
        self.one_way[row][usize::from(self.region_of[to.index()])]
    }

    /// Whether every message on a link takes as long as any other, but for faults.
    pub(super) fn is_even(&self) -> bool {
        self.jitter == 0.0 && self.bandwidth.is_none()
    }

    /// The shortest delay of a link; jitter and reordering never undercut it.
    pub fn floor(&self, from: ProcessId, to: ProcessId) -> Span {
        self.floor_under(self.base_delay(from, to))
    }

    /// The shortest delay of a link that has `base` in middling weather.
    pub(super) fn floor_under(&self, base: Span) -> Span {
        let least = if self.jitter == 0.0 { base } else { base.scaled(1.0 - self.jitter) };
        least.max(Span::TICK)
    }

    /// The shortest delay between two processes of different shards.
    pub fn lookahead(&self, shard_of: &[u16]) -> Span {
        let mut places: Vec<(u16, u16)> =
            self.region_of.iter().copied().zip(shard_of.iter().copied()).collect();
        places.sort_unstable();
        places.dedup();
        let mut least = Span::MAX;
        for (from, from_shard) in &places {
            for (to, to_shard) in &places {
                if from_shard != to_shard {
                    let delay = self.one_way[usize::from(*from)][usize::from(*to)];
                    least = least.min(self.floor_under(delay));
                }
            }
        }
        least.min(super::CONTROL_FLOOR)
    }
}

/// A set of processes, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcessSet(Vec<bool>);

impl ProcessSet {
    /// The set of these.
    pub fn new(members: impl IntoIterator<Item = ProcessId>) -> Self {
        let mut set = Vec::new();
        for member in members {
            if set.len() <= member.index() {
                set.resize(member.index() + 1, false);
            }
            set[member.index()] = true;
        }
        Self(set)
    }

    /// Whether `process` is in it.
    pub fn contains(&self, process: ProcessId) -> bool {
        self.0.get(process.index()).copied().unwrap_or(false)
    }

    /// Whether it has no member.
    pub fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }

    /// Its members in order.
    pub fn iter(&self) -> impl Iterator<Item = ProcessId> + '_ {
        (0..).zip(&self.0).filter(|(_, is_in)| **is_in).map(|(number, _)| ProcessId(number))
    }
}
