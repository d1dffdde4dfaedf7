//! The pending set: what is to happen, earliest key first.
//!
//! A ladder of rungs. The top holds what is far away, in no order. A rung cuts a stretch of time
//! into buckets of equal width, in no order inside. The earliest bucket is *open*: sorted, and
//! whatever lands in its stretch later is put in its place. A bucket that is too full, or gets
//! too full while it is open, becomes a rung of its own. So widths follow from counts of
//! events, and nobody has to choose them.

mod bucket;
mod rung;
mod sort;

use std::mem;

use super::{Event, EventKey, VirtualTime};
use bucket::{Bucket, Pool};
use rung::{Crowd, Rung, Stretch};
use sort::Sorter;

/// A bucket with more events than this is not opened but becomes a rung, if it can be cut.
const LONGEST_OPENED: usize = 1024;

/// The same for a bucket that grows while it is open.
const LONGEST_OPEN: usize = 1280;

/// An open bucket becomes a rung when what landed in it had to pass this many times as many
/// events as it holds: then keeping it in order has cost about as much as the cut.
const PASSED_PER_EVENT: usize = 16;

/// It is not worth while to cut fewer events.
const SHORTEST_CUT: usize = 96;

/// Pending events, given back in key order.
pub struct EventQueue<M> {
    /// The open bucket, latest first.
    open: Vec<Event<M>>,
    /// The last instant of the open bucket; all that is pending elsewhere is later.
    open_until: u64,
    /// How many events were passed by those that landed in the open bucket.
    passed: usize,
    /// How long a bucket may be opened, as the open ones of this lap have taught.
    longest_opened: usize,
    /// The rungs, each inside a bucket of the one before it; those at `depth` and above are spare.
    rungs: Vec<Rung<M>>,
    depth: usize,
    top: Bucket<M>,
    /// The instants of the earliest and the latest event at the top.
    top_ends: (u64, u64),
    pool: Pool<M>,
    /// When the last event happened that was taken out.
    now: u64,
    pace: Pace,
    sorter: Sorter,
}

/// How many events were taken out since the top was last cut, at what instant.
#[derive(Default)]
struct Pace {
    taken: u64,
    since: u64,
}

impl<M: Default> EventQueue<M> {
    /// An empty queue.
    pub fn new() -> Self {
        Self {
            open: Vec::new(),
            open_until: 0,
            passed: 0,
            longest_opened: LONGEST_OPENED,
            rungs: Vec::new(),
            depth: 0,
            top: Bucket::default(),
            top_ends: (u64::MAX, 0),
            pool: Pool::default(),
            now: 0,
            pace: Pace::default(),
            sorter: Sorter::new(),
        }
    }

    /// Adds an event; its key is not earlier than any key already taken out.
    #[inline]
    pub fn push(&mut self, event: Event<M>) {
        let time = event.key.time.as_nanos();
        if time > self.open_until
            && let Some(rung) = self.rungs[..self.depth].last_mut()
            && let Some(bucket) = rung.room(time)
        {
            return bucket.push(event, &mut self.pool);
        }
        self.push_elsewhere(event);
    }

    /// Adds an event that needs more than a free place in a bucket of the last rung.
    #[inline(never)]
    fn push_elsewhere(&mut self, event: Event<M>) {
        let time = event.key.time.as_nanos();
        if time <= self.open_until {
            return self.push_open(event);
        }
        for rung in self.rungs[..self.depth].iter_mut().rev() {
            if let Some(position) = rung.position(time) {
                return rung.push(position, event, &mut self.pool);
            }
        }
        self.push_top(event);
    }

    /// The earliest pending key.
    #[inline]
    pub fn peek(&mut self) -> Option<EventKey> {
        if self.open.is_empty() && !self.open_next() {
            return None;
        }
        self.open.last().map(|event| event.key)
    }

    /// Takes out the earliest event if it happens before `end`.
    #[inline]
    pub fn pop_before(&mut self, end: VirtualTime) -> Option<Event<M>> {
        self.peek().filter(|key| key.time < end)?;
        self.pop()
    }

