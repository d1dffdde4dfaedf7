//! What ails a host: several faults of one kind may be on at once, and the first that ends does
//! not cure the others.

use super::PartHealth;
use crate::network::PartOrder;
use crate::trace::{FateKind, HostChange};

/// Thousandths of the usual time that work takes on a healthy host.
pub(super) const USUAL_PACE: u64 = 1_000;

/// A clock that stands still would never ring: it loses less than all of its time.
const LEAST_DRIFT: i64 = -999_999_999;

/// The faults that are on, by rule. Most hosts never meet one.
#[derive(Debug, Default)]
pub(super) struct Ailments(Option<Box<Active>>);

#[derive(Debug, Default)]
struct Active {
    crashes: Vec<u16>,
    stalls: Vec<u16>,
    /// With the pace of each, in thousandths.
    slow: Vec<(u16, u64)>,
    /// With the parts per billion of each.
    drifts: Vec<(u16, i64)>,
    /// With the nanoseconds of each by which the clock is ahead.
    skews: Vec<(u16, i64)>,
    /// The same where time sources err.
    steers: Vec<(u16, i64)>,
    /// The clock goes by no time source any more.
    is_set_by_hand: bool,
    /// What parts of the resident suffer from.
    parts: Vec<(u8, Part)>,
    /// Messages that met the misdeeds of a rule and have not been told.
    met: Vec<(u16, FateKind, u32)>,
}

/// The faults of one part.
#[derive(Debug, Default)]
struct Part {
    stalls: Vec<u16>,
    slow: Vec<(u16, u64)>,
}

/// What became of a fault that began or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is the first of its kind, or the last has ended.
    Edge,
    /// Others of its kind go on.
    Among,
    /// It was on already, or never was.
    Nothing,
}

impl Ailments {
    pub(super) fn crash(&mut self, rule: u16) -> Turn {
        let active = self.0.get_or_insert_default();
        let turn = begin(&mut active.crashes, rule);
        // Whatever hangs is gone; what begins while the host is down holds when it is back.
        if turn == Turn::Edge {
            active.stalls.clear();
        }
        turn
    }

    pub(super) fn restart(&mut self, rule: u16) -> Turn {
        self.0.as_mut().map_or(Turn::Nothing, |active| end(&mut active.crashes, rule))
    }

    pub(super) fn stall(&mut self, rule: u16) -> Turn {
        begin(&mut self.0.get_or_insert_default().stalls, rule)
    }

    /// The first of the stalls that are on.
    pub(super) fn stalled_by(&self) -> Option<u16> {
        self.0.as_ref()?.stalls.first().copied()
    }

    pub(super) fn resume(&mut self, rule: u16) -> Turn {
        self.0.as_mut().map_or(Turn::Nothing, |active| end(&mut active.stalls, rule))
    }

    /// The pace of the host once that of a rule is `pace`: factors multiply.
    pub(super) fn slow(&mut self, rule: u16, pace: u64) -> u64 {
        let slow = &mut self.0.get_or_insert_default().slow;
        replace(slow, rule, pace, USUAL_PACE);
        product(slow)
    }

    /// Changes a part as a rule orders; `None` if it is so already, or another fault keeps it so.
    pub(super) fn change_part(
        &mut self,
        rule: u16,
        part: u8,
        order: PartOrder,
    ) -> Option<HostChange> {
        let parts = &mut self.0.get_or_insert_default().parts;
        if !parts.iter().any(|(number, _)| *number == part) {
            parts.push((part, Part::default()));
        }
        let (_, part) = parts.iter_mut().find(|(number, _)| *number == part)?;
        match order {
            PartOrder::Stall => {
                (begin(&mut part.stalls, rule) == Turn::Edge).then_some(HostChange::Stalled)
            }
            PartOrder::Resume => {
                (end(&mut part.stalls, rule) == Turn::Edge).then_some(HostChange::Resumed)
            }
            PartOrder::Mend => {
                let was_stalled = !std::mem::take(&mut part.stalls).is_empty();
                was_stalled.then_some(HostChange::Resumed)
            }
            PartOrder::Slow(pace) => {
                let before = product(&part.slow);
                replace(&mut part.slow, rule, pace, USUAL_PACE);
                (before != product(&part.slow)).then_some(HostChange::Slowed)
            }
        }
    }

    /// Whatever stopped or stalled it is over; whether it was down, and whether it was stalled.
    pub(super) fn mend(&mut self) -> (bool, bool) {
        let Some(active) = &mut self.0 else { return (false, false) };
        let was_down = !std::mem::take(&mut active.crashes).is_empty();
        let was_stalled = !std::mem::take(&mut active.stalls).is_empty();
        (was_down, was_stalled)
    }

    /// The parts that are stalled.
    pub(super) fn stalled_parts(&self) -> Vec<u8> {
        let parts = self.0.iter().flat_map(|active| &active.parts);
        let stalled = parts.filter(|(_, part)| !part.stalls.is_empty());
        stalled.map(|(number, _)| *number).collect()
    }

    /// How a part is.
    pub(super) fn part(&self, part: u8) -> PartHealth {
        let parts = self.0.iter().flat_map(|active| &active.parts);
        let found = parts.filter(|(number, _)| *number == part).map(|(_, part)| part).next();
        PartHealth {
            is_stalled: found.is_some_and(|part| !part.stalls.is_empty()),
            pace: found.map_or(USUAL_PACE, |part| product(&part.slow)),
        }
    }

