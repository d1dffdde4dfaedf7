//! The settings of a strategy: what its parameters may become.

use serde_json::{Map, Value};

use crate::kernel::{Draws, Luck, Purpose, Span};
use crate::ordering::{Committee, Entry};

/// How far one step moves a length of time or a size: to a quarter, to four times.
pub(super) const WIDE: [(u64, u64); 8] =
    [(1, 4), (1, 3), (1, 2), (2, 3), (3, 2), (2, 1), (3, 1), (4, 1)];
/// The same around a setting that is known to be good.
pub(super) const NEAR: [(u64, u64); 6] = [(2, 3), (3, 4), (4, 5), (5, 4), (4, 3), (3, 2)];
/// Draws of a setting that is no candidate before the strategy has no more to offer.
const TRIES: u64 = 40;
/// Draws of one setting: two for each key.
const DRAWS: u64 = 256;

/// The space of one strategy in one committee.
pub(super) struct Space<'a> {
    entry: &'a Entry,
    committee: Committee,
    /// As the scenario has it.
    default: &'a Value,
    schema: Value,
    draws: Draws,
    next: u64,
}

impl<'a> Space<'a> {
    /// Around `default`, which has been checked; luck is keyed by `seed` and the strategy's name.
    pub(super) fn new(
        entry: &'a Entry,
        committee: Committee,
        default: &'a Value,
        seed: u64,
    ) -> Self {
        let (schema, draws) = ((entry.schema)(), Draws::new(seed));
        Self { entry, committee, default, schema, draws, next: 0 }
    }

    /// Another setting some steps from `from`, none of `known`; `None` if none was found. It owes
    /// what the default owes, and assumes no more: who promises less is another strategy.
    pub(super) fn draw(
        &mut self,
        from: &Value,
        steps: &[(u64, u64)],
        known: &[Value],
    ) -> Option<Value> {
        for _ in 0..TRIES {
            let moved = self.moved(from, steps);
            let checked = (self.entry.check)(&moved).ok().filter(|new| !known.contains(new));
            if let Some(new) = checked.filter(|new| self.covers(new)) {
                return Some(new);
            }
        }
        None
    }

    /// Whether a checked setting owes what the default owes.
    pub(super) fn covers(&self, setting: &Value) -> bool {
        let owed = |setting| (self.entry.guarantees)(&self.committee, setting);
        owed(setting).covers(&owed(self.default))
    }

    /// Half of the keys, moved.
    fn moved(&mut self, from: &Value, steps: &[(u64, u64)]) -> Value {
        let first = self.next * DRAWS;
        self.next += 1;
        let keys = from.as_object().into_iter().flatten().zip(0..);
        let moved = keys.map(|((key, value), number): (_, u64)| {
            let (whether, how) = (self.word(first + 2 * number), self.word(first + 2 * number + 1));
            let new = if whether & 1 == 1 { self.value(key, value, steps, how) } else { None };
            (key.clone(), new.unwrap_or_else(|| value.clone()))
        });
        Value::Object(moved.collect::<Map<_, _>>())
    }

    fn word(&mut self, index: u64) -> u64 {
        let name = self.entry.name.bytes();
        let entity = name.fold(0, |sum: u64, byte| sum.wrapping_mul(257) + u64::from(byte));
        self.draws.word(Luck { purpose: Purpose::Tuning, entity: entity >> 8, index })
    }

    /// What one key may become; `None` if it is of a kind that cannot be moved.
    fn value(&self, key: &str, value: &Value, steps: &[(u64, u64)], luck: u64) -> Option<Value> {
        let (up, down) = steps[(luck % steps.len() as u64) as usize];
        let step = |number: u64| rounded(number.saturating_mul(up) / down);
        let declared = &self.schema["properties"][key];
        match value {
            Value::Bool(value) => Some((!value).into()),
            Value::Number(number) => {
                let limit = |word: &str| declared[word].as_u64();
                let (least, most) = (limit("minimum"), limit("maximum"));
                let moved = step(number.as_u64()?).max(least.unwrap_or(0));
                Some(moved.min(most.unwrap_or(u64::MAX)).into())
            }
            Value::String(text) => match text.parse::<Span>() {
                Ok(span) => Some(Span::from_nanos(step(span.as_nanos())).to_string().into()),
                Err(_) => self.choice(declared, luck),
            },
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// One of the words that a key takes.
    fn choice(&self, declared: &Value, luck: u64) -> Option<Value> {
        let name = declared["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
        let kind = name.map_or(declared, |name| &self.schema["$defs"][name]);
        let words = kind["enum"].as_array().cloned().unwrap_or_default();
        let more = kind["oneOf"].as_array().into_iter().flatten().map(|one| one["const"].clone());
        let words: Vec<Value> = words.into_iter().chain(more).filter(Value::is_string).collect();
        let at = luck.checked_rem(words.len() as u64)?;
        words.get(at as usize).cloned()
    }
}

/// To two digits: settings are meant to be read.
fn rounded(number: u64) -> u64 {
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    number.saturating_add(unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordering::Catalogue;

    #[test]
    fn numbers_have_two_digits() {
        let found = [0, 7, 99, 133, 1_250, 333_333, 999_999].map(rounded);
        assert_eq!(found, [0, 7, 99, 130, 1_300, 330_000, 1_000_000]);
    }

    #[test]
    fn every_setting_is_valid_new_and_promises_no_less() {
        for entry in Catalogue::bundled().entries() {
            let default = (entry.check)(&Value::Null).expect("defaults are within range");
            let committee = Committee::new(7);
            let mut space = Space::new(entry, committee, &default, 1001);
            let mut known = vec![default.clone()];
            for _ in 0..12 {
                let Some(new) = space.draw(&default, &WIDE, &known) else { break };
                assert_eq!((entry.check)(&new), Ok(new.clone()), "{}", entry.name);
                let owed = |setting| (entry.guarantees)(&Committee::new(7), setting);
                assert!(owed(&new).covers(&owed(&default)), "{} {new}", entry.name);
                assert!(!known.contains(&new), "{} {new}", entry.name);
                known.push(new);
            }
            let has_none = default.as_object().is_none_or(Map::is_empty);
            assert_eq!(known.len() > 1, !has_none, "{}: {known:?}", entry.name);
        }
    }

    #[test]
    fn luck_has_an_address() {
        let catalogue = Catalogue::bundled();
        let entry = catalogue.find("jolteon").expect("it is bundled");
        let default = (entry.check)(&Value::Null).expect("defaults are within range");
        let draw = |seed| {
            let mut space = Space::new(entry, Committee::new(4), &default, seed);
            let mut next = || space.draw(&default, &WIDE, &[]);
            [next(), next()]
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1)[0], draw(1)[1]);
    }
}
