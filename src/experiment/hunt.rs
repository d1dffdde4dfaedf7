//! The hunt: random faults from a seed, safety checked. A run depends on its number alone.
//!
//! Each run draws which kinds of fault it uses at all, then the faults (swarm testing: Groce et
//! al., ISSTA 2012). Most runs stay within what the strategy assumes, so that its guarantees are
//! owed; a fault that goes beyond makes a guarantee not owed, never broken.

use std::sync::Arc;

use super::pool::run_all;
use super::verdict::Word;
use crate::kernel::{Draws, Luck, Purpose, Span};
use crate::measure::NoRows;
use crate::ordering::{Catalogue, Committee, FaultModel, Guarantees, TransportNeed};
use crate::scenario::model::{
    Arrivals, Climb, Crypto, Effect, Fault, LoadGroup, Network, ReorderForm, Scenario, Stage,
    Transport,
};
use crate::scenario::selector::{ActorKind, ActorPick, ActorSet, Selector, Term};
use crate::simulation::{Options, Standing, run};

/// What is hunted in.
#[derive(Clone, Debug)]
pub struct Hunt {
    /// The scenario that runs are made from; its faults are replaced.
    pub scenario: Scenario,
    /// Number of the first run.
    pub from: u64,
    /// How many runs.
    pub runs: u32,
}

/// A run that broke something.
#[derive(Clone, Debug)]
pub struct Find {
    /// The run's number.
    pub number: u64,
    /// What was run.
    pub scenario: Scenario,
    /// What broke, in words.
    pub broken: String,
}

/// What a hunt came to.
#[derive(Clone, Debug, Default)]
pub struct HuntReport {
    /// Runs done.
    pub runs: u32,
    /// Runs in which every guarantee held or was owed no more.
    pub clean: u32,
    /// Events handled in all.
    pub events: u64,
    /// Runs that broke something, in order.
    pub finds: Vec<Find>,
}

/// How long a hunted run measures, warms up and settles.
const MEASURED: Span = Span::from_secs(10);
const WARMUP: Span = Span::from_secs(1);
const SETTLE: Span = Span::from_secs(30);

/// Hunts on `threads` cores; `progress` hears how many runs are done.
pub fn hunt(
    hunt: &Hunt,
    catalogue: &Catalogue,
    threads: usize,
    mut progress: impl FnMut(usize, usize),
) -> HuntReport {
    let numbers: Vec<u64> = (0..u64::from(hunt.runs)).map(|run| hunt.from + run).collect();
    let total = numbers.len();
    let (base, shared) = (hunt.scenario.clone(), Arc::new(catalogue.clone()));
    let work = move |number| hunt_once(&base, number, &shared);
    let done = run_all(numbers, threads, work, |at, _| progress(at + 1, total));
    let mut report = HuntReport::default();
    for (number, result) in (hunt.from..).zip(done) {
        report.runs += 1;
        let (events, scenario, broken) = result.unwrap_or_else(|panicked| {
            let scenario = drawn(&hunt.scenario, number, catalogue);
            (0, scenario, Some(panicked.0))
        });
        report.events += events;
        match broken {
            None => report.clean += 1,
            Some(broken) => report.finds.push(Find { number, scenario, broken }),
        }
    }
    report
}

/// Events handled, what was run, and what broke.
fn hunt_once(
    base: &Scenario,
    number: u64,
    catalogue: &Catalogue,
) -> (u64, Scenario, Option<String>) {
    let scenario = drawn(base, number, catalogue);
    match run(&scenario, catalogue, Options::default(), &mut NoRows) {
        Err(failure) => (0, scenario, Some(failure.to_string())),
        Ok(outcome) => {
            let broken = outcome.guarantees.iter().find_map(|verdict| match &verdict.standing {
                Standing::Broken { first, .. } => {
                    let (word, name) = (Word::Broken.text(), verdict.property.name());
                    Some(format!("{word}  {name}: {first}"))
                }
                Standing::Held | Standing::NotOwed { .. } => None,
            });
            (outcome.report.events, scenario, broken)
        }
    }
}

