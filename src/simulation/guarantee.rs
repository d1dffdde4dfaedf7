//! Whether a strategy kept what it owes: each guarantee is held, broken, or not owed because an
//! assumption failed.

mod clocks;
mod reads;
mod words;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::World;
use crate::attestation::Naming;
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::measure::{Event, Measurement, OrderObservations, Violations};
use crate::network::{Control, FaultRule, LinkEffect, Order, Transport};
use crate::ordering::{FaultModel, Property, TransportNeed};
use crate::trace::{FateKind, HostChange};

pub(in crate::simulation) use words::told;

/// How one guarantee fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuaranteeVerdict {
    /// What was owed.
    pub property: Property,
    /// Whether it was kept.
    pub standing: Standing,
}

/// Whether a guarantee was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing violates it.
    Held,
    /// Something violates it, and every assumption held.
    Broken {
        /// The first violation in words.
        first: String,
        /// How many there are.
        count: u64,
    },
    /// Something violates it, but an assumption had failed.
    NotOwed {
        /// Which, and when.
        why: String,
        /// The first violation in words.
        first: String,
        /// How many there are.
        count: u64,
    },
}

/// Judges every guarantee that the strategy of `world` owes; of reads where somebody reads so.
pub fn judge(
    world: &World,
    measurement: &Measurement,
    slowest: Option<Span>,
) -> Vec<GuaranteeVerdict> {
    let failed = failed_assumption(world, measurement, slowest);
    let owed = world.guarantees.owed.iter();
    let verdicts = owed.filter(|property| is_called_in(**property, measurement)).map(|property| {
        let (count, first) = violations(*property, &measurement.order);
        let first = told(world, &first);
        let standing = match (count, &failed) {
            (0, _) => unless_late(*property, world, measurement),
            (_, Some(why)) => Standing::NotOwed { why: why.clone(), first, count },
            (_, None) => match excuse(*property, world, measurement) {
                Some(why) => Standing::NotOwed { why, first, count },
                None => Standing::Broken { first, count },
            },
        };
        GuaranteeVerdict { property: *property, standing }
    });
    verdicts.collect()
}

/// Whether there is anybody to keep it to: what readers are told is owed to those who ask so.
const fn is_called_in(property: Property, measurement: &Measurement) -> bool {
    let setting = &measurement.setting;
    match property {
        Property::MonotonicReads => !setting.lone_readers.is_empty(),
        Property::RegularReads => !setting.quorum_readers.is_empty(),
        _ => true,
    }
}

/// Why this property alone is not owed, in words.
fn excuse(property: Property, world: &World, measurement: &Measurement) -> Option<String> {
    match property {
        Property::Convergence if rules_differ(world) => {
            Some("validators judged by rules of different versions".to_owned())
        }
        Property::Convergence => misnamed(world, measurement),
        Property::Agreement => misled(world, measurement),
        Property::MonotonicReads => reads::of_one(world),
        Property::RegularReads => {
            reads::of_a_quorum(world).or_else(|| misnamed(world, measurement))
        }
        _ => None,
    }
}

/// In words: operators gave the lead to a validator that had lost its state, and nobody else has
/// it. Whom they give it to is theirs to know: what waits there is late.
fn misled(world: &World, measurement: &Measurement) -> Option<String> {
    let leader = measurement.night.last_lead()?;
    let is_lost = |order: &Order| matches!(order, Order::Crash { state_lost: true });
    let lost = validators(world).any(|(_, who, order)| who.0 == leader && is_lost(order));
    lost.then(|| format!("the lead was given to validator-{leader}, which had lost its state"))
}

/// In words: who named something meant another statement, or what has another name somewhere.
/// Registries that give names do so in the order in which they apply.
fn misnamed(world: &World, measurement: &Measurement) -> Option<String> {
    let (event, named) = match world.naming {
        Naming::Content => return None,
        Naming::Number => (Event::Mislinked, "by its number another statement than was meant"),
        Naming::Inclusion { .. } => (Event::Orphans, "a uid that some validator never gave"),
    };
    let count = measurement.phases[0].count(event);
    (count > 0).then(|| format!("{count} named {named}"))
}

/// Who judges by other rules accepts something else, whatever the order.
fn rules_differ(world: &World) -> bool {
    let differs = |order: &Order| matches!(order, Order::Interpret(_) | Order::Upstream(_));
    validators(world).any(|(_, _, order)| differs(order))
}

/// Agreement is for the end of all work: where validators still had much of it, what is lacking
/// there is late, and nobody knows whether it is lost.
fn unless_late(property: Property, world: &World, measurement: &Measurement) -> Standing {
    let late = &measurement.order.late;
    match (property, &late.first, backlog(measurement)) {
        (Property::Agreement, Some(first), Some(why)) => {
            Standing::NotOwed { why, first: told(world, first), count: late.count }
        }
        _ => Standing::Held,
    }
}

/// In words: who had much work before him when the run ended.
pub(super) fn backlog(measurement: &Measurement) -> Option<String> {
    let backlogs = &measurement.backlogs;
    let most = backlogs.iter().max_by_key(|one| (one.left, Reverse(one.validator)))?;
    let others = match backlogs.len() - 1 {
        0 => String::new(),
        1 => ", and 1 more had some".to_owned(),
        others => format!(", and {others} more had some"),
    };
    let left = format!("{:.1} s of work left at the end", most.left.as_secs_f64());
    Some(format!("validator-{} had {left}{others}", most.validator))
}

