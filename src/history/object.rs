//! One line of a history as a JSON object.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::fault::Fault;
use super::field::{Field, JSON, Line, Status, Told, Written};

/// An object, its fields unread.
pub(super) struct Object<'a> {
    text: &'a str,
    /// Where the text starts in the file.
    start: usize,
    fields: Vec<(String, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// Reads a line that starts there in the file.
    pub(super) fn read(text: &'a str, start: usize) -> Result<Self, Fault> {
        let Fields(fields) = serde_json::from_str(text).map_err(|error| {
            let column = error.column().saturating_sub(1).min(text.len());
            let what = error.to_string();
            let what = what.split(" at line").next().unwrap_or_default().to_owned();
            let place = start + column..start + column + 1;
            Fault::new(place, format!("this is not JSON: {what}"), JSON)
        })?;
        let object = Self { text, start, fields };
        for (at, (key, raw)) in object.fields.iter().enumerate() {
            if object.fields[..at].iter().any(|(other, _)| other == key) {
                let message = format!("the key `{key}` is given twice here");
                return Err(Fault::new(object.place(raw), message, "remove one of the two"));
            }
        }
        Ok(object)
    }

    /// The line that it is; keys that mean nothing here are skipped.
    pub(super) fn into_line(self) -> Result<Line, Fault> {
        let optional = |key| self.find(key).map_or(Ok(None), |raw| self.field(raw));
        let (client, called) = (self.needed("client")?, self.needed("call")?);
        let (word, returned) = (self.needed("op")?, optional("ret")?);
        // No argument at all is often written as null.
        let arguments = match self.find("arg") {
            Some(raw) if raw.get() != "null" => self.list(raw)?,
            Some(_) | None => Vec::new(),
        };
        let (status, told) = (self.status()?, self.told()?);
        let (id, key) = (optional("id")?, optional("key")?);
        let place = self.start..self.start + self.text.len();
        Ok(Line { place, id, client, called, returned, word, key, arguments, status, told })
    }

    fn find(&self, key: &str) -> Option<&'a RawValue> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, raw)| *raw)
    }

    fn needed(&self, key: &str) -> Result<Field, Fault> {
        let field = self.find(key).map_or(Ok(None), |raw| self.field(raw))?;
        field.ok_or_else(|| {
            let place = self.start..self.start + 1;
            let is_event = self.find("type").is_some() && self.find(key).is_none();
            let note = if is_event { EVENTS } else { JSON };
            Fault::new(place, format!("this operation has no `{key}`"), note)
        })
    }

    fn status(&self) -> Result<Option<Status>, Fault> {
        let status = self.find("status").map_or(Ok(None), |raw| self.field(raw))?;
        let Some(Field { text, place, .. }) = status else { return Ok(None) };
        match text.as_str() {
            "ok" => Ok(Some(Status::Ok)),
            "fail" => Ok(Some(Status::Failed)),
            "info" => Ok(Some(Status::Unknown)),
            _ => {
                let note = "`ok`, `fail` (it did not happen) and `info` (nobody knows) are";
                Err(Fault::new(place, format!("`{text}` is no status"), note))
            }
        }
    }

    fn told(&self) -> Result<Told, Fault> {
        let Some(raw) = self.find("out") else { return Ok(Told::NotWritten) };
        let fields: Vec<Field> = self.list(raw)?.into_iter().flatten().collect();
        Ok(if fields.is_empty() { Told::Nil } else { Told::Fields(fields) })
    }

    /// The elements of a list, or the one field itself.
    fn list(&self, raw: &RawValue) -> Result<Vec<Option<Field>>, Fault> {
        match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
            Ok(list) => list.into_iter().map(|raw| self.field(raw)).collect(),
            Err(_) => Ok(vec![self.field(raw)?]),
        }
    }

    /// A text or a number; `None` for null.
    fn field(&self, raw: &RawValue) -> Result<Option<Field>, Fault> {
        let place = self.place(raw);
        let (text, written) = match serde_json::from_str(raw.get()) {
            Ok(Value::Null) => return Ok(None),
            Ok(Value::String(text)) => (text, Written::Text),
            Ok(Value::Number(_)) => (raw.get().to_owned(), Written::Number),
            Ok(Value::Bool(_)) => (raw.get().to_owned(), Written::Text),
            Ok(_) | Err(_) => {
                let message = format!("`{}` is no value here", raw.get());
                return Err(Fault::new(place, message, "a number or a text is"));
            }
        };
        Ok(Some(Field { text, place, written }))
    }

    /// The place of a part that was borrowed from the text.
    fn place(&self, part: &RawValue) -> Range<usize> {
        let offset = (part.get().as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let start = self.start + offset.min(self.text.len());
        start..start + part.get().len()
    }
}

const EVENTS: &str = "each line is a whole operation, with `call` and `ret`: join what was invoked \
    with how it ended";

/// Fields in order, unread.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
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
        deserializer.deserialize_map(Reader).map(Self)
    }
}
