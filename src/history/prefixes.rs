//! Texts that grow, as states: all that matters of one is which of the texts that were read it
//! begins, and how long it is.

use std::collections::BTreeMap;
use std::ops::Range;

use super::texts::Texts;

/// A text with which no text that was read begins.
pub(super) const SPOILT: u32 = u32::MAX;

/// The empty text.
const EMPTY: u32 = 0;

/// States by number.
#[derive(Clone, Debug)]
pub(super) struct Prefixes<'a> {
    /// What was read, sorted, each once.
    seen: Vec<&'a str>,
    /// By the number of a value: where it stands among them, if it was read.
    places: Vec<usize>,
    /// By state.
    known: Vec<Prefix>,
    /// By the first that begins so, and the length.
    states: BTreeMap<(usize, usize), u32>,
    /// What became of a state with a value behind it.
    joined: BTreeMap<(u32, u32), u32>,
}

/// The first bytes of some of what was read.
#[derive(Clone, Debug)]
struct Prefix {
    length: usize,
    /// Those that begin so.
    seen: Range<usize>,
}

impl<'a> Prefixes<'a> {
    /// States for those who read these values.
    pub(super) fn new(texts: &Texts<'a>, read: impl Iterator<Item = u32>) -> Self {
        let mut read: Vec<(&str, u32)> = read.map(|value| (texts.text(value), value)).collect();
        read.sort_unstable();
        read.dedup();
        let mut places = vec![usize::MAX; texts.count()];
        for (place, (_, value)) in read.iter().enumerate() {
            places[*value as usize] = place;
        }
        let seen: Vec<&str> = read.into_iter().map(|(text, _)| text).collect();
        let known = vec![Prefix { length: 0, seen: 0..seen.len() }];
        let states = BTreeMap::from([((0, 0), EMPTY)]);
        Self { seen, places, known, states, joined: BTreeMap::new() }
    }

    /// The state of a value written over all that was there.
    pub(super) fn written(&mut self, texts: &Texts<'a>, value: u32) -> u32 {
        self.appended(texts, EMPTY, value)
    }

    /// The state of a text with a value behind it.
    pub(super) fn appended(&mut self, texts: &Texts<'a>, state: u32, value: u32) -> u32 {
        if state == SPOILT {
            return SPOILT;
        }
        if let Some(joined) = self.joined.get(&(state, value)) {
            return *joined;
        }
        let longer = self.longer(&self.known[state as usize], texts.text(value));
        let joined = if longer.seen.is_empty() { SPOILT } else { self.state(longer) };
        self.joined.insert((state, value), joined);
        joined
    }

    /// A prefix with more behind it.
    fn longer(&self, prefix: &Prefix, more: &str) -> Prefix {
        let among = &self.seen[prefix.seen.clone()];
        let rest = |text: &&'a str| &text.as_bytes()[prefix.length..];
        let first = among.partition_point(|text| rest(text) < more.as_bytes());
        let count = among[first..].partition_point(|text| rest(text).starts_with(more.as_bytes()));
        let first = prefix.seen.start + first;
        Prefix { length: prefix.length + more.len(), seen: first..first + count }
    }

    fn state(&mut self, prefix: Prefix) -> u32 {
        *self.states.entry((prefix.seen.start, prefix.length)).or_insert_with(|| {
            self.known.push(prefix);
            self.known.len() as u32 - 1
        })
    }

    /// Whether a value that was read begins with what is there.
    pub(super) fn begins(&self, state: u32, value: u32) -> bool {
        state != SPOILT && self.known[state as usize].seen.contains(&self.places[value as usize])
    }

    /// Whether it is what is there.
    pub(super) fn is(&self, state: u32, value: u32) -> bool {
        self.begins(state, value)
            && self.known[state as usize].length == self.seen[self.places[value as usize]].len()
    }

    /// How long the text is; not for what is spoilt.
    pub(super) fn length(&self, state: u32) -> usize {
        self.known[state as usize].length
    }
}
