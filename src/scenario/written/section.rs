//! Sections and choices: one declaration each.

use serde_json::{Value as Json, json};

use super::{Reader, Written as _};
use crate::scenario::document::{Entry, Node, Table, Value};
use crate::scenario::problem::{Place, suggest};

/// One key of a section, for its schema.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) help: &'static [&'static str],
    pub(crate) schema: Json,
    pub(crate) default: Option<Value>,
}

/// The schema of a section; with `lone`, its one obvious field may stand alone.
pub(crate) fn object_schema(help: &[&str], keys: Vec<Key>, lone: Option<Lone>) -> Json {
    let mut alone = None;
    let mut properties = serde_json::Map::new();
    for key in keys {
        if lone.is_some_and(|lone| lone.field == key.name) {
            alone = Some(key.schema.clone());
        }
        properties.insert(key.name.to_owned(), key_schema(key));
    }
    let mut object = json!({
        "type": "object",
        "description": sentence(help),
        "additionalProperties": false,
    });
    object["properties"] = Json::Object(properties);
    match alone {
        Some(alone) => json!({ "anyOf": [alone, object] }),
        None => object,
    }
}

fn key_schema(key: Key) -> Json {
    let mut schema = key.schema;
    let form = schema["description"].as_str().map_or_else(String::new, |form| format!(" ({form})"));
    schema["description"] = format!("{}{form}", sentence(key.help)).into();
    if let Some(value) = key.default {
        schema["default"] = Node { place: Place::whole(0), value }.to_json();
    }
    schema
}

