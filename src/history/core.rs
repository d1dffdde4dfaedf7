//! From many operations that no order explains to few.
//!
//! What is left out is no longer held to have happened, only to its times (see `options`). So the
//! fewer are kept, the more orders there are, and a core from which nothing can be left out is
//! smallest by inclusion.

use super::budget::Budget;
use super::problem::{Problem, Step};
use super::search::{Found, Search};

/// Bytes that one search for a core may take.
const ROOM: usize = 64 << 20;

/// Operations that are tried first, from the last on, and how many times more each time.
const FIRST_TRY: usize = 4;
const GROWTH: usize = 4;

/// Few operations that no order explains, by place.
#[derive(Clone, Debug)]
pub(super) struct Shrunk {
    pub(super) core: Vec<usize>,
    /// Whether without any one of them there is an order.
    pub(super) is_minimal: bool,
}

/// Operations by place, those that are likely to be to blame last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Suspects {
    /// In one order and in another.
    pub(super) orders: [Vec<usize>; 2],
}

impl Suspects {
    /// If no order got past `furthest`: what was called by its return.
    ///
    /// First the last to return. What had not returned by then stands where it was called: there
    /// may be much of it, and little is to blame. Then of what had returned before `furthest` was
    /// called the last to be called: any two of those tell something of the time between.
    pub(super) fn before(problem: &Problem<'_>, furthest: Step) -> Self {
        let step = |place: &usize| problem.steps[*place];
        let is_early = |place: &usize| step(place).called <= furthest.returned;
        let by_end = |place: &usize| {
            let Step { called, returned, .. } = step(place);
            (if returned <= furthest.returned { returned } else { called }, *place)
        };
        let by_call = |place: &usize| {
            let Step { called, returned, operation, .. } = step(place);
            (operation == furthest.operation, returned < furthest.called, called, *place)
        };
        let mut first: Vec<usize> = (0..problem.steps.len()).filter(is_early).collect();
        let mut second = first.clone();
        first.sort_unstable_by_key(by_end);
        second.sort_unstable_by_key(by_call);
        Self { orders: [first, second] }
    }

    /// If no order explains these.
    pub(super) fn these(few: Vec<usize>) -> Self {
        Self { orders: [few, Vec::new()] }
    }

    /// A few that no order explains; `None` if they were not found.
    pub(super) fn few(&self, problem: &mut Problem<'_>, budget: &mut Budget) -> Option<Vec<usize>> {
        let most = self.orders.iter().map(Vec::len).max().unwrap_or(0);
        let mut count = FIRST_TRY;
        loop {
            for order in self.orders.iter().rev() {
                let last = &order[order.len().saturating_sub(count)..];
                match probe(problem, last, budget) {
                    Found::NoOrder => return Some(last.to_vec()),
                    Found::Undecided if budget.is_spent() => return None,
                    Found::Order | Found::Undecided => {}
                }
            }
            if count >= most {
                return None;
            }
            count *= GROWTH;
        }
    }
}

/// Leaves out of `suspects`, which no order explains, what can be left out (QuickXplain, Junker
/// 2004).
pub(super) fn smallest(
    problem: &mut Problem<'_>,
    suspects: &[usize],
    budget: &mut Budget,
) -> Shrunk {
    let mut shrinking = Shrinking { problem, budget, is_sure: true };
    let core = shrinking.explain(&[], false, suspects);
    Shrunk { core, is_minimal: shrinking.is_sure }
}

/// Whether an order explains these.
fn probe(problem: &mut Problem<'_>, kept: &[usize], budget: &mut Budget) -> Found {
    let mut is_kept = vec![false; problem.steps.len()];
    kept.iter().for_each(|at| is_kept[*at] = true);
    budget.scan(is_kept.len());
    Search::new(problem, &is_kept, ROOM).run(budget)
}

struct Shrinking<'s, 'a> {
    problem: &'s mut Problem<'a>,
    budget: &'s mut Budget,
    is_sure: bool,
}

impl Shrinking<'_, '_> {
    /// Whether no order explains these. What is not known is not left out.
    fn is_violated(&mut self, kept: &[usize]) -> bool {
        match probe(self.problem, kept, self.budget) {
            Found::Order => false,
            Found::NoOrder => true,
            Found::Undecided => {
                self.is_sure = false;
                false
            }
        }
    }

    /// Of `suspects`, the fewest that no order explains together with `sure`.
    fn explain(&mut self, sure: &[usize], is_new: bool, suspects: &[usize]) -> Vec<usize> {
        if is_new && self.is_violated(sure) {
            return Vec::new();
        }
        if suspects.len() <= 1 {
            return suspects.to_vec();
        }
        let (early, late) = suspects.split_at(suspects.len() / 2);
        let mut core = self.explain(&[sure, early].concat(), true, late);
        let early = self.explain(&[sure, &core].concat(), !core.is_empty(), early);
        core.extend(early);
        core
    }
}
