//! Which operations are worth a look.

use std::cmp::Reverse;

use crate::kernel::Span;
use crate::measure::{Event, OperationRow, Rows};
use crate::trace::Kind;

/// Keeps the operations of a run that fared worst: those that never finished, then those that were
/// wrong in some way or whose users were served wrongly, then the slowest; of questions, those that
/// were answered wrongly.
#[derive(Clone, Debug)]
pub struct Worst {
    most: usize,
    /// Worst first.
    rows: Vec<OperationRow>,
    count: u64,
}

/// What makes an operation worse than slow, gravest first.
const WRONGS: [Event; 14] = [
    Event::LostAfterAck,
    Event::ForgedAccepted,
    Event::DoubleAccepted,
    Event::Lost,
    Event::PromiseBroken,
    Event::AllowedWrongly,
    Event::AcceptedAfterRevoke,
    Event::DeniedWrongly,
    Event::Mislinked,
    Event::Flips,
    Event::Diverged,
    Event::EffectBeforeCause,
    Event::Orphans,
    Event::TrustGap,
];

impl Worst {
    /// Keeps so many.
    pub const fn new(most: usize) -> Self {
        Self { most, rows: Vec::new(), count: 0 }
    }

    /// The rows kept, worst first.
    pub fn rows(&self) -> &[OperationRow] {
        &self.rows
    }

    /// How many operations there were.
    pub const fn count(&self) -> u64 {
        self.count
    }
}

impl Rows for Worst {
    fn row(&mut self, row: &OperationRow) {
        self.count += 1;
        if row.kind != Kind::Query || gravest(row).is_some() {
            self.keep(row);
        }
    }

    fn again(&mut self, row: &OperationRow) {
        self.rows.retain(|other| other.operation != row.operation);
        self.keep(row);
    }

    fn are_wanted(&self) -> bool {
        true
    }
}

impl Worst {
    fn keep(&mut self, row: &OperationRow) {
        let at = self.rows.partition_point(|other| rank(other) <= rank(row));
        if at < self.most {
            self.rows.insert(at, *row);
            self.rows.truncate(self.most);
        }
    }
}

/// The gravest wrong, by its place.
fn gravest(row: &OperationRow) -> Option<usize> {
    WRONGS.iter().position(|wrong| row.events.has(*wrong))
}

/// Smaller is worse; of two with the same wrong, who was wronged for longer.
fn rank(row: &OperationRow) -> (bool, usize, Reverse<Option<Span>>, u64, u32) {
    let is_finished = row.kind == Kind::Query || !row.events.has(Event::Unfinished);
    // A refusal takes no time that anybody waits for.
    let slowness = row.applied.map_or(u64::MAX, |applied| u64::MAX - applied.as_nanos());
    let wrong = gravest(row).unwrap_or(WRONGS.len());
    (is_finished, wrong, Reverse(row.wronged), slowness, row.operation)
}
