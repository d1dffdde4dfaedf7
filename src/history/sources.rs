//! Where what was seen came from: the operations that a reader of a core looks for next.

use super::action::{Action, Operation, Value};

/// For each of `core` that saw something, who set it: the last who was called before it was seen,
/// else the first who was called at all. None that is in the core itself.
pub(super) fn sources(operations: &[Operation], core: &[usize]) -> Vec<usize> {
    let source = |look: &usize| {
        let Operation { key, returned, action, .. } = &operations[*look];
        let seen = match action {
            Action::Read(seen) | Action::Cas { expected: seen, .. } => seen,
            Action::Write(_) | Action::CasFailed(_) | Action::Append(_) | Action::Nothing => {
                return None;
            }
        };
        let sets = |place: &usize| {
            operations[*place].key == *key && *place != *look && sets(&operations[*place], seen)
        };
        let called = |place: &usize| (operations[*place].called, *place);
        let is_before =
            |place: &usize| returned.is_none_or(|seen| operations[*place].called <= seen);
        let all = || (0..operations.len()).filter(sets);
        all().filter(is_before).max_by_key(called).or_else(|| all().min_by_key(called))
    };
    let mut sources: Vec<usize> = core.iter().filter_map(source).collect();
    sources.retain(|place| !core.contains(place));
    sources.sort_by_key(|place| (operations[*place].called, *place));
    sources.dedup();
    sources
}

/// Whether an operation leaves this behind; of a text its last part.
fn sets(operation: &Operation, seen: &Value) -> bool {
    match &operation.action {
        Action::Write(new) | Action::Cas { new, .. } => new == seen,
        Action::Append(more) => {
            !more.is_empty() && seen.as_ref().is_some_and(|text| text.ends_with(more.as_str()))
        }
        Action::Read(_) | Action::CasFailed(_) | Action::Nothing => false,
    }
}
