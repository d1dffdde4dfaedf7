//! What all validators of a run have in common.

use crate::attestation::{Ahead, Naming, Profile, Registry, Schema};
use crate::kernel::Span;

/// Virtual CPU per kind of work.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Make a signature.
    pub sign: Span,
    /// Verify one strictly.
    pub verify: Span,
    /// Apply one attestation.
    pub apply: Span,
    /// Answer one question.
    pub read: Span,
    /// Receive one message.
    pub receive: Span,
}

/// What all validators of a run have in common.
#[derive(Clone, Copy, Debug)]
pub struct ValidatorSetting {
    /// How many there are; they are processes 0 and up.
    pub validators: u32,
    /// Virtual cores of each.
    pub cores: u32,
    /// What work costs.
    pub costs: Costs,
    /// Whose rules its registry follows.
    pub profile: Profile,
    /// By what attestations are named in it.
    pub naming: Naming,
    /// The schemas that every registry knows from the start, by number.
    pub schemas: [Schema; Schema::GENESIS.len()],
    /// How long a registry remembers what it applied.
    pub retention: Span,
    /// Whether relying parties look, so that it keeps what it can show them.
    pub shows: bool,
    /// What it watches, where anybody watches.
    pub watch: Option<super::WatchSetting>,
    /// What it does with what is dated ahead of its clock, where it looks.
    pub ahead: Option<Ahead>,
    /// How long it keeps a journal for indexers, where there are any.
    pub journal: Option<Span>,
}

impl ValidatorSetting {
    /// An empty registry.
    pub(super) fn registry(&self) -> Registry {
        Registry::new((self.profile, self.naming), &self.schemas, self.retention)
    }
}
