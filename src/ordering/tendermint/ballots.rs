//! The votes of one round.

use std::sync::Arc;

use super::block::{Kind, Proposal, Qc, Vote, VoteOf};
use crate::ordering::certificate::{Counted, Tally};
use crate::ordering::prelude::*;

/// All that was said in one round.
pub(super) struct Ballots {
    pub(super) proposal: Option<Arc<Proposal>>,
    pub(super) prevotes: Votes,
    pub(super) precommits: Votes,
    /// Whether lines 36 to 43 were gone through.
    pub(super) was_valid: bool,
}

/// Votes of one kind.
pub(super) struct Votes {
    tally: Tally<Vote>,
    count: u32,
    /// A quorum for one block, or for nil.
    pub(super) quorum: Option<Arc<Qc>>,
}

impl Ballots {
    pub(super) fn new(quorum: u32) -> Self {
        let (prevotes, precommits) = (Votes::new(quorum), Votes::new(quorum));
        Self { proposal: None, prevotes, precommits, was_valid: false }
    }

    /// Counts a vote whose signature was verified.
    pub(super) fn add(&mut self, from: u16, vote: &Vote, signature: &Signature) {
        let votes = match vote.kind {
            Kind::Prevote => &mut self.prevotes,
            Kind::Precommit => &mut self.precommits,
        };
        votes.add(from, vote, signature);
    }
}

impl Votes {
    fn new(quorum: u32) -> Self {
        Self { tally: Tally::new(quorum), count: 0, quorum: None }
    }

    fn add(&mut self, from: u16, vote: &Vote, signature: &Signature) {
        match self.tally.add(from, vote, signature) {
            Counted::Added => self.count += 1,
            Counted::Quorum(certificate) => {
                self.count += 1;
                self.quorum = Some(certificate);
            }
            Counted::Known | Counted::Equivocation => {}
        }
    }

    /// What was voted, each with its voter.
    pub(super) fn all(&self) -> Vec<VoteOf> {
        let votes = self.tally.votes();
        votes.map(|(voter, vote, by)| (voter, (*vote, by.clone()))).collect()
    }

    /// How many voted, for whatever.
    pub(super) fn count(&self) -> u32 {
        self.count
    }
}
