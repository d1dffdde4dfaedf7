//! A replica's log, with all that has to survive a crash.

use std::collections::VecDeque;
use std::sync::Arc;

use super::message::Batch;
use crate::attestation::{Encode, Encoder, Id};
use crate::kernel::{LocalTime, Span};
use crate::ordering::Item;

/// Batches by index, delivered ones first, and what was promised.
#[derive(Clone)]
pub struct Log {
    /// No earlier epoch is followed any more.
    promised: u32,
    /// The epoch whose sequencer this log is a beginning of.
    normal: u32,
    /// Index of the first batch kept.
    base: u64,
    /// Digest of all batches before it.
    before_base: Id,
    delivered: u64,
    entries: VecDeque<Entry>,
    is_learner: bool,
}

#[derive(Clone)]
struct Entry {
    batch: Batch,
    /// Of the chain up to here.
    digest: Id,
    /// When it was delivered, and what it was.
    delivered: Option<(LocalTime, Arc<[Item]>)>,
}

/// One step of it.
#[derive(Clone)]
pub enum Event {
    /// No earlier epoch any more.
    Promised(u32),
    /// From now on the log is that of this epoch's sequencer.
    Normal(u32),
    /// One more batch.
    Appended(Batch),
    /// Only so many batches are left.
    Cut(u64),
    /// The first batch that was not delivered has been.
    Delivered(LocalTime, Arc<[Item]>),
    /// What had been promised before was lost.
    Lost,
    /// Goes on from this index with this digest; nobody has what was before.
    Begun(u64, Id),
}

impl Log {
    pub(super) fn new() -> Self {
        Self {
            promised: 0,
            normal: 0,
            base: 0,
            before_base: Id::of(&0_u8),
            delivered: 0,
            entries: VecDeque::new(),
            is_learner: false,
        }
    }

    pub(super) const fn promised(&self) -> u32 {
        self.promised
    }

    pub(super) const fn normal(&self) -> u32 {
        self.normal
    }

    /// Whether this is the log of the epoch that was promised.
    pub(super) const fn is_normal(&self) -> bool {
        self.promised == self.normal
    }

    /// Whether it lost its state once, so that its voice counts no more.
    pub(super) const fn is_learner(&self) -> bool {
        self.is_learner
    }

    pub(super) const fn base(&self) -> u64 {
        self.base
    }

    /// How many batches there are, with those not kept any more.
    pub(super) fn len(&self) -> u64 {
        self.base + self.entries.len() as u64
    }

    /// How many of them are delivered.
    pub(super) const fn delivered(&self) -> u64 {
        self.delivered
    }

    /// How many are kept.
    pub(super) fn kept(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn batch(&self, index: u64) -> Option<&Batch> {
        self.entry(index).map(|entry| &entry.batch)
    }

    /// Digest of all batches before `index`, if it is kept or the next.
    pub(super) fn before(&self, index: u64) -> Option<Id> {
        if index == self.base {
            return Some(self.before_base);
        }
        self.entry(index.checked_sub(1)?).map(|entry| entry.digest)
    }

    /// Batches from `index` to the end.
    pub(super) fn tail(&self, index: u64) -> impl Iterator<Item = &Batch> {
        let skip = index.saturating_sub(self.base) as usize;
        self.entries.iter().skip(skip).map(|entry| &entry.batch)
    }

    /// What was delivered and is kept, with its time; then batches that are not delivered.
    pub(super) fn contents(&self) -> impl Iterator<Item = Result<(LocalTime, &[Item]), &Batch>> {
        self.entries.iter().map(|entry| match &entry.delivered {
            Some((at, items)) => Ok((*at, items.as_ref())),
            None => Err(&entry.batch),
        })
    }

    /// Takes a step.
    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Promised(epoch) => self.promised = self.promised.max(*epoch),
            Event::Normal(epoch) => self.normal = *epoch,
            Event::Appended(batch) => {
                let before = self.entries.back().map_or(self.before_base, |entry| entry.digest);
                let digest = Id::of(&Link { before, batch });
                self.entries.push_back(Entry { batch: batch.clone(), digest, delivered: None });
            }
            Event::Cut(len) => {
                assert!(*len >= self.delivered, "what was delivered stays");
                self.entries.truncate((len - self.base) as usize);
            }
            Event::Delivered(now, items) => {
                let at = (self.delivered - self.base) as usize;
                self.entries[at].delivered = Some((*now, items.clone()));
                self.delivered += 1;
            }
            Event::Lost => self.is_learner = true,
            Event::Begun(index, before) => {
                self.entries.clear();
                (self.base, self.before_base, self.delivered) = (*index, *before, *index);
            }
        }
    }

    /// Keeps no more what was delivered longer than `history` ago.
    pub(super) fn forget_old(&mut self, now: LocalTime, history: Span) {
        while let Some(Entry { delivered: Some((at, _)), digest, .. }) = self.entries.front()
            && *at + history < now
        {
            self.before_base = *digest;
            self.base += 1;
            self.entries.pop_front();
        }
    }

    fn entry(&self, index: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(index.checked_sub(self.base)?).ok()?)
    }
}

struct Link<'a> {
    before: Id,
    batch: &'a Batch,
}

impl Encode for Link<'_> {
    fn encode(&self, to: &mut dyn Encoder) {
        self.before.encode(to);
        self.batch.encode(to);
    }
}
