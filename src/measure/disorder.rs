//! Reordering on one stream of messages, as RFC 4737 defines it.

use std::collections::VecDeque;

/// What one arrival says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It arrived before; only the first copy counts.
    Copy,
    /// Nothing later had arrived.
    InOrder,
    /// A later one had arrived: type-P-reordered.
    Late(Late),
}

/// A reordered arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// Arrivals since the earliest that should have come after it (4.2.1).
    pub extent: u32,
    /// Whether `extent` is only a lower bound: the earliest was too long ago to be remembered.
    pub is_at_least: bool,
    /// How many arrivals just before it should all have come after it (5.3, n-reordering).
    pub n: u32,
    /// Arrivals between the discontinuity it belongs to and the one before (4.5), if this is
    /// the first of a new one.
    pub gap: Option<u64>,
    /// Arrivals in order since the reordered one before (4.6, reordering-free run).
    pub run: u64,
}

/// In-order arrivals remembered to find an extent, and arrivals to find n.
const REMEMBERED: usize = 512;
const NEIGHBOURS: usize = 64;
/// Sequence numbers below the next expected one whose copies are recognised.
const COPIES: usize = 1_024;

/// One stream: what one sender numbered, as it arrives at one receiver.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// One more than the largest sequence number that has arrived.
    next: u32,
    /// Arrivals so far, first copies only.
    arrivals: u64,
    /// Sequence number and place of each in-order arrival: both grow.
    in_order: VecDeque<(u32, u64)>,
    /// The latest arrivals, in a ring by place.
    latest: Vec<u32>,
    /// Which numbers below `next` have arrived, in a ring of bits.
    seen: Vec<u64>,
    discontinuity: Option<u64>,
    run: u64,
}

impl Stream {
    /// The next message of this stream arrives.
    pub fn arrive(&mut self, sequence: u32) -> Arrival {
        if self.latest.is_empty() {
            self.latest = vec![0; NEIGHBOURS];
            self.seen = vec![0; COPIES / 64];
        }
        if sequence >= self.next {
            self.expect_after(sequence);
            self.see(sequence);
            self.run += 1;
            self.enter(sequence);
            return Arrival::InOrder;
        }
        if self.has_seen(sequence) {
            return Arrival::Copy;
        }
        self.see(sequence);
        let late = self.late(sequence);
        self.enter(sequence);
        Arrival::Late(late)
    }

    /// So many messages arrive that each bear the next number.
    pub fn arrive_in_order(&mut self, count: u32) {
        // Only the last of a long run can be asked about later.
        let skipped = count.saturating_sub(COPIES as u32);
        self.next += skipped;
        self.arrivals += u64::from(skipped);
        self.run += u64::from(skipped);
        (skipped..count).for_each(|_| {
            self.arrive(self.next);
        });
    }

    /// One more than the largest sequence number that has arrived.
    pub const fn next(&self) -> u32 {
        self.next
    }

    fn late(&mut self, sequence: u32) -> Late {
        // The earliest larger one was in order when it came: all before it were smaller.
        let after = self.in_order.partition_point(|&(earlier, _)| earlier < sequence);
        let earliest = self.in_order[after].1;
        let is_at_least = after == 0 && self.in_order.len() == REMEMBERED;
        let gap = (self.discontinuity != Some(earliest))
            .then(|| self.discontinuity.map(|before| earliest.abs_diff(before)))
            .flatten();
        self.discontinuity = Some(earliest);
        let run = std::mem::take(&mut self.run);
        let extent = (self.arrivals - earliest) as u32;
        Late { extent, is_at_least, n: self.larger_before(sequence), gap, run }
    }

    fn larger_before(&self, sequence: u32) -> u32 {
        let known = self.arrivals.min(NEIGHBOURS as u64);
        let before = (1..=known).map(|back| self.latest[self.place(self.arrivals - back)]);
        before.take_while(|&other| other > sequence).count() as u32
    }

    fn enter(&mut self, sequence: u32) {
        let place = self.place(self.arrivals);
        self.latest[place] = sequence;
        if sequence >= self.next {
            self.next = sequence + 1;
            if self.in_order.len() == REMEMBERED {
                self.in_order.pop_front();
            }
            self.in_order.push_back((sequence, self.arrivals));
        }
        self.arrivals += 1;
    }

    const fn place(&self, arrival: u64) -> usize {
        arrival as usize % NEIGHBOURS
    }

