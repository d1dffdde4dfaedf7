//! Whether what was held up came through once all was well again.

use super::World;
use super::guarantee::{Failed, Standing, backlog, failed, told};
use super::slowest::Slow;
use crate::kernel::{Span, VirtualTime};
use crate::measure::Measurement;
use crate::ordering::Liveness;
use crate::scenario::model::{Effect, Scenario};

/// From the first fault's beginning to the last one's end: misdeeds within what is withstood may go
/// on.
#[derive(Clone, Copy)]
pub(super) struct Trouble(Option<(VirtualTime, VirtualTime)>);

impl Trouble {
    /// When faults and load have ended for good.
    pub(super) fn calm_from(self, scenario: &Scenario) -> VirtualTime {
        let load_ends = VirtualTime::ZERO + scenario.warmup + scenario.duration;
        self.0.map_or(load_ends, |(_, until)| until.max(load_ends))
    }

    /// How long faults went on.
    pub(super) fn length(self) -> Span {
        self.0.map_or(Span::ZERO, |(from, until)| until.since(from))
    }
}

/// The trouble of a run that ends at `end`. If the strategy reads its clock, a pause that runs when
/// the clock is set back lasts longer by as much, and trouble does: until the clock shows again
/// what it has shown.
pub(super) fn trouble(scenario: &Scenario, end: VirtualTime, reads_clock: bool) -> Trouble {
    let begin = VirtualTime::ZERO + scenario.warmup;
    let is_misdeed = |effect: &Effect| matches!(effect, Effect::Byzantine(_));
    let faults = scenario.faults.iter().filter(|fault| !fault.effects.iter().all(is_misdeed));
    let windows = faults.map(|fault| {
        let (first, last) = (fault.starts.iter().min(), fault.starts.iter().max());
        let until = last.zip(fault.length).map_or(end, |(last, length)| begin + *last + length);
        let set_back = fault.effects.iter().map(set_back).max().filter(|_| reads_clock);
        let until = until + set_back.unwrap_or(Span::ZERO);
        (first.map_or(begin, |first| begin + *first), until)
    });
    Trouble(windows.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))))
}

/// By how much a clock is set back, when this begins or when it ends.
fn set_back(effect: &Effect) -> Span {
    let Effect::Skew(nanos) = effect else { return Span::ZERO };
    Span::from_nanos(nanos.unsigned_abs())
}

/// How the strategy's liveness fared; `None` if it states none, or there was no time to see it.
/// Where what it rests on has failed it is not owed, however long one waits.
pub(super) fn judge(
    world: &World,
    measurement: &Measurement,
    slowest: Option<Slow>,
) -> Option<Standing> {
    let stated = world.liveness?;
    let seen = &measurement.order.unsettled;
    let has_time = world.calm_from + stated.within <= world.end;
    let Some(first) = &seen.first else { return has_time.then_some(Standing::Held) };
    let (first, count) = (told(world, &first.words), seen.count);
    let gone = failed(world, measurement, slowest).into_iter().next();
    if let Some(Failed { why, .. }) = gone {
        return Some(Standing::NotOwed { why, first, count });
    }
    if !has_time {
        return None;
    }
    Some(match untimely(world, &stated).or_else(|| backlog(measurement)) {
        Some(why) => Standing::NotOwed { why, first, count },
        None => {
            let calm = world.end.since(world.calm_from);
            Standing::Broken { first: format!("{first}, {calm} after all was well"), count }
        }
    })
}

/// In words: links are slower, or trouble was longer, than it is stated for.
fn untimely(world: &World, stated: &Liveness) -> Option<String> {
    let (late, delta) = (world.topology.longest_delay(), stated.delta);
    if late > delta {
        return Some(format!("it takes messages within {delta}; a link takes {late}"));
    }
    too_long(stated.trouble?, world.trouble)
}

fn too_long(most: Span, trouble: Span) -> Option<String> {
    (trouble > most).then(|| format!("it says so of trouble of up to {most}; this took {trouble}"))
}
