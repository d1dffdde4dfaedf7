//! A checker that tries every order of every choice of what happened; for a few operations only.

use crate::history::{Action, Model, Operation, Value};

/// Whether some order of these explains every answer. Of what never returned any part may have
/// happened.
pub(super) fn is_linearizable(operations: &[Operation], model: Model) -> bool {
    let initial: Value = match model {
        Model::Register => None,
        Model::CasRegister => Some("0".to_owned()),
        Model::Kv => Some(String::new()),
    };
    let mut keys: Vec<&str> = operations.iter().map(|operation| operation.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().all(|key| {
        let left: Vec<&Operation> =
            operations.iter().filter(|operation| operation.key == key).collect();
        goes_on(&left, &initial)
    })
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
