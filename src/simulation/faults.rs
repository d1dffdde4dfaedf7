//! The script of a run: faults as link rules and as orders to hosts.

use std::sync::Arc;

use super::cast::{Cast, LinkSet};
use super::time;
use crate::actors::GOSSIP_PART;
use crate::attestation::Rules;
use crate::flow::Lane;
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::network::{
    Control, FaultRule, LinkEffect, Misdeed, Order, PartOrder, ProcessSet, Reordering, Window,
};
use crate::scenario::model::{Climb, Effect, Fault, ReorderForm, Scenario, Version};

/// What the script does, and when.
#[derive(Debug, Default)]
pub struct Timeline {
    /// What goes wrong on links.
    pub rules: Vec<FaultRule>,
    /// What hosts are told.
    pub orders: Vec<(VirtualTime, ProcessId, Control)>,
    /// When each fault was on.
    pub spans: Vec<FaultSpan>,
}

/// One occurrence of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultSpan {
    /// The fault, by its place in the scenario.
    pub fault: usize,
    /// When it struck.
    pub from: VirtualTime,
    /// When it is over by plan; the end of the run where the plan does not say.
    pub until: VirtualTime,
}

/// One step of one occurrence.
#[derive(Clone, Copy)]
struct Step {
    number: u32,
    from: VirtualTime,
    until: VirtualTime,
}

impl Timeline {
    /// The script of `scenario`, whose run ends at `end`.
    pub fn new(scenario: &Scenario, cast: &Cast<'_>, end: VirtualTime) -> Self {
        let mut timeline = Self::default();
        for (number, fault) in scenario.faults.iter().enumerate() {
            let begin = begin_of(scenario);
            for start in &fault.starts {
                let from = begin + *start;
                let until = fault.length.map_or(VirtualTime::MAX, |length| from + length);
                timeline.spans.push(FaultSpan { fault: number, from, until: until.min(end) });
            }
            // A brake that is not there cannot be pulled: nothing happens, and that is reported.
            let has_brake = scenario.profile.has_brake();
            let effects =
                fault.effects.iter().filter(|effect| has_brake || !matches!(effect, Effect::Pause));
            for effect in effects {
                timeline.add(number, fault, effect, cast, begin);
            }
        }
        timeline.orders.extend(time::steers(scenario, cast, begin_of(scenario)));
        timeline.orders.sort_by_key(|(at, process, _)| (*at, *process));
        timeline
    }

    fn add(
        &mut self,
        number: usize,
        fault: &Fault,
        effect: &Effect,
        cast: &Cast<'_>,
        begin: VirtualTime,
    ) {
        let steps = steps(fault, begin);
        if link_effect(effect, fault.steps, 0).is_some() {
            let windows: Vec<Window> = steps
                .iter()
                .filter_map(|step| {
                    let effect = link_effect(effect, fault.steps, step.number)?;
                    Some(Window { from: step.from, until: step.until, effect })
                })
                .collect();
            for LinkSet { from, to, both } in cast.links(&fault.on, number) {
                let rule = u8::try_from(self.rules.len())
                    .expect("the scenario was checked to have few rules");
                let windows = windows.clone();
                self.rules.push(FaultRule {
                    fault: number as u16,
                    number: rule,
                    windows,
                    from,
                    to,
                    both,
                });
            }
            return;
        }
        let struck = Arc::new(cast.actors(&fault.on, number));
        for (process, lane) in cast.parts(&fault.on, number) {
            for step in &steps {
                self.order(number, (effect, fault.steps), *step, (process, lane, &struck));
            }
        }
    }

    /// Orders at the start and at the end of one step.
    fn order(
        &mut self,
        fault: usize,
        (effect, steps): (&Effect, u32),
        step: Step,
        (process, lane, struck): (ProcessId, Option<Lane>, &Arc<ProcessSet>),
    ) {
        let (begin, end) = match effect {
            Effect::Crash { state_lost } => {
                (Order::Crash { state_lost: *state_lost }, Order::Restart)
            }
            Effect::Stall => (Order::Stall, Order::Resume),
            Effect::Slow(factor) => {
                let pace = pace_at(*factor, steps, step);
                (Order::Slow(pace), Order::Slow(USUAL_PACE))
            }
            Effect::Gossip(factor) => {
                let slow = |pace| Order::Part(GOSSIP_PART, PartOrder::Slow(pace));
                (slow(pace_at(*factor, steps, step)), slow(USUAL_PACE))
            }
            Effect::Skew(nanos) => (Order::Skew(*nanos), Order::Skew(0)),
            Effect::Drift(ppm) => (Order::Drift((ppm * 1_000.0) as i64), Order::Drift(0)),
            Effect::Rules(version) => {
                (Order::Interpret(rules(*version) as u8), Order::Interpret(Rules::Usual as u8))
            }
            Effect::Upstream(lag) => (Order::Upstream(*lag), Order::Upstream(Span::ZERO)),
            Effect::Snapshot(age) => (Order::RollBack(*age), Order::Behave),
            Effect::Misreport(share) => (Order::Misreport(*share), Order::Misreport(0.0)),
            Effect::Pause => {
                (Order::Interpret(Rules::Paused as u8), Order::Interpret(Rules::Usual as u8))
            }
            Effect::Byzantine(behaviour) => {
                let deed = Misdeed { behaviour: *behaviour, accomplices: Arc::clone(struck) };
                (Order::Misbehave(deed), Order::Behave)
            }
            Effect::Delay { .. }
            | Effect::Reorder { .. }
            | Effect::Loss { .. }
            | Effect::Duplicate(_)
            | Effect::Bandwidth(_)
            | Effect::Partition
            | Effect::Clog => return,
        };
        let rule = fault as u16;
        let order = |order| Control { rule, order: narrowed(order, lane) };
        self.orders.push((step.from, process, order(begin)));
        if step.until < VirtualTime::MAX {
            self.orders.push((step.until, process, order(end)));
        }
    }
}

