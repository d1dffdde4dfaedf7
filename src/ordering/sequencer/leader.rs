//! The sequencer: batches what comes, and counts who has it.

use super::log::Event;
use super::message::{Batch, Message, Progress};
use super::replica::{BATCH, BEAT, Replica, Role};
use super::{Commit, Sequencer};
use crate::kernel::{LocalTime, Span};
use crate::ordering::{Out, Peer};

/// Batches that are not committed, at most; more wait for their turn.
pub(super) const IN_FLIGHT: u64 = 1_024;
/// Batches sent in answer to one question.
pub(super) const MOST_REPEATED: u64 = 32;

pub(super) struct Leader {
    /// How many batches there were when the epoch began.
    start: u64,
    /// How many are on the disk of each, bodies and all.
    acknowledged: Vec<u64>,
    is_batching: bool,
}

impl Replica {
    /// Leads the promised epoch, whose log is now this replica's own.
    pub(super) fn lead(&mut self, out: &mut Out<Sequencer>) {
        self.role = Role::Leader(Leader {
            start: self.log.len(),
            acknowledged: vec![0; self.seat.committee.size() as usize],
            is_batching: false,
        });
        out.broadcast(Message::Beat(self.progress()));
        out.set_timer(self.params.heartbeat, BEAT);
    }

    /// Something waits to be ordered: now, or with what comes until the batch is closed.
    pub(super) fn collect(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        let Role::Leader(leader) = &mut self.role else { return };
        let is_full = self.bodies.waiting_len() >= self.params.batch_most as usize;
        if is_full || self.params.batch == Span::ZERO {
            self.order_waiting(now, out);
        } else if !leader.is_batching {
            leader.is_batching = true;
            out.set_timer(self.params.batch, BATCH);
        }
    }

    pub(super) fn close_batches(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        if let Role::Leader(leader) = &mut self.role {
            leader.is_batching = false;
            self.order_waiting(now, out);
        }
    }

    pub(super) fn order_waiting(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        while self.bodies.waiting_len() > 0 && self.log.len() < self.committed + IN_FLIGHT {
            let batch: Batch =
                self.bodies.waiting().take(self.params.batch_most as usize).collect();
            let index = self.log.len();
            let items = batch.iter().filter_map(|name| self.bodies.item(*name));
            items.for_each(|item| out.propose(item));
            self.append(now, batch);
            self.hold_bodies(now, out);
            if self.params.commit == Commit::Leader {
                self.committed = self.log.len();
            }
            self.save(out);
            if let Some(ordered) = self.ordered(index) {
                out.broadcast(ordered);
            }
        }
        self.commit(now, out);
    }

    pub(super) fn acknowledged(
        &mut self,
        now: LocalTime,
        peer: u16,
        (epoch, len): (u32, u64),
        out: &mut Out<Sequencer>,
    ) {
        let Role::Leader(leader) = &mut self.role else { return };
        let count = &mut leader.acknowledged[usize::from(peer)];
        if epoch == self.log.promised() && len > *count {
            *count = len;
            self.commit(now, out);
        }
    }

    /// Commits what a majority has (Viewstamped Replication Revisited, 4.1, step 5), and says so.
    pub(super) fn commit(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        let Role::Leader(leader) = &mut self.role else { return };
        if self.params.commit == Commit::Majority {
            leader.acknowledged[usize::from(self.seat.me)] = self.log.held();
            let mut counts = leader.acknowledged.clone();
            let nth = counts.len() - self.seat.committee.majority() as usize;
            let (_, committed, _) = counts.select_nth_unstable(nth);
            if *committed <= self.committed {
                return;
            }
            self.committed = *committed;
            out.broadcast(Message::Beat(self.progress()));
        }
        self.deliver_committed(now, out);
    }

    /// Says again that it is there: as the sequencer, or as who wants to be it.
    pub(super) fn beat(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        match self.role {
            Role::Leader(_) => {
                self.order_waiting(now, out);
                out.broadcast(Message::Beat(self.progress()));
                out.set_timer(self.params.heartbeat, BEAT);
            }
            Role::Candidate(_) => self.ask_for_logs(out),
            Role::Follower(_) => {}
        }
    }

    /// Sends batches once more to who misses them.
    pub(super) fn repeat(
        &mut self,
        peer: u16,
        (epoch, index): (u32, u64),
        out: &mut Out<Sequencer>,
    ) {
        if !matches!(self.role, Role::Leader(_)) || epoch != self.log.promised() {
            return;
        }
        let base = self.log.base();
        if index < base
            && let Some(before) = self.log.before(base)
        {
            let begin = Message::Begin { progress: self.progress(), index: base, before };
            out.send(Peer::Replica(peer), begin);
        }
        let first = index.max(base);
        for ordered in (first..first + MOST_REPEATED).map_while(|index| self.ordered(index)) {
            out.send(Peer::Replica(peer), ordered);
        }
    }

    /// Sends everybody what may be missing after a takeover.
    pub(super) fn repeat_all(&self, from: u64, out: &mut Out<Sequencer>) {
        let all = (from..self.log.len()).map_while(|index| self.ordered(index));
        all.for_each(|ordered| out.broadcast(ordered));
    }

    fn ordered(&self, index: u64) -> Option<Message> {
        let (batch, before) = (self.log.batch(index)?.clone(), self.log.before(index)?);
        Some(Message::Ordered { progress: self.progress(), index, before, batch })
    }

    fn progress(&self) -> Progress {
        let start = match &self.role {
            Role::Leader(leader) => leader.start,
            Role::Follower(_) | Role::Candidate(_) => 0,
        };
        let (epoch, len) = (self.log.promised(), self.log.len());
        Progress { epoch, start, len, committed: self.committed }
    }
}

impl Replica {
    /// What a replica is that starts, or comes back with its state: whoever leads the promised
    /// epoch leads it still, or still wants to. Its log has all it ever sent.
    pub(super) fn take_up_role(&mut self, now: LocalTime, out: &mut Out<Sequencer>) {
        let epoch = self.log.promised();
        if self.leader(epoch) != self.seat.me || self.log.is_learner() {
            self.follow(now, epoch, out);
        } else if self.log.is_normal() {
            self.lead(out);
            self.commit(now, out);
        } else {
            self.stand(epoch, out);
        }
    }

    pub(super) fn promise_epoch(&mut self, epoch: u32) {
        if epoch > self.log.promised() {
            self.record(Event::Promised(epoch));
        }
    }
}
