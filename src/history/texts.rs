//! Values as small numbers, so that states compare fast.

use std::collections::BTreeMap;

/// Values by number; `None` is `nil`.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts<'a> {
    values: Vec<Option<&'a str>>,
    numbers: BTreeMap<Option<&'a str>, u32>,
}

impl<'a> Texts<'a> {
    /// The number of a value.
    pub(super) fn number(&mut self, value: Option<&'a str>) -> u32 {
        *self.numbers.entry(value).or_insert_with(|| {
            self.values.push(value);
            self.values.len() as u32 - 1
        })
    }

    /// The number of a text, if it has one.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(&Some(text)).copied()
    }

    /// The text behind a number; `nil` has none.
    pub(super) fn text(&self, number: u32) -> &'a str {
        self.values[number as usize].unwrap_or_default()
    }

    /// How many numbers there are: those below.
    pub(super) const fn count(&self) -> usize {
        self.values.len()
    }
}
