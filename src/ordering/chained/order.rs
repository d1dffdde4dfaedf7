//! Local orders: what validators say about the order in which they received attestations, and
//! the order that follows from so many of them. Only a fair protocol uses them: see
//! [`themis`](crate::ordering::themis), which explains the thresholds.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::block::Round;
use super::graph;
use crate::ordering::certificate::{Members, Statement};
use crate::ordering::prelude::*;

/// What a validator signs about its local order: the hash of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Listed(Id);

encode_fields!(Listed { 0 });

impl Statement for Listed {
    const KIND: &'static str = "chained local order";
}

/// What waited at one validator, in the order in which it was received.
pub struct LocalOrder {
    /// Whose it is.
    pub by: u16,
    /// For the proposal of this round.
    pub round: Round,
    /// Of the orders of one validator for one round the one with the highest number counts.
    pub number: u32,
    /// The first of what waits. Whatever is not named was received later, or never.
    pub tries: Vec<Try>,
    signature: Signature,
    verdict: OnceLock<bool>,
}

impl LocalOrder {
    pub(super) fn new(seat: &Seat, round: Round, number: u32, tries: Vec<Try>) -> Arc<Self> {
        let listed = Listed(Id::of(&((round, number), &tries)));
        let (by, signature) = (seat.me, listed.signed_by(&seat.signer));
        Arc::new(Self { by, round, number, tries, signature, verdict: OnceLock::new() })
    }

    fn is_valid(&self, committee: &Committee, keys: &KeyRing) -> bool {
        *self.verdict.get_or_init(|| {
            let listed = Listed(Id::of(&((self.round, self.number), &self.tries)));
            u32::from(self.by) < committee.size()
                && listed.is_signed_by(self.by, &self.signature, keys)
        })
    }
}

impl fmt::Debug for LocalOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} received {:?} for {}", self.by, self.tries, self.round)
    }
}

encode_fields!(LocalOrder { by, round, number, tries, signature });

/// How an order follows from local ones: the thresholds, and what is bounded.
#[derive(Clone, Debug)]
pub(in crate::ordering) struct Fairness {
    committee: Committee,
    /// Local orders that a proposal takes at least, n − f.
    lists: u32,
    /// Of these, those that name what can be ordered, n − 2f.
    solid: u32,
    /// As many as it takes to show that a share γ of all did not receive it the other way round,
    /// n(1 − γ) + f + 1.
    shown: u32,
    /// Attestations in a local order at most.
    pub(super) most: usize,
    /// Whether validators vote only for the order that follows.
    pub(in crate::ordering) is_checked: bool,
    /// A validator that reverses the order when it leads, if one does.
    pub(in crate::ordering) reverses: Option<u16>,
}

impl Fairness {
    /// With γ in hundredths, above 50.
    pub(in crate::ordering) fn new(committee: Committee, gamma: u32, most: usize) -> Self {
        let (n, f) = (committee.size(), Self::withstood(&committee, gamma));
        let (lists, solid, shown) = (n - f, n - 2 * f, n * (100 - gamma) / 100 + f + 1);
        assert!(solid + 1 >= 2 * shown, "of two that are solid one is shown not to be later");
        Self { committee, lists, solid, shown, most, is_checked: true, reverses: None }
    }

    /// The most Byzantine validators with which order is fair: n > 4f / (2γ − 1).
    pub(in crate::ordering) fn withstood(committee: &Committee, gamma: u32) -> u32 {
        (committee.size() * (2 * gamma - 100) - 1) / 400
    }

    /// Whether that is one validator's order for `round`, signed and not too long.
    pub(super) fn accepts(&self, order: &LocalOrder, round: Round, keys: &KeyRing) -> bool {
        order.round == round
            && order.tries.len() <= self.most
            && order.is_valid(&self.committee, keys)
    }

    /// Whether so many local orders may be enough.
    pub(super) const fn may_suffice(&self, count: usize) -> bool {
        count >= self.lists as usize
    }

    /// Whether a payload may stand on these: enough of them, each of another validator.
    pub(super) fn suffice(&self, orders: &[Arc<LocalOrder>]) -> bool {
        let mut members = Members::default();
        self.may_suffice(orders.len()) && orders.iter().all(|order| members.insert(order.by))
    }

    /// What is to be ordered next, in batches, of what is not ordered already. It follows from
    /// the local orders, whoever computes it and in whatever sequence they are given.
    pub(super) fn batches(
        &self,
        orders: &[Arc<LocalOrder>],
        is_ordered: impl Fn(&Try) -> bool,
    ) -> Vec<Vec<Try>> {
        let open = orders.iter().map(|order| {
            order.tries.iter().filter(|name| !is_ordered(name)).copied().collect::<Vec<Try>>()
        });
        graph::batches(&open.collect::<Vec<_>>(), self.solid, self.shown)
    }
}
