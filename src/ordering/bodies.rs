//! What was handed in: bodies by id, and which tries are still to be ordered. For strategies whose
//! messages carry names ([`Try`]) and not bodies.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::{Item, Try};
use crate::attestation::{Id, IdMap, Signed};
use crate::kernel::{LocalTime, Span};

/// Bodies and the state of their tries. Kept for `history` after the last thing that happened to
/// them; a try that nobody orders is forgotten with its body, its client will try again.
pub struct Bodies {
    history: Span,
    known: IdMap<Known>,
    /// Tries not yet ordered and since when, in the order in which they came.
    waiting: BTreeMap<u64, (LocalTime, Try)>,
    arrivals: u64,
    /// Every known id once, with a time before which it is not to be forgotten.
    ages: VecDeque<(LocalTime, Id)>,
}

struct Known {
    /// Unknown if others ordered it and no router brought it.
    signed: Option<Arc<Signed>>,
    tries: Vec<(u8, State)>,
    touched: LocalTime,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Came as the n-th.
    Waiting(u64),
    Ordered,
    Delivered,
}

impl Bodies {
    /// None yet; they stay for `history`.
    pub fn new(history: Span) -> Self {
        Self {
            history,
            known: IdMap::default(),
            waiting: BTreeMap::new(),
            arrivals: 0,
            ages: VecDeque::new(),
        }
    }

    /// Takes in what a router hands in. False if this very try is known already.
    pub fn submit(&mut self, now: LocalTime, item: &Item) -> bool {
        let arrival = self.arrivals;
        if !self.enter(now, item, State::Waiting(arrival)) {
            return false;
        }
        self.arrivals += 1;
        self.waiting.insert(arrival, (now, item.named()));
        true
    }

    /// Takes in a body that a peer gave; not to be ordered by us.
    pub fn learn(&mut self, now: LocalTime, signed: &Arc<Signed>) {
        self.know(now, signed.id).signed.get_or_insert_with(|| signed.clone());
    }

    /// The body of `id`, if known.
    pub fn body(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.known.find(id)?.signed.as_ref()
    }

    /// The item of that name, if its body is known, from whichever try.
    pub fn item(&self, name: Try) -> Option<Item> {
        Some(Item { signed: self.body(&name.id)?.clone(), attempt: name.attempt })
    }

    /// Whether this try has been ordered or delivered.
    pub fn is_ordered(&self, name: Try) -> bool {
        matches!(self.state(name), Some(State::Ordered | State::Delivered))
    }

    /// Whether this try has been delivered.
    pub fn is_delivered(&self, name: Try) -> bool {
        self.state(name) == Some(State::Delivered)
    }

    /// Tries that came and are not ordered, the earliest first.
    pub fn waiting(&self) -> impl Iterator<Item = Try> + '_ {
        self.waiting.values().map(|(_, name)| *name)
    }

    /// Those that came before `until`, but not before `from`; the earliest first.
    pub fn waiting_since(
        &self,
        from: LocalTime,
        until: LocalTime,
    ) -> impl Iterator<Item = Item> + '_ {
        let late = self.waiting.values().take_while(move |(since, _)| *since < until);
        let late = late.filter(move |(since, _)| *since >= from);
        late.filter_map(|(_, name)| self.item(*name))
    }

    /// For how long this try has waited to be ordered; not at all if it does not wait.
    pub fn has_waited(&self, now: LocalTime, name: Try) -> Span {
        match self.state(name) {
            Some(State::Waiting(arrival)) => {
                self.waiting.get(&arrival).map_or(Span::ZERO, |(since, _)| now.since(*since))
            }
            Some(State::Ordered | State::Delivered) | None => Span::ZERO,
        }
    }

    /// How many tries came and are not ordered.
    pub fn waiting_len(&self) -> usize {
        self.waiting.len()
    }

    /// The try has its place, whether or not its body is known here.
    pub fn order(&mut self, now: LocalTime, name: Try) {
        self.know(now, name.id);
        self.change(now, name, State::Ordered);
    }

    /// The try lost its place, so it waits again, behind all that wait; a delivered one never. One
    /// without a body is forgotten instead: nobody may have it any more.
    pub fn unorder(&mut self, now: LocalTime, name: Try) {
        if self.state(name) != Some(State::Ordered) {
            return;
        }
        if self.body(&name.id).is_none() {
            let tries = self.known.find_mut(&name.id).map(|known| &mut known.tries);
            tries.into_iter().for_each(|tries| tries.retain(|(known, _)| *known != name.attempt));
        } else {
            let arrival = self.arrivals;
            self.arrivals += 1;
            self.change(now, name, State::Waiting(arrival));
            self.waiting.insert(arrival, (now, name));
        }
    }

    /// The try has been delivered. Its body must be known.
    pub fn deliver(&mut self, now: LocalTime, item: &Item) {
        if !self.enter(now, item, State::Delivered) {
            self.change(now, item.named(), State::Delivered);
        }
    }

    /// Forgets what nothing has happened to for longer than the history. Cheap; call it often.
    pub fn forget_old(&mut self, now: LocalTime) {
        while let Some((from, _)) = self.ages.front()
            && *from < now
        {
            let Some((_, id)) = self.ages.pop_front() else { return };
            let Some(known) = self.known.find(&id) else { continue };
            let (until, in_use) = (known.touched + self.history, known.is_in_use());
            if until >= now || in_use {
                let until = until.max(now + Span::TICK);
                self.ages.push_back((until, id));
                continue;
            }
            for (_, state) in self.known.remove(&id).into_iter().flat_map(|k| k.tries) {
                if let State::Waiting(arrival) = state {
                    self.waiting.remove(&arrival);
                }
            }
        }
    }

    fn state(&self, name: Try) -> Option<State> {
        self.known.find(&name.id)?.state(name.attempt)
    }

    /// Enters a try that is not known yet.
    fn enter(&mut self, now: LocalTime, item: &Item, state: State) -> bool {
        let known = self.know(now, item.id());
        known.signed.get_or_insert_with(|| item.signed.clone());
        let is_new = known.state(item.attempt).is_none();
        if is_new {
            known.touched = now;
            known.tries.push((item.attempt, state));
        }
        is_new
    }

    fn know(&mut self, now: LocalTime, id: Id) -> &mut Known {
        let (ages, until) = (&mut self.ages, now + self.history);
        self.known.find_or_insert_with(id, || {
            ages.push_back((until, id));
            Known { signed: None, tries: Vec::with_capacity(1), touched: now }
        })
    }

    fn change(&mut self, now: LocalTime, name: Try, state: State) {
        let Some(known) = self.known.find_mut(&name.id) else { return };
        known.touched = now;
        match known.tries.iter_mut().find(|(attempt, _)| *attempt == name.attempt) {
            Some((_, old)) => {
                if let State::Waiting(arrival) = std::mem::replace(old, state) {
                    self.waiting.remove(&arrival);
                }
            }
            None => known.tries.push((name.attempt, state)),
        }
    }
}

