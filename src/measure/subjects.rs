//! The order of what is about one subject, at each validator.

use std::collections::BTreeMap;

use super::hosts::Hosts;
use super::order::Violations;
use super::positions::Positions;
use super::record::NEVER;
use crate::kernel::{Span, VirtualTime};
use crate::trace::Fact;

/// Positions among what is about one subject. Those of a subject that all validators are equally
/// far with are forgotten once it is quiet.
#[derive(Clone, Debug)]
pub(super) struct Subjects {
    validators: usize,
    retention: Span,
    subjects: BTreeMap<u32, Subject>,
}

#[derive(Clone, Debug)]
struct Subject {
    /// How many statements about it each validator holds.
    held: Vec<u32>,
    positions: Positions,
}

impl Subjects {
    pub(super) const fn new(validators: usize, retention: Span) -> Self {
        Self { validators, retention, subjects: BTreeMap::new() }
    }

    /// A validator delivers a statement about `subject`, behind those that it holds.
    pub(super) fn deliver(&mut self, v: usize, subject: u32, operation: u32, now: VirtualTime) {
        let (validators, retention) = (self.validators, self.retention);
        let subject = self.subjects.entry(subject).or_insert_with(|| Subject {
            held: vec![0; validators],
            positions: Positions::new(validators, retention),
        });
        subject.positions.set(v, subject.held[v], operation, now);
        subject.held[v] += 1;
    }

    /// A validator takes back the last statement about `subject`.
    pub(super) fn retract(&mut self, v: usize, subject: u32, now: VirtualTime) {
        let Some(subject) = self.subjects.get_mut(&subject) else { return };
        subject.held[v] = subject.held[v].saturating_sub(1);
        subject.positions.set(v, subject.held[v], Fact::NONE, now);
    }

    /// Compares what has been quiet for long enough.
    pub(super) fn advance(&mut self, now: VirtualTime, hosts: &Hosts, broken: &mut Violations) {
        self.subjects.retain(|_, subject| {
            subject.positions.advance(now, hosts, broken);
            let level = subject.held.iter().all(|held| *held == subject.held[0]);
            !(level && subject.positions.is_empty())
        });
    }

    /// Compares all that is left.
    pub(super) fn finish(&mut self, hosts: &Hosts, broken: &mut Violations) {
        self.advance(NEVER, hosts, broken);
    }
}

#[cfg(test)]
mod tests {
    use crate::measure::script::{first, measure};

    fn check(script: &str, count: u64, words: Option<&str>) {
        let plan = "0ms c9 plan 0 about 5; 0ms c10 plan 1 about 5; 0ms c11 plan 2 about 6;";
        let measured = measure(3, 2, &format!("bysubject; {plan}{script}"));
        let broken = measured.order.subject_violations;
        assert_eq!((broken.count, first(&broken)), (count, words), "{script}");
    }

    #[test]
    fn subjects_may_come_in_any_order_and_a_subject_may_not() {
        let before = "1ms v0-1 deliver 0 @0; 2ms v0-1 deliver 1 @1; 3ms v0-1 deliver 2 @2;";
        let other = "1ms v2 deliver 2 @0; 2ms v2 deliver 0 @1; 3ms v2 deliver 1 @2";
        check(&format!("{before}{other}"), 0, None);
        let swapped = "1ms v2 deliver 1 @0; 2ms v2 deliver 0 @1; 3ms v2 deliver 2 @2";
        let words = "0m00.001000000 position 0: #0 at validator-0, #1 at validator-2";
        check(&format!("{before}{swapped}"), 2, Some(words));
        let back = "4ms v2 retract 2 @2; 4ms v2 retract 0 @1; 4ms v2 retract 1 @0;";
        let right = "5ms v2 deliver 0 @0; 5ms v2 deliver 1 @1; 5ms v2 deliver 2 @2";
        check(&format!("{before}{swapped}; {back} {right}"), 0, None);
    }
}
