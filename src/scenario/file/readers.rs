//! `[indexers]` and `[dependants]` as written.

use crate::kernel::Span;
use crate::scenario::model::{Reading, Silence, Source};
use crate::scenario::quantity::Share;
use crate::scenario::written::{At, Count, choice, section};

section! {
    /// Indexers copy validators' registries and answer from their copies.
    IndexersFile, "[indexers]" => {
        /// How many.
        count: Count<1, 1000> = 1;
        /// Regions of the delay table, dealt in turn; all of them by default.
        regions: Vec<At<String>>;
        /// So often each asks its validator, the nearest, for what is new.
        poll: Span = "1s";
        /// CPU per row.
        work: Span = "500us";
        /// More CPU per row for each row of the same attester that it holds, as where lists by
        /// user are written anew.
        rewrite: Span = "0s";
        /// It stops for good at a revocation of what it does not know.
        strict: bool = false;
        /// How long it remembers a row, and validators keep theirs for it.
        keeps: Span = "5m";
        /// How they make out records, which is not how everybody means them.
        reading: Reading = "as-meant";
        /// It tells how far the dates of records lie from those of signing, as `drift`.
        dates: bool = false;
        /// It carries what it has to a second chain.
        carries: CarriageFile;
    }
}

section! {
    /// What a second chain takes.
    CarriageFile, "a carriage", alone "block" => {
        /// So often it makes a block.
        block: Span;
        /// Rows in one of them.
        room: Count<1, 1_000_000> = 1000;
        /// From a block until what is in it holds.
        finality: Span = "0s";
    }
}

choice!(Source, "source" { "validator" => Source::Validator, "index" => Source::Index, });
choice!(Reading, "way to read" {
    "as-meant" => Reading::AsMeant,
    "flag-as-time" => Reading::FlagAsTime,
    "three-locations" => Reading::ThreeLocations,
});
choice!(Silence, "meaning of silence" {
    "hard-fail" => Silence::HardFail,
    "soft-fail" => Silence::SoftFail,
    "stale" => Silence::Stale,
});

section! {
    /// Dependants let users do something only while an attestation holds.
    DependantsFile, "[dependants]" => {
        /// How many.
        count: Count<1, 10_000> = 60;
        /// Regions of the delay table, dealt in turn; all of them by default.
        regions: Vec<At<String>>;
        /// Share of attestations that a user needs somewhere.
        share: Share = "20%";
        /// The user turns up so long after the attestation's intended send.
        after: Span = "2s";
        /// After a use that was allowed, the next one comes so much later.
        again: Span = "10s";
        /// After one that was refused, the user tries again so much later.
        retry: Span = "5s";
        /// From the first use until the user needs it no more.
        lasts: Span = "1m";
        /// Whom they ask, the nearest `validator`, or the nearest `index`.
        source: Source = "validator";
        /// An answer is kept and good for so long; `0s` asks every time.
        ttl: Span = "0s";
        /// An ask without an answer for this long is over.
        timeout: Span = "5s";
        /// What silence means: refuse, let pass, or go by the last answer, however old.
        silence: Silence = "hard-fail";
        /// How they make out records, which is not how everybody means them.
        reading: Reading = "as-meant";
    }
}
