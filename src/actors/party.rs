//! A relying party: told that something is proven, it looks for itself until it is confident, or
//! until its patience ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Packet;
use super::packet::{Look, Proof, Show};
use super::slots::Slots;
use crate::attestation::{Id, Interpretation, Operation, Storage};
use crate::kernel::{LocalTime, Luck, ProcessId, Purpose, Span, VirtualTime};
use crate::network::{Desk, Fortune, Resident, TimerSlot};
use crate::trace::Fact;
use crate::trust::{Model, Read, Sight, Wait};

/// What all relying parties of a run have in common.
#[derive(Clone, Copy, Debug)]
pub struct PartySetting {
    /// Validators, as processes 0 and up; a party asks them in turn.
    pub validators: u32,
    /// How it comes to be confident.
    pub model: Model,
    /// Between an answer and the next look.
    pub pause: Span,
    /// A look without an answer for this long is over.
    pub timeout: Span,
    /// From the proof until it gives up.
    pub patience: Span,
    /// How long a proof may take; `None` learns it, as the p95 of what comes before `learnt`.
    pub expected: Option<Span>,
    /// When learning ends.
    pub learnt: VirtualTime,
    /// How it makes out records.
    pub reads: Interpretation,
    /// Whether validators owe one order, so that positions must agree.
    pub total_order: bool,
}

/// One relying party.
pub struct RelyingParty {
    setting: PartySetting,
    /// How long proofs took while it was learning.
    heard: Vec<Span>,
    /// What it expects by now.
    expected: Option<Span>,
    cases: BTreeMap<Operation, Case>,
    timers: Slots<(Operation, Waiting)>,
}

/// One attestation that it is not confident in yet.
struct Case {
    id: Id,
    parent: Option<Id>,
    storage: Storage,
    wait: Wait,
    told_at: LocalTime,
    /// The validator of the first look.
    first: u32,
    /// Looks so far.
    looks: u8,
    /// The last of them.
    kept: Vec<Read>,
}

/// Why a timer was set.
#[derive(Clone, Copy)]
enum Waiting {
    /// The next look is due.
    Pause,
    /// That look was not answered.
    Silence(u8),
}

/// Fewer proofs teach nothing about their p95.
const FEWEST_HEARD: usize = 20;

impl RelyingParty {
    /// A party that has heard of nothing.
    pub fn new(setting: PartySetting) -> Self {
        Self {
            setting,
            heard: Vec::new(),
            expected: setting.expected,
            cases: BTreeMap::new(),
            timers: Slots::default(),
        }
    }

    fn told(&mut self, proof: &Proof, desk: &mut Desk<'_, Packet>) {
        self.learn(proof.elapsed, desk.now());
        let Proof { operation, id, parent, storage, elapsed } = *proof;
        let wait = Wait { elapsed, expected: self.expected };
        let expected = self.expected.map_or(Fact::NONE, micros);
        desk.fact(Fact::Relied { operation: operation.0, elapsed: micros(elapsed), expected });
        let luck = Luck { purpose: Purpose::Reliance, entity: u64::from(operation.0), index: 2 };
        let first = (desk.draws().word(luck) % u64::from(self.setting.validators)) as u32;
        let (told_at, kept) = (desk.local_now(), Vec::new());
        let case = Case { id, parent, storage, wait, told_at, first, looks: 0, kept };
        self.cases.insert(operation, case);
        self.look(operation, desk);
    }

    /// Proofs before the measurement teach what to expect of those in it.
    fn learn(&mut self, elapsed: Span, now: VirtualTime) {
        if self.setting.expected.is_some() {
            return;
        }
        if now < self.setting.learnt {
            self.heard.push(elapsed);
        } else if self.heard.len() >= FEWEST_HEARD {
            self.heard.sort_unstable();
            let rank = (self.heard.len() * 95).div_ceil(100);
            self.expected = Some(self.heard[rank - 1]);
            self.heard.clear();
        }
    }

    fn look(&mut self, operation: Operation, desk: &mut Desk<'_, Packet>) {
        let Some(case) = self.cases.get(&operation) else { return };
        let (look, validators) = (case.looks, self.setting.validators);
        let validator = (case.first + u32::from(look)) % validators;
        let (number, attempt) = (operation.0, look);
        let asked = Look { operation, look, id: case.id, parent: case.parent };
        let fortune = Fortune::Operation { number, attempt, leg: 6 };
        desk.send(ProcessId(validator), Packet::Look(Arc::new(asked)), fortune);
        let slot = self.timers.put((operation, Waiting::Silence(look)));
        desk.timer(self.setting.timeout, slot);
    }

