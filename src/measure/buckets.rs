//! Equal stretches of time from the start of the run, few of them however long it is.

use crate::kernel::{Span, VirtualTime};

/// What two neighbouring buckets can become one of.
pub trait Merge: Default {
    /// Takes in a neighbour.
    fn merge(&mut self, other: Self);
}

/// At most so many buckets.
const MOST: usize = 4_096;

/// One `T` per bucket of time. When more than 4,096 are needed, neighbours merge and the
/// width doubles.
#[derive(Clone, Debug)]
pub struct Buckets<T> {
    width: Span,
    items: Vec<T>,
}

impl<T: Merge> Buckets<T> {
    /// Buckets of that width to begin with.
    pub const fn new(width: Span) -> Self {
        assert!(width.as_nanos() > 0, "a bucket lasts some time");
        Self { width, items: Vec::new() }
    }

    /// The width of each.
    pub const fn width(&self) -> Span {
        self.width
    }

    /// All buckets, from the start of the run.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// When a bucket begins.
    pub fn start(&self, bucket: usize) -> VirtualTime {
        VirtualTime::ZERO + self.width * bucket as u64
    }

    /// The bucket of an instant, if there is one.
    pub fn bucket(&self, at: VirtualTime) -> usize {
        (at.as_nanos() / self.width.as_nanos()) as usize
    }

    /// What belongs to an instant.
    pub fn at(&mut self, at: VirtualTime) -> &mut T {
        while self.bucket(at) >= MOST {
            self.halve();
        }
        let bucket = self.bucket(at);
        if bucket >= self.items.len() {
            self.items.resize_with(bucket + 1, T::default);
        }
        &mut self.items[bucket]
    }

    fn halve(&mut self) {
        self.width = self.width * 2;
        let mut items = std::mem::take(&mut self.items).into_iter();
        while let Some(mut item) = items.next() {
            if let Some(neighbour) = items.next() {
                item.merge(neighbour);
            }
            self.items.push(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Merge for u64 {
        fn merge(&mut self, other: Self) {
            *self += other;
        }
    }

    #[test]
    fn a_long_run_has_few_and_wide_buckets_and_loses_nothing() {
        let mut buckets = Buckets::<u64>::new(Span::from_secs(1));
        for second in 0..20_000 {
            *buckets.at(VirtualTime::ZERO + Span::from_secs(second)) += 1;
        }
        assert_eq!(buckets.width(), Span::from_secs(8));
        assert_eq!(buckets.items().len(), 2_500);
        assert!(buckets.items().iter().all(|&count| count == 8));
    }
}
