//! Reorder density and reorder buffer-occupancy density of one stream, as RFC 5236 defines them.

use std::collections::VecDeque;

/// Messages that are later or earlier than this are taken for lost (DT, and BT of the buffer).
const THRESHOLD: usize = 8;

/// How many messages arrived how far from their place, and how full a recovery buffer would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Density {
    /// By displacement, from 8 places early to 8 places late.
    pub displaced: [u64; 2 * THRESHOLD + 1],
    /// By messages that a buffer held after an arrival, from 0 to 8.
    pub buffered: [u64; THRESHOLD + 1],
}

impl Density {
    /// Takes in another stream.
    pub fn merge(&mut self, other: &Self) {
        self.displaced.iter_mut().zip(other.displaced).for_each(|(sum, part)| *sum += part);
        self.buffered.iter_mut().zip(other.buffered).for_each(|(sum, part)| *sum += part);
    }

    /// The share of messages by displacement, from -8 to 8 places late (RD, section 4).
    pub fn displacement(&self) -> Vec<(i32, f64)> {
        let total = self.displaced.iter().sum::<u64>().max(1) as f64;
        let places = (-(THRESHOLD as i32)..).zip(self.displaced);
        places.map(|(place, count)| (place, count as f64 / total)).collect()
    }

    /// The share of arrivals after which a buffer held so many messages (RBD, section 5).
    pub fn occupancy(&self) -> Vec<f64> {
        let total = self.buffered.iter().sum::<u64>().max(1) as f64;
        self.buffered.iter().map(|&count| count as f64 / total).collect()
    }
}

/// Gives each first copy its receive index and simulates the recovery buffer.
#[derive(Clone, Debug)]
pub(super) struct Displacement {
    threshold: usize,
    /// The receive index of the next arrival; lost numbers are skipped.
    index: u32,
    /// Arrivals whose receive index awaits what comes after them.
    ahead: VecDeque<u32>,
    /// Numbers that have arrived before their index came.
    early: Vec<u32>,
    /// What the recovery buffer waits for, and what it holds.
    expected: u32,
    held: Vec<u32>,
    density: Density,
}

impl Displacement {
    /// For a stream whose first message has the number `first`.
    pub(super) const fn new(first: u32) -> Self {
        Self::with_threshold(first, THRESHOLD)
    }

    /// With thresholds DT and BT of 8 or less.
    const fn with_threshold(first: u32, threshold: usize) -> Self {
        Self {
            threshold,
            index: first,
            ahead: VecDeque::new(),
            early: Vec::new(),
            expected: first,
            held: Vec::new(),
            density: Density { displaced: [0; 2 * THRESHOLD + 1], buffered: [0; THRESHOLD + 1] },
        }
    }

    /// The next message arrives, its first copy.
    pub(super) fn arrive(&mut self, sequence: u32) {
        self.buffer(sequence);
        self.ahead.push_back(sequence);
        if self.ahead.len() > self.threshold {
            self.place();
        }
    }

    /// So many messages arrive that each bear the next number, from `first` on.
    pub(super) fn arrive_in_order(&mut self, first: u32, count: u32) {
        let settling = count.min(2 * THRESHOLD as u32);
        (first..first + settling).for_each(|sequence| self.arrive(sequence));
        let rest = count - settling;
        let waiting = self.ahead.len() as u32;
        let is_clean = self.early.is_empty()
            && self.held.is_empty()
            && self.ahead.iter().copied().eq(self.index..self.index + waiting);
        if is_clean {
            // Nothing is early, late or held back, and nothing will be.
            self.density.displaced[THRESHOLD] += u64::from(rest);
            self.density.buffered[0] += u64::from(rest);
            self.index += rest;
            self.expected += rest;
            self.ahead.iter_mut().for_each(|sequence| *sequence += rest);
        } else {
            (first + settling..first + count).for_each(|sequence| self.arrive(sequence));
        }
    }

    /// The stream is over: what it added up to.
    pub(super) fn finish(mut self) -> Density {
        while !self.ahead.is_empty() {
            self.place();
        }
        self.density
    }

    /// Gives the oldest arrival its index (section 3.1): numbers neither early nor ahead are lost.
    fn place(&mut self) {
        let Some(sequence) = self.ahead.pop_front() else { return };
        if sequence != self.index || !self.early.is_empty() {
            self.skip_lost(sequence);
        }
        let displacement = i64::from(self.index) - i64::from(sequence);
        let place = displacement + THRESHOLD as i64;
        if displacement > self.threshold as i64 {
            // Taken for lost long ago: it has no index.
            return;
        }
        if displacement >= -(self.threshold as i64) {
            self.density.displaced[place as usize] += 1;
        }
        if sequence > self.index {
            self.early.push(sequence);
        }
        self.index += 1;
        let index = self.index;
        self.early.retain(|&number| number >= index);
    }

