//! Whether a strategy kept what it owes: each guarantee is held, broken, or not owed because an
//! assumption failed.

mod assumptions;
mod clocks;
mod reads;
mod words;

use std::cmp::Reverse;

use super::World;
use super::slowest::Slow;
use crate::attestation::Naming;
use crate::kernel::{ProcessId, VirtualTime};
use crate::measure::{Event, First, Measurement, OrderObservations, Violations};
use crate::network::Order;
use crate::ordering::Property;

pub(in crate::simulation) use assumptions::{Failed, failed};
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
    slowest: Option<Slow>,
) -> Vec<GuaranteeVerdict> {
    let failed = failed(world, measurement, slowest);
    let owed = world.guarantees.owed.iter();
    let verdicts = owed.filter(|property| is_called_in(**property, measurement)).map(|property| {
        let standing = match violations(*property, &measurement.order) {
            (_, None) => unless_late(*property, world, measurement, &failed),
            (count, Some(First { at, words })) => {
                let first = told(world, words);
                // What went wrong while all that it rests on was so is no consequence of that.
                let gone = failed.iter().find(|failed| failed.since <= *at);
                let why = gone.map(|gone| gone.why.clone());
                match why.or_else(|| excuse(*property, world, measurement, *at)) {
                    Some(why) => Standing::NotOwed { why, first, count },
                    None => Standing::Broken { first, count },
                }
            }
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

/// Why this property alone was not owed at that time, in words.
fn excuse(
    property: Property,
    world: &World,
    measurement: &Measurement,
    at: VirtualTime,
) -> Option<String> {
    let by_then = |failed: Failed| (failed.since <= at).then_some(failed.why);
    match property {
        Property::Convergence if rules_differ(world) => {
            Some("validators judged by rules of different versions".to_owned())
        }
        Property::Convergence => misnamed(world, measurement),
        Property::Agreement => misled(world, measurement),
        Property::MonotonicReads => reads::of_one(world).and_then(by_then),
        Property::RegularReads => {
            let astray = reads::of_a_quorum(world).and_then(by_then);
            astray.or_else(|| misnamed(world, measurement))
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

/// Agreement is for the end of all work: where validators still had much of it, or Byzantine ones
/// kept it from them, what is lacking there is late, and nobody knows whether it is lost.
fn unless_late(
    property: Property,
    world: &World,
    measurement: &Measurement,
    failed: &[Failed],
) -> Standing {
    let late = &measurement.order.late;
    match &late.first {
        Some(first) if property == Property::Agreement => {
            let gone = || failed.first().map(|failed| failed.why.clone());
            let why = backlog(measurement).or_else(gone).unwrap_or_else(|| kept_back(world));
            Standing::NotOwed { why, first: told(world, &first.words), count: late.count }
        }
        _ => Standing::Held,
    }
}

/// In words: the run ended before what a correct validator delivered had to be everywhere.
fn kept_back(world: &World) -> String {
    let spread = world.spread;
    format!(
        "the run ended less than {spread} after a correct validator had it, and a Byzantine one \
         may keep it from others for so long"
    )
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

/// What violates a property: how often, and the first.
fn violations(property: Property, seen: &OrderObservations) -> (u64, Option<&First>) {
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
    let firsts = kinds.iter().filter_map(|kind| kind.first.as_ref());
    (count, firsts.min_by_key(|first| first.at))
}

/// What validators are told to do, in order.
fn validators(world: &World) -> impl Iterator<Item = (VirtualTime, ProcessId, &Order)> {
    world.orders().filter(|(_, process, _)| process.0 < world.committee.size())
}

/// An instant as seconds of what is measured.
fn when(world: &World, at: VirtualTime) -> String {
    format!("{} after the start", at.since(world.begin))
}

#[cfg(test)]
mod tests;
