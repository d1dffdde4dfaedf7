//! What can be set in every strategy of the family, and what follows for a replica.

use super::{Fairness, Leaders};
use crate::kernel::Span;
use crate::ordering::leader;
use crate::ordering::limit::{SHORTEST, at_least, between};
use crate::ordering::prelude::*;

/// Bugs for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code))]
pub(in crate::ordering) enum Planted {
    /// One vote less makes a quorum.
    SmallQuorum,
    /// Validators vote in a round that they have asked to leave.
    VotesLate,
    /// Validators raise their highest certificate only to those that they make themselves.
    ForgetsHigh,
    /// The same, and where that is not the lock they have none.
    ForgetsLock,
    /// Timeouts stay what they are.
    NeverGrows,
}

leader::params! {
    planted: Planted;
    /// Full batches in a block at most, which holds whatever waits (`MAX_BATCHES_FROM_OTHERS` of
    /// asonnino/hotstuff).
    batches: u32 = 30;
    /// How long a round may take. Doubles with every round that fails, but the first, until a
    /// block is committed.
    timeout: Span = Span::from_secs(5);
    /// As long as a round may take at most.
    timeout_longest: Span = Span::from_secs(40);
    /// How leaders are chosen: "round-robin" or "reputation".
    leaders: Leaders = Leaders::RoundRobin;
}

/// What a replica goes by.
#[derive(Clone, Debug)]
pub(in crate::ordering) struct Settings {
    pub(in crate::ordering) leader: leader::Settings,
    /// Bytes of attestations in a block at most.
    pub(super) block_bytes: u64,
    pub(super) timeout: Span,
    pub(super) timeout_longest: Span,
    /// Failures in a row that lengthen no round.
    pub(super) spared: u32,
    /// Certified blocks of consecutive rounds that commit the first of them.
    pub(super) chain: u32,
    pub(super) leaders: Leaders,
    /// Votes that make a certificate.
    pub(super) quorum: u32,
    /// Rule Timeout: whether who wants to leave a round votes in it no more.
    pub(super) stops_voting: bool,
    /// Rule Lock: whether a certificate that others made raises the highest one known.
    pub(super) raises_high: bool,
    /// Rule Lock of a chain of three: whether a vote locks.
    pub(super) locks: bool,
    /// How payloads follow from local orders, if they do.
    pub(in crate::ordering) fairness: Option<Fairness>,
}

impl Params {
    /// One leader that is down takes two rounds with it, its own and the one before, whose votes
    /// it was to collect: so the second failure before a commit lengthens no round.
    const SPARED: u32 = 1;

    /// For a protocol that commits by so many blocks in a row.
    pub(in crate::ordering) fn settings(&self, committee: &Committee, chain: u32) -> Settings {
        let spared = if self.has(Planted::NeverGrows) { u32::MAX } else { Self::SPARED };
        Settings {
            leader: self.shared(),
            block_bytes: u64::from(self.batch_bytes) * u64::from(self.batches),
            timeout: self.timeout,
            timeout_longest: self.timeout_longest,
            spared,
            chain,
            leaders: self.leaders,
            quorum: committee.quorum() - u32::from(self.has(Planted::SmallQuorum)),
            stops_voting: !self.has(Planted::VotesLate),
            raises_high: !self.has(Planted::ForgetsHigh) && !self.has(Planted::ForgetsLock),
            locks: !self.has(Planted::ForgetsLock),
            fairness: None,
        }
    }

    pub(in crate::ordering) fn check(&self) -> Result<(), String> {
        self.check_shared()?;
        between("batches", self.batches, &(1..=1_000))?;
        at_least("timeout", self.timeout, SHORTEST)?;
        at_least("timeout_longest", self.timeout_longest, self.timeout)?;
        at_least("history", self.history, self.timeout)
    }
}

/// Declares a strategy of the family.
macro_rules! strategy {
    (
        $(#[$doc:meta])* $strategy:ident, $name:literal, $summary:literal,
        chain: $chain:literal,
    ) => {
        $(#[$doc])*
        pub struct $strategy;

        impl Strategy for $strategy {
            const NAME: &'static str = $name;
            const SUMMARY: &'static str = $summary;
            type Params = Params;
            type Message = Message;
            type Durable = Durable;
            type Replica = chained::Replica<Self>;
            type Submitter = NoSubmitter;

            const NOTES: &'static [&'static str] = chained::NOTES;

            fn check(params: &Params) -> Result<(), String> {
                params.check()
            }

            fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
                chained::guarantees(committee, params.shared().longest_absence())
            }

            fn liveness(committee: &Committee, params: &Params) -> Result<Liveness, &'static str> {
                let committee = (committee, committee.byzantine());
                let timeouts = [params.timeout, params.timeout_longest];
                chained::liveness(committee, $chain, timeouts, &params.shared())
            }

            fn spread(committee: &Committee, params: &Params) -> Span {
                chained::spread(committee, &params.shared())
            }

            fn work(message: &Message) -> Work {
                message.work()
            }

            fn replica(seat: Seat, params: &Params) -> Self::Replica {
                let settings = params.settings(&seat.committee, $chain);
                chained::Replica::new(seat, settings)
            }

            fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
                NoSubmitter
            }

            fn first_leader(committee: &Committee) -> Option<u16> {
                Some((1 % committee.size()) as u16)
            }
        }
    };
}

pub(in crate::ordering) use strategy;
