//! The same by definition: all subsets, all paths, no clever order. Over every way to list up to
//! so many names.

use super::*;

/// Everything named, and who lists what where.
struct Dumb<'a> {
    names: Vec<Try>,
    lists: &'a [Vec<Try>],
    solid: usize,
    shown: usize,
}

impl<'a> Dumb<'a> {
    fn new(lists: &'a [Vec<Try>], solid: usize, shown: usize) -> Self {
        let mut names: Vec<Try> = lists.concat();
        names.sort_unstable();
        names.dedup();
        Self { names, lists, solid, shown }
    }

    fn count(&self, name: &Try) -> usize {
        self.lists.iter().filter(|list| list.contains(name)).count()
    }

    fn place(list: &[Try], name: &Try) -> usize {
        list.iter().position(|listed| listed == name).unwrap_or(list.len())
    }

    fn must_precede(&self, early: &Try, late: &Try) -> bool {
        let against = |list: &&Vec<Try>| Self::place(list, late) < Self::place(list, early);
        early != late && self.lists.iter().filter(against).count() < self.shown
    }

    /// What of all sets that nothing outside must precede is in any: their union is one, too.
    fn ready(&self) -> Vec<Try> {
        let sets = (0..1_u32 << self.names.len()).map(|bits| {
            let has = move |at: &usize| bits >> at & 1 == 1;
            (0..self.names.len()).filter(has).map(|at| self.names[at]).collect::<Vec<Try>>()
        });
        let is_closed = |set: &Vec<Try>| {
            let mut outside = self.names.iter().filter(|name| !set.contains(name));
            set.iter().all(|name| self.count(name) >= self.solid)
                && outside.all(|early| {
                    let waits = |late: &Try| self.must_precede(early, late);
                    self.count(early) < self.shown || !set.iter().any(waits)
                })
        };
        let mut ready: Vec<Try> = sets.filter(is_closed).flatten().collect();
        ready.sort_unstable();
        ready.dedup();
        ready
    }

    /// Whether one comes before another by steps within `among`.
    fn leads(&self, among: &[Try], from: &Try, to: &Try) -> bool {
        let mut reached = vec![*from];
        for _ in among {
            let next = |name: &&Try| reached.iter().any(|at| self.must_precede(at, name));
            let more: Vec<Try> = among.iter().filter(next).copied().collect();
            reached.extend(more);
            reached.sort_unstable();
            reached.dedup();
        }
        from != to && reached.contains(to)
    }

    fn rank(&self, name: &Try) -> (usize, Id) {
        (self.lists.iter().map(|list| Self::place(list, name)).sum(), name.id)
    }

    fn batches(&self) -> Vec<Vec<Try>> {
        let ready = self.ready();
        let (mut left, mut batches) = (ready.clone(), Vec::new());
        left.sort_by_key(|name| self.rank(name));
        while !left.is_empty() {
            let is_next = |name: &&Try| {
                let comes_later =
                    |of: &Try| self.leads(&ready, of, name) && !self.leads(&ready, name, of);
                !left.iter().any(comes_later)
            };
            let first = *left.iter().find(is_next).expect("what is finite has a beginning");
            let with_it = |name: &Try| {
                *name == first
                    || self.leads(&ready, &first, name) && self.leads(&ready, name, &first)
            };
            let (batch, rest) = left.iter().copied().partition(with_it);
            batches.push(batch);
            left = rest;
        }
        batches
    }
}

/// Every list of different letters of these, of every length.
fn lists(letters: &[char]) -> Vec<Vec<Try>> {
    let mut all = vec![Vec::new()];
    let mut from = 0;
    while from < all.len() {
        for letter in letters {
            if !all[from].contains(&name(*letter)) {
                let longer = [all[from].as_slice(), &[name(*letter)]].concat();
                all.push(longer);
            }
        }
        from += 1;
    }
    all
}

/// Every choice of so many of them, the sequence aside.
fn choices(of: usize, count: usize) -> Vec<Vec<usize>> {
    (0..count).fold(vec![Vec::new()], |all, _| {
        let longer = |some: &Vec<usize>| {
            let from = some.last().copied().unwrap_or(0);
            (from..of).map(|next| [some.as_slice(), &[next]].concat()).collect::<Vec<_>>()
        };
        all.iter().flat_map(longer).collect()
    })
}

/// Every situation with so many lists of these letters; how many have a cycle.
fn agree(letters: &[char], count: usize, solid: usize, shown: usize) -> usize {
    let all = lists(letters);
    let mut cycles = 0;
    for choice in choices(all.len(), count) {
        let lists: Vec<Vec<Try>> = choice.iter().map(|at| all[*at].clone()).collect();
        let found = batches(&lists, solid as u32, shown as u32);
        assert_eq!(found, Dumb::new(&lists, solid, shown).batches(), "{lists:?}");
        cycles += usize::from(found.iter().any(|batch| batch.len() > 1));
    }
    cycles
}

#[test]
fn it_is_what_the_definition_says() {
    assert_eq!(agree(&['a', 'b', 'c', 'd'], 2, 1, 1), 0, "unanimity has no cycles");
    assert_eq!(agree(&['a', 'b', 'c'], 4, 2, 1), 0, "nor has it among more");
    assert_eq!(agree(&['a', 'b', 'c'], 4, 3, 2), 2, "who names nothing contradicts nothing");
    assert!(agree(&['a', 'b', 'c'], 3, 3, 2) > 0, "Condorcet's");
}
