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
    /// How many batches are here with all their bodies, without a gap.
    held: u64,
    entries: VecDeque<Entry>,
    is_learner: bool,
}

#[derive(Clone)]
struct Entry {
    batch: Batch,
    /// Of the chain up to here.
    digest: Id,
    /// The bodies, if all are here.
    items: Option<Arc<[Item]>>,
    delivered: Option<LocalTime>,
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
    /// All bodies of the first batch that was not held are here.
    Held(Arc<[Item]>),
    /// The first batch that was not delivered has been.
    Delivered(LocalTime),
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
            held: 0,
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

    /// How many of them are here with all their bodies.
    pub(super) const fn held(&self) -> u64 {
        self.held
    }

    /// How many are kept.
    pub(super) fn kept(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn batch(&self, index: u64) -> Option<&Batch> {
        self.entry(index).map(|entry| &entry.batch)
    }

    /// What is in the batch at `index`, if all of it is here.
    pub(super) fn items(&self, index: u64) -> Option<&Arc<[Item]>> {
        self.entry(index)?.items.as_ref()
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

    /// Each batch that is kept, its items if all are here, and when it was delivered.
    pub(super) fn contents(
        &self,
    ) -> impl Iterator<Item = (&Batch, Option<&[Item]>, Option<LocalTime>)> {
        let entries = self.entries.iter();
        entries.map(|entry| (&entry.batch, entry.items.as_deref(), entry.delivered))
    }

    /// Takes a step.
    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Promised(epoch) => self.promised = self.promised.max(*epoch),
            Event::Normal(epoch) => self.normal = *epoch,
            Event::Appended(batch) => {
                let before = self.entries.back().map_or(self.before_base, |entry| entry.digest);
                let digest = Id::of(&Link { before, batch });
                let (batch, items, delivered) = (batch.clone(), None, None);
                self.entries.push_back(Entry { batch, digest, items, delivered });
            }
            Event::Cut(len) => {
                assert!(*len >= self.delivered, "what was delivered stays");
                self.entries.truncate((len - self.base) as usize);
                self.held = self.held.min(*len);
            }
            Event::Held(items) => {
                let at = (self.held - self.base) as usize;
                self.entries[at].items = Some(items.clone());
                self.held += 1;
            }
            Event::Delivered(now) => {
                let at = (self.delivered - self.base) as usize;
                self.entries[at].delivered = Some(*now);
                self.delivered += 1;
            }
            Event::Lost => self.is_learner = true,
            Event::Begun(index, before) => {
                self.entries.clear();
                (self.base, self.before_base) = (*index, *before);
                (self.delivered, self.held) = (*index, *index);
            }
        }
    }

    /// Keeps no more what was delivered longer than `history` ago.
    pub(super) fn forget_old(&mut self, now: LocalTime, history: Span) {
        while let Some(Entry { delivered: Some(at), digest, .. }) = self.entries.front()
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
