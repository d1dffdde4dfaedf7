//! The search for an order: depth first, and never twice from the same place (Wing & Gong 1993,
//! Lowe 2017).
//!
//! Three things keep it small, and none loses an order. What only looks and sees what is there is
//! taken at once. What never returned is interchangeable with its like, is taken only if somebody
//! waits for it, and whoever has spent more of it than another in the same place is not followed.
//! Under appends, a text that no later read begins with counts as spoilt, whatever it is.

use std::collections::BTreeMap;

use super::frontier::Frontier;
use super::memory::{Done, Memory};
use super::problem::{Effect, NEVER, Problem, Step};
use super::texts::Texts;

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// An order.
    Order,
    /// That there is none.
    NoOrder,
    /// Neither, with the states it may visit.
    Undecided,
}

/// A text that no later read begins with.
const SPOILT: u32 = u32::MAX;

/// Operations with one effect that may or may not happen, by call.
#[derive(Clone, Debug, Default)]
struct Maybe {
    called: Vec<i64>,
    /// It may happen at any time and as often as it likes.
    is_free: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum Move {
    /// Something that returned.
    Step(usize),
    /// Something that may have happened.
    Maybe(usize),
}

/// Where to go on looking for moves.
#[derive(Clone, Copy, Debug)]
enum Resume {
    Start,
    After(Move),
    /// The move was as good as any.
    Never,
}

struct Frame {
    taken: Move,
    before: u32,
    resume: Resume,
}

/// One search.
pub(super) struct Search<'a> {
    texts: &'a mut Texts,
    /// What returned, by call.
    steps: Vec<Step>,
    maybes: Vec<(Effect, Maybe)>,
    frontier: Frontier,
    done: Done,
    /// Of each of `maybes`, how many.
    spent: Vec<u32>,
    memory: Memory,
    has_appends: bool,
    /// How many that look are still to come.
    looks: usize,
}

impl<'a> Search<'a> {
    /// A search for an order of those of `problem` that are `kept`; what the others would do may
    /// happen at any time.
    pub(super) fn new(problem: &'a mut Problem, kept: impl Fn(usize) -> bool) -> Self {
        let mut maybes: BTreeMap<Effect, Maybe> = BTreeMap::new();
        let mut steps = Vec::new();
        let (mut has_appends, mut looks) = (false, 0);
        for (place, step) in problem.steps.iter().enumerate() {
            has_appends |= matches!(step.effect, Effect::Append(_));
            let is_look = matches!(step.effect, Effect::Observe(_) | Effect::Differs(_));
            match (kept(place), step.returned) {
                (true, NEVER) => maybes.entry(step.effect).or_default().called.push(step.called),
                (true, _) => {
                    looks += usize::from(is_look || matches!(step.effect, Effect::Swap(..)));
                    steps.push(*step);
                }
                (false, _) if is_look => {}
                // Texts would grow for ever.
                (false, _) if matches!(step.effect, Effect::Append(_)) => {
                    maybes.entry(step.effect).or_default().called.push(i64::MIN);
                }
                (false, _) => maybes.entry(step.effect).or_default().is_free = true,
            }
        }
        steps.sort_by_key(|step| (step.called, step.returned, step.operation));
        maybes.values_mut().for_each(|maybe| maybe.called.sort_unstable());
        Self {
            frontier: Frontier::new(&steps),
            done: Done::new(steps.len()),
            spent: vec![0; maybes.len()],
            maybes: maybes.into_iter().collect(),
            memory: Memory::default(),
            texts: &mut problem.texts,
            steps,
            has_appends,
            looks,
        }
    }

    /// Looks for an order from `initial` on; takes what it visits from `budget`.
    pub(super) fn run(&mut self, initial: u32, budget: &mut u64) -> Found {
        let mut frames: Vec<Frame> = Vec::new();
        let (mut state, mut resume) = (initial, Resume::Start);
        while self.looks > 0 {
            if let Some((taken, after, then)) = self.choose(state, resume) {
                self.take(taken);
                let settled = self.settle(after);
                let is_news = |settled: &u32| {
                    matches!(then, Resume::Never)
                        || self.memory.is_news(&self.done, *settled, &self.spent)
                };
                let Some(after) = settled.filter(is_news) else {
                    self.put_back(taken);
                    resume = then;
                    continue;
                };
                let Some(left) = budget.checked_sub(1) else { return Found::Undecided };
                *budget = left;
                frames.push(Frame { taken, before: state, resume: then });
                (state, resume) = (after, Resume::Start);
            } else {
                let Some(frame) = frames.pop() else { return Found::NoOrder };
                self.put_back(frame.taken);
                (state, resume) = (frame.before, frame.resume);
            }
        }
        Found::Order
    }

    fn take(&mut self, taken: Move) {
        match taken {
            Move::Step(step) => {
                self.frontier.take(step);
                self.done.flip(step);
                self.looks -= usize::from(is_look(self.steps[step].effect));
            }
            Move::Maybe(maybe) => self.spent[maybe] += u32::from(!self.maybes[maybe].1.is_free),
        }
    }

    fn put_back(&mut self, taken: Move) {
        match taken {
            Move::Step(step) => {
                self.frontier.put_back(step);
                self.done.flip(step);
                self.looks += usize::from(is_look(self.steps[step].effect));
            }
            Move::Maybe(maybe) => self.spent[maybe] -= u32::from(!self.maybes[maybe].1.is_free),
        }
    }

