//! What whoever has an incident does about it: by the runbook, or by guess.

use super::{Chance, Due, Operators};
use crate::actors::Packet;
use crate::actors::monitor::scrape;
use crate::attestation::Rules;
use crate::kernel::{ProcessId, Span, standard_normal, unit};
use crate::network::{Control, Desk, Order, PartOrder};
use crate::ops::{Runbook, Scope, Scraped, Step, Structure, Worst};
use crate::trace::{Duty, Fact, Remedy, StepStage};

/// Answers to an inspection that come later are not waited for.
const LOOK: Span = Span::from_secs(2);

/// The deviation of the logarithm of how long an idea takes.
const SPREAD: f64 = 0.5;

/// What an operator of another organisation does not answer is asked again after so long.
const ASKS_AGAIN: Span = Span::from_secs(600);

/// All of what comes.
const WHOLE: u16 = 1_000;

/// A part's number for the whole.
const WHOLE_PROCESS: u8 = u8::MAX;

impl Operators {
    pub(super) fn begin_work(&mut self, desk: &mut Desk<'_, Packet>) {
        if self.rests() {
            return;
        }
        let Some(incident) = &mut self.incident else { return };
        incident.is_at_work = true;
        (incident.at, incident.tries, incident.suspect) = (0, 0, None);
        match self.book() {
            Some(_) => self.begin_step(desk),
            None => self.think(desk),
        }
    }

    /// Whether nothing is to be done any more; whoever was at work is free.
    fn rests(&mut self) -> bool {
        let Some(incident) = &mut self.incident else { return true };
        let rests = incident.quiet.is_some();
        incident.is_at_work &= !rests;
        rests
    }

    /// What is written down about this.
    fn book(&self) -> Option<&Runbook> {
        let incident = self.incident.as_ref().filter(|_| self.setting.is_prepared)?;
        self.setting.runbooks.iter().find(|book| book.alert == incident.rule)
    }

    fn step(&self) -> Option<Step> {
        let at = self.incident.as_ref()?.at;
        self.book()?.steps.get(at).copied()
    }

    /// The next step, or the first again a while after the last.
    fn begin_step(&mut self, desk: &mut Desk<'_, Packet>) {
        if self.rests() {
            return;
        }
        let Some(step) = self.step() else {
            return self.set(self.setting.people.guess.waits, Due::Again, desk);
        };
        let suspect = self.incident.as_ref().and_then(|incident| incident.suspect);
        match suspect.filter(|_| step.on == Scope::Suspect && step.remedy != Remedy::Inspect) {
            Some(suspect) if self.is_of_others(suspect.process) => {
                self.ask_operator(suspect.process, desk);
            }
            _ => self.take_step(step, desk),
        }
    }

    /// Whether whoever has the incident may not touch that host.
    fn is_of_others(&self, process: ProcessId) -> bool {
        let people = &self.setting.people;
        let owner = self.incident.as_ref().and_then(|incident| incident.owner);
        let own = owner.map(|role| people.roles[usize::from(role)].operator);
        people.structure != Structure::Central && own != Some(self.operator_of(process))
    }

    fn ask_operator(&mut self, process: ProcessId, desk: &mut Desk<'_, Packet>) {
        let operator = self.operator_of(process);
        self.tell(Duty::AsksOperator, operator, desk);
        let Some(incident) = &mut self.incident else { return };
        incident.worked += 1;
        let (number, index) = (incident.number, incident.worked);
        let roles = &self.setting.people.roles;
        let theirs = roles.iter().find(|role| role.operator == operator && role.is_reached);
        let answers = theirs.map(|role| role.answers);
        let answer = answers
            .and_then(|answers| self.draw((number, Chance::Help, operator), index, answers, desk));
        self.set(answer.unwrap_or(ASKS_AGAIN), Due::Help, desk);
    }

    pub(super) fn helped(&mut self, desk: &mut Desk<'_, Packet>) {
        if self.rests() {
            return;
        }
        let Some(suspect) = self.incident.as_ref().and_then(|incident| incident.suspect) else {
            return;
        };
        self.tell(Duty::OperatorAnswers, self.operator_of(suspect.process), desk);
        match self.step() {
            Some(step) => self.take_step(step, desk),
            None => self.act_on_guess(suspect, desk),
        }
    }

    fn take_step(&mut self, step: Step, desk: &mut Desk<'_, Packet>) {
        self.report((step.remedy, StepStage::Begun), None, desk);
        self.set(step.takes, Due::Step, desk);
    }

