//! Hybrid logical clocks (Kulkarni, Demirbas, Madappa, Avva and Leone, *Logical Physical Clocks*,
//! 2014) read off signed statements.
//!
//! What a statement refers to, and its attester's statement before it, are the events that its
//! attester had seen: they are the messages of the paper. So nobody carries a stamp, and nobody can
//! lie about one: who knows the causes computes it. A statement whose causes are not here is
//! stamped by its own clock, and again when they come: stamps only grow.

use std::collections::{BTreeMap, VecDeque};

use super::Item;
use crate::attestation::{AttesterId, Id, IdMap};
use crate::kernel::{LocalTime, Span};

/// A hybrid timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    /// The highest clock among what had been seen.
    pub(super) l: LocalTime,
    /// Tells apart what has that clock; at its end it grows no more.
    pub(super) c: u16,
}

impl Stamp {
    /// The stamp of what is written at `pt` by who has seen `seen` at most: figure 5 of the paper,
    /// both rules, as the higher of its own last stamp and the message's decides in each case.
    fn after(pt: LocalTime, seen: Option<Self>) -> Self {
        match seen {
            Some(seen) if seen.l >= pt => Self { l: seen.l, c: seen.c.saturating_add(1) },
            _ => Self { l: pt, c: 0 },
        }
    }
}

/// The stamps of statements that came lately.
#[derive(Clone)]
pub(super) struct Stamps {
    history: Span,
    known: IdMap<Known>,
    /// By attester, in the order of its numbers; more than one with a number if it equivocates.
    numbered: BTreeMap<AttesterId, VecDeque<(u32, Id)>>,
    /// By what they refer to.
    effects: IdMap<Vec<Id>>,
    ages: VecDeque<(LocalTime, Id)>,
}

#[derive(Clone)]
struct Known {
    item: Item,
    stamp: Stamp,
    /// Its stamp stays.
    is_settled: bool,
}

/// A statement gets a stamp, the first or a higher one.
#[derive(Clone)]
pub struct Stamped {
    pub(super) item: Item,
    pub(super) before: Option<Stamp>,
    pub(super) stamp: Stamp,
}

impl Stamps {
    /// Statements are known for `history`.
    pub(super) fn new(history: Span) -> Self {
        Self {
            history,
            known: IdMap::default(),
            numbered: BTreeMap::new(),
            effects: IdMap::default(),
            ages: VecDeque::new(),
        }
    }

    /// How many are known.
    pub(super) fn len(&self) -> usize {
        self.ages.len()
    }

    /// The statement of that id, with its stamp.
    pub(super) fn find(&self, id: &Id) -> Option<(&Item, Stamp)> {
        self.known.find(id).map(|known| (&known.item, known.stamp))
    }

    /// What changes when `item` comes, which is not known: its own stamp first, then those of its
    /// effects that are not settled.
    pub(super) fn plan(&self, item: &Item) -> Vec<Stamped> {
        let mut stamps: BTreeMap<Id, Stamp> = BTreeMap::new();
        let mut changes: Vec<Stamped> = Vec::new();
        let mut changed = VecDeque::from([item.clone()]);
        while let Some(at) = changed.pop_front() {
            let id = at.id();
            let stamp = self.stamp(&at, item, &stamps);
            let known = self.known.find(&id).map(|known| known.stamp);
            if stamps.get(&id).copied().or(known) == Some(stamp) {
                continue;
            }
            changed.extend(self.effects_of(&at, item));
            if stamps.insert(id, stamp).is_none() {
                changes.push(Stamped { item: at, before: known, stamp });
            }
        }
        for change in &mut changes {
            change.stamp = stamps[&change.item.id()];
        }
        changes
    }

    /// Makes one of the changes planned.
    pub(super) fn take(&mut self, now: LocalTime, change: &Stamped) {
        let Stamped { item, stamp, .. } = change;
        let id = item.id();
        if let Some(known) = self.known.find_mut(&id) {
            known.stamp = *stamp;
            return;
        }
        let (attester, number) = number(item);
        let line = self.numbered.entry(attester).or_default();
        line.insert(line.partition_point(|(other, _)| *other <= number), (number, id));
        if let Some(cause) = item.signed.attestation.action.reference() {
            self.effects.find_or_insert_with(cause, Vec::new).push(id);
        }
        self.ages.push_back((now, id));
        self.known.insert(id, Known { item: item.clone(), stamp: *stamp, is_settled: false });
    }

    /// The stamp of `id` stays from now on.
    pub(super) fn settle(&mut self, id: &Id) {
        if let Some(known) = self.known.find_mut(id) {
            known.is_settled = true;
        }
    }

    /// Forgets what came longer than the history ago, up to the first that is not settled.
    pub(super) fn forget_old(&mut self, now: LocalTime) {
        while let Some((at, id)) = self.ages.front().copied()
            && at + self.history < now
            && self.known.find(&id).is_none_or(|known| known.is_settled)
        {
            self.ages.pop_front();
            let Some(known) = self.known.remove(&id) else { continue };
            self.leave_out(known.item.signed.attestation.attester, &id);
            self.effects.remove(&id);
            let cause = known.item.signed.attestation.action.reference();
            if let Some(effects) = cause.and_then(|cause| self.effects.find_mut(&cause)) {
                effects.retain(|effect| *effect != id);
            }
        }
    }

