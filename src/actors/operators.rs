//! The people who run a network: they are paged, they answer or not, they look, act and check.
//! What they do to hosts are the network's orders, by the same way as faults.
//!
//! One process stands for all of them and for the tools between them. Each knows only what a page,
//! a ticket or an inspection says; nobody knows the script.

mod automation;
mod gather;
mod guess;
mod incident;
mod paging;
mod remedies;
mod work;
mod worker;

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use self::automation::Automaton;
use self::incident::Incident;
use super::Packet;
use super::slots::Slots;
use crate::kernel::{Luck, ProcessId, Purpose, Span, VirtualTime};
use crate::network::{Desk, Resident, TimerSlot};
use crate::ops::{Automation, People, Runbook, Scraped};
use crate::trace::{Duty, Fact};

/// Who responds, and how.
#[derive(Clone, Debug)]
pub struct OperatorsSetting {
    /// Everybody.
    pub people: People,
    /// What is written down.
    pub runbooks: Vec<Runbook>,
    /// What acts by itself.
    pub automations: Vec<Automation>,
    /// By alert rule: the role that it pages.
    pub pages: Vec<Option<u16>>,
    /// Whether anybody can be paged.
    pub has_people: bool,
    /// Whether there are escalation and runbooks, or people paged once who find their own way.
    pub is_prepared: bool,
    /// Users' clients, as processes.
    pub clients: Range<u32>,
    /// Validators, as processes 0 and up.
    pub validators: u32,
    /// How many routers follow them.
    pub routers: u32,
    /// The time of day at the start of the run.
    pub midnight: Span,
    /// Validators that run the client of which a version may be made in haste.
    pub one_client: Vec<ProcessId>,
}

/// All people of a run.
pub struct Operators {
    setting: OperatorsSetting,
    /// The one that is open; alerts that come meanwhile join it.
    incident: Option<Box<Incident>>,
    /// Incidents so far.
    count: u16,
    /// What fires, by rule.
    firing: BTreeSet<u16>,
    tickets: VecDeque<VirtualTime>,
    timers: Slots<(Option<u16>, Due)>,
    /// Inspections so far, by anybody.
    round: u32,
    automata: Vec<Automaton>,
    is_automation_paused: bool,
    /// Who runs a version made in haste.
    patched: Vec<ProcessId>,
}

/// What is due. Workers are counted in the order in which they began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// That role answers its page.
    Answer(u16),
    /// That role has not answered for too long.
    Escalate(u16),
    /// It has lasted long enough to call whoever takes command, and whoever tells users.
    Declare,
    /// That operator is on the call.
    Joins(u16),
    /// For a worker: that operator answers.
    Help(u16, u16),
    /// For a worker: that operator is there for what they do together.
    Comes(u16, u16),
    /// A worker's step at hand is over.
    Step(u16),
    /// All answers to a worker's inspection that will come have come.
    Found(u16),
    /// What a worker did has had its time: does the alert still fire?
    Again(u16),
    /// A worker without a runbook has an idea.
    Idea(u16),
    /// It has been quiet since that instant.
    Closes(VirtualTime),
    /// Tickets may have ceased.
    Ceased,
    /// An automation acts.
    Acts(u16),
    /// An automation has cooled down.
    Cooled(u16),
}

/// Kinds of luck of an incident, which never share a draw.
#[derive(Clone, Copy)]
enum Chance {
    Answer = 0,
    Help = 1,
    Work = 2,
    Guess = 3,
    Crowd = 4,
    Call = 5,
    Overlap = 6,
    Patch = 7,
}

impl Operators {
    /// Everybody, with nothing to do.
    pub fn new(setting: OperatorsSetting) -> Self {
        let automata = setting.automations.iter().map(|_| Automaton::default()).collect();
        Self {
            setting,
            incident: None,
            count: 0,
            firing: BTreeSet::new(),
            tickets: VecDeque::new(),
            timers: Slots::default(),
            round: 0,
            automata,
            is_automation_paused: false,
            patched: Vec::new(),
        }
    }

    /// The time of day.
    fn time_of_day(&self, now: VirtualTime) -> Span {
        const DAY: u64 = 86_400_000_000_000;
        let nanos = (self.setting.midnight.as_nanos() + now.as_nanos()) % DAY;
        Span::from_nanos(nanos)
    }

