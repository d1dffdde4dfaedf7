//! The search for an order: depth first, and never twice from the same place (Wing & Gong 1993,
//! Lowe 2017).
//!
//! What keeps it small loses no order, for an order with it can be made of one without:
//! - what only looks and sees what is there comes at once, if that makes it no later;
//! - of what has one effect, the first to return comes first, and before what need not happen;
//! - what need not happen comes only where somebody waits for what it leads to;
//! - nobody lets go of a value that is still to be seen and that nobody can set again;
//! - whoever is where another was, has spent no less and is no earlier, is not followed;
//! - under appends, a text with which nothing goes on that is still to be read counts as spoilt,
//!   whatever it is.

mod moves;
mod texts;
mod values;
mod wants;

use super::budget::Budget;
use super::demand::Demand;
use super::frontier::Frontier;
use super::maybes::Maybes;
use super::memory::{Memory, Place};
use super::options::Options;
use super::problem::{Effect, NEVER, Problem, Step};
use super::register::Register;

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// An order.
    Order,
    /// That there is none.
    NoOrder,
    /// Neither, with what it may cost.
    Undecided,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum Move {
    /// Something that only looks, and is as good as anything.
    Sight(u32),
    /// Something that returned.
    Step(u32),
    /// Something that never returned.
    Maybe(u32),
    /// Something that was left out.
    Option,
}

/// A move and what it leads to.
#[derive(Clone, Copy, Debug)]
struct Choice {
    taken: Move,
    /// What the register holds then.
    state: u32,
    /// What ended before can no longer happen.
    now: i64,
}

/// A move made, and what was before.
#[derive(Clone, Copy, Debug)]
struct Frame {
    taken: Move,
    state: u32,
    now: i64,
    first: usize,
}

/// One search.
pub(super) struct Search<'s, 'a> {
    pub(super) problem: &'s mut Problem<'a>,
    /// What returned, by call.
    steps: Vec<Step>,
    maybes: Maybes,
    options: Options,
    frontier: Frontier,
    demand: Demand,
    memory: Memory,
    /// Bytes that the memory may take.
    room: usize,
    /// What the register holds, and what ended before when can no longer happen.
    state: u32,
    now: i64,
    /// How it came here, and what was not tried yet on the way; here that behind the first so many.
    frames: Vec<Frame>,
    choices: Vec<Choice>,
    first: usize,
    is_begun: bool,
    furthest: Option<Step>,
    /// Space that is used again and again.
    open: Vec<u32>,
    wanted: Vec<u32>,
    effects: Vec<Effect>,
    spent: Vec<(u32, u32)>,
}

impl<'s, 'a> Search<'s, 'a> {
    /// A search for an order of those of `problem` that are `kept`; what the others would do may
    /// happen within their times. Its memory may take `room` bytes.
    pub(super) fn new(problem: &'s mut Problem<'a>, kept: &[bool], room: usize) -> Self {
        let all = problem.steps.iter().zip(kept).filter(|(_, is_kept)| **is_kept);
        let (maybes, mut steps): (Vec<Step>, Vec<Step>) =
            all.map(|(step, _)| *step).partition(|step| step.returned == NEVER);
        steps.sort_unstable_by_key(|step| (step.called, step.returned, step.operation));
        let options = Options::new(problem, kept);
        let frontier = Frontier::new(&steps);
        Self {
            demand: Demand::new(problem.texts.count(), &steps, &maybes, &options),
            maybes: Maybes::new(&maybes),
            memory: Memory::new(frontier.out().1.len()),
            room,
            state: problem.register.written(&problem.texts, problem.initial),
            // Where nothing can be too late, one time is like another.
            now: if options.is_empty() { i64::MAX } else { i64::MIN },
            problem,
            steps,
            options,
            frontier,
            frames: Vec::new(),
            choices: Vec::new(),
            first: 0,
            is_begun: false,
            furthest: None,
            open: Vec::new(),
            wanted: Vec::new(),
            effects: Vec::new(),
            spent: Vec::new(),
        }
    }

    /// Of all that kept some order from going on, the last to return: nothing that was called
    /// later was asked for.
    pub(super) const fn furthest(&self) -> Option<Step> {
        self.furthest
    }

