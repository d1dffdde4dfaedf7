//! The commit rules of certified DAGs: a leader in every other round, committed by f + 1 blocks
//! of the next round that refer to it, with the leaders before it that it leads back to (Tusk:
//! Danezis et al., arXiv 2105.11827, section 5; Bullshark: Spiegelman et al., arXiv 2201.05677,
//! section 5, the partially synchronous version; both as in `consensus/src/lib.rs` of their code).

use std::collections::BTreeSet;

use super::block::{Reference, Round};
use super::book::{Book, Decision, Slot};
use crate::ordering::Committee;

/// A commit rule.
#[derive(Clone, Copy, Debug)]
pub(in crate::ordering) struct Anchors {
    pub(in crate::ordering) committee: Committee,
    /// Rounds from a leader to the blocks that make validators look at it, and how many of them it
    /// takes: 2 and a quorum in Tusk, whose shares of a coin name the leader; 1 and any in
    /// Bullshark. Tusk's published code takes the first block of the round after, which shows that
    /// there is such a quorum, and is later by the time in which a block is certified.
    pub(in crate::ordering) lag: Round,
    pub(in crate::ordering) shares: u32,
    /// References to a leader in the round after it that commit it.
    pub(in crate::ordering) support: u32,
    /// Whether a leader commits those before it that it leads back to.
    pub(in crate::ordering) walks_back: bool,
}

impl Anchors {
    /// The first slot of all.
    pub(super) const FIRST: Slot = Slot { round: 2, offset: 0 };

    /// Who leads in a round: round-robin by its number, as the published code has it in place of
    /// the coin; moved on by one with every turn, so that in a committee of even size everybody
    /// leads though only even rounds have leaders.
    pub(super) fn leader(&self, round: Round) -> Option<u16> {
        let size = u64::from(self.committee.size());
        (round > 0 && round.is_multiple_of(2)).then_some(((round + round / size) % size) as u16)
    }

    /// What a block that was just accepted decides, in order of slots.
    pub(super) fn decide(&self, accepted: Reference, book: &Book) -> Vec<Decision> {
        let leader = accepted.round.checked_sub(self.lag).filter(|round| *round > book.leader());
        let leader = leader.filter(|_| book.round(accepted.round).len() as u32 >= self.shares);
        let Some(leader) = leader.and_then(|round| self.block_of(round, book)) else {
            return Vec::new();
        };
        let votes = book.round(leader.round + 1).iter();
        let votes = votes.filter(|by| refers(by, &leader, book)).count();
        if (votes as u32) < self.support {
            return Vec::new();
        }
        let mut chain = vec![leader];
        if self.walks_back {
            self.walk_back(&mut chain, book);
        }
        let decision = |leader: Reference| {
            let next = Slot { round: leader.round + 2, offset: 0 };
            Decision { leader: Some(leader), next }
        };
        chain.into_iter().rev().map(decision).collect()
    }

    /// `order_leaders`: from the last of the chain back to the last leader committed, every
    /// leader that the one after it leads back to.
    fn walk_back(&self, chain: &mut Vec<Reference>, book: &Book) {
        let mut at = chain[0];
        for round in (book.leader() + 1..at.round).rev() {
            let before = self.block_of(round, book);
            if let Some(before) = before.filter(|before| leads_back(at, before, book)) {
                chain.push(before);
                at = before;
            }
        }
    }

    fn block_of(&self, round: Round, book: &Book) -> Option<Reference> {
        book.at(round, self.leader(round)?).copied()
    }

    /// Whether round `base` is complete enough to be left without waiting: an even one with its
    /// leader, an odd one with a quorum of references to the leader before, or with f + 1 blocks
    /// that do without (`proposer.rs` of Bullshark).
    pub(super) fn may_leave(&self, base: Round, book: &Book) -> bool {
        if let Some(leader) = self.leader(base) {
            return book.at(base, leader).is_some();
        }
        let Some(leader) = base.checked_sub(1).and_then(|round| self.block_of(round, book)) else {
            return true;
        };
        let blocks = book.round(base).iter();
        let (mut votes, mut others) = (0, 0);
        for block in blocks {
            *if refers(block, &leader, book) { &mut votes } else { &mut others } += 1;
        }
        votes >= self.committee.quorum() || others >= self.committee.one_correct()
    }
}

fn refers(block: &Reference, to: &Reference, book: &Book) -> bool {
    book.vertex(&block.id).is_some_and(|vertex| vertex.block.has_parent(to))
}

/// Whether `to` is in the history of `from`.
fn leads_back(from: Reference, to: &Reference, book: &Book) -> bool {
    let mut known = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        let Some(vertex) = book.vertex(&at.id) else { continue };
        if vertex.block.has_parent(to) {
            return true;
        }
        let parents = vertex.block.parents.iter().filter(|parent| parent.round > to.round);
        open.extend(parents.filter(|parent| known.insert(**parent)));
    }
    false
}
