//! The people who run a network: they are paged, they answer or not, they look, act and check.
//! What they do to hosts are the network's orders, by the same way as faults.
//!
//! One process stands for all of them and for the tools between them. Each knows only what a page,
//! a ticket or an inspection says; nobody knows the script.

mod incident;
mod paging;
mod work;

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use self::incident::Incident;
use super::Packet;
use super::slots::Slots;
use crate::kernel::{Luck, ProcessId, Purpose, Span, VirtualTime};
use crate::network::{Desk, Resident, TimerSlot};
use crate::ops::{People, Runbook, Scraped};
use crate::trace::{Duty, Fact};

/// Who responds, and how.
#[derive(Clone, Debug)]
pub struct OperatorsSetting {
    /// Everybody.
    pub people: People,
    /// What is written down.
    pub runbooks: Vec<Runbook>,
    /// By alert rule: the role that it pages.
    pub pages: Vec<Option<u16>>,
    /// Whether there are escalation and runbooks, or people paged once who find their own way.
    pub is_prepared: bool,
    /// Validators, as processes 0 and up.
    pub validators: u32,
    /// How many routers follow them.
    pub routers: u32,
    /// The time of day at the start of the run.
    pub midnight: Span,
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
    timers: Slots<(u16, Due)>,
    /// What an inspection asks for, and what has come.
    round: u32,
    looked: Scraped,
}

/// What is due, for the incident with that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// That role answers its page.
    Answer(u16),
    /// That role has not answered for too long.
    Escalate(u16),
    /// That role's operator answers somebody who works on it.
    Help,
    /// The step at hand is over.
    Step,
    /// All answers to an inspection that will come have come.
    Found,
    /// What was done has had its time: does the alert still fire?
    Again,
    /// Somebody without a runbook has an idea.
    Idea,
    /// It has been quiet since that instant.
    Closes(VirtualTime),
    /// Tickets may have ceased.
    Ceased,
}

/// Kinds of luck of an incident, which never share a draw.
#[derive(Clone, Copy)]
enum Chance {
    Answer = 0,
    Help = 1,
    Work = 2,
    Guess = 3,
    Crowd = 4,
}

impl Operators {
    /// Everybody, with nothing to do.
    pub fn new(setting: OperatorsSetting) -> Self {
        Self {
            setting,
            incident: None,
            count: 0,
            firing: BTreeSet::new(),
            tickets: VecDeque::new(),
            timers: Slots::default(),
            round: 0,
            looked: Scraped::default(),
        }
    }

    /// The time of day.
    fn time_of_day(&self, now: VirtualTime) -> Span {
        const DAY: u64 = 86_400_000_000_000;
        let nanos = (self.setting.midnight.as_nanos() + now.as_nanos()) % DAY;
        Span::from_nanos(nanos)
    }

    /// A word of luck of an incident, by who or what it is about and how often that was asked.
    fn word(
        incident: u16,
        chance: Chance,
        about: u16,
        index: u64,
        desk: &mut Desk<'_, Packet>,
    ) -> u64 {
        let entity = u64::from(incident) << 24 | (chance as u64) << 16 | u64::from(about);
        desk.draws().word(Luck { purpose: Purpose::People, entity, index })
    }

    fn set(&mut self, span: Span, due: Due, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &self.incident else { return };
        let slot = self.timers.put((incident.number, due));
        desk.timer(span.max(Span::TICK), slot);
    }

    fn tell(&self, duty: Duty, about: u16, desk: &mut Desk<'_, Packet>) {
        if let Some(incident) = &self.incident {
            desk.fact(Fact::Duty { incident: incident.number, duty, about });
        }
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
        match packet {
            Packet::Alert(rule, true) => self.alert_fires(rule, desk),
            Packet::Alert(rule, false) => self.alert_ends(rule, desk),
            Packet::Ticket(_) => self.ticket(desk),
            Packet::Suspect(process) => self.suspicion(process, desk),
            Packet::Reading(round, reading) if round == self.round => {
                super::monitor::gather(&mut self.looked, self.setting.validators, (from, &reading));
            }
            // Nobody sends them anything else, and an answer that is late is none.
            _ => {}
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        let Some((number, due)) = self.timers.take(slot) else { return };
        if self.incident.as_ref().is_none_or(|incident| incident.number != number) {
            return;
        }
        match due {
            Due::Answer(role) => self.answers(role, desk),
            Due::Escalate(role) => self.escalates(role, desk),
            Due::Help => self.helped(desk),
            Due::Step => self.step_ends(desk),
            Due::Found => self.has_looked(desk),
            Due::Again => self.tries_again(desk),
            Due::Idea => self.has_an_idea(desk),
            Due::Closes(since) => self.closes(since, desk),
            Due::Ceased => self.check_quiet(desk),
        }
    }
}

#[cfg(test)]
mod tests;