    fn come_to(&mut self, step: usize) {
        let step = self.steps[step];
        if self.furthest.is_none_or(|furthest| furthest.returned < step.returned) {
            self.furthest = Some(step);
        }
    }

    /// Whether its memory is full: it cannot go on.
    pub(super) fn is_full(&self) -> bool {
        self.memory.bytes() > self.room
    }

    /// Looks for an order, or goes on to; takes what it costs from `budget`.
    pub(super) fn run(&mut self, budget: &mut Budget) -> Found {
        if !self.is_begun {
            self.is_begun = true;
            self.propose(budget);
        }
        while !self.demand.is_met() {
            if budget.is_spent() || self.is_full() {
                return Found::Undecided;
            }
            if self.choices.len() > self.first {
                let choice = self.choices.pop().expect("there are more than the first");
                self.follow(choice, budget);
            } else if let Some(frame) = self.frames.pop() {
                self.put_back(frame.taken);
                (self.state, self.now, self.first) = (frame.state, frame.now, frame.first);
            } else {
                return Found::NoOrder;
            }
        }
        Found::Order
    }

    /// Makes a move, unless it is in vain or leads to where somebody was before.
    fn follow(&mut self, choice: Choice, budget: &mut Budget) {
        let Choice { taken, now, .. } = choice;
        self.take(taken);
        budget.scan(1);
        let settled =
            if self.is_in_vain(choice, budget) { None } else { self.settled(choice, budget) };
        let is_sight = matches!(taken, Move::Sight(_));
        let state = settled.filter(|state| is_sight || self.is_news(*state, now, budget));
        let Some(state) = state else {
            self.put_back(taken);
            return;
        };
        budget.visit();
        self.frames.push(Frame { taken, state: self.state, now: self.now, first: self.first });
        (self.state, self.now, self.first) = (state, now, self.choices.len());
        self.propose(budget);
    }

    /// Whether it lets go of what somebody has still to see and nobody can set again.
    fn is_in_vain(&mut self, choice: Choice, budget: &mut Budget) -> bool {
        if choice.state == self.state || matches!(self.problem.register, Register::Texts(_)) {
            return false;
        }
        let looks = self.demand.in_vain(self.state);
        let first = looks.iter().position(|look| !self.frontier.is_out(*look as usize));
        let Some(first) = first else { return false };
        budget.scan(first);
        self.come_to(looks[first] as usize);
        true
    }

    /// Whether nobody was here before, with as much that can still be done.
    fn is_news(&mut self, state: u32, now: i64, budget: &mut Budget) -> bool {
        let Self { maybes, demand, spent, .. } = self;
        let is_text = matches!(self.problem.register, Register::Texts(_));
        // It does not matter how much was spent of what is of no use any more.
        let is_of_use = |value| is_text || !demand.is_useless(value) || maybes.is_source(value);
        let counts =
            |(kind, _): &(u32, u32)| maybes.effect(*kind as usize).made().is_none_or(is_of_use);
        spent.clear();
        spent.extend(maybes.spent().filter(counts));
        budget.scan(maybes.count());
        let done = self.frontier.out();
        self.memory.is_news(&Place { done, state, spent: &self.spent, now }, budget)
    }

    fn take(&mut self, taken: Move) {
        match taken {
            Move::Sight(step) | Move::Step(step) => {
                self.frontier.take(step as usize);
                self.demand.take(self.steps[step as usize].effect);
            }
            Move::Maybe(kind) => {
                self.maybes.take(kind as usize);
                self.demand.take_maybe(self.maybes.effect(kind as usize));
            }
            Move::Option => {}
        }
    }

    fn put_back(&mut self, taken: Move) {
        match taken {
            Move::Sight(step) | Move::Step(step) => {
                self.frontier.put_back(step as usize);
                self.demand.put_back(self.steps[step as usize].effect);
            }
            Move::Maybe(kind) => {
                self.maybes.put_back(kind as usize);
                self.demand.put_back_maybe(self.maybes.effect(kind as usize));
            }
            Move::Option => {}
        }
    }
}
