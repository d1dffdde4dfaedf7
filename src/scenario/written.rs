//! Reading what was written: one declaration per section gives its fields, its reader, its
//! errors, its defaults and its JSON Schema, so that none of them can forget the others.

use serde_json::{Value as Json, json};

use super::document::{Entry, Node, Table, Value};
use super::problem::{Log, Place, nearest, suggest};
use super::quantity::{Quantity, percent_instead};

/// A kind of value that a scenario file can hold.
pub(crate) trait Written: Sized {
    /// Reads a value. `None` after having reported what is wrong with it.
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self>;

    /// What editors are told about it.
    fn schema() -> Json;

    /// Adds every key that such a value can hold to `keys`, nested ones included.
    fn list_keys(_keys: &mut Vec<&'static str>) {}
}

/// A value with its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

/// What became of one key of a section.
#[derive(Clone, Debug)]
pub(crate) enum Field<T> {
    /// Not written, and without a default.
    Absent,
    /// Written, and wrong: it has been reported.
    Wrong,
    /// Written, or filled in by its default.
    Given(At<T>),
}

impl<T> Field<T> {
    pub(crate) fn at(&self) -> Option<&At<T>> {
        match self {
            Self::Given(at) => Some(at),
            Self::Absent | Self::Wrong => None,
        }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        self.at().map(|at| &at.value)
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// The way through a document: problems found so far, and the path of the value being read.
pub(crate) struct Reader<'a> {
    pub(crate) log: &'a mut Log,
    path: Vec<String>,
    /// Sections with an unknown key, and the key that was probably meant.
    misspelt: Vec<(Place, Option<&'static str>)>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(log: &'a mut Log) -> Self {
        Self { log, path: Vec::new(), misspelt: Vec::new() }
    }

    /// `validators.count`, for messages.
    pub(crate) fn path(&self) -> String {
        self.path.join(".")
    }

    pub(crate) fn report(
        &mut self,
        at: Place,
        message: impl Into<String>,
        note: impl Into<String>,
    ) {
        self.log.add(at, message, note);
    }

    pub(crate) fn inside<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.to_owned());
        let result = read(self);
        self.path.pop();
        result
    }

    /// Reads the value of `key`, or takes its default.
    pub(crate) fn field<T: Written>(
        &mut self,
        table: &Table,
        key: &str,
        default: Option<Value>,
    ) -> Field<T> {
        let (node, filled);
        match (table.find(key), default) {
            (Some(entry), _) => node = &entry.node,
            (None, Some(value)) => {
                filled = Node { place: Place::whole(0), value };
                node = &filled;
            }
            (None, None) => return Field::Absent,
        }
        match self.inside(key, |reader| T::read(node, reader)) {
            Some(value) => Field::Given(At { value, place: node.place }),
            None => Field::Wrong,
        }
    }

    /// Reports every key of the section at `place` that is not in `allowed`.
    pub(crate) fn refuse_unknown(
        &mut self,
        table: &Table,
        place: Place,
        noun: &str,
        allowed: &[&'static str],
    ) {
        for entry in table.entries.iter().filter(|entry| !allowed.contains(&entry.key.as_str())) {
            let meant = self.report_unknown(entry, noun, allowed);
            self.misspelt.push((place, meant));
        }
    }

    /// Reports one unknown key, and returns the one that was probably meant.
    pub(crate) fn report_unknown<'k>(
        &mut self,
        entry: &Entry,
        noun: &str,
        allowed: &[&'k str],
    ) -> Option<&'k str> {
        let (word, subject) = if noun.starts_with("a ") { ("field", noun) } else { ("key", "it") };
        let list = format!("{subject} takes: {}", allowed.join(", "));
        let meant = nearest(&entry.key, allowed.iter().copied());
        let note = match meant {
            Some(meant) if list.len() > 60 => format!("did you mean `{meant}`?"),
            Some(meant) => format!("did you mean `{meant}`? {list}"),
            None => list,
        };
        self.report(entry.key_place, format!("{noun} has no {word} `{}`", entry.key), note);
        meant
    }

    /// Whether the section at `place` has an unknown key that may be what is missing there: `key`,
    /// or any at all. One mistake is reported once.
    pub(crate) fn is_misspelt(&self, place: Place, key: Option<&str>) -> bool {
        self.misspelt
            .iter()
            .any(|(section, meant)| *section == place && (key.is_none() || *meant == key))
    }

