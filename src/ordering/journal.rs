//! What survives a crash, grown a record at a time: a checkpoint and the records since. Cloning
//! it, which is what persisting does, costs the same however long it is.

use std::sync::Arc;

/// A checkpoint and the records after it. The writer replaces it by a new one with a newer
/// checkpoint when [`Journal::is_due`], so that appending costs a constant on average.
pub struct Journal<C, R> {
    checkpoint: Arc<C>,
    weight: usize,
    last: Option<Arc<Record<R>>>,
    len: usize,
}

struct Record<R> {
    record: R,
    before: Option<Arc<Self>>,
}

impl<C, R> Journal<C, R> {
    /// Begins with `checkpoint`, which is as long to write as `weight` records.
    pub fn new(checkpoint: C, weight: usize) -> Self {
        Self { checkpoint: Arc::new(checkpoint), weight: weight.max(64), last: None, len: 0 }
    }

    /// Adds a record.
    pub fn append(&mut self, record: R) {
        self.last = Some(Arc::new(Record { record, before: self.last.take() }));
        self.len += 1;
    }

    /// Whether the records have outgrown the checkpoint.
    pub fn is_due(&self) -> bool {
        self.len > self.weight
    }

    /// How many records there are after the checkpoint.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the checkpoint is all there is.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The checkpoint, and the records after it, the oldest first.
    pub fn contents(&self) -> (&C, Vec<&R>) {
        let mut records = Vec::with_capacity(self.len);
        let mut at = self.last.as_deref();
        while let Some(record) = at {
            records.push(&record.record);
            at = record.before.as_deref();
        }
        records.reverse();
        (&self.checkpoint, records)
    }
}

impl<C, R> Clone for Journal<C, R> {
    fn clone(&self) -> Self {
        let Self { checkpoint, weight, last, len } = self;
        Self { checkpoint: checkpoint.clone(), weight: *weight, last: last.clone(), len: *len }
    }
}

impl<C, R> Drop for Journal<C, R> {
    /// One record after another: the chain is too long to drop by recursion.
    fn drop(&mut self) {
        let mut at = self.last.take();
        while let Some(mut record) = at.and_then(Arc::into_inner) {
            at = record.before.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_what_it_had() {
        let mut journal = Journal::new("start", 0);
        journal.append(1);
        let kept = journal.clone();
        journal.append(2);
        assert_eq!(kept.contents(), (&"start", vec![&1]));
        assert_eq!(journal.contents(), (&"start", vec![&1, &2]));
    }

    #[test]
    fn a_long_journal_can_be_dropped() {
        let mut journal = Journal::new((), 0);
        (0..1_000_000).for_each(|record| journal.append(record));
        assert!(journal.is_due(), "a million records outgrow nothing");
    }
}
