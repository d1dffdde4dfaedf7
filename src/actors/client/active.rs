//! A client that has had something to do: what is under way, and what comes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::Book;
use super::flight::{Flight, Flights, Tally};
use super::gate::Gate;
use super::setting::{ClientSetting, ReadFrom};
use super::submit::sign_anew;
use crate::actors::Packet;
use crate::actors::packet::{Ask, Proof};
use crate::actors::slots::Slots;
use crate::attestation::Operation;
use crate::flow::balance::{Balance, Routers};
use crate::flow::{Budget, RoundTrip};
use crate::kernel::{Luck, ProcessId, Purpose, Span, VirtualTime};
use crate::network::{CONTROL_FLOOR, Desk, Fortune, TimerSlot};
use crate::ordering::{HostedSubmitter, SubmitterEffect, TimerId};
use crate::trace::{Conclusion, Fact};

/// What a client knows once it had something to do.
pub(super) struct Active {
    pub(super) balance: Box<dyn Balance>,
    pub(super) routers: Routers,
    pub(super) gate: Option<Gate>,
    pub(super) budget: Budget,
    pub(super) round_trip: RoundTrip,
    /// Whom it asks if it asks one.
    pub(super) source: ProcessId,
    pub(super) submitter: Box<dyn HostedSubmitter>,
    pub(super) effects: Vec<SubmitterEffect>,
    pub(super) timers: Slots<Waiting>,
    pub(super) submitter_timers: BTreeMap<TimerId, TimerSlot>,
    pub(super) flights: Flights,
    pub(super) book: Book,
}

/// Why a timer was set.
pub(super) enum Waiting {
    /// The next try begins.
    Retry(Operation),
    /// The try with that number is over.
    Timeout(Operation, u8),
    /// The permit of that try is lost, with the message that would have brought it back.
    Permit(Operation, u8),
    /// Its user looks again, after so many looks.
    Look(Operation, u16),
    /// The data of that try is stored.
    Stored(Operation, u8),
    /// The submitter asked.
    Submitter(TimerId),
}

/// As many permits as at first, if any are needed.
pub(super) fn gate(setting: &ClientSetting) -> Option<Gate> {
    setting.window.map(|window| Gate::new(window.permits, setting.routers.len()))
}

impl Active {
    pub(super) fn new(setting: &ClientSetting, desk: &Desk<'_, Packet>) -> Self {
        let count = setting.routers.len();
        let mut by_distance: Vec<usize> = (0..count).collect();
        by_distance.sort_by_key(|place| (desk.usual_delay(setting.routers[*place]), *place));
        let sources = match &setting.reads {
            ReadFrom::One | ReadFrom::Quorum => 0..setting.committee.size(),
            ReadFrom::Index(indexers) => indexers.clone(),
        };
        let sources = sources.map(ProcessId);
        let nearest = sources.min_by_key(|source| (desk.usual_delay(*source), *source));
        Self {
            balance: (setting.balance)(),
            routers: Routers { by_distance, queues: vec![0; count] },
            gate: gate(setting),
            budget: Budget::default(),
            round_trip: RoundTrip::default(),
            source: nearest.unwrap_or_default(),
            submitter: (setting.submitter)(),
            effects: Vec::new(),
            timers: Slots::default(),
            submitter_timers: BTreeMap::new(),
            flights: Flights::default(),
            book: Book::default(),
        }
    }

    /// A try is over when nothing has come of it in time.
    pub(super) fn expect(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        attempt: u8,
        desk: &mut Desk<'_, Packet>,
    ) {
        if let Some(retry) = setting.retry {
            let slot = self.timers.put(Waiting::Timeout(operation, attempt));
            desk.timer(retry.timeout, slot);
        }
    }

    pub(super) fn ask(&self, setting: &ClientSetting, ask: Ask, desk: &mut Desk<'_, Packet>) {
        let (number, attempt) = (ask.operation.0, ask.attempt);
        let fortune = Fortune::Operation { number, attempt, leg: 3 };
        let ask = Arc::new(ask);
        if setting.reads == ReadFrom::Quorum {
            for validator in setting.committee.members() {
                let to = ProcessId(validator.into());
                desk.send(to, Packet::Ask(Arc::clone(&ask)), fortune);
            }
        } else {
            desk.send(self.source, Packet::Ask(ask), fortune);
        }
    }