fn sentence(help: &[&str]) -> String {
    help.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i128> for Value {
    fn from(number: i128) -> Self {
        Self::Whole(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

/// Declares a section: its documentation, what errors call it, and per key its documentation,
/// its type, and its default as the file would write it. `alone` names the field that may stand
/// without a table.
macro_rules! section {
    ($(#[doc = $doc:literal])+ $name:ident, $noun:literal $(, alone $lone:literal)? => {
        $(
            $(#[doc = $help:literal])+
            $field:ident $(as $key:literal)?: $kind:ty $(= $default:literal)?;
        )*
    }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub(crate) struct $name {
            $($(#[doc = $help])+ pub(crate) $field: $crate::scenario::written::Field<$kind>,)*
        }

        impl $name {
            /// Its keys, in the order in which errors list them.
            pub(crate) const KEYS: &[&str] = &[$(section!(@key $field $($key)?)),*];

            /// The field that may stand without a table.
            pub(crate) const LONE: Option<$crate::scenario::written::Lone> =
                section!(@lone Self::KEYS, $($lone)?);
        }

        impl $crate::scenario::written::Written for $name {
            fn read(
                node: &$crate::scenario::document::Node,
                reader: &mut $crate::scenario::written::Reader<'_>,
            ) -> Option<Self> {
                let lifted = Self::LONE.and_then(|lone| lone.lift(node));
                let node = lifted.as_ref().unwrap_or(node);
                let table = reader.table(node, $noun)?;
                reader.refuse_unknown(table, node.place, $noun, Self::KEYS);
                Some(Self {
                    $($field: reader.field(
                        table,
                        section!(@key $field $($key)?),
                        section!(@default $($default)?),
                    ),)*
                })
            }

            fn schema() -> serde_json::Value {
                let keys = vec![$($crate::scenario::written::Key {
                    name: section!(@key $field $($key)?),
                    help: &[$($help),+],
                    schema: <$kind as $crate::scenario::written::Written>::schema(),
                    default: section!(@default $($default)?),
                }),*];
                $crate::scenario::written::object_schema(&[$($doc),+], keys, Self::LONE)
            }

            fn has_word(word: &str) -> bool {
                let alone = Self::LONE.map(|lone| lone.field);
                $(alone == Some(section!(@key $field $($key)?))
                    && <$kind as $crate::scenario::written::Written>::has_word(word)
                    ||)* false
            }

            fn list_keys(keys: &mut Vec<&'static str>) {
                $(keys.push(section!(@key $field $($key)?));
                <$kind as $crate::scenario::written::Written>::list_keys(keys);)*
            }
        }
    };
    (@key $field:ident $key:literal) => { $key };
    (@key $field:ident) => { stringify!($field) };
    (@default $default:literal) => { Some($crate::scenario::document::Value::from($default)) };
    (@default) => { None };
    (@lone $keys:expr, $lone:literal) => {
        Some($crate::scenario::written::Lone {
            field: $lone,
            keys: $keys,
            has_word: <Self as $crate::scenario::written::Written>::has_word,
        })
    };
    (@lone $keys:expr,) => { None };
}
pub(crate) use section;

/// The one obvious field of a section, which may stand alone for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lone {
    pub(crate) field: &'static str,
    /// All fields of the section.
    pub(crate) keys: &'static [&'static str],
    /// Whether the field knows this word as one of a few.
    pub(crate) has_word: fn(&str) -> bool,
}

impl Lone {
    /// A value that stands alone as the table it is short for; `None` when it is that table
    /// already. A number that climbs is a table, too, unless its words are fields of the section.
    pub(crate) fn lift(self, node: &Node) -> Option<Node> {
        let climbs = |table: &Table| {
            let words = ["from", "steps"].iter().filter(|word| !self.keys.contains(word));
            words.into_iter().any(|word| table.find(word).is_some())
        };
        if node.table().is_some_and(|table| !climbs(table)) {
            return None;
        }
        let (key, key_place) = (self.field.to_owned(), node.place);
        let entry = Entry { key, key_place, node: node.clone() };
        Some(Node { place: node.place, value: Value::Table(Table { entries: vec![entry] }) })
    }
}

/// Lets an enum be written as one plain word each.
macro_rules! choice {
    ($kind:ty, $noun:literal { $($word:literal => $value:path,)+ }) => {
        $crate::scenario::written::choice!($kind, $noun, &[$(($word, $value)),+]);
    };
    ($kind:ty, $noun:literal, $words:expr) => {
        impl $crate::scenario::written::Choice for $kind {
            const NOUN: &'static str = $noun;
            const WORDS: &'static [(&'static str, Self)] = $words;
        }

        impl $crate::scenario::written::Written for $kind {
            fn read(
                node: &$crate::scenario::document::Node,
                reader: &mut $crate::scenario::written::Reader<'_>,
            ) -> Option<Self> {
                $crate::scenario::written::read_choice(node, reader)
            }

            fn schema() -> serde_json::Value {
                let words = <Self as $crate::scenario::written::Choice>::WORDS;
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                serde_json::json!({ "type": "string", "enum": words })
            }

            fn has_word(word: &str) -> bool {
                let words = <Self as $crate::scenario::written::Choice>::WORDS;
                words.iter().any(|(known, _)| *known == word)
            }
        }
    };
}
pub(crate) use choice;

/// A closed set of words.
pub(crate) trait Choice: Copy + PartialEq + 'static {
    /// What an error calls it.
    const NOUN: &'static str;
    /// Every word and what it means.
    const WORDS: &'static [(&'static str, Self)];

    /// How it is written.
    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, value)| *value == self);
        found.expect("a choice lists a word for every value").0
    }
}

pub(crate) fn read_choice<T: Choice>(node: &Node, reader: &mut Reader<'_>) -> Option<T> {
    let word = String::read(node, reader)?;
    let found = T::WORDS.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    if found.is_none() {
        let allowed: Vec<&str> = T::WORDS.iter().map(|(name, _)| *name).collect();
        let meant = suggest(&word, allowed.iter().copied());
        let note = format!("{meant}allowed: {}", allowed.join(", "));
        reader.report(node.place, format!("there is no {} `{word}`", T::NOUN), note);
    }
    found
}
