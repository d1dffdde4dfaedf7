//! One line of a history as fields with their places: a JSON object, or columns between tabs.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fault::Fault;

/// One field: its text without quotes, and where it stands in the file.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) text: String,
    pub(super) place: Range<usize>,
}

/// How an operation ended, by what was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nobody knows.
    Unknown,
    Failed,
    /// It returned nothing, or `nil`.
    Nil,
    Value(String),
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
    pub(super) arguments: Vec<Field>,
    pub(super) outcome: Outcome,
}

/// What a line looks like, for notes beside carets.
pub(super) const JSON: &str = "write {\"client\": 0, \"call\": 1, \"ret\": 4, \"op\": \"write\", \
    \"arg\": 3, \"out\": \"ok\"}, a line each";
const COLUMNS: &str =
    "columns between tabs: client, call, return (`-` if it never did), op, arguments, result";

impl Line {
    /// Reads columns between tabs.
    pub(super) fn columns(text: &str, start: usize) -> Result<Self, Fault> {
        let place = start..start + text.len();
        let mut at = start;
        let mut fields = Vec::new();
        for text in text.split('\t') {
            let end = at + text.len();
            fields.push(Field { text: text.trim().to_owned(), place: at..end });
            at = end + 1;
        }
        if fields.len() < 5 {
            let message = "neither a JSON object nor an operation in columns";
            return Err(Fault::new(place, message, format!("{JSON}; or {COLUMNS}")));
        }
        let result = fields.remove(fields.len() - 1);
        let arguments = fields.split_off(4);
        let is_open = fields[2].text == "-";
        let outcome = match result.text.as_str() {
            _ if is_open => Outcome::Unknown,
            "-" | "unknown" => Outcome::Unknown,
            "fail" => Outcome::Failed,
            "nil" => Outcome::Nil,
            value => Outcome::Value(value.to_owned()),
        };
        let mut fields = fields.into_iter();
        let mut next = || fields.next().expect("four are left");
        let (client, called, returned, word) = (next(), next(), next(), next());
        let returned = Some(returned).filter(|_| !is_open);
        let (id, key) = (None, None);
        Ok(Self { place, id, client, called, returned, word, key, arguments, outcome })
    }

    /// Reads a JSON object; keys that mean nothing here are skipped.
    pub(super) fn object(text: &str, start: usize) -> Result<Self, Fault> {
        let place = start..start + text.len();
        let object: Object<'_> = serde_json::from_str(text).map_err(|error| {
            let column = error.column().saturating_sub(1).min(text.len());
            let what = error.to_string();
            let what = what.split(" at line").next().unwrap_or_default().to_owned();
            Fault::new(
                start + column..start + column + 1,
                format!("this is not JSON: {what}"),
                JSON,
            )
        })?;
        object.into_line(Text { text, start }, place)
    }
}

/// A line's text, and where it starts in the file.
#[derive(Clone, Copy)]
struct Text<'a> {
    text: &'a str,
    start: usize,
}

impl Text<'_> {
    /// The place of a part that was borrowed from the text.
    fn place(self, part: &str) -> Range<usize> {
        let offset = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let start = self.start + offset.min(self.text.len());
        start..start + part.len()
    }

    /// A text or a number; `None` for null.
    fn field(self, raw: &RawValue) -> Result<Option<Field>, Fault> {
        let place = self.place(raw.get());
        match serde_json::from_str(raw.get()) {
            Ok(serde_json::Value::Null) => Ok(None),
            Ok(serde_json::Value::String(text)) => Ok(Some(Field { text, place })),
            Ok(serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => {
                Ok(Some(Field { text: raw.get().to_owned(), place }))
            }
            Ok(_) | Err(_) => {
                let message = format!("`{}` is no value here", raw.get());
                Err(Fault::new(place, message, "a number or a text is"))
            }
        }
    }

    /// The elements of a list, or the one field itself.
    fn fields(self, raw: &RawValue) -> Result<Vec<Field>, Fault> {
        match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
            Ok(list) => {
                let fields = list.into_iter().map(|raw| {
                    let place = self.place(raw.get());
                    let null =
                        || Fault::new(place, "a null in a list of arguments", "leave it out");
                    self.field(raw)?.ok_or_else(null)
                });
                fields.collect()
            }
            Err(_) => Ok(self.field(raw)?.into_iter().collect()),
        }
    }
}

/// A JSON object's fields in order, unread.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(8);
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Fields).map(Self)
    }
}

impl Object<'_> {
    fn find(&self, key: &str) -> Option<&RawValue> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, raw)| *raw)
    }

    fn needed(&self, key: &str, text: Text<'_>) -> Result<Field, Fault> {
        let field = self.find(key).map_or(Ok(None), |raw| text.field(raw))?;
        field.ok_or_else(|| {
            let place = text.start..text.start + 1;
            Fault::new(place, format!("this operation has no `{key}`"), JSON)
        })
    }

    fn into_line(self, text: Text<'_>, place: Range<usize>) -> Result<Line, Fault> {
        for (at, (key, raw)) in self.0.iter().enumerate() {
            if self.0[..at].iter().any(|(other, _)| other == key) {
                let message = format!("the key `{key}` is given twice here");
                return Err(Fault::new(text.place(raw.get()), message, "remove one of the two"));
            }
        }
        let optional = |key| self.find(key).map_or(Ok(None), |raw| text.field(raw));
        let (client, called) = (self.needed("client", text)?, self.needed("call", text)?);
        let (word, returned) = (self.needed("op", text)?, optional("ret")?);
        let arguments = self.find("arg").map_or(Ok(Vec::new()), |raw| text.fields(raw))?;
        let outcome = self.outcome(text, returned.is_some())?;
        let returned = returned.filter(|_| outcome != Outcome::Unknown);
        let (id, key) = (optional("id")?, optional("key")?);
        Ok(Line { place, id, client, called, returned, word, key, arguments, outcome })
    }

    fn outcome(&self, text: Text<'_>, has_returned: bool) -> Result<Outcome, Fault> {
        let status = self.find("status").map_or(Ok(None), |raw| text.field(raw))?;
        match status.as_ref().map(|status| status.text.as_str()) {
            Some("info") => return Ok(Outcome::Unknown),
            Some("fail") if has_returned => return Ok(Outcome::Failed),
            None | Some("ok" | "fail") => {}
            Some(other) => {
                let place = status.as_ref().map_or(0..0, |status| status.place.clone());
                let note = "`ok`, `fail` (it did not happen) and `info` (nobody knows) are";
                return Err(Fault::new(place, format!("`{other}` is no status"), note));
            }
        }
        let results = self.find("out").map_or(Ok(Vec::new()), |raw| text.fields(raw))?;
        Ok(match results.into_iter().next() {
            _ if !has_returned => Outcome::Unknown,
            Some(result) => Outcome::Value(result.text),
            None => Outcome::Nil,
        })
    }
}
