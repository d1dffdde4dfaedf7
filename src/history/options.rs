//! What was left out of a history is not unsaid: a value that was read must have come from
//! somewhere. It is only no longer held to have happened. A change that was left out may happen
//! while it was under way, once, often or never, whatever the register was then.

use std::collections::BTreeMap;

use super::problem::{Effect, NEVER, Problem};
use super::register::Register;

/// Changes that may happen within their times.
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// By what they write or append: the last to return first, and of each those only that were
    /// called before those that returned later.
    windows: BTreeMap<Effect, Vec<Window>>,
    /// The same of all that write, with the first to be called of two values.
    anything: Vec<(i64, [Option<Called>; 2])>,
}

/// A time in which a change may happen.
#[derive(Clone, Copy, Debug)]
struct Window {
    called: i64,
    returned: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Called {
    at: i64,
    value: u32,
}

impl Options {
    /// Those of `problem` that are not `kept`, and are of use to what is.
    pub(super) fn new(problem: &Problem<'_>, kept: &[bool]) -> Self {
        let mut options = Self { windows: BTreeMap::new(), anything: Vec::new() };
        let uses = Uses::of(problem, kept);
        for &place in &problem.changes {
            let step = &problem.steps[place];
            if kept[place] || step.called > uses.end {
                continue;
            }
            let (effect, value) = match step.effect {
                Effect::Append(value) => (step.effect, value),
                Effect::Write(value) | Effect::Swap(_, value) => (Effect::Write(value), value),
                Effect::Observe(_) | Effect::Differs(_) => continue,
            };
            let window = Window { called: step.called, returned: step.returned };
            if uses.wanted.as_ref().is_none_or(|wanted| wanted[value as usize]) {
                options.add(effect, window);
            }
            if uses.has_differs {
                options.add_to_anything(value, window);
            }
        }
        options
    }

    fn add(&mut self, effect: Effect, window: Window) {
        let windows = self.windows.entry(effect).or_default();
        if windows.last().is_none_or(|last| window.called < last.called) {
            windows.push(window);
        }
    }

    fn add_to_anything(&mut self, value: u32, window: Window) {
        let last = self.anything.last().map_or([None, None], |(_, last)| *last);
        let new = Called { at: window.called, value };
        let pair = match last {
            [Some(first), second] if first.value == value => [Some(first.or_earlier(new)), second],
            [Some(first), second] if first.at <= new.at => {
                [Some(first), Some(second.map_or(new, |second| second.or_earlier(new)))]
            }
            [first, _] => [Some(new), first],
        };
        if pair != last {
            self.anything.push((window.returned, pair));
        }
    }

    /// Whether nothing that was left out is of use.
    pub(super) fn is_empty(&self) -> bool {
        self.windows.is_empty() && self.anything.is_empty()
    }

    /// Values that can be set.
    pub(super) fn made(&self) -> impl Iterator<Item = u32> {
        self.windows.keys().filter_map(|effect| effect.made())
    }

    /// When this can happen, at the earliest: not before `now`, and not after `deadline`.
    pub(super) fn earliest(&self, effect: Effect, now: i64, deadline: i64) -> Option<i64> {
        let windows = self.windows.get(&effect)?;
        let in_time = windows.partition_point(|window| window.returned >= now);
        let Window { called, .. } = windows[in_time.checked_sub(1)?];
        (called <= deadline).then_some(called.max(now))
    }

    /// What can happen at the earliest of all that writes another value than this, and when.
    pub(super) fn other(&self, value: u32, now: i64, deadline: i64) -> Option<(u32, i64)> {
        let in_time = self.anything.partition_point(|(returned, _)| *returned >= now);
        let (_, pair) = self.anything[in_time.checked_sub(1)?];
        let other = pair.into_iter().flatten().find(|called| called.value != value)?;
        (other.at <= deadline).then_some((other.value, other.at.max(now)))
    }
}

impl Called {
    const fn or_earlier(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }
}

/// What is of use to those who are kept.
struct Uses {
    /// The last of their returns.
    end: i64,
    /// By value; `None` if texts grow, and anything may be a part of one.
    wanted: Option<Vec<bool>>,
    has_differs: bool,
}

impl Uses {
    fn of(problem: &Problem<'_>, kept: &[bool]) -> Self {
        let mut wanted = vec![false; problem.texts.count()];
        let (mut end, mut has_differs) = (i64::MIN, false);
        for (step, _) in problem.steps.iter().zip(kept).filter(|(_, is_kept)| **is_kept) {
            if step.returned != NEVER {
                end = end.max(step.returned);
            }
            match step.effect {
                Effect::Observe(value) | Effect::Swap(value, _) => wanted[value as usize] = true,
                Effect::Differs(_) => has_differs = true,
                Effect::Write(_) | Effect::Append(_) => {}
            }
        }
        let wanted = match problem.register {
            Register::Values => Some(wanted),
            Register::Texts(_) => None,
        };
        Self { end, wanted, has_differs }
    }
}
