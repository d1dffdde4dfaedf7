//! What a quorum has signed: statements, votes on them, tallies of votes, certificates.
//!
//! Every protocol of the Byzantine family counts votes. They count here, with one rule: each
//! voter counts once per tally, whatever it votes for, and only with a genuine signature.

use std::fmt::{self, Debug};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::Committee;
use crate::attestation::{Encode, Encoder, KeyRing, Signature, Signer};

/// Something that replicas sign.
pub trait Statement: Encode + Clone + Ord + Debug + Send + Sync + 'static {
    /// Comes first in the signed bytes and in no other statement's, so that a signature under one
    /// kind of statement is never one under another.
    const KIND: &'static str;

    /// What exactly is signed.
    ///
    /// # Panics
    /// If that is longer than 128 bytes: what is longer is signed by its hash.
    fn signed_bytes(&self) -> SignedBytes {
        let mut bytes = SignedBytes { bytes: [0; 128], len: 0 };
        bytes.bytes(Self::KIND.as_bytes());
        bytes.bytes(&[0]);
        self.encode(&mut bytes);
        bytes
    }

    /// Signs it.
    fn signed_by(&self, signer: &Signer) -> Signature {
        signer.sign(&self.signed_bytes())
    }

    /// Whether `signature` is that of the validator `voter` on it.
    fn is_signed_by(&self, voter: u16, signature: &Signature, keys: &KeyRing) -> bool {
        keys.verify(u32::from(voter), &self.signed_bytes(), signature)
    }
}

/// The few bytes that a signature is made of; on the stack, since there are so many of them.
#[derive(Clone, Copy, Debug)]
pub struct SignedBytes {
    bytes: [u8; 128],
    len: usize,
}

impl Encoder for SignedBytes {
    fn bytes(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        self.bytes[self.len..end].copy_from_slice(bytes);
        self.len = end;
    }
}

impl Deref for SignedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Signatures of distinct validators on one statement, a quorum of them if it is valid.
#[derive(Clone)]
pub struct Certificate<T> {
    /// What is certified.
    pub statement: T,
    votes: Vec<(u16, Signature)>,
    /// The verdict is a pure function of the certificate in a run, so it is computed once.
    verdict: OnceLock<bool>,
}

impl<T: Statement> Certificate<T> {
    /// Puts votes together; they are not looked at before [`Self::is_valid`].
    pub fn new(statement: T, mut votes: Vec<(u16, Signature)>) -> Arc<Self> {
        votes.sort_by_key(|(voter, _)| *voter);
        Arc::new(Self { statement, votes, verdict: OnceLock::new() })
    }

    /// How many signatures it carries: what whoever receives it is charged for.
    pub fn votes(&self) -> u32 {
        self.votes.len() as u32
    }

    /// Who signed, in ascending order.
    pub fn voters(&self) -> impl Iterator<Item = u16> + '_ {
        self.votes.iter().map(|(voter, _)| *voter)
    }

    /// Whether at least `quorum` distinct members of `committee` signed, all genuinely.
    pub fn is_valid(&self, committee: &Committee, quorum: u32, keys: &KeyRing) -> bool {
        *self.verdict.get_or_init(|| {
            let bytes = self.statement.signed_bytes();
            let member = |(voter, _): &(u16, _)| u32::from(*voter) < committee.size();
            self.votes() >= quorum
                && self.votes.windows(2).all(|pair| pair[0].0 < pair[1].0)
                && self.votes.iter().all(member)
                && self.votes.iter().all(|(voter, by)| keys.verify(u32::from(*voter), &bytes, by))
        })
    }
}

impl<T: Statement> Encode for Certificate<T> {
    fn encode(&self, to: &mut dyn Encoder) {
        self.statement.encode(to);
        self.votes.encode(to);
    }
}

impl<T: Debug> Debug for Certificate<T> {
    /// What, and who signed it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} by", self.statement)?;
        self.votes.iter().try_for_each(|(voter, _)| write!(f, " {voter}"))
    }
}

/// A set of validators.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Validators 0 to 63.
    first: u64,
    /// The others, 64 to a word.
    others: Vec<u64>,
}

