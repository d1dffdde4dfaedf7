//! A checker that tries every order of every choice of what happened; for a few operations only.

use std::collections::BTreeSet;

use crate::history::{Action, Model, Operation, Value};

/// Whether some order of these explains every answer. Of what never returned any part may have
/// happened.
pub(super) fn is_linearizable(operations: &[Operation], model: Model) -> bool {
    let initial = initial(model);
    let mut keys: Vec<&str> = operations.iter().map(|operation| operation.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().all(|key| {
        let left: Vec<&Operation> =
            operations.iter().filter(|operation| operation.key == key).collect();
        goes_on(&left, &initial)
    })
}

/// The same if only the operations at the places `kept`, all of one key, are held to have happened.
/// What others would write may be written while they were under way, once, often or never.
pub(super) fn explains(operations: &[Operation], model: Model, kept: &[usize]) -> bool {
    let longest = operations.iter().map(|operation| match &operation.action {
        Action::Read(text) | Action::Write(text) | Action::Cas { new: text, .. } => {
            text.as_ref().map_or(0, String::len)
        }
        Action::Append(_) | Action::CasFailed(_) | Action::Nothing => 0,
    });
    let place = Place { left: kept.to_vec(), value: initial(model), now: i64::MIN };
    let mut loose =
        Loose { operations, kept, longest: longest.max().unwrap_or(0), been: BTreeSet::new() };
    loose.goes_on(place)
}

/// Where a try has come to: what has still to happen, what the register holds, and before when
/// nothing more can end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    left: Vec<usize>,
    value: Value,
    now: i64,
}

struct Loose<'a> {
    operations: &'a [Operation],
    kept: &'a [usize],
    /// Nobody saw or wrote a text longer than this.
    longest: usize,
    been: BTreeSet<Place>,
}

impl Loose<'_> {
    fn goes_on(&mut self, place: Place) -> bool {
        let ends = place.left.iter().filter_map(|at| self.operations[*at].returned);
        let Some(first_end) = ends.min() else { return true };
        if !self.been.insert(place.clone()) {
            return false;
        }
        (0..self.operations.len()).any(|at| {
            let next = &self.operations[at];
            let is_kept = self.kept.contains(&at);
            let is_over = next.returned.is_some_and(|end| end < place.now);
            if next.called > first_end || is_over || is_kept && !place.left.contains(&at) {
                return false;
            }
            let value = match (is_kept, &next.action) {
                (true, _) => after(next, &place.value),
                (false, Action::Write(new) | Action::Cas { new, .. }) => Some(new.clone()),
                (false, Action::Append(_)) => after(next, &place.value),
                (false, Action::Read(_) | Action::CasFailed(_) | Action::Nothing) => None,
            };
            let left = place.left.iter().copied().filter(|other| *other != at).collect();
            let now = place.now.max(next.called);
            value.is_some_and(|value| self.goes_on(Place { left, value: self.cut(value), now }))
        })
    }

    /// Texts that nobody can read need not grow for ever.
    fn cut(&self, value: Value) -> Value {
        value.map(|text| text.chars().take(self.longest + 1).collect())
    }
}

fn initial(model: Model) -> Value {
    match model {
        Model::Register => None,
        Model::CasRegister => Some("0".to_owned()),
        Model::Kv => Some(String::new()),
    }
}

fn goes_on(left: &[&Operation], value: &Value) -> bool {
    if left.iter().all(|operation| operation.returned.is_none()) {
        return true;
    }
    (0..left.len()).any(|at| {
        let next = left[at];
        let is_late = |other: &&Operation| other.returned.is_some_and(|end| end < next.called);
        if left.iter().any(is_late) {
            return false;
        }
        let rest: Vec<&Operation> = [&left[..at], &left[at + 1..]].concat();
        after(next, value).is_some_and(|value| goes_on(&rest, &value))
    })
}

fn after(operation: &Operation, value: &Value) -> Option<Value> {
    match &operation.action {
        Action::Read(seen) => (seen == value).then(|| value.clone()),
        Action::Write(new) => Some(new.clone()),
        Action::Cas { expected, new } => (expected == value).then(|| new.clone()),
        Action::CasFailed(expected) => (expected != value).then(|| value.clone()),
        Action::Append(more) => Some(Some(value.clone().unwrap_or_default() + more)),
        Action::Nothing => Some(value.clone()),
    }
}
