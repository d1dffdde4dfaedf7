//! What opens an incident, what joins it, and when it is over.

use std::collections::BTreeSet;

use super::worker::Worker;
use super::{Due, Operators};
use crate::actors::Packet;
use crate::kernel::{ProcessId, VirtualTime};
use crate::network::Desk;
use crate::ops::Job;
use crate::trace::{Duty, Fact};

/// One incident.
#[derive(Debug)]
pub(super) struct Incident {
    /// Counted from 0.
    pub(super) number: u16,
    /// What opened it: an alert rule, or users.
    pub(super) rule: Option<u16>,
    /// The role that has it.
    pub(super) owner: Option<u16>,
    /// The role that has declared it, and says who works.
    pub(super) commander: Option<u16>,
    /// By role: how often it was paged.
    pub(super) paged: Vec<u16>,
    /// Roles that have answered.
    pub(super) answered: BTreeSet<u16>,
    /// Who works on it: its owner first, and whoever does not know of the owner.
    pub(super) workers: Vec<Worker>,
    /// Operators who are on the call.
    pub(super) call: BTreeSet<u16>,
    /// Since when nothing fires.
    pub(super) quiet: Option<VirtualTime>,
}

impl Operators {
    pub(super) fn alert_fires(&mut self, rule: u16, desk: &mut Desk<'_, Packet>) {
        self.firing.insert(rule);
        self.set_off(rule, desk);
        let pages = self.setting.pages.get(usize::from(rule)).copied().flatten();
        let Some(page) = pages.filter(|_| self.setting.has_people) else { return };
        if self.incident.is_none() {
            return self.open(Duty::OpenedByAlert, (Some(rule), rule), page, desk);
        }
        self.tell(Duty::Joined, rule, desk);
        // What users complained of has a name now, and perhaps a runbook.
        if let Some(incident) = &mut self.incident {
            incident.rule.get_or_insert(rule);
        }
        self.stir(desk);
    }

    pub(super) fn alert_ends(&mut self, rule: u16, desk: &mut Desk<'_, Packet>) {
        self.firing.remove(&rule);
        self.check_quiet(desk);
    }

    /// A user complains. Nobody acts on the first of thousands.
    pub(super) fn ticket(&mut self, desk: &mut Desk<'_, Packet>) {
        self.tickets.push_back(desk.now());
        self.forget_tickets(desk.now());
        let is_heard = self.complains() && self.setting.has_people;
        if is_heard && self.incident.is_none() {
            let page = self.first_responder();
            self.open(Duty::OpenedByUsers, (None, Fact::GUESS), page, desk);
        } else if is_heard && self.incident.as_ref().is_some_and(|open| open.rule.is_none()) {
            // Of what an alert stands for, the alert says when it is over: complaints last longer.
            self.stir(desk);
        }
    }

    pub(super) fn suspicion(&mut self, process: ProcessId, desk: &mut Desk<'_, Packet>) {
        if self.incident.is_none() && self.setting.has_people {
            let page = self.first_responder();
            self.open(Duty::OpenedByPeer, (None, process.0 as u16), page, desk);
        }
    }

    /// Who is called where no alert names anybody.
    fn first_responder(&self) -> u16 {
        self.roles_of(Job::Responder).next().unwrap_or_default()
    }

    /// Whether enough users complain to be heard.
    fn complains(&self) -> bool {
        self.tickets.len() as u32 >= self.setting.people.tickets
    }

    fn forget_tickets(&mut self, now: VirtualTime) {
        let hears = self.setting.people.hears;
        while self.tickets.front().is_some_and(|came| now.since(*came) > hears) {
            self.tickets.pop_front();
        }
    }

    fn open(
        &mut self,
        duty: Duty,
        (rule, about): (Option<u16>, u16),
        page: u16,
        desk: &mut Desk<'_, Packet>,
    ) {
        self.incident = Some(Box::new(Incident {
            number: self.count,
            rule,
            owner: None,
            commander: None,
            paged: vec![0; self.setting.people.roles.len()],
            answered: BTreeSet::new(),
            workers: Vec::new(),
            call: BTreeSet::new(),
            quiet: None,
        }));
        self.count += 1;
        self.tell(duty, about, desk);
        self.call(page, desk);
        self.set(self.setting.people.declares, Due::Declare, desk);
        if rule.is_none() {
            self.set(self.setting.people.hears, Due::Ceased, desk);
        }
    }

    /// It was quiet, and is not.
    fn stir(&mut self, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        if incident.quiet.take().is_none() {
            return;
        }
        let idle = |(who, worker): (u16, &Worker)| Some(who).filter(|_| worker.is_free());
        let idle: Vec<u16> = (0..).zip(&incident.workers).filter_map(idle).collect();
        let by_users = incident.rule.is_none();
        self.tell(Duty::Reopened, 0, desk);
        if by_users {
            self.set(self.setting.people.hears, Due::Ceased, desk);
        }
        idle.into_iter().for_each(|who| self.begin_work(who, desk));
    }

    /// Nothing fires any more, and nobody complains: is it over?
    pub(super) fn check_quiet(&mut self, desk: &mut Desk<'_, Packet>) {
        self.forget_tickets(desk.now());
        let complains = self.complains();
        let Some(incident) = &mut self.incident else { return };
        let by_users = incident.rule.is_none();
        if by_users && complains {
            return self.set(self.setting.people.hears, Due::Ceased, desk);
        }
        let pages = |rule: &u16| self.setting.pages.get(usize::from(*rule)).copied().flatten();
        if incident.quiet.is_some() || self.firing.iter().any(|rule| pages(rule).is_some()) {
            return;
        }
        incident.quiet = Some(desk.now());
        self.tickets.clear();
        self.tell(Duty::Quiet, 0, desk);
        self.set(self.setting.people.calm, Due::Closes(desk.now()), desk);
    }

    pub(super) fn closes(&mut self, since: VirtualTime, desk: &mut Desk<'_, Packet>) {
        if self.incident.as_ref().is_some_and(|incident| incident.quiet == Some(since)) {
            if self.is_somebody_awaited() {
                return self.set(self.setting.people.calm, Due::Closes(since), desk);
            }
            self.tell(Duty::Closed, 0, desk);
            self.tell_users(false, desk);
            self.incident = None;
        }
    }
}
