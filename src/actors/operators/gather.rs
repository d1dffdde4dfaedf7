//! Steps that a share of all operators does together: a restart that needs a quorum.

use std::collections::BTreeSet;

use super::work::ASKS_AGAIN;
use super::worker::Gathering;
use super::{Chance, Due, Operators};
use crate::actors::Packet;
use crate::kernel::ProcessId;
use crate::network::Desk;
use crate::ops::{Step, Worst};
use crate::trace::Duty;

impl Operators {
    /// Calls the operators of all hosts that the step is about.
    pub(super) fn gather(&mut self, who: u16, step: Step, desk: &mut Desk<'_, Packet>) {
        let hosts = self.targets().map(ProcessId).filter(|host| self.is_in(step.on, *host));
        let operators: BTreeSet<u16> = hosts.map(|host| self.operator_of(host)).collect();
        self.tell(Duty::Gathers, operators.len() as u16, desk);
        let people = &self.setting.people;
        let role = self.worker(who).map(|worker| worker.role);
        let own = role.map(|role| people.roles[usize::from(role)].operator);
        let Some(worker) = self.worker_mut(who) else { return };
        worker.gathering = Some(Gathering { called: operators.len(), ..Gathering::default() });
        worker.worked += 1;
        let index = worker.worked;
        let mut there = Vec::new();
        for operator in operators {
            let is_there = self.incident.as_ref().is_some_and(|open| open.call.contains(&operator));
            if own == Some(operator) || is_there {
                there.push(operator);
                continue;
            }
            let answer = self.operator_answers(Chance::Help, operator, index, desk);
            let after = answer.unwrap_or(ASKS_AGAIN);
            self.set(after, Due::Comes(who, operator), desk);
        }
        there.into_iter().for_each(|operator| self.comes(who, operator, desk));
    }

    /// One of them is there. The step begins with enough of them; who comes after it was done does
    /// it alone.
    pub(super) fn comes(&mut self, who: u16, operator: u16, desk: &mut Desk<'_, Packet>) {
        let Some(step) = self.worker(who).and_then(|worker| self.gathered_step(worker.at)) else {
            return;
        };
        let hosts = self.targets().map(ProcessId).filter(|host| self.is_in(step.on, *host));
        let hosts: Vec<(ProcessId, u16)> =
            hosts.map(|host| (host, self.operator_of(host))).collect();
        let Some(worker) = self.worker_mut(who) else { return };
        let Some(gathering) = &mut worker.gathering else { return };
        if !gathering.came.insert(operator) {
            return;
        }
        let here = hosts.iter().filter(|(_, owner)| gathering.came.contains(owner)).count();
        let is_enough = here as f64 >= step.together.unwrap_or(0.0) * hosts.len() as f64;
        let is_late = gathering.is_done;
        let begins = is_enough && !std::mem::replace(&mut gathering.has_begun, is_enough);
        self.tell(Duty::OperatorAnswers, operator, desk);
        if begins {
            self.tell(Duty::Gathered, operator, desk);
            self.take_step(who, step, desk);
        } else if is_late {
            let own = hosts.iter().filter(|(_, owner)| *owner == operator);
            own.for_each(|(host, _)| self.act(step, Worst::whole(*host), desk));
        }
    }

    /// Whether somebody who was called is still to come: their hosts are not what they should be.
    pub(super) fn is_somebody_awaited(&self) -> bool {
        let workers = self.incident.iter().flat_map(|open| &open.workers);
        let mut gatherings = workers.filter_map(|worker| worker.gathering.as_ref());
        gatherings.any(|gathering| gathering.has_begun && gathering.came.len() < gathering.called)
    }

    /// The last step up to that one which is done together.
    fn gathered_step(&self, at: usize) -> Option<Step> {
        let steps = &self.book()?.steps;
        steps[..steps.len().min(at + 1)].iter().rfind(|step| step.together.is_some()).copied()
    }

    /// Whether whoever is to act on that host is there.
    pub(super) fn is_at_hand(&self, who: u16, process: ProcessId) -> bool {
        let gathering = self.worker(who).and_then(|worker| worker.gathering.as_ref());
        let came = |gathering: &Gathering| gathering.came.contains(&self.operator_of(process));
        gathering.is_none_or(|gathering| gathering.is_done || came(gathering))
    }

    pub(super) fn is_done_together(&mut self, who: u16) {
        if let Some(gathering) = self.worker_mut(who).and_then(|worker| worker.gathering.as_mut()) {
            gathering.is_done = true;
        }
    }
}
