//! A follower: makes the sequencer's log its own, and watches that there is one.

use std::collections::BTreeMap;

use super::log::Event;
use super::message::{Batch, Message, Progress};
use super::replica::{BATCH, BEAT, GAP, NOTE_OFF_CHAIN, NOTE_SKIPPED, Replica, Role, WATCH};
use super::{Commit, Params, Sequencer};
use crate::attestation::Id;
use crate::kernel::LocalTime;
use crate::ordering::{Item, Out, Peer};

/// How far ahead of what is committed batches are taken in.
const WINDOW: u64 = 4 * super::leader::IN_FLIGHT;
/// Tries in one [`Message::Forward`].
const MOST_FORWARDED: usize = 256;

#[derive(Default)]
pub(super) struct Follower {
    /// Batches of this epoch's sequencer that do not fit on yet, with the digest before each.
    ahead: BTreeMap<u64, (Id, Batch)>,
    /// What the sequencer of this epoch said, at best; `None` before its first word.
    told: Option<Progress>,
    heard: LocalTime,
    /// When it last forwarded anything.
    forwarded: Option<LocalTime>,
    is_asking: bool,
}

impl Replica {
    /// Follows `epoch` from now on.
    pub(super) fn follow(&mut self, now: LocalTime, epoch: u32, out: &mut Out<Sequencer>) {
        self.promise_epoch(epoch);
        if !matches!(self.role, Role::Follower(_)) {
            out.cancel_timer(BATCH);
            out.cancel_timer(BEAT);
        }
        self.role = Role::Follower(Follower { heard: now, ..Follower::default() });
        if !self.log.is_learner() {
            out.set_timer(self.params.takeover, WATCH);
        }
    }

    /// Takes note of what a sequencer says of itself. False if it is none any more.
    pub(super) fn hear(
        &mut self,
        now: LocalTime,
        peer: u16,
        progress: Progress,
        out: &mut Out<Sequencer>,
    ) -> bool {
        let promised = self.log.promised();
        if self.leader(progress.epoch) != peer || progress.epoch < promised {
            return false;
        }
        if progress.epoch > promised {
            self.follow(now, progress.epoch, out);
        }
        let Role::Follower(follower) = &mut self.role else { return false };
        follower.heard = now;
        let told = follower.told.get_or_insert(progress);
        told.len = told.len.max(progress.len);
        told.committed = told.committed.max(progress.committed);
        true
    }

    pub(super) fn place(&mut self, index: u64, before: Id, batch: &Batch) {
        let is_normal = self.log.is_normal();
        let first = if is_normal { self.log.len() } else { self.committed };
        let Role::Follower(follower) = &mut self.role else { return };
        // Into an epoch it goes with all that the sequencer began with, however much that is.
        let begun = follower.told.filter(|_| !is_normal).map_or(0, |told| told.start);
        if (first..begun.max(self.committed + WINDOW)).contains(&index) {
            follower.ahead.insert(index, (before, batch.clone()));
        }
    }

    /// Goes on with what is there. Into a new epoch a follower goes only once it can replace all
    /// that is not committed by all that the sequencer began with, bodies and all: in between its
    /// own log may be the one that a next sequencer needs, and a log of the new epoch that holds
    /// less would be preferred to it.
    pub(super) fn catch_up(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        let Role::Follower(Follower { ahead, told: Some(told), .. }) = &self.role else { return };
        let told = *told;
        if !self.log.is_normal() {
            if (self.committed..told.start).any(|index| !ahead.contains_key(&index)) {
                return self.ask_soon(out);
            }
            if self.lacks_bodies(now, told.start, out) {
                return;
            }
            self.cut(now, self.committed);
            self.record(Event::Normal(told.epoch));
        }
        self.fit_on(now, out);
        if self.hold_bodies(now, out) {
            self.acknowledge(out);
        }
        self.committed = self.committed.max(told.committed.min(self.log.len()));
        self.deliver_committed(now, out);
        if told.len > self.log.len() {
            self.ask_soon(out);
        }
    }

    /// Whether bodies of batches below `end` that it has heard of are not here; they are asked for.
    fn lacks_bodies(&mut self, now: LocalTime, end: u64, out: &mut Out<Sequencer>) -> bool {
        let Role::Follower(follower) = &self.role else { return false };
        // A sequencer that lies may begin before what is committed: then nothing lies between.
        let between = self.committed..end.max(self.committed);
        let batches = follower.ahead.range(between).map(|(_, (_, batch))| batch);
        let names = batches.flat_map(|batch| batch.iter());
        let mut lacks = false;
        for name in names.filter(|name| self.bodies.body(&name.id).is_none()) {
            self.missing.begin(now, name.id, || out.draw());
            lacks = true;
        }
        lacks
    }

    fn fit_on(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        loop {
            let len = self.log.len();
            let Role::Follower(follower) = &mut self.role else { return };
            follower.ahead = follower.ahead.split_off(&len);
            let Some((before, batch)) = follower.ahead.remove(&len) else { return };
            if self.log.before(len) != Some(before) {
                return out.note(NOTE_OFF_CHAIN, 1);
            }
            self.append(now, batch);
        }
    }

