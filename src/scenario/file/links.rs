//! `routers.links` as written: a shape, or pairs of routers.

use serde_json::{Value as Json, json};

use crate::scenario::document::{Node, Value};
use crate::scenario::model::Links;
use crate::scenario::written::{At, Count, Reader, Written};

const NOTE: &str = "write \"ring\", \"line\", \"mesh\", or pairs: [[0, 1], [1, 2]]";

/// An overlay as written.
#[derive(Clone, Debug)]
pub(crate) struct LinksFile(pub(crate) Links);

type Number = Count<0, 63>;

impl Written for LinksFile {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let links = match &node.value {
            Value::Text(word) if word == "ring" => Links::Ring,
            Value::Text(word) if word == "line" => Links::Line,
            Value::Text(word) if word == "mesh" => Links::Mesh,
            Value::List(_) => {
                let pairs: Vec<At<Vec<At<Number>>>> = Written::read(node, reader)?;
                let pairs = pairs.iter().map(|pair| match pair.value.as_slice() {
                    [one, other] if one.value != other.value => Some((one.value.0, other.value.0)),
                    _ => {
                        reader.report(pair.place, "a link is between two routers", NOTE);
                        None
                    }
                });
                let pairs: Vec<_> = pairs.collect();
                Links::Pairs(pairs.into_iter().collect::<Option<_>>()?)
            }
            _ => {
                let message = format!("`{}` is no overlay of routers", reader.path());
                reader.report(node.place, message, NOTE);
                return None;
            }
        };
        Some(Self(links))
    }

    fn schema() -> Json {
        let pair =
            json!({ "type": "array", "items": Number::schema(), "minItems": 2, "maxItems": 2 });
        json!({ "anyOf": [
            { "type": "string", "enum": ["ring", "line", "mesh"] },
            { "type": "array", "items": pair },
        ] })
    }
}