impl Known {
    fn state(&self, attempt: u8) -> Option<State> {
        self.tries.iter().find(|(known, _)| *known == attempt).map(|(_, state)| *state)
    }

    /// Whether an order refers to it that is not delivered yet.
    fn is_in_use(&self) -> bool {
        self.tries.iter().any(|(_, state)| *state == State::Ordered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordering::transcript::Names;

    const HISTORY: Span = Span::from_secs(10);

    /// Plays steps such as `+a0`, `order a0`, `12s`; names what waits at the end, by arrival.
    fn check(steps: &str, expected: &str) {
        let mut names = Names::for_tests();
        let mut bodies = Bodies::new(HISTORY);
        let mut now = LocalTime(0);
        for step in steps.split(", ") {
            let (verb, name) = step.split_once(' ').unwrap_or((step, ""));
            if let Ok(span) = verb.parse::<Span>() {
                now = now + span;
                bodies.forget_old(now);
                continue;
            }
            let item = names.item(name, Span::ZERO).expect("names are well formed");
            match verb {
                "submit" => drop(bodies.submit(now, &item)),
                "learn" => bodies.learn(now, &item.signed),
                "order" => bodies.order(now, item.named()),
                "unorder" => bodies.unorder(now, item.named()),
                "deliver" => bodies.deliver(now, &item),
                _ => panic!("{verb} is no step"),
            }
        }
        let waiting: Vec<String> =
            bodies.waiting().map(|name| names.legible(&format!("{name:?}"))).collect();
        assert_eq!(format!("{} of {}", waiting.join(" "), bodies.known.len()), expected, "{steps}");
    }

    #[test]
    fn what_came_first_waits_in_front() {
        check("submit b0, submit a0, submit b0, submit b0.1", "b0 a0 b0.1 of 2");
    }

    #[test]
    fn what_is_ordered_does_not_wait() {
        check("submit a0, submit b0, order a0, submit a0", "b0 of 2");
        check("submit a0, submit b0, order a0, submit a0.1", "b0 a0.1 of 2");
        check("learn a0, order a0, submit a0", " of 1");
        check("submit a0, submit b0, order a0, unorder a0", "b0 a0 of 2");
        check("order a0, submit a0, submit b0", "b0 of 2");
        check("submit a0, order a0, deliver a0, unorder a0", " of 1");
        check("order a0, unorder a0", " of 1");
        check("order a0, unorder a0, submit a0", "a0 of 1");
        check("order a0, unorder a0, 11s", " of 0");
    }

    #[test]
    fn what_nothing_happens_to_is_forgotten() {
        check("submit a0, 11s", " of 0");
        check("submit a0, 5s, order a0, deliver a0, 6s", " of 1");
        check("submit a0, 5s, order a0, deliver a0, 6s, 5s", " of 0");
        check("submit a0, order a0, 60s", " of 1");
    }
}
