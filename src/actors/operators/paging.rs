//! Who is paged, who answers, who takes it.

use super::worker::Worker;
use super::{Chance, Due, Operators};
use crate::actors::Packet;
use crate::kernel::{ProcessId, Span, unit};
use crate::network::{CONTROL_FLOOR, Desk};
use crate::ops::{Answers, Job, Structure, blurred};
use crate::trace::Duty;

/// Where nobody escalates, somebody is paged again after so long (the default of a well-known
/// paging service; metrics 1e).
const AGAIN: Span = Span::from_secs(30 * 60);

/// Nobody is paged more often about one incident.
const MOST_PAGES: u16 = 3;

impl Operators {
    /// Calls whoever is to know: a role, or everybody where there are none.
    pub(super) fn call(&mut self, role: u16, desk: &mut Desk<'_, Packet>) {
        match self.setting.people.structure {
            Structure::Central | Structure::Federated => self.page(role, desk),
            Structure::Leaderless => self.spread(desk),
        }
    }

    fn page(&mut self, role: u16, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        let Some(paged) = incident.paged.get_mut(usize::from(role)) else { return };
        if *paged >= MOST_PAGES {
            return;
        }
        *paged += 1;
        let index = u64::from(*paged);
        let who = &self.setting.people.roles[usize::from(role)];
        let (is_reached, answers) = (who.is_reached, who.answers);
        let after = match who.escalate.filter(|_| self.setting.is_prepared) {
            Some((after, _)) => after,
            None => AGAIN,
        };
        self.tell(if is_reached { Duty::Paged } else { Duty::PagedInVain }, role, desk);
        let answer = self.draw((Chance::Answer, role), index, answers, desk);
        if let Some(span) = answer.filter(|_| is_reached) {
            self.set(span, Due::Answer(role), desk);
        }
        self.set(after, Due::Escalate(role), desk);
    }

    /// How long the operator of an organisation takes to answer, at this time of day; `None` for
    /// never. Whoever has a role there answers for it; where nobody has, somebody does.
    pub(super) fn operator_answers(
        &self,
        chance: Chance,
        operator: u16,
        index: u64,
        desk: &mut Desk<'_, Packet>,
    ) -> Option<Span> {
        let people = &self.setting.people;
        let theirs = people.roles.iter().filter(|role| role.operator == operator);
        let answers = match theirs.clone().next() {
            None => Some(people.others),
            Some(_) => theirs.clone().find(|role| role.is_reached).map(|role| role.answers),
        };
        self.draw((chance, operator), index, answers?, desk)
    }

    fn draw(
        &self,
        (chance, about): (Chance, u16),
        index: u64,
        answers: Answers,
        desk: &mut Desk<'_, Packet>,
    ) -> Option<Span> {
        let words = [0, 1, 2].map(|word| self.luck(chance, about, index * 4 + word, desk));
        answers.draw(self.time_of_day(desk.now()), words)
    }

    /// Everybody hears of it, and each may think that somebody else will take it.
    fn spread(&mut self, desk: &mut Desk<'_, Packet>) {
        let time = self.time_of_day(desk.now());
        let watchers: Vec<u16> = self.roles_of(Job::Responder).collect();
        let count = watchers.len() as u32;
        for role in watchers {
            let who = &self.setting.people.roles[usize::from(role)];
            let (is_reached, answers) = (who.is_reached, who.answers);
            self.tell(if is_reached { Duty::Paged } else { Duty::PagedInVain }, role, desk);
            let is_day = answers.hours.contains(time);
            let median = if is_day { answers.day } else { answers.night };
            let word = self.luck(Chance::Crowd, role, 0, desk);
            let span = blurred(median, count, self.setting.people.crowd, word);
            if is_reached {
                self.set(span, Due::Answer(role), desk);
            }
        }
    }

