//! The smallest case: what a find needs in order to break the same guarantee, and no more.
//!
//! Greedy, one change at a time, as delta debugging does it (Zeller and Hildebrandt, *Simplifying
//! and Isolating Failure-Inducing Input*, IEEE TSE 2002). A change stays if the scenario, written
//! to its file and read again, still breaks the same guarantee, all assumptions holding. Changes
//! are tried in a fixed order, in batches of a fixed size, so cores have no say in the result.

use std::sync::Arc;

use super::lesser::PASSES;
use super::why::{Recording, why};
use crate::experiment::run_all;
use crate::kernel::{Recorded, Span};
use crate::measure::Rows;
use crate::ordering::{Catalogue, Property};
use crate::scenario::model::Scenario;
use crate::scenario::{Catalogue as KnownOrderings, OrderingEntry, Source, load};
use crate::simulation::{Listener, Options, Standing, World, run};
use crate::trace::{Fact, Kind};

/// So many runs at most; then the case is as small as it got.
pub const MOST_RUNS: u32 = 400;
/// Changes tried side by side; the first that serves is kept.
const BATCH: usize = 4;

/// How large a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Validators.
    pub validators: u32,
    /// Faults.
    pub faults: usize,
    /// From the start of the warm-up to the end of what settles.
    pub length: Span,
    /// Statements that the load plan means to be sent.
    pub attestations: u64,
}

/// The smallest case that was found to break a guarantee.
#[derive(Clone, Debug)]
pub struct Smallest {
    /// What to run.
    pub scenario: Scenario,
    /// What it breaks, as the find did.
    pub property: Property,
    /// The first violation in words.
    pub first: String,
    /// The find.
    pub was: Size,
    /// The smallest case.
    pub is: Size,
    /// Events of its run.
    pub events: u64,
    /// The facts that lead to the violation, in order of time, as a trace prints them.
    pub why: Vec<String>,
    /// Runs that it took.
    pub runs: u32,
    /// No single change makes it smaller; else the runs were used up.
    pub is_minimal: bool,
}

/// Shrinks `scenario`, which breaks a guarantee, on `threads` cores with at most [`MOST_RUNS`]
/// runs; `progress` hears how many are done. `None` if its run breaks none: if it does not end.
pub fn shrink(
    scenario: &Scenario,
    catalogue: &Catalogue,
    threads: usize,
    progress: impl FnMut(u32),
) -> Option<Smallest> {
    let scenario = reread(scenario, catalogue)?;
    let mut search = Search {
        catalogue: Arc::new(catalogue.clone()),
        threads,
        progress,
        runs: 0,
        property: None,
        settle: Span::ZERO,
    };
    let found = search.first_that_breaks(vec![scenario])?;
    search.property = Some(found.property);
    if is_about_the_end(found.property) {
        search.settle = found.scenario.settle;
    }
    let was = found.size;
    let (found, is_minimal) = search.smallest(found);
    let runs = search.runs;
    let Broken { scenario, property, first, size: is, events } = found;
    let mut recording = Recording::default();
    run(&scenario, catalogue, Options::default(), &mut recording).ok()?;
    let World { layout, begin, .. } = World::new(&scenario, catalogue);
    let why = why(property, (&first, begin), &recording.facts, &layout);
    Some(Smallest { scenario, property, first, was, is, events, why, runs, is_minimal })
}

/// A scenario whose run broke a guarantee.
struct Broken {
    scenario: Scenario,
    property: Property,
    first: String,
    size: Size,
    events: u64,
}

struct Search<P> {
    catalogue: Arc<Catalogue>,
    threads: usize,
    progress: P,
    runs: u32,
    /// What must be broken; anything at first.
    property: Option<Property>,
    /// What settles must stay at least so long.
    settle: Span,
}

/// Such a promise is broken without any bug if there is no time to keep it.
const fn is_about_the_end(property: Property) -> bool {
    matches!(property, Property::Agreement | Property::Convergence | Property::Durability)
}

impl<P: FnMut(u32)> Search<P> {
    /// Pass after pass, until none helps or the runs are used up.
    fn smallest(&mut self, mut found: Broken) -> (Broken, bool) {
        loop {
            let before = found.scenario.clone();
            for pass in PASSES {
                while let Some(smaller) = self.first_that_breaks(pass(&found.scenario)) {
                    found = smaller;
                }
            }
            if self.runs >= MOST_RUNS || found.scenario == before {
                let is_minimal = self.runs < MOST_RUNS;
                return (found, is_minimal);
            }
        }
    }

    fn first_that_breaks(&mut self, candidates: Vec<Scenario>) -> Option<Broken> {
        let reread = |scenario: &Scenario| reread(scenario, &self.catalogue);
        let candidates = candidates.iter().filter(|scenario| scenario.settle >= self.settle);
        let valid: Vec<Scenario> = candidates.filter_map(reread).collect();
        valid.chunks(BATCH).find_map(|batch| {
            let batch: Vec<Scenario> =
                batch.iter().take((MOST_RUNS - self.runs) as usize).cloned().collect();
            self.runs += batch.len() as u32;
            let (catalogue, property) = (Arc::clone(&self.catalogue), self.property);
            let work = move |scenario| broken(scenario, property, &catalogue);
            let done = run_all(batch, self.threads, work, |_, _| {});
            (self.progress)(self.runs);
            done.into_iter().find_map(|result| result.ok().flatten())
        })
    }
}

/// The scenario as its file means it; `None` if the file would be refused.
fn reread(scenario: &Scenario, catalogue: &Catalogue) -> Option<Scenario> {
    let source = Source::Text { name: "scenario.toml".to_owned(), text: scenario.to_toml() };
    let known = OrderingEntry::all(catalogue);
    load(&source, &[], &KnownOrderings { orderings: &known }).ok()
}

/// Runs `scenario`: does it break `wanted`, or anything if that is not known yet?
fn broken(scenario: Scenario, wanted: Option<Property>, catalogue: &Catalogue) -> Option<Broken> {
    let mut statements = Statements(0);
    let outcome = run(&scenario, catalogue, Options::default(), &mut statements).ok()?;
    let events = outcome.report.events;
    let (property, first) =
        outcome.guarantees.into_iter().find_map(|verdict| match verdict.standing {
            Standing::Broken { first, .. } if wanted.is_none_or(|it| it == verdict.property) => {
                Some((verdict.property, first))
            }
            Standing::Broken { .. } | Standing::Held | Standing::NotOwed { .. } => None,
        })?;
    let size = Size {
        validators: scenario.validators.count,
        faults: scenario.faults.len(),
        length: scenario.warmup + scenario.duration + scenario.settle,
        attestations: statements.0,
    };
    Some(Broken { scenario, property, first, size, events })
}

/// Counts statements that are meant to be sent.
struct Statements(u64);

impl Rows for Statements {}

impl Listener for Statements {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        let is_statement = |at: &&Recorded<Fact>| match at.fact {
            Fact::Planned { kind, .. } => kind != Kind::Query,
            _ => false,
        };
        self.0 += facts.iter().filter(is_statement).count() as u64;
    }
}
