//! `epaxos`: every validator orders what comes to it, and only what interferes gets an order
//! (Moraru, Andersen, Kaminsky, *There Is More Consensus in Egalitarian Parliaments*, SOSP 2013).
//!
//! A validator proposes a command, here a batch of tries, in an instance of its own; the others
//! answer with the interfering commands they know (dependencies) and a number above theirs. When
//! a fast quorum knows nothing that the proposer did not know, the command is committed after two
//! message delays; else their union is accepted by a majority first: four. Committed commands are
//! executed along the graph of their dependencies, cycles by number and then by name.
//!
//! **What interferes:** what is about one subject, and what refers to what.
//! Everything else validators may deliver in different orders. What is linked to something that
//! comes later is refused everywhere alike.
//!
//! **Which EPaxos.** The basic protocol of the paper's sections 4.3 and 4.4, with what was found
//! since: promised and accepted ballots are two things (Sutra, *On the correctness of Egalitarian
//! Paxos*, 2020), and a fast commit takes answers equal to what the proposer asked for, which is
//! one thing to look for in a recovery (as in Ryabinin, Gotsman, Sutra, arXiv 2511.02743). The
//! fast quorum is ⌊n/2⌋ + f, with f the crashes to withstand: n − 1 for odd n and as many crashes
//! as possible, as in section 4.3, and less for fewer, as in Atlas (Enes et al., EuroSys 2020,
//! section 3). Then those in any recovery who may have been part of a fast commit make a majority
//! with the proposer, and so share a validator with the majority of every interfering command.
//! The optimised fast quorum of section 4.5 is left out: its recovery deadlocks as published, and
//! the repair of arXiv 2511.02743 rests on rules that we cannot cite line by line.
//!
//! **Beyond the paper:**
//! - Tries of an attester are proposed by one validator, its home; what nobody has proposed after
//!   `forward` by the next, and so on. A try in two commands is delivered once: they interfere.
//! - When a majority has answered, the fast quorum gets `fast_wait` to complete.
//! - What is known and not committed for `recovery` is recovered, by its proposer first, then by
//!   its next neighbour. Numbers without an instance end as no-ops.
//! - Neighbours ask one another now and then for what they miss, so datagrams will do.
//! - A replica that lost its state has lost promises: it follows and delivers, but neither
//!   answers nor proposes any more, and counts as failed for good.
//! - Instances are kept for `history`; so nobody is assumed to be out of reach for more than half
//!   of it: catching up takes time.
//! - No time is stated within which what was held up comes through. What a command depends on is
//!   known once it is committed, and is then recovered, if nobody here knows it; what that depends
//!   on, only after that. So it takes as many recoveries, one after the other, as there are unknown
//!   commands in a row, which may be any number.
//! - Validators trust one another, as only crashes are expected: what one took in from a router
//!   the others do not verify again.

mod book;
mod catchup;
mod execution;
mod instance;
mod interfering;
mod lead;
mod message;
mod recovery;
mod replica;
mod watch;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kept::JournalOf;
use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;

pub use message::Message;

/// The strategy.
pub struct Epaxos;

/// What can be set.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How long a validator collects tries for a command; the paper's evaluation batches for 5 ms.
    pub batch: Span,
    /// How many tries make a command at once.
    pub batch_most: u32,
    /// Crashes to withstand; 0 stands for as many as possible, ⌊(n − 1)/2⌋, and more is cut to
    /// that. The fewer, the smaller is the fast quorum.
    pub crashes: u32,
    /// From the majority's answers on: how long the fast quorum may take.
    pub fast_wait: Span,
    /// How long an instance may stay uncommitted before its proposer recovers it; each validator
    /// after it waits as long again. Doubles with every try.
    pub recovery: Span,
    /// As long as it waits at most.
    pub recovery_longest: Span,
    /// How long a try may wait for its home to propose it; each validator after it waits as long
    /// again.
    pub forward: Span,
    /// How often a validator asks a neighbour for what it misses.
    pub gossip: Span,
    /// How long executed instances are kept for those who missed them.
    pub history: Span,
    /// A bug, to see it found.
    #[cfg(test)]
    #[serde(skip)]
    pub(super) planted: Option<Planted>,
}

/// Bugs for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code))]
pub(super) enum Planted {
    /// Answers leave out what the validator knows to interfere.
    Forgets,
    /// A fast quorum is a majority, whatever is to be withstood.
    SmallFastQuorum,
    /// Recovery takes what is only pre-accepted for nothing.
    Hasty,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            batch: Span::from_millis(5),
            batch_most: 500,
            crashes: 0,
            fast_wait: Span::from_millis(100),
            recovery: Span::from_secs(1),
            recovery_longest: Span::from_secs(16),
            forward: Span::from_millis(500),
            gossip: Span::from_secs(5),
            history: Span::from_secs(60),
            #[cfg(test)]
            planted: None,
        }
    }
}

impl Params {
    /// f, the crashes withstood.
    fn failures(&self, committee: &Committee) -> u32 {
        match self.crashes {
            0 => committee.minority(),
            some => some.min(committee.minority()),
        }
    }

    /// Validators, the proposer among them, that commit at once when none knows more.
    fn fast_quorum(&self, committee: &Committee) -> u32 {
        if self.has(Planted::SmallFastQuorum) {
            return committee.majority();
        }
        (committee.size() / 2 + self.failures(committee)).max(committee.majority())
    }

    /// Who was out of reach for no longer than this misses nothing.
    const fn longest_absence(&self) -> Span {
        Span::from_nanos(self.history.as_nanos() / 2)
    }

    /// Whether that bug is planted.
    fn has(&self, _bug: Planted) -> bool {
        #[cfg(test)]
        return self.planted == Some(_bug);
        #[cfg(not(test))]
        false
    }
}

impl Strategy for Epaxos {
    const NAME: &'static str = "epaxos";
    const SUMMARY: &'static str = "no leader: only what interferes gets an order";
    type Params = Params;
    type Message = Message;
    type Durable = JournalOf<book::Book>;
    type Replica = replica::Replica;
    type Submitter = NoSubmitter;
    const NOTES: &'static [&'static str] =
        &["attestations in a command", "slow paths", "commands in a cycle", "recoveries"];

    fn check(params: &Params) -> Result<(), String> {
        between("batch_most", params.batch_most, &(1..=100_000))?;
        between("crashes", params.crashes, &(0..=10_000))?;
        at_least("recovery", params.recovery, SHORTEST)?;
        at_least("recovery_longest", params.recovery_longest, params.recovery)?;
        at_least("forward", params.forward, SHORTEST)?;
        at_least("gossip", params.gossip, SHORTEST)?;
        at_least("history", params.history, params.recovery)
    }

    fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
        Guarantees {
            summary: "per subject, survives a minority".to_owned(),
            owed: vec![
                Property::Integrity,
                Property::NoDuplication,
                Property::PerSubjectOrder,
                Property::Agreement,
                Property::Finality,
                Property::Durability,
                Property::MonotonicReads,
                Property::RegularReads,
            ],
            assumptions: Assumptions {
                faults: FaultModel::Crash(params.failures(committee)),
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: None,
                absence_bound: Some(params.longest_absence()),
            },
        }
    }

    /// No signatures: see the module's last point.
    fn liveness(_: &Committee, _: &Params) -> Result<Liveness, &'static str> {
        Err("what depends on unknown commands in a row takes a recovery for each in turn")
    }

    fn work(_: &Message) -> Work {
        Work::NONE
    }

    fn replica(seat: Seat, params: &Params) -> replica::Replica {
        replica::Replica::new(seat, params)
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }
}

#[cfg(test)]
mod tests;
