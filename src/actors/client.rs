//! A client: does what its plan says, and judges by what it is told.

mod flight;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::flight::{Flight, Flights, Tally};
use super::Packet;
use super::packet::{Ack, Answer, Ask, Forgery, Planned, Proof, Submission};
use super::slots::Slots;
use crate::attestation::{Attestation, KeyRing, Operation, Signed, Verdict};
use crate::kernel::{LocalTime, ProcessId, Span, VirtualTime};
use crate::network::{CONTROL_FLOOR, Desk, Fortune, Resident, TimerSlot};
use crate::ordering::{Carried, Committee, HostedSubmitter, Item, SubmitterEffect, TimerId};
use crate::trace::{Conclusion, Fact};

/// What a client does after a refusal that may pass, or silence.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Tries in all, the first included.
    pub tries: u8,
    /// Pause before the next try.
    pub after: Span,
    /// A try without an answer for this long is over.
    pub timeout: Span,
}

/// What the clients of one group have in common.
pub struct ClientSetting {
    /// The validators.
    pub committee: Committee,
    /// Routers by process.
    pub routers: Vec<ProcessId>,
    /// Routers by distance; else by number of the operation.
    pub nearest_router: bool,
    /// Ask all validators and take the answer of a quorum; else ask the nearest.
    pub quorum_reads: bool,
    /// What to do when it does not work; `None` tries once, and waits for ever.
    pub retry: Option<RetryPolicy>,
    /// What a full router tells it to wait.
    pub retry_after: Span,
    /// The plan that gives it work.
    pub plan: ProcessId,
    /// Everybody's keys.
    pub keys: KeyRing,
    /// Makes its half of the strategy.
    pub submitter: Box<dyn Fn() -> Box<dyn HostedSubmitter> + Send + Sync>,
}

/// One client. Idle, it is its setting and nothing else.
pub struct Client {
    setting: Arc<ClientSetting>,
    active: Option<Box<Active>>,
}

struct Active {
    /// Routers and validators, nearest first.
    routers: Vec<ProcessId>,
    nearest_validator: ProcessId,
    submitter: Box<dyn HostedSubmitter>,
    effects: Vec<SubmitterEffect>,
    timers: Slots<Waiting>,
    submitter_timers: BTreeMap<TimerId, TimerSlot>,
    flights: Flights,
}

/// Why a timer was set.
enum Waiting {
    /// The next try begins.
    Retry(Operation),
    /// The try with that number is over.
    Timeout(Operation, u8),
    /// The submitter asked.
    Submitter(TimerId),
}

/// Registries forget what they applied so long ago; nobody can answer for it then.
const LONGEST_MEMORY: Span = Span::from_secs(300);

impl ClientSetting {
    /// How long after its intended send an operation may still be under way.
    fn patience(&self) -> Span {
        let each = |retry: RetryPolicy| (retry.timeout + retry.after) * u64::from(retry.tries);
        LONGEST_MEMORY + self.retry.map_or(Span::ZERO, each)
    }
}

impl Client {
    /// An idle client.
    pub const fn new(setting: Arc<ClientSetting>) -> Self {
        Self { setting, active: None }
    }

    fn begin(&mut self, planned: Arc<Planned>, desk: &mut Desk<'_, Packet>) {
        let setting = &self.setting;
        let active = self.active.get_or_insert_with(|| Box::new(Active::new(setting, desk)));
        let operation = planned.operation;
        active.forget_before(setting, desk.now());
        let signed =
            planned.attestation.as_ref().map(|said| sign(setting, said, &planned, desk.me()));
        active.flights.insert(Flight::new(planned, signed));
        active.send(setting, operation, desk);
    }

