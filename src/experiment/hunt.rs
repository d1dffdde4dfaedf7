//! The hunt: random faults from a seed, safety checked. A run depends on its number alone.
//!
//! Each run draws which kinds of fault it uses at all, then the faults (swarm testing: Groce et
//! al., ISSTA 2012). Most runs stay within what the strategy assumes, so that its guarantees are
//! owed; a fault that goes beyond makes a guarantee not owed, never broken. A run whose faults all
//! miss proves nothing, so the report counts runs by what their faults achieved.
//!
//! Of a strategy for the Byzantine, as many validators may turn as it withstands. Of one that says
//! when it comes through after trouble, clients keep trying, and the run goes on for as long.

mod faults;
mod lesser;
mod shrink;
#[cfg(test)]
mod tests;
mod why;

use std::sync::Arc;

use serde_json::Value;

use super::fault_report::report_fault;
use super::pool::run_all;
use super::verdict::Word;
use crate::measure::NoRows;
use crate::ordering::{Catalogue, Committee};
use crate::scenario::model::Scenario;
use crate::simulation::{Options, Outcome, Standing, run};
use faults::{SIZES, drawn};

pub use shrink::{MOST_RUNS, Size, Smallest, shrink};

/// What is hunted in.
#[derive(Clone, Debug)]
pub struct Hunt {
    /// The scenario that runs are made from; its faults are replaced.
    pub scenario: Scenario,
    /// Number of the first run.
    pub from: u64,
    /// How many runs; fewer are run where the numbers end before.
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
    /// Runs in which some fault took effect.
    pub struck: u32,
    /// Runs in which the strategy states within how long what was held up comes through.
    pub stated: u32,
    /// Runs in which it did come through once all was well.
    pub healed: u32,
    /// Why the strategy states no such time, with some committee that is hunted with.
    pub untimed: Option<&'static str>,
    /// Clean runs in which something was violated, and not owed.
    pub excused: u32,
    /// Events handled in all.
    pub events: u64,
    /// Runs that broke something, in order.
    pub finds: Vec<Find>,
}

/// Hunts on `threads` cores; `progress` hears how many runs are done.
pub fn hunt(
    hunt: &Hunt,
    catalogue: &Catalogue,
    threads: usize,
    mut progress: impl FnMut(usize, usize),
) -> HuntReport {
    let numbers: Vec<u64> = (hunt.from..=u64::MAX).take(hunt.runs as usize).collect();
    let total = numbers.len();
    let (base, shared) = (hunt.scenario.clone(), Arc::new(catalogue.clone()));
    let work = move |number| hunt_once(&base, number, &shared);
    let done = run_all(numbers.clone(), threads, work, |at, _| progress(at + 1, total));
    let untimed = untimed(&hunt.scenario, catalogue);
    let mut report = HuntReport { untimed, ..HuntReport::default() };
    for (number, result) in numbers.into_iter().zip(done) {
        report.runs += 1;
        let hunted = result.unwrap_or_else(|panicked| {
            Hunted::nothing(drawn(&hunt.scenario, number, catalogue), panicked.0)
        });
        let Hunted { events, has_struck, has_healed, is_excused, scenario, broken } = hunted;
        report.events += events;
        report.struck += u32::from(has_struck);
        report.stated += u32::from(has_healed.is_some());
        report.healed += u32::from(has_healed == Some(true));
        report.excused += u32::from(is_excused && broken.is_none());
        match broken {
            None => report.clean += 1,
            Some(broken) => report.finds.push(Find { number, scenario, broken }),
        }
    }
    report
}

/// Why no time is stated within which what was held up comes through.
fn untimed(scenario: &Scenario, catalogue: &Catalogue) -> Option<&'static str> {
    let entry = catalogue.find(&scenario.ordering)?;
    let params = scenario.parameters.get(&scenario.ordering).unwrap_or(&Value::Null);
    let [least, most] = SIZES;
    (least..=most).find_map(|size| (entry.liveness)(&Committee::new(size), params).err())
}

/// What one run came to.
struct Hunted {
    events: u64,
    has_struck: bool,
    /// Whether what was held up came through in time, if the strategy states one.
    has_healed: Option<bool>,
    is_excused: bool,
    scenario: Scenario,
    broken: Option<String>,
}

impl Hunted {
    /// The run did not end.
    fn nothing(scenario: Scenario, broken: String) -> Self {
        let (has_struck, has_healed, is_excused) = (false, None, false);
        Self { events: 0, has_struck, has_healed, is_excused, scenario, broken: Some(broken) }
    }
}

/// A hunted run needs some ten thousand events, and some millions where a Byzantine validator
/// forgets every 50 ms and everybody tells it again; one that needs so many runs away.
const MOST_EVENTS: u64 = 50_000_000;

fn hunt_once(base: &Scenario, number: u64, catalogue: &Catalogue) -> Hunted {
    let scenario = drawn(base, number, catalogue);
    let options = Options { max_events: MOST_EVENTS, ..Options::default() };
    let outcome = match run(&scenario, catalogue, options, &mut NoRows) {
        Err(failure) => return Hunted::nothing(scenario, failure.to_string()),
        Ok(outcome) => outcome,
    };
    Hunted {
        events: outcome.report.events,
        has_struck: scenario.faults.iter().enumerate().any(|(number, fault)| {
            let time = scenario.time.as_ref();
            let report = report_fault((fault, number), time, &outcome.measurement);
            report.did_not_occur.is_none()
        }),
        has_healed: outcome.liveness.as_ref().map(|standing| *standing == Standing::Held),
        is_excused: outcome.promises().any(|(_, at)| matches!(at, Standing::NotOwed { .. })),
        broken: broken(&outcome),
        scenario,
    }
}

/// What is broken, in words.
fn broken(outcome: &Outcome) -> Option<String> {
    outcome.promises().find_map(|(name, standing)| match standing {
        Standing::Broken { first, .. } => Some(format!("{}  {name}: {first}", Word::Broken.text())),
        Standing::Held | Standing::NotOwed { .. } => None,
    })
}
