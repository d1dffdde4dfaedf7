//! A client: does what its plan says, and judges by what it is told.

mod active;
mod book;
mod flight;
mod gate;
mod half;
mod patience;
mod prepare;
mod setting;
mod submit;

use std::sync::Arc;

use self::active::{Active, Waiting};
use self::flight::Flight;
pub use self::patience::Watchers;
pub use self::setting::{ClientSetting, GroupNeeds, ReadFrom};
use self::submit::{dated, sign};
use super::Packet;
use super::packet::{Ack, Answer, Planned, Promise};
use crate::attestation::{Id, Name, Operation, Status, Verdict};
use crate::kernel::{ProcessId, Span};
use crate::network::{Desk, Resident, TimerSlot};
use crate::trace::{Conclusion, Fact};

/// One client. Idle, it is its setting and nothing else.
pub struct Client {
    setting: Arc<ClientSetting>,
    active: Option<Box<Active>>,
    /// Users were told that there is an incident.
    is_known: bool,
}

impl Client {
    /// An idle client.
    pub const fn new(setting: Arc<ClientSetting>) -> Self {
        Self { setting, active: None, is_known: false }
    }

    fn begin(&mut self, planned: Arc<Planned>, desk: &mut Desk<'_, Packet>) {
        let setting = &self.setting;
        let active = self.active.get_or_insert_with(|| Box::new(Active::new(setting, desk)));
        let operation = planned.operation;
        active.forget_before(setting, desk.now());
        let said = planned.attestation.clone().map(|said| dated(said, desk));
        let known = (planned.id, planned.forgery);
        let signed = said.map(|said| sign((setting, &mut active.book), said, known));
        active.flights.insert(Flight::new(planned, signed));
        if let Some(retry) = &setting.retry {
            active.budget.earn(retry);
        }
        active.wait_with_patience(setting, operation, desk);
        active.begin_try(setting, operation, desk);
    }

    fn acked(&mut self, from: ProcessId, ack: &Ack, desk: &mut Desk<'_, Packet>) {
        let (setting, operation) = (&self.setting, ack.operation);
        let Some(active) = &mut self.active else { return };
        let Some(flight) = active.flights.get_mut(operation) else { return };
        let statement = Ack::statement(&ack.id, ack.verdict, ack.told);
        if !setting.keys.verify(from.0, &statement, &ack.signature) {
            return;
        }
        if let Some(signed) = &flight.signed {
            active.book.told(signed, ack.told, desk);
        }
        if ack.verdict == Verdict::Accepted {
            if flight.accepted.add(from) && flight.accepted.count() == setting.committee.quorum() {
                active.conclude(setting, operation, Conclusion::Applied, desk);
            }
        } else if ack.attempt == flight.attempt && !flight.pausing && flight.refused.add(from) {
            flight.refused_for_good += u32::from(!ack.verdict.may_pass_later());
            if flight.refused.count() > setting.committee.size() - setting.committee.quorum() {
                active.out_of_reach(setting, operation, desk);
            }
        }
    }

    fn answered(&mut self, from: ProcessId, answer: &Answer, desk: &mut Desk<'_, Packet>) {
        let (setting, operation) = (&self.setting, answer.operation);
        let Some(active) = &mut self.active else { return };
        let Some(flight) = active.flights.get_mut(operation) else { return };
        if flight.planned.question.is_none() && answer.attempt == patience::LOOK {
            flight.is_seen |= answer.status != Status::Unknown;
            return;
        }
        if flight.planned.question.is_none() {
            return active.schema_read(setting, answer, desk);
        }
        if !flight.answered_by.add(from) {
            return;
        }
        let same = flight.answers.entry(answer.status).or_default();
        *same += 1;
        let is_quorum = setting.reads == ReadFrom::Quorum;
        let enough = if is_quorum { setting.committee.quorum() } else { 1 };
        let is_decided = *same >= enough;
        let answers: u32 = flight.answers.values().sum();
        if is_decided || answers == setting.committee.size() {
            let said = flight.answers.iter().max_by_key(|(_, count)| **count);
            let said = said.map_or(answer.status, |(status, _)| *status);
            let target = flight.planned.question.map_or(Fact::NONE, |(_, target)| target.0);
            desk.fact(Fact::Answered { operation: operation.0, target, said });
            active.conclude(setting, operation, Conclusion::Applied, desk);
        }
    }

    fn busy(&mut self, operation: Operation, attempt: u8, desk: &mut Desk<'_, Packet>) {
        let setting = &self.setting;
        let Some(active) = &mut self.active else { return };
        if active.flights.get(operation).is_some_and(|flight| flight.attempt == attempt) {
            active.try_later(setting, operation, setting.retry_after, desk);
        }
        active.permit_back(setting, (operation, attempt), desk);
    }

