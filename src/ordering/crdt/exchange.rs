//! Anti-entropy: two replicas find out in what their sets differ, and make them one.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::replica::Replica;
use super::summary::Sum;
use super::{Crdt, Message};
use crate::attestation::Id;
use crate::kernel::LocalTime;
use crate::ordering::{Item, Out, Peer, Seat, TimerId};

const COMPARE: TimerId = TimerId(0);
/// Ids in one answer, beyond its first bucket; the rest is found by the next comparison.
const MOST_IDS: usize = 2_048;
/// Statements in one message.
const MOST_GIVEN: usize = 64;

/// Which of the others are known to have the same.
pub(super) struct Peers {
    /// Counts the changes of our set.
    version: u64,
    /// By replica, the state of our set that it had as well.
    agreed: Vec<u64>,
    pub(super) is_ticking: bool,
}

impl Peers {
    pub(super) fn new(seat: &Seat) -> Self {
        let size = seat.committee.size() as usize;
        Self { version: 0, agreed: vec![0; size], is_ticking: false }
    }

    /// Our set is another.
    pub(super) const fn grow(&mut self) {
        self.version += 1;
    }

    /// `peer` had all that we had then.
    pub(super) fn agree(&mut self, peer: u16, version: Option<u64>) {
        let agreed = &mut self.agreed[usize::from(peer)];
        *agreed = (*agreed).max(version.unwrap_or(0));
    }

    /// Others that may have something else.
    fn unequal(&self, me: u16) -> Vec<u16> {
        let peers = (0..).zip(&self.agreed);
        peers
            .filter(|(peer, at)| *peer != me && **at < self.version)
            .map(|(peer, _)| peer)
            .collect()
    }
}

impl Replica {
    /// Compares again in a while, unless all have the same.
    pub(super) fn compare_later(&mut self, out: &mut Out<Crdt>) {
        if !self.peers.is_ticking && !self.peers.unequal(self.seat.me).is_empty() {
            self.peers.is_ticking = true;
            out.set_timer(self.params.every, COMPARE);
        }
    }

    /// Tells one of those who may have something else what is here.
    pub(super) fn compare(&self, now: LocalTime, out: &mut Out<Crdt>) {
        let unequal = self.peers.unequal(self.seat.me);
        if unequal.is_empty() {
            return;
        }
        let peer = unequal[(out.draw() % unequal.len() as u64) as usize];
        let range = self.range(now);
        let version = self.is_all(&range).then_some(self.peers.version);
        let sums = self.log.summary().sums(range.clone());
        let range = (*range.start(), *range.end());
        out.send(Peer::Replica(peer), Message::Digest { range, sums, version });
    }

    /// Buckets worth comparing: not what is on its way, nor what clocks and absence may make one
    /// forget before another.
    fn range(&self, now: LocalTime) -> RangeInclusive<i64> {
        let summary = self.log.summary();
        let oldest = now + self.slack() - self.params.history;
        summary.bucket(oldest) + 1..=summary.bucket(now - self.params.young) - 1
    }

    fn is_all(&self, range: &RangeInclusive<i64>) -> bool {
        self.log.summary().last().is_none_or(|last| last <= *range.end())
    }

    pub(super) fn answer(
        &mut self,
        now: LocalTime,
        peer: u16,
        (from, until): (i64, i64),
        sums: &[(i64, Sum)],
        version: Option<u64>,
        out: &mut Out<Crdt>,
    ) {
        let ours = self.range(now);
        let common = from.max(*ours.start())..=until;
        let buckets = self.log.summary().differing(common.clone(), sums);
        if buckets.is_empty() {
            if version.is_some() && self.is_all(&common) {
                self.peers.agree(peer, Some(self.peers.version));
            }
            return out.send(Peer::Replica(peer), Message::Same(version));
        }
        let (mut told, mut ids) = (Vec::new(), Vec::new());
        for bucket in buckets {
            told.push(bucket);
            ids.extend(self.log.summary().ids(bucket));
            if ids.len() > MOST_IDS {
                break;
            }
        }
        out.send(Peer::Replica(peer), Message::Differs { buckets: told, ids });
    }

    /// Gives what the other lacks, and asks for what it has.
    pub(super) fn trade(&self, peer: u16, buckets: &[i64], ids: &[Id], out: &mut Out<Crdt>) {
        let theirs: BTreeSet<&Id> = ids.iter().collect();
        let ours = buckets.iter().flat_map(|bucket| self.log.summary().ids(*bucket));
        let lacking: Vec<Id> = ours.filter(|id| !theirs.contains(id)).collect();
        self.give(peer, &lacking, out);
        let wanted: Vec<Id> =
            theirs.into_iter().filter(|id| self.log.find(id).is_none()).copied().collect();
        if !wanted.is_empty() {
            out.send(Peer::Replica(peer), Message::Want(wanted));
        }
    }

    pub(super) fn give(&self, peer: u16, ids: &[Id], out: &mut Out<Crdt>) {
        for ids in ids.chunks(MOST_GIVEN) {
            let items: Vec<Item> = ids.iter().filter_map(|id| self.log.find(id)).cloned().collect();
            if !items.is_empty() {
                out.send(Peer::Replica(peer), Message::Give(items));
            }
        }
    }
}
