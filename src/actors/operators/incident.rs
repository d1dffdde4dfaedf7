//! What opens an incident, what joins it, and when it is over.

use super::{Due, Operators};
use crate::actors::Packet;
use crate::kernel::{ProcessId, VirtualTime};
use crate::network::Desk;
use crate::ops::Worst;
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
    /// By role: how often it was paged.
    pub(super) paged: Vec<u16>,
    /// The step at hand, and how often it was tried.
    pub(super) at: usize,
    pub(super) tries: u32,
    /// Draws for work so far.
    pub(super) worked: u64,
    /// What an inspection found.
    pub(super) suspect: Option<Worst>,
    /// Whom a guess drained last.
    pub(super) drained: Option<ProcessId>,
    /// Somebody works on it, or waits for something to.
    pub(super) is_at_work: bool,
    /// Since when nothing fires.
    pub(super) quiet: Option<VirtualTime>,
}

impl Operators {
    pub(super) fn alert_fires(&mut self, rule: u16, desk: &mut Desk<'_, Packet>) {
        self.firing.insert(rule);
        let page = self.setting.pages.get(usize::from(rule)).copied().flatten().unwrap_or(0);
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
        let is_heard = self.tickets.len() as u32 >= self.setting.people.tickets;
        if is_heard && self.incident.is_none() {
            self.open(Duty::OpenedByUsers, (None, Fact::GUESS), 0, desk);
        } else if is_heard && self.incident.as_ref().is_some_and(|open| open.rule.is_none()) {
            // Of what an alert stands for, the alert says when it is over: complaints last longer.
            self.stir(desk);
        }
    }

    pub(super) fn suspicion(&mut self, process: ProcessId, desk: &mut Desk<'_, Packet>) {
        if self.incident.is_none() {
            self.open(Duty::OpenedByPeer, (None, process.0 as u16), 0, desk);
        }
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
            paged: vec![0; self.setting.people.roles.len()],
            at: 0,
            tries: 0,
            worked: 0,
            suspect: None,
            drained: None,
            is_at_work: false,
            quiet: None,
        }));
        self.count += 1;
        self.tell(duty, about, desk);
        self.call(page, desk);
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
        let (is_owned, is_idle) = (incident.owner.is_some(), !incident.is_at_work);
        let by_users = incident.rule.is_none();
        self.tell(Duty::Reopened, 0, desk);
        if by_users {
            self.set(self.setting.people.hears, Due::Ceased, desk);
        }
        if is_owned && is_idle {
            self.begin_work(desk);
        }
    }

    /// Nothing fires any more, and nobody complains: is it over?
    pub(super) fn check_quiet(&mut self, desk: &mut Desk<'_, Packet>) {
        self.forget_tickets(desk.now());
        let complains = self.tickets.len() as u32 >= self.setting.people.tickets;
        let Some(incident) = &mut self.incident else { return };
        let by_users = incident.rule.is_none();
        if by_users && complains {
            return self.set(self.setting.people.hears, Due::Ceased, desk);
        }
        if incident.quiet.is_some() || !self.firing.is_empty() {
            return;
        }
        incident.quiet = Some(desk.now());
        self.tickets.clear();
        self.tell(Duty::Quiet, 0, desk);
        self.set(self.setting.people.calm, Due::Closes(desk.now()), desk);
    }

    pub(super) fn closes(&mut self, since: VirtualTime, desk: &mut Desk<'_, Packet>) {
        if self.incident.as_ref().is_some_and(|incident| incident.quiet == Some(since)) {
            self.tell(Duty::Closed, 0, desk);
            self.incident = None;
        }
    }
}
