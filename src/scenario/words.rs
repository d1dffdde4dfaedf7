//! Words and signs of the two small languages inside scenario files, with their columns.

use std::ops::Range;

/// What is wrong inside a text: which bytes of it, what, and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) part: Range<usize>,
    pub(crate) message: String,
    pub(crate) note: String,
}

/// A part of a text with where it stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) part: Range<usize>,
}

/// A text being read from left to right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl Word<'_> {
    pub(crate) fn wrong(&self, message: impl Into<String>, note: impl Into<String>) -> Mistake {
        Mistake { part: self.part.clone(), message: message.into(), note: note.into() }
    }
}

impl<'a> Words<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn take(&mut self, length: usize) -> Word<'a> {
        let part = self.at..self.at + length;
        self.at += length;
        Word { text: &self.text[part.clone()], part }
    }

    /// The next word: letters, digits and `_ . % * -`; empty at a sign or at the end.
    pub(crate) fn word(&mut self) -> Word<'a> {
        let rest = self.rest();
        let within = |(at, c): (usize, char)| {
            c.is_alphanumeric() || "_.%*".contains(c) || c == '-' && !rest[at..].starts_with("->")
        };
        let end = rest.char_indices().find(|&step| !within(step)).map_or(rest.len(), |(at, _)| at);
        self.take(end)
    }

    /// The next word without taking it.
    pub(crate) fn peek(&self) -> Word<'a> {
        let mut copy = *self;
        copy.word()
    }

    /// Takes the first of these signs that comes next.
    pub(crate) fn sign(&mut self, signs: &[&'static str]) -> Option<&'static str> {
        let rest = self.rest();
        let found = signs.iter().copied().find(|sign| rest.starts_with(sign))?;
        self.at += found.len();
        Some(found)
    }

    /// Takes the longest of these names that comes next, whole.
    pub(crate) fn name(&mut self, names: &[String]) -> Option<Word<'a>> {
        let rest = self.rest();
        let ends = |name: &String| {
            let next = rest[name.len()..].chars().next();
            next.is_none_or(|c| c.is_whitespace() || "<>=+".contains(c))
        };
        let found = names.iter().filter(|name| rest.starts_with(name.as_str()) && ends(name));
        let longest = found.map(String::len).max()?;
        Some(self.take(longest))
    }

    /// Everything that is left, without space around it.
    pub(crate) fn remainder(&mut self) -> Word<'a> {
        let rest = self.rest().trim_end();
        self.take(rest.len())
    }

    /// The next character, to blame it; the end of the text if there is none.
    pub(crate) fn here(&self) -> Word<'a> {
        let mut copy = *self;
        let length = copy.rest().chars().next().map_or(0, char::len_utf8);
        copy.take(length)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.text[self.at..].trim().is_empty()
    }
}
