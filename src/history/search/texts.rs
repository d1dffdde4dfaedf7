//! Texts that those who look are waiting for.

use super::{Budget, Choice, Effect, Register, Search};
use crate::history::prefixes::SPOILT;

/// Whether a text that may be read next begins with what is there.
enum GoesOn {
    Yes,
    /// Not unless something that has to happen anyway is written over it.
    AfterWrite,
    No,
}

impl Search<'_, '_> {
    /// What leads to a text that may be read next.
    pub(super) fn texts_wanted(&mut self, effects: &mut Vec<Effect>, budget: &mut Budget) -> bool {
        let Register::Texts(growing) = &self.problem.register else { return false };
        let looks = |step: usize| self.steps[step].effect.is_look();
        for step in self.frontier.called_before(|step| !looks(step)) {
            budget.scan(1);
            if let Effect::Observe(value) = self.steps[step].effect {
                growing.towards(&self.problem.texts, self.state, value, effects);
            }
        }
        effects.sort_unstable();
        effects.dedup();
        false
    }

    /// The state that a choice leads to, or [`SPOILT`] if whatever looks next can see it only after
    /// a write; `None` if there can be no such write. Only appends make a difference here.
    pub(super) fn settled(&mut self, choice: Choice, budget: &mut Budget) -> Option<u32> {
        if matches!(self.problem.register, Register::Values) {
            return Some(choice.state);
        }
        let first = self.frontier.due_among(|step| self.steps[step].effect.is_look());
        let Some(first) = first else { return Some(choice.state) };
        self.come_to(first);
        let is_mended = match self.goes_on(choice.state, budget) {
            GoesOn::Yes => return Some(choice.state),
            GoesOn::AfterWrite => true,
            GoesOn::No => self.may_be_mended(choice.now, self.steps[first].returned),
        };
        is_mended.then_some(SPOILT)
    }

    /// Whether what may be read next begins with a state.
    fn goes_on(&self, state: u32, budget: &mut Budget) -> GoesOn {
        let Register::Texts(growing) = &self.problem.register else { return GoesOn::Yes };
        let mut goes_on = GoesOn::No;
        for step in self.frontier.called_before(|step| !self.steps[step].effect.is_look()) {
            budget.scan(1);
            match self.steps[step].effect {
                Effect::Observe(value) if growing.prefixes.begins(state, value) => {
                    return GoesOn::Yes;
                }
                Effect::Write(_) => goes_on = GoesOn::AfterWrite,
                Effect::Observe(_) | Effect::Differs(_) | Effect::Swap(..) | Effect::Append(_) => {}
            }
        }
        goes_on
    }

    /// Whether something that may happen or not writes over what is there, so that something can
    /// be read then.
    fn may_be_mended(&self, now: i64, first: i64) -> bool {
        let Register::Texts(growing) = &self.problem.register else { return false };
        let is_look = |step: usize| self.steps[step].effect.is_look();
        let mut writes = Vec::new();
        for step in self.frontier.called_before(|step| !is_look(step)) {
            if let Effect::Observe(value) = self.steps[step].effect {
                growing.towards(&self.problem.texts, SPOILT, value, &mut writes);
            }
        }
        let is_maybe = |kind| self.maybes.next(kind, first).is_some();
        writes.into_iter().any(|write| {
            self.maybes.find(write).is_some_and(is_maybe)
                || self.options.earliest(write, now, first).is_some()
        })
    }
}
