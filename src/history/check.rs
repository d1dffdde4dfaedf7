//! The verdict on a history: key by key, by zones where they apply, else by search.

use std::collections::BTreeMap;

use super::action::{Model, Operation};
use super::core::{Shrunk, shrink};
use super::problem::{Effect, NEVER, Problem};
use super::search::{Found, Search};
use super::zones::{Cluster, Zones};

/// States that a check may visit unless it is told otherwise.
pub const DEFAULT_BUDGET: u64 = 5_000_000;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is linearizable.
    Order,
    /// It is not.
    NoOrder {
        /// Places of operations of one key that no order explains, whatever the others did and
        /// whenever: by call.
        core: Vec<usize>,
        /// Whether without any one of them there is an order. If not, the budget did not suffice
        /// to say so.
        is_minimal: bool,
    },
    /// The budget did not suffice.
    Undecided,
}

/// What a check found, and what it took.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it found.
    pub finding: Finding,
    /// Registers that were judged, each for itself.
    pub keys: usize,
    /// States visited; none where zones decided.
    pub visited: u64,
}

/// Judges a history under a model, visiting at most `budget` states, and once more as many to
/// make a core small.
pub fn check(operations: &[Operation], model: Model, budget: u64) -> Checked {
    let mut keys: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, operation) in operations.iter().enumerate() {
        keys.entry(&operation.key).or_default().push(place);
    }
    let (mut left, mut finding) = (budget, Finding::Order);
    for (judged, places) in keys.values().enumerate() {
        // A hard key must not leave the others unjudged.
        let share = left / (keys.len() - judged) as u64;
        let mut rest = share;
        let found = judge(&mut Problem::new(model, operations, places), &mut rest, budget);
        left -= share - rest;
        match found {
            Finding::Order => {}
            Finding::Undecided => finding = Finding::Undecided,
            Finding::NoOrder { .. } => {
                finding = found;
                break;
            }
        }
    }
    Checked { finding, keys: keys.len(), visited: budget - left }
}

fn judge(problem: &mut Problem, budget: &mut u64, for_core: u64) -> Finding {
    let all: Vec<usize> = (0..problem.steps.len()).collect();
    let suspects = match by_zones(problem) {
        Some(None) => return Finding::Order,
        Some(Some(conflict)) => conflict,
        None => {
            let initial = problem.initial;
            match Search::new(problem, |_| true).run(initial, budget) {
                Found::Order => return Finding::Order,
                Found::Undecided => return Finding::Undecided,
                Found::NoOrder(until) => {
                    all.into_iter().filter(|at| problem.steps[*at].called <= until).collect()
                }
            }
        }
    };
    let Shrunk { core, is_minimal } = shrink(problem, suspects, for_core);
    let mut steps: Vec<_> = core.into_iter().map(|at| problem.steps[at]).collect();
    steps.sort_by_key(|step| (step.called, step.returned, step.operation));
    Finding::NoOrder { core: steps.into_iter().map(|step| step.operation).collect(), is_minimal }
}

/// All that touches one value, by place.
#[derive(Clone, Debug, Default)]
struct Touched {
    write: Option<usize>,
    reads: Vec<usize>,
}

/// The verdict by zones: `None` if they do not apply, as something was written twice or is no plain
/// read or write; else a few operations in conflict, if any are.
fn by_zones(problem: &Problem) -> Option<Option<Vec<usize>>> {
    let mut values: BTreeMap<u32, Touched> = BTreeMap::new();
    for (place, step) in problem.steps.iter().enumerate() {
        match step.effect {
            Effect::Observe(value) => values.entry(value).or_default().reads.push(place),
            Effect::Write(value) if value != problem.initial => {
                if values.entry(value).or_default().write.replace(place).is_some() {
                    return None;
                }
            }
            Effect::Write(_) | Effect::Differs(_) | Effect::Swap(..) | Effect::Append(_) => {
                return None;
            }
        }
    }
    let (mut clusters, mut members) = (Vec::new(), Vec::new());
    for (value, touched) in values {
        let (called, returned) = match touched.write.map(|write| problem.steps[write]) {
            Some(write) if touched.reads.is_empty() && write.returned == NEVER => continue,
            Some(write) => (write.called, write.returned),
            None if value == problem.initial => (i64::MIN, i64::MIN),
            // Nobody wrote what was read.
            None => return Some(Some(vec![touched.reads[0]])),
        };
        let mut cluster = Cluster::of(called, returned);
        for &read in &touched.reads {
            let step = problem.steps[read];
            if step.returned < called {
                return Some(Some(touched.write.into_iter().chain([read]).collect()));
            }
            cluster.add(step.called, step.returned);
        }
        clusters.push(cluster);
        members.push(touched);
    }
    let conflict = Zones::conflict(&clusters);
    Some(conflict.map(|(one, other)| {
        [one, other].into_iter().flat_map(|at| extremes(problem, &members[at])).collect()
    }))
}

/// A value's write, and of what touches it the first that returned and the last that was called.
fn extremes(problem: &Problem, touched: &Touched) -> Vec<usize> {
    let all = || touched.write.iter().chain(&touched.reads).copied();
    let first = all().min_by_key(|at| problem.steps[*at].returned);
    let last = all().max_by_key(|at| problem.steps[*at].called);
    let mut places: Vec<usize> = touched.write.into_iter().chain(first).chain(last).collect();
    places.sort_unstable();
    places.dedup();
    places
}
