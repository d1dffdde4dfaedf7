//! YAML as the same tree as TOML, because error messages need the place of every value. Scalars
//! are texts; what they mean, their reader says.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScanError, Span as Marked};

use super::document::{Entry, Node, Table, Value};
use super::problem::{Log, Place};

/// Reads the first document of YAML; reports the first mistake and every key given twice.
pub(crate) fn read_yaml(log: &mut Log, origin: usize, text: &str) -> Option<Node> {
    let starts = line_starts(text);
    let parser = Parser::new_from_str(text);
    let mut reading = Reading { parser, text, starts, origin, log };
    match reading.document() {
        Ok(node) => Some(node),
        Err(Wrong { span, why }) => {
            reading.log.add(Place::new(origin, span), "this is not YAML", why);
            None
        }
    }
}

/// Deeper nesting is refused: no file of rules needs it, and the stack is finite.
const DEEPEST: usize = 60;

struct Reading<'a, 'l> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    text: &'a str,
    starts: Vec<usize>,
    origin: usize,
    log: &'l mut Log,
}

struct Wrong {
    span: Range<usize>,
    why: String,
}

fn line_starts(text: &str) -> Vec<usize> {
    let after = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(after).collect()
}

impl<'a> Reading<'a, '_> {
    fn document(&mut self) -> Result<Node, Wrong> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                Event::StreamEnd | Event::DocumentEnd => {
                    let table = Value::Table(Table::default());
                    return Ok(Node { place: Place::whole(self.origin), value: table });
                }
                other => return self.node(other, span, 0),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), Wrong> {
        let end = self.text.len();
        match self.parser.next_event() {
            None => Err(Wrong { span: end..end, why: "it ends too early".to_owned() }),
            Some(Ok((event, marked))) => Ok((event, self.span(marked))),
            Some(Err(error)) => Err(self.wrong(&error)),
        }
    }

    fn wrong(&self, error: &ScanError) -> Wrong {
        let at = self.byte(error.marker().line(), error.marker().col());
        Wrong { span: at..at + 1, why: error.info().to_owned() }
    }

    fn span(&self, marked: Marked) -> Range<usize> {
        let start = self.byte(marked.start.line(), marked.start.col());
        start..self.byte(marked.end.line(), marked.end.col()).max(start)
    }

    /// The byte at a line from 1 and a column from 0, in characters.
    fn byte(&self, line: usize, column: usize) -> usize {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let rest = &self.text[start..];
        start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
    }

    fn node(&mut self, event: Event<'a>, span: Range<usize>, depth: usize) -> Result<Node, Wrong> {
        if depth > DEEPEST {
            return Err(Wrong { span, why: "nested too deeply".to_owned() });
        }
        let value = match event {
            Event::Scalar(text, ..) => Value::Text(text.into_owned()),
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.mapping(depth)?,
            Event::Alias(_) => {
                let why = "aliases are not followed: write it out".to_owned();
                return Err(Wrong { span, why });
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => {
                return Err(Wrong { span, why: "a value is missing here".to_owned() });
            }
        };
        Ok(Node { place: Place::new(self.origin, span), value })
    }

    fn list(&mut self, depth: usize) -> Result<Value, Wrong> {
        let mut nodes = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Value::List(nodes));
            }
            nodes.push(self.node(event, span, depth + 1)?);
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, Wrong> {
        let mut table = Table::default();
        loop {
            let (event, span) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(Value::Table(table)),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(Wrong { span, why: "a key is a plain text".to_owned() }),
            };
            let key_place = Place::new(self.origin, span);
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth + 1)?;
            if table.find(&key).is_some() {
                let message = format!("the key `{key}` is given twice here");
                self.log.add(key_place, message, "remove one of the two");
            } else {
                table.entries.push(Entry { key, key_place, node });
            }
        }
    }
}
