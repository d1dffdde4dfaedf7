//! Who leads a round: the next in turn, or by reputation one of those who took part lately.
//!
//! Reputation is that of DiemBFT v4 (The Diem Team, *DiemBFT v4: State Machine Replication in the
//! Diem Blockchain*, 2021, "Leader Election"; analysed as Carousel by Cohen, Gelashvili,
//! Kokoris-Kogias, Li, Malkhi, Sonnino, Spiegelman, *Be Aware of Your Leaders*, FC 2022). The
//! leader is drawn from those whose votes certify the last blocks, without the authors of the
//! last committed ones.
//!
//! **Beyond the papers**, where validators that enter a round on different ways may disagree: the
//! leader follows from the block of the round before, whose votes it collects and on whose
//! certificate it builds; after a timeout it is the next in turn. So all who have the same chain
//! agree, whatever else they saw, and one round lost does not bring back whoever was silent.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Family;
use super::block::{Ballot, Block, Round, Rules};
use super::replica::Replica;
use crate::ordering::prelude::*;

/// How leaders are chosen.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leaders {
    /// In turn.
    #[default]
    RoundRobin,
    /// Drawn from those who took part lately; in turn after a timeout.
    Reputation,
}

impl Leaders {
    /// Committed blocks to be kept even if they are old, so that leaders can be chosen.
    pub(super) fn keeps(self, committee: &Committee, chain: u32) -> usize {
        match self {
            Self::RoundRobin => 2,
            Self::Reputation => (committee.size() + chain) as usize,
        }
    }
}

impl<S: Family> Replica<S> {
    /// The leader of the block's round; `None` if too little is known of its chain.
    pub(super) fn leader_of(&self, block: &Block) -> Option<u16> {
        if block.is_adjacent() {
            self.leader_after(block.parent())
        } else {
            Some(self.rules.in_turn(block.round))
        }
    }

    /// The leader of the round after that of `block`, if that one is certified.
    pub(super) fn leader_after(&self, block: Ballot) -> Option<u16> {
        match self.settings.leaders {
            Leaders::RoundRobin => Some(self.rules.in_turn(block.round + 1)),
            Leaders::Reputation if block == Ballot::GENESIS => Some(self.rules.in_turn(1)),
            Leaders::Reputation => {
                let block = self.find(&block.block)?;
                if block.next_leader.get().is_none() {
                    let leader = self.rules.by_reputation(block, |id| self.find(id))?;
                    return Some(*block.next_leader.get_or_init(|| leader));
                }
                block.next_leader.get().copied()
            }
        }
    }
}

impl Rules {
    /// `elect_reputation_leader`: who leads after `last`, whose ancestors `find` knows.
    fn by_reputation<'a>(
        &self,
        last: &'a Block,
        find: impl Fn(&Id) -> Option<&'a Arc<Block>>,
    ) -> Option<u16> {
        let candidates = self.candidates(last, find)?;
        Some(pick(&candidates, last.round + 1).unwrap_or(self.in_turn(last.round + 1)))
    }

    /// Voters of the last blocks, as many as there are validators, without the authors of f blocks
    /// that are so far back that they are committed, unless a round was lost since.
    fn candidates<'a>(
        &self,
        last: &'a Block,
        find: impl Fn(&Id) -> Option<&'a Arc<Block>>,
    ) -> Option<Vec<u16>> {
        let (size, excluded) = (self.committee.size(), self.committee.byzantine() as usize);
        let (mut active, mut authors) = (BTreeSet::new(), BTreeSet::new());
        let mut at = last;
        for depth in 1..=size.max(self.chain) {
            active.extend(at.qc.voters());
            if at.parent() == Ballot::GENESIS {
                break;
            }
            at = find(&at.parent().block)?;
            if depth >= self.chain && authors.len() < excluded {
                authors.insert(at.author);
            }
        }
        Some(active.difference(&authors).copied().collect())
    }
}

/// `pick_one`: by a hash of the round, which no leader can choose.
fn pick(candidates: &[u16], round: Round) -> Option<u16> {
    let bytes = *Id::of(&round).as_bytes().first_chunk::<8>()?;
    let nth = u64::from_le_bytes(bytes).checked_rem(candidates.len() as u64)?;
    candidates.get(nth as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::super::block::{Draft, On, genesis};
    use super::*;
    use crate::attestation::IdMap;
    use crate::ordering::certificate::{Certificate, Statement};

    /// A chain of seven validators' blocks, each written as its round, its author and who voted
    /// for its parent, those that are unknown with a question mark; and who may lead next.
    fn check(chain: &str, expected: &str) {
        let (committee, keys) = (Committee::new(7), KeyRing::modelled(1));
        let rules = Rules {
            committee,
            keys: keys.clone(),
            quorum: committee.quorum(),
            chain: 2,
            fairness: None,
        };
        let (mut known, mut parent, mut last) = (IdMap::default(), Ballot::GENESIS, None);
        for text in chain.split(' ') {
            let mut parts = text.trim_end_matches('?').split([':', '<']);
            let mut part = || parts.next().expect("round, author, voters");
            let round: Round = part().parse().expect("a round");
            let me: u16 = part().parse().expect("an author");
            let vote = |voter: char| {
                let voter = voter.to_digit(10).expect("a voter") as u16;
                (voter, parent.signed_by(&keys.signer(voter.into())))
            };
            let qc = match part() {
                "" => genesis(),
                voters => Certificate::new(parent, voters.chars().map(vote).collect()),
            };
            let seat = Seat { me, committee, signer: keys.signer(me.into()) };
            let on = On { qc, tc: None, names_voters: true };
            let block = Block::new(round, on, Draft::default(), &seat);
            parent = block.ballot();
            last = Some(block.clone());
            if !text.ends_with('?') {
                known.insert(block.id, block);
            }
        }
        let candidates = rules.candidates(&last.expect("a block"), |id| known.find(id));
        let word = |all: Vec<u16>| all.iter().map(u16::to_string).collect::<String>();
        assert_eq!(candidates.map_or("unknown".to_owned(), word), expected, "{chain}");
    }

    #[test]
    fn who_took_part_may_lead() {
        check("1:1<", "");
        check("1:1< 2:2<01234", "01234");
        check("1:1< 2:2<01234 3:3<12345", "02345");
        check("1:1< 2:2<01234 3:3<12345 4:4<01234", "0345");
        check("1:1< 2:2<01234 3:3<12345 4:4<01234 5:5<01234", "0145");
    }

    #[test]
    fn who_took_part_long_ago_may_not() {
        let since = "4:4<01234 5:5<01234 6:6<01234 7:0<01234 8:1<01234 9:2<01234";
        check(&format!("1:1< 2:2<01234 3:3<23456 {since}"), "12345");
        check(&format!("1:1< 2:2<01234 3:3<23456 {since} 10:3<01234"), "234");
        check(
            &format!("1:1< 2:2<01234 3:3<01234 {} 10:3<01234", since.replace("5<0", "5<6")),
            "2346",
        );
    }

    #[test]
    fn rounds_that_were_lost_change_nothing() {
        check("1:1< 3:3<01234 4:4<01234", "0234");
        check("1:1< 3:3<01234 7:4<01234", "0234");
    }

    #[test]
    fn whoever_does_not_know_the_chain_does_not_know_the_leader() {
        check("1:1< 2:2<01234 3:3<12345? 4:4<01234", "unknown");
        check("1:1<? 2:2<01234 3:3<12345 4:4<01234", "unknown");
    }
}
