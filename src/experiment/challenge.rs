//! How far a verdict carries: each assumption of a scenario moved alone, and every strategy's own
//! parameters searched.

use super::compare::Comparison;
use super::reach::Reach;
use crate::kernel::Span;
use crate::scenario::model::{Arrivals, Scenario};
use crate::scenario::{rate_range, scale, strengths};

/// A verdict, and what becomes of it.
pub struct Challenge {
    /// As things are.
    pub base: Comparison,
    /// With one assumption moved.
    pub moved: Vec<(Change, Comparison)>,
    /// With each strategy's parameters as its `tuning` found them on other seeds; `None` if no
    /// strategy here has any.
    pub tuned: Option<Comparison>,
    /// How far each assumption can be moved before a threshold is missed.
    pub reaches: Vec<Reach>,
}

/// One assumption, moved.
#[derive(Clone, Debug)]
pub struct Change {
    /// The path of what is moved, as `--set` and tables spell it.
    pub assumption: String,
    /// What it was: a value, or a range if it climbs.
    pub from: String,
    /// What it becomes: a value, or `x0.5` of a range.
    pub to: String,
    /// Moves it.
    move_it: Move,
    /// How much harder it becomes.
    factor: f64,
}

/// What is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    /// One number of an effect of a fault.
    Fault { fault: usize, effect: usize, path: &'static str },
    /// Every delay of the table but that inside a region.
    Delays,
    /// Every rate of this load group.
    Rate(usize),
    /// The gap between the parts of this group's chains.
    Gap(usize),
    /// Every cost of a signature and its statement.
    Costs,
    /// The number of validators.
    Validators,
}

/// Each assumption of `scenario`, moved down and up, or up alone; what cannot be moved there is
/// left out.
pub fn changes(scenario: &Scenario) -> Vec<Change> {
    let mut changes = Vec::new();
    for (at, fault) in scenario.faults.iter().enumerate() {
        changes.extend(of_fault(scenario, at).into_iter().flat_map(|(path, move_it)| {
            let assumption = format!("fault.{}.{path}", fault.name);
            [0.5, 2.0].map(|factor| Change::new(&assumption, move_it, factor, scenario))
        }));
    }
    let mut add = |assumption: &str, move_it, factors: &[f64]| {
        let moved = factors.iter().map(|by| Change::new(assumption, move_it, *by, scenario));
        changes.extend(moved);
    };
    add("network.delays", Move::Delays, &[0.8, 1.25]);
    for (at, group) in scenario.load.iter().enumerate() {
        let name = format!("load.{}", group.name);
        if matches!(group.arrivals, Arrivals::Open { .. }) {
            add(&format!("{name}.rate"), Move::Rate(at), &[0.5, 2.0]);
        }
        if group.chain.is_some() {
            add(&format!("{name}.chain.gap"), Move::Gap(at), &[0.5, 2.0]);
        }
    }
    add("costs (sign, verify, apply)", Move::Costs, &[2.0]);
    if scenario.faults.iter().all(|fault| !fault.on.text.contains("validator-")) {
        add("validators.count", Move::Validators, &[2.0]);
    }
    changes.into_iter().filter(|change| change.to != change.from).collect()
}

/// Every number of a fault, with its path below the fault.
fn of_fault(scenario: &Scenario, fault: usize) -> Vec<(&'static str, Move)> {
    let effects = scenario.faults[fault].effects.iter().enumerate();
    let numbers = effects.flat_map(|(effect, known)| {
        let paths = strengths(known).into_iter().map(|strength| strength.path);
        paths.map(move |path| (path, Move::Fault { fault, effect, path }))
    });
    numbers.collect()
}

impl Change {
    fn new(assumption: &str, move_it: Move, factor: f64, scenario: &Scenario) -> Self {
        let mut change = Self {
            assumption: assumption.to_owned(),
            from: move_it.spelt(scenario),
            to: String::new(),
            move_it,
            factor,
        };
        let moved = move_it.spelt(&change.apply(scenario));
        change.to = match (move_it.is_range(scenario), change.goes_all_the_way(scenario)) {
            (true, true) => format!("x{}", change.times(factor)),
            // What a limit stops short of the factor is said as it is.
            (true, false) if moved != change.from => {
                format!("..{}", moved.rsplit("..").next().unwrap_or_default())
            }
            _ => moved,
        };
        change
    }

