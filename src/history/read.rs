//! From a text to operations.

use std::collections::BTreeMap;

use super::action::{Model, Operation};
use super::fault::Fault;
use super::field::{Field, Line};
use super::meaning::{Outcome, action, outcome, words};

/// Reads a history: one operation a line, as a JSON object or in columns between tabs. Empty lines
/// and lines that begin with `#` are skipped.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn read(text: &str, model: Model) -> Result<Vec<Operation>, Fault> {
    let mut operations = Vec::new();
    let mut ids = BTreeMap::new();
    let mut start = 0;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        let line = whole.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
        let from = start + whole.find(line).unwrap_or_default();
        start += whole.len();
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let line = parse(line, from, model)?;
        if let Some(id) = &line.id
            && let Some(first) = ids.insert(id.text.clone(), number + 1)
        {
            let message = format!("the id `{}` is that of line {first}", id.text);
            return Err(Fault::new(
                id.place.clone(),
                message,
                "each operation has its own, or none",
            ));
        }
        operations.push(understand(&line, number + 1, model)?);
    }
    Ok(operations)
}

fn parse(line: &str, start: usize, model: Model) -> Result<Line, Fault> {
    let indent = line.len() - line.trim_start().len();
    let (object, at) = (line.trim(), start + indent);
    if object.starts_with('[') {
        let note = "a history has one JSON object a line: jq -c '.[]' <file>";
        return Err(Fault::new(at..at + 1, "a list of operations", note));
    }
    match object.starts_with('{') {
        true => Line::object(object, at),
        false => Line::columns(line, start, model == Model::Kv),
    }
}

fn understand(line: &Line, number: usize, model: Model) -> Result<Operation, Fault> {
    let called = time(&line.called)?;
    let returned = line.returned.as_ref().map(time).transpose()?;
    if let (Some(at), Some(field)) = (returned, &line.returned)
        && at < called
    {
        let message = format!("it returned at {at}, before it was called at {called}");
        let note = "times grow; a call that never returned has null, or `-` in columns";
        return Err(Fault::new(field.place.clone(), message, note));
    }
    let key = key(line, model)?;
    let outcome = outcome(line, model)?;
    let action = action(line, &outcome, model)?;
    let returned = returned.filter(|_| outcome != Outcome::Unknown);
    let (client, words) = (line.client.text.clone(), words(line, &outcome));
    Ok(Operation { line: number, client, called, returned, key, action, words })
}

/// Registers have one key; a `key` there makes as many registers as there are keys.
fn key(line: &Line, model: Model) -> Result<String, Fault> {
    match (&line.key, model) {
        (Some(key), _) => Ok(key.text.clone()),
        (None, Model::Register | Model::CasRegister) => Ok(String::new()),
        (None, Model::Kv) => {
            let note = "under kv each operation names its key, as in \"key\": \"x\"";
            Err(Fault::new(line.place.clone(), "this operation has no `key`", note))
        }
    }
}

fn time(field: &Field) -> Result<i64, Fault> {
    // The two ends stand for what was before all and what never returned.
    let inside = |time: &i64| *time > i64::MIN && *time < i64::MAX;
    let whole = field.text.parse::<i64>().ok().filter(inside);
    whole.ok_or_else(|| {
        let message = format!("`{}` is no time", field.text);
        Fault::new(field.place.clone(), message, "a whole number of any unit is, as in 17")
    })
}
