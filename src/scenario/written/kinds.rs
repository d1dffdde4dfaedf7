//! Kinds of values: quantities, counts, texts, lists, names.

use serde_json::{Value as Json, json};

use super::{At, Reader, Written};
use crate::scenario::document::{Node, Value};
use crate::scenario::quantity::{Quantity, percent_instead};

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

/// Organisations, by name, or only how many: then they are called `operator-1` and on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Organisations(pub(crate) Vec<String>);

impl Written for Organisations {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::Whole(_) = node.value {
            let count = Count::<1, 1_000>::read(node, reader)?.0;
            return Some(Self((1..=count).map(|number| format!("operator-{number}")).collect()));
        }
        let names = Vec::<At<String>>::read(node, reader)?;
        Some(Self(names.into_iter().map(|name| name.value).collect()))
    }

    fn schema() -> Json {
        json!({ "anyOf": [Vec::<At<String>>::schema(), Count::<1, 1_000>::schema()] })
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