    fn skip_lost(&mut self, sequence: u32) {
        let known =
            |index| sequence == index || self.early.contains(&index) || self.ahead.contains(&index);
        let nearest = || {
            let all = self.early.iter().chain(&self.ahead).chain([&sequence]);
            all.copied().filter(|&number| number > self.index).min()
        };
        if !known(self.index) {
            // Everything up to the nearest number known is lost.
            self.index = nearest().unwrap_or(self.index);
        }
    }

    /// What a receiver would hold back to pass messages on in order (section 5).
    fn buffer(&mut self, sequence: u32) {
        if sequence > self.expected && self.held.len() == self.threshold {
            // Full: what it waited for counts as lost.
            self.expected = self.held.iter().copied().fold(sequence, u32::min);
        }
        if sequence > self.expected {
            self.held.push(sequence);
        } else if sequence == self.expected {
            self.expected += 1;
        }
        while let Some(at) = self.held.iter().position(|&number| number == self.expected) {
            self.held.swap_remove(at);
            self.expected += 1;
        }
        self.density.buffered[self.held.len()] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn density(arrivals: &str, threshold: usize) -> Density {
        let first = 1;
        let mut stream = Displacement::with_threshold(first, threshold);
        let mut seen = Vec::new();
        for sequence in arrivals.split(' ').map(|word| word.parse().expect("a number")) {
            if !seen.contains(&sequence) {
                stream.arrive(sequence);
                seen.push(sequence);
            }
        }
        stream.finish()
    }

    /// Expected: `displacement:count` of all that is not 0, then `held:count`.
    fn check(section: &str, arrivals: &str, threshold: usize, displaced: &str, held: &str) {
        let density = density(arrivals, threshold);
        let show = |from: i32, counts: &[u64]| {
            let filled = (from..).zip(counts).filter(|(_, count)| **count > 0);
            filled.map(|(place, count)| format!("{place}:{count}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(show(-8, &density.displaced), displaced, "RFC 5236 {section}: RD");
        if !held.is_empty() {
            assert_eq!(show(0, &density.buffered), held, "RFC 5236 {section}: RBD");
        }
    }

    #[test]
    fn the_examples_of_rfc_5236_come_out_as_published() {
        check("8a", "1 4 2 5 3 6 7 8", 4, "-2:1 -1:1 0:4 1:1 2:1", "0:5 1:2 2:1");
        check("8b, 3 lost", "1 2 4 5 6 7", 3, "0:6", "0:3 1:1 2:1 3:1");
        check("8c, 3 twice", "1 3 2 3 4 5", 2, "-1:1 0:3 1:1", "0:4 1:1");
        check("3.1 example 1", "2 1 4 5 3", 8, "-1:3 1:1 2:1", "");
        check(
            "3.3 example 3, 2 lost and 3 twice",
            "1 4 3 5 3 8 7 6",
            8,
            "-2:1 -1:1 0:3 1:1 2:1",
            "",
        );
    }

    #[test]
    fn a_run_in_order_is_as_good_as_its_messages() {
        for start in [&[0, 1, 2][..], &[0, 3, 1, 2], &[5, 0, 9, 2], &[30, 1]] {
            let (mut single, mut bulk) = (Displacement::new(0), Displacement::new(0));
            start.iter().for_each(|&sequence| single.arrive(sequence));
            start.iter().for_each(|&sequence| bulk.arrive(sequence));
            let next = start.iter().max().map_or(0, |largest| largest + 1);
            (next..next + 500).for_each(|sequence| single.arrive(sequence));
            bulk.arrive_in_order(next, 500);
            for stream in [&mut single, &mut bulk] {
                stream.arrive(next + 502);
                stream.arrive(next + 500);
            }
            assert_eq!(single.finish(), bulk.finish(), "{start:?}");
        }
    }

    #[test]
    fn a_buffer_that_is_full_gives_up_what_it_waits_for() {
        check("5, BT 2", "1 3 4 5 6", 2, "0:5", "0:3 1:1 2:1");
        check("5, the next comes when it is full", "1 9 8 3 4", 2, "0:1", "0:1 1:1 2:3");
    }

    #[test]
    fn shares_are_of_all_that_was_placed() {
        let density = density("1 4 2 5 3 6 7 8", 4);
        assert_eq!(density.displacement()[8], (0, 0.5));
        assert_eq!(density.occupancy()[0], 0.625);
    }
}
