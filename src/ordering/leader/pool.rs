//! What was handed in and is not yet committed. Smaller and quicker than `Bodies`: one entry per
//! attestation, one queue; what is ordered is the book's business.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::attestation::{Id, IdMap, Signed};
use crate::kernel::{LocalTime, Span};
use crate::ordering::{Item, Try};

/// Bodies, and the tries that wait for a block.
pub(in crate::ordering) struct Pool {
    history: Span,
    known: IdMap<Known>,
    /// By arrival; also tries that wait no more.
    queue: VecDeque<(LocalTime, Try)>,
    /// Bodies that peers gave, by arrival.
    learned: VecDeque<(LocalTime, Id)>,
    waiting: usize,
    bytes: u64,
}

struct Known {
    signed: Arc<Signed>,
    /// The attempt that waits, if any does.
    waits: Option<u8>,
    len: u32,
}

/// What a block takes from a pool.
pub(in crate::ordering) struct Batch {
    pub(in crate::ordering) tries: Vec<Try>,
    pub(in crate::ordering) bytes: u64,
    /// Whether it is as large as it may be, or the next would not fit.
    pub(in crate::ordering) is_full: bool,
    /// When the first of it came.
    pub(in crate::ordering) oldest: Option<LocalTime>,
}

impl Pool {
    pub(in crate::ordering) fn new(history: Span) -> Self {
        Self {
            history,
            known: IdMap::default(),
            queue: VecDeque::new(),
            learned: VecDeque::new(),
            waiting: 0,
            bytes: 0,
        }
    }

    /// The try waits from now on, unless it or a later one does.
    pub(in crate::ordering) fn submit(&mut self, now: LocalTime, item: &Item) {
        let known = self.known.find_or_insert_with(item.id(), || Known {
            len: item.signed.wire_len(),
            signed: item.signed.clone(),
            waits: None,
        });
        match known.waits {
            Some(attempt) if attempt >= item.attempt => return,
            Some(_) => {}
            None => {
                self.waiting += 1;
                self.bytes += u64::from(known.len);
            }
        }
        known.waits = Some(item.attempt);
        self.queue.push_back((now, item.named()));
    }

    /// Keeps a body, for a block that needs it.
    pub(in crate::ordering) fn learn(&mut self, now: LocalTime, signed: &Arc<Signed>) {
        let learned = &mut self.learned;
        self.known.find_or_insert_with(signed.id, || {
            learned.push_back((now, signed.id));
            Known { len: signed.wire_len(), signed: signed.clone(), waits: None }
        });
    }

    pub(in crate::ordering) fn body(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.known.find(id).map(|known| &known.signed)
    }

    /// The attempt that waits, if any does.
    pub(in crate::ordering) fn waiting(&self, id: &Id) -> Option<u8> {
        self.known.find(id).and_then(|known| known.waits)
    }

    /// The try is committed: neither it nor an earlier one waits any more.
    pub(in crate::ordering) fn remove(&mut self, name: Try) {
        let Some(known) = self.known.find(&name.id) else { return };
        if known.waits.is_some_and(|attempt| attempt > name.attempt) {
            return;
        }
        if known.waits.is_some() {
            self.waiting -= 1;
            self.bytes -= u64::from(known.len);
        }
        self.known.remove(&name.id);
    }

    /// Takes what waits no more off the queue, and what waited longer than the history.
    pub(in crate::ordering) fn tidy(&mut self, now: LocalTime) {
        let horizon = now - self.history;
        while let Some((at, name)) = self.queue.front().copied() {
            if self.waits(name) && at >= horizon {
                break;
            }
            if self.waits(name) {
                self.remove(name);
            }
            self.queue.pop_front();
        }
        while let Some((_, id)) = self.learned.front().copied().filter(|(at, _)| *at < horizon) {
            if self.known.find(&id).is_some_and(|known| known.waits.is_none()) {
                self.known.remove(&id);
            }
            self.learned.pop_front();
        }
    }

    pub(in crate::ordering) fn is_waiting(&self) -> bool {
        self.waiting > 0
    }

    /// Bytes of all that waits.
    pub(in crate::ordering) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// When the first of what waits came; to be asked after [`Self::tidy`].
    pub(in crate::ordering) fn oldest(&self) -> Option<LocalTime> {
        self.queue.front().map(|(at, _)| *at)
    }

    /// What waits longest, up to so many bytes but at least one, without what is in `placed`.
    pub(in crate::ordering) fn batch(&self, most: u64, placed: &BTreeSet<Try>) -> Batch {
        let mut batch = Batch { tries: Vec::new(), bytes: 0, is_full: false, oldest: None };
        for (at, name) in &self.queue {
            if !self.waits(*name) || placed.contains(name) {
                continue;
            }
            let bytes = self.known.find(&name.id).map_or(0, |known| u64::from(known.len));
            if batch.bytes + bytes > most && !batch.tries.is_empty() {
                batch.is_full = true;
                break;
            }
            batch.bytes += bytes;
            batch.oldest = batch.oldest.or(Some(*at));
            batch.tries.push(*name);
        }
        batch.is_full |= batch.bytes >= most;
        batch
    }

    /// The first of what waits, as many as that.
    pub(in crate::ordering) fn first(&self, count: usize) -> Vec<Item> {
        let waiting = self.queue.iter().filter(|(_, name)| self.waits(*name));
        let items = waiting.filter_map(|(_, name)| {
            let signed = self.body(&name.id)?.clone();
            Some(Item { signed, attempt: name.attempt })
        });
        items.take(count).collect()
    }

    /// Whether the try waits.
    pub(in crate::ordering) fn waits(&self, name: Try) -> bool {
        self.known.find(&name.id).is_some_and(|known| known.waits == Some(name.attempt))
    }
}
