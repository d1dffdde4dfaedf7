//! Gossip communication (section 2.1): what a correct validator heard, all hear. Votes go from each
//! to all, and some are lost or cast for a few eyes only; so who waits also passes on what it heard
//! itself, as far as somebody may be held up for want of it.

use std::sync::Arc;

use super::block::{Block, Height, Qc, VoteOf};
use super::book::Change;
use super::replica::Replica;
use super::{Message, Tendermint};
use crate::kernel::LocalTime;
use crate::ordering::Out;
use crate::ordering::prelude::*;

/// What others said.
#[derive(Debug)]
pub struct Heard {
    pub(super) height: Height,
    /// The precommits of a quorum that end the sender's round, or else ended the one before:
    /// without them others stay there (line 47).
    pub(super) ended: Arc<Vec<VoteOf>>,
    /// Its `validValue`, with the prevotes that made it so.
    pub(super) valid: Option<(Arc<Block>, Arc<Qc>)>,
}

encode_fields!(Heard { height, ended, valid });

impl Heard {
    /// How many signatures it carries.
    pub(super) fn signatures(&self) -> u32 {
        self.ended.len() as u32 + self.valid.as_ref().map_or(0, |(_, votes)| votes.votes())
    }
}

impl Replica {
    /// The latest precommits of a quorum, for whatever.
    pub(super) fn ended(&self) -> Arc<Vec<VoteOf>> {
        let precommits = self.rounds.get(&self.book.round()).map(|ballots| &ballots.precommits);
        let enough = precommits.filter(|votes| votes.count() >= self.rules.quorum);
        enough.map_or_else(|| self.book.current().ended.clone(), |votes| Arc::new(votes.all()))
    }

    /// Says to all what it heard.
    pub(super) fn pass_on(&self, out: &mut Out<Tendermint>) {
        let (height, ended) = (self.book.height(), self.ended());
        let valid = self.book.current().valid.clone();
        if !ended.is_empty() || valid.is_some() {
            out.broadcast(Message::Heard(Heard { height, ended, valid }));
        }
    }

    /// A peer passes on what it heard.
    pub(super) fn told(
        &mut self,
        now: LocalTime,
        from: u16,
        heard: &Heard,
        out: &mut Out<Tendermint>,
    ) {
        self.compare(now, from, heard.height, out);
        for (voter, (vote, signature)) in heard.ended.iter() {
            // Others than validators have keys too, and the sender says whose vote it is.
            let is_member = u32::from(*voter) < self.seat.committee.size();
            if is_member && vote.height == self.book.height() {
                self.voted(now, *voter, *vote, signature);
            }
        }
        if let Some((block, votes)) = &heard.valid {
            self.offered(now, from, block, votes);
        }
    }

    fn offered(&mut self, now: LocalTime, from: u16, block: &Arc<Block>, votes: &Arc<Qc>) {
        let follows = (block.height, block.parent) == (self.book.height(), self.book.tip());
        let latest = self.offered.as_ref().or(self.book.current().valid.as_ref());
        let (round, known) = (votes.statement.round, latest.map(|(_, at)| at.statement.round));
        if !follows || known >= Some(round) || !self.rules.accept_valid(block, votes) {
            return;
        }
        for voter in votes.voters() {
            self.hear(voter, round);
        }
        self.offered = Some((block.clone(), votes.clone()));
        self.keep(now, from, block);
    }

    /// Lines 42 and 43 for prevotes of a round that may be over here. That locks nobody: it lets
    /// a proposer propose what locks allow.
    pub(super) fn adopt(&mut self, out: &mut Out<Tendermint>) -> bool {
        let Some((block, votes)) = self.offered.take_if(|(at, _)| self.whole.contains_key(&at.id))
        else {
            return false;
        };
        let block = self.whole.get(&block.id).cloned().unwrap_or(block);
        let known = self.book.current().valid.as_ref().map(|(_, at)| at.statement.round);
        if known < Some(votes.statement.round) {
            self.change(Change::Valid(block, votes), out);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attestation::KeyRing;
    use crate::ordering::certificate::Statement as _;
    use crate::ordering::tendermint::Params;
    use crate::ordering::tendermint::block::{Kind, Vote};
    use crate::ordering::{Committee, Seat};

    /// How many precommits a validator of four counts that is told of those of these signers.
    fn counted(signers: [u16; 3]) -> u32 {
        let keys = KeyRing::modelled(8);
        let seat = Seat { me: 3, committee: Committee::new(4), signer: keys.signer(3) };
        let mut replica = Replica::new(seat, &Params::default());
        let height = replica.book.height();
        let vote = Vote { kind: Kind::Precommit, height, round: 0, block: None };
        let signed = |signer: u16| (signer, (vote, vote.signed_by(&keys.signer(signer.into()))));
        let ended = Arc::new(signers.map(signed).to_vec());
        let heard = Heard { height, ended, valid: None };
        replica.told(LocalTime(0), 0, &heard, &mut Out::new(4, 3));
        replica.rounds.get(&0).map_or(0, |ballots| ballots.precommits.count())
    }

    #[test]
    fn votes_that_are_passed_on_are_those_of_validators() {
        assert_eq!(counted([0, 1, 2]), 3);
        assert_eq!(counted([0, 1, 4]), 2, "a client signed the third");
    }
}
