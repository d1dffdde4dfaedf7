//! Histories of operations on registers, and whether one order of them explains what was answered.
//!
//! [`read`] takes a file that somebody recorded, [`check`] judges it: linearizable (Herlihy & Wing
//! 1990), not, or undecided within a budget of states visited and bytes remembered; [`shrink`]
//! finds few operations that show a violation. Keys are judged one by one (locality, Herlihy & Wing
//! 1990, theorem 1; P-compositionality, Horn & Kroening 2015). Where every value is written at most
//! once, and where texts spell out what was put and appended, chains and zones decide in O(n log n)
//! (after Gibbons & Korach 1997); else a depth-first search with a memory of where it has been
//! (Wing & Gong 1993, Lowe 2017), which stops when it stands before a violation that few operations
//! show.
//!
//! **Invariant:** pure, and the same answer for the same text; no input panics.

mod action;
mod budget;
mod chains;
mod check;
mod core;
mod demand;
mod fault;
mod field;
mod frontier;
mod maybes;
mod meaning;
mod memory;
mod number;
mod object;
mod options;
mod prefixes;
mod problem;
mod read;
mod register;
mod search;
mod sources;
#[cfg(test)]
mod tests;
mod texts;
mod zones;

pub use action::{Action, Model, Operation, Value};
pub use check::{Checked, Core, DEFAULT_BUDGET, Finding, Limit, Violation, check, shrink};
pub use fault::Fault;
pub use read::read;
pub use zones::{Cluster, Zones};
