//! `themis`: validators say in which order they received attestations, and the order that is
//! agreed on follows from what they say (Kelkar, Deb, Long, Juels, Kannan, *Themis: Fast, Strong
//! Order-Fairness in Byzantine Consensus*, CCS 2023, eprint 2021/1465), over the chained
//! consensus of `jolteon`. Every validator sends the next leader its signed local order of what
//! waits; a block carries at least n − f of them, and the payload that follows from them, which
//! everybody computes for itself before it votes. What both share is in [`chained`].
//!
//! **γ-batch-order-fairness.** If a share γ of all validators received a before b, b is in no
//! earlier batch than a. Needs n > 4f / (2γ − 1): n ≥ 4f + 1 with γ = 1.
//!
//! **Thresholds**, after the paper's FairPropose, and why they do. At most f local orders lie, and
//! if a share γ received a before b, at most d = ⌊n(1 − γ)⌋ validators did not. So d + f + 1
//! local orders with b before a show that no such share exists; with fewer, *a must precede b*. An
//! order that names b and not a has b before a: it is the beginning of what was received.
//! - *Solid* is what at least n − 2f of them name: all correct ones, if f are left out. Of two that
//!   are solid one comes first in half of n − 2f at least, which is d + f + 1 or more: so it never
//!   is that each must precede the other.
//! - *Shaded* is what d + f + 1 name. If a must precede b, and b is solid, then a comes first in
//!   n − 2f − (d + f) orders, which is d + f + 1 or more: so a is shaded, or solid. What fewer name
//!   need not be waited for.
//! - Ordered is what is solid and what nothing must precede that is not ordered with it or before.
//!   The rest waits until later local orders complete what is shaded: they name it again.
//! - Cycles of *must precede* (Condorcet's) are one batch. Batches come in topological order; ties,
//!   and the order within a batch, go by the sum of places in the local orders, then by id. A cycle
//!   of four or more needs no more than one local order against each of its pairs: so a batch may
//!   hold what all validators received in one order, and a liar's places turn it round in there.
//!   Nobody can tell whose order lies, so nothing else is promised; replicas say what is one batch.
//!
//! **Differs from the paper**, whose text we could not check the constants against:
//! - The paper puts what is shaded into the proposal that first names it, and completes missing
//!   edges by update messages until the proposal's graph is a tournament. Here what is not yet
//!   comparable stays out of the block, and out of nothing but this one. Both deliver it then.
//! - The paper has an edge by majority wherever d + f + 1 orders agree, and so more cycles. Here
//!   there are only the edges that fairness needs; majorities break ties.
//! - A chain of what must precede one another through many rounds makes all of it wait until the
//!   first is solid everywhere, which takes no longer than the slowest delivery.
//!
//! **Trade-offs.** Votes still take n − ⌊(n − 1) / 3⌋: with more than f silent, consensus would go
//! on and the payloads end. A local order is not durable: after a crash a validator has received
//! nothing. What too few receive waits until one of them passes it on. CPU is O(m²) for m
//! attestations at every validator, and blocks carry n − f times the names: so `listed` bounds m,
//! and must be well above what waits for want of being solid: local orders cut off before they have
//! anything in common order nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::chained::{self, Durable, Fairness, Message};
use super::leader;
use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;

/// The strategy.
pub struct Themis;

/// Bugs for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code))]
pub(super) enum Planted {
    /// Validator 1 reverses the order when it leads,
    Reverses,
    /// and nobody computes it for itself.
    ReversesUnchecked,
}

/// What can be set.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// γ in percent, from 51 to 100: the share of validators whose order of receipt binds.
    pub gamma: u32,
    /// Attestations in a local order.
    pub listed: u32,
    /// How long an attestation waits at a validator before the leader is told of it between votes.
    pub batch_delay: Span,
    /// How long a round may take. Doubles with every round that fails, but the first, until a
    /// block is committed.
    pub timeout: Span,
    /// As long as a round may take at most.
    pub timeout_longest: Span,
    /// From missing a body or a block to asking a peer for it; doubles with every question.
    pub fetch: Span,
    /// The longest pause between two such questions.
    pub fetch_longest: Span,
    /// How often a validator tells a neighbour how far it is, and all what waited so long.
    pub gossip: Span,
    /// How long committed blocks are kept for those who missed them.
    pub history: Span,
    /// How many ordered attestations are remembered to know duplicates.
    pub remembered: u32,
    /// A bug, to see it found.
    #[cfg(test)]
    #[serde(skip)]
    pub(super) planted: Option<Planted>,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            gamma: 100,
            listed: 2_000,
            batch_delay: Span::from_millis(100),
            timeout: Span::from_secs(5),
            timeout_longest: Span::from_secs(40),
            fetch: Span::from_millis(100),
            fetch_longest: Span::from_secs(5),
            gossip: Span::from_secs(5),
            history: Span::from_secs(600),
            remembered: 50_000,
            #[cfg(test)]
            planted: None,
        }
    }
}

