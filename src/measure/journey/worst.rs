//! Which operations are worth a look.

use crate::measure::{Event, OperationRow, Rows};
use crate::trace::Kind;

/// Keeps the operations of a run that fared worst: those that never finished, then those that were
/// wrong in some way, then the slowest; questions are left out.
#[derive(Clone, Debug)]
pub struct Worst {
    most: usize,
    /// Worst first.
    rows: Vec<OperationRow>,
    count: u64,
}

/// What makes an operation worse than slow, gravest first.
const WRONGS: [Event; 10] = [
    Event::LostAfterAck,
    Event::ForgedAccepted,
    Event::DoubleAccepted,
    Event::Lost,
    Event::AcceptedAfterRevoke,
    Event::Mislinked,
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

    /// How many statements there were.
    pub const fn count(&self) -> u64 {
        self.count
    }
}

impl Rows for Worst {
    fn row(&mut self, row: &OperationRow) {
        if row.kind == Kind::Query {
            return;
        }
        self.count += 1;
        let at = self.rows.partition_point(|other| rank(other) <= rank(row));
        if at < self.most {
            self.rows.insert(at, *row);
            self.rows.truncate(self.most);
        }
    }
}

/// Smaller is worse.
fn rank(row: &OperationRow) -> (bool, usize, u64, u32) {
    let is_refused = row.events.has(Event::Refused);
    let is_finished = row.applied.is_some() || is_refused;
    let gravest = WRONGS.iter().position(|wrong| row.events.has(*wrong));
    let slowness = row.applied.map_or(0, |applied| u64::MAX - applied.as_nanos());
    let slowness = if is_refused { u64::MAX } else { slowness };
    (is_finished, gravest.unwrap_or(WRONGS.len()), slowness, row.operation)
}
