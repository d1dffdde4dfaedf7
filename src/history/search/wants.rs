//! What need not happen, and is proposed only where somebody waits for what it leads to.

use super::moves::Outlook;
use super::{Budget, Choice, Effect, Move, Register, Search};

impl Search<'_, '_> {
    /// Proposes what need not happen and leads to what somebody waits for.
    pub(super) fn propose_unneeded(&mut self, outlook: Outlook, budget: &mut Budget) {
        if self.maybes.count() == 0 && self.options.is_empty() {
            return;
        }
        let mut effects = std::mem::take(&mut self.effects);
        effects.clear();
        let is_anything_else = match self.problem.register {
            Register::Values => self.values_wanted(&mut effects, budget),
            Register::Texts(_) => self.texts_wanted(&mut effects, budget),
        };
        if is_anything_else {
            self.propose_anything(outlook, budget);
        }
        budget.scan(effects.len());
        for effect in &effects {
            if let Some(kind) = self.maybes.find(*effect) {
                self.propose_maybe(kind, outlook);
            }
            if let Some(now) = self.options.earliest(*effect, self.now, outlook.deadline) {
                self.offer(Move::Option, *effect, now, outlook);
            }
        }
        self.effects = effects;
    }

    pub(super) fn propose_maybe(&mut self, kind: usize, outlook: Outlook) {
        if let Some(called) = self.maybes.next(kind, outlook.deadline) {
            let (effect, now) = (self.maybes.effect(kind), self.now.max(called));
            // What has to happen anyway may as well come first.
            if self.earliest_open(effect).is_none_or(|earliest| now < earliest) {
                self.offer(Move::Maybe(kind as u32), effect, now, outlook);
            }
        }
    }

    pub(super) fn offer(&mut self, taken: Move, effect: Effect, now: i64, outlook: Outlook) {
        let problem = &mut *self.problem;
        let state = problem.register.after(&problem.texts, self.state, effect);
        if let Some(state) = state.filter(|state| *state != self.state)
            && !outlook.is_worse(now)
        {
            self.choices.push(Choice { taken, state, now });
        }
    }
}