    /// The table of a section, or a report that it is none.
    pub(crate) fn table<'n>(&mut self, node: &'n Node, noun: &str) -> Option<&'n Table> {
        let table = node.table();
        if table.is_none() {
            let message = format!("`{}` is {}", self.path(), node.kind());
            self.report(node.place, message, format!("{noun} is a table of keys and values"));
        }
        table
    }

    /// A section that is not written is one with nothing but defaults.
    pub(crate) fn or_empty<T: Written + Clone>(&mut self, field: &Field<T>) -> Option<T> {
        if field.is_absent() {
            let value = Value::Table(Table::default());
            return T::read(&Node { place: Place::whole(0), value }, self);
        }
        field.get().cloned()
    }

    /// A required key, or a report that it is missing; `what` names it in backticks.
    pub(crate) fn require<'f, T>(
        &mut self,
        field: &'f Field<T>,
        section: Place,
        what: &str,
        example: &str,
    ) -> Option<&'f At<T>> {
        let key = what.split('`').nth(1);
        if field.is_absent() && !self.is_misspelt(section, key) {
            self.report(section, format!("{what} is missing"), format!("write {example}"));
        }
        field.at()
    }
}

impl<T: Quantity> Written for T {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let (message, reason) = match &node.value {
            Value::Text(text) => match Self::parse(text.trim()) {
                Ok(quantity) => return Some(quantity),
                Err(_) if text.parse::<f64>().is_ok() => without_unit::<Self>(text),
                Err(reason) => (format!("`{text}` is not {}", Self::WHAT), reason),
            },
            Value::Whole(number) => without_unit::<Self>(&number.to_string()),
            Value::Decimal(number) => without_unit::<Self>(&number.to_string()),
            Value::Truth(_) | Value::List(_) | Value::Table(_) => {
                let message = format!("`{}` is {}, not {}", reader.path(), node.kind(), Self::WHAT);
                (message, String::new())
            }
        };
        let note = if reason.is_empty() { Self::EXAMPLES.to_owned() } else { reason };
        reader.report(node.place, message, note);
        None
    }

    fn schema() -> Json {
        json!({ "type": "string", "description": Self::EXAMPLES, "pattern": Self::PATTERN })
    }
}

fn without_unit<T: Quantity>(number: &str) -> (String, String) {
    let reason = if T::WHAT == "a share" { percent_instead(number) } else { String::new() };
    (format!("`{number}` has no unit"), reason)
}

/// A count from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count<const MIN: u32, const MAX: u32>(pub(crate) u32);

impl<const MIN: u32, const MAX: u32> Written for Count<MIN, MAX> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let allowed = (i128::from(MIN)..=i128::from(MAX)).contains(&whole(node, reader)?);
        if !allowed {
            let message = format!("`{}` must be between {MIN} and {MAX}", reader.path());
            reader.report(node.place, message, "");
            return None;
        }
        u32::try_from(whole(node, reader)?).ok().map(Self)
    }

    fn schema() -> Json {
        json!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// A seed of luck: any whole number that fits.
impl Written for u64 {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let number = Self::try_from(whole(node, reader)?).ok();
        if number.is_none() {
            let message = format!("`{}` must be between 0 and {}", reader.path(), Self::MAX);
            reader.report(node.place, message, "");
        }
        number
    }

    fn schema() -> Json {
        json!({ "type": "integer", "minimum": 0, "maximum": Self::MAX })
    }
}

fn whole(node: &Node, reader: &mut Reader<'_>) -> Option<i128> {
    if let Value::Whole(number) = node.value {
        return Some(number);
    }
    let message = format!("`{}` is {}", reader.path(), node.kind());
    reader.report(node.place, message, "a whole number without quotes is expected here");
    None
}

/// A pure ratio from 0 to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio<const MAX: u32>(pub(crate) f64);

impl<const MAX: u32> Written for Ratio<MAX> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let number = match node.value {
            Value::Whole(number) => number as f64,
            Value::Decimal(number) => number,
            Value::Text(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => {
                let message = format!("`{}` is {}", reader.path(), node.kind());
                reader.report(node.place, message, "a number without quotes is expected here");
                return None;
            }
        };
        if (0.0..=f64::from(MAX)).contains(&number) {
            return Some(Self(number));
        }
        let message = format!("`{}` must be between 0 and {MAX}", reader.path());
        reader.report(node.place, message, "");
        None
    }

    fn schema() -> Json {
        json!({ "type": "number", "minimum": 0, "maximum": MAX })
    }
}

impl Written for bool {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::Truth(truth) = node.value {
            return Some(truth);
        }
        let message = format!("`{}` is {}", reader.path(), node.kind());
        reader.report(node.place, message, "write true or false, without quotes");
        None
    }

    fn schema() -> Json {
        json!({ "type": "boolean" })
    }
}

impl Written for String {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::Text(text) = &node.value {
            return Some(text.clone());
        }
        let message = format!("`{}` is {}", reader.path(), node.kind());
        reader.report(node.place, message, "a text in quotes is expected here");
        None
    }

    fn schema() -> Json {
        json!({ "type": "string" })
    }
}