    /// Too many validators refused this try for a quorum to accept it.
    pub(super) fn out_of_reach(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.get(operation) else { return };
        if flight.refused_for_good > setting.committee.size() - setting.committee.quorum() {
            return self.conclude(setting, operation, Conclusion::Refused, desk);
        }
        self.try_later(setting, operation, Span::ZERO, desk);
    }

    /// Schedules the next try after at least `least`, or gives up if that was the last, may not be
    /// made, or would come too late.
    pub(super) fn try_later(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        least: Span,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.get_mut(operation) else { return };
        if flight.pausing {
            return;
        }
        let attempt = flight.attempt;
        let deadline = setting.deadline(&flight.planned);
        let retry = setting.retry.filter(|retry| u32::from(attempt) + 1 < retry.tries);
        let (entity, index) = (operation.0.into(), attempt.into());
        let word = desk.draws().word(Luck { purpose: Purpose::Patience, entity, index });
        let pause = retry.map(|retry| retry.pause(attempt, least, word));
        let in_time = |pause: &Span| desk.now() + *pause <= deadline;
        let may = |_: &Span| retry.is_some_and(|retry| self.budget.spend(&retry));
        let Some(pause) = pause.filter(in_time).filter(may) else {
            return self.conclude(setting, operation, Conclusion::GaveUp, desk);
        };
        flight.pausing = true;
        let slot = self.timers.put(Waiting::Retry(operation));
        desk.timer(pause, slot);
    }

    pub(super) fn retry(
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
        if setting.retry.is_some_and(|retry| retry.anew) {
            if let Some(old) = &flight.signed {
                self.book.ended(&old.attestation, old.id);
            }
            let signed = sign_anew((setting, &mut self.book), flight, desk);
            let old = std::mem::replace(&mut flight.signed, signed);
            if let Some(old) = old.filter(|_| flight.planned.forgery.is_none()) {
                self.submitter.retire(&old.id);
            }
        }
        self.begin_try(setting, operation, desk);
    }

    /// An operation is over. A router that still has a try keeps its permit: the queue is what
    /// permits are for.
    pub(super) fn conclude(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        conclusion: Conclusion,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.remove(operation) else { return };
        let attempt = flight.attempt;
        desk.fact(Fact::Concluded { operation: operation.0, attempt, conclusion });
        setting.watchers.probe_ends((operation, conclusion), desk);
        self.retire(&flight);
        if let Some(sent) =
            flight.sent.filter(|_| attempt == 0 && conclusion == Conclusion::Applied)
        {
            self.round_trip.hear(desk.now().since(sent));
        }
        let is_told = matches!(conclusion, Conclusion::Applied | Conclusion::Promised);
        let relied = flight.planned.party.filter(|_| is_told);
        if let (Some(party), Some(signed)) = (relied, &flight.signed) {
            let proof = Proof::of(&flight.planned, &signed.attestation, desk.now());
            desk.tell(party, desk.now() + CONTROL_FLOOR, Packet::Proof(proof));
        }
        if let Some(user) = flight.planned.user {
            let done = Packet::Done { user, is_applied: conclusion == Conclusion::Applied };
            desk.tell(setting.plan, desk.now() + CONTROL_FLOOR, done);
        }
    }

    /// What is no longer under way is forgotten, by the strategy's half too.
    pub(super) fn retire(&mut self, flight: &Flight) {
        if let Some(signed) = &flight.signed {
            self.book.ended(&signed.attestation, signed.id);
        }
        if let Some(signed) = flight.signed.as_ref().filter(|_| flight.planned.forgery.is_none()) {
            self.submitter.retire(&signed.id);
        }
    }

    /// Stops waiting for what nobody remembers any more, so that memory does not grow.
    pub(super) fn forget_before(&mut self, setting: &ClientSetting, now: VirtualTime) {
        let patience = setting.patience();
        while let Some(flight) = self.flights.take_outdated(now, patience) {
            self.retire(&flight);
        }
    }
}