/// The luck of one hunted run.
struct Dice {
    draws: Draws,
    run: u64,
    next: u64,
}

impl Dice {
    fn word(&mut self) -> u64 {
        self.next += 1;
        let index = self.next - 1;
        self.draws.word(Luck { purpose: Purpose::Hunt, entity: self.run & 0xff_ffff_ffff, index })
    }

    /// A number from `least` to `most`, both included.
    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + ((u128::from(self.word()) * u128::from(most - least + 1)) >> 64) as u64
    }

    fn millis(&mut self, least: u64, most: u64) -> Span {
        Span::from_millis(self.between(least, most))
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.between(1, times) == 1
    }
}

/// The scenario of the run with that number.
fn drawn(base: &Scenario, number: u64, catalogue: &Catalogue) -> Scenario {
    let mut dice = Dice { draws: Draws::new(number), run: number, next: 0 };
    let mut scenario = Scenario {
        name: format!("hunt-{}", base.ordering),
        question: format!("What breaks {}?", base.ordering),
        duration: MEASURED,
        warmup: WARMUP,
        settle: SETTLE,
        seed: number,
        crypto: Crypto::Modelled,
        faults: Vec::new(),
        thresholds: Vec::new(),
        always: Vec::new(),
        sometimes: Vec::new(),
        ..base.clone()
    };
    scenario.phases.truncate(1);
    scenario.load.iter_mut().for_each(steady);
    scenario.validators.count = dice.between(4, 7) as u32;
    let committee = Committee::new(scenario.validators.count);
    let params = scenario.parameters.get(&scenario.ordering).unwrap_or(&serde_json::Value::Null);
    let guarantees =
        catalogue.find(&scenario.ordering).map(|entry| (entry.guarantees)(&committee, params));
    scenario.network.transport = transport(&mut dice, guarantees.as_ref());
    let is_beyond = dice.one_in(8);
    let limits = Limits::new(guarantees.as_ref(), &scenario.network, is_beyond);
    let swarm = dice.word();
    for at in 0..dice.between(2, 5) {
        if let Some(effect) = effect(&mut dice, swarm, &limits) {
            scenario.faults.push(fault(&mut dice, at, effect, &limits));
        }
    }
    scenario
}

/// Open load at its first rate that is not zero, for as long as a hunted run measures.
fn steady(load: &mut LoadGroup) {
    if let Arrivals::Open { stages, .. } = &mut load.arrivals {
        let rates = stages.iter().flat_map(|stage| [stage.from, stage.to]);
        let rate = rates.into_iter().find(|rate| *rate > 0.0).unwrap_or(0.0);
        *stages = vec![Stage { name: None, duration: MEASURED, from: rate, to: rate }];
    }
}

fn transport(dice: &mut Dice, guarantees: Option<&Guarantees>) -> Transport {
    let need = guarantees.map(|guarantees| guarantees.assumptions.transport);
    match need {
        Some(TransportNeed::Stream) => Transport::Stream,
        _ if dice.one_in(2) => Transport::Stream,
        _ => Transport::Datagram,
    }
}

/// What faults may do so that guarantees stay owed.
struct Limits {
    crashes: u32,
    may_lose: bool,
    may_delay: Option<Span>,
    may_skew: bool,
}

impl Limits {
    fn new(guarantees: Option<&Guarantees>, network: &Network, is_beyond: bool) -> Self {
        let Some(assumptions) = guarantees.map(|guarantees| guarantees.assumptions) else {
            return Self { crashes: 0, may_lose: false, may_delay: None, may_skew: false };
        };
        let withstood = match assumptions.faults {
            FaultModel::None => 0,
            FaultModel::Crash(most) | FaultModel::Byzantine(most) => most,
        };
        let survives_loss = assumptions.transport == TransportNeed::Datagram
            || network.transport == Transport::Stream;
        Self {
            crashes: if is_beyond { withstood + 1 } else { withstood },
            may_lose: is_beyond || survives_loss,
            may_delay: assumptions.delay_bound.filter(|_| !is_beyond),
            may_skew: is_beyond || assumptions.clock_bound.is_none(),
        }
    }
}