impl<T: Written> Written for Vec<At<T>> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::List(nodes) = &node.value else {
            let message = format!("`{}` is {}", reader.path(), node.kind());
            reader.report(node.place, message, "a list in square brackets is expected here");
            return None;
        };
        let read = |node: &Node| T::read(node, reader).map(|value| At { value, place: node.place });
        Some(nodes.iter().filter_map(read).collect())
    }

    fn schema() -> Json {
        json!({ "type": "array", "items": T::schema() })
    }

    fn list_keys(keys: &mut Vec<&'static str>) {
        T::list_keys(keys);
    }
}

/// A table whose keys are names that people chose, in the order of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named<T>(pub(crate) Vec<(At<String>, At<T>)>);

impl<T: Written> Written for Named<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let table = reader.table(node, "this")?;
        let mut named = Vec::new();
        for entry in &table.entries {
            let name = At { value: entry.key.clone(), place: entry.key_place };
            check_name(reader, &name);
            let value = reader.inside(&entry.key, |reader| T::read(&entry.node, reader));
            named.extend(value.map(|value| (name, At { value, place: entry.node.place })));
        }
        Some(Self(named))
    }

    fn schema() -> Json {
        json!({ "type": "object", "additionalProperties": T::schema() })
    }

    fn list_keys(keys: &mut Vec<&'static str>) {
        T::list_keys(keys);
    }
}

/// Reports a name that is not `kebab-case`.
pub(crate) fn check_name(reader: &mut Reader<'_>, name: &At<String>) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let good = name.value.starts_with(word)
        && name.value.len() <= 60
        && name.value.chars().all(|c| word(c) || c == '-');
    if !good {
        let message = format!("`{}` is no name", name.value);
        let note = "a name has small letters, digits and `-`, like `out-of-order-links`";
        reader.report(name.place, message, note);
    }
    good
}

/// A table that its owner checks.
#[derive(Clone, Debug)]
pub(crate) struct Opaque(pub(crate) Node);

impl Written for Opaque {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.table(node, "a choice's parameters").map(|_| Self(node.clone()))
    }

    fn schema() -> Json {
        json!({ "type": "object" })
    }
}

/// One key of a section, for its schema.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) help: &'static [&'static str],
    pub(crate) schema: Json,
    pub(crate) default: Option<Value>,
}

/// The schema of a section; with `lone`, its one obvious field may stand alone.
pub(crate) fn object_schema(help: &[&str], keys: Vec<Key>, lone: Option<&str>) -> Json {
    let mut alone = None;
    let mut properties = serde_json::Map::new();
    for key in keys {
        if lone == Some(key.name) {
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
        $($(#[doc = $help:literal])+ $field:ident $(as $key:literal)?: $kind:ty $(= $default:literal)?;)*
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
            #[allow(dead_code, reason = "not every section is ever overridden field by field")]
            pub(crate) const LONE: Option<&'static str> = section!(@lone $($lone)?);
        }

        impl $crate::scenario::written::Written for $name {
            fn read(
                node: &$crate::scenario::document::Node,
                reader: &mut $crate::scenario::written::Reader<'_>,
            ) -> Option<Self> {
                $(let lifted = $crate::scenario::written::lift(node, $lone);
                let node = lifted.as_ref().unwrap_or(node);)?
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
    (@lone $lone:literal) => { Some($lone) };
    (@lone) => { None };
}
pub(crate) use section;

/// A value that stands alone as the table it is short for; `None` when it is a table already.
pub(crate) fn lift(node: &Node, lone: &str) -> Option<Node> {
    let climbs = |table: &Table| table.find("from").is_some() || table.find("steps").is_some();
    if node.table().is_some_and(|table| !climbs(table)) {
        return None;
    }
    let entry = Entry { key: lone.to_owned(), key_place: node.place, node: node.clone() };
    Some(Node { place: node.place, value: Value::Table(Table { entries: vec![entry] }) })
}

/// Lets an enum be written as one plain word each.
macro_rules! choice {
    ($kind:ty, $noun:literal { $($word:literal => $value:path,)+ }) => {
        impl $crate::scenario::written::Choice for $kind {
            const NOUN: &'static str = $noun;
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, $value)),+];
        }

        impl $crate::scenario::written::Written for $kind {
            fn read(
                node: &$crate::scenario::document::Node,
                reader: &mut $crate::scenario::written::Reader<'_>,
            ) -> Option<Self> {
                $crate::scenario::written::read_choice(node, reader)
            }

            fn schema() -> serde_json::Value {
                serde_json::json!({ "type": "string", "enum": [$($word),+] })
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
