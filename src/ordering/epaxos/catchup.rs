//! Learning what was decided elsewhere, and forgetting what all have had time to learn.

use super::Epaxos;
use super::book::Change;
use super::instance::Slot;
use super::message::{Decision, Message};
use super::replica::{GOSSIP, Replica};
use crate::kernel::LocalTime;
use crate::ordering::{Out, Peer};

/// Decisions in one [`Message::Supply`].
const SUPPLY: usize = 256;

impl Replica {
    /// Asks the next so many neighbours for what is missed.
    pub(super) fn gossip(&mut self, peers: u32, out: &mut Out<Epaxos>) {
        for peer in self.neighbours.next(peers) {
            out.send(Peer::Replica(peer), Message::Status(self.book.committed()));
        }
        out.set_timer(self.params.gossip, GOSSIP);
    }

    /// A neighbour misses instances from these numbers on.
    pub(super) fn supply(&self, to: u16, from: &[u64], out: &mut Out<Epaxos>) {
        let bases = self.book.bases();
        let first = (0..).zip(from.iter().zip(&bases));
        let mut missed =
            first.flat_map(|(leader, (from, base))| self.book.decisions(leader, *from.max(base)));
        let decisions: Vec<Decision> = missed.by_ref().take(SUPPLY).collect();
        let more = missed.next().is_some();
        let is_behind = from.iter().zip(&bases).any(|(from, base)| from < base);
        if !decisions.is_empty() || is_behind {
            out.send(Peer::Replica(to), Message::Supply(decisions, bases, more));
        }
    }

    /// One decision, if it is known.
    pub(super) fn give(&self, to: u16, slot: Slot, out: &mut Out<Epaxos>) {
        let decision: Vec<Decision> = self.book.decision(slot).into_iter().collect();
        if !decision.is_empty() || self.book.is_forgotten(slot) {
            out.send(Peer::Replica(to), Message::Supply(decision, self.book.bases(), false));
        }
    }

    pub(super) fn learn(
        &mut self,
        now: LocalTime,
        from: u16,
        supplied: (&[Decision], &[u64], bool),
        out: &mut Out<Epaxos>,
    ) {
        let (decisions, bases, more) = supplied;
        let is_new = decisions.iter().any(|decision| !self.book.is_committed(decision.slot));
        for (leader, base) in (0..).zip(bases) {
            self.pass_over(now, leader, *base, out);
        }
        decisions.iter().for_each(|decision| self.commit(now, decision, out));
        if more && is_new {
            out.send(Peer::Replica(from), Message::Status(self.book.committed()));
        }
    }

    /// What all others have forgotten before it came here.
    fn pass_over(&mut self, now: LocalTime, leader: u16, base: u64, out: &mut Out<Epaxos>) {
        let known = self.book.committed().get(usize::from(leader)).copied();
        if known.is_none_or(|known| known >= base) {
            return;
        }
        self.forget(leader, base, out);
        let gone: Vec<Slot> =
            self.blocked.keys().filter(|slot| self.book.is_forgotten(**slot)).copied().collect();
        gone.into_iter().for_each(|slot| self.execute(now, slot, out));
    }

    fn forget(&mut self, leader: u16, below: u64, out: &mut Out<Epaxos>) {
        let base = self.book.bases().get(usize::from(leader)).copied().unwrap_or(below);
        for number in base..below {
            let slot = Slot { leader, number };
            if let Some(items) = self.book.command(slot).clone() {
                self.interfering.remove(slot, &items);
            }
            self.watch.end(slot);
            self.leads.remove(&slot);
        }
        self.change(Change::Forget(leader, below), out);
    }

    /// Forgets what was executed longer than the history ago.
    pub(super) fn tidy(&mut self, now: LocalTime, out: &mut Out<Epaxos>) {
        self.bodies.forget_old(now);
        for (leader, base) in (0..).zip(self.book.bases()) {
            let below = self.book.forgettable(leader, now, self.params.history);
            if below > base {
                self.forget(leader, below, out);
            }
        }
    }
}
