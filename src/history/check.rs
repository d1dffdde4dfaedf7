//! The verdict on a history: key by key, by chains where they apply, else by search.

use std::collections::BTreeMap;

use super::action::{Model, Operation};
use super::budget::Budget;
use super::chains;
use super::core::{Shrunk, Suspects, smallest};
use super::problem::Problem;
use super::search::{Found, Search};
use super::sources::sources;

/// States that a check may visit unless it is told otherwise.
pub const DEFAULT_BUDGET: u64 = 5_000_000;

/// Bytes that a search for the verdict may take.
const ROOM: usize = 160 << 20;

/// States that a search visits before it is asked whether what it cannot get past is a violation.
const FIRST_SLICE: u64 = 5_000;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is linearizable.
    Order,
    /// It is not.
    NoOrder(Violation),
    /// Something did not suffice.
    Undecided(Limit),
}

/// What did not suffice to judge a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The budget of states.
    Budget,
    /// The memory of where a search has been.
    Memory,
}

/// A key whose operations no order explains, and which of them are to blame in all likelihood: see
/// [`shrink`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Places of all operations of the key.
    key: Vec<usize>,
    suspects: Suspects,
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

/// Operations of one key that no order explains, whatever the others did within their times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Core {
    /// Their places, by call.
    pub places: Vec<usize>,
    /// Whether without any one of them there is an order. If not, the budget did not suffice to
    /// say so.
    pub is_minimal: bool,
    /// Places of others that set what these saw, by call: for each the last before, else the first.
    pub sources: Vec<usize>,
}

/// Judges a history under a model, visiting at most `budget` states. To look through 64 operations
/// costs as much as a state.
pub fn check(operations: &[Operation], model: Model, budget: u64) -> Checked {
    let mut keys: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, operation) in operations.iter().enumerate() {
        keys.entry(&operation.key).or_default().push(place);
    }
    let count = keys.len();
    let mut open = Open { keys: keys.into_values().collect(), is_memory_short: false };
    let mut budget = Budget::new(budget);
    let finding = loop {
        let share = budget.left() / open.keys.len().max(1) as u64;
        if let Some(violation) = open.judge(operations, model, &mut budget) {
            break Finding::NoOrder(violation);
        }
        match open.keys.len() as u64 {
            0 if open.is_memory_short => break Finding::Undecided(Limit::Memory),
            0 => break Finding::Order,
            // Easy keys may have left much of their shares to hard ones.
            left if budget.left() / left > 2 * share => {}
            _ => break Finding::Undecided(Limit::Budget),
        }
    };
    Checked { finding, keys: count, visited: budget.visited() }
}

/// Keys that are still to be judged, by the places of their operations.
struct Open {
    keys: Vec<Vec<usize>>,
    /// Whether for some the memory did not suffice, and so no budget would.
    is_memory_short: bool,
}

impl Open {
    /// Judges every key at the cost of its share, and leaves those that need more.
    fn judge(
        &mut self,
        operations: &[Operation],
        model: Model,
        budget: &mut Budget,
    ) -> Option<Violation> {
        let keys = std::mem::take(&mut self.keys);
        let count = keys.len();
        for (judged, key) in keys.into_iter().enumerate() {
            // A hard key must not leave the others unjudged.
            let share = budget.left() / (count - judged) as u64;
            let mut problem = Problem::new(model, operations, &key);
            match budget.spend_at_most(share, |share| judge(&mut problem, share)) {
                Verdict::Order => {}
                Verdict::NoOrder(suspects) => return Some(Violation { key, suspects }),
                Verdict::Undecided(Limit::Budget) => self.keys.push(key),
                Verdict::Undecided(Limit::Memory) => self.is_memory_short = true,
            }
        }
        None
    }
}

/// Few operations that no order explains, from which none can be left out, at the cost of at most
/// `budget` states.
pub fn shrink(operations: &[Operation], model: Model, violation: &Violation, budget: u64) -> Core {
    let mut problem = Problem::new(model, operations, &violation.key);
    let mut budget = Budget::new(budget);
    let few = violation.suspects.few(&mut problem, &mut budget);
    let few = few.unwrap_or_else(|| (0..problem.steps.len()).collect());
    let Shrunk { core, is_minimal } = smallest(&mut problem, &few, &mut budget);
    let mut steps: Vec<_> = core.into_iter().map(|at| problem.steps[at]).collect();
    steps.sort_by_key(|step| (step.called, step.returned, step.operation));
    let places: Vec<usize> = steps.into_iter().map(|step| step.operation).collect();
    Core { sources: sources(operations, &places), places, is_minimal }
}

enum Verdict {
    Order,
    NoOrder(Suspects),
    Undecided(Limit),
}

fn judge(problem: &mut Problem<'_>, budget: &mut Budget) -> Verdict {
    match chains::judge(problem) {
        Some(None) => Verdict::Order,
        Some(Some(few)) => Verdict::NoOrder(Suspects::these(few)),
        None => search(problem, budget),
    }
}

/// Searches by and by, and asks in between whether few operations before the furthest point that
/// was reached show already that nothing gets past it.
fn search(problem: &mut Problem<'_>, budget: &mut Budget) -> Verdict {
    let everything = vec![true; problem.steps.len()];
    let mut search = Search::new(problem, &everything, ROOM);
    let mut slice = FIRST_SLICE;
    loop {
        let found = budget.spend_at_most(slice, |part| search.run(part));
        let Some(furthest) = search.furthest() else { return Verdict::Order };
        let suspects = Suspects::before(search.problem, furthest);
        match found {
            Found::Order => return Verdict::Order,
            Found::NoOrder => return Verdict::NoOrder(suspects),
            Found::Undecided => {}
        }
        let most = if search.is_full() { budget.left() } else { slice / 4 };
        if let Some(few) = budget.spend_at_most(most, |part| suspects.few(search.problem, part)) {
            return Verdict::NoOrder(Suspects::these(few));
        }
        if search.is_full() {
            return Verdict::Undecided(Limit::Memory);
        }
        if budget.is_spent() {
            return Verdict::Undecided(Limit::Budget);
        }
        slice *= 2;
    }
}
