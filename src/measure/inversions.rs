//! Inversions between validators: Kendall's tau over neighbouring operations.
//!
//! One validator's order is the reference. Of every operation and the 32 it delivered before,
//! each other validator that delivered both says whether it agrees.

use std::collections::VecDeque;

use super::event::Event;
use super::hosts::Hosts;
use super::series::Series;
use super::setting::phases_of;
use super::tally::Tally;
use crate::kernel::{Span, VirtualTime};

/// Deliveries before an operation that are compared with it.
const NEIGHBOURS: usize = 32;
const NOWHERE: u32 = u32::MAX;

/// Where each validator delivered what the reference delivered lately.
#[derive(Clone, Debug)]
pub(super) struct Inversions {
    reference: Option<usize>,
    patience: Span,
    /// In the reference's order; an operation's place is this plus the count of those judged.
    queue: VecDeque<Entry>,
    /// By place in the queue, each validator's position of the operation.
    positions: VecDeque<u32>,
    judged: u32,
    /// Each validator's positions of the operations judged last.
    windows: Vec<Window>,
    /// When the operations judged last were to be sent.
    sends: VecDeque<VirtualTime>,
}

/// How far the order of deliveries is from that of intended sends, over neighbouring operations.
#[derive(Clone, Copy, Debug, Default)]
pub struct Distance {
    pairs: u64,
    inverted: u64,
}

impl Distance {
    /// The share of pairs in the opposite order; `None` where there is no pair.
    pub fn value(&self) -> Option<f64> {
        (self.pairs > 0).then(|| self.inverted as f64 / self.pairs as f64)
    }

    const fn add(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.inverted += other.inverted;
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    delivered: VirtualTime,
    intended: VirtualTime,
    phases: u64,
    operation: u32,
}

/// One validator's positions of the last operations, in a ring by place.
#[derive(Clone, Copy, Debug)]
struct Window {
    positions: [u32; NEIGHBOURS],
    /// How many of the latest are known and grow.
    growing: usize,
}

/// An operation that the reference delivers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivery {
    pub(super) operation: u32,
    pub(super) intended: VirtualTime,
    pub(super) phases: u64,
    pub(super) now: VirtualTime,
}

impl Inversions {
    pub(super) fn new(hosts: &Hosts, patience: Span) -> Self {
        let mut new = Self {
            reference: None,
            patience,
            queue: VecDeque::new(),
            positions: VecDeque::new(),
            judged: 0,
            windows: vec![Window::EMPTY; hosts.len()],
            sends: VecDeque::with_capacity(NEIGHBOURS),
        };
        new.hosts_changed(hosts);
        new
    }

    /// The first correct validator that is up is the reference; with another one, all begins anew.
    pub(super) fn hosts_changed(&mut self, hosts: &Hosts) {
        let reference = (0..hosts.len()).find(|&validator| hosts.is_active(validator));
        if reference != self.reference {
            self.reference = reference;
            self.judged += self.queue.len() as u32;
            self.queue.clear();
            self.positions.clear();
            self.windows.fill(Window::EMPTY);
            self.sends.clear();
        }
    }

    /// How many deliveries are not judged.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn is_reference(&self, validator: usize) -> bool {
        self.reference == Some(validator)
    }

    /// The reference delivers an operation; others may have before. Its place in the reference's
    /// order.
    pub(super) fn lead(&mut self, delivery: Delivery, positions: impl Iterator<Item = u32>) -> u32 {
        let Delivery { operation, intended, phases, now } = delivery;
        self.queue.push_back(Entry { delivered: now, intended, phases, operation });
        self.positions.extend(positions);
        self.judged + self.queue.len() as u32 - 1
    }

    /// A validator delivers an operation at a position, or takes it back. `place` is what
    /// [`Self::lead`] said.
    pub(super) fn follow(&mut self, place: u32, validator: usize, position: Option<u32>) {
        let entry = place.wrapping_sub(self.judged) as usize;
        if entry < self.queue.len() {
            self.positions[entry * self.windows.len() + validator] = position.unwrap_or(NOWHERE);
        }
    }

    /// The reference takes back what it delivered last.
    pub(super) fn unlead(&mut self, operation: u32) {
        if self.queue.back().is_some_and(|entry| entry.operation == operation) {
            self.queue.pop_back();
            self.positions.truncate(self.queue.len() * self.windows.len());
        }
    }

    /// Judges what the reference delivered long enough ago.
    pub(super) fn advance(&mut self, now: VirtualTime, tallies: &mut [Tally], series: &mut Series) {
        while let Some(&entry) =
            self.queue.front().filter(|entry| entry.delivered + self.patience < now)
        {
            self.queue.pop_front();
            let (mut pairs, mut inversions) = (0, 0);
            let row = self.positions.drain(..self.windows.len());
            for ((validator, window), position) in self.windows.iter_mut().enumerate().zip(row) {
                if self.reference != Some(validator) {
                    let (compared, against) = window.add(self.judged as usize, position);
                    pairs += compared;
                    inversions += against;
                }
            }
            self.judged += 1;
            let distance = self.distance(entry.intended);
            for phase in phases_of(entry.phases) {
                tallies[phase].distance.add(distance);
                let counts = &mut tallies[phase].counts;
                counts.pairs += pairs;
                counts.add(Event::Inversions, inversions);
            }
            if entry.phases & 1 == 1 {
                series.pairs(entry.intended, pairs, inversions);
            }
        }
    }
}