    fn promised(&mut self, from: ProcessId, promise: &Promise, desk: &mut Desk<'_, Packet>) {
        let (setting, operation) = (&self.setting, promise.operation);
        let Some(active) = &mut self.active else { return };
        let statement = Promise::statement(&promise.id);
        let is_meant = active.flights.get(operation).is_some_and(|flight| {
            let is_same = flight.signed.as_ref().is_some_and(|signed| signed.id == promise.id);
            is_same && flight.attempt == promise.attempt
        });
        if is_meant && setting.keys.verify(from.0, &statement, &promise.signature) {
            active.conclude(setting, operation, Conclusion::Promised, desk);
        }
    }

    /// Somebody who submitted a call for this one says which name it has.
    fn named(&mut self, id: Id, name: Name, desk: &Desk<'_, Packet>) {
        let setting = &self.setting;
        let active = self.active.get_or_insert_with(|| Box::new(Active::new(setting, desk)));
        active.book.told_name(desk.now(), id, name);
    }

    fn permitted(&mut self, operation: Operation, attempt: u8, desk: &mut Desk<'_, Packet>) {
        if let Some(active) = &mut self.active {
            active.permit_back(&self.setting, (operation, attempt), desk);
        }
    }

    fn heard_depth(&mut self, from: ProcessId, depth: u32) {
        let (setting, Some(active)) = (&self.setting, &mut self.active) else { return };
        if let Some(place) = setting.routers.iter().position(|router| *router == from) {
            active.routers.queues[place] = depth;
        }
    }
}

impl Resident for Client {
    type Packet = Packet;

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match packet {
            Packet::Plan(planned) => self.begin(planned, desk),
            Packet::Ack(ack) => self.acked(from, &ack, desk),
            Packet::Answer(answer) => self.answered(from, &answer, desk),
            Packet::Busy(operation, attempt) => self.busy(operation, attempt, desk),
            Packet::Promise(promise) => self.promised(from, &promise, desk),
            Packet::Permit(operation, attempt) => self.permitted(operation, attempt, desk),
            Packet::Named(told) => self.named(told.0, told.1, desk),
            Packet::Depth(depth) => self.heard_depth(from, depth),
            Packet::Protocol(carried, _) => {
                if let Some(active) = &mut self.active {
                    active.heard(&self.setting, from, &carried, desk);
                }
            }
            Packet::Known(is_known) => self.is_known = is_known,
            Packet::Submit(_) | Packet::Handed(_) | Packet::Ask(_) | Packet::Done { .. } => {}
            Packet::Proof(_) | Packet::Look(_) | Packet::Show(_) => {}
            Packet::Need(_) | Packet::Fetch(_) | Packet::Page(_) => {}
            Packet::Relayed(_) | Packet::News(..) => {}
            Packet::Scrape(_) | Packet::Reading(..) | Packet::Alert(..) | Packet::Beat(_) => {}
            Packet::Ticket(_) | Packet::Probe(..) | Packet::Suspect(_) => {}
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        let Some(active) = &mut self.active else { return };
        match active.timers.take(slot) {
            Some(Waiting::Retry(operation)) => active.retry(&self.setting, operation, desk),
            Some(Waiting::Timeout(operation, attempt)) => {
                let is_same = |flight: &Flight| flight.attempt == attempt;
                if active.flights.get(operation).is_some_and(is_same) {
                    active.try_later(&self.setting, operation, Span::ZERO, desk);
                }
            }
            Some(Waiting::Permit(operation, attempt)) => {
                active.permit_back(&self.setting, (operation, attempt), desk);
            }
            Some(Waiting::Look(operation, before)) => {
                active.look_again(&self.setting, (operation, before), self.is_known, desk);
            }
            Some(Waiting::Stored(operation, attempt)) => {
                active.stored(&self.setting, (operation, attempt), desk);
            }
            Some(Waiting::Submitter(timer)) => {
                active.submitter_timer(&self.setting, timer, slot, desk);
            }
            None => {}
        }
    }

    fn crash(&mut self, _state_lost: bool) {
        if let Some(active) = &mut self.active {
            active.timers.clear();
            active.submitter_timers.clear();
            active.gate = active::gate(&self.setting);
        }
    }

    /// A client that comes back tries again whatever had not ended.
    fn restart(&mut self, desk: &mut Desk<'_, Packet>) {
        let Some(active) = &mut self.active else { return };
        let open = active.flights.operations();
        for operation in open {
            if let Some(flight) = active.flights.get_mut(operation) {
                flight.pausing = false;
            }
            active.try_later(&self.setting, operation, Span::ZERO, desk);
        }
    }
}