    fn acked(&mut self, from: ProcessId, ack: &Ack, desk: &mut Desk<'_, Packet>) {
        let (setting, operation) = (&self.setting, ack.operation);
        let Some(active) = &mut self.active else { return };
        let Some(flight) = active.flights.get_mut(operation) else { return };
        let statement = Ack::statement(&ack.id, ack.verdict);
        if !setting.keys.verify(from.0, &statement, &ack.signature) {
            return;
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
        if !flight.answered_by.add(from) {
            return;
        }
        let same = flight.answers.entry(answer.status).or_default();
        *same += 1;
        let enough = if setting.quorum_reads { setting.committee.quorum() } else { 1 };
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
    }
}

/// A forger has a key, but not the attester's: a router's will do.
fn sign(
    setting: &ClientSetting,
    said: &Attestation,
    planned: &Planned,
    me: ProcessId,
) -> Arc<Signed> {
    let signer = match planned.forgery {
        Some(Forgery::Forged) => setting.routers[0],
        Some(Forgery::Tampered) | None => me,
    };
    let signed = Signed::new(said.clone(), &setting.keys.signer(signer.0));
    match planned.forgery {
        Some(Forgery::Tampered) => Arc::new(signed.tampered()),
        Some(Forgery::Forged) | None => signed,
    }
}

impl Active {
    fn new(setting: &ClientSetting, desk: &Desk<'_, Packet>) -> Self {
        let mut routers = setting.routers.clone();
        if setting.nearest_router {
            routers.sort_by_key(|router| (desk.usual_delay(*router), *router));
        }
        let validators = (0..setting.committee.size()).map(ProcessId);
        let nearest = validators.min_by_key(|validator| (desk.usual_delay(*validator), *validator));
        Self {
            routers,
            nearest_validator: nearest.unwrap_or_default(),
            submitter: (setting.submitter)(),
            effects: Vec::new(),
            timers: Slots::default(),
            submitter_timers: BTreeMap::new(),
            flights: Flights::default(),
        }
    }

    /// Sends an operation: for the first time, or again.
    fn send(&mut self, setting: &ClientSetting, operation: Operation, desk: &mut Desk<'_, Packet>) {
        let Some(flight) = self.flights.get(operation) else { return };
        let (number, attempt) = (operation.0, flight.attempt);
        desk.fact(Fact::Sent { operation: number, attempt });
        match (flight.signed.clone(), flight.planned.question) {
            (Some(signed), _) => {
                let item = Item { signed, attempt };
                let turn = if setting.nearest_router { 0 } else { number as usize };
                let router = self.routers[(turn + usize::from(attempt)) % self.routers.len()];
                // A forger does not know what the attester's half of the strategy knows.
                if flight.planned.forgery.is_none() {
                    self.submitter.submit(desk.local_now(), &item, &mut self.effects);
                }
                let submission = Packet::Submit(Arc::new(Submission { item }));
                desk.send(router, submission, Fortune::Operation { number, attempt, leg: 0 });
                self.obey_submitter(setting, desk);
            }
            (None, Some((id, _))) => self.ask(setting, Ask { operation, attempt, id }, desk),
            (None, None) => return,
        }
        if let Some(retry) = setting.retry {
            let slot = self.timers.put(Waiting::Timeout(operation, attempt));
            desk.timer(retry.timeout, slot);
        }
    }

    fn ask(&self, setting: &ClientSetting, ask: Ask, desk: &mut Desk<'_, Packet>) {
        let (number, attempt) = (ask.operation.0, ask.attempt);
        let fortune = Fortune::Operation { number, attempt, leg: 3 };
        let ask = Arc::new(ask);
        if setting.quorum_reads {
            for validator in setting.committee.members() {
                let to = ProcessId(validator.into());
                desk.send(to, Packet::Ask(Arc::clone(&ask)), fortune);
            }
        } else {
            desk.send(self.nearest_validator, Packet::Ask(ask), fortune);
        }
    }

    /// Too many validators refused this try for a quorum to accept it.
    fn out_of_reach(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.get(operation) else { return };
        if flight.refused_for_good > setting.committee.size() - setting.committee.quorum() {
            return self.conclude(setting, operation, Conclusion::Refused, desk);
        }
        let pause = setting.retry.map_or(Span::ZERO, |retry| retry.after);
        self.try_later(setting, operation, pause, desk);
    }

    /// Schedules the next try, or gives up if that was the last.
    fn try_later(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        pause: Span,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.get_mut(operation) else { return };
        let tries = setting.retry.map_or(1, |retry| retry.tries);
        if flight.pausing {
            return;
        }
        if flight.attempt + 1 >= tries {
            return self.conclude(setting, operation, Conclusion::GaveUp, desk);
        }
        flight.pausing = true;
        let slot = self.timers.put(Waiting::Retry(operation));
        desk.timer(pause, slot);
    }