    fn goes_all_the_way(&self, scenario: &Scenario) -> bool {
        let Move::Fault { fault, effect, path } = self.move_it else { return true };
        let mut effect = scenario.faults[fault].effects[effect].clone();
        scale(&mut effect, path, self.times(self.factor))
    }

    /// So many times the number it is if it becomes so much harder: of a bandwidth, less.
    pub fn times(&self, factor: f64) -> f64 {
        match self.move_it {
            Move::Fault { path: "bandwidth", .. } => (100.0 / factor).round() / 100.0,
            _ => factor,
        }
    }

    /// The scenario with this assumption moved, all others as they were.
    pub fn apply(&self, scenario: &Scenario) -> Scenario {
        self.moved(scenario, self.factor)
    }

    /// The scenario with this assumption so many times as hard.
    pub fn moved(&self, scenario: &Scenario, factor: f64) -> Scenario {
        let mut moved = scenario.clone();
        match self.move_it {
            Move::Fault { fault, effect, path } => {
                let fault = moved.faults.get_mut(fault);
                if let Some(effect) = fault.and_then(|fault| fault.effects.get_mut(effect)) {
                    scale(effect, path, self.times(factor));
                }
            }
            Move::Delays => {
                let rows = moved.network.delays.one_way.iter_mut().enumerate();
                rows.flat_map(|(from, row)| {
                    row.iter_mut().enumerate().filter(move |(to, _)| *to != from)
                })
                .for_each(|(_, delay)| *delay = delay.scaled(factor));
            }
            Move::Rate(at) => {
                let arrivals = moved.load.get_mut(at).map(|group| &mut group.arrivals);
                if let Some(Arrivals::Open { stages, .. }) = arrivals {
                    for stage in stages {
                        stage.from *= factor;
                        stage.to *= factor;
                    }
                }
            }
            Move::Gap(at) => {
                let chain = moved.load.get_mut(at).and_then(|group| group.chain.as_mut());
                chain.into_iter().for_each(|chain| chain.gap = chain.gap.scaled(factor));
            }
            Move::Costs => {
                let costs = &mut moved.costs;
                for cost in [&mut costs.sign, &mut costs.verify, &mut costs.apply] {
                    *cost = cost.scaled(factor);
                }
            }
            Move::Validators => {
                let count = f64::from(moved.validators.count) * factor;
                moved.validators.count = (count as u32).min(1_000);
            }
        }
        moved
    }
}

impl Move {
    /// What it moves, as it is in a scenario.
    fn spelt(self, scenario: &Scenario) -> String {
        match self {
            Self::Fault { fault, effect, path } => {
                let all = strengths(&scenario.faults[fault].effects[effect]);
                let found = all.into_iter().find(|strength| strength.path == path);
                found.map_or_else(String::new, |strength| strength.range)
            }
            Self::Delays => scenario.network.delays.name.clone(),
            Self::Rate(at) => match &scenario.load[at].arrivals {
                Arrivals::Open { stages, .. } => rate_range(stages),
                Arrivals::Closed { .. } | Arrivals::Trace(_) => String::new(),
            },
            Self::Gap(at) => scenario.load[at].chain.map_or(Span::ZERO, |c| c.gap).to_string(),
            Self::Costs => {
                let costs = &scenario.costs;
                [costs.sign, costs.verify, costs.apply].map(|cost| cost.to_string()).join(" ")
            }
            Self::Validators => scenario.validators.count.to_string(),
        }
    }

    /// Whether it is several values, so that only a factor can be written for them.
    fn is_range(self, scenario: &Scenario) -> bool {
        match self {
            Self::Delays | Self::Costs => true,
            Self::Fault { .. } | Self::Rate(_) => self.spelt(scenario).contains(".."),
            Self::Gap(_) | Self::Validators => false,
        }
    }
}
