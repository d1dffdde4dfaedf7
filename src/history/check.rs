//! The verdict on a history: key by key, by chains where they apply, else by search.

use std::collections::BTreeMap;

use super::action::{Model, Operation};
use super::chains;
use super::core::{Shrunk, shrink};
use super::problem::Problem;
use super::search::{Found, Search};

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
    /// States visited; none where chains decided.
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
    let suspects = match chains::judge(problem) {
        Some(None) => return Finding::Order,
        Some(Some(suspects)) => suspects,
        None => {
            let initial = problem.initial;
            match Search::new(problem, |_| true).run(initial, budget) {
                Found::Order => return Finding::Order,
                Found::Undecided => return Finding::Undecided,
                Found::NoOrder => (0..problem.steps.len()).collect(),
            }
        }
    };
    let Shrunk { core, is_minimal } = shrink(problem, suspects, for_core);
    let mut steps: Vec<_> = core.into_iter().map(|at| problem.steps[at]).collect();
    steps.sort_by_key(|step| (step.called, step.returned, step.operation));
    Finding::NoOrder { core: steps.into_iter().map(|step| step.operation).collect(), is_minimal }
}