/// What violates a property: how often, and the first in words.
fn violations(property: Property, seen: &OrderObservations) -> (u64, String) {
    let kinds: &[&Violations] = match property {
        Property::Integrity => &[&seen.invented, &seen.forged_accepted],
        Property::NoDuplication => &[&seen.duplicate_deliveries],
        Property::PerAttesterOrder => &[&seen.fifo_violations],
        Property::CausalOrder => &[&seen.causal_violations],
        Property::Consistency => &[&seen.equivocation],
        Property::PerSubjectOrder => &[&seen.subject_violations],
        Property::TotalOrder => &[&seen.prefix_violations],
        Property::OrderFairness(_) => &[&seen.order_unfair],
        Property::Agreement => &[&seen.undelivered],
        Property::Convergence => &[&seen.unequal_verdicts],
        Property::Finality => &[&seen.final_retracted],
        Property::Durability => &[&seen.lost_after_ack],
        Property::MonotonicReads => &[&seen.reads_backward],
        Property::RegularReads => &[&seen.reads_behind],
    };
    let count = kinds.iter().map(|kind| kind.count).sum();
    let first = kinds.iter().find_map(|kind| kind.first.clone());
    (count, first.unwrap_or_default())
}

/// The first assumption, in the order of their listing, that did not hold, in words.
pub(super) fn failed_assumption(
    world: &World,
    measurement: &Measurement,
    slowest: Option<Span>,
) -> Option<String> {
    let assumed = &world.guarantees.assumptions;
    faults(world, measurement, assumed.faults)
        .or_else(|| transport(world, measurement, assumed.transport))
        .or_else(|| {
            let (bound, slowest) = (assumed.delay_bound?, slowest?);
            (slowest > bound).then(|| format!("it assumes delays below {bound}; one was {slowest}"))
        })
        .or_else(|| clocks(world, assumed.clock_bound?))
        .or_else(|| absence(world, measurement, assumed.absence_bound?))
}

/// More validators failed than are withstood.
fn faults(world: &World, measurement: &Measurement, withstood: FaultModel) -> Option<String> {
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
            let at = when(world, at);
            return Some(format!(
                "it withstands no Byzantine validator, and {at} validator-{first} was one"
            ));
        }
        if failed as u32 > most {
            let at = when(world, at);
            return Some(format!(
                "it withstands {most} failed validators, and {at} {failed} had failed"
            ));
        }
    }
    None
}

/// What validators are told to do, in order.
fn validators(world: &World) -> impl Iterator<Item = (VirtualTime, ProcessId, &Order)> {
    world.orders().filter(|(_, process, _)| process.0 < world.committee.size())
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
fn absence(world: &World, measurement: &Measurement, bound: Span) -> Option<String> {
    let mut stretches: Vec<(VirtualTime, VirtualTime)> = closed_links(world).collect();
    stretches.extend(halts(world, measurement));
    stretches.sort_unstable();
    let mut longest = (VirtualTime::ZERO, VirtualTime::ZERO);
    let mut current = longest;
    for (from, until) in stretches {
        current = if from <= current.1 { (current.0, current.1.max(until)) } else { (from, until) };
        longest = if length(current) > length(longest) { current } else { longest };
    }
    (length(longest) > bound).then(|| {
        let (at, long) = (when(world, longest.0), length(longest));
        format!("it assumes that nobody is out of reach for more than {bound}; {at} it was {long}")
    })
}

fn length((from, until): (VirtualTime, VirtualTime)) -> Span {
    until.since(from)
}

/// When links let nothing through, or next to nothing: a stream that loses a tenth of what it
/// carries stands still most of the time, as each loss has all that follows wait for longer.
fn closed_links(world: &World) -> impl Iterator<Item = (VirtualTime, VirtualTime)> + '_ {
    let is_stream = world.topology.transport == Transport::Stream;
    let is_closed = move |effect| match effect {
        LinkEffect::Partition | LinkEffect::Clog => true,
        LinkEffect::Loss { share, .. } => is_stream && share >= 0.1,
        LinkEffect::Delay { .. }
        | LinkEffect::Reorder { .. }
        | LinkEffect::Duplicate(_)
        | LinkEffect::Bandwidth(_) => false,
    };
    let windows = world.topology.rules.iter().flat_map(|rule| &rule.windows);
    let closed = windows.filter(move |window| is_closed(window.effect));
    closed.map(|window| (window.from, window.until.min(world.end)))
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
fn transport(world: &World, measurement: &Measurement, need: TransportNeed) -> Option<String> {
    let is_datagram = world.topology.transport == Transport::Datagram;
    let faults: BTreeSet<usize> = world.faults.iter().map(|span| span.fault).collect();
    let gone: u64 = faults
        .into_iter()
        .map(|fault| {
            let fated = |kind| measurement.fated(fault, kind);
            fated(FateKind::Lost) + fated(FateKind::Blocked)
        })
        .sum();
    let always = |rule: &FaultRule| rule.fault == Control::OF_THE_RUN;
    let base_loss = world.topology.rules.iter().any(always);
    match need {
        TransportNeed::Datagram => None,
        TransportNeed::Stream if is_datagram => {
            Some("it needs streams, and links carry datagrams from the start".to_owned())
        }
        TransportNeed::Reliable | TransportNeed::Stream
            if is_datagram && (gone > 0 || base_loss) =>
        {
            Some(format!("it needs links that lose nothing; {gone} datagrams were lost"))
        }
        TransportNeed::Reliable | TransportNeed::Stream => None,
    }
}

/// Clocks were further apart than is assumed.
fn clocks(world: &World, bound: Span) -> Option<String> {
    let at = clocks::parted(world.controls(), world.end, bound)?;
    Some(format!("it assumes clocks within {bound}, and {} they were not", when(world, at)))
}

/// An instant as seconds of what is measured.
fn when(world: &World, at: VirtualTime) -> String {
    format!("{} after the start", at.since(world.begin))
}

#[cfg(test)]
mod tests;