    /// Roles with that job, by place.
    pub(super) fn roles_of(&self, job: Job) -> impl Iterator<Item = u16> {
        let all = (0..).zip(&self.setting.people.roles);
        all.filter(move |(_, role)| role.job == job).map(|(place, _)| place)
    }

    /// A role answers its page.
    pub(super) fn answers(&mut self, role: u16, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        if !incident.answered.insert(role) {
            return;
        }
        match self.setting.people.roles[usize::from(role)].job {
            Job::Responder => self.takes(role, desk),
            Job::Commander => self.commands(role, desk),
            Job::Comms => {
                self.tell(Duty::TellsUsers, role, desk);
                self.tell_users(true, desk);
            }
        }
    }

    /// The first takes it. Where nobody is named, the next may not know of the first.
    fn takes(&mut self, role: u16, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        let duty = match (incident.owner, incident.commander) {
            (None, _) => Duty::Acknowledged,
            (Some(_), Some(_)) => return,
            (Some(_), None) => Duty::AlsoWorks,
        };
        if duty == Duty::AlsoWorks {
            let people = &self.setting.people;
            let sees = unit(self.luck(Chance::Overlap, role, 0, desk)) >= people.crowd.overlap;
            if people.structure != Structure::Leaderless || sees {
                return;
            }
        }
        let Some(incident) = &mut self.incident else { return };
        incident.owner.get_or_insert(role);
        incident.workers.push(Worker::of(role));
        let who = incident.workers.len() as u16 - 1;
        self.tell(duty, role, desk);
        self.begin_work(who, desk);
    }

    /// It lasts: those who take command and those who tell users are called.
    pub(super) fn declares(&mut self, desk: &mut Desk<'_, Packet>) {
        if self.incident.as_ref().is_some_and(|incident| incident.quiet.is_some()) {
            return;
        }
        let called: Vec<u16> =
            self.roles_of(Job::Commander).chain(self.roles_of(Job::Comms)).collect();
        called.into_iter().for_each(|role| self.page(role, desk));
    }

    /// Somebody is in command: one works, and the operators of all hosts are called in.
    fn commands(&mut self, role: u16, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        incident.commander = Some(role);
        incident.workers.iter_mut().skip(1).for_each(|worker| worker.is_dismissed = true);
        self.tell(Duty::Commands, role, desk);
        for operator in 0..self.setting.people.operators.len() as u16 {
            if let Some(after) = self.operator_answers(Chance::Call, operator, 0, desk) {
                self.set(after, Due::Joins(operator), desk);
            }
        }
    }

    /// An operator is on the call, and whoever waits for it need not wait longer.
    pub(super) fn joins(&mut self, operator: u16, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        incident.call.insert(operator);
        let workers = 0..incident.workers.len() as u16;
        for who in workers {
            self.helped(who, operator, desk);
            self.comes(who, operator, desk);
        }
    }

    /// Users are told that it is known, or that it is over.
    pub(super) fn tell_users(&self, is_known: bool, desk: &mut Desk<'_, Packet>) {
        let mut comms = self.roles_of(Job::Comms);
        let has_told = |role| self.incident.as_ref().is_some_and(|at| at.answered.contains(&role));
        if comms.any(has_told) {
            let at = desk.now() + CONTROL_FLOOR;
            let users = self.setting.clients.clone().map(ProcessId);
            users.for_each(|user| desk.tell(user, at, Packet::Known(is_known)));
        }
    }

    pub(super) fn escalates(&mut self, role: u16, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &self.incident else { return };
        let who = &self.setting.people.roles[usize::from(role)];
        let is_done = match who.job {
            Job::Responder => incident.owner.is_some(),
            Job::Commander | Job::Comms => incident.answered.contains(&role),
        };
        if is_done {
            return;
        }
        let next = match who.escalate.filter(|_| self.setting.is_prepared) {
            Some((_, next)) => {
                self.tell(Duty::Escalated, next, desk);
                next
            }
            None => role,
        };
        self.page(next, desk);
    }
}
