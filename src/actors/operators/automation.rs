//! Responders that are no people: an alert sets them off, and they act at once, once, and not
//! again while they cool down. What they do is as wrong as what they look at.

use super::{Due, Operators};
use crate::actors::Packet;
use crate::kernel::{ProcessId, VirtualTime};
use crate::network::Desk;
use crate::ops::{Automation, Scope, Scraped, Step, Worst};
use crate::trace::{Duty, Fact, Remedy, StepStage};

/// How one of them stands.
#[derive(Debug, Default)]
pub(super) struct Automaton {
    /// When it acted last.
    acted: Option<VirtualTime>,
    /// It looks around now: the round, and what has come.
    looks: Option<(u32, Scraped)>,
}

impl Automaton {
    /// Where readings of that round go.
    pub(super) fn looked(&mut self, round: u32) -> Option<&mut Scraped> {
        self.looks.as_mut().filter(|(own, _)| *own == round).map(|(_, looked)| looked)
    }
}

impl Operators {
    /// Whoever is set off by that alert.
    pub(super) fn set_off(&mut self, rule: u16, desk: &mut Desk<'_, Packet>) {
        let all = (0..).zip(&self.setting.automations);
        let ours: Vec<u16> =
            all.filter(|(_, each)| each.alert == rule).map(|(place, _)| place).collect();
        ours.into_iter().for_each(|place| self.wake(place, desk));
    }

    fn automaton(&mut self, place: u16) -> Option<(Automation, &mut Automaton)> {
        let setting = self.setting.automations.get(usize::from(place))?.clone();
        Some((setting, self.automata.get_mut(usize::from(place))?))
    }

    /// It looks around before it acts.
    pub(super) fn wake(&mut self, place: u16, desk: &mut Desk<'_, Packet>) {
        let now = desk.now();
        let Some((setting, automaton)) = self.automaton(place) else { return };
        let cools = automaton.acted.is_some_and(|at| now.since(at) < setting.cooldown);
        if cools || automaton.looks.is_some() || self.is_automation_paused {
            return;
        }
        if !self.firing.contains(&setting.alert) {
            return;
        }
        let round = self.ask_everybody(desk);
        let looked = Scraped { at: now, asked: self.targets().end, ..Scraped::default() };
        if let Some((_, automaton)) = self.automaton(place) {
            automaton.looks = Some((round, looked));
        }
        self.set_for_all(setting.takes, Due::Acts(place), desk);
    }

    /// It acts, unless what set it off is over, or its gate is shut.
    pub(super) fn acts(&mut self, place: u16, desk: &mut Desk<'_, Packet>) {
        let now = desk.now();
        let Some((setting, automaton)) = self.automaton(place) else { return };
        let Some((_, looked)) = automaton.looks.take() else { return };
        self.set_for_all(setting.cooldown, Due::Cooled(place), desk);
        if self.is_automation_paused || !self.firing.contains(&setting.alert) {
            return;
        }
        let target = match setting.on {
            Scope::Leader => self.leader(&looked).map(Worst::whole),
            scope => self.find(&looked, scope),
        };
        let Some(target) = target else { return };
        if setting.is_gated && !self.is_safe(setting.remedy, target.process, &looked) {
            return self.tell_all(Duty::Held, setting.alert, desk);
        }
        if let Some(automaton) = self.automata.get_mut(usize::from(place)) {
            automaton.acted = Some(now);
        }
        let target = match setting.remedy {
            Remedy::FailOver => self.fail_over(&looked, setting.is_gated, desk),
            remedy => {
                let step = Step { limit: setting.limit, ..Step::at_once(remedy, setting.on) };
                self.act(step, target, desk);
                target
            }
        };
        let incident = self.number();
        let part = target.part.unwrap_or(u8::MAX);
        let (step, by, on) = (Fact::GUESS, Fact::AUTOMATION, target.process.0);
        let (remedy, stage) = (setting.remedy, StepStage::Done);
        desk.fact(Fact::Step { incident, step, remedy, stage, on, part, by });
    }

    /// The gate: nobody else of the target's kind is out already; and somebody fit can take over.
    fn is_safe(&self, remedy: Remedy, target: ProcessId, looked: &Scraped) -> bool {
        if remedy == Remedy::FailOver {
            return self.fittest(looked).is_some();
        }
        let kind =
            if target.0 < self.setting.validators { Scope::Validators } else { Scope::Routers };
        let mut others = self.targets().map(ProcessId).filter(|process| *process != target);
        others.all(|process| {
            !self.is_in(kind, process) || looked.all().any(|(known, _)| *known == process)
        })
    }

    /// Who leads, by what most say.
    pub(super) fn leader(&self, looked: &Scraped) -> Option<ProcessId> {
        let says = || looked.validators.iter().filter_map(|(_, reading)| reading.leader);
        let votes = |leader: u16| says().filter(|other| *other == leader).count();
        let leader = says().max_by_key(|leader| (votes(*leader), std::cmp::Reverse(*leader)))?;
        Some(ProcessId(leader.into()))
    }

    /// Whoever got furthest of those who could lead and do not.
    fn fittest(&self, looked: &Scraped) -> Option<ProcessId> {
        let leader = self.leader(looked);
        let others = looked.validators.iter();
        let others = others.filter(|(who, reading)| Some(*who) != leader && reading.can_lead);
        let best = others.max_by_key(|(process, reading)| {
            (reading.passed, std::cmp::Reverse(reading.oldest), std::cmp::Reverse(*process))
        });
        best.map(|(process, _)| *process)
    }

    /// Hands the lead to the fittest, or to the next in turn where nobody asks how fit it is.
    pub(super) fn fail_over(
        &self,
        looked: &Scraped,
        is_gated: bool,
        desk: &mut Desk<'_, Packet>,
    ) -> Worst {
        let leader = self.leader(looked).unwrap_or_default();
        let next = ProcessId((leader.0 + 1) % self.setting.validators.max(1));
        let fit = self.fittest(looked).filter(|_| is_gated);
        let to = fit.unwrap_or(next);
        self.hand_over_to(to, desk);
        Worst::whole(to)
    }
}
