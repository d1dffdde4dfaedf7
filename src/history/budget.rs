//! What a search may cost: states that it visits, and operations that it looks through.

/// Operations that may be looked through for each state; to look through more costs as much as if
/// there were as many states.
const SCANNED_PER_STATE: u64 = 64;

/// What may still be spent, and what was visited for it.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    left: u64,
    scanned: u64,
    visited: u64,
}

impl Budget {
    /// To visit so many states.
    pub(super) const fn new(states: u64) -> Self {
        Self { left: states, scanned: 0, visited: 0 }
    }

    /// Has something done that costs at most so much.
    pub(super) fn spend_at_most<T>(&mut self, most: u64, what: impl FnOnce(&mut Self) -> T) -> T {
        let most = self.left.min(most);
        let mut part = Self::new(most);
        let done = what(&mut part);
        self.left -= most - part.left;
        self.visited += part.visited;
        done
    }

    pub(super) const fn left(&self) -> u64 {
        self.left
    }

    pub(super) const fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// States that were visited.
    pub(super) const fn visited(&self) -> u64 {
        self.visited
    }

    /// Pays for a state, and for looking through a few operations there.
    pub(super) const fn visit(&mut self) {
        self.left = self.left.saturating_sub(1);
        self.scanned = self.scanned.saturating_sub(SCANNED_PER_STATE);
        self.visited += 1;
    }

    /// Pays for operations that are looked through.
    pub(super) const fn scan(&mut self, operations: usize) {
        self.scanned += operations as u64;
        let extra = (self.scanned / SCANNED_PER_STATE).saturating_sub(1);
        self.left = self.left.saturating_sub(extra);
        self.scanned -= extra * SCANNED_PER_STATE;
    }
}