    fn report(
        &self,
        (remedy, stage): (Remedy, StepStage),
        on: Option<Worst>,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(incident) = &self.incident else { return };
        let step = if self.book().is_some() { incident.at as u16 } else { Fact::GUESS };
        let part = on.and_then(|worst| worst.part).unwrap_or(WHOLE_PROCESS);
        let on = on.map_or(Fact::NONE, |worst| worst.process.0);
        desk.fact(Fact::Step { incident: incident.number, step, remedy, stage, on, part });
    }

    pub(super) fn step_ends(&mut self, desk: &mut Desk<'_, Packet>) {
        if self.rests() {
            return;
        }
        let (Some(step), Some(incident)) = (self.step(), &mut self.incident) else { return };
        incident.worked += 1;
        let (number, index) = (incident.number, incident.worked);
        if unit(Self::word(number, Chance::Work, 0, index, desk)) >= step.works {
            return self.step_fails(step, desk);
        }
        if step.remedy == Remedy::Inspect {
            return self.look(desk);
        }
        let suspect = self.incident.as_ref().and_then(|incident| incident.suspect);
        let targets = self.targets_of(step, suspect);
        if targets.is_empty() {
            return self.step_fails(step, desk);
        }
        targets.iter().for_each(|target| self.act(step.remedy, step.share, *target, desk));
        let only = Some(targets[0]).filter(|_| targets.len() == 1);
        self.report((step.remedy, StepStage::Done), only, desk);
        self.next_step(desk);
    }

    fn step_fails(&mut self, step: Step, desk: &mut Desk<'_, Packet>) {
        self.report((step.remedy, StepStage::Failed), None, desk);
        let Some(incident) = &mut self.incident else { return };
        incident.tries += 1;
        if incident.tries < Step::TRIES {
            return self.take_step(step, desk);
        }
        if step.remedy == Remedy::Inspect {
            return self.set(self.setting.people.guess.waits, Due::Again, desk);
        }
        self.next_step(desk);
    }

    fn next_step(&mut self, desk: &mut Desk<'_, Packet>) {
        if let Some(incident) = &mut self.incident {
            (incident.at, incident.tries) = (incident.at + 1, 0);
        }
        self.begin_step(desk);
    }

    /// What has been done has had its time.
    pub(super) fn tries_again(&mut self, desk: &mut Desk<'_, Packet>) {
        self.begin_work(desk);
    }

    fn look(&mut self, desk: &mut Desk<'_, Packet>) {
        self.round = self.round.wrapping_add(1);
        let all = self.targets();
        self.looked = Scraped { at: desk.now(), asked: all.end, ..Scraped::default() };
        scrape(all.map(ProcessId), self.round, desk);
        self.set(LOOK, Due::Found, desk);
    }

    /// The suspect is who has kept something longest; whoever does not even answer, first of all.
    pub(super) fn has_looked(&mut self, desk: &mut Desk<'_, Packet>) {
        if self.rests() {
            return;
        }
        let scope = self.step().map_or(Scope::Everybody, |step| step.on);
        let silent = self.silent(scope);
        let by_part = scope == Scope::Bulkheads;
        let found =
            silent.or_else(|| self.looked.worst(by_part, |process| self.is_in(scope, process)));
        let Some(incident) = &mut self.incident else { return };
        incident.suspect = found;
        match (self.step(), found) {
            (Some(_), Some(found)) => {
                self.report((Remedy::Inspect, StepStage::Done), Some(found), desk);
                self.next_step(desk);
            }
            (Some(step), None) => self.step_fails(step, desk),
            (None, Some(found)) => self.guess_at(found, desk),
            (None, None) => self.think_again(desk),
        }
    }

    fn is_in(&self, scope: Scope, process: ProcessId) -> bool {
        match scope {
            Scope::Suspect | Scope::Everybody => true,
            Scope::Validators => process.0 < self.setting.validators,
            Scope::Routers | Scope::Bulkheads => process.0 >= self.setting.validators,
        }
    }

    fn silent(&self, scope: Scope) -> Option<Worst> {
        let answered = |process| self.looked.all().any(|(known, _)| *known == process);
        let mut all = self.targets().map(ProcessId);
        let silent = all.find(|process| self.is_in(scope, *process) && !answered(*process));
        silent.map(|process| Worst { process, part: None, oldest: Span::ZERO })
    }

