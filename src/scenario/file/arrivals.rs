//! `arrivals` and `trace` of `[load.<group>]` as written.

use crate::kernel::Span;
use crate::scenario::model::{RecordedKind, Spacing};
use crate::scenario::quantity::{Factor, Share};
use crate::scenario::written::{At, Ratio, choice, section};

section! {
    /// How arrivals lie within the rate, and how the rate swings beyond its stages; what is given
    /// together multiplies.
    ArrivalsFile, "arrivals", alone "spacing" => {
        /// Independent of one another, or equally far apart.
        spacing: Spacing = "poisson";
        /// All of the load comes in phases, of exponential length; the mean is the rate.
        bursty: BurstyFile;
        /// The rate swings with the time of day; the mean of a whole period is the rate.
        diurnal: DiurnalFile;
        /// The rate jumps, and falls back exponentially; that is load on top of the rate.
        flash: FlashFile;
    }
}

section! {
    /// Load that comes and goes.
    BurstyFile, "bursty load" => {
        /// Mean length of a phase with load.
        on: Span;
        /// Mean length of a phase without.
        off: Span;
    }
}

section! {
    /// A day of load: a sine with `swing`, or `weights`.
    DiurnalFile, "a day of load" => {
        /// How long the day lasts; it begins with what is measured.
        period: Span;
        /// The rate rises and falls by up to this share.
        swing: Share;
        /// When a sine is highest; by default in the middle of the period.
        peak: Span;
        /// Of equal parts of the period, as 24 for the hours of a day.
        weights: Vec<At<Ratio<1_000_000>>>;
    }
}

section! {
    /// A flash crowd.
    FlashFile, "a flash crowd" => {
        /// When it comes, from the start of what is measured.
        at: Span;
        /// The rate jumps to so many times itself.
        factor: Factor;
        /// In this time what came on top falls to 1/e.
        decay: Span;
    }
}

section! {
    /// Operations as they were recorded: `time`, `attester`, `key` and `kind`, separated by commas
    /// and named in the first row. Times count from the start of what is measured, in seconds or
    /// with a unit; kinds are attest, revoke, replace, claim and query.
    TraceFile, "a trace", alone "file" => {
        /// A CSV file beside the scenario.
        file: String;
        /// The same, written here.
        rows: String;
        /// What rows written here are called.
        name: String = "inline";
        /// So many times as fast as it was recorded.
        speed: Factor = "1x";
        /// What becomes of a revocation, a replacement or a question that refers to nothing.
        unknown: Unknown = "refuse";
    }
}

/// What becomes of what refers to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    Refuse,
    Attest,
    Skip,
}

choice!(Unknown, "way with the unknown" {
    "refuse" => Unknown::Refuse,
    "attest" => Unknown::Attest,
    "skip" => Unknown::Skip,
});
choice!(RecordedKind, "kind of operation" {
    "attest" => RecordedKind::Attest,
    "revoke" => RecordedKind::Revoke,
    "replace" => RecordedKind::Replace,
    "claim" => RecordedKind::Claim,
    "query" => RecordedKind::Query,
});
choice!(Spacing, "kind of arrivals" { "poisson" => Spacing::Poisson, "even" => Spacing::Even, });