    /// A word of luck of the incident, by who or what it is about and how often that was asked.
    fn luck(&self, chance: Chance, about: u16, index: u64, desk: &mut Desk<'_, Packet>) -> u64 {
        let entity = u64::from(self.number()) << 24 | (chance as u64) << 16 | u64::from(about);
        desk.draws().word(Luck { purpose: Purpose::People, entity, index })
    }

    /// The number of the incident; [`Fact::GUESS`] without one.
    fn number(&self) -> u16 {
        self.incident.as_ref().map_or(Fact::GUESS, |incident| incident.number)
    }

    /// Something is due for the incident, and only for it.
    fn set(&mut self, span: Span, due: Due, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &self.incident else { return };
        let slot = self.timers.put((Some(incident.number), due));
        desk.timer(span.max(Span::TICK), slot);
    }

    /// Something is due whatever comes.
    fn set_for_all(&mut self, span: Span, due: Due, desk: &mut Desk<'_, Packet>) {
        let slot = self.timers.put((None, due));
        desk.timer(span.max(Span::TICK), slot);
    }

    fn tell(&self, duty: Duty, about: u16, desk: &mut Desk<'_, Packet>) {
        if self.incident.is_some() {
            self.tell_all(duty, about, desk);
        }
    }

    /// Tells it even where no incident is open.
    fn tell_all(&self, duty: Duty, about: u16, desk: &mut Desk<'_, Packet>) {
        desk.fact(Fact::Duty { incident: self.number(), duty, about });
    }

    /// Where readings of that round go; an answer that is too late goes nowhere.
    fn looks(&mut self, round: u32) -> Option<&mut Scraped> {
        let mut workers = self.incident.iter_mut().flat_map(|incident| &mut incident.workers);
        let own = workers.find(|worker| worker.round == round).map(|worker| &mut worker.looked);
        own.or_else(|| self.automata.iter_mut().find_map(|automaton| automaton.looked(round)))
    }

    /// Everybody who can be asked how they are.
    fn targets(&self) -> Range<u32> {
        0..self.setting.validators + self.setting.routers
    }

    /// Whose a host is: dealt in turn, validators and routers each from the first.
    fn operator_of(&self, process: ProcessId) -> u16 {
        let operators = self.setting.people.operators.len().max(1) as u32;
        let number = process.0.checked_sub(self.setting.validators).unwrap_or(process.0);
        (number % operators) as u16
    }
}

impl Resident for Operators {
    type Packet = Packet;

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        let validators = self.setting.validators;
        match packet {
            Packet::Alert(rule, true) => self.alert_fires(rule, desk),
            Packet::Alert(rule, false) => self.alert_ends(rule, desk),
            Packet::Ticket(_) => self.ticket(desk),
            Packet::Suspect(process) => self.suspicion(process, desk),
            Packet::Reading(round, reading) => {
                if let Some(looked) = self.looks(round) {
                    super::monitor::gather(looked, validators, (from, &reading));
                }
            }
            // Nobody sends them anything else.
            _ => {}
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        let Some((number, due)) = self.timers.take(slot) else { return };
        if number.is_some_and(|number| number != self.number()) {
            return;
        }
        match due {
            Due::Answer(role) => self.answers(role, desk),
            Due::Escalate(role) => self.escalates(role, desk),
            Due::Declare => self.declares(desk),
            Due::Joins(operator) => self.joins(operator, desk),
            Due::Help(who, operator) => self.helped(who, operator, desk),
            Due::Comes(who, operator) => self.comes(who, operator, desk),
            Due::Step(who) => self.step_ends(who, desk),
            Due::Found(who) => self.has_looked(who, desk),
            Due::Again(who) => self.begin_work(who, desk),
            Due::Idea(who) => self.has_an_idea(who, desk),
            Due::Closes(since) => self.closes(since, desk),
            Due::Ceased => self.check_quiet(desk),
            Due::Acts(place) => self.acts(place, desk),
            Due::Cooled(place) => self.wake(place, desk),
        }
    }
}

#[cfg(test)]
mod tests;