    fn targets_of(&self, step: Step, suspect: Option<Worst>) -> Vec<Worst> {
        if step.on == Scope::Suspect {
            return suspect.into_iter().collect();
        }
        let all = self.targets().map(ProcessId).filter(|process| self.is_in(step.on, *process));
        all.map(|process| Worst { process, part: None, oldest: Span::ZERO }).collect()
    }

    /// Gives the orders that a remedy is made of.
    fn act(&self, remedy: Remedy, share: u16, on: Worst, desk: &mut Desk<'_, Packet>) {
        let rule = Control::OF_OPERATORS;
        let mut order = |after, order| desk.order(on.process, after, Control { rule, order });
        match (remedy, on.part) {
            (Remedy::Inspect, _) => {}
            (Remedy::Restart, Some(part)) => {
                order(Span::ZERO, Order::Part(part, PartOrder::Mend));
                order(Span::ZERO, Order::Throttle(0));
            }
            (Remedy::Restart, None) => {
                order(Span::ZERO, Order::Crash { state_lost: false });
                order(self.setting.people.boot, Order::Mend);
            }
            (Remedy::Drain, _) => order(Span::ZERO, Order::Throttle(WHOLE)),
            (Remedy::Refill, _) => order(Span::ZERO, Order::Throttle(0)),
            (Remedy::Shed, _) => order(Span::ZERO, Order::Throttle(share)),
            (Remedy::Pause, _) => order(Span::ZERO, Order::Interpret(Rules::Paused as u8)),
            (Remedy::RollBack, _) => order(Span::ZERO, Order::Interpret(Rules::Usual as u8)),
        }
    }

    /// Without a runbook: look around, and have an idea in the end.
    fn think(&mut self, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        incident.worked += 1;
        let (number, index) = (incident.number, incident.worked * 8);
        let words = [0, 1].map(|at| Self::word(number, Chance::Guess, 0, index + at, desk));
        let takes = self.setting.people.guess.takes;
        let takes = takes.scaled(libm::exp(SPREAD * standard_normal(words[0], words[1])));
        self.set(takes, Due::Idea, desk);
    }

    /// The right idea is to look closely at everybody; a wrong one is somebody who happens to be
    /// in view. The more alarms are on, the rarer the right one.
    pub(super) fn has_an_idea(&mut self, desk: &mut Desk<'_, Packet>) {
        if self.rests() {
            return;
        }
        let Some(incident) = &self.incident else { return };
        let (number, index) = (incident.number, incident.worked * 8);
        let words = [2, 3].map(|at| Self::word(number, Chance::Guess, 0, index + at, desk));
        let right = self.setting.people.guess.right / self.firing.len().max(1) as f64;
        if unit(words[0]) < right {
            return self.look(desk);
        }
        let process = ProcessId((unit(words[1]) * f64::from(self.targets().end)) as u32);
        self.guess_at(Worst { process, part: None, oldest: Span::ZERO }, desk);
    }

    fn guess_at(&mut self, on: Worst, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        incident.suspect = Some(on);
        if self.is_of_others(on.process) {
            return self.ask_operator(on.process, desk);
        }
        self.act_on_guess(on, desk);
    }

    /// Whoever is suspected by guess is started anew, or drained first if it is a router that
    /// still answers.
    fn act_on_guess(&mut self, on: Worst, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        let (number, index) = (incident.number, incident.worked * 8 + 4);
        let drained = incident.drained.take();
        let is_router = on.process.0 >= self.setting.validators;
        let coin = unit(Self::word(number, Chance::Guess, 0, index, desk));
        let remedy = if is_router && coin < 0.5 { Remedy::Drain } else { Remedy::Restart };
        if let Some(process) = drained {
            let back = Worst { process, part: None, oldest: Span::ZERO };
            self.act(Remedy::Refill, 0, back, desk);
            self.report((Remedy::Refill, StepStage::Done), Some(back), desk);
        }
        self.act(remedy, 0, on, desk);
        self.report((remedy, StepStage::Done), Some(on), desk);
        if let Some(incident) = self.incident.as_mut().filter(|_| remedy == Remedy::Drain) {
            incident.drained = Some(on.process);
        }
        self.set(self.setting.people.guess.waits, Due::Again, desk);
    }

    fn think_again(&mut self, desk: &mut Desk<'_, Packet>) {
        self.set(self.setting.people.guess.waits, Due::Again, desk);
    }
}
