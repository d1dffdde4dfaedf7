//! Who reads what is attested: indexers that copy it, dependants that go by it.

use super::Reading;
use crate::flow::Silence;
use crate::kernel::Span;

/// Indexers: each copies its nearest validator and answers from the copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Indexers {
    /// How many; 1 to 1,000.
    pub count: u32,
    /// Regions as positions in the delay table, dealt in turn; never empty.
    pub regions: Vec<usize>,
    /// So often each asks for what is new.
    pub poll: Span,
    /// CPU per row.
    pub work: Span,
    /// CPU per row and row of the same attester that it holds.
    pub rewrite: Span,
    /// Whether it stops at a revocation of what it does not know.
    pub strict: bool,
    /// How long it remembers a row, and validators keep theirs for it.
    pub keeps: Span,
    /// How they make out records.
    pub reading: Reading,
    /// Whether it tells how far dates of records lie from those of signing.
    pub dates: bool,
    /// What it carries rows to, if it does.
    pub carries: Option<Carriage>,
}

/// What a second chain takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carriage {
    /// Between two of its blocks.
    pub block: Span,
    /// Rows in one of them; at least 1.
    pub room: u32,
    /// From a block until what is in it holds.
    pub finality: Span,
}

/// Dependants: services that let users do something only while an attestation holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependants {
    /// How many; 1 to 10,000.
    pub count: u32,
    /// Regions as positions in the delay table, dealt in turn; never empty.
    pub regions: Vec<usize>,
    /// Share of statements, revocations excepted, that a user needs; 0 to 1.
    pub share: f64,
    /// The user turns up so long after the intended send.
    pub after: Span,
    /// After a use that was allowed, the next comes so much later.
    pub again: Span,
    /// After one that was refused, the user tries again so much later.
    pub retry: Span,
    /// From the first use until the user needs it no more.
    pub lasts: Span,
    /// Whom they ask.
    pub source: Source,
    /// An answer is good for so long; zero asks every time.
    pub ttl: Span,
    /// An ask without an answer for this long is over.
    pub timeout: Span,
    /// What silence means.
    pub silence: Silence,
    /// How they make out records.
    pub reading: Reading,
}

/// Whom a dependant asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The nearest validator.
    Validator,
    /// The nearest indexer.
    Index,
}
