//! What is not yet delivered, whether or not a block holds it: bodies, and when this validator is
//! to propose them.
//!
//! Clients hand in at every validator, and one block is enough. So validators stand in line for
//! an attestation, the first by its id; each gives those before it a turn. Sui does likewise
//! (`consensus_adapter.rs`, the submit delay by position).

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::attestation::{Id, IdMap, Signed};
use crate::kernel::{LocalTime, Span};
use crate::ordering::{Item, Try};

/// Bodies, and the tries that wait to be delivered.
pub(super) struct Pool {
    history: Span,
    known: IdMap<Known>,
    /// When what waits is to be proposed here.
    due: BTreeSet<(LocalTime, Id)>,
    ages: VecDeque<(LocalTime, Id)>,
    placed: usize,
    /// Attestations that wait for this validator before all others, and their bytes.
    mine: usize,
    mine_bytes: u64,
}

struct Known {
    signed: Arc<Signed>,
    len: u32,
    since: LocalTime,
    waits: Option<Waits>,
}

#[derive(Clone, Copy)]
struct Waits {
    attempt: u8,
    due: LocalTime,
    /// Whether a block of the DAG holds it.
    is_placed: bool,
    /// Whether this validator is the first in line.
    is_mine: bool,
}

impl Pool {
    pub(super) fn new(history: Span) -> Self {
        Self {
            history,
            known: IdMap::default(),
            due: BTreeSet::new(),
            ages: VecDeque::new(),
            placed: 0,
            mine: 0,
            mine_bytes: 0,
        }
    }

    /// The try waits to be proposed here at `due`, unless it or a later one waits already.
    pub(super) fn submit(&mut self, now: LocalTime, item: &Item, due: LocalTime) {
        let attempt = item.attempt;
        let mut waits = Waits { attempt, due, is_placed: false, is_mine: due <= now };
        let known = self.know(now, &item.signed);
        if known.waits.is_some_and(|old| old.attempt >= attempt) {
            return;
        }
        if let Some(old) = known.waits.filter(|old| old.is_placed) {
            (waits.due, waits.is_placed) = (due.min(old.due), true);
        }
        self.wait(item.id(), Some(waits));
    }

    /// A block of the DAG holds the try: it is proposed here again at `due`, if not delivered. The
    /// blocks of others put that off once: or whoever proposes it again and again, in blocks that
    /// nobody refers to, would keep all others from it.
    pub(super) fn place(&mut self, now: LocalTime, item: &Item, due: LocalTime, is_own: bool) {
        let mut waits = Waits { attempt: item.attempt, due, is_placed: true, is_mine: false };
        let known = self.know(now, &item.signed);
        if known.waits.is_some_and(|old| old.attempt > item.attempt) {
            return;
        }
        if let Some(old) = known.waits.filter(|old| old.is_placed && !is_own) {
            waits.due = due.min(old.due);
        }
        self.wait(item.id(), Some(waits));
    }

    /// Keeps a body, for a block that needs it.
    pub(super) fn learn(&mut self, now: LocalTime, signed: &Arc<Signed>) {
        self.know(now, signed);
    }

    pub(super) fn body(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.known.find(id).map(|known| &known.signed)
    }

    /// The try has its place in the order: neither it nor an earlier one waits any more.
    pub(super) fn remove(&mut self, name: Try) {
        let waits = self.known.find(&name.id).and_then(|known| known.waits);
        if waits.is_none_or(|waits| waits.attempt <= name.attempt) {
            self.wait(name.id, None);
            self.known.remove(&name.id);
        }
    }

    /// Forgets what came longer than the history ago; its client will try again.
    pub(super) fn tidy(&mut self, now: LocalTime) {
        let horizon = now - self.history;
        while let Some((_, id)) = self.ages.front().copied().filter(|(at, _)| *at < horizon) {
            self.ages.pop_front();
            if self.known.find(&id).is_some_and(|known| known.since < horizon) {
                self.wait(id, None);
                self.known.remove(&id);
            }
        }
    }

    /// Whether some block of the DAG holds what is not delivered.
    pub(super) fn has_placed(&self) -> bool {
        self.placed > 0
    }

    /// When the next attestation is to be proposed here.
    pub(super) fn next_due(&self) -> Option<LocalTime> {
        self.due.first().map(|(due, _)| *due)
    }

