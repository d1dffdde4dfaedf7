//! Who is where, and what every link has without faults.

use super::link::retransmission_pause;
use super::rule::FaultRule;
use crate::kernel::{ProcessId, Span, VirtualTime};

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

    /// The longest delay of a link between regions that somebody lives in, without faults.
    pub fn longest_delay(&self) -> Span {
        let lived_in = |region: &usize| self.region_of.contains(&(*region as u16));
        let regions: Vec<usize> = (0..self.one_way.len()).filter(lived_in).collect();
        let links = regions.iter().flat_map(|from| regions.iter().map(move |to| (*from, *to)));
        let delays = links.map(|(from, to)| self.one_way[from][to].scaled(1.0 + self.jitter));
        delays.max().unwrap_or(Span::ZERO)
    }

    /// By when every stream that found its link closed from `closed` until `open` has tried again:
    /// its pauses grow, and none is longer than the last that the first of them begins.
    pub fn resumed(&self, closed: VirtualTime, open: VirtualTime) -> VirtualTime {
        let round_trip = self.longest_delay() * 2;
        let mut begun = closed;
        let pauses = (0..u32::BITS).map(|tries| retransmission_pause(round_trip, tries));
        let last = pauses.take_while(|pause| {
            let is_closed = begun < open;
            begun += *pause;
            is_closed
        });
        open + last.last().unwrap_or(Span::ZERO)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The last of many streams to try again, each closed from another instant on.
    fn dumb(round_trip: Span, closed: VirtualTime, open: VirtualTime) -> VirtualTime {
        let tries = |mut at: VirtualTime| {
            let mut tries = 0;
            while at < open {
                at += retransmission_pause(round_trip, tries);
                tries += 1;
            }
            at
        };
        let step = Span::from_millis(10);
        let starts = std::iter::successors(Some(closed), |at| Some(*at + step));
        starts.take_while(|at| *at < open).map(tries).max().unwrap_or(open)
    }

    #[test]
    fn streams_have_tried_again_by_then_and_not_much_earlier() {
        let at = |millis| VirtualTime::ZERO + Span::from_millis(millis);
        for (delay, length) in [(5, 10), (5, 700), (5, 30_000), (110, 2_000), (110, 90_000)] {
            let topology = Topology {
                region_of: vec![0, 0],
                one_way: vec![vec![Span::from_millis(delay)]],
                jitter: 0.0,
                bandwidth: None,
                transport: Transport::Stream,
                rules: Vec::new(),
            };
            let (closed, open) = (at(1_000), at(1_000 + length));
            let last = dumb(Span::from_millis(2 * delay), closed, open);
            let resumed = topology.resumed(closed, open);
            assert!(last <= resumed, "{delay} {length}: {last} and {resumed}");
            let is_near = resumed.since(last) <= Span::from_millis(10);
            assert!(is_near, "{delay} {length}: {last} and {resumed}");
        }
    }
}
