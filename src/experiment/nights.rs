//! Many nights of one trouble: when each moment came, who was first, and in which order.

use super::check::measured_in;
use super::single::Pair;
use crate::measure::Measured;
use crate::scenario::check::{Stat, Subject};
use crate::scenario::model::{HistoryRow, Milestone};

/// Those who can be first to notice. A user's second look is always early, and nobody hears it:
/// it does not count.
pub const WATCHERS: [Milestone; 3] = [Milestone::Suspected, Milestone::Alerted, Milestone::Users];

/// How a moment is spread over nights, in milliseconds; infinite where it never came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// One night in ten is earlier.
    pub low: f64,
    /// The middle one.
    pub median: f64,
    /// One night in ten is later.
    pub high: f64,
}

impl Band {
    /// The band of these nights, by nearest rank; `None` of none.
    pub fn of(nights: &[f64]) -> Option<Self> {
        let mut sorted = nights.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let rank = (sorted.len() as f64 * share).ceil() as usize;
            sorted.get(rank.max(1) - 1).copied()
        };
        Some(Self { low: at(0.1)?, median: at(0.5)?, high: at(0.9)? })
    }

    /// Whether a moment that is known to `about` milliseconds may lie inside, ends included.
    pub fn may_contain(&self, millis: f64, about: f64) -> bool {
        self.low <= millis + about && millis - about <= self.high
    }
}

/// Milliseconds from the first fault's start until that moment of a night; infinite if it never
/// came, `None` if nothing went wrong.
pub fn moment(night: &Pair, milestone: Milestone) -> Option<f64> {
    let metric = milestone.metric();
    match measured_in(night, Subject { stat: Stat::Single, metric, window: None, phase: None }) {
        Measured::Value(millis) => Some(millis),
        Measured::Never => Some(f64::INFINITY),
        Measured::Few | Measured::NoData => None,
    }
}

/// That moment of every night in which something went wrong.
pub fn moments(nights: &[Pair], milestone: Milestone) -> Vec<f64> {
    nights.iter().filter_map(|night| moment(night, milestone)).collect()
}

/// Who noticed first; `None` if nobody did.
pub fn first_noticer(night: &Pair) -> Option<Milestone> {
    first_of(&WATCHERS.map(|watcher| (watcher, moment(night, watcher).unwrap_or(f64::INFINITY))))
}

fn first_of(moments: &[(Milestone, f64)]) -> Option<Milestone> {
    let came = moments.iter().filter(|(_, millis)| millis.is_finite());
    came.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(watcher, _)| *watcher)
}

/// Whether the moments of a night came in the order in which they really did; one that did not
/// come has no place in it.
pub fn is_in_order(night: &Pair, history: &[HistoryRow]) -> bool {
    let mut rows: Vec<(Milestone, u64)> = history
        .iter()
        .filter_map(|row| row.event.map(|event| (event, row.at.as_nanos())))
        .collect();
    rows.sort_by_key(|(_, at)| *at);
    let came: Vec<f64> = rows.iter().filter_map(|(event, _)| moment(night, *event)).collect();
    came.len() == rows.len() && ascends(&came)
}

fn ascends(moments: &[f64]) -> bool {
    moments.iter().all(|millis| millis.is_finite()) && moments.is_sorted()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_leaves_out_a_tenth_on_both_sides() {
        let nights: Vec<f64> = (1..=9).map(f64::from).chain([f64::INFINITY]).collect();
        let band = Band::of(&nights).expect("there are nights");
        assert_eq!((band.low, band.median, band.high), (1.0, 5.0, 9.0));
        let inside = |millis| band.may_contain(millis, 0.0);
        assert!(inside(9.0) && !inside(9.5) && !inside(0.5) && !inside(f64::INFINITY));
        assert!(band.may_contain(9.5, 0.5) && band.may_contain(0.5, 0.5));
        assert!(!band.may_contain(9.6, 0.5));
        assert_eq!(Band::of(&[]), None);
    }

    #[test]
    fn the_first_is_the_earliest_that_came() {
        let first =
            |users, alert| first_of(&[(Milestone::Alerted, alert), (Milestone::Users, users)]);
        assert_eq!(first(3.0, 2.0), Some(Milestone::Alerted));
        assert_eq!(first(3.0, f64::INFINITY), Some(Milestone::Users));
        assert_eq!(first(f64::INFINITY, f64::INFINITY), None);
    }

    #[test]
    fn an_order_needs_every_moment() {
        assert!(ascends(&[1.0, 1.0, 4.0]));
        assert!(!ascends(&[2.0, 1.0]));
        assert!(!ascends(&[1.0, f64::INFINITY]));
    }
}
