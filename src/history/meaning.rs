//! What one line says under a model.

use super::action::{Action, Model, Value};
use super::fault::Fault;
use super::field::{Field, Line, Status, Told, Written};
use super::number::canonical;

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nobody knows.
    Unknown,
    /// It did not happen, or found something else.
    Failed,
    /// It happened.
    Done,
    /// It saw this.
    Saw(Value),
    /// It saw something, and nobody was told what.
    Untold,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
    Append,
    Cas,
}

fn kind(line: &Line, model: Model) -> Result<Kind, Fault> {
    match (line.word.text.as_str(), model) {
        ("read", Model::Register | Model::CasRegister) | ("get", Model::Kv) => Ok(Kind::Read),
        ("write", Model::Register | Model::CasRegister) | ("put", Model::Kv) => Ok(Kind::Write),
        ("append", Model::Kv) => Ok(Kind::Append),
        ("cas", Model::Register | Model::CasRegister) => Ok(Kind::Cas),
        _ => Err(strange(&line.word, model)),
    }
}

fn strange(word: &Field, model: Model) -> Fault {
    let (name, known) = (model.name(), model.words().join("`, `"));
    let others = [Model::Register, Model::CasRegister, Model::Kv];
    let other = others.into_iter().find(|other| other.words().contains(&word.text.as_str()));
    let way = other.map_or_else(String::new, |other| format!("; try --model {}", other.name()));
    let message = format!("`{}` is no operation of the model {name}", word.text);
    Fault::new(word.place.clone(), message, format!("`{known}` are{way}"))
}

/// How it ended, by its status, by whether it returned, and by what it was told.
pub(super) fn outcome(line: &Line, model: Model) -> Result<Outcome, Fault> {
    let kind = kind(line, model)?;
    match line.status {
        Some(Status::Unknown) => Ok(Outcome::Unknown),
        Some(Status::Failed) => Ok(Outcome::Failed),
        None | Some(Status::Ok) if line.returned.is_none() => Ok(Outcome::Unknown),
        None | Some(Status::Ok) if kind == Kind::Read => seen(line, model),
        None | Some(Status::Ok) => changed(line, kind),
    }
}

/// What a read saw. `nil` is what a `register` holds at first; in a `cas-register` it means that
/// nobody was told anything.
fn seen(line: &Line, model: Model) -> Result<Outcome, Fault> {
    let word = &line.word;
    let seen = match &line.told {
        Told::Fields(fields) if fields.len() == 1 => value(Some(&fields[0]), model),
        Told::Nil => None,
        Told::NotWritten | Told::Fields(_) => {
            let message = format!("this `{}` returned, and does not say what it saw", word.text);
            let note = "write \"out\": 3; if it is not known, \"status\": \"info\"";
            return Err(Fault::new(word.place.clone(), message, note));
        }
    };
    match (seen, model) {
        (None, Model::CasRegister) => Ok(Outcome::Untold),
        (None, Model::Kv) => {
            let message = format!("this `{}` returned, and saw no text", word.text);
            let note = "what nobody wrote to holds an empty text: \"out\": \"\", in columns an \
                empty last one; if it is not known, \"status\": \"info\", or `unknown`";
            Err(Fault::new(word.place.clone(), message, note))
        }
        (seen, Model::Register | Model::CasRegister | Model::Kv) => Ok(Outcome::Saw(seen)),
    }
}

/// Whether something that returned happened: it says so, repeats what it set, or says nothing.
fn changed(line: &Line, kind: Kind) -> Result<Outcome, Fault> {
    let fields = match &line.told {
        Told::Fields(fields) => fields.as_slice(),
        Told::Nil | Told::NotWritten => &[],
    };
    let is_repeated =
        |field: &Field| line.arguments.iter().flatten().any(|argument| argument.text == field.text);
    let is_number = |field: &Field| {
        field.written == Written::Number
            || field.written == Written::Column && canonical(&field.text).is_some()
    };
    let is_sure = line.status == Some(Status::Ok);
    match fields {
        [] if kind == Kind::Cas && !is_sure => Err(undecided(line, &line.word)),
        [] => Ok(Outcome::Done),
        [field] => match field.text.trim() {
            "ok" | "true" => Ok(Outcome::Done),
            "fail" | "false" => Ok(Outcome::Failed),
            "unknown" | "info" => Ok(Outcome::Unknown),
            _ if is_sure || is_repeated(field) => Ok(Outcome::Done),
            // Many stores answer with a version.
            _ if kind != Kind::Cas && is_number(field) => Ok(Outcome::Done),
            _ => Err(undecided(line, field)),
        },
        _ if is_sure || fields.iter().all(is_repeated) => Ok(Outcome::Done),
        [field, ..] => Err(undecided(line, field)),
    }
}

fn undecided(line: &Line, blamed: &Field) -> Fault {
    let message = format!("this `{}` does not say whether it happened", line.word.text);
    let note = "\"out\": \"ok\" and \"fail\" do (in columns the last: ok, fail, unknown), and \
        \"status\": \"ok\", \"fail\" and \"info\"";
    Fault::new(blamed.place.clone(), message, note)
}

