//! A dependant: lets its users do something only while what they were attested holds.
//!
//! It asks an indexer or a validator, keeps answers for a time to live as clients of status lists
//! and OCSP do, and has a rule for silence: refuse (hard fail), let pass (soft fail), or go by
//! the last answer, however old (stale-if-error, RFC 5861 section 4).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Packet;
use super::packet::{Answer, Ask};
use super::rows::Need;
use super::slots::Slots;
use crate::attestation::{Interpretation, Operation, Status};
use crate::flow::Silence;
use crate::kernel::{LocalTime, ProcessId, Span, VirtualTime};
use crate::network::{Desk, Fortune, Resident, TimerSlot};
use crate::trace::Fact;

/// What all dependants of a run have in common.
#[derive(Clone, Debug)]
pub struct DependantSetting {
    /// Whom they may ask, as processes; each asks the nearest.
    pub sources: std::ops::Range<u32>,
    /// An answer is good for so long; zero asks every time.
    pub ttl: Span,
    /// An ask without an answer for this long is over.
    pub timeout: Span,
    /// What it does when nobody answers.
    pub silence: Silence,
    /// How it makes out records.
    pub reads: Interpretation,
    /// After a use that was allowed, the next one comes so much later.
    pub again: Span,
    /// After one that was refused, the user tries again so much later.
    pub retry: Span,
    /// From the first use until the user needs it no more.
    pub lasts: Span,
}

/// One dependant.
pub struct Dependant {
    setting: Arc<DependantSetting>,
    cases: BTreeMap<Operation, Case>,
    timers: Slots<(Operation, Waiting)>,
}

/// One attestation that a user needs here.
struct Case {
    need: Need,
    until: LocalTime,
    /// Asks so far, and since when the last is open.
    asks: u8,
    open_since: Option<VirtualTime>,
    last: Option<(Status, LocalTime)>,
}

/// Why a timer was set.
#[derive(Clone, Copy)]
enum Waiting {
    /// The user comes again.
    User,
    /// That ask was not answered.
    Silence(u8),
}

impl Dependant {
    /// A dependant without users.
    pub fn new(setting: Arc<DependantSetting>) -> Self {
        Self { setting, cases: BTreeMap::new(), timers: Slots::default() }
    }

    fn needed(&mut self, need: Need, desk: &mut Desk<'_, Packet>) {
        let until = desk.local_now() + self.setting.lasts;
        let case = Case { need, until, asks: 0, open_since: None, last: None };
        self.cases.insert(need.operation, case);
        self.turn_up(need.operation, desk);
    }

    /// A user is here, and wants to know.
    fn turn_up(&mut self, operation: Operation, desk: &mut Desk<'_, Packet>) {
        let now = desk.local_now();
        let Some(case) = self.cases.get_mut(&operation) else { return };
        if now >= case.until {
            self.cases.remove(&operation);
            return desk.fact(Fact::Released { operation: operation.0 });
        }
        let fresh = case.last.filter(|(_, at)| now.since(*at) < self.setting.ttl);
        if let Some((status, _)) = fresh {
            return self.decide(operation, Some(status), Source::Kept, desk);
        }
        let attempt = case.asks;
        case.open_since = Some(desk.now());
        let sources = self.setting.sources.clone().map(ProcessId);
        let nearest = sources.min_by_key(|source| (desk.usual_delay(*source), *source));
        let ask = Ask { operation, attempt, id: case.need.id };
        let fortune = Fortune::Operation { number: operation.0, attempt, leg: 3 };
        desk.send(nearest.unwrap_or_default(), Packet::Ask(Arc::new(ask)), fortune);
        let slot = self.timers.put((operation, Waiting::Silence(attempt)));
        desk.timer(self.setting.timeout, slot);
    }

    fn answered(&mut self, answer: &Answer, desk: &mut Desk<'_, Packet>) {
        let Some(case) = self.cases.get_mut(&answer.operation) else { return };
        if case.open_since.is_some() && case.asks == answer.attempt {
            case.last = Some((answer.status, desk.local_now()));
            self.decide(answer.operation, Some(answer.status), Source::Asked, desk);
        }
    }

    fn silent(&mut self, operation: Operation, attempt: u8, desk: &mut Desk<'_, Packet>) {
        let Some(case) = self.cases.get(&operation) else { return };
        if case.open_since.is_some() && case.asks == attempt {
            let last = case.last.map(|(status, _)| status);
            let said = last.filter(|_| self.setting.silence == Silence::Stale);
            self.decide(operation, said, Source::Silent, desk);
        }
    }

    fn decide(
        &mut self,
        operation: Operation,
        said: Option<Status>,
        source: Source,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(case) = self.cases.get_mut(&operation) else { return };
        let waited = case.open_since.take().map_or(Span::ZERO, |since| desk.now().since(since));
        case.asks = case.asks.wrapping_add(u8::from(source != Source::Kept));
        let said = said.map(|said| self.setting.reads.of(case.need.storage, said));
        let is_allowed = match said {
            // The record holds; what it is about may not be there.
            Some(status) => status == Status::Valid && desk.now() >= case.need.readable,
            None => self.setting.silence != Silence::HardFail,
        };
        let waited = u32::try_from(waited.as_nanos() / 1_000).unwrap_or(Fact::NONE - 1);
        desk.fact(Fact::Used { operation: operation.0, said, is_allowed, waited });
        let pause = if is_allowed { self.setting.again } else { self.setting.retry };
        let slot = self.timers.put((operation, Waiting::User));
        desk.timer(pause, slot);
    }
}

/// Where a decision comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// An answer that is kept.
    Kept,
    /// An answer that just came.
    Asked,
    /// None came.
    Silent,
}

impl Resident for Dependant {
    type Packet = Packet;

    fn packet(&mut self, _: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match packet {
            Packet::Need(need) => self.needed(*need, desk),
            Packet::Answer(answer) => self.answered(&answer, desk),
            // Nobody sends it anything else.
            _ => {}
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        let Some((operation, waiting)) = self.timers.take(slot) else { return };
        match waiting {
            Waiting::User => self.turn_up(operation, desk),
            Waiting::Silence(attempt) => self.silent(operation, attempt, desk),
        }
    }

    /// Answers that it kept are gone; its users come again.
    fn crash(&mut self, _state_lost: bool) {
        self.timers.clear();
        for case in self.cases.values_mut() {
            (case.open_since, case.last) = (None, None);
        }
    }

    fn restart(&mut self, desk: &mut Desk<'_, Packet>) {
        let open: Vec<Operation> = self.cases.keys().copied().collect();
        open.into_iter().for_each(|operation| self.turn_up(operation, desk));
    }
}

#[cfg(test)]
mod tests;
