//! Values that those who look are waiting for.

use super::moves::Outlook;
use super::{Budget, Effect, Move, NEVER, Search};

impl Search<'_, '_> {
    /// What leads to a value that somebody waits for, and whether somebody waits for any other.
    pub(super) fn values_wanted(&mut self, effects: &mut Vec<Effect>, budget: &mut Budget) -> bool {
        self.wanted.clear();
        let is_timed = !self.options.is_empty();
        // What sees only that something is not there lets others pass to those behind it, and when
        // it is their turn it may be too late to set what they see.
        let lets_pass =
            |step: usize| is_timed && matches!(self.steps[step].effect, Effect::Differs(_));
        let mut is_any = false;
        for step in self.frontier.called_before(lets_pass) {
            budget.scan(1);
            let effect = self.steps[step].effect;
            self.wanted.extend(effect.needed());
            is_any |= effect == Effect::Differs(self.state);
        }
        self.wanted.sort_unstable();
        self.wanted.dedup();
        let last = self.frontier.due_among(|step| !lets_pass(step));
        let deadline = last.map_or(NEVER, |step| self.steps[step].returned);
        let mut at = 0;
        while let Some(&value) = self.wanted.get(at) {
            at += 1;
            if value == self.state {
                continue;
            }
            effects.extend([Effect::Write(value), Effect::Swap(self.state, value)]);
            for source in self.maybes.sources(value, deadline) {
                budget.scan(self.wanted.len());
                if !self.wanted.contains(&source) {
                    self.wanted.push(source);
                }
            }
        }
        is_any
    }

    /// Proposes whatever makes another state of this.
    pub(super) fn propose_anything(&mut self, outlook: Outlook, budget: &mut Budget) {
        let kinds = 0..self.maybes.count();
        budget.scan(kinds.len());
        let other = self.options.other(self.state, self.now, outlook.deadline);
        if let Some((value, now)) = other {
            self.offer(Move::Option, Effect::Write(value), now, outlook);
        }
        // Of what writes, what is good for nothing else is best, if no time can be lost.
        let is_write = |kind: usize| matches!(self.maybes.effect(kind), Effect::Write(_));
        let is_worthless = |kind: &usize| {
            let made = self.maybes.effect(*kind).made();
            let is_of_use =
                |value| !self.demand.is_indifferent(value) || self.maybes.is_source(value);
            is_write(*kind)
                && self.maybes.next(*kind, outlook.deadline).is_some()
                && !made.is_some_and(is_of_use)
        };
        let worthless = kinds.clone().find(is_worthless).filter(|_| self.options.is_empty());
        let is_best =
            |kind: &usize| worthless.is_none_or(|worthless| *kind == worthless || !is_write(*kind));
        let best: Vec<usize> = kinds.filter(is_best).collect();
        best.into_iter().for_each(|kind| self.propose_maybe(kind, outlook));
    }
}
