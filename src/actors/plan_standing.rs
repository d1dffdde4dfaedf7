//! What is in force as planned, for operations that refer to something earlier.

use std::collections::{BTreeMap, VecDeque};

use crate::attestation::{Id, Operation, Storage};
use crate::kernel::{Span, VirtualTime};

/// No operation refers to anything older, so that actors may forget what is settled.
pub const REFERENCE_AGE: Span = Span::from_secs(30);

/// Picks of any subject that may come upon one whose latest is another's.
const PICKS: u64 = 8;

/// An attestation that others may refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Latest {
    pub(super) id: Id,
    pub(super) operation: Operation,
    /// Its attester by number in the group.
    pub(super) client: u32,
    pub(super) subject: u32,
    /// Where its data lies.
    pub(super) storage: Storage,
    /// Its intended send.
    pub(super) at: VirtualTime,
}

/// The latest attestation in force about each subject, no older than [`REFERENCE_AGE`].
#[derive(Debug, Default)]
pub(super) struct Standing {
    latest: BTreeMap<u32, Latest>,
    /// All that were inserted, oldest first.
    by_age: VecDeque<(VirtualTime, u32, Operation)>,
}

impl Standing {
    /// Forgets what is too old at `now`.
    pub(super) fn forget_before(&mut self, now: VirtualTime) {
        while let Some((at, subject, operation)) = self.by_age.front().copied()
            && now.since(at) >= REFERENCE_AGE
        {
            self.by_age.pop_front();
            if self.about(subject).is_some_and(|latest| latest.operation == operation) {
                self.latest.remove(&subject);
            }
        }
    }

    /// The latest about `subject`.
    pub(super) fn about(&self, subject: u32) -> Option<Latest> {
        self.latest.get(&subject).copied()
    }

    /// One of those in force, as `word` picks; `None` if it comes upon none.
    pub(super) fn any(&self, word: u64) -> Option<Latest> {
        (0..PICKS).find_map(|pick| {
            let word = word.rotate_left(8 * pick as u32);
            let at = (u128::from(word) * self.by_age.len() as u128) >> 64;
            let (_, subject, operation) = self.by_age.get(at as usize)?;
            self.about(*subject).filter(|latest| latest.operation == *operation)
        })
    }

    /// Keeps `latest`, which is not older than any kept before.
    pub(super) fn insert(&mut self, latest: Latest) {
        self.latest.insert(latest.subject, latest);
        self.by_age.push_back((latest.at, latest.subject, latest.operation));
    }

    /// Nothing is in force about `subject` any more.
    pub(super) fn remove(&mut self, subject: u32) {
        self.latest.remove(&subject);
    }

    /// How much is remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.latest.len().max(self.by_age.len())
    }
}
