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
    /// still answers. Where a version can be made in haste, it may be that.
    pub(super) fn act_on_guess(&mut self, who: u16, on: Worst, desk: &mut Desk<'_, Packet>) {
        if self.acts_in_haste(who, on, desk) {
            return self.wait(who, desk);
        }
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

    /// Every other time that one of the client's nodes is suspected, its version is to blame: a new
    /// one is made in haste, or taken back where there was one.
    fn acts_in_haste(&mut self, who: u16, on: Worst, desk: &mut Desk<'_, Packet>) -> bool {
        let share = self.setting.people.guess.patch;
        let is_theirs = self.setting.one_client.contains(&on.process);
        let Some(worker) = self.worker(who).filter(|_| share > 0.0 && is_theirs) else {
            return false;
        };
        let (role, index) = (worker.role, worker.worked * WORDS + 5);
        if unit(self.luck(Chance::Guess, role, index, desk)) >= 0.5 {
            return false;
        }
        let had = std::mem::take(&mut self.patched);
        let (remedy, hosts) = match had.is_empty() {
            true => (Remedy::Patch, self.early_ones(share, desk)),
            false => (Remedy::RollBack, had),
        };
        for host in &hosts {
            self.do_by_guess(who, remedy, Worst::whole(*host), desk);
        }
        if remedy == Remedy::Patch {
            self.patched = hosts;
        }
        true
    }

    /// Those of the client's nodes that take a new version at once.
    fn early_ones(&self, share: f64, desk: &mut Desk<'_, Packet>) -> Vec<ProcessId> {
        let all = self.setting.one_client.iter();
        let mut drawn: Vec<(u64, ProcessId)> =
            all.map(|host| (self.luck(Chance::Patch, 0, host.0.into(), desk), *host)).collect();
        drawn.sort_unstable();
        drawn.truncate(libm::round(share * drawn.len() as f64) as usize);
        let mut hosts: Vec<ProcessId> = drawn.into_iter().map(|(_, host)| host).collect();
        hosts.sort_unstable();
        hosts
    }

    fn do_by_guess(&self, who: u16, remedy: Remedy, on: Worst, desk: &mut Desk<'_, Packet>) {
        self.act(Step::at_once(remedy, Scope::Suspect), on, desk);
        self.report(who, (remedy, StepStage::Done), Some(on), desk);
    }
}
