//! A stretch of time cut into buckets of equal width.

use super::bucket::{Bucket, Pool};
use crate::kernel::Event;

/// Buckets in a rung, at most.
const BUCKETS: usize = 256;

/// Events that a bucket is meant to hold where many are pending, and where few are.
const AIM: u64 = 160;
const AIM_OF_FEW: u64 = 48;

/// So few pending events are quickest put in order one by one, as they come.
const FEW_PENDING: u64 = 6;

/// Instants from `start` to `until`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: u64,
    pub(super) until: u64,
}

/// What a rung is cut for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd {
    /// From the earliest event to the latest.
    pub(super) stretch: Stretch,
    /// How many.
    pub(super) events: u64,
    /// Nanoseconds between one event and the next, on average.
    pub(super) gap: u64,
}

impl Crowd {
    /// Events that a bucket is meant to hold: of many a quarter at most, of few not most of all,
    /// or what is sent lands in the open bucket as often as not.
    fn aim(&self) -> u64 {
        let of_few = if self.events < FEW_PENDING { u64::MAX } else { self.events / 4 * 3 };
        (self.events / 4).clamp(AIM_OF_FEW.min(of_few), AIM)
    }
}

/// Buckets that are 2^shift nanoseconds wide; those before the first occupied one are past.
pub(super) struct Rung<M> {
    stretch: Stretch,
    shift: u32,
    buckets: Vec<Bucket<M>>,
    occupied: [u64; BUCKETS / 64],
    /// The first word of `occupied` that may be non-zero.
    first_word: usize,
}

impl<M> Rung<M> {
    pub(super) fn new() -> Self {
        let buckets = (0..BUCKETS).map(|_| Bucket::default()).collect();
        let stretch = Stretch { start: 0, until: 0 };
        Self { stretch, shift: 0, buckets, occupied: [0; BUCKETS / 64], first_word: 0 }
    }

    /// Cuts the instants from that of the first of `events` on, up to `limit` at most. An empty
    /// rung only.
    pub(super) fn cut(&mut self, events: Crowd, limit: u64) {
        let length = events.stretch.until - events.stretch.start;
        let fitting = events.gap.saturating_mul(events.aim()).max(1).ilog2();
        let covering = u64::BITS - (length >> BUCKETS.ilog2()).leading_zeros();
        self.shift = fitting.max(covering);
        let start = events.stretch.start;
        let span = (BUCKETS as u128) << self.shift;
        let until = u128::from(start) + span - 1;
        self.stretch =
            Stretch { start, until: u64::try_from(until).unwrap_or(u64::MAX).min(limit) };
        self.first_word = 0;
    }

    /// The bucket of an instant not before the start; none beyond the end.
    #[inline]
    pub(super) fn position(&self, time: u64) -> Option<usize> {
        (time <= self.stretch.until).then(|| ((time - self.stretch.start) >> self.shift) as usize)
    }

    /// The bucket of an instant not before the start, if it is occupied and needs no new chunk.
    #[inline]
    pub(super) fn room(&mut self, time: u64) -> Option<&mut Bucket<M>> {
        let position = self.position(time)?;
        self.buckets.get_mut(position).filter(|bucket| !bucket.is_full())
    }

    pub(super) fn push(&mut self, position: usize, event: Event<M>, pool: &mut Pool<M>) {
        let bucket = &mut self.buckets[position];
        if bucket.is_full() {
            self.occupied[position / 64] |= 1 << (position % 64);
        }
        bucket.push(event, pool);
    }

    /// Adds an event of the stretch.
    pub(super) fn place(&mut self, event: Event<M>, pool: &mut Pool<M>) {
        let position = (event.key.time.as_nanos() - self.stretch.start) >> self.shift;
        self.push(position as usize, event, pool);
    }

    /// Adds all events of a bucket and empties it.
    pub(super) fn place_all(&mut self, events: &mut Bucket<M>, pool: &mut Pool<M>) {
        events.drain(pool, |event, pool| self.place(event, pool));
    }

    /// The first bucket that holds anything.
    pub(super) fn first(&mut self) -> Option<usize> {
        while let Some(&word) = self.occupied.get(self.first_word) {
            if word != 0 {
                return Some(self.first_word * 64 + word.trailing_zeros() as usize);
            }
            self.first_word += 1;
        }
        None
    }

    /// The instants of a bucket.
    pub(super) fn stretch(&self, position: usize) -> Stretch {
        let start = self.stretch.start + ((position as u64) << self.shift);
        let until = start.saturating_add((1 << self.shift) - 1).min(self.stretch.until);
        Stretch { start, until }
    }

    pub(super) fn bucket(&self, position: usize) -> &Bucket<M> {
        &self.buckets[position]
    }

    /// A bucket whose events are about to be moved: from now on its instants are past.
    pub(super) fn vacate(&mut self, position: usize) -> &mut Bucket<M> {
        self.occupied[position / 64] &= !(1 << (position % 64));
        &mut self.buckets[position]
    }

    /// Takes a bucket out of the rung: from now on its instants are past.
    pub(super) fn take(&mut self, position: usize) -> Bucket<M> {
        std::mem::take(self.vacate(position))
    }
}
