//! From receive orders to batches: who must come before whom, cycles of that, and what has to
//! wait. A pure function; O(m²) comparisons of lists for m attestations.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::attestation::Id;
use crate::ordering::Try;

/// What `lists` name, by id, with its place in each of them; beyond the end where it is missing.
struct Places {
    tries: Vec<Try>,
    places: Vec<Vec<u32>>,
    /// In how many lists it is.
    counts: Vec<u32>,
}

impl Places {
    /// Of several tries of one attestation the first counts.
    fn new(lists: &[Vec<Try>]) -> Self {
        let mut known: BTreeMap<Id, (Try, Vec<u32>, u32)> = BTreeMap::new();
        let ends: Vec<u32> = lists.iter().map(|list| list.len() as u32).collect();
        for (number, list) in lists.iter().enumerate() {
            for (place, name) in (0..).zip(list) {
                let new = || (*name, ends.clone(), 0);
                let (first, places, count) = known.entry(name.id).or_insert_with(new);
                *first = (*first).min(*name);
                if places[number] == ends[number] {
                    places[number] = place;
                    *count += 1;
                }
            }
        }
        let mut all = Self { tries: Vec::new(), places: Vec::new(), counts: Vec::new() };
        for (name, places, count) in known.into_values() {
            all.tries.push(name);
            all.places.push(places);
            all.counts.push(count);
        }
        all
    }

    /// Whether fewer than `shown` lists have `late` before `early`: then perhaps a share γ of
    /// all received `early` first, and it must not be put into a later batch.
    fn must_precede(&self, early: usize, late: usize, shown: u32) -> bool {
        let both = self.places[late].iter().zip(&self.places[early]);
        let against = both.filter(|(late, early)| late < early).count();
        (against as u32) < shown
    }

    /// Ties between what nothing forces are broken by the sum of places, then by id.
    fn rank(&self, of: usize) -> (u64, usize) {
        (self.places[of].iter().map(|place| u64::from(*place)).sum(), of)
    }

    /// The largest set of which nothing outside must precede anything: of what is in `solid`
    /// lists, without what something that is not must precede. Ascending.
    fn ready(&self, solid: u32, shown: u32) -> Vec<usize> {
        let all = 0..self.tries.len();
        let (mut ready, rest): (Vec<usize>, Vec<usize>) =
            all.partition(|at| self.counts[*at] >= solid);
        let mut outside: Vec<usize> =
            rest.into_iter().filter(|at| self.counts[*at] >= shown).collect();
        while let Some(early) = outside.pop() {
            let waits = |late: &usize| self.must_precede(early, *late, shown);
            let (out, still): (Vec<usize>, Vec<usize>) = ready.into_iter().partition(waits);
            outside.extend(out);
            ready = still;
        }
        ready
    }
}

/// What can be ordered now, in batches: cycles of "must precede" are one batch, batches come in
/// an order that respects it.
pub(super) fn batches(lists: &[Vec<Try>], solid: u32, shown: u32) -> Vec<Vec<Try>> {
    let places = Places::new(lists);
    let mut ready = places.ready(solid, shown);
    ready.sort_by_key(|at| places.rank(*at));
    let size = ready.len();
    let leads =
        |from: usize, to: usize| from != to && places.must_precede(ready[from], ready[to], shown);
    let next: Vec<Vec<usize>> =
        (0..size).map(|from| (0..size).filter(|to| leads(from, *to)).collect()).collect();
    let components = components(&next);
    sorted(&next, &components)
        .into_iter()
        .map(|batch| batch.into_iter().map(|at| places.tries[ready[at]]).collect())
        .collect()
}

/// The strongly connected component of each vertex (Kosaraju): two passes, no recursion.
fn components(next: &[Vec<usize>]) -> Vec<usize> {
    let mut before = vec![Vec::new(); next.len()];
    for (from, all) in next.iter().enumerate() {
        all.iter().for_each(|to| before[*to].push(from));
    }
    let mut seen = vec![false; next.len()];
    let mut left = Vec::new();
    for start in 0..next.len() {
        visit(next, start, &mut seen, &mut left);
    }
    let mut seen = vec![false; next.len()];
    let mut component = vec![0; next.len()];
    for (number, start) in left.into_iter().rev().enumerate() {
        let mut members = Vec::new();
        visit(&before, start, &mut seen, &mut members);
        members.into_iter().for_each(|member| component[member] = number);
    }
    component
}

/// Depth first; vertices in the order in which they are left.
fn visit(next: &[Vec<usize>], start: usize, seen: &mut [bool], left: &mut Vec<usize>) {
    let mut path = Vec::new();
    if !std::mem::replace(&mut seen[start], true) {
        path.push((start, 0));
    }
    while let Some((at, edge)) = path.pop() {
        let Some(to) = next[at].get(edge) else {
            left.push(at);
            continue;
        };
        path.push((at, edge + 1));
        if !std::mem::replace(&mut seen[*to], true) {
            path.push((*to, 0));
        }
    }
}

/// Components in topological order, the least first member first among those that may be next.
fn sorted(next: &[Vec<usize>], component: &[usize]) -> Vec<Vec<usize>> {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, number) in component.iter().enumerate() {
        members.entry(*number).or_default().push(at);
    }
    let mut before = vec![0_usize; next.len()];
    let crossing = |from: usize| {
        next[from].iter().map(|to| component[*to]).filter(move |to| *to != component[from])
    };
    (0..next.len()).flat_map(crossing).for_each(|to| before[to] += 1);
    let free = members.iter().filter(|(number, _)| before[**number] == 0);
    let mut free: BinaryHeap<Reverse<(usize, usize)>> =
        free.map(|(number, of)| Reverse((of[0], *number))).collect();
    let mut batches = Vec::new();
    while let Some(Reverse((_, number))) = free.pop() {
        let batch = members.remove(&number).unwrap_or_default();
        for to in batch.iter().flat_map(|from| crossing(*from)) {
            before[to] -= 1;
            if before[to] == 0 {
                free.push(Reverse((members[&to][0], to)));
            }
        }
        batches.push(batch);
    }
    batches
}

#[cfg(test)]
mod tests;
