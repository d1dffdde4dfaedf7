//! Events in no order, in chunks of one size that circulate through a pool.

use std::mem;

use crate::kernel::Event;

/// Events in a chunk. A chunk never grows, so no bucket hoards what another once needed.
const CHUNK: usize = 64;

/// Events in no order.
pub(super) struct Bucket<M> {
    tail: Vec<Event<M>>,
    full: Vec<Vec<Event<M>>>,
}

/// Empty chunks.
pub(super) struct Pool<M> {
    chunks: Vec<Vec<Event<M>>>,
    lent: usize,
    /// Longer than a chunk, for those of a bucket that has several.
    pile: Vec<Event<M>>,
}

impl<M> Bucket<M> {
    pub(super) fn len(&self) -> usize {
        self.full.len() * CHUNK + self.tail.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tail.is_empty() && self.full.is_empty()
    }

    /// Adds an event.
    #[inline]
    pub(super) fn push(&mut self, event: Event<M>, pool: &mut Pool<M>) {
        if self.is_full() {
            self.add_chunk(pool);
        }
        self.tail.push(event);
    }

    /// Whether the next event needs a new chunk, as the first one does.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.tail.len() == self.tail.capacity()
    }

    /// Takes out all events in one pile, to be given back to the pool when it is empty.
    pub(super) fn pile(&mut self, pool: &mut Pool<M>) -> Vec<Event<M>> {
        let mut tail = mem::take(&mut self.tail);
        if self.full.is_empty() {
            return tail;
        }
        let mut pile = mem::take(&mut pool.pile);
        pile.reserve(self.full.len() * CHUNK + tail.len());
        for mut chunk in self.full.drain(..) {
            pile.append(&mut chunk);
            pool.give_back(chunk);
        }
        pile.append(&mut tail);
        pool.give_back(tail);
        pile
    }

    /// Calls `place` with every event, in the order of pushing, and empties the bucket.
    pub(super) fn drain(
        &mut self,
        pool: &mut Pool<M>,
        mut place: impl FnMut(Event<M>, &mut Pool<M>),
    ) {
        for mut chunk in self.full.drain(..).chain([mem::take(&mut self.tail)]) {
            for event in chunk.drain(..) {
                place(event, pool);
            }
            pool.give_back(chunk);
        }
    }

    #[cold]
    #[inline(never)]
    fn add_chunk(&mut self, pool: &mut Pool<M>) {
        let full = mem::replace(&mut self.tail, pool.lend());
        if !full.is_empty() {
            self.full.push(full);
        }
    }
}

impl<M> Pool<M> {
    fn lend(&mut self) -> Vec<Event<M>> {
        self.lent += 1;
        self.chunks.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK))
    }

    /// Takes back an empty chunk, or the pile.
    pub(super) fn give_back(&mut self, chunk: Vec<Event<M>>) {
        if chunk.capacity() > CHUNK {
            self.pile = chunk;
        } else if chunk.capacity() > 0 {
            self.lent -= 1;
            self.chunks.push(chunk);
        }
    }

    /// Chunks made and not freed.
    #[cfg(test)]
    pub(super) fn chunks(&self) -> usize {
        self.lent + self.chunks.len()
    }

    /// Frees what has been idle: keeps no more empty chunks than are in use, and no pile.
    pub(super) fn trim(&mut self) {
        self.pile = Vec::new();
        self.chunks.truncate(self.lent.max(CHUNK));
    }
}

impl<M> Default for Bucket<M> {
    fn default() -> Self {
        Self { tail: Vec::new(), full: Vec::new() }
    }
}

impl<M> Default for Pool<M> {
    fn default() -> Self {
        Self { chunks: Vec::new(), lent: 0, pile: Vec::new() }
    }
}