    /// What is due, the earliest first, up to so many bytes but at least one.
    pub(super) fn batch(&self, now: LocalTime, most: u64) -> Vec<Try> {
        let (mut tries, mut bytes) = (Vec::new(), 0);
        for (_, id) in self.due.iter().take_while(|(due, _)| *due <= now) {
            let Some((known, waits)) = self.known.find(id).and_then(|at| Some((at, at.waits?)))
            else {
                continue;
            };
            bytes += u64::from(known.len);
            if bytes > most && !tries.is_empty() {
                break;
            }
            tries.push(Try { id: *id, attempt: waits.attempt });
        }
        tries
    }

    /// How many attestations wait for this validator before all others, and their bytes.
    pub(super) fn mine(&self) -> (usize, u64) {
        (self.mine, self.mine_bytes)
    }

    fn know(&mut self, now: LocalTime, signed: &Arc<Signed>) -> &mut Known {
        let ages = &mut self.ages;
        self.known.find_or_insert_with(signed.id, || {
            ages.push_back((now, signed.id));
            Known { len: signed.wire_len(), signed: signed.clone(), since: now, waits: None }
        })
    }

    fn wait(&mut self, id: Id, waits: Option<Waits>) {
        let Some(known) = self.known.find_mut(&id) else { return };
        if let Some(old) = std::mem::replace(&mut known.waits, waits) {
            self.due.remove(&(old.due, id));
            self.placed -= usize::from(old.is_placed);
            self.mine -= usize::from(old.is_mine);
            self.mine_bytes -= u64::from(old.is_mine) * u64::from(known.len);
        }
        if let Some(new) = waits {
            self.due.insert((new.due, id));
            self.placed += usize::from(new.is_placed);
            self.mine += usize::from(new.is_mine);
            self.mine_bytes += u64::from(new.is_mine) * u64::from(known.len);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordering::transcript::Names;

    /// Plays steps such as `submit a0 at 2s`, `other a0 at 5s` for a block of somebody else's,
    /// `own a0 at 5s`, `deliver a0`; names what waits, by when it is due.
    fn check(steps: &str, expected: &str) {
        let mut names = Names::for_tests();
        let mut pool = Pool::new(Span::from_secs(600));
        for step in steps.split(", ") {
            let words: Vec<&str> = step.split(' ').collect();
            let item = names.item(words[1], Span::ZERO).expect("names are well formed");
            let now = LocalTime(0);
            let due = words.get(3).map_or(now, |at| now + at.parse().expect("a time"));
            match words[0] {
                "submit" => pool.submit(now, &item, due),
                "own" => pool.place(now, &item, due, true),
                "other" => pool.place(now, &item, due, false),
                "deliver" => pool.remove(item.named()),
                verb => panic!("{verb} is no step"),
            }
        }
        let due = pool.due.iter().filter_map(|(due, id)| {
            let waits = pool.known.find(id)?.waits?;
            let name = names.legible(&format!("{:?}", Try { id: *id, attempt: waits.attempt }));
            Some(format!("{name} at {}s", due.0 / 1_000_000_000))
        });
        assert_eq!(due.collect::<Vec<_>>().join(", "), expected, "{steps}");
    }

    #[test]
    fn a_block_that_holds_it_gives_its_author_time() {
        check("submit a0 at 1s, submit b0 at 2s", "a0 at 1s, b0 at 2s");
        check("submit a0 at 1s, other a0 at 6s", "a0 at 6s");
        check("submit a0 at 1s, other a0 at 6s, deliver a0", "");
    }

    #[test]
    fn it_gives_that_time_once() {
        check("submit a0 at 1s, other a0 at 6s, other a0 at 9s", "a0 at 6s");
        check("submit a0 at 1s, other a0 at 6s, own a0 at 12s, other a0 at 13s", "a0 at 12s");
    }

    #[test]
    fn another_try_gives_no_more() {
        check("submit a0 at 1s, submit a0.1 at 3s", "a0.1 at 3s");
        check("other a0 at 6s, submit a0.1 at 9s, other a0.1 at 14s", "a0.1 at 6s");
        check("other a0 at 6s, submit a0.1 at 2s, other a0.1 at 14s", "a0.1 at 2s");
        check("other a0.1 at 6s, submit a0 at 2s, other a0 at 3s", "a0.1 at 6s");
    }
}
