//! Rates from counters that restart at zero, as Prometheus' `increase` reads them.

use std::collections::{BTreeMap, VecDeque};

use super::reading::{Reading, Scraped};
use crate::kernel::{ProcessId, Span, VirtualTime};

/// What happened between two rounds, over all targets that answered both.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// From the round before to this one.
    pub span: Span,
    /// Operations that routers passed on.
    pub routed: u64,
    /// Operations that the busiest validator applied.
    pub applied: u64,
    /// Operations that routers turned away.
    pub refused: u64,
    /// Operations that took longer than the objective, at the worst validator.
    pub late: u64,
}

impl Rates {
    /// Share of events that were bad; `None` where nothing happened.
    pub fn bad(&self) -> Option<f64> {
        let all = self.applied + self.refused;
        let bad = self.late.min(self.applied) + self.refused;
        (all > 0).then(|| bad as f64 / all as f64)
    }
}

/// Remembers counters and, as long as rules need it, what came of them.
#[derive(Clone, Debug)]
pub(super) struct Counters {
    before: BTreeMap<ProcessId, Reading>,
    at: Option<VirtualTime>,
    history: VecDeque<(VirtualTime, Rates)>,
    keeps: Span,
}

impl Counters {
    pub(super) fn new(keeps: Span) -> Self {
        Self { before: BTreeMap::new(), at: None, history: VecDeque::new(), keeps }
    }

    /// Takes a round in; `None` for the first.
    pub(super) fn take(&mut self, round: &Scraped) -> Option<Rates> {
        let mut rates = Rates::default();
        for (process, reading) in &round.validators {
            let Some(before) = self.before.get(process) else { continue };
            rates.applied = rates.applied.max(increase(before.passed, reading.passed));
            rates.late = rates.late.max(increase(before.late, reading.late));
        }
        for (process, reading) in &round.routers {
            let Some(before) = self.before.get(process) else { continue };
            rates.routed += increase(before.passed, reading.passed);
            rates.refused += increase(before.refused, reading.refused);
        }
        self.before.extend(round.all().cloned());
        let last = self.at.replace(round.at)?;
        rates.span = round.at.since(last);
        self.history.push_back((round.at, rates));
        while self.history.front().is_some_and(|(at, _)| round.at.since(*at) >= self.keeps) {
            self.history.pop_front();
        }
        Some(rates)
    }

    /// Share of events that were bad in the last `window`; 0 where nothing happened.
    pub(super) fn bad_over(&self, now: VirtualTime, window: Span) -> f64 {
        self.over(now, window).and_then(|sum| sum.bad()).unwrap_or(0.0)
    }

    /// All rounds of the last `window` together; what came before the first round is not known.
    pub(super) fn over(&self, now: VirtualTime, window: Span) -> Option<Rates> {
        let recent = self.history.iter().rev().take_while(|(at, _)| now.since(*at) < window);
        recent.map(|(_, rates)| *rates).reduce(|sum, rates| Rates {
            span: sum.span + rates.span,
            routed: sum.routed + rates.routed,
            applied: sum.applied + rates.applied,
            refused: sum.refused + rates.refused,
            late: sum.late + rates.late,
        })
    }
}

/// A counter that is less than before has restarted at zero.
const fn increase(before: u64, now: u64) -> u64 {
    if now < before { now } else { now - before }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: Rates = Rates { span: Span::ZERO, routed: 0, applied: 0, refused: 0, late: 0 };

    fn round(at: u64, passed: [u64; 2], refused: u64) -> Scraped {
        let reading = |passed, refused| Reading { passed, refused, ..Reading::default() };
        Scraped {
            at: VirtualTime::ZERO + Span::from_secs(at),
            validators: vec![(ProcessId(0), reading(passed[0], 0))],
            routers: vec![(ProcessId(7), reading(passed[1], refused))],
            ..Scraped::default()
        }
    }

    #[test]
    fn rates_are_increases_and_a_restart_is_no_decrease() {
        let mut counters = Counters::new(Span::from_secs(60));
        assert_eq!(counters.take(&round(0, [100, 100], 5)), None);
        let second = counters.take(&round(15, [160, 150], 9));
        let span = Span::from_secs(15);
        let expected = Rates { span, routed: 50, applied: 60, refused: 4, late: 0 };
        assert_eq!(second, Some(expected));
        let third = counters.take(&round(30, [20, 160], 9)).map(|rates| rates.applied);
        assert_eq!(third, Some(20), "the validator has restarted");
    }

    #[test]
    fn windows_hold_what_lies_in_them() {
        let mut counters = Counters::new(Span::from_secs(60));
        for (number, refused) in [0, 0, 10, 10, 10].into_iter().enumerate() {
            counters.take(&round(number as u64 * 15, [number as u64 * 10, 0], refused));
        }
        let now = VirtualTime::ZERO + Span::from_secs(60);
        let bad = |seconds| counters.bad_over(now, Span::from_secs(seconds));
        assert_eq!((bad(15), bad(30), bad(45)), (0.0, 0.0, 0.25));
        let over = |seconds| counters.over(now, Span::from_secs(seconds));
        let expected = Rates { span: Span::from_secs(45), applied: 30, refused: 10, ..EMPTY };
        assert_eq!(over(45), Some(expected));
        assert_eq!(over(0), None);
    }
}
