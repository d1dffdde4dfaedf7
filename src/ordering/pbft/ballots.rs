//! What was said of one sequence number in one view.

use std::sync::Arc;

use super::batch::{Kind, PrePrepare, Qc, Vote};
use crate::ordering::certificate::{Counted, Tally};
use crate::ordering::prelude::*;

/// All of it.
pub(super) struct Ballots {
    pub(super) pre_prepare: Option<Arc<PrePrepare>>,
    prepares: Tally<Vote>,
    commits: Tally<Vote>,
    /// A quorum's prepares,
    pub(super) prepared: Option<Arc<Qc>>,
    /// and a quorum's commits.
    pub(super) committed: Option<Arc<Qc>>,
}

impl Ballots {
    pub(super) fn new(quorum: u32) -> Self {
        Self {
            pre_prepare: None,
            prepares: Tally::new(quorum),
            commits: Tally::new(quorum),
            prepared: None,
            committed: None,
        }
    }

    /// Counts a vote whose signature was verified.
    pub(super) fn add(&mut self, from: u16, vote: &Vote, signature: &Signature) {
        let (tally, quorum) = match vote.kind {
            Kind::Prepare => (&mut self.prepares, &mut self.prepared),
            Kind::Commit => (&mut self.commits, &mut self.committed),
        };
        if let Counted::Quorum(certificate) = tally.add(from, vote, signature) {
            *quorum = Some(certificate);
        }
    }
}
