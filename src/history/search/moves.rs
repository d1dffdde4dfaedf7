//! What can come next.

use std::cmp::Reverse;

use super::{Budget, Choice, Effect, Move, Search, Step};

/// What bounds a move in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outlook {
    /// When the first return is due.
    pub(super) deadline: i64,
    /// A move that leads to no earlier time than this is no better than one that is there.
    better: Option<i64>,
}

impl Outlook {
    pub(super) fn is_worse(self, now: i64) -> bool {
        self.better.is_some_and(|better| better <= now)
    }
}

impl Search<'_, '_> {
    /// Writes down what can come next; what is to be tried first stands last.
    pub(super) fn propose(&mut self, budget: &mut Budget) {
        let Some(due) = self.frontier.due() else { return };
        self.come_to(due);
        self.open.clear();
        self.open.extend(self.frontier.open().map(|step| step as u32));
        budget.scan(self.open.len());
        let sight = self.open.iter().copied().find(|step| self.is_sight(*step as usize));
        // It changes nothing, so it may as well come before all that would make it no earlier.
        let better = sight.map(|sight| self.steps[sight as usize].called);
        if let Some(sight) = sight.filter(|_| better <= Some(self.now)) {
            let (taken, state, now) = (Move::Sight(sight), self.state, self.now);
            self.choices.push(Choice { taken, state, now });
            return;
        }
        let Self { open, steps, .. } = self;
        open.sort_unstable_by_key(|place| {
            let Step { effect, returned, .. } = steps[*place as usize];
            (effect, returned, *place)
        });
        let outlook = Outlook { deadline: steps[due].returned, better };
        self.propose_unneeded(outlook, budget);
        self.propose_steps(sight, outlook);
    }

    /// Whether it only looks, and sees what is there.
    fn is_sight(&self, step: usize) -> bool {
        let is = |value| self.problem.register.is(self.state, value);
        match self.steps[step].effect {
            Effect::Observe(value) => is(value),
            Effect::Differs(value) => !is(value),
            Effect::Write(_) | Effect::Swap(..) | Effect::Append(_) => false,
        }
    }

    /// What returned and can happen. The first to return is most urgent and comes first; of what
    /// has one effect it alone, but for what makes it earlier.
    fn propose_steps(&mut self, sight: Option<u32>, outlook: Outlook) {
        let Self { open, steps, problem, choices, .. } = self;
        let first = choices.len();
        let mut last: Option<(Effect, i64)> = None;
        for &step in open.iter() {
            let Step { called, effect, .. } = steps[step as usize];
            let now = self.now.max(called);
            let is_double = last.is_some_and(|(other, before)| other == effect && before <= now);
            if is_double || outlook.is_worse(now) && Some(step) != sight {
                continue;
            }
            last = Some((effect, now));
            if let Some(state) = problem.register.after(&problem.texts, self.state, effect) {
                choices.push(Choice { taken: Move::Step(step), state, now });
            }
        }
        choices[first..].sort_unstable_by_key(|choice| match choice.taken {
            Move::Step(step) => Reverse((steps[step as usize].returned, step)),
            Move::Sight(_) | Move::Maybe(_) | Move::Option => unreachable!("only steps are new"),
        });
    }

    /// When something open with this effect can happen, at the earliest.
    pub(super) fn earliest_open(&self, effect: Effect) -> Option<i64> {
        let effect_of = |step: &u32| self.steps[*step as usize].effect;
        let first = self.open.partition_point(|step| effect_of(step) < effect);
        let same = self.open[first..].iter().take_while(|step| effect_of(step) == effect);
        same.map(|step| self.steps[*step as usize].called.max(self.now)).min()
    }
}
