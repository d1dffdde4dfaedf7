//! How work was spread over routers, clients and subjects, and how much of it waited.

use std::collections::BTreeMap;

use super::buckets::{Buckets, Merge};
use super::observers::Observers;
use super::record::Record;
use super::sample::Sample;
use super::setting::phases_of;
use crate::kernel::{Span, VirtualTime};

/// Subjects are told apart up to this number; those behind it count as one.
const SUBJECTS: usize = 1 << 16;

/// Who had how much of the work of one phase.
#[derive(Clone, Debug, Default)]
pub struct Shares {
    /// Tries that clients sent.
    pub tries: u64,
    /// By router, tries that it took in.
    routers: BTreeMap<u32, u64>,
    /// By router, the CPU that it spent.
    busy: BTreeMap<u32, Span>,
    /// By client, what was due and what of it came through.
    clients: BTreeMap<u32, (u32, u32)>,
    /// By subject, statements due.
    subjects: Vec<u32>,
}

impl Shares {
    pub(super) fn took_in(&mut self, router: u32) {
        *self.routers.entry(router).or_default() += 1;
    }

    pub(super) fn worked(&mut self, router: u32, cpu: Span) {
        *self.busy.entry(router).or_default() += cpu;
    }

    pub(super) fn settle(&mut self, record: &Record, is_good: bool) {
        self.tries += u64::from(record.attempts);
        let (due, good) = self.clients.entry(record.client).or_default();
        *due += 1;
        *good += u32::from(is_good);
        if !record.is_question() {
            let subject = (record.subject as usize).min(SUBJECTS);
            if self.subjects.len() <= subject {
                self.subjects.resize(subject + 1, 0);
            }
            self.subjects[subject] += 1;
        }
    }

    /// Jain's index of the shares that clients got of what they had due: 1 if all got the same
    /// share, 1/n if one of n got everything (Jain, Chiu and Hawe, DEC TR-301, 1984).
    pub(super) fn fairness(&self) -> Option<f64> {
        let shares = self.clients.values().map(|(due, good)| f64::from(*good) / f64::from(*due));
        let (sum, squares) =
            shares.fold((0.0, 0.0), |(sum, squares), x: f64| (sum + x, x.mul_add(x, squares)));
        (squares > 0.0).then(|| sum * sum / (self.clients.len() as f64 * squares))
    }

    /// What the busiest router took in, over the mean of `routers` of them.
    pub(super) fn imbalance(&self, routers: u32) -> Option<f64> {
        let (most, all) = self.busiest();
        (all > 0).then(|| most as f64 * f64::from(routers) / all as f64)
    }

    /// The share of all tries that the busiest router took in.
    pub(super) fn hot_router(&self) -> Option<f64> {
        let (most, all) = self.busiest();
        (all > 0).then(|| most as f64 / all as f64)
    }

    /// By how much of a core the busiest of `routers` was busier than the idlest over `length`.
    pub(super) fn spread(&self, routers: u32, length: Span) -> Option<f64> {
        let most = self.busy.values().max().copied()?;
        let is_any_idle = self.busy.len() < routers as usize;
        let least = self.busy.values().min().filter(|_| !is_any_idle).copied().unwrap_or_default();
        (length > Span::ZERO)
            .then(|| (most.as_secs_f64() - least.as_secs_f64()) / length.as_secs_f64())
    }

    /// The share of all statements due that concern the subject of most.
    pub(super) fn hot_key(&self) -> Option<f64> {
        let all: u64 = self.subjects.iter().map(|count| u64::from(*count)).sum();
        let most = self.subjects.iter().take(SUBJECTS).max()?;
        (all > 0).then(|| f64::from(*most) / all as f64)
    }

    fn busiest(&self) -> (u64, u64) {
        let most = self.routers.values().max().copied().unwrap_or(0);
        (most, self.routers.values().sum())
    }
}

/// What waited in the pools of routers that are called by one lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// The most that waited at one router.
    pub most: u32,
    /// The longest that the first in line had waited.
    pub oldest: Span,
}

/// What waited in one stretch of time, by lane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queues(pub BTreeMap<u8, Waiting>);

impl Merge for Queues {
    fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|(lane, waiting)| self.add(lane, waiting));
    }
}

impl Queues {
    fn add(&mut self, lane: u8, waiting: Waiting) {
        let known = self.0.entry(lane).or_default();
        known.most = known.most.max(waiting.most);
        known.oldest = known.oldest.max(waiting.oldest);
    }
}

/// What waited at routers, second by second.
pub type QueueSeries = Buckets<Queues>;

impl Observers {
    /// A router's worker began with a try.
    pub(super) fn begun(&mut self, operation: u32, attempt: u8, now: VirtualTime) {
        let Some(slot) = self.touch(operation, now) else { return };
        let record = self.ledger.record_mut(slot);
        let admitted = record.try_of(attempt).admitted;
        if record.queued.is_none() && admitted <= now {
            record.queued = Some(now.since(admitted));
        }
    }

    /// What waits in one of a router's pools, told once in a second in which anything happens.
    pub(super) fn queue(&mut self, lane: u8, waiting: Waiting, now: VirtualTime) {
        let phases = self.calendar.mask(now);
        for phase in phases_of(phases) {
            let tally = &mut self.tallies[phase];
            tally.samples_mut(Sample::Queue).record(waiting.most.into());
            tally.due(Sample::QueueAge, Some(waiting.oldest));
        }
        if phases & 1 == 1 {
            self.queues.at(now).add(lane, waiting);
        }
    }
}

#[cfg(test)]
mod tests;
