//! Curves of what strategies want seen.

use super::buckets::{Buckets, Merge};
use crate::kernel::{Span, VirtualTime};

/// Different notes at most.
const MOST: usize = 64;

/// One note's values within one second, over all processes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NoteBucket {
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The largest.
    pub max: i64,
}

impl NoteBucket {
    /// The average, if there was a value.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    const fn add(&mut self, value: i64) {
        self.max = if self.count == 0 || value > self.max { value } else { self.max };
        self.count += 1;
        self.sum += value as f64;
    }
}

impl Merge for NoteBucket {
    fn merge(&mut self, other: Self) {
        self.max = match (self.count, other.count) {
            (0, _) => other.max,
            (_, 0) => self.max,
            _ => self.max.max(other.max),
        };
        self.count += other.count;
        self.sum += other.sum;
    }
}

/// Every note by its number.
#[derive(Clone, Debug, Default)]
pub struct Notes(Vec<Buckets<NoteBucket>>);

impl Notes {
    /// One curve per note, by number; empty where there was none.
    pub fn curves(&self) -> &[Buckets<NoteBucket>] {
        &self.0
    }

    /// False if the note's number is too large to be kept.
    pub(super) fn add(&mut self, now: VirtualTime, note: u16, value: i64) -> bool {
        let note = usize::from(note);
        if note >= MOST {
            return false;
        }
        while self.0.len() <= note {
            self.0.push(Buckets::new(Span::from_secs(1)));
        }
        self.0[note].at(now).add(value);
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::measure::script::measure;

    #[test]
    fn a_note_is_averaged_over_processes_second_by_second() {
        let measured = measure(4, 3, "1ms v0 note 1 4; 2ms v1 note 1 8; 2001ms v0 note 1 -5");
        let curve = measured.notes.curves()[1].items();
        let means: Vec<_> = curve.iter().map(|bucket| (bucket.mean(), bucket.max)).collect();
        assert_eq!(means, [(Some(6.0), 8), (None, 0), (Some(-5.0), -5)]);
        let measured = measure(4, 3, "1ms v0 note 99 4");
        assert_eq!(measured.caps_reached, ["a note's number is 64 or more"]);
    }
}
