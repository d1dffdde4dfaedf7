//! Calls and returns that are still to be passed, as a list from which operations are taken out
//! and put back in constant time (Lowe 2017, section 3).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::problem::Step;

/// The list. Operation `n` has its call at `2n` and its return at `2n + 1`.
#[derive(Clone, Debug)]
pub(super) struct Frontier {
    next: Vec<u32>,
    previous: Vec<u32>,
    times: Vec<i64>,
    /// Operations by return, and where each stands there.
    returns: Vec<u32>,
    ranks: Vec<u32>,
    /// How many of them were passed: all before the first that is still in the list.
    passed: usize,
    is_out: Vec<bool>,
    /// Of each operation a bit that no other has that is under way at the same time.
    bits: Vec<u32>,
    /// The bits of those that are out of the list and whose returns were not passed.
    ahead: Vec<u64>,
}

impl Frontier {
    /// All of `steps`. At one instant calls come before returns: what touches overlaps.
    pub(super) fn new(steps: &[Step]) -> Self {
        let times: Vec<i64> = steps.iter().flat_map(|step| [step.called, step.returned]).collect();
        let mut order: Vec<u32> = (0..times.len() as u32).collect();
        order.sort_unstable_by_key(|&entry| (times[entry as usize], entry % 2, entry));
        let (bits, width) = bits(&order);
        let returns: Vec<u32> =
            order.iter().filter(|entry| *entry % 2 == 1).map(|e| e / 2).collect();
        let mut ranks = vec![0; steps.len()];
        returns.iter().zip(0..).for_each(|(step, rank)| ranks[*step as usize] = rank);
        let (next, previous) = linked(&order);
        let (is_out, ahead) = (vec![false; steps.len()], vec![0; width.div_ceil(64)]);
        Self { next, previous, times, returns, ranks, passed: 0, is_out, bits, ahead }
    }

    /// Takes an operation out.
    pub(super) fn take(&mut self, step: usize) {
        for entry in [2 * step, 2 * step + 1] {
            let (next, previous) = (self.next[entry], self.previous[entry]);
            (self.next[previous as usize], self.previous[next as usize]) = (next, previous);
        }
        self.is_out[step] = true;
        self.flip(step);
        while let Some(&first) = self.returns.get(self.passed)
            && self.is_out[first as usize]
        {
            self.flip(first as usize);
            self.passed += 1;
        }
    }

    /// Puts back what was taken out last.
    pub(super) fn put_back(&mut self, step: usize) {
        for entry in [2 * step + 1, 2 * step] {
            let (next, previous) = (self.next[entry], self.previous[entry]);
            let entry = entry as u32;
            (self.next[previous as usize], self.previous[next as usize]) = (entry, entry);
        }
        while self.passed > self.ranks[step] as usize {
            self.passed -= 1;
            self.flip(self.returns[self.passed] as usize);
        }
        self.flip(step);
        self.is_out[step] = false;
    }

    fn flip(&mut self, step: usize) {
        let bit = self.bits[step];
        self.ahead[bit as usize / 64] ^= 1 << (bit % 64);
    }

    /// Operations called before anything still in the list returned, by call.
    pub(super) fn open(&self) -> impl Iterator<Item = usize> + '_ {
        self.called_before(|_| false)
    }

    /// Operations called before anything still in the list returned, but for what is `ignored`.
    pub(super) fn called_before(
        &self,
        ignored: impl Fn(usize) -> bool,
    ) -> impl Iterator<Item = usize> {
        let head = self.times.len();
        let mut entry = head;
        std::iter::from_fn(move || {
            loop {
                entry = self.next[entry] as usize;
                match (entry != head, entry % 2) {
                    (true, 0) => return Some(entry / 2),
                    (true, _) if ignored(entry / 2) => {}
                    (true, _) | (false, _) => return None,
                }
            }
        })
    }

    /// The operation whose return is due first; `None` if the list is empty.
    pub(super) fn due(&self) -> Option<usize> {
        self.returns.get(self.passed).map(|step| *step as usize)
    }

    /// The same of those that count.
    pub(super) fn due_among(&self, counts: impl Fn(usize) -> bool) -> Option<usize> {
        let mut left = self.returns[self.passed..].iter().map(|step| *step as usize);
        left.find(|step| !self.is_out[*step] && counts(*step))
    }

    /// Whether it was taken out.
    pub(super) fn is_out(&self, step: usize) -> bool {
        self.is_out[step]
    }

    /// What is out of the list: all that returned before the first that is not, and these bits.
    pub(super) fn out(&self) -> (u32, &[u64]) {
        (self.passed as u32, &self.ahead)
    }
}

/// The list in this order, with a head behind the last.
fn linked(order: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let head = order.len() as u32;
    let (mut next, mut previous) = (vec![head; order.len() + 1], vec![head; order.len() + 1]);
    let mut last = head;
    for &entry in order {
        (next[last as usize], previous[entry as usize]) = (entry, last);
        last = entry;
    }
    (next[last as usize], previous[head as usize]) = (head, last);
    (next, previous)
}

/// A bit for each operation, and how many bits there are.
fn bits(order: &[u32]) -> (Vec<u32>, usize) {
    let mut bits = vec![0; order.len() / 2];
    let mut free = BinaryHeap::new();
    let mut width = 0;
    for &entry in order {
        let step = entry as usize / 2;
        if entry % 2 == 1 {
            free.push(Reverse(bits[step]));
            continue;
        }
        bits[step] = free.pop().map_or(width, |Reverse(bit)| bit);
        width = width.max(bits[step] + 1);
    }
    (bits, width as usize)
}
