//! Reading what was written: one declaration per section gives its fields, its reader, its
//! errors, its defaults and its JSON Schema, so that none of them can forget the others.

use serde_json::Value as Json;

mod kinds;
mod section;

pub(crate) use kinds::{Count, Named, Opaque, Organisations, Ratio, check_name};
pub(crate) use section::{Choice, Key, Lone, choice, object_schema, read_choice, section};

use super::document::{Entry, Node, Table, Value};
use super::problem::{Log, Place, nearest};

/// What an argument says of an optional key that is to be left out.
pub(crate) const NONE: &str = "none";

/// A kind of value that a scenario file can hold.
pub(crate) trait Written: Sized {
    /// Reads a value. `None` after having reported what is wrong with it.
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self>;

    /// What editors are told about it.
    fn schema() -> Json;

    /// Whether it knows this word as one of a few.
    fn has_word(_word: &str) -> bool {
        false
    }

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
            (Some(entry), None) if self.is_left_out::<T>(&entry.node) => return Field::Absent,
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

    /// Whether an argument says `none` of an optional key: as if it were not written, unless `none`
    /// is a value of it.
    fn is_left_out<T: Written>(&self, node: &Node) -> bool {
        node.is_text(NONE) && self.log.is_argument(node.place) && !T::has_word(NONE)
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
            let path = self.path();
            let what = if path.is_empty() { noun.to_owned() } else { format!("`{path}`") };
            let message = format!("{what} is {}", node.kind());
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
