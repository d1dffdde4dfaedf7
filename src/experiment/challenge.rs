//! How far a verdict carries: each assumption of a scenario moved alone.

use crate::kernel::Span;
use crate::scenario::model::{Arrivals, Climb, Effect, Scenario};

/// One assumption, moved.
#[derive(Clone, Debug)]
pub struct Change {
    /// The path of what is moved, as `--set` and tables spell it.
    pub assumption: String,
    /// What it was.
    pub from: String,
    /// What it becomes: `x0.5`, `x2`.
    pub to: String,
    /// Moves it.
    move_it: Move,
    factor: f64,
}

/// What is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    /// Every number of this fault.
    Fault(usize),
    /// Every delay of the table but that inside a region.
    Delays,
    /// Every rate of this load group.
    Rate(usize),
    /// The gap between the parts of this group's chains.
    Gap(usize),
    /// Every cost.
    Costs,
    /// The number of validators.
    Validators,
}

/// Each assumption of `scenario`, moved down and up, or up alone.
pub fn changes(scenario: &Scenario) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |assumption: &str, from: String, move_it, factors: &[f64]| {
        changes.extend(factors.iter().map(|factor| Change {
            assumption: assumption.to_owned(),
            from: from.clone(),
            to: format!("x{factor}"),
            move_it,
            factor: *factor,
        }));
    };
    for (at, fault) in scenario.faults.iter().enumerate() {
        if fault.effects.iter().any(has_strength) {
            let kinds = if fault.steps > 1 { "as it climbs" } else { "as it is" };
            add(&format!("fault.{}", fault.name), kinds.to_owned(), Move::Fault(at), &[0.5, 2.0]);
        }
    }
    let delays = scenario.network.delays.name.clone();
    add("network.delays", delays, Move::Delays, &[0.8, 1.25]);
    for (at, group) in scenario.load.iter().enumerate() {
        let name = format!("load.{}", group.name);
        if let Arrivals::Open { stages, .. } = &group.arrivals {
            let most = stages.iter().map(|stage| stage.from.max(stage.to)).fold(0.0, f64::max);
            add(&format!("{name}.rate"), format!("{most}/s"), Move::Rate(at), &[0.5, 2.0]);
        }
        if let Some(chain) = group.chain {
            add(&format!("{name}.chain.gap"), chain.gap.to_string(), Move::Gap(at), &[0.5, 2.0]);
        }
    }
    add("costs (sign, verify, apply)", "as measured".to_owned(), Move::Costs, &[2.0]);
    let count = scenario.validators.count;
    if scenario.faults.iter().all(|fault| !fault.on.text.contains("validator-")) {
        add("validators.count", count.to_string(), Move::Validators, &[2.0]);
    }
    changes
}

impl Change {
    /// The same assumption moved so many times as far.
    #[must_use]
    pub fn at(&self, factor: f64) -> Self {
        Self { to: format!("x{factor}"), factor, ..self.clone() }
    }

    /// The scenario with this assumption moved, all others as they were.
    pub fn apply(&self, scenario: &Scenario) -> Scenario {
        let mut moved = scenario.clone();
        match self.move_it {
            Move::Fault(at) => {
                let effects = moved.faults.get_mut(at).into_iter().flat_map(|f| &mut f.effects);
                effects.for_each(|effect| strengthen(effect, self.factor));
            }
            Move::Delays => {
                let rows = moved.network.delays.one_way.iter_mut().enumerate();
                rows.flat_map(|(from, row)| {
                    row.iter_mut().enumerate().filter(move |(to, _)| *to != from)
                })
                .for_each(|(_, delay)| *delay = delay.scaled(self.factor));
            }
            Move::Rate(at) => {
                let arrivals = moved.load.get_mut(at).map(|group| &mut group.arrivals);
                if let Some(Arrivals::Open { stages, .. }) = arrivals {
                    for stage in stages {
                        stage.from *= self.factor;
                        stage.to *= self.factor;
                    }
                }
            }
            Move::Gap(at) => {
                let chain = moved.load.get_mut(at).and_then(|group| group.chain.as_mut());
                chain.into_iter().for_each(|chain| chain.gap = chain.gap.scaled(self.factor));
            }
            Move::Costs => {
                let costs = &mut moved.costs;
                for cost in [&mut costs.sign, &mut costs.verify, &mut costs.apply] {
                    *cost = cost.scaled(self.factor);
                }
            }
            Move::Validators => {
                let count = f64::from(moved.validators.count) * self.factor;
                moved.validators.count = (count as u32).min(1_000);
            }
        }
        moved
    }
}

/// Whether an effect has a number that can be moved.
fn has_strength(effect: &Effect) -> bool {
    match effect {
        Effect::Delay { .. }
        | Effect::Reorder { .. }
        | Effect::Loss { .. }
        | Effect::Duplicate(_)
        | Effect::Bandwidth(_)
        | Effect::Slow(_)
        | Effect::Gossip(_)
        | Effect::Skew(_)
        | Effect::Drift(_)
        | Effect::Upstream(_)
        | Effect::Snapshot(_)
        | Effect::Misreport(_) => true,
        Effect::Partition
        | Effect::Clog
        | Effect::Crash { .. }
        | Effect::Stall
        | Effect::Rules(_)
        | Effect::Pause
        | Effect::Byzantine(_) => false,
    }
}

/// Makes an effect so many times as strong; shares stay below 1.
fn strengthen(effect: &mut Effect, factor: f64) {
    let spans = |climb: &mut Climb<Span>| {
        (climb.from, climb.to) = (climb.from.scaled(factor), climb.to.scaled(factor));
    };
    let shares = |climb: &mut Climb<f64>| {
        let share = |share: f64| (share * factor).min(0.95);
        (climb.from, climb.to) = (share(climb.from), share(climb.to));
    };
    match effect {
        Effect::Delay { add, jitter, spread, .. } => {
            [add, jitter, spread].into_iter().for_each(spans)
        }
        Effect::Reorder { share, .. } | Effect::Loss { share, .. } | Effect::Duplicate(share) => {
            shares(share);
        }
        // Less gets through, and work takes longer.
        Effect::Bandwidth(rate) => {
            (rate.from, rate.to) = (rate.from / factor, rate.to / factor);
        }
        Effect::Slow(times) | Effect::Gossip(times) => {
            let slow = |times: f64| (times * factor).max(1.0);
            (times.from, times.to) = (slow(times.from), slow(times.to));
        }
        Effect::Skew(nanos) => *nanos = (*nanos as f64 * factor) as i64,
        Effect::Drift(ppm) => *ppm *= factor,
        Effect::Upstream(span) | Effect::Snapshot(span) => *span = span.scaled(factor),
        Effect::Misreport(share) => *share = (*share * factor).min(0.95),
        Effect::Partition
        | Effect::Clog
        | Effect::Crash { .. }
        | Effect::Stall
        | Effect::Rules(_)
        | Effect::Pause
        | Effect::Byzantine(_) => {}
    }
}
