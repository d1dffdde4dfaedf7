//! `[[history]]` as written.

use crate::kernel::Span;
use crate::scenario::model::Milestone;
use crate::scenario::written::{choice, section};

choice!(Milestone, "moment of a run", Milestone::NAMES);

section! {
    /// What really happened: `incident` sets it beside what the run comes to.
    HistoryFile, "a row of history" => {
        /// So long after the first fault's start, or a time of day: `T+2m`, `06:09`.
        at: String;
        /// What happened, in your words.
        what: String;
        /// The moment of a run to compare it with: `looked`, `suspected`, `alerted`, `users`,
        /// `detected`, `owned`, `mitigated`, `quiet`, `over`.
        event: Milestone;
        /// How exactly `at` is known: what is told in minutes, to a minute.
        about: Span = "0s";
        /// Where that is told.
        source: String = "";
    }
}
