//! What whoever has an incident does about it by the runbook, step by step.

use super::{Chance, Due, Operators};
use crate::actors::Packet;
use crate::actors::monitor::scrape;
use crate::kernel::{ProcessId, Span, unit};
use crate::network::Desk;
use crate::ops::{Runbook, Scope, Scraped, Step, Structure, Worst};
use crate::trace::{Duty, Fact, Remedy, StepStage};

/// Answers to an inspection that come later are not waited for.
const LOOK: Span = Span::from_secs(2);

/// What an operator of another organisation does not answer is asked again after so long.
pub(super) const ASKS_AGAIN: Span = Span::from_secs(600);

/// A part's number for the whole.
const WHOLE_PROCESS: u8 = u8::MAX;

impl Operators {
    /// From the first step on, or with the first idea.
    pub(super) fn begin_work(&mut self, who: u16, desk: &mut Desk<'_, Packet>) {
        if self.rests(who) {
            return;
        }
        let Some(worker) = self.worker_mut(who) else { return };
        worker.is_busy = true;
        (worker.at, worker.tries, worker.suspect) = (0, 0, None);
        match self.book() {
            Some(_) => self.begin_step(who, desk),
            None => self.think(who, desk),
        }
    }

    /// What is written down about this.
    pub(super) fn book(&self) -> Option<&Runbook> {
        let incident = self.incident.as_ref().filter(|_| self.setting.is_prepared)?;
        self.setting.runbooks.iter().find(|book| book.alert == incident.rule)
    }

    pub(super) fn step(&self, who: u16) -> Option<Step> {
        let at = self.worker(who)?.at;
        self.book()?.steps.get(at).copied()
    }

    /// The next step, or the first again a while after the last.
    fn begin_step(&mut self, who: u16, desk: &mut Desk<'_, Packet>) {
        if self.rests(who) {
            return;
        }
        let Some(step) = self.step(who) else { return self.wait(who, desk) };
        if step.together.is_some() {
            return self.gather(who, step, desk);
        }
        let suspect = self.suspect(who);
        match suspect.filter(|_| step.on == Scope::Suspect && step.remedy != Remedy::Inspect) {
            Some(suspect) if self.is_of_others(who, suspect.process) => {
                self.ask_operator(who, suspect.process, desk);
            }
            _ => self.take_step(who, step, desk),
        }
    }

    /// Gives what was done its time, and begins again.
    pub(super) fn wait(&mut self, who: u16, desk: &mut Desk<'_, Packet>) {
        self.set(self.setting.people.guess.waits, Due::Again(who), desk);
    }

    /// Whether whoever has the incident may not touch that host.
    pub(super) fn is_of_others(&self, who: u16, process: ProcessId) -> bool {
        let people = &self.setting.people;
        let role = self.worker(who).map(|worker| worker.role);
        let own = role.map(|role| people.roles[usize::from(role)].operator);
        people.structure != Structure::Central && own != Some(self.operator_of(process))
    }

    pub(super) fn ask_operator(
        &mut self,
        who: u16,
        process: ProcessId,
        desk: &mut Desk<'_, Packet>,
    ) {
        let operator = self.operator_of(process);
        self.tell(Duty::AsksOperator, operator, desk);
        let Some(incident) = &mut self.incident else { return };
        let is_there = incident.call.contains(&operator);
        let Some(worker) = self.worker_mut(who) else { return };
        worker.waits_for = Some(operator);
        worker.worked += 1;
        let index = worker.worked;
        if is_there {
            return self.helped(who, operator, desk);
        }
        let answer = self.operator_answers(Chance::Help, operator, index, desk);
        self.set(answer.unwrap_or(ASKS_AGAIN), Due::Help(who, operator), desk);
    }

    /// The operator who was waited for is there.
    pub(super) fn helped(&mut self, who: u16, operator: u16, desk: &mut Desk<'_, Packet>) {
        let Some(worker) = self.worker_mut(who) else { return };
        if worker.waits_for != Some(operator) {
            return;
        }
        worker.waits_for = None;
        if self.rests(who) {
            return;
        }
        let Some(suspect) = self.suspect(who) else { return };
        self.tell(Duty::OperatorAnswers, operator, desk);
        match self.step(who) {
            Some(step) => self.take_step(who, step, desk),
            None => self.act_on_guess(who, suspect, desk),
        }
    }

    pub(super) fn take_step(&mut self, who: u16, step: Step, desk: &mut Desk<'_, Packet>) {
        self.report(who, (step.remedy, StepStage::Begun), None, desk);
        self.set(step.takes, Due::Step(who), desk);
    }

    pub(super) fn report(
        &self,
        who: u16,
        (remedy, stage): (Remedy, StepStage),
        on: Option<Worst>,
        desk: &mut Desk<'_, Packet>,
    ) {
        let (Some(incident), Some(worker)) = (&self.incident, self.worker(who)) else { return };
        let step = if self.book().is_some() { worker.at as u16 } else { Fact::GUESS };
        let part = on.and_then(|worst| worst.part).unwrap_or(WHOLE_PROCESS);
        let on = on.map_or(Fact::NONE, |worst| worst.process.0);
        let (incident, by) = (incident.number, worker.role);
        desk.fact(Fact::Step { incident, step, remedy, stage, on, part, by });
    }