impl Params {
    /// What it shares with other protocols that have a leader. No limit but `listed` bounds a
    /// block.
    const fn shared(&self) -> leader::Settings {
        leader::Settings {
            batch_bytes: u32::MAX,
            batch_delay: self.batch_delay,
            fetch: self.fetch,
            fetch_longest: self.fetch_longest,
            gossip: self.gossip,
            history: self.history,
            remembered: self.remembered,
        }
    }

    /// Whether that bug is planted.
    fn has(&self, _bug: Planted) -> bool {
        #[cfg(test)]
        return self.planted == Some(_bug);
        #[cfg(not(test))]
        false
    }

    fn fairness(&self, committee: Committee) -> Fairness {
        let is_checked = !self.has(Planted::ReversesUnchecked);
        let reverses = self.has(Planted::Reverses) || !is_checked;
        let mut fairness = Fairness::new(committee, self.gamma, self.listed as usize);
        (fairness.is_checked, fairness.reverses) = (is_checked, reverses.then_some(1));
        fairness
    }
}

impl Strategy for Themis {
    const NAME: &'static str = "themis";
    const SUMMARY: &'static str =
        "the order follows from the orders of receipt of n - f validators";
    type Params = Params;
    type Message = Message;
    type Durable = Durable;
    type Replica = chained::Replica<Self>;
    type Submitter = NoSubmitter;

    const NOTES: &'static [&'static str] =
        &["attestations in a block", "timeouts in a row", "attestations in its largest batch"];

    fn check(params: &Params) -> Result<(), String> {
        between("gamma", params.gamma, &(51..=100))?;
        between("listed", params.listed, &(1..=2_000))?;
        at_least("timeout", params.timeout, SHORTEST)?;
        at_least("timeout_longest", params.timeout_longest, params.timeout)?;
        at_least("fetch", params.fetch, SHORTEST)?;
        at_least("fetch_longest", params.fetch_longest, params.fetch)?;
        at_least("gossip", params.gossip, SHORTEST)?;
        at_least("history", params.history, params.timeout)?;
        between("remembered", params.remembered, &(1..=100_000_000))
    }

    fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
        let (faults, gamma) = (Fairness::withstood(committee, params.gamma), params.gamma);
        let summary = format!("total, Byzantine; fair, γ {gamma} %");
        let absence = params.shared().longest_absence();
        let mut stated = Guarantees::total_order(&summary, faults, absence);
        stated.owed.push(Property::OrderFairness(gamma));
        stated
    }

    /// As in `jolteon`, with what is withstood here. What reached too few is passed on to all after
    /// a `gossip`, and named by them in the round after.
    fn liveness(committee: &Committee, params: &Params) -> Result<Liveness, &'static str> {
        let faults = Fairness::withstood(committee, params.gamma);
        let timeouts = [params.timeout, params.timeout_longest];
        let stated = chained::liveness((committee, faults), 2, timeouts, &params.shared())?;
        Ok(Liveness { within: stated.within + params.gossip, ..stated })
    }

    fn spread(committee: &Committee, params: &Params) -> Span {
        chained::spread(committee, &params.shared())
    }

    fn work(message: &Message) -> Work {
        message.work()
    }

    fn replica(seat: Seat, params: &Params) -> Self::Replica {
        let fairness = Some(params.fairness(seat.committee));
        let jolteon = chained::Params {
            timeout: params.timeout,
            timeout_longest: params.timeout_longest,
            ..chained::Params::default()
        };
        let mut settings = jolteon.settings(&seat.committee, 2);
        (settings.leader, settings.fairness) = (params.shared(), fairness);
        chained::Replica::new(seat, settings)
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }

    fn first_leader(committee: &Committee) -> Option<u16> {
        Some((1 % committee.size()) as u16)
    }
}

#[cfg(test)]
mod tests;
