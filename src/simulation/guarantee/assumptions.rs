//! Which assumptions of a strategy did not hold, and from when on.

use std::collections::{BTreeMap, BTreeSet};

use super::super::World;
use super::super::slowest::Slow;
use super::{clocks, validators, when};
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::measure::Measurement;
use crate::network::{Control, FaultRule, LinkEffect, Order, Transport, Window};
use crate::ordering::{FaultModel, TransportNeed};
use crate::trace::{FateKind, HostChange};

/// Something that a guarantee rests on, and that was not so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::simulation) struct Failed {
    /// Until then it had held: what was violated before is no consequence of it.
    pub since: VirtualTime,
    /// In words.
    pub why: String,
}

/// The assumptions that did not hold, in the order of their listing.
pub(in crate::simulation) fn failed(
    world: &World,
    measurement: &Measurement,
    slowest: Option<Slow>,
) -> Vec<Failed> {
    let assumed = &world.guarantees.assumptions;
    let all = [
        faults(world, measurement, assumed.faults),
        transport(world, measurement, assumed.transport),
        assumed.delay_bound.zip(slowest).and_then(|(bound, slowest)| delays(bound, slowest)),
        assumed.clock_bound.and_then(|bound| clocks(world, bound)),
        assumed.absence_bound.and_then(|bound| absence(world, measurement, bound)),
    ];
    all.into_iter().flatten().collect()
}

/// Something was under way for longer than is assumed.
fn delays(bound: Span, slowest: Slow) -> Option<Failed> {
    let longest = about(slowest.longest);
    let why = format!("it assumes delays below {bound}; one was {longest}");
    Some(Failed { since: slowest.late_since?, why })
}

/// As exact as anybody wants to read it, and not less: whole milliseconds, rounded up.
fn about(span: Span) -> Span {
    Span::from_millis(span.as_nanos().div_ceil(1_000_000))
}

/// More validators failed than are withstood.
fn faults(world: &World, measurement: &Measurement, withstood: FaultModel) -> Option<Failed> {
    let (most, endures_byzantine) = match withstood {
        FaultModel::None => (0, false),
        FaultModel::Crash(most) => (most, false),
        FaultModel::Byzantine(most) => (most, true),
    };
    let (mut down, mut lost, mut turned) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (at, process, order) in outages(world, measurement) {
        match order {
            Order::Crash { state_lost } => {
                down.insert(process.0);
                if state_lost {
                    lost.insert(process.0);
                }
            }
            Order::Restart => {
                down.remove(&process.0);
            }
            Order::RollBack(_) => {
                lost.insert(process.0);
            }
            Order::Misbehave(_) => {
                turned.insert(process.0);
            }
            _ => {}
        }
        let failed = down.iter().chain(&lost).chain(&turned).collect::<BTreeSet<_>>().len();
        if let Some(first) = turned.first().filter(|_| !endures_byzantine) {
            let begun = when(world, at);
            let why = format!(
                "it withstands no Byzantine validator, and {begun} validator-{first} was one"
            );
            return Some(Failed { since: at, why });
        }
        if failed as u32 > most {
            let begun = when(world, at);
            let why =
                format!("it withstands {most} failed validators, and {begun} {failed} had failed");
            return Some(Failed { since: at, why });
        }
    }
    None
}

/// When validators went down or stopped and when they were back, by the script and by people.
fn outages(world: &World, measurement: &Measurement) -> Vec<(VirtualTime, ProcessId, Order)> {
    let by_people = measurement.operated.iter().filter_map(|(at, process, change)| {
        let order = match change {
            HostChange::Crashed => Order::Crash { state_lost: false },
            HostChange::Restarted | HostChange::RestartedEmpty => Order::Restart,
            HostChange::Resumed => Order::Resume,
            _ => return None,
        };
        Some((*at, ProcessId(*process), order))
    });
    let by_script = validators(world).map(|(at, process, order)| (at, process, order.clone()));
    let mut all: Vec<_> = by_script.chain(by_people).collect();
    all.sort_by_key(|(at, ..)| *at);
    all
}

