//! Whose users were served wrongly, which is often long after what they need was settled.

use std::collections::BTreeMap;

use crate::kernel::VirtualTime;
use crate::measure::event::{Event, Events};
use crate::measure::rows::{OperationRow, Rows};

/// What befell users, by what they need.
#[derive(Clone, Debug, Default)]
pub(super) struct Wronged {
    cases: BTreeMap<u32, Wrong>,
    /// Rows of what was settled, as long as its users may still be wronged.
    rows: BTreeMap<u32, OperationRow>,
}

#[derive(Clone, Copy, Debug)]
struct Wrong {
    events: Events,
    first: VirtualTime,
    last: VirtualTime,
}

impl Wronged {
    /// A user was served wrongly.
    pub(super) fn add(&mut self, operation: u32, event: Event, now: VirtualTime) {
        let new = Wrong { events: Events::EMPTY, first: now, last: now };
        let wrong = self.cases.entry(operation).or_insert(new);
        wrong.events.add(event);
        wrong.last = now;
    }

    /// What is settled, and needed still or was.
    pub(super) fn keep(&mut self, row: &OperationRow, is_needed: bool) {
        if is_needed || self.cases.contains_key(&row.operation) {
            self.rows.insert(row.operation, *row);
        }
    }

    /// Nobody needs it any more.
    pub(super) fn release(&mut self, operation: u32) {
        if !self.cases.contains_key(&operation) {
            self.rows.remove(&operation);
        }
    }

    /// Hands out the rows of those that were wronged.
    pub(super) fn finish(&mut self, rows: &mut dyn Rows) {
        for (operation, row) in std::mem::take(&mut self.rows) {
            let Some(wrong) = self.cases.get(&operation) else { continue };
            let mut row = row;
            wrong.events.iter().for_each(|event| row.events.add(event));
            row.wronged = Some(wrong.last.since(wrong.first));
            rows.again(&row);
        }
    }
}
