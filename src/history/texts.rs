//! Values as small numbers, so that states compare fast.

use std::collections::BTreeMap;

use super::action::Value;

/// Values by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    values: Vec<Value>,
    numbers: BTreeMap<Value, u32>,
    /// What became of a value with another behind it.
    joined: BTreeMap<(u32, u32), u32>,
}

impl Texts {
    /// The number of a value.
    pub(super) fn number(&mut self, value: &Value) -> u32 {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let number = self.values.len() as u32;
        self.values.push(value.clone());
        self.numbers.insert(value.clone(), number);
        number
    }

    /// The value `first` with `second` behind it.
    pub(super) fn join(&mut self, first: u32, second: u32) -> u32 {
        if let Some(number) = self.joined.get(&(first, second)) {
            return *number;
        }
        let text = format!("{}{}", self.text(first), self.text(second));
        let number = self.number(&Some(text));
        self.joined.insert((first, second), number);
        number
    }

    /// Whether `whole` begins with `part`.
    pub(super) fn begins(&self, whole: u32, part: u32) -> bool {
        self.text(whole).starts_with(self.text(part))
    }

    /// The text behind a number; `nil` has none.
    pub(super) fn text(&self, number: u32) -> &str {
        self.values[number as usize].as_deref().unwrap_or_default()
    }
}