impl Inversions {
    /// Compares the next operation's intended send with those of the ones before.
    fn distance(&mut self, intended: VirtualTime) -> Distance {
        let pairs = self.sends.len() as u64;
        let inverted = self.sends.iter().filter(|other| **other > intended).count() as u64;
        if self.sends.len() == NEIGHBOURS {
            self.sends.pop_front();
        }
        self.sends.push_back(intended);
        Distance { pairs, inverted }
    }
}

impl Window {
    const EMPTY: Self = Self { positions: [NOWHERE; NEIGHBOURS], growing: 0 };

    /// Compares the next operation's position with those before: pairs, and inverted ones.
    fn add(&mut self, place: usize, position: u32) -> (u64, u64) {
        let last = self.positions[(place + NEIGHBOURS - 1) % NEIGHBOURS];
        let grows = position != NOWHERE && (last == NOWHERE || position > last);
        let counts = if grows && self.growing >= NEIGHBOURS {
            (NEIGHBOURS as u64, 0)
        } else if position == NOWHERE {
            (0, 0)
        } else {
            self.compare(position)
        };
        self.growing = match () {
            () if position == NOWHERE || !grows => usize::from(position != NOWHERE),
            () if last == NOWHERE => 1,
            () => self.growing + 1,
        };
        self.positions[place % NEIGHBOURS] = position;
        counts
    }

    fn compare(&self, position: u32) -> (u64, u64) {
        let known = |&&other: &&u32| other != NOWHERE;
        let pairs = self.positions.iter().filter(known).count();
        let inverted = self.positions.iter().filter(known).filter(|other| **other > position);
        (pairs as u64, inverted.count() as u64)
    }
}

#[cfg(test)]
mod tests {
    use crate::measure::script::measure;
    use crate::measure::{Event, Statistic};

    /// Two validators deliver operations in these orders; a third stays silent.
    fn check(first: &str, second: &str, inversions: u64, pairs: u64) {
        let mut script = String::new();
        for operation in 0..first.len().max(second.len()) {
            script += &format!("0ms c9 plan {operation} seq {operation};");
        }
        for (validator, order) in [first, second].into_iter().enumerate() {
            for (place, operation) in order.chars().enumerate() {
                script += &format!("{}ms v{validator} deliver {operation} @{place};", place + 1);
            }
        }
        let counts = &measure(3, 2, &script).phases[0].counts;
        assert_eq!(
            (counts.count(Event::Inversions), counts.pairs),
            (inversions, pairs),
            "{first} {second}"
        );
    }

    #[test]
    fn pairs_delivered_in_opposite_orders_are_counted() {
        check("01234", "01234", 0, 10);
        check("01234", "01243", 1, 10);
        check("01234", "43210", 10, 10);
        check("01234", "40123", 4, 10);
        check("34012", "01234", 6, 10);
    }

    /// Deliveries of operations that are sent a millisecond after one another, from 1 s on.
    fn distance(order: &str) -> Option<f64> {
        let mut script = String::new();
        for operation in 0..order.len() {
            script += &format!("{operation}ms c9 plan {operation} seq {operation};");
        }
        for (place, operation) in order.chars().enumerate() {
            script += &format!("{}ms v0-2 deliver {operation} @{place};", place + 20);
        }
        let measured = measure(3, 2, &script);
        measured.value("order_distance", Statistic::Share, 0, None).value()
    }

    #[test]
    fn deliveries_are_as_far_from_sends_as_pairs_are_inverted() {
        assert_eq!(distance("0"), None);
        assert_eq!(distance("01234"), Some(0.0));
        assert_eq!(distance("01243"), Some(0.1));
        assert_eq!(distance("43210"), Some(1.0));
    }

    #[test]
    fn what_only_one_delivered_is_left_out() {
        check("01234", "042", 1, 3);
        check("013", "43210", 3, 3);
    }

    #[test]
    fn neighbours_are_32_deliveries_apart_at_most() {
        let plan = |n: u32| format!("0ms c9 plan {n} seq {n};");
        let mut script: String = (0..100).map(plan).collect();
        for place in 0..100_u32 {
            let swapped = 99 - place;
            script += &format!("{place}ms v0 deliver {place} @{place};");
            script += &format!("{place}ms v1 deliver {place} @{place};");
            script += &format!("{place}ms v2 deliver {swapped} @{place};");
        }
        let counts = &measure(3, 2, &script).phases[0].counts;
        let pairs = 100 * 32 - 32 * 33 / 2;
        assert_eq!((counts.count(Event::Inversions), counts.pairs), (pairs, 2 * pairs));
    }
}
