//! Whether what was held up came through once all was well again.

use super::World;
use super::guarantee::{Standing, backlog, failed_assumption};
use crate::kernel::{Span, VirtualTime};
use crate::measure::Measurement;
use crate::network::Topology;
use crate::scenario::model::{Effect, Scenario};

/// When faults and load have ended for good: misdeeds within what is withstood may go on.
pub(super) fn calm_from(scenario: &Scenario, end: VirtualTime) -> VirtualTime {
    let begin = VirtualTime::ZERO + scenario.warmup;
    let is_misdeed = |effect: &Effect| matches!(effect, Effect::Byzantine(_));
    let over = scenario.faults.iter().filter(|fault| !fault.effects.iter().all(is_misdeed));
    let ends = over.flat_map(|fault| {
        let last = |length| move |start: &Span| begin + *start + length;
        let ends = fault.length.map(|length| fault.starts.iter().map(last(length)).max());
        [ends.flatten().unwrap_or(end)]
    });
    ends.chain([begin + scenario.duration]).max().unwrap_or(end)
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
    let (count, first) = (seen.count, seen.first.clone().unwrap_or_default());
    let late = longest_delay(&world.topology);
    let why = failed_assumption(world, measurement, slowest).or_else(|| {
        let delta = stated.delta;
        (late > delta).then(|| format!("it takes messages within {delta}; a link takes {late}"))
    });
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

/// Of the links between regions that somebody lives in, without faults.
fn longest_delay(topology: &Topology) -> Span {
    let lived_in = |region: &usize| topology.region_of.contains(&(*region as u16));
    let regions: Vec<usize> = (0..topology.one_way.len()).filter(lived_in).collect();
    let links = regions.iter().flat_map(|from| regions.iter().map(move |to| (*from, *to)));
    let delays = links.map(|(from, to)| topology.one_way[from][to].scaled(1.0 + topology.jitter));
    delays.max().unwrap_or(Span::ZERO)
}
