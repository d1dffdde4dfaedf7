//! From many operations that no order explains to few.
//!
//! What is left out is not unsaid: a value that was read must have come from somewhere. It is only
//! forgotten when it happened, so it may have at any time or never (and again and again, but for
//! appends). So the fewer are held to their times, the more orders there are, and a core from which
//! nothing can be left out is smallest by inclusion.

use super::problem::Problem;
use super::search::{Found, Search};

/// Few operations that no order explains, by place.
#[derive(Clone, Debug)]
pub(super) struct Shrunk {
    pub(super) core: Vec<usize>,
    /// Whether without any one of them there is an order.
    pub(super) is_minimal: bool,
}

/// Leaves out of `suspects`, which no order explains, what can be left out (QuickXplain, Junker
/// 2004).
pub(super) fn shrink(problem: &mut Problem, suspects: Vec<usize>, budget: u64) -> Shrunk {
    let mut shrinking = Shrinking { problem, budget, is_sure: true };
    let core = shrinking.explain(&[], false, &suspects);
    Shrunk { core, is_minimal: shrinking.is_sure }
}

struct Shrinking<'a> {
    problem: &'a mut Problem,
    budget: u64,
    is_sure: bool,
}

impl Shrinking<'_> {
    /// Whether no order explains these. What is not known is not left out.
    fn is_violated(&mut self, kept: &[usize]) -> bool {
        let mut is_kept = vec![false; self.problem.steps.len()];
        kept.iter().for_each(|at| is_kept[*at] = true);
        let initial = self.problem.initial;
        let mut search = Search::new(self.problem, |at| is_kept[at]);
        match search.run(initial, &mut self.budget) {
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
