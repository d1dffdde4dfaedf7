//! What is wrong with a file of a history, and where.

use std::ops::Range;

/// The first thing that is wrong with a history's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes of the text that are to blame.
    pub place: Range<usize>,
    /// What is wrong, with the words of the file in backticks.
    pub message: String,
    /// What is allowed, or the way out.
    pub note: String,
}

impl Fault {
    pub(super) fn new(
        place: Range<usize>,
        message: impl Into<String>,
        note: impl Into<String>,
    ) -> Self {
        Self { place, message: message.into(), note: note.into() }
    }
}
