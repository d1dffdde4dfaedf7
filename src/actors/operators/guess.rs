//! What people do without a runbook: look around, have an idea, act, wait, and think again.

use super::{Chance, Due, Operators};
use crate::actors::Packet;
use crate::kernel::{ProcessId, unit};
use crate::network::Desk;
use crate::ops::{Scope, Step, Worst, lognormal};
use crate::trace::{Remedy, StepStage};

/// The deviation of the logarithm of how long an idea takes.
const SPREAD: f64 = 0.5;

/// Words of luck that belong to one idea.
const WORDS: u64 = 8;

impl Operators {
    pub(super) fn think(&mut self, who: u16, desk: &mut Desk<'_, Packet>) {
        let Some(worker) = self.worker_mut(who) else { return };
        worker.worked += 1;
        let (role, index) = (worker.role, worker.worked * WORDS);
        let words = [0, 1].map(|at| self.luck(Chance::Guess, role, index + at, desk));
        let takes = lognormal(self.setting.people.guess.takes, SPREAD, words);
        self.set(takes, Due::Idea(who), desk);
    }

    /// The right idea is to look closely at everybody; a wrong one is somebody who happens to be
    /// in view. The more alarms are on, the rarer the right one.
    pub(super) fn has_an_idea(&mut self, who: u16, desk: &mut Desk<'_, Packet>) {
        if self.rests(who) {
            return;
        }
        let Some(worker) = self.worker(who) else { return };
        let (role, index) = (worker.role, worker.worked * WORDS);
        let words = [2, 3].map(|at| self.luck(Chance::Guess, role, index + at, desk));
        let right = self.setting.people.guess.right / self.firing.len().max(1) as f64;
        if unit(words[0]) < right {
            return self.look(who, desk);
        }
        let process = ProcessId((unit(words[1]) * f64::from(self.targets().end)) as u32);
        self.guess_at(who, Worst::whole(process), desk);
    }

    pub(super) fn guess_at(&mut self, who: u16, on: Worst, desk: &mut Desk<'_, Packet>) {
        let Some(worker) = self.worker_mut(who) else { return };
        worker.suspect = Some(on);
        if self.is_of_others(who, on.process) {
            return self.ask_operator(who, on.process, desk);
        }
        self.act_on_guess(who, on, desk);
    }

    /// Whoever is suspected by guess is started anew, or drained first if it is a router that
    /// still answers.
    pub(super) fn act_on_guess(&mut self, who: u16, on: Worst, desk: &mut Desk<'_, Packet>) {
        let Some(worker) = self.worker_mut(who) else { return };
        let (role, index) = (worker.role, worker.worked * WORDS + 4);
        if let Some(process) = worker.drained.take() {
            self.do_by_guess(who, Remedy::Refill, Worst::whole(process), desk);
        }
        let is_router = on.process.0 >= self.setting.validators;
        let coin = unit(self.luck(Chance::Guess, role, index, desk));
        let remedy = if is_router && coin < 0.5 { Remedy::Drain } else { Remedy::Restart };
        self.do_by_guess(who, remedy, on, desk);
        if let Some(worker) = self.worker_mut(who).filter(|_| remedy == Remedy::Drain) {
            worker.drained = Some(on.process);
        }
        self.wait(who, desk);
    }

    fn do_by_guess(&self, who: u16, remedy: Remedy, on: Worst, desk: &mut Desk<'_, Packet>) {
        self.act(Step::at_once(remedy, Scope::Suspect), on, desk);
        self.report(who, (remedy, StepStage::Done), Some(on), desk);
    }
}
