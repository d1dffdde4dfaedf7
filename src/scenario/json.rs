//! JSON as the same tree as TOML, because error messages need the place of every value.

use std::collections::BTreeSet;

use super::document::{Entry, Node, Table, Value};
use super::problem::{Log, Place};

/// Reads JSON; reports the first mistake of syntax and every key given twice.
pub(crate) fn read_json(log: &mut Log, origin: usize, text: &str) -> Option<Node> {
    let mut parser = Parser { text, at: 0, origin, log };
    let parsed = parser.value(0).and_then(|mut node| {
        parser.skip_space();
        node.place = Place::whole(origin);
        if parser.at == text.len() { Ok(node) } else { Err("unexpected text after the end".into()) }
    });
    match parsed {
        Ok(node) => Some(node),
        Err(reason) => {
            let at = parser.at.min(text.len());
            log.add(Place::new(origin, at..at + 1), "this is not JSON", reason);
            None
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    origin: usize,
    log: &'a mut Log,
}

/// Deeper nesting is refused: no scenario needs it, and the stack is finite.
const DEEPEST: usize = 60;

impl Parser<'_> {
    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> bool {
        self.skip_space();
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn value(&mut self, depth: usize) -> Result<Node, String> {
        self.skip_space();
        let start = self.at;
        if depth > DEEPEST {
            return Err("nested too deeply".into());
        }
        let value = match self.peek() {
            Some(b'{') => self.table(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b't' | b'f' | b'n') => self.word()?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(_) | None => return Err("a value is expected here".into()),
        };
        Ok(Node { place: Place::new(self.origin, start..self.at), value })
    }

    fn table(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut table = Table::default();
        let mut keys = BTreeSet::new();
        if self.take(b'}') {
            return Ok(Value::Table(table));
        }
        loop {
            self.entry(&mut table, &mut keys, depth)?;
            if self.take(b'}') {
                return Ok(Value::Table(table));
            }
            if !self.take(b',') {
                return Err("`,` or `}` is expected here".into());
            }
        }
    }

    fn entry(
        &mut self,
        table: &mut Table,
        keys: &mut BTreeSet<String>,
        depth: usize,
    ) -> Result<(), String> {
        self.skip_space();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err("a key in quotes is expected here".into());
        }
        let key = self.string()?;
        let key_place = Place::new(self.origin, start..self.at);
        if !self.take(b':') {
            return Err("`:` is expected here".into());
        }
        let node = self.value(depth + 1)?;
        if keys.insert(key.clone()) {
            table.entries.push(Entry { key, key_place, node });
        } else {
            let message = format!("the key `{key}` is given twice here");
            self.log.add(key_place, message, "remove one of the two");
        }
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut nodes = Vec::new();
        if self.take(b']') {
            return Ok(Value::List(nodes));
        }
        loop {
            nodes.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Value::List(nodes));
            }
            if !self.take(b',') {
                return Err("`,` or `]` is expected here".into());
            }
        }
    }

    /// A string up to its closing quote; escapes are left to `serde_json`.
    fn string(&mut self) -> Result<String, String> {
        let rest = &self.text.as_bytes()[self.at..];
        let mut length = 1;
        while length < rest.len() && rest[length] != b'"' {
            length += if rest[length] == b'\\' { 2 } else { 1 };
        }
        let whole = self.text.get(self.at..self.at + length + 1);
        let whole = whole.ok_or("this text is never closed")?;
        let text = serde_json::from_str(whole);
        let text = text.map_err(|_| "an escape in this text is not JSON's".to_owned())?;
        self.at += length + 1;
        Ok(text)
    }

    fn word(&mut self) -> Result<Value, String> {
        let rest = &self.text[self.at..];
        let (word, value) = if rest.starts_with("true") {
            ("true", Value::Truth(true))
        } else if rest.starts_with("false") {
            ("false", Value::Truth(false))
        } else {
            return Err("a value is expected here; what is not set is left out".into());
        };
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, String> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let digits = &rest[..end.unwrap_or(rest.len())];
        let value = match digits.parse::<i128>() {
            Ok(whole) => Value::Whole(whole),
            Err(_) => Value::Decimal(digits.parse().map_err(|_| "this is not a number")?),
        };
        self.at += digits.len();
        Ok(value)
    }
}
