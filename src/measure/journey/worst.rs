//! Which operations are worth a look.

use crate::measure::{Event, OperationRow, Rows};
use crate::trace::Kind;

/// Keeps the operations of a run that fared worst: those that never finished, then those that were
/// wrong in some way, then the slowest; of questions, those that were answered wrongly.
#[derive(Clone, Debug)]
pub struct Worst {
    most: usize,
    /// Worst first.
    rows: Vec<OperationRow>,
    count: u64,
}

/// What makes an operation worse than slow, gravest first.
const WRONGS: [Event; 12] = [
    Event::LostAfterAck,
    Event::ForgedAccepted,
    Event::DoubleAccepted,
    Event::Lost,
    Event::PromiseBroken,
    Event::AcceptedAfterRevoke,
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
        if row.kind == Kind::Query && gravest(row).is_none() {
            return;
        }
        let at = self.rows.partition_point(|other| rank(other) <= rank(row));
        if at < self.most {
            self.rows.insert(at, *row);
            self.rows.truncate(self.most);
        }
    }

    fn are_wanted(&self) -> bool {
        true
    }
}

/// The gravest wrong, by its place.
fn gravest(row: &OperationRow) -> Option<usize> {
    WRONGS.iter().position(|wrong| row.events.has(*wrong))
}

/// Smaller is worse.
fn rank(row: &OperationRow) -> (bool, usize, u64, u32) {
    let is_finished = row.kind == Kind::Query || !row.events.has(Event::Unfinished);
    // A refusal takes no time that anybody waits for.
    let slowness = row.applied.map_or(u64::MAX, |applied| u64::MAX - applied.as_nanos());
    (is_finished, gravest(row).unwrap_or(WRONGS.len()), slowness, row.operation)
}
