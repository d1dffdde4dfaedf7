//! Algorithm 1: what a validator says and decides, given what was said. Each rule says whether it
//! applied; they are gone through until none does.

use std::sync::Arc;

use super::block::{Block, Decided, Kind, Proposal, Round, Vote, VoteOf};
use super::book::{Change, Step};
use super::replica::{ROUND, Replica};
use super::{Message, Planted, Tendermint};
use crate::attestation::Id;
use crate::kernel::LocalTime;
use crate::ordering::Out;
use crate::ordering::certificate::Statement;

impl Replica {
    /// Lines 14 to 19: the round's proposer proposes what a quorum prevoted for before, or
    /// something new. In the first round it waits for something to propose.
    pub(super) fn propose(&mut self, out: &mut Out<Tendermint>) -> bool {
        let (height, round) = (self.book.height(), self.book.round());
        let current = self.book.current();
        let is_mine = self.rules.proposer(height, round) == self.seat.me;
        if !is_mine || self.book.step() > Step::Propose || current.proposal.is_some() {
            return false;
        }
        let known = current.valid.clone().filter(|(_, votes)| votes.statement.round < round);
        let known = known.filter(|_| !self.params.has(Planted::ForgetsValid));
        let (block, valid) = match known {
            Some((block, votes)) => (block, Some(votes)),
            None if round == 0 && !self.stock.pool.is_waiting() => return false,
            None => (self.new_block(), None),
        };
        out.note(0, block.payload.len() as i64);
        self.stock.items(&block.payload, self.book.seen()).for_each(|item| out.propose(item));
        let proposal = Proposal::new(round, block, valid, &self.seat);
        self.change(Change::Propose(proposal.clone()), out);
        out.broadcast(Message::Propose(proposal));
        true
    }

    fn new_block(&self) -> Arc<Block> {
        let limit = u64::from(self.params.batch_bytes);
        let batch = self.stock.pool.batch(limit, &Default::default());
        Block::new(self.book.height(), self.book.tip(), batch.tries)
    }

    /// Lines 22 to 33: a prevote for the proposal, if no lock forbids it; else for nil. That the
    /// prevotes of line 28 are there was checked when the proposal was accepted.
    pub(super) fn prevote(&mut self, out: &mut Out<Tendermint>) -> bool {
        let proposal = self.proposal(self.book.round()).cloned();
        let Some(proposal) = proposal.filter(|_| self.book.step() == Step::Propose) else {
            return false;
        };
        if !self.is_whole(&proposal.block.id) {
            return false;
        }
        let locked = self.book.current().locked.as_ref();
        let is_free = locked.is_none_or(|(round, block)| {
            block.id == proposal.block.id || proposal.valid_round().is_some_and(|at| *round <= at)
        });
        let is_good = is_free || self.params.has(Planted::ForgetsLock);
        self.vote(Kind::Prevote, is_good.then_some(proposal.block.id), out);
        true
    }

    /// Lines 36 to 46: a quorum prevoted for one thing.
    pub(super) fn precommit(&mut self, out: &mut Out<Tendermint>) -> bool {
        let (round, step) = (self.book.round(), self.book.step());
        let Some(ballots) = self.rounds.get(&round) else { return false };
        let (proposal, was_valid) = (ballots.proposal.clone(), ballots.was_valid);
        let Some(votes) = ballots.prevotes.quorum.clone().filter(|_| step > Step::Propose) else {
            return false;
        };
        let Some(id) = votes.statement.block else {
            let is_nil = step == Step::Prevote;
            if is_nil {
                self.vote(Kind::Precommit, None, out);
            }
            return is_nil;
        };
        let block = proposal.map(|proposal| proposal.block.clone());
        let Some(block) = block.filter(|block| !was_valid && block.id == id && self.is_whole(&id))
        else {
            return false;
        };
        self.ballots(round).was_valid = true;
        self.change(Change::Valid(block.clone(), votes), out);
        if step == Step::Prevote {
            self.change(Change::Lock(round, block), out);
            self.vote(Kind::Precommit, Some(id), out);
        }
        true
    }

    /// Lines 49 to 54: a quorum's precommits of any round decide.
    pub(super) fn decide(&mut self, now: LocalTime, out: &mut Out<Tendermint>) -> bool {
        let Some(commit) = self.decision.clone() else { return false };
        let proposals = self.rounds.values().filter_map(|ballots| ballots.proposal.as_ref());
        let mut blocks = proposals.map(|proposal| &proposal.block);
        let block = blocks.find(|block| commit.statement.block == Some(block.id)).cloned();
        let Some(block) = block.filter(|block| self.is_whole(&block.id)) else { return false };
        self.commit(now, &Arc::new(Decided { block, commit }), out);
        self.rest(out);
        true
    }

    /// Line 55: f + 1 validators are in later rounds, so a correct one is in the lowest of those.
    pub(super) fn follow(&mut self, out: &mut Out<Tendermint>) -> bool {
        let mut rounds: Vec<Round> = self.latest.iter().map(|round| round.unwrap_or(0)).collect();
        rounds.sort_unstable_by(|one, other| other.cmp(one));
        let seen = rounds.get(self.seat.committee.byzantine() as usize).copied();
        let later = seen.filter(|round| *round > self.book.round());
        if let Some(round) = later {
            self.enter(round, Arc::default(), out);
        }
        later.is_some()
    }

    /// Lines 11 to 13.
    pub(super) fn enter(
        &mut self,
        round: Round,
        ended: Arc<Vec<VoteOf>>,
        out: &mut Out<Tendermint>,
    ) {
        self.change(Change::Enter(round, ended), out);
        out.note(ROUND, round.into());
        self.is_resting = false;
        let oldest = round.saturating_sub(super::replica::KEPT);
        self.rounds = self.rounds.split_off(&oldest);
    }

    /// Says it to all and to itself.
    pub(super) fn vote(&mut self, kind: Kind, block: Option<Id>, out: &mut Out<Tendermint>) {
        let (height, round) = (self.book.height(), self.book.round());
        let vote = Vote { kind, height, round, block };
        let signature = vote.signed_by(&self.seat.signer);
        self.change(Change::Vote(vote, signature.clone()), out);
        out.broadcast(Message::Vote(vote, signature.clone()));
        self.count(self.seat.me, vote, &signature);
    }

    /// A vote whose signature was verified, of the height to be decided.
    pub(super) fn count(
        &mut self,
        from: u16,
        vote: Vote,
        signature: &crate::attestation::Signature,
    ) {
        if !self.hear(from, vote.round) {
            return;
        }
        let ballots = self.ballots(vote.round);
        ballots.add(from, &vote, signature);
        let decision = ballots.precommits.quorum.clone();
        let decision = decision.filter(|votes| votes.statement.block.is_some());
        self.decision = self.decision.take().or(decision);
    }
}