/// Somebody was out of reach for too long. Stretches that overlap count as one, whoever it was.
fn absence(world: &World, measurement: &Measurement, bound: Span) -> Option<Failed> {
    let mut stretches: Vec<(VirtualTime, VirtualTime)> = closed_links(world).collect();
    stretches.extend(halts(world, measurement));
    stretches.sort_unstable();
    let mut joined: Vec<(VirtualTime, VirtualTime)> = Vec::new();
    for (from, until) in stretches {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    let (from, until) = joined.into_iter().find(|(from, until)| until.since(*from) > bound)?;
    let (at, long) = (when(world, from), about(until.since(from)));
    let why =
        format!("it assumes that nobody is out of reach for more than {bound}; {at} it was {long}");
    Some(Failed { since: from + bound, why })
}

/// When links let nothing through, or next to nothing: a stream that loses a tenth of what it
/// carries stands still most of the time, as each loss has all that follows wait for longer. A
/// stream that met a partition stands still until it tries again.
fn closed_links(world: &World) -> impl Iterator<Item = (VirtualTime, VirtualTime)> + '_ {
    let topology = &world.topology;
    let is_stream = topology.transport == Transport::Stream;
    let open_again = move |rule: &FaultRule, window: &Window| match window.effect {
        LinkEffect::Partition if is_stream => {
            Some(topology.resumed(window.from, rule.over(window.from)))
        }
        LinkEffect::Partition | LinkEffect::Clog => Some(window.until),
        LinkEffect::Loss { share, .. } if is_stream && share >= 0.1 => Some(window.until),
        LinkEffect::Loss { .. }
        | LinkEffect::Delay { .. }
        | LinkEffect::Reorder { .. }
        | LinkEffect::Duplicate(_)
        | LinkEffect::Bandwidth(_) => None,
    };
    let windows =
        topology.rules.iter().flat_map(|rule| rule.windows.iter().map(move |w| (rule, w)));
    windows.filter_map(move |(rule, window)| {
        let until = open_again(rule, window)?;
        Some((window.from, until.min(world.end)))
    })
}

/// When validators were down or stalled.
fn halts(world: &World, measurement: &Measurement) -> Vec<(VirtualTime, VirtualTime)> {
    let (mut halted, mut stretches) = (BTreeMap::new(), Vec::new());
    for (at, process, order) in outages(world, measurement) {
        match order {
            Order::Crash { .. } | Order::Stall => {
                halted.entry(process).or_insert(at);
            }
            Order::Restart | Order::Resume => {
                stretches.extend(halted.remove(&process).map(|from| (from, at)));
            }
            Order::Start
            | Order::Slow(_)
            | Order::Part(..)
            | Order::Skew(_)
            | Order::Steer(_)
            | Order::SetClock
            | Order::Limit(_)
            | Order::Drift(_)
            | Order::Misbehave(_)
            | Order::Behave
            | Order::Interpret(_)
            | Order::Upstream(_)
            | Order::RollBack(_)
            | Order::Misreport(_)
            | Order::Mend
            | Order::Lead(_)
            | Order::Throttle(_)
            | Order::Close => {}
        }
    }
    stretches.extend(halted.into_values().map(|from| (from, world.end)));
    stretches
}

/// Messages disappeared or overtook though the strategy needs links that do not do that.
fn transport(world: &World, measurement: &Measurement, need: TransportNeed) -> Option<Failed> {
    if need == TransportNeed::Datagram || world.topology.transport == Transport::Stream {
        return None;
    }
    if need == TransportNeed::Stream {
        let why = "it needs streams, and links carry datagrams from the start".to_owned();
        return Some(Failed { since: VirtualTime::ZERO, why });
    }
    let fated = |fault, kind| measurement.fated(fault, kind);
    let gone = |fault| fated(fault, FateKind::Lost) + fated(fault, FateKind::Blocked);
    let losing = world.faults.iter().filter(|span| gone(span.fault) > 0);
    let always = world.topology.rules.iter().any(|rule| rule.fault == Control::OF_THE_RUN);
    let since = if always { Some(VirtualTime::ZERO) } else { losing.map(|span| span.from).min() };
    let faults: BTreeSet<usize> = world.faults.iter().map(|span| span.fault).collect();
    let lost: u64 = faults.into_iter().map(gone).sum();
    let why = format!("it needs links that lose nothing; {lost} datagrams were lost");
    Some(Failed { since: since?, why })
}

/// Clocks were further apart than is assumed.
fn clocks(world: &World, bound: Span) -> Option<Failed> {
    let since = clocks::parted(world.controls(), world.end, bound)?;
    let at = when(world, since);
    Some(Failed { since, why: format!("it assumes clocks within {bound}, and {at} they were not") })
}