    pub(super) fn step_ends(&mut self, who: u16, desk: &mut Desk<'_, Packet>) {
        if self.rests(who) {
            return;
        }
        let (Some(step), Some(worker)) = (self.step(who), self.worker_mut(who)) else { return };
        worker.worked += 1;
        let (role, index) = (worker.role, worker.worked);
        if unit(self.luck(Chance::Work, role, index, desk)) >= step.works {
            return self.step_fails(who, step, desk);
        }
        if step.remedy == Remedy::Inspect {
            return self.look(who, desk);
        }
        let targets = self.targets_of(who, step);
        if targets.is_empty() {
            return self.step_fails(who, step, desk);
        }
        let mut only = Some(targets[0]).filter(|_| targets.len() == 1);
        match step.remedy {
            Remedy::FailOver => only = self.fail_over_by_hand(who, desk),
            Remedy::PauseAutomation => self.is_automation_paused = true,
            _ => targets.iter().for_each(|target| self.act(step, *target, desk)),
        }
        self.report(who, (step.remedy, StepStage::Done), only, desk);
        self.is_done_together(who);
        self.next_step(who, desk);
    }

    fn step_fails(&mut self, who: u16, step: Step, desk: &mut Desk<'_, Packet>) {
        self.report(who, (step.remedy, StepStage::Failed), None, desk);
        let Some(worker) = self.worker_mut(who) else { return };
        worker.tries += 1;
        if worker.tries < Step::TRIES {
            return self.take_step(who, step, desk);
        }
        if step.remedy == Remedy::Inspect {
            return self.wait(who, desk);
        }
        self.next_step(who, desk);
    }

    fn next_step(&mut self, who: u16, desk: &mut Desk<'_, Packet>) {
        if let Some(worker) = self.worker_mut(who) {
            (worker.at, worker.tries) = (worker.at + 1, 0);
        }
        self.begin_step(who, desk);
    }

    pub(super) fn look(&mut self, who: u16, desk: &mut Desk<'_, Packet>) {
        let round = self.ask_everybody(desk);
        let asked = self.targets().end;
        let Some(worker) = self.worker_mut(who) else { return };
        worker.round = round;
        worker.looked = Scraped { at: desk.now(), asked, ..Scraped::default() };
        self.set(LOOK, Due::Found(who), desk);
    }

    /// Asks everybody how they are, in a round of its own.
    pub(super) fn ask_everybody(&mut self, desk: &mut Desk<'_, Packet>) -> u32 {
        self.round = self.round.wrapping_add(1);
        scrape(self.targets().map(ProcessId), self.round, desk);
        self.round
    }

    /// The suspect is who has kept something longest; whoever does not even answer, first of all.
    pub(super) fn has_looked(&mut self, who: u16, desk: &mut Desk<'_, Packet>) {
        if self.rests(who) {
            return;
        }
        let scope = self.step(who).map_or(Scope::Everybody, |step| step.on);
        let Some(worker) = self.worker(who) else { return };
        let found = self.find(&worker.looked, scope);
        if let Some(worker) = self.worker_mut(who) {
            worker.suspect = found;
        }
        match (self.step(who), found) {
            (Some(_), Some(found)) => {
                self.report(who, (Remedy::Inspect, StepStage::Done), Some(found), desk);
                self.next_step(who, desk);
            }
            (Some(step), None) => self.step_fails(who, step, desk),
            (None, Some(found)) => self.guess_at(who, found, desk),
            (None, None) => self.wait(who, desk),
        }
    }

    /// The worst of what was looked at.
    pub(super) fn find(&self, looked: &Scraped, scope: Scope) -> Option<Worst> {
        let answered = |process| looked.all().any(|(known, _)| *known == process);
        let mut all = self.targets().map(ProcessId);
        let silent = all.find(|process| self.is_in(scope, *process) && !answered(*process));
        let by_part = scope == Scope::Bulkheads;
        silent
            .map(Worst::whole)
            .or_else(|| looked.worst(by_part, |process| self.is_in(scope, process)))
    }

    pub(super) fn is_in(&self, scope: Scope, process: ProcessId) -> bool {
        match scope {
            Scope::Suspect | Scope::Everybody => true,
            Scope::Validators | Scope::Leader => process.0 < self.setting.validators,
            Scope::Routers | Scope::Bulkheads => process.0 >= self.setting.validators,
        }
    }

    /// Whoever hands over by hand has looked at whom to.
    fn fail_over_by_hand(&self, who: u16, desk: &mut Desk<'_, Packet>) -> Option<Worst> {
        self.worker(who).map(|worker| self.fail_over(&worker.looked, true, desk))
    }

    fn targets_of(&self, who: u16, step: Step) -> Vec<Worst> {
        if step.on == Scope::Suspect {
            return self.suspect(who).into_iter().collect();
        }
        if step.on == Scope::Leader {
            let looked = self.worker(who).map(|worker| &worker.looked);
            return looked.and_then(|at| self.leader(at)).map(Worst::whole).into_iter().collect();
        }
        let all = self.targets().map(ProcessId).filter(|process| self.is_in(step.on, *process));
        let at_hand = all.filter(|process| self.is_at_hand(who, *process));
        at_hand.map(Worst::whole).collect()
    }
}