    fn shown(&mut self, from: ProcessId, show: &Show, desk: &mut Desk<'_, Packet>) {
        let Some(case) = self.cases.get(&show.operation) else { return };
        let age = desk.local_now().since(show.as_of);
        let position = show.position.filter(|_| self.setting.total_order);
        let sight = Sight {
            status: self.setting.reads.of(case.storage, show.status),
            position: position.unwrap_or(Fact::NONE),
            digest: show.digest,
            age: Span::from_micros(micros(age).into()),
            stamps: show.stamps,
            is_orphaned: show.is_orphaned,
        };
        let asked = (case.first + u32::from(show.look)) % self.setting.validators;
        if case.looks == show.look && asked == from.0 {
            self.judge(show.operation, Some(sight), desk);
        }
    }

    /// Weighs what it has seen after one more look.
    fn judge(&mut self, operation: Operation, sight: Option<Sight>, desk: &mut Desk<'_, Packet>) {
        let setting = self.setting;
        let Some(case) = self.cases.get_mut(&operation) else { return };
        let at = desk.local_now().since(case.told_at);
        let validator = ((case.first + u32::from(case.looks)) % setting.validators) as u16;
        let read = Read { validator, at, sight };
        desk.fact(looked(operation.0, case.looks, &read));
        if case.kept.len() == usize::from(setting.model.kept) {
            case.kept.remove(0);
        }
        case.kept.push(read);
        case.looks += 1;
        let confidence = setting.model.factors(&case.kept, case.wait, at).confidence();
        let (looks, is_last) = (case.looks, case.looks == u8::MAX);
        let (number, rounded) = (operation.0, (confidence * 10_000.0) as u16);
        if setting.model.is_confident(confidence) {
            desk.fact(Fact::Confident { operation: number, looks, confidence: rounded });
            self.cases.remove(&operation);
        } else if is_last || at + setting.pause > setting.patience {
            desk.fact(Fact::Doubted { operation: number, looks, confidence: rounded });
            self.cases.remove(&operation);
        } else {
            let slot = self.timers.put((operation, Waiting::Pause));
            desk.timer(setting.pause, slot);
        }
    }
}

/// As facts have it; what takes longer than an hour takes that long.
fn micros(span: Span) -> u32 {
    u32::try_from(span.as_nanos() / 1_000).unwrap_or(Fact::NONE - 1)
}

fn looked(operation: u32, look: u8, read: &Read) -> Fact {
    let shown = read.sight;
    Fact::Looked {
        operation,
        validator: read.validator,
        look,
        said: shown.map(|sight| sight.status),
        position: shown.map_or(Fact::NONE, |sight| sight.position),
        digest: shown.map_or(0, |sight| sight.digest),
        age: shown.map_or(0, |sight| micros(sight.age)),
        stamps: shown.map_or(0, |sight| sight.stamps.0),
        is_orphaned: shown.is_some_and(|sight| sight.is_orphaned),
    }
}

impl Resident for RelyingParty {
    type Packet = Packet;

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match packet {
            Packet::Proof(proof) => self.told(&proof, desk),
            Packet::Show(show) => self.shown(from, &show, desk),
            Packet::Plan(_)
            | Packet::Done { .. }
            | Packet::Submit(_)
            | Packet::Busy(..)
            | Packet::Permit(..)
            | Packet::Named(_)
            | Packet::Promise(_)
            | Packet::Depth(_)
            | Packet::Relayed(_)
            | Packet::News(..)
            | Packet::Handed(_)
            | Packet::Ack(_)
            | Packet::Protocol(..)
            | Packet::Ask(_)
            | Packet::Answer(_)
            | Packet::Need(_)
            | Packet::Fetch(_)
            | Packet::Page(_)
            | Packet::Scrape(_)
            | Packet::Reading(..)
            | Packet::Alert(..)
            | Packet::Ticket(_)
            | Packet::Known(_)
            | Packet::Probe(..)
            | Packet::Beat(_)
            | Packet::Suspect(_)
            | Packet::Look(_) => {}
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        let Some((operation, waiting)) = self.timers.take(slot) else { return };
        match waiting {
            Waiting::Pause => self.look(operation, desk),
            Waiting::Silence(look) => {
                if self.cases.get(&operation).is_some_and(|case| case.looks == look) {
                    self.judge(operation, None, desk);
                }
            }
        }
    }

    /// What it was looking at is forgotten.
    fn crash(&mut self, _state_lost: bool) {
        self.cases.clear();
        self.timers.clear();
    }
}

#[cfg(test)]
mod tests;