    /// Forgets the numbers whose bits those from `next` to `sequence` take.
    fn expect_after(&mut self, sequence: u32) {
        if sequence == self.next {
            return;
        }
        if sequence - self.next >= COPIES as u32 {
            self.seen.fill(0);
            return;
        }
        for number in self.next..=sequence {
            let bit = number as usize % COPIES;
            self.seen[bit / 64] &= !(1 << (bit % 64));
        }
    }

    fn see(&mut self, sequence: u32) {
        let bit = sequence as usize % COPIES;
        if self.next.saturating_sub(sequence) as usize <= COPIES {
            self.seen[bit / 64] |= 1 << (bit % 64);
        }
    }

    fn has_seen(&self, sequence: u32) -> bool {
        let bit = sequence as usize % COPIES;
        (self.next - sequence) as usize <= COPIES && self.seen[bit / 64] >> (bit % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Draws, Luck, Purpose, Span, VirtualTime, exponential};
    use crate::measure::statistics;

    /// Arrivals as sequence numbers; expected are `number:extent:n` of those reordered, all else
    /// in order, and `n` 0 for one that is not n-reordered for any n.
    fn check(section: &str, arrivals: &str, expected: &str) {
        let (mut stream, mut late) = (Stream::default(), Vec::new());
        for sequence in arrivals.split(' ').map(|word| word.parse().expect("a number")) {
            if let Arrival::Late(found) = stream.arrive(sequence) {
                late.push(format!("{sequence}:{}:{}", found.extent, found.n));
            }
        }
        assert_eq!(late.join(" "), expected, "RFC 4737 {section}");
    }

    #[test]
    fn the_examples_of_rfc_4737_come_out_as_published() {
        check("7.1 table 1", "1 2 3 5 6 7 8 4 9 10", "4:4:4");
        check("7.2 table 2", "1 2 3 4 7 5 6 8 9 10", "5:1:1 6:2:0");
        check("7.3 table 3", "1 2 3 7 8 9 10 4 5 6 11", "4:4:4 5:5:0 6:6:0");
        check("7.4 table 4", "1 2 3 6 7 4 5 8 9 10 12 13 11 14 15 16", "4:2:2 5:3:0 11:2:2");
        check("5.3 note", "1 2 3 7 8 9 4 5 6", "4:3:3 5:4:0 6:5:0");
        check("duplicates", "1 3 2 3 2 4", "2:1:1");
        check("clean", "1 2 5 6 9", "");
    }

    fn late(arrivals: impl IntoIterator<Item = u32>) -> Vec<Late> {
        let mut stream = Stream::default();
        let arrive = |sequence| match stream.arrive(sequence) {
            Arrival::Late(late) => Some(late),
            Arrival::InOrder | Arrival::Copy => None,
        };
        arrivals.into_iter().filter_map(arrive).collect()
    }

    #[test]
    fn gaps_and_free_runs_are_those_of_table_4() {
        let found = late([1, 2, 3, 6, 7, 4, 5, 8, 9, 10, 12, 13, 11, 14, 15, 16]);
        assert_eq!(found.iter().map(|late| late.run).collect::<Vec<_>>(), [5, 0, 5], "4.6");
        let gaps: Vec<_> = found.iter().filter_map(|late| late.gap).collect();
        assert_eq!(gaps, [7], "4.5, packet 12");
    }

    /// In-order runs of these lengths, each ended by one reordered message; (p, x, a, q) of 4.6.4.
    fn runs(lengths: [u32; 3]) -> (u64, u64, u64, u64) {
        let (mut arrivals, mut next) = (Vec::new(), 1);
        for length in lengths {
            arrivals.extend(next + 1..=next + length);
            arrivals.push(next);
            next += length + 1;
        }
        let found = late(arrivals.iter().copied());
        let sum = |power| found.iter().map(|late| late.run.pow(power)).sum();
        (arrivals.len() as u64, found.len() as u64, sum(1), sum(2))
    }

    #[test]
    fn the_uneven_runs_of_rfc_4737_section_4_6_4() {
        assert_eq!(runs([11, 11, 11]), (36, 3, 33, 363));
        assert_eq!(runs([1, 1, 31]), (36, 3, 33, 963));
    }

    #[test]
    fn a_run_in_order_is_as_good_as_its_messages() {
        let after = |stream: &mut Stream| {
            [7_001, 7_000, 6_990, 6_000, 5_999, 7_002].map(|sequence| stream.arrive(sequence))
        };
        let (mut single, mut bulk) = (Stream::default(), Stream::default());
        for sequence in [3, 1, 2] {
            assert_eq!(single.arrive(sequence), bulk.arrive(sequence));
        }
        (4..6_990).for_each(|sequence| assert_eq!(single.arrive(sequence), Arrival::InOrder));
        bulk.arrive_in_order(6_986);
        assert_eq!(bulk.next(), 6_990);
        assert_eq!(after(&mut single), after(&mut bulk));
    }

    /// RFC 4737 as its sections say it, looking back over everything: extent and n.
    fn by_the_book(arrivals: &[u32]) -> Vec<(u32, u32)> {
        let late = |&at: &usize| arrivals[..at].iter().any(|&other| other > arrivals[at]);
        let describe = |at: usize| {
            let larger = |other: &u32| *other > arrivals[at];
            let earliest = arrivals.iter().position(larger).unwrap_or(at);
            let n = arrivals[..at].iter().rev().take_while(|other| larger(other)).count();
            ((at - earliest) as u32, n.min(NEIGHBOURS) as u32)
        };
        (0..arrivals.len()).filter(late).map(describe).collect()
    }

    #[test]
    fn shuffled_streams_come_out_as_by_the_book() {
        for seed in 1..=50 {
            let mut draws = Draws::new(seed);
            let mut arrivals: Vec<(u64, u32)> = (0..400_u32)
                .map(|index| {
                    let luck = Luck { purpose: Purpose::Bench, entity: 7, index: index.into() };
                    (u64::from(index) + draws.word(luck) % (seed * 4), index)
                })
                .collect();
            arrivals.sort_unstable();
            let arrivals: Vec<u32> = arrivals.into_iter().map(|(_, sequence)| sequence).collect();
            let found = late(arrivals.iter().copied());
            let found: Vec<_> = found.iter().map(|late| (late.extent, late.n)).collect();
            assert_eq!(by_the_book(&arrivals), found, "seed {seed}");
        }
    }

    #[test]
    fn an_extent_beyond_memory_is_a_lower_bound() {
        let found = late((1..5_000).chain([0]));
        assert_eq!((found[0].extent, found[0].is_at_least, found[0].n), (512, true, 64));
        let copies = late((0..5_000).chain([4_500]));
        assert_eq!(copies, [], "a copy of a message 500 numbers back");
    }

    /// The share reordered of a Poisson stream whose delays are exponential, `per_delay` sent
    /// during a mean delay, between warm-up and run-out.
    fn ratio(seed: u64, per_delay: u64) -> f64 {
        const SENT: u64 = 20_000;
        let mut draws = Draws::new(seed);
        let mean = Span::from_millis(10);
        let mut draw = |entity, index| draws.word(Luck { purpose: Purpose::Bench, entity, index });
        let mut now = VirtualTime::ZERO;
        let mut arrivals = Vec::new();
        for index in 0..SENT {
            now += exponential(Span::from_nanos(mean.as_nanos() / per_delay), draw(0, index));
            arrivals.push((now + exponential(mean, draw(1, index)), index as u32));
        }
        arrivals.sort_unstable();
        let found = late(arrivals.into_iter().map(|(_, sequence)| sequence));
        found.len() as f64 / SENT as f64
    }

    #[test]
    fn a_poisson_stream_with_exponential_delays_has_the_ratio_of_the_closed_form() {
        // 1 - E[exp(-lambda * integral of F up to the delay)]: metrics.md, section 4.
        let sample: Vec<f64> = (1..=30).map(|seed| ratio(seed, 1)).collect();
        let interval = statistics::mean_interval(&sample, 0.999).expect("thirty values");
        assert!(interval.contains(0.2817), "{interval:?}");
        assert!(!interval.contains(0.5), "a pair sent at once overtakes with 1/2: {interval:?}");
        assert!(!interval.contains(0.25), "lambda / (lambda + 3): {interval:?}");
        let sample: Vec<f64> = (1..=30).map(|seed| ratio(seed, 5)).collect();
        let interval = statistics::mean_interval(&sample, 0.999).expect("thirty values");
        assert!(interval.contains(0.5623) && !interval.contains(0.5833), "{interval:?}");
    }
}
