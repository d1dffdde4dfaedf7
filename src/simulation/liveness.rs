//! Whether what was held up came through once all was well again.

use super::World;
use super::guarantee::{Standing, backlog, failed_assumption, told};
use crate::kernel::{Span, VirtualTime};
use crate::measure::Measurement;
use crate::network::Topology;
use crate::scenario::model::{Effect, Scenario};

/// When faults and load have ended for good: misdeeds within what is withstood may go on.
pub(super) fn calm_from(scenario: &Scenario, end: VirtualTime) -> VirtualTime {
    let load_ends = VirtualTime::ZERO + scenario.warmup + scenario.duration;
    over(scenario, end).map_or(load_ends, |(_, until)| until.max(load_ends))
}

/// How long faults went on, misdeeds left out.
pub(super) fn trouble(scenario: &Scenario, end: VirtualTime) -> Span {
    over(scenario, end).map_or(Span::ZERO, |(from, until)| until.since(from))
}

/// From the first fault's beginning to the last one's end, misdeeds left out. A pause that runs
/// when a clock is set back lasts longer by as much, and trouble does: until the clock shows again
/// what it has shown.
fn over(scenario: &Scenario, end: VirtualTime) -> Option<(VirtualTime, VirtualTime)> {
    let begin = VirtualTime::ZERO + scenario.warmup;
    let is_misdeed = |effect: &Effect| matches!(effect, Effect::Byzantine(_));
    let faults = scenario.faults.iter().filter(|fault| !fault.effects.iter().all(is_misdeed));
    let windows = faults.map(|fault| {
        let (first, last) = (fault.starts.iter().min(), fault.starts.iter().max());
        let until = last.zip(fault.length).map_or(end, |(last, length)| begin + *last + length);
        let set_back = fault.effects.iter().map(set_back).max().unwrap_or(Span::ZERO);
        (first.map_or(begin, |first| begin + *first), until + set_back)
    });
    windows.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
}

/// By how much a clock is set back, when this begins or when it ends.
fn set_back(effect: &Effect) -> Span {
    let Effect::Skew(nanos) = effect else { return Span::ZERO };
    Span::from_nanos(nanos.unsigned_abs())
}

/// How the strategy's liveness fared; `None` if it states none, or there was no time to see it.
pub(super) fn judge(
    world: &World,
    measurement: &Measurement,
    slowest: Option<Span>,
) -> Option<Standing> {
    let stated = world.liveness?;
    if world.calm_from + stated.within > world.end {
        return None;
    }
    let seen = &measurement.order.unsettled;
    let count = seen.count;
    let first = told(world, seen.first.as_deref().unwrap_or_default());
    let late = longest_delay(&world.topology);
    let why = failed_assumption(world, measurement, slowest).or_else(|| {
        let delta = stated.delta;
        (late > delta).then(|| format!("it takes messages within {delta}; a link takes {late}"))
    });
    let why = why.or_else(|| too_long(stated.trouble?, world.trouble));
    let why = why.or_else(|| backlog(measurement));
    Some(match (count, why) {
        (0, _) => Standing::Held,
        (_, Some(why)) => Standing::NotOwed { why, first, count },
        (_, None) => {
            let calm = world.end.since(world.calm_from);
            Standing::Broken { first: format!("{first}, {calm} after all was well"), count }
        }
    })
}

fn too_long(most: Span, trouble: Span) -> Option<String> {
    (trouble > most).then(|| format!("it says so of trouble of up to {most}; this took {trouble}"))
}

/// Of the links between regions that somebody lives in, without faults.
fn longest_delay(topology: &Topology) -> Span {
    let lived_in = |region: &usize| topology.region_of.contains(&(*region as u16));
    let regions: Vec<usize> = (0..topology.one_way.len()).filter(lived_in).collect();
    let links = regions.iter().flat_map(|from| regions.iter().map(move |to| (*from, *to)));
    let delays = links.map(|(from, to)| topology.one_way[from][to].scaled(1.0 + topology.jitter));
    delays.max().unwrap_or(Span::ZERO)
}
