//! From a text to operations.

use std::collections::BTreeMap;

use super::action::{Action, Model, Operation};
use super::fault::Fault;
use super::field::{Field, Line, Outcome};

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
        let line = whole.trim_start_matches('\u{feff}');
        let indent = whole.len() - line.trim_start().len();
        let (from, line) = (start + indent, line.trim());
        start += whole.len();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = parse(line, from)?;
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

fn parse(line: &str, start: usize) -> Result<Line, Fault> {
    if line.starts_with('[') {
        let note = "a history has one JSON object a line: jq -c '.[]' <file>";
        return Err(Fault::new(start..start + 1, "a list of operations", note));
    }
    if line.starts_with('{') { Line::object(line, start) } else { Line::columns(line, start) }
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
    let action = action(line, model)?;
    let returned = returned.filter(|_| line.outcome != Outcome::Unknown);
    let key = key(line, model)?;
    let words = words(line);
    let client = line.client.text.clone();
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

fn action(line: &Line, model: Model) -> Result<Action, Fault> {
    let has_failed = has_failed(line);
    Ok(match (line.word.text.as_str(), model) {
        ("read", Model::Register | Model::CasRegister) | ("get", Model::Kv) => {
            seen(&line.outcome, model)
        }
        ("write", Model::Register | Model::CasRegister) | ("put", Model::Kv) => {
            let [value] = arguments(line)?;
            if has_failed { Action::Nothing } else { Action::Write(Some(value)) }
        }
        ("append", Model::Kv) => {
            let [more] = arguments(line)?;
            if has_failed { Action::Nothing } else { Action::Append(more) }
        }
        ("cas", Model::Register | Model::CasRegister) => {
            let [expected, new] = arguments(line)?.map(Some);
            match (has_failed, model) {
                (false, _) => Action::Cas { expected, new },
                (true, Model::Register) => Action::CasFailed(expected),
                (true, Model::CasRegister | Model::Kv) => Action::Nothing,
            }
        }
        _ => return Err(strange(&line.word, model)),
    })
}

fn has_failed(line: &Line) -> bool {
    match &line.outcome {
        Outcome::Failed => true,
        Outcome::Value(value) if line.word.text == "cas" => value == "fail" || value == "false",
        Outcome::Value(_) | Outcome::Unknown | Outcome::Nil => false,
    }
}

/// What a read saw. `nil` is what a `register` holds at first; elsewhere nobody was told anything.
fn seen(outcome: &Outcome, model: Model) -> Action {
    match (outcome, model) {
        (Outcome::Value(value), _) => Action::Read(Some(value.clone())),
        (Outcome::Nil, Model::Register) => Action::Read(None),
        (Outcome::Nil | Outcome::Unknown | Outcome::Failed, _) => Action::Nothing,
    }
}

fn arguments<const N: usize>(line: &Line) -> Result<[String; N], Fault> {
    let texts: Vec<String> = line.arguments.iter().map(|field| field.text.clone()).collect();
    let found = texts.len();
    texts.try_into().map_err(|_| {
        let (word, plural) = (&line.word.text, if N == 1 { "" } else { "s" });
        let message = format!("`{word}` has {found} here, and needs {N} argument{plural}");
        let note = match N {
            1 => format!("write \"op\": \"{word}\", \"arg\": 3"),
            _ => {
                format!("write \"op\": \"{word}\", \"arg\": [3, 4]: what it expects, what it sets")
            }
        };
        Fault::new(line.word.place.clone(), message, note)
    })
}

fn strange(word: &Field, model: Model) -> Fault {
    let (name, known) = (model.name(), model.words().join("`, `"));
    let others = [Model::Register, Model::CasRegister, Model::Kv];
    let other = others.into_iter().find(|other| other.words().contains(&word.text.as_str()));
    let way = other.map_or_else(String::new, |other| format!("; try --model {}", other.name()));
    let message = format!("`{}` is no operation of the model {name}", word.text);
    Fault::new(word.place.clone(), message, format!("`{known}` are{way}"))
}

/// The operation as people read it.
fn words(line: &Line) -> String {
    let mut words = line.word.text.clone();
    for field in &line.arguments {
        words += &format!(" {}", shown(&field.text));
    }
    match (&line.outcome, line.word.text.as_str()) {
        (Outcome::Unknown, _) => words,
        (Outcome::Failed, _) => words + " -> fail",
        (Outcome::Nil, "read" | "get") => words + " -> nil",
        (Outcome::Value(value), "read" | "get") => words + &format!(" -> {}", shown(value)),
        (Outcome::Nil | Outcome::Value(_), _) if has_failed(line) => words + " -> fail",
        (Outcome::Nil | Outcome::Value(_), _) => words + " -> ok",
    }
}

/// A value on one line; of a long one its end, where histories differ.
fn shown(value: &str) -> String {
    const MOST: usize = 40;
    let quoted = match value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        true => format!("{value:?}"),
        false if value.is_empty() => "\"\"".to_owned(),
        false => value.to_owned(),
    };
    let count = quoted.chars().count();
    if count <= MOST {
        return quoted;
    }
    let end: String = quoted.chars().skip(count - MOST).collect();
    format!("…{end}")
}
