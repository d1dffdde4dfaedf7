//! Which validator was of one mind with its quorum, and when.

use super::buckets::{Buckets, Merge};
use super::record::{Cell, NEVER, Record};
use super::setting::Setting;
use crate::kernel::{Span, VirtualTime};

/// Beyond so many validators nobody looks at each.
const MOST_VALIDATORS: u32 = 128;

/// Each validator over time, by intended send; only kept where relying parties look.
#[derive(Clone, Debug)]
pub struct Concord {
    buckets: Buckets<Minds>,
    is_kept: bool,
}

/// One bucket of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Minds {
    /// Statements that q correct validators accepted.
    pub due: u64,
    /// By validator, how many of these it accepted in the same try, within the time until
    /// validators must agree, counted from the first acceptance.
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
        let is_kept = setting.trust.is_some() && setting.validators <= MOST_VALIDATORS;
        Self { buckets: Buckets::new(Span::from_secs(1)), is_kept }
    }

    /// A settled statement.
    pub(super) fn add(&mut self, record: &Record, cells: &[Cell], setting: &Setting) {
        let is_due = record.applied <= setting.settled && record.first != NEVER;
        if !self.is_kept || !is_due || record.is_question() || record.phases & 1 == 0 {
            return;
        }
        let minds = self.buckets.at(record.intended);
        minds.due += 1;
        minds.same.resize(cells.len(), 0);
        let by = record.offset(record.first + setting.diverged_after);
        for (same, cell) in minds.same.iter_mut().zip(cells) {
            let is_same = cell.is_accepted() && cell.accepted_try == record.decided_try;
            *same += u64::from(is_same && cell.delivered <= by);
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