    /// One of an attester's statements is not known any more: most often its first.
    fn leave_out(&mut self, attester: AttesterId, id: &Id) {
        let Some(line) = self.numbered.get_mut(&attester) else { return };
        if let Some(place) = line.iter().position(|(_, known)| known == id) {
            line.remove(place);
        }
        if line.is_empty() {
            self.numbered.remove(&attester);
        }
    }

    /// What is known under an attester's number, in the order in which it came.
    fn numbered(&self, (attester, number): (AttesterId, u32)) -> impl Iterator<Item = &Id> {
        let line = self.numbered.get(&attester);
        let from = line.map_or(0, |line| line.partition_point(|(other, _)| *other < number));
        let same = line.into_iter().flat_map(move |line| line.range(from..));
        same.take_while(move |(other, _)| *other == number).map(|(_, id)| id)
    }

    /// What `item` is stamped if `new` comes and the stamps planned are given.
    fn stamp(&self, item: &Item, new: &Item, planned: &BTreeMap<Id, Stamp>) -> Stamp {
        let attestation = &item.signed.attestation;
        let before = attestation.sequence.checked_sub(1).map(|n| (attestation.attester, n));
        let known = before.into_iter().flat_map(|before| self.numbered(before)).copied();
        let new = Some(new).filter(|new| before == Some(number(new))).map(Item::id);
        let causes = known.chain(new);
        let stamp = |id: Id| {
            let known = self.known.find(&id).map(|known| known.stamp);
            planned.get(&id).copied().or(known)
        };
        let seen = causes.chain(attestation.action.reference()).filter_map(stamp).max();
        Stamp::after(attestation.written_at, seen)
    }

    /// What is stamped after `item` and is not settled, with `new` if that is such.
    fn effects_of(&self, item: &Item, new: &Item) -> impl Iterator<Item = Item> + '_ {
        let (attester, at) = number(item);
        let next = self.numbered((attester, at.saturating_add(1)));
        let referring = self.effects.find(&item.id());
        let known = next.chain(referring.into_iter().flatten());
        let known = known.filter_map(|id| self.known.find(id)).filter(|known| !known.is_settled);
        let is_effect = number(new) == (attester, at.saturating_add(1))
            || new.signed.attestation.action.reference() == Some(item.id());
        let new = is_effect.then(|| new.clone());
        known.map(|known| known.item.clone()).chain(new)
    }
}

fn number(item: &Item) -> (AttesterId, u32) {
    (item.signed.attestation.attester, item.signed.attestation.sequence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordering::transcript::Names;

    /// Statements come in the order given; their stamps at the end, in milliseconds.
    fn check(written: &str, comes: &str, expected: &str) {
        let mut names = Names::for_tests();
        for name in written.split(' ') {
            names.item(name, Span::ZERO).expect("names are well formed");
        }
        let mut stamps = Stamps::new(Span::from_secs(60));
        let items: Vec<Item> = comes
            .split(' ')
            .map(|name| names.item(name, Span::ZERO).expect("names are well formed"))
            .collect();
        for item in &items {
            for change in stamps.plan(item) {
                stamps.take(LocalTime(0), &change);
            }
        }
        let said: Vec<String> = items
            .iter()
            .filter_map(|item| stamps.find(&item.id()))
            .map(|(_, stamp)| format!("{}.{}", stamp.l.0 / 1_000_000, stamp.c))
            .collect();
        assert_eq!(said.join(" "), expected, "{comes}");
    }

    #[test]
    fn an_effect_is_later_than_its_cause() {
        check("a0@5ms b0<a0@9ms", "a0 b0", "5.0 9.0");
        check("a0@9ms b0<a0@5ms", "a0 b0", "9.0 9.1");
        check("a0@9ms b0<a0@5ms c0<b0@7ms", "a0 b0 c0", "9.0 9.1 9.2");
    }

    #[test]
    fn an_attester_does_not_go_back() {
        check("a0@9ms a1@5ms", "a0 a1", "9.0 9.1");
        check("a0@9ms b0@2ms b1<a0@5ms", "a0 b0 b1", "9.0 2.0 9.1");
    }

    #[test]
    fn causes_may_come_in_any_order() {
        let written = "a0@9ms b0<a0@5ms b1@6ms c0<b1@7ms";
        check(written, "a0 b0 b1 c0", "9.0 9.1 9.2 9.3");
        check(written, "c0 b1 b0 a0", "9.3 9.2 9.1 9.0");
        check(written, "b1 a0 c0 b0", "9.2 9.0 9.3 9.1");
    }

    #[test]
    fn who_refers_to_its_own_future_comes_to_an_end() {
        check("a1@5ms a0<a1@5ms", "a1 a0", "5.65535 5.65535");
        check("a1@5ms a0<a1@5ms", "a0 a1", "5.65535 5.65535");
    }
}
