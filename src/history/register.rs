//! What a register holds, as a small number, and what effects make of it.

use std::collections::BTreeSet;

use super::prefixes::Prefixes;
use super::problem::{Effect, Step};
use super::texts::Texts;

/// What the numbers of states stand for.
#[derive(Clone, Debug)]
pub(super) enum Register<'a> {
    /// Values.
    Values,
    /// Texts that grow.
    Texts(Growing<'a>),
}

/// Texts that grow, and of what.
#[derive(Clone, Debug)]
pub(super) struct Growing<'a> {
    pub(super) prefixes: Prefixes<'a>,
    /// How long what is written is, in bytes.
    written: BTreeSet<usize>,
    /// How long what is appended is.
    appended: BTreeSet<usize>,
}

impl<'a> Register<'a> {
    pub(super) fn new(texts: &Texts<'a>, steps: &[Step]) -> Self {
        let (mut written, mut appended) = (BTreeSet::new(), BTreeSet::new());
        let mut read = Vec::new();
        for step in steps {
            match step.effect {
                Effect::Append(value) => _ = appended.insert(texts.text(value).len()),
                Effect::Write(value) => _ = written.insert(texts.text(value).len()),
                Effect::Observe(value) => read.push(value),
                Effect::Differs(_) | Effect::Swap(..) => {}
            }
        }
        if appended.is_empty() {
            return Self::Values;
        }
        let prefixes = Prefixes::new(texts, read.into_iter());
        Self::Texts(Growing { prefixes, written, appended })
    }

    /// The state of a value that was written.
    pub(super) fn written(&mut self, texts: &Texts<'a>, value: u32) -> u32 {
        match self {
            Self::Values => value,
            Self::Texts(growing) => growing.prefixes.written(texts, value),
        }
    }

    /// What an effect makes of a state, if it can happen there.
    pub(super) fn after(&mut self, texts: &Texts<'a>, state: u32, effect: Effect) -> Option<u32> {
        match effect {
            Effect::Observe(value) => self.is(state, value).then_some(state),
            Effect::Differs(value) => (!self.is(state, value)).then_some(state),
            Effect::Write(value) => Some(self.written(texts, value)),
            Effect::Swap(from, to) => self.is(state, from).then(|| self.written(texts, to)),
            Effect::Append(value) => match self {
                Self::Texts(growing) => Some(growing.prefixes.appended(texts, state, value)),
                Self::Values => unreachable!("where something is appended there are texts"),
            },
        }
    }

    /// Whether this is what a state stands for.
    pub(super) fn is(&self, state: u32, value: u32) -> bool {
        match self {
            Self::Values => state == value,
            Self::Texts(growing) => growing.prefixes.is(state, value),
        }
    }
}

impl Growing<'_> {
    /// What brings a state nearer to a value that was read: a part with which the value goes on
    /// may be appended, and one with which it begins may be written.
    pub(super) fn towards(&self, texts: &Texts<'_>, state: u32, value: u32, out: &mut Vec<Effect>) {
        let whole = texts.text(value);
        let part = |range| whole.get(range).and_then(|part| texts.find(part));
        if self.prefixes.begins(state, value) {
            let start = self.prefixes.length(state);
            let lengths = self.appended.iter().take_while(|length| start + **length <= whole.len());
            let parts = lengths.filter_map(|length| part(start..start + length));
            out.extend(parts.map(Effect::Append));
        }
        let lengths = self.written.iter().take_while(|length| **length <= whole.len());
        out.extend(lengths.filter_map(|length| part(0..*length)).map(Effect::Write));
    }
}
