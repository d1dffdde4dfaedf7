//! What each validator holds at each position, compared when it is settled.

use std::collections::VecDeque;

use super::hosts::Hosts;
use super::order::Violations;
use crate::kernel::{Span, VirtualTime};
use crate::trace::Fact;

/// Positions held at most.
const MOST: usize = 1 << 22;

/// Every position that some validator has reached lately.
#[derive(Clone, Debug)]
pub(super) struct Positions {
    validators: usize,
    retention: Span,
    /// The position of the first row.
    front: u32,
    rows: VecDeque<Row>,
    /// Row by row, the operation that each validator holds there.
    held: VecDeque<u32>,
    /// Positions that were settled when a validator reached them.
    pub(super) late: u64,
    pub(super) is_capped: bool,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    last_touch: VirtualTime,
    /// What came here first.
    first: u32,
    /// When another came.
    differs: Option<VirtualTime>,
}

impl Positions {
    pub(super) fn new(validators: usize, retention: Span) -> Self {
        Self {
            validators,
            retention,
            front: 0,
            rows: VecDeque::new(),
            held: VecDeque::new(),
            late: 0,
            is_capped: false,
        }
    }

    /// Whether every position is settled.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many positions are not settled.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// A validator holds an operation at a position from now on, or nothing.
    pub(super) fn set(
        &mut self,
        validator: usize,
        position: u32,
        operation: u32,
        now: VirtualTime,
    ) {
        let Some(row) = position.checked_sub(self.front).map(|row| row as usize) else {
            self.late += 1;
            return;
        };
        if row >= MOST {
            self.is_capped = true;
            return;
        }
        while self.rows.len() <= row {
            self.rows.push_back(Row { last_touch: now, first: Fact::NONE, differs: None });
            self.held.extend(std::iter::repeat_n(Fact::NONE, self.validators));
        }
        self.held[row * self.validators + validator] = operation;
        let row = &mut self.rows[row];
        row.last_touch = now;
        if row.first == Fact::NONE {
            row.first = operation;
        }
        if operation != Fact::NONE && operation != row.first {
            row.differs.get_or_insert(now);
        }
    }

    /// Compares what has been quiet for long enough.
    pub(super) fn advance(&mut self, now: VirtualTime, hosts: &Hosts, broken: &mut Violations) {
        while self.rows.front().is_some_and(|row| row.last_touch + self.retention < now) {
            self.settle(hosts, broken);
        }
    }

    /// Compares all that is left.
    pub(super) fn finish(&mut self, hosts: &Hosts, broken: &mut Violations) {
        while !self.rows.is_empty() {
            self.settle(hosts, broken);
        }
    }

    fn settle(&mut self, hosts: &Hosts, broken: &mut Violations) {
        let Some(row) = self.rows.pop_front() else { return };
        let held = self.held.drain(..self.validators).enumerate();
        if let Some(since) = row.differs {
            let mut held = held.filter(|(v, held)| hosts.counts(*v as u32) && *held != Fact::NONE);
            let first = held.next();
            let other = held.find(|(_, other)| first.is_some_and(|(_, held)| held != *other));
            if let (Some((a, ours)), Some((b, theirs))) = (first, other) {
                let position = self.front;
                broken.add(since, || {
                    format!(
                        "{since} position {position}: #{ours} at validator-{a}, #{theirs} at \
                         validator-{b}"
                    )
                });
            }
        }
        self.front += 1;
    }
}

#[cfg(test)]
mod tests {
    use crate::measure::script::{first, measure};

    fn check(script: &str, count: u64, words: Option<&str>) {
        let plan = "0ms c9 plan 0; 0ms c10 plan 1; 0ms c11 plan 2;";
        let broken = measure(3, 2, &format!("{plan}{script}")).order.prefix_violations;
        assert_eq!((broken.count, first(&broken)), (count, words), "{script}");
    }

    #[test]
    fn a_position_holds_one_operation() {
        check("1ms v0-2 deliver 0 @0; 2ms v0-1 deliver 2 @1; 900ms v2 deliver 2 @1", 0, None);
        let words = "0m00.002000000 position 1: #1 at validator-0, #2 at validator-1";
        let script = "1ms v0-2 deliver 0 @0; 1ms v0 deliver 1 @1; 2ms v1 deliver 2 @1;
                      3ms v1 deliver 1 @2; 4ms v0 deliver 2 @2";
        check(script, 2, Some(words));
    }

    #[test]
    fn a_position_that_was_given_up_may_be_used_again() {
        let script = "1ms v0-1 deliver 1 @0; 2ms v0-1 retract 1 @0; 3ms v0-2 deliver 0 @0";
        check(script, 0, None);
    }

    #[test]
    fn validators_that_lag_are_not_compared() {
        check("1ms v0-1 deliver 0 @0; 1ms v0 deliver 1 @1", 0, None);
    }
}
