//! Jobs by a key; in line among equals.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::Job;
use crate::kernel::VirtualTime;

/// Jobs that wait, least key first.
#[derive(Debug, Default)]
pub(super) struct Sorted<K: Ord> {
    jobs: BTreeMap<(K, u64), Job>,
    /// By when they came, to know the oldest.
    ages: BTreeSet<(VirtualTime, u32)>,
    count: u64,
}

impl<K: Ord + Copy> Sorted<K> {
    pub(super) fn put(&mut self, key: K, job: Job) {
        self.ages.insert((job.came, job.slot));
        self.jobs.insert((key, self.count), job);
        self.count += 1;
    }

    pub(super) fn pop(&mut self) -> Option<Job> {
        self.pop_with_key().map(|(_, job)| job)
    }

    pub(super) fn pop_with_key(&mut self) -> Option<(K, Job)> {
        let ((key, _), job) = self.jobs.pop_first()?;
        self.ages.remove(&(job.came, job.slot));
        Some((key, job))
    }

    pub(super) fn len(&self) -> u32 {
        self.jobs.len() as u32
    }

    pub(super) fn oldest(&self) -> Option<VirtualTime> {
        self.ages.first().map(|(came, _)| *came)
    }

    pub(super) fn clear(&mut self) {
        self.jobs.clear();
        self.ages.clear();
    }
}