    /// The next move, what it makes of the register, and where to go on if it leads nowhere.
    fn choose(&mut self, state: u32, resume: Resume) -> Option<(Move, u32, Resume)> {
        let (after, maybe) = match resume {
            Resume::Never => return None,
            Resume::Start => {
                if let Some(step) = self.satisfied(state) {
                    return Some((Move::Step(step), state, Resume::Never));
                }
                (None, None)
            }
            Resume::After(Move::Step(step)) => (Some(step), None),
            Resume::After(Move::Maybe(maybe)) => (None, Some(maybe)),
        };
        let is_among_steps = maybe.is_none();
        let step = is_among_steps.then(|| self.next_step(state, after)).flatten();
        let (taken, next) = step.or_else(|| self.next_maybe(state, maybe))?;
        Some((taken, next, Resume::After(taken)))
    }

    /// Something open that only looks, and sees what is there.
    fn satisfied(&self, state: u32) -> Option<usize> {
        self.frontier.open(None).find(|step| match self.steps[*step].effect {
            Effect::Observe(value) => value == state,
            Effect::Differs(value) => value != state,
            Effect::Write(_) | Effect::Swap(..) | Effect::Append(_) => false,
        })
    }

    /// The next open step behind `after` that can happen.
    fn next_step(&mut self, state: u32, after: Option<usize>) -> Option<(Move, u32)> {
        let Self { frontier, steps, texts, .. } = self;
        frontier.open(after).find_map(|step| {
            let next = step_to(texts, state, steps[step].effect)?;
            Some((Move::Step(step), next))
        })
    }

    /// The next of what may have happened, behind `after`, that is of use.
    fn next_maybe(&mut self, state: u32, after: Option<usize>) -> Option<(Move, u32)> {
        let deadline = self.frontier.deadline()?;
        let first = after.map_or(0, |maybe| maybe + 1);
        (first..self.maybes.len()).find_map(|maybe| {
            let next = self.may_become(state, maybe, deadline)?;
            Some((Move::Maybe(maybe), next))
        })
    }

    /// What the register becomes by something that may have happened, if that is of use.
    fn may_become(&mut self, state: u32, maybe: usize, deadline: i64) -> Option<u32> {
        let effect = self.maybes[maybe].0;
        if !self.is_left(maybe, deadline) {
            return None;
        }
        let next = step_to(self.texts, state, effect).filter(|next| *next != state)?;
        (self.has_appends || self.is_wanted(state, next, deadline)).then_some(next)
    }

    /// Whether one of its kind that was called by then is left.
    fn is_left(&self, maybe: usize, by: i64) -> bool {
        let Maybe { called, is_free } = &self.maybes[maybe].1;
        *is_free || called.get(self.spent[maybe] as usize).is_some_and(|called| *called <= by)
    }

    /// Whether anything that could be next needs the register to be `next` and not `state`.
    fn is_wanted(&self, state: u32, next: u32, deadline: i64) -> bool {
        let needs = |effect: Effect| match effect {
            Effect::Observe(value) | Effect::Swap(value, _) => value == next,
            Effect::Differs(value) => value == state,
            Effect::Write(_) | Effect::Append(_) => false,
        };
        let mut maybes = self.maybes.iter().enumerate();
        self.frontier.open(None).any(|step| needs(self.steps[step].effect))
            || maybes.any(|(maybe, (effect, _))| needs(*effect) && self.is_left(maybe, deadline))
    }

    /// The state, or [`SPOILT`] if whatever looks next can see it only after a write; `None` if
    /// there will be no such write. Only appends make a difference here.
    fn settle(&self, state: u32) -> Option<u32> {
        if !self.has_appends || self.looks == 0 {
            return Some(state);
        }
        let first = self.first_look();
        let mut is_mended = false;
        for step in self.left().take_while(|step| step.called <= first) {
            match step.effect {
                Effect::Observe(seen) if state != SPOILT && self.texts.begins(seen, state) => {
                    return Some(state);
                }
                Effect::Write(_) => is_mended = true,
                Effect::Observe(_) | Effect::Differs(_) | Effect::Swap(..) | Effect::Append(_) => {}
            }
        }
        let is_write = |maybe: &usize| matches!(self.maybes[*maybe].0, Effect::Write(_));
        let mut writes = (0..self.maybes.len()).filter(is_write);
        (is_mended || writes.any(|maybe| self.is_left(maybe, first))).then_some(SPOILT)
    }

    /// What is still to be done of what returned, by call.
    fn left(&self) -> impl Iterator<Item = &Step> {
        let all = self.done.first_open()..self.steps.len();
        all.filter(|step| !self.done.has(*step)).map(|step| &self.steps[step])
    }

    /// When the first of those that are still to look returns.
    fn first_look(&self) -> i64 {
        let mut first = NEVER;
        for step in self.left() {
            if step.called > first {
                break;
            }
            if matches!(step.effect, Effect::Observe(_)) {
                first = first.min(step.returned);
            }
        }
        first
    }
}

const fn is_look(effect: Effect) -> bool {
    matches!(effect, Effect::Observe(_) | Effect::Differs(_) | Effect::Swap(..))
}

/// What an effect makes of the register, if it can happen.
fn step_to(texts: &mut Texts, state: u32, effect: Effect) -> Option<u32> {
    match effect {
        Effect::Observe(value) => (state == value).then_some(state),
        Effect::Differs(value) => (state != value).then_some(state),
        Effect::Write(value) => Some(value),
        Effect::Swap(from, to) => (state == from).then_some(to),
        Effect::Append(_) if state == SPOILT => Some(SPOILT),
        Effect::Append(more) => Some(texts.join(state, more)),
    }
}
