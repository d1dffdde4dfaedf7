//! What time sources that err do to the clocks of those who ask them.

use super::cast::Cast;
use crate::kernel::{ProcessId, VirtualTime};
use crate::network::{Control, Order, ProcessSet};
use crate::scenario::model::{Scenario, TimeSources};

/// In the place of a fault's number, for luck: a choice among those who ask.
const OF_HOSTS: usize = Control::OF_THE_RUN as usize;

/// A fault of time sources begins, or ends.
struct Turn {
    at: VirtualTime,
    fault: usize,
    begins: bool,
}

/// Those who go by time sources.
pub(super) fn hosts(scenario: &Scenario, cast: &Cast<'_>) -> ProcessSet {
    match &scenario.time {
        Some(time) => cast.actors(&time.hosts, OF_HOSTS),
        None => ProcessSet::new([]),
    }
}

/// Orders to those whose clocks move, by the fault that moves them.
pub(super) fn steers(
    scenario: &Scenario,
    cast: &Cast<'_>,
    begin: VirtualTime,
) -> Vec<(VirtualTime, ProcessId, Control)> {
    let Some(time) = &scenario.time else { return Vec::new() };
    let hosts: Vec<ProcessId> = hosts(scenario, cast).iter().collect();
    let moves = moves(scenario, time, begin);
    let order = |(at, fault, nanos): (VirtualTime, usize, i64)| {
        let control = Control { rule: fault as u16, order: Order::Steer(nanos) };
        hosts.iter().map(move |host| (at, *host, control.clone())).collect::<Vec<_>>()
    };
    moves.into_iter().flat_map(order).collect()
}

/// When the outcome of all sources changes, by which fault, and how far ahead that has the clocks
/// by its own part from then on, in nanoseconds. Parts add up to the outcome.
fn moves(
    scenario: &Scenario,
    time: &TimeSources,
    begin: VirtualTime,
) -> Vec<(VirtualTime, usize, i64)> {
    let mut ahead = vec![0_i64; time.count as usize];
    let mut parts = vec![0_i64; scenario.faults.len()];
    let (mut outcome, mut moves) = (0_i64, Vec::new());
    for Turn { at, fault, begins } in turns(scenario, time, begin) {
        let skew = scenario.faults[fault].skew();
        for source in time.named(&scenario.faults[fault].on) {
            let source = &mut ahead[source as usize];
            *source = source.saturating_add(if begins { skew } else { -skew });
        }
        let before = std::mem::replace(&mut outcome, time.policy.ahead(&ahead));
        if outcome != before {
            parts[fault] = parts[fault].saturating_add(outcome.saturating_sub(before));
            moves.push((at, fault, parts[fault]));
        }
    }
    moves
}

fn turns(scenario: &Scenario, time: &TimeSources, begin: VirtualTime) -> Vec<Turn> {
    let faults = scenario.faults.iter().enumerate();
    let mut turns: Vec<Turn> = faults
        .filter(|(_, fault)| !time.named(&fault.on).is_empty())
        .flat_map(|(number, fault)| {
            let turn = move |at, begins| Turn { at, fault: number, begins };
            fault.starts.iter().flat_map(move |start| {
                let from = begin + *start;
                let end = fault.length.map(|length| turn(from + length, false));
                std::iter::once(turn(from, true)).chain(end)
            })
        })
        .collect();
    turns.sort_by_key(|turn| (turn.at, turn.begins, turn.fault));
    turns
}
