//! A scenario file as a tree in which every key and every value knows where it was written.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::problem::{Log, Place};

/// One value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// What was written, before it means anything.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Whole(i128),
    Decimal(f64),
    Truth(bool),
    List(Vec<Node>),
    Table(Table),
}

/// Keys and values in the order of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_place: Place,
    pub(crate) node: Node,
}

impl Table {
    pub(crate) fn find(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub(crate) fn find_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }
}

impl Node {
    pub(crate) fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Whether it is this text.
    pub(crate) fn is_text(&self, wanted: &str) -> bool {
        matches!(&self.value, Value::Text(text) if text == wanted)
    }

    /// What kind of value it is, in the words of an error.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a text",
            Value::Whole(_) => "a whole number",
            Value::Decimal(_) => "a decimal number",
            Value::Truth(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// The same value as JSON, for those who check their parameters themselves.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Text(text) => text.clone().into(),
            Value::Whole(number) => i64::try_from(*number).map_or_else(
                |_| u64::try_from(*number).map_or((*number as f64).into(), Into::into),
                Into::into,
            ),
            Value::Decimal(number) => (*number).into(),
            Value::Truth(truth) => (*truth).into(),
            Value::List(nodes) => nodes.iter().map(Self::to_json).collect(),
            Value::Table(table) => serde_json::Value::Object(
                table.entries.iter().map(|e| (e.key.clone(), e.node.to_json())).collect(),
            ),
        }
    }
}

/// Reads TOML. Keys given twice are reported and the rest is read all the same; after any other
/// mistake of syntax nothing that follows can be trusted, and there is no tree.
pub(crate) fn read_toml(log: &mut Log, origin: usize, text: &str) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut sound = true;
    for error in errors {
        let span = error.span().unwrap_or(text.len()..text.len());
        let place = Place::new(origin, span.clone());
        if error.message() == "duplicate key" {
            let key = text.get(span).unwrap_or("");
            log.add(place, format!("the key `{key}` is given twice here"), "remove one of the two");
        } else if sound {
            sound = false;
            log.add(place, "this is not TOML", explain_syntax(error.message()));
        }
    }
    let tree = Node { place: Place::whole(origin), value: convert_table(origin, table.get_ref()) };
    sound.then_some(tree)
}

/// Reads one TOML value, as an override writes it; `None` when it is not one.
pub(crate) fn read_toml_value(origin: usize, offset: usize, text: &str) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    let mut node = convert(origin, value.get_ref(), value.span());
    shift(&mut node, offset);
    Some(node)
}

fn explain_syntax(message: &str) -> String {
    match message.split_once(", expected ") {
        Some((what, "nothing")) => what.to_owned(),
        Some(("string values must be quoted", _)) => "put text and quantities in quotes".to_owned(),
        Some(_) | None => message.to_owned(),
    }
}

fn convert(origin: usize, value: &DeValue<'_>, span: Range<usize>) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => {
            let whole = i128::from_str_radix(number.as_str(), number.radix());
            let far = if number.as_str().starts_with('-') { i128::MIN } else { i128::MAX };
            Value::Whole(whole.unwrap_or(far))
        }
        DeValue::Float(number) => Value::Decimal(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(truth) => Value::Truth(*truth),
        DeValue::Datetime(moment) => Value::Text(moment.to_string()),
        DeValue::Array(items) => Value::List(
            items.iter().map(|item| convert(origin, item.get_ref(), item.span())).collect(),
        ),
        DeValue::Table(table) => convert_table(origin, table),
    };
    Node { place: Place::new(origin, span), value }
}

fn convert_table(origin: usize, table: &DeTable<'_>) -> Value {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_place: Place::new(origin, key.span()),
            node: convert(origin, value.get_ref(), value.span()),
        })
        .collect();
    entries.sort_by(|a, b| (a.key_place, &a.key).cmp(&(b.key_place, &b.key)));
    Value::Table(Table { entries })
}

fn shift(node: &mut Node, offset: usize) {
    node.place = node.place.shifted(offset);
    match &mut node.value {
        Value::List(nodes) => nodes.iter_mut().for_each(|node| shift(node, offset)),
        Value::Table(table) => {
            for entry in &mut table.entries {
                entry.key_place = entry.key_place.shifted(offset);
                shift(&mut entry.node, offset);
            }
        }
        Value::Text(_) | Value::Whole(_) | Value::Decimal(_) | Value::Truth(_) => {}
    }
}