impl Members {
    /// Whether `member` was not in it before.
    pub fn insert(&mut self, member: u16) -> bool {
        let (word, bit) = (usize::from(member / 64), 1_u64 << (member % 64));
        if self.others.len() < word {
            self.others.resize(word, 0);
        }
        let word = if word == 0 { &mut self.first } else { &mut self.others[word - 1] };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether `member` is in it.
    pub fn contains(&self, member: u16) -> bool {
        let word = match usize::from(member / 64) {
            0 => self.first,
            word => self.others.get(word - 1).copied().unwrap_or(0),
        };
        word >> (member % 64) & 1 == 1
    }

    /// How many there are.
    pub fn len(&self) -> u32 {
        self.others.iter().chain([&self.first]).map(|word| word.count_ones()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a vote did to a tally.
#[derive(Clone, Debug)]
pub enum Counted<T> {
    /// It counts.
    Added,
    /// It was the one that made the quorum. A tally says this once per statement.
    Quorum(Arc<Certificate<T>>),
    /// This voter's vote was in already.
    Known,
    /// This voter voted for something else before; only the first vote counts.
    Equivocation,
}

/// Counts the votes of one ballot, in which every validator has one vote.
#[derive(Clone, Debug)]
pub struct Tally<T> {
    quorum: u32,
    voted: Members,
    /// By statement, in order of first votes: there are few.
    votes: Vec<(T, Vec<(u16, Signature)>)>,
}

impl<T: Statement> Tally<T> {
    /// An empty one, for which `quorum` votes are enough.
    pub fn new(quorum: u32) -> Self {
        Self { quorum, voted: Members::default(), votes: Vec::new() }
    }

    /// Counts a vote whose signature has been verified.
    pub fn add(&mut self, voter: u16, statement: &T, signature: &Signature) -> Counted<T> {
        if !self.voted.insert(voter) {
            let votes = self.votes.iter().find(|(known, _)| known == statement);
            let is_same = votes.is_some_and(|(_, by)| by.iter().any(|(known, _)| *known == voter));
            return if is_same { Counted::Known } else { Counted::Equivocation };
        }
        let quorum = self.quorum;
        let votes = self.votes_for(statement);
        votes.push((voter, signature.clone()));
        if votes.len() as u32 != quorum {
            return Counted::Added;
        }
        Counted::Quorum(Certificate::new(statement.clone(), votes.clone()))
    }

    fn votes_for(&mut self, statement: &T) -> &mut Vec<(u16, Signature)> {
        let known = self.votes.iter().position(|(known, _)| known == statement);
        let at = known.unwrap_or(self.votes.len());
        if known.is_none() {
            let votes = Vec::with_capacity(self.quorum as usize);
            self.votes.push((statement.clone(), votes));
        }
        &mut self.votes[at].1
    }

    /// All that counts, by statement, with who said it.
    pub fn votes(&self) -> impl Iterator<Item = (u16, &T, &Signature)> {
        let all = self.votes.iter();
        all.flat_map(|(said, by)| by.iter().map(move |(voter, by)| (*voter, said, by)))
    }

    /// Whether this validator's vote is in.
    pub fn has_voted(&self, voter: u16) -> bool {
        self.voted.contains(voter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Statement for u64 {
        const KIND: &'static str = "test";
    }

    const KEYS: fn() -> KeyRing = || KeyRing::modelled(1);

    fn vote(voter: u16, statement: u64) -> (u16, Signature) {
        (voter, statement.signed_by(&KEYS().signer(voter.into())))
    }

    /// Votes `A1` are validator 1's for A, of four validators; the answer is what each did.
    fn check(votes: &str, expected: &str) {
        let mut tally = Tally::new(Committee::new(4).quorum());
        let counted = votes.split(' ').map(|word| {
            let (statement, voter) = word.split_at(1);
            let statement = u64::from(statement.as_bytes()[0]);
            let (voter, signature) = vote(voter.parse().expect("a number"), statement);
            match tally.add(voter, &statement, &signature) {
                Counted::Added => '+',
                Counted::Known => '=',
                Counted::Equivocation => '!',
                Counted::Quorum(certificate) => {
                    assert!(certificate.is_valid(&Committee::new(4), 3, &KEYS()));
                    'Q'
                }
            }
        });
        assert_eq!(counted.collect::<String>(), expected, "{votes}");
    }

    #[test]
    fn a_quorum_is_reached_once_by_distinct_voters_for_one_statement() {
        check("A0 A1 A2", "++Q");
        check("A0 A1 A2 A3", "++Q+");
        check("A0 A0 A0 A1", "+==+");
        check("A0 B1 A2 B3", "++++");
        check("A0 B0 A0 A1 A2", "+!=+Q");
    }

    #[test]
    fn a_certificate_is_distinct_genuine_votes_of_members() {
        let check = |votes: Vec<(u16, Signature)>, expected: bool| {
            let certificate = Certificate::new(7, votes);
            assert_eq!(certificate.is_valid(&Committee::new(4), 3, &KEYS()), expected);
        };
        check(vec![vote(2, 7), vote(0, 7), vote(1, 7)], true);
        check(vec![vote(0, 7), vote(1, 7)], false);
        check(vec![vote(0, 7), vote(1, 7), vote(1, 7)], false);
        check(vec![vote(0, 7), vote(1, 7), vote(4, 7)], false);
        check(vec![vote(0, 7), vote(1, 7), vote(2, 8)], false);
        check(vec![vote(0, 7), vote(1, 7), (2, vote(3, 7).1)], false);
        check(vec![vote(0, 7), vote(1, 7), (2, vote(2, 7).1.tampered())], false);
    }
}
