//! Facts, the one-line format in which a run can be read, and digest chains.

mod digest;
mod fact;
mod kinds;
mod line;
mod words;

pub use digest::{Checkpoint, Digest, DigestChain};
pub use fact::Fact;
pub use kinds::{
    AlertStage, Conclusion, Duty, FateKind, HostChange, Kind, Refusal, Remedy, StepStage,
};
pub use line::{Names, line};
