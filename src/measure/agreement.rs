//! How much of the time pairs of validators said the same of a statement.

use super::record::{Cell, NEVER, Record};
use crate::kernel::VirtualTime;

/// Of one phase, in pairs times microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agreement {
    apart: u128,
    whole: u128,
}

impl Agreement {
    /// The share of time in agreement; `None` where no two could agree on anything.
    pub fn value(&self) -> Option<f64> {
        (self.whole > 0).then(|| 1.0 - self.apart as f64 / self.whole as f64)
    }

    pub(super) const fn add(&mut self, other: Self) {
        self.apart += other.apart;
        self.whole += other.whole;
    }
}

/// Compares the validators of one statement after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    /// How long each had not accepted it while the first had.
    without: Vec<u64>,
}

impl Pairs {
    /// Of a settled statement, from its first acceptance until `end`; of validators that count.
    pub(super) fn compare(
        &mut self,
        record: &Record,
        cells: &[Cell],
        counts: impl Fn(usize) -> bool,
        end: VirtualTime,
    ) -> Agreement {
        if record.first == NEVER || record.is_question() {
            return Agreement::default();
        }
        let (first, end) = (record.offset(record.first), record.offset(end));
        let whole = u64::from(end.saturating_sub(first));
        let counted = cells.iter().enumerate().filter(|(validator, _)| counts(*validator));
        let without = counted.map(|(_, cell)| match cell.is_accepted() {
            true => u64::from(cell.delivered.saturating_sub(first)).min(whole),
            false => whole,
        });
        self.without.clear();
        self.without.extend(without);
        self.without.sort_unstable();
        let others = self.without.len().saturating_sub(1) as i128;
        // Each is subtracted from all that are longer, and all that are shorter from it.
        let sides =
            self.without.iter().zip(0..).map(|(time, at)| (2 * at - others) * *time as i128);
        let pairs = self.without.len() as u128 * others as u128 / 2;
        Agreement { apart: sides.sum::<i128>().unsigned_abs(), whole: pairs * u128::from(whole) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::measure::Statistic;
    use crate::measure::script::measure;

    /// Settle ends 10 s after the send; a statement is sent at 0 s.
    fn agreement(script: &str) -> f64 {
        let measured = measure(4, 3, &format!("settled 10s; 0ms c9 plan 0; {script}"));
        let value = measured.value("agreement", Statistic::Share, 0, None);
        value.value().unwrap_or(f64::NAN)
    }

    #[test]
    fn validators_agree_when_they_accept_together() {
        assert_eq!(agreement("5ms v0-3 accept 0"), 1.0);
        assert!(agreement("").is_nan(), "nobody accepted anything");
    }

    proptest! {
        /// Each accepts it in some millisecond, or never; pairs are looked at one by one.
        #[test]
        fn it_is_the_share_of_time_in_which_pairs_agree(
            times in proptest::collection::vec(proptest::option::of(1_u32..4_000), 4),
        ) {
            let accept = |(validator, at): (usize, &Option<u32>)| {
                at.map(|at| (at, format!("{at}ms v{validator} accept 0;")))
            };
            let mut all: Vec<(u32, String)> = times.iter().enumerate().filter_map(accept).collect();
            all.sort();
            let script: String = all.iter().map(|(_, word)| word.as_str()).collect();
            let Some((first, _)) = all.first() else { return Ok(()) };
            let end = f64::from(ENDS - first);
            let at = |time: &Option<u32>| time.map_or(end, |time| f64::from(time - first));
            let mut apart = 0.0;
            for (place, one) in times.iter().enumerate() {
                let others = times[..place].iter();
                apart += others.map(|other| (at(one) - at(other)).abs()).sum::<f64>();
            }
            let expected = 1.0 - apart / (6.0 * end);
            prop_assert!((agreement(&script) - expected).abs() < 1e-6, "{script}");
        }
    }

    /// When settle ends, in milliseconds.
    const ENDS: u32 = 10_000;
}