    /// The drift of the clock once that of a rule is `parts_per_billion`: drifts add.
    pub(super) fn drift(&mut self, rule: u16, parts_per_billion: i64) -> i64 {
        let drifts = &mut self.0.get_or_insert_default().drifts;
        replace(drifts, rule, parts_per_billion, 0);
        let sum = drifts.iter().fold(0_i64, |sum, (_, drift)| sum.saturating_add(*drift));
        sum.max(LEAST_DRIFT)
    }

    /// By how many nanoseconds the clock moves once that of a rule is `nanos`: skews add.
    pub(super) fn skew(&mut self, rule: u16, nanos: i64) -> i64 {
        moved(&mut self.0.get_or_insert_default().skews, rule, nanos)
    }

    /// The same where time sources err; nothing once the clock was set by hand.
    pub(super) fn steer(&mut self, rule: u16, nanos: i64) -> i64 {
        let active = self.0.get_or_insert_default();
        if active.is_set_by_hand { 0 } else { moved(&mut active.steers, rule, nanos) }
    }

    /// The clock is right, whatever moved it, and goes by no time source any more.
    pub(super) fn set_clock(&mut self) {
        let active = self.0.get_or_insert_default();
        active.skews.clear();
        active.steers.clear();
        active.is_set_by_hand = true;
    }

    pub(super) fn met(&mut self, rule: u16, kind: FateKind) {
        let met = &mut self.0.get_or_insert_default().met;
        match met.iter_mut().find(|(by, of, _)| (*by, *of) == (rule, kind)) {
            Some((.., messages)) => *messages += 1,
            None => met.push((rule, kind, 1)),
        }
    }

    pub(super) fn take_met(&mut self) -> Vec<(u16, FateKind, u32)> {
        self.0.as_mut().map(|active| std::mem::take(&mut active.met)).unwrap_or_default()
    }
}

/// How much the sum of all skews changes.
fn moved(skews: &mut Vec<(u16, i64)>, rule: u16, nanos: i64) -> i64 {
    let sum = |skews: &[(u16, i64)]| {
        skews.iter().fold(0_i64, |sum, (_, nanos)| sum.saturating_add(*nanos))
    };
    let before = sum(skews);
    replace(skews, rule, nanos, 0);
    sum(skews).saturating_sub(before)
}

/// Factors multiply.
fn product(slow: &[(u16, u64)]) -> u64 {
    let times = |all: u128, (_, pace): &(u16, u64)| {
        (all * u128::from(*pace) / u128::from(USUAL_PACE)).min(u128::from(u64::MAX))
    };
    let product = slow.iter().fold(u128::from(USUAL_PACE), times);
    u64::try_from(product).unwrap_or(u64::MAX)
}

fn begin(active: &mut Vec<u16>, rule: u16) -> Turn {
    if active.contains(&rule) {
        return Turn::Nothing;
    }
    active.push(rule);
    if active.len() == 1 { Turn::Edge } else { Turn::Among }
}

fn end(active: &mut Vec<u16>, rule: u16) -> Turn {
    let Some(place) = active.iter().position(|other| *other == rule) else { return Turn::Nothing };
    active.remove(place);
    if active.is_empty() { Turn::Edge } else { Turn::Among }
}

/// Puts `value` in the place of what `rule` had; nothing if that is `usual`.
fn replace<T: PartialEq>(active: &mut Vec<(u16, T)>, rule: u16, value: T, usual: T) {
    active.retain(|(other, _)| *other != rule);
    if value != usual {
        active.push((rule, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_multiply_whichever_ends_first() {
        let mut ailments = Ailments::default();
        let paces = [(1, 3_000), (2, 2_500), (1, 4_000), (1, 1_000), (2, 1_000), (2, 1_000)];
        let paces = paces.map(|(rule, pace)| ailments.slow(rule, pace));
        assert_eq!(paces, [3_000, 7_500, 10_000, 2_500, 1_000, 1_000]);
        let most = (0..30).map(|rule| ailments.slow(rule, 1_000_000_000)).last();
        assert_eq!(most, Some(u64::MAX));
    }

    #[test]
    fn drifts_add_and_leave_a_clock_going() {
        let mut ailments = Ailments::default();
        let half = -500_000_000;
        let drifts = [(1, half), (2, half), (3, 7), (1, 0), (2, 0), (3, 0)];
        let drifts = drifts.map(|(rule, drift)| ailments.drift(rule, drift));
        assert_eq!(drifts, [half, LEAST_DRIFT, LEAST_DRIFT + 6, half + 7, 7, 0]);
    }

    #[test]
    fn skews_add_until_the_clock_is_set_by_hand() {
        let mut ailments = Ailments::default();
        let moved = [(1, 5), (2, 7), (1, 0)].map(|(rule, nanos)| ailments.skew(rule, nanos));
        assert_eq!(moved, [5, 7, -5]);
        let steered = [(3, 40), (3, 20)].map(|(rule, nanos)| ailments.steer(rule, nanos));
        assert_eq!(steered, [40, -20]);
        ailments.set_clock();
        assert_eq!((ailments.skew(2, 0), ailments.steer(3, 0)), (0, 0), "that is over already");
        assert_eq!((ailments.skew(2, 9), ailments.steer(3, 9)), (9, 0), "no source moves it");
    }

    #[test]
    fn the_first_and_the_last_of_a_kind_count() {
        let mut ailments = Ailments::default();
        assert_eq!(ailments.resume(1), Turn::Nothing);
        let begun = [1, 1, 2].map(|rule| ailments.stall(rule));
        assert_eq!(begun, [Turn::Edge, Turn::Nothing, Turn::Among]);
        let ended = [1, 1, 2].map(|rule| ailments.resume(rule));
        assert_eq!(ended, [Turn::Among, Turn::Nothing, Turn::Edge]);
    }
}