/// One effect of a kind that is in the swarm and within the limits.
fn effect(dice: &mut Dice, swarm: u64, limits: &Limits) -> Option<Effect> {
    const KINDS: u64 = 9;
    let kind = dice.between(0, KINDS - 1);
    let share = dice.between(1, 30) as f64 / 100.0;
    if swarm >> kind & 1 == 0 {
        return None;
    }
    let flat = |value: f64| Climb { from: value, to: value };
    let most = limits.may_delay.map_or(900, |bound| bound.as_nanos() / 8_000_000).max(2);
    Some(match kind {
        0 => {
            let jitter = dice.millis(1, most);
            let none = Climb { from: Span::ZERO, to: Span::ZERO };
            let jitter = Climb { from: jitter, to: jitter };
            Effect::Delay { add: none, jitter, spread: none, correlation: 0.0 }
        }
        1 if limits.may_lose => Effect::Loss { share: flat(share), burst: Span::ZERO },
        2 if limits.may_lose => Effect::Loss { share: flat(share), burst: dice.millis(20, 500) },
        3 => Effect::Duplicate(flat(share)),
        4 => {
            let form = match dice.between(0, 2) {
                0 => ReorderForm::Swap,
                1 => ReorderForm::Jump,
                _ => ReorderForm::Hold,
            };
            let gap = dice.between(1, 8) as u32;
            Effect::Reorder { share: flat(share), form, gap }
        }
        5 if limits.may_lose => Effect::Partition,
        6 if limits.crashes > 0 => Effect::Crash { state_lost: dice.one_in(16) },
        7 if limits.may_delay.is_none() => Effect::Stall,
        8 if limits.may_skew => Effect::Skew(dice.between(0, 4_000_000_000) as i64 - 2_000_000_000),
        _ => return None,
    })
}

/// A fault with that effect at a random time on random actors or links; it heals.
fn fault(dice: &mut Dice, number: u64, effect: Effect, limits: &Limits) -> Fault {
    let start = dice.millis(0, 7_000);
    let length = dice.millis(100, 2_900);
    let actors = |kind, pick| ActorSet { kind, pick, region: None };
    let some = |count| actors(ActorKind::Validators, ActorPick::Some(count));
    let (text, term) = match &effect {
        // All crashes share one fixed set, so that together they stay within the limit.
        Effect::Crash { .. } => {
            let last = limits.crashes.max(1) - 1;
            let pick = ActorPick::Range(0, last);
            (format!("validator-0..{last}"), Term::Actors(actors(ActorKind::Validators, pick)))
        }
        Effect::Stall | Effect::Slow(_) | Effect::Skew(_) | Effect::Drift(_) => {
            ("1 validators".to_owned(), Term::Actors(some(1)))
        }
        _ if dice.one_in(2) => {
            let count = dice.between(1, 3) as u32;
            let (from, to) = (some(count), actors(ActorKind::Validators, ActorPick::All));
            let both = dice.one_in(2);
            let arrow = if both { "<->" } else { "->" };
            let text = format!("{count} validators {arrow} validators");
            (text, Term::Links { from, to, both })
        }
        _ => {
            let from = actors(ActorKind::Routers, ActorPick::All);
            let to = actors(ActorKind::Validators, ActorPick::All);
            ("routers -> validators".to_owned(), Term::Links { from, to, both: false })
        }
    };
    Fault {
        name: format!("fault-{number}"),
        starts: vec![start],
        length: Some(length),
        on: Selector { text, terms: vec![term] },
        must_occur: false,
        steps: 1,
        effects: vec![effect],
        line: 0,
    }
}