/// When what is measured begins.
fn begin_of(scenario: &Scenario) -> VirtualTime {
    VirtualTime::ZERO + scenario.warmup
}

const fn rules(version: Version) -> Rules {
    match version {
        Version::AcceptsExpired => Rules::AcceptsExpired,
        Version::KnowsNoLinks => Rules::KnowsNoLinks,
        Version::KnowsThreeLocations => Rules::KnowsThreeLocations,
        Version::ReplaysOld => Rules::ReplaysOld,
    }
}

/// The same for one kind of work only.
fn narrowed(order: Order, lane: Option<Lane>) -> Order {
    match (order, lane.map(|lane| lane as u8)) {
        (Order::Stall, Some(part)) => Order::Part(part, PartOrder::Stall),
        (Order::Resume, Some(part)) => Order::Part(part, PartOrder::Resume),
        (Order::Slow(pace), Some(part)) => Order::Part(part, PartOrder::Slow(pace)),
        (order, _) => order,
    }
}

/// All steps of all occurrences, in order.
fn steps(fault: &Fault, begin: VirtualTime) -> Vec<Step> {
    let mut steps = Vec::new();
    for start in &fault.starts {
        let from = begin + *start;
        let Some(length) = fault.length else {
            steps.push(Step { number: 0, from, until: VirtualTime::MAX });
            continue;
        };
        let border = |number: u32| {
            let nanos = u128::from(length.as_nanos()) * u128::from(number);
            from + Span::from_nanos((nanos / u128::from(fault.steps)) as u64)
        };
        for number in 0..fault.steps {
            steps.push(Step { number, from: border(number), until: border(number + 1) });
        }
    }
    steps
}

/// The value of a climb in one of its steps.
fn at_step<T: Copy>(climb: Climb<T>, steps: u32, step: u32, mix: impl Fn(T, T, f64) -> T) -> T {
    match steps {
        0 | 1 => climb.from,
        _ => mix(climb.from, climb.to, f64::from(step) / f64::from(steps - 1)),
    }
}

/// Thousandths of the usual time.
const USUAL_PACE: u64 = 1_000;

fn pace_at(factor: Climb<f64>, steps: u32, step: Step) -> u64 {
    let factor = at_step(factor, steps, step.number, |from, to, x| from + (to - from) * x);
    (factor * USUAL_PACE as f64) as u64
}

/// What an effect does to links in one step; `None` if it does something to actors.
fn link_effect(effect: &Effect, steps: u32, step: u32) -> Option<LinkEffect> {
    let number =
        |climb: Climb<f64>| at_step(climb, steps, step, |from, to, x| from + (to - from) * x);
    let span = |climb: Climb<Span>| {
        at_step(climb, steps, step, |from, to, x| from.scaled(1.0 - x) + to.scaled(x))
    };
    Some(match effect {
        Effect::Delay { add, jitter, spread, correlation } => LinkEffect::Delay {
            add: span(*add),
            jitter: span(*jitter),
            spread: span(*spread),
            correlation: *correlation,
        },
        Effect::Reorder { share, form, gap } => {
            let form = match form {
                ReorderForm::Swap => Reordering::Swap,
                ReorderForm::Jump => Reordering::Jump,
                ReorderForm::Hold => Reordering::Hold,
            };
            LinkEffect::Reorder { share: number(*share), form, gap: *gap }
        }
        Effect::Loss { share, burst } => LinkEffect::Loss { share: number(*share), burst: *burst },
        Effect::Duplicate(share) => LinkEffect::Duplicate(number(*share)),
        Effect::Bandwidth(rate) => LinkEffect::Bandwidth(number(*rate).max(1.0) as u64),
        Effect::Partition => LinkEffect::Partition,
        Effect::Clog => LinkEffect::Clog,
        Effect::Crash { .. }
        | Effect::Stall
        | Effect::Slow(_)
        | Effect::Gossip(_)
        | Effect::Skew(_)
        | Effect::Drift(_)
        | Effect::Rules(_)
        | Effect::Upstream(_)
        | Effect::Snapshot(_)
        | Effect::Misreport(_)
        | Effect::Pause
        | Effect::Byzantine(_) => return None,
    })
}
