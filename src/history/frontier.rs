//! Calls and returns that are still to be passed, as a list from which operations are taken out
//! and put back in constant time (Lowe 2017, section 3).

use super::problem::Step;

/// The list. Operation `n` has its call at `2n` and its return at `2n + 1`.
#[derive(Clone, Debug)]
pub(super) struct Frontier {
    next: Vec<u32>,
    previous: Vec<u32>,
    times: Vec<i64>,
}

impl Frontier {
    /// All of `steps`. At one instant calls come before returns: what touches overlaps.
    pub(super) fn new(steps: &[Step]) -> Self {
        let times: Vec<i64> = steps.iter().flat_map(|step| [step.called, step.returned]).collect();
        let mut order: Vec<u32> = (0..times.len() as u32).collect();
        order.sort_by_key(|&entry| (times[entry as usize], entry % 2, entry));
        let head = order.len() as u32;
        let (mut next, mut previous) = (vec![head; order.len() + 1], vec![head; order.len() + 1]);
        let mut last = head;
        for entry in order {
            (next[last as usize], previous[entry as usize]) = (entry, last);
            last = entry;
        }
        (next[last as usize], previous[head as usize]) = (head, last);
        Self { next, previous, times }
    }

    /// Takes an operation out.
    pub(super) fn take(&mut self, step: usize) {
        for entry in [2 * step, 2 * step + 1] {
            let (next, previous) = (self.next[entry], self.previous[entry]);
            (self.next[previous as usize], self.previous[next as usize]) = (next, previous);
        }
    }

    /// Puts back what was taken out last.
    pub(super) fn put_back(&mut self, step: usize) {
        for entry in [2 * step + 1, 2 * step] {
            let (next, previous) = (self.next[entry], self.previous[entry]);
            let entry = entry as u32;
            (self.next[previous as usize], self.previous[next as usize]) = (entry, entry);
        }
    }

    /// Operations called before anything still in the list returned, from `step` on or all.
    pub(super) fn open(&self, after: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        let head = self.times.len();
        let mut entry = self.next[after.map_or(head, |step| 2 * step)] as usize;
        std::iter::from_fn(move || {
            let step = (entry != head && entry.is_multiple_of(2)).then_some(entry / 2)?;
            entry = self.next[entry] as usize;
            Some(step)
        })
    }

    /// When the first return is due; `None` if the list is empty.
    pub(super) fn deadline(&self) -> Option<i64> {
        let head = self.times.len();
        let mut entry = self.next[head] as usize;
        while entry != head && entry.is_multiple_of(2) {
            entry = self.next[entry] as usize;
        }
        self.times.get(entry).copied()
    }
}