    /// A sequencer that hears nothing for a while may have missed our word.
    pub(super) fn acknowledge_again(&mut self, out: &mut Out<Sequencer>) {
        if self.log.is_normal() && self.committed < self.log.held() {
            self.acknowledge(out);
        }
    }

    pub(super) fn acknowledge(&mut self, out: &mut Out<Sequencer>) {
        if !self.log.is_learner() && self.log.is_normal() && self.params.commit == Commit::Majority
        {
            self.save(out);
            let (epoch, len) = (self.log.promised(), self.log.held());
            out.send(Peer::Replica(self.leader(epoch)), Message::Ack { epoch, len });
        }
    }

    /// Sends the sequencer what has waited for too long, though not before all that it ordered is
    /// here, nor what is so old that it may have been ordered and forgotten.
    pub(super) fn forward(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        let Params { forward, .. } = self.params;
        let Role::Follower(follower) = &mut self.role else { return };
        let is_behind = follower.told.is_none_or(|told| told.len > self.log.len());
        if is_behind || follower.forwarded.is_some_and(|at| now.since(at) < forward) {
            return;
        }
        let (oldest, newest) = (now - self.params.longest_absence(), now - forward);
        let late = self.bodies.waiting_since(oldest, newest);
        let late: Vec<Item> = late.take(MOST_FORWARDED).collect();
        if !late.is_empty() {
            follower.forwarded = Some(now);
            let leader = Peer::Replica(self.leader(self.log.promised()));
            out.send(leader, Message::Forward(late));
        }
    }

    fn ask_soon(&mut self, out: &mut Out<Sequencer>) {
        if let Role::Follower(follower) = &mut self.role
            && !follower.is_asking
        {
            follower.is_asking = true;
            out.set_timer(self.params.gap, GAP);
        }
    }

    /// Asks for batches if they are still missing.
    pub(super) fn ask(&mut self, out: &mut Out<Sequencer>) {
        let Role::Follower(follower) = &mut self.role else { return };
        follower.is_asking = false;
        let Some(told) = follower.told else { return };
        let from = if self.log.is_normal() {
            Some(self.log.len()).filter(|len| *len < told.len)
        } else {
            (self.committed..told.start).find(|index| !follower.ahead.contains_key(index))
        };
        if let Some(from) = from {
            let leader = Peer::Replica(self.leader(told.epoch));
            out.send(leader, Message::Missing { epoch: told.epoch, from });
            self.ask_soon(out);
        }
    }

    /// Nobody has what comes before `index` here: goes on without it.
    pub(super) fn begin_at(
        &mut self,
        now: LocalTime,
        index: u64,
        before: Id,
        out: &mut Out<Sequencer>,
    ) {
        if index > self.committed {
            self.skipped += index - self.log.delivered();
            out.note(NOTE_SKIPPED, self.skipped as i64);
            self.cut(now, self.log.delivered());
            self.record(Event::Begun(index, before));
            self.committed = index;
        }
    }

    /// Takes over from a sequencer that is silent; who comes later in turn waits longer.
    pub(super) fn watch(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        let Role::Follower(follower) = &self.role else { return };
        let size = self.seat.committee.size();
        let leader = u32::from(self.leader(self.log.promised()));
        let turn = (u32::from(self.seat.me) + size - leader) % size;
        let (silence, patience) =
            (now.since(follower.heard), self.params.takeover * u64::from(turn));
        if silence >= patience {
            self.stand(self.log.promised() + turn, out);
        } else {
            out.set_timer(patience.saturating_sub(silence), WATCH);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::attestation::KeyRing;
    use crate::ordering::{Committee, Seat};

    /// Which batches a replica takes in that has none, from a sequencer that began with so many.
    fn check(start: u64, told: &[u64], taken: &[u64]) {
        let signer = KeyRing::modelled(1).signer(2);
        let seat = Seat { me: 2, committee: Committee::new(3), signer };
        let mut replica = Replica::new(seat, &Params::default(), 0);
        let progress = Progress { epoch: 1, start, len: 9_000, committed: start };
        assert!(replica.hear(LocalTime(0), 1, progress, &mut Out::new(1, 2)));
        let nothing: Batch = Arc::new([]);
        told.iter().for_each(|index| replica.place(*index, Id::LEAST, &nothing));
        let Role::Follower(follower) = &replica.role else { panic!("it follows") };
        assert_eq!(follower.ahead.keys().copied().collect::<Vec<u64>>(), taken, "{start}");
    }

    #[test]
    fn all_that_an_epoch_began_with_is_taken_in_and_not_much_more() {
        check(7_000, &[0, 4_095, 4_096, 6_999, 7_000], &[0, 4_095, 4_096, 6_999]);
        check(3, &[0, 4_095, 4_096], &[0, 4_095]);
    }
}