    /// Takes out the earliest event.
    #[inline]
    pub fn pop(&mut self) -> Option<Event<M>> {
        if self.open.is_empty() && !self.open_next() {
            return None;
        }
        let event = self.open.pop()?;
        self.now = event.key.time.as_nanos();
        self.pace.taken += 1;
        Some(event)
    }

    fn push_top(&mut self, event: Event<M>) {
        let time = event.key.time.as_nanos();
        self.top_ends = (self.top_ends.0.min(time), self.top_ends.1.max(time));
        self.top.push(event, &mut self.pool);
    }

    fn push_open(&mut self, event: Event<M>) {
        if self.open.is_empty() && self.depth == 0 {
            // Nothing is open, as before the first event: a whole script may begin at once.
            return self.push_top(event);
        }
        self.passed += sort::place(&mut self.open, event);
        if self.passed > PASSED_PER_EVENT * self.open.len() || self.open.len() > LONGEST_OPEN {
            self.cut_open();
        }
    }

    /// Makes a rung of the open bucket: too many events had to be passed to keep it in order.
    #[cold]
    #[inline(never)]
    fn cut_open(&mut self) {
        self.passed = 0;
        if self.open.len() < SHORTEST_CUT || self.now >= self.open_until {
            return;
        }
        self.longest_opened = self.open.len() / 2;
        let stretch = Stretch { start: self.now, until: self.open_until };
        self.add_rung(Crowd::within(stretch, self.open.len()), stretch.until);
        let rung = &mut self.rungs[self.depth - 1];
        for event in self.open.drain(..) {
            rung.place(event, &mut self.pool);
        }
        self.open_next();
    }

    /// Opens the earliest bucket; false if nothing is pending.
    #[cold]
    #[inline(never)]
    fn open_next(&mut self) -> bool {
        loop {
            let Some(last) = self.depth.checked_sub(1) else {
                if self.top.is_empty() {
                    return false;
                }
                self.cut_top();
                continue;
            };
            let rung = &mut self.rungs[last];
            let Some(position) = rung.first() else {
                self.depth = last;
                continue;
            };
            let stretch = rung.stretch(position);
            let length = rung.bucket(position).len();
            if length > self.longest_opened && stretch.start < stretch.until {
                let mut crowd = rung.take(position);
                self.add_rung(Crowd::within(stretch, length), stretch.until);
                self.rungs[last + 1].place_all(&mut crowd, &mut self.pool);
                continue;
            }
            let mut pile = rung.vacate(position).pile(&mut self.pool);
            self.sorter.sort(&mut pile, &mut self.open, stretch);
            self.pool.give_back(pile);
            self.open_until = stretch.until;
            self.passed = 0;
            return true;
        }
    }

    /// Makes a rung of all that is at the top.
    fn cut_top(&mut self) {
        let (start, until) = self.top_ends;
        let stretch = Stretch { start, until };
        let mut bucket = mem::take(&mut self.top);
        let Pace { taken, since } = mem::replace(&mut self.pace, Pace { taken: 0, since: start });
        let mut crowd = Crowd::within(stretch, bucket.len());
        if let Some(gap) = start.saturating_sub(since).checked_div(taken) {
            crowd.gap = gap;
        }
        self.add_rung(crowd, u64::MAX);
        self.rungs[0].place_all(&mut bucket, &mut self.pool);
        self.top_ends = (u64::MAX, 0);
        self.longest_opened = LONGEST_OPENED;
        self.pool.trim();
        self.open.shrink_to(LONGEST_OPEN);
    }

    fn add_rung(&mut self, crowd: Crowd, limit: u64) {
        if self.rungs.len() == self.depth {
            self.rungs.push(Rung::new());
        }
        self.rungs[self.depth].cut(crowd, limit);
        self.depth += 1;
    }
}

#[cfg(test)]
impl<M> EventQueue<M> {
    /// The chunks of memory that the queue holds, in use or not.
    fn chunks(&self) -> usize {
        self.pool.chunks()
    }
}

impl Crowd {
    fn within(stretch: Stretch, events: usize) -> Self {
        let events = events as u64;
        let gap = (stretch.until - stretch.start) / events.max(1);
        Self { stretch, events, gap }
    }
}

impl<M: Default> Default for EventQueue<M> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