/// What the operation says. What failed did not happen; of a `register`, a `cas` that failed has
/// seen another value.
pub(super) fn action(line: &Line, outcome: &Outcome, model: Model) -> Result<Action, Fault> {
    let has_failed = *outcome == Outcome::Failed;
    Ok(match kind(line, model)? {
        Kind::Read => {
            let [] = arguments(line, model)?;
            match outcome {
                Outcome::Saw(value) => Action::Read(value.clone()),
                Outcome::Unknown | Outcome::Failed | Outcome::Done | Outcome::Untold => {
                    Action::Nothing
                }
            }
        }
        Kind::Write => {
            let [new] = arguments(line, model)?;
            if has_failed { Action::Nothing } else { Action::Write(new) }
        }
        Kind::Append => {
            let [more] = arguments(line, model)?;
            if has_failed { Action::Nothing } else { Action::Append(more.unwrap_or_default()) }
        }
        Kind::Cas => {
            let [expected, new] = arguments(line, model)?;
            match (has_failed, model) {
                (false, _) => Action::Cas { expected, new },
                (true, Model::Register) => Action::CasFailed(expected),
                (true, Model::CasRegister | Model::Kv) => Action::Nothing,
            }
        }
    })
}

/// The values behind the word; maps hold texts only. To a read nothing is given, or nothing but
/// what it saw.
fn arguments<const N: usize>(line: &Line, model: Model) -> Result<[Value; N], Fault> {
    let values = line.arguments.iter().map(|field| value(field.as_ref(), model));
    let mut values: Vec<Value> = values.collect();
    if N == 0 {
        let told = match &line.told {
            Told::Fields(fields) => fields.first().map(|field| value(Some(field), model)),
            Told::Nil | Told::NotWritten => None,
        };
        let is_given = |given: &Value| given.as_ref().is_some_and(|text| !text.is_empty());
        values.retain(|given| is_given(given) && told.as_ref() != Some(given));
    }
    let (word, found) = (&line.word.text, values.len());
    if model == Model::Kv && values.contains(&None) {
        let message = format!("`{word}` has a null among its arguments");
        return Err(Fault::new(line.word.place.clone(), message, "a text is, as in \"\""));
    }
    values.try_into().map_err(|_| {
        let plural = if N == 1 { "" } else { "s" };
        let message = format!("`{word}` has {found} here, and needs {N} argument{plural}");
        let note = match N {
            0 => "write \"arg\": null, and what it saw as \"out\"; in columns what it saw is the \
                last, and only under kv a key stands before it"
                .to_owned(),
            1 => format!("write \"op\": \"{word}\", \"arg\": 3"),
            _ => {
                format!("write \"op\": \"{word}\", \"arg\": [3, 4]: what it expects, what it sets")
            }
        };
        Fault::new(line.word.place.clone(), message, note)
    })
}

/// The value that a field stands for. Registers hold numbers or texts: numbers are one however they
/// are written, and between tabs what looks like a plain one is one. Maps hold texts.
fn value(field: Option<&Field>, model: Model) -> Value {
    let field = field?;
    let is_number = match (model, field.written) {
        (Model::Kv, _) | (_, Written::Text) => false,
        (_, Written::Number) => true,
        (_, Written::Column) => !field.text.contains(['e', 'E']),
    };
    let number = is_number.then(|| canonical(&field.text)).flatten();
    Some(number.unwrap_or_else(|| field.text.clone())).filter(|_| !is_nil(field, model))
}

/// Whether this is how people write down that there is nothing, where texts are not expected.
fn is_nil(field: &Field, model: Model) -> bool {
    model != Model::Kv && field.text == "nil"
}

/// The operation as people read it.
pub(super) fn words(line: &Line, outcome: &Outcome) -> String {
    let mut words = line.word.text.clone();
    for field in &line.arguments {
        words += &format!(" {}", shown(field.as_ref()));
    }
    let told = match &line.told {
        Told::Fields(fields) => fields.first(),
        Told::Nil | Told::NotWritten => None,
    };
    match outcome {
        Outcome::Unknown => words,
        Outcome::Failed => words + " -> fail",
        Outcome::Done => words + " -> ok",
        Outcome::Saw(_) | Outcome::Untold => words + &format!(" -> {}", shown(told)),
    }
}

/// A value on one line; of a long one its end, where histories differ.
fn shown(field: Option<&Field>) -> String {
    const MOST: usize = 40;
    let Some(Field { text, .. }) = field else { return "nil".to_owned() };
    let quoted = match text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        true => format!("{text:?}"),
        false if text.is_empty() => "\"\"".to_owned(),
        false => text.clone(),
    };
    let count = quoted.chars().count();
    if count <= MOST {
        return quoted;
    }
    let end: String = quoted.chars().skip(count - MOST).collect();
    format!("…{end}")
}
