//! Which validator was of one mind with its quorum, and when.

use std::collections::BTreeMap;

use super::buckets::{Buckets, Merge};
use super::record::{Cell, NEVER, Record};
use super::setting::Setting;
use crate::kernel::{Span, VirtualTime};

/// Beyond so many validators nobody looks at each.
const MOST_VALIDATORS: u32 = 128;

/// Each validator over time, by intended send; only kept where relying parties look or faults
/// strike.
#[derive(Clone, Debug)]
pub struct Concord {
    buckets: Buckets<Minds>,
    /// By operation and validator, what those accepted of what is not settled whose deeds do not
    /// count: no cell knows of it, and who looks at each wants to see what it really said.
    aside: BTreeMap<(u32, u32), Accepted>,
    is_kept: bool,
}

/// When a validator accepted which try.
#[derive(Clone, Copy, Debug)]
struct Accepted {
    at: VirtualTime,
    attempt: u8,
}

/// One bucket of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Minds {
    /// Statements that q correct validators accepted.
    pub due: u64,
    /// By validator, correct or not, how many of these it accepted in the same try, within the
    /// time until validators must agree, counted from the first acceptance.
    pub same: Vec<u64>,
}

impl Minds {
    /// Takes in another stretch of time.
    pub fn add(&mut self, other: &Self) {
        self.due += other.due;
        if self.same.len() < other.same.len() {
            self.same.resize(other.same.len(), 0);
        }
        self.same.iter_mut().zip(&other.same).for_each(|(sum, part)| *sum += part);
    }

    /// The share of one validator; `None` if nothing was due.
    pub fn share(&self, validator: usize) -> Option<f64> {
        let same = self.same.get(validator).copied().unwrap_or(0);
        (self.due > 0).then(|| same as f64 / self.due as f64)
    }
}

impl Merge for Minds {
    fn merge(&mut self, other: Self) {
        self.add(&other);
    }
}

impl Concord {
    pub(super) fn new(setting: &Setting) -> Self {
        let is_of_interest = setting.trust.is_some() || !setting.faulted.is_empty();
        let is_kept = is_of_interest && setting.validators <= MOST_VALIDATORS;
        Self { buckets: Buckets::new(Span::from_secs(1)), aside: BTreeMap::new(), is_kept }
    }

    /// A validator whose deeds do not count accepted a try of an operation that is not settled.
    pub(super) fn accept(
        &mut self,
        (operation, attempt): (u32, u8),
        validator: u32,
        at: VirtualTime,
    ) {
        if self.is_kept {
            self.aside.entry((operation, validator)).or_insert(Accepted { at, attempt });
        }
    }

    /// It took that back.
    pub(super) fn take_back(&mut self, (operation, attempt): (u32, u8), validator: u32) {
        let key = (operation, validator);
        if self.aside.get(&key).is_some_and(|accepted| accepted.attempt == attempt) {
            self.aside.remove(&key);
        }
    }

    /// A settled operation; they settle in their order.
    pub(super) fn add(
        &mut self,
        operation: u32,
        record: &Record,
        cells: &[Cell],
        setting: &Setting,
    ) {
        if !self.is_kept {
            return;
        }
        let is_due = record.applied <= setting.settled && record.first != NEVER;
        if is_due && !record.is_question() && record.phases & 1 == 1 {
            self.compare(operation, record, cells, setting.diverged_after);
        }
        while let Some(oldest) = self.aside.first_entry()
            && oldest.key().0 <= operation
        {
            oldest.remove();
        }
    }

    /// Who was of one mind on a statement that a quorum accepted, if it said so in that time.
    fn compare(&mut self, operation: u32, record: &Record, cells: &[Cell], within: Span) {
        let minds = self.buckets.at(record.intended);
        minds.due += 1;
        minds.same.resize(cells.len(), 0);
        let by = record.first + within;
        let by_offset = record.offset(by);
        for ((validator, same), cell) in (0..).zip(&mut minds.same).zip(cells) {
            let aside = || self.aside.get(&(operation, validator));
            let is_same = match cell.is_accepted() {
                true => cell.accepted_try == record.decided_try && cell.delivered <= by_offset,
                false => aside().is_some_and(|it| it.attempt == record.decided_try && it.at <= by),
            };
            *same += u64::from(is_same);
        }
    }

    /// Every bucket with its beginning, from the start of the run; empty where nobody looks.
    pub fn rows(&self) -> impl Iterator<Item = (VirtualTime, &Minds)> {
        let rows = self.buckets.items().iter().enumerate();
        rows.map(|(at, minds)| (self.buckets.start(at), minds))
    }

    /// The width of a bucket.
    pub const fn width(&self) -> Span {
        self.buckets.width()
    }
}

#[cfg(test)]
mod tests {
    use crate::measure::script::measure;

    /// Operation 0 is accepted by a quorum of three of four from 10 ms on.
    const AGREED: &str = "trusting; 0ms c9 plan 0; 1ms c9 send 0; 10ms v0-2 accept 0;";

    /// How many each validator accepted with its quorum, and how many were due.
    #[track_caller]
    fn check(script: &str, same: [u64; 4], due: u64) {
        let measured = measure(4, 3, &format!("{AGREED}{script}"));
        let mut all = super::Minds::default();
        measured.concord.rows().for_each(|(_, minds)| all.add(minds));
        assert_eq!((all.same.as_slice(), all.due), (same.as_slice(), due), "{script}");
    }

    #[test]
    fn who_is_not_counted_is_shown_by_what_it_said_and_when() {
        check("20ms v3 accept 0", [1, 1, 1, 1], 1);
        check("", [1, 1, 1, 0], 1);
        let restored = "5ms v3 host 0 RolledBack;";
        check(&format!("{restored} 20ms v3 accept 0"), [1, 1, 1, 1], 1);
        check(&format!("{restored} 20ms v3 refuse 0 NotFound"), [1, 1, 1, 0], 1);
        check(&format!("{restored} 2s v3 accept 0"), [1, 1, 1, 0], 1);
        check(&format!("{restored} 20ms v3 accept 0.1"), [1, 1, 1, 0], 1);
        check(&format!("{restored} 20ms v3 accept 0; 30ms v3 retract 0"), [1, 1, 1, 0], 1);
        check("byzantine 3; 20ms v3 accept 0", [1, 1, 1, 1], 1);
    }

    #[test]
    fn what_nobody_who_counts_accepted_is_not_due() {
        let other = "byzantine 3; 0ms c9 plan 1 seq 1; 2ms c9 send 1; 20ms v3 accept 1";
        check(other, [1, 1, 1, 0], 1);
    }
}