    fn retry(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.get_mut(operation) else { return };
        flight.attempt += 1;
        flight.pausing = false;
        flight.refused = Tally::default();
        flight.refused_for_good = 0;
        self.send(setting, operation, desk);
    }

    fn conclude(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        conclusion: Conclusion,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.remove(operation) else { return };
        let attempt = flight.attempt;
        desk.fact(Fact::Concluded { operation: operation.0, attempt, conclusion });
        self.retire(&flight);
        let relied = flight.planned.party.filter(|_| conclusion == Conclusion::Applied);
        if let (Some(party), Some(signed)) = (relied, &flight.signed) {
            let proof = Proof::of(&flight.planned, &signed.attestation, desk.now());
            desk.tell(party, desk.now() + CONTROL_FLOOR, Packet::Proof(proof));
        }
        if let Some(user) = flight.planned.user {
            desk.tell(setting.plan, desk.now() + CONTROL_FLOOR, Packet::Done { user });
        }
    }

    /// The strategy's half forgets what is no longer under way.
    fn retire(&mut self, flight: &Flight) {
        if let Some(signed) = flight.signed.as_ref().filter(|_| flight.planned.forgery.is_none()) {
            self.submitter.retire(&signed.id);
        }
    }

    /// Stops waiting for what nobody remembers any more, so that memory does not grow.
    fn forget_before(&mut self, setting: &ClientSetting, now: VirtualTime) {
        let patience = setting.patience();
        while let Some(flight) = self.flights.take_outdated(now, patience) {
            self.retire(&flight);
        }
    }

    /// Does what the strategy's half asked for.
    fn obey_submitter(&mut self, setting: &ClientSetting, desk: &mut Desk<'_, Packet>) {
        for effect in self.effects.drain(..) {
            match effect {
                SubmitterEffect::Send { to: Some(to), message } => {
                    let packet = Packet::Protocol(message, None);
                    desk.send(ProcessId(to.into()), packet, Fortune::Protocol);
                }
                SubmitterEffect::Send { to: None, message } => {
                    for to in setting.committee.members() {
                        let packet = Packet::Protocol(Arc::clone(&message), None);
                        desk.send(ProcessId(to.into()), packet, Fortune::Protocol);
                    }
                }
                SubmitterEffect::SetTimer(span, timer) => {
                    let slot = self.timers.put(Waiting::Submitter(timer));
                    self.submitter_timers.insert(timer, slot);
                    desk.timer(span, slot);
                }
                SubmitterEffect::CancelTimer(timer) => {
                    self.submitter_timers.remove(&timer);
                }
            }
        }
    }

    fn submitter_timer(
        &mut self,
        setting: &ClientSetting,
        timer: TimerId,
        slot: TimerSlot,
        desk: &mut Desk<'_, Packet>,
    ) {
        if self.submitter_timers.get(&timer) == Some(&slot) {
            self.submitter_timers.remove(&timer);
            self.submitter.timer(desk.local_now(), timer, &mut self.effects);
            self.obey_submitter(setting, desk);
        }
    }

    fn heard(
        &mut self,
        setting: &ClientSetting,
        from: ProcessId,
        carried: &Carried,
        desk: &mut Desk<'_, Packet>,
    ) {
        let now: LocalTime = desk.local_now();
        self.submitter.receive(now, from.0 as u16, carried, &mut self.effects);
        self.obey_submitter(setting, desk);
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
            Packet::Protocol(carried, _) => {
                if let Some(active) = &mut self.active {
                    active.heard(&self.setting, from, &carried, desk);
                }
            }
            Packet::Submit(_) | Packet::Handed(_) | Packet::Ask(_) | Packet::Done { .. } => {}
            Packet::Proof(_) | Packet::Look(_) | Packet::Show(_) => {}
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        let Some(active) = &mut self.active else { return };
        match active.timers.take(slot) {
            Some(Waiting::Retry(operation)) => active.retry(&self.setting, operation, desk),
            Some(Waiting::Timeout(operation, attempt)) => {
                let is_same = |flight: &Flight| flight.attempt == attempt;
                if active.flights.get(operation).is_some_and(is_same) {
                    let pause = self.setting.retry.map_or(Span::ZERO, |retry| retry.after);
                    active.try_later(&self.setting, operation, pause, desk);
                }
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
