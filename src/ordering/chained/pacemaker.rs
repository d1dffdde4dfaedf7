//! The pacemaker: which round it is, how long it may take, and who wants to leave it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::block::{Round, Tc, Wish};
use super::params::Settings;
use crate::attestation::Signature;
use crate::ordering::certificate::Members;
use crate::ordering::leader::Patience;

/// Rounds and their timeouts.
pub(super) struct Pacemaker {
    round: Round,
    /// Whether this validator wants to leave the round.
    pub(super) timed_out: bool,
    /// The round whose timer runs, if one does.
    pub(super) armed: Option<Round>,
    /// Loses a round left by timeout, wins a commit.
    pub(super) patience: Patience,
    /// The latest wish of each validator: more need not be kept, correct ones only move on.
    wishes: BTreeMap<u16, (Wish, Signature)>,
    /// Who still wished to leave the round before.
    late: Members,
}

impl Pacemaker {
    pub(super) fn new(settings: &Settings, round: Round) -> Self {
        let Settings { timeout, timeout_longest, spared, .. } = *settings;
        Self {
            round,
            timed_out: false,
            armed: None,
            patience: Patience::new(timeout, timeout_longest, spared),
            wishes: BTreeMap::new(),
            late: Members::default(),
        }
    }

    /// The current round.
    pub(super) fn round(&self) -> Round {
        self.round
    }

    /// Rule Advance Round: a certificate of the round before has been seen.
    pub(super) fn enter(&mut self, round: Round) {
        assert!(round > self.round, "rounds only go up");
        self.round = round;
        self.timed_out = false;
        self.late = Members::default();
        self.wishes.retain(|_, (wish, _)| wish.round >= round);
    }

    /// The round is to be left; how many rounds in a row that makes.
    pub(super) fn fail(&mut self) -> u32 {
        self.timed_out = true;
        self.patience.fail()
    }

    /// Whether whoever wishes to leave an earlier round is to be told about the current one. Who
    /// made the certificate of a timeout has told everybody, and wishes cross it on the way.
    pub(super) fn is_straggler(&mut self, from: u16, wish: Wish, by_tc: bool) -> bool {
        let crosses = by_tc && wish.round + 1 == self.round && self.late.insert(from);
        wish.round < self.round && !crosses
    }

    /// Counts a genuine wish; how many now want to leave that round.
    pub(super) fn count(&mut self, from: u16, wish: Wish, signature: &Signature) -> u32 {
        let known = self.wishes.get(&from);
        if known.is_none_or(|(known, _)| known.round < wish.round) {
            self.wishes.insert(from, (wish, signature.clone()));
        }
        self.wishes.values().filter(|(known, _)| known.round == wish.round).count() as u32
    }

    /// The certificate of all who want to leave `round`.
    pub(super) fn certificate(&self, round: Round) -> Arc<Tc> {
        let wishes = self.wishes.iter().filter(|(_, (wish, _))| wish.round == round);
        let wishes = wishes.map(|(from, (wish, by))| (*from, wish.high, by.clone()));
        Tc::new(round, wishes.collect())
    }
}
