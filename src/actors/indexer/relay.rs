//! Carries what an index has to a second chain.
//!
//! The other chain makes a block every so often, with room for so many rows; what is in a block
//! holds there once so much time has passed. Rows leave in the order in which the index has them.
//! One that its validator took back before it left is left out; what has left is there for good.

use std::collections::VecDeque;

use crate::attestation::{Id, Operation};
use crate::kernel::{Span, VirtualTime};

/// What a second chain takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carriage {
    /// Between two of its blocks.
    pub block: Span,
    /// Rows in one of them.
    pub room: u32,
    /// From a block until what is in it holds.
    pub finality: Span,
}

/// Rows on their way.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) carriage: Carriage,
    waiting: VecDeque<Carried>,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carried {
    pub(super) operation: Operation,
    pub(super) id: Id,
    /// When its validator applied it.
    pub(super) at: VirtualTime,
}

impl Relay {
    pub(super) const fn new(carriage: Carriage) -> Self {
        Self { carriage, waiting: VecDeque::new() }
    }

    pub(super) fn take(&mut self, row: Carried) {
        self.waiting.push_back(row);
    }

    /// It is void, and has perhaps not left.
    pub(super) fn undo(&mut self, id: Id) {
        self.waiting.retain(|row| row.id != id);
    }

    /// The rows of the next block.
    pub(super) fn block(&mut self) -> Vec<Carried> {
        let room = (self.carriage.room as usize).min(self.waiting.len());
        self.waiting.drain(..room).collect()
    }

    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }
}
