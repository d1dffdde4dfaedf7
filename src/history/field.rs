//! One line of a history as fields with their places: a JSON object, or columns between tabs.

use std::ops::Range;

use super::fault::Fault;
use super::object::Object;

/// One field: its text without quotes, and where it stands in the file.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) text: String,
    pub(super) place: Range<usize>,
    pub(super) written: Written,
}

/// How a field was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// As a number of JSON.
    Number,
    /// As a text of JSON.
    Text,
    /// Between tabs, where numbers and texts look alike.
    Column,
}

/// How an operation ended, where that is said beside its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It returned.
    Ok,
    /// It did not happen, or found something else.
    Failed,
    /// Nobody knows.
    Unknown,
}

/// What an operation was told.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// Nobody wrote that down.
    NotWritten,
    /// `null`, or `nil` in a column.
    Nil,
    /// This, or several things.
    Fields(Vec<Field>),
}

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) place: Range<usize>,
    pub(super) id: Option<Field>,
    pub(super) client: Field,
    pub(super) called: Field,
    /// `None` if it never returned.
    pub(super) returned: Option<Field>,
    pub(super) word: Field,
    pub(super) key: Option<Field>,
    /// `None` for `nil`.
    pub(super) arguments: Vec<Option<Field>>,
    pub(super) status: Option<Status>,
    pub(super) told: Told,
}

/// What a line looks like, for notes beside carets.
pub(super) const JSON: &str = "write {\"client\": 0, \"call\": 1, \"ret\": 4, \"op\": \"write\", \
    \"arg\": 3, \"out\": \"ok\"}, a line each";
const COLUMNS: &str =
    "columns between tabs: client, call, return (`-` if it never did), op, arguments, result";
const KEYED_COLUMNS: &str =
    "columns between tabs: client, call, return (`-` if it never did), op, key, arguments, result";

impl Line {
    /// Reads a JSON object.
    pub(super) fn object(text: &str, start: usize) -> Result<Self, Fault> {
        Object::read(text, start)?.into_line()
    }

    /// Reads columns between tabs; a line that is `keyed` names its key before its arguments.
    pub(super) fn columns(text: &str, start: usize, keyed: bool) -> Result<Self, Fault> {
        let place = start..start + text.len();
        let mut fields = columns(text, start, if keyed { 4 } else { usize::MAX });
        let least = if keyed { 6 } else { 5 };
        if !keyed {
            // A tab at the end is no column; of a text that was read it says that it was empty.
            let last = fields.iter().rposition(|field| !field.text.trim().is_empty());
            fields.truncate(last.map_or(0, |last| last + 1).max(least));
        }
        if fields.len() < least || fields[..4].iter().any(|field| field.text.is_empty()) {
            let message = "neither a JSON object nor an operation in columns";
            let form = if keyed { KEYED_COLUMNS } else { COLUMNS };
            return Err(Fault::new(place, message, format!("{JSON}; or {form}")));
        }
        let result = fields.pop().expect("there are enough");
        let mut fields = fields.into_iter();
        let mut next = || fields.next().expect("there are enough");
        let (client, called, returned, word) = (next(), next(), next(), next());
        let key = keyed.then(next);
        let is_nil = |field: &Field| field.text == "nil" && !keyed;
        let arguments = fields.map(|field| Some(field).filter(|field| !is_nil(field))).collect();
        let status = match result.text.trim() {
            "-" | "unknown" => Some(Status::Unknown),
            "fail" => Some(Status::Failed),
            _ => None,
        };
        let told = if result.text == "nil" { Told::Nil } else { Told::Fields(vec![result]) };
        let returned = Some(returned).filter(|field| field.text != "-");
        Ok(Self { place, id: None, client, called, returned, word, key, arguments, status, told })
    }
}

/// What stands between tabs. Spaces around the first so many are for the eye.
fn columns(text: &str, start: usize, trimmed: usize) -> Vec<Field> {
    let mut at = start;
    let mut fields = Vec::new();
    for text in text.split('\t') {
        let place = at..at + text.len();
        at = place.end + 1;
        let text = if fields.len() < trimmed { text.trim() } else { text };
        fields.push(Field { text: text.to_owned(), place, written: Written::Column });
    }
    fields
}
