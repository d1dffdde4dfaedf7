//! Validators watch one another and the routers, and show a monitor how they stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Job, Validator};
use crate::actors::Packet;
use crate::actors::packet::Beat;
use crate::attestation::{Applied, Attestation, Verdict};
use crate::kernel::{LocalTime, ProcessId, Span, VirtualTime};
use crate::network::{Desk, Fortune};
use crate::ops::{Decided, Digest, Phi, Reading, Signs};
use crate::trace::Fact;

/// What validators watch, and whom they tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchSetting {
    /// From one beat to the next.
    pub every: Span,
    /// Validators.
    pub validators: u32,
    /// Routers are the processes after the validators, so many.
    pub routers: u32,
    /// Load groups, which take turns with the numbers of operations.
    pub groups: u32,
    /// Suspicion begins at this phi, in tenths.
    pub suspects: u32,
    /// What took longer since it was written came too late.
    pub objective: Span,
    /// Who is told of suspicions; `None` if nobody listens.
    pub tells: Option<ProcessId>,
}

/// What one validator knows of the others, and of itself.
pub(super) struct Watch {
    setting: WatchSetting,
    /// Of validators and routers, by process.
    peers: Vec<Peer>,
    /// What has come and is not applied, and when it came.
    open: BTreeMap<u32, VirtualTime>,
    applied: u64,
    late: u64,
    decided: Decided,
}

#[derive(Clone, Debug)]
struct Peer {
    phi: Phi,
    is_suspected: bool,
    /// How much it had applied at its last beat.
    applied: u64,
    /// Beats in a row that said otherwise of what was decided.
    differs: u8,
}

impl Peer {
    /// Validators beat, routers pass work on.
    fn all(setting: WatchSetting) -> Vec<Self> {
        let of = |process| {
            let is_router = process >= setting.validators;
            let phi = Phi::new(if is_router { Signs::Arrivals } else { Signs::Beats });
            Self { phi, is_suspected: false, applied: 0, differs: 0 }
        };
        (0..setting.validators + setting.routers).map(of).collect()
    }
}

/// More than this is not remembered: the oldest is looked at, not all.
const MOST_OPEN: usize = 1 << 20;

/// So many beats in a row must say otherwise before somebody is suspected for it.
const ROUNDS: u8 = 3;

/// A router is silent, not idle, only while another one is as lively as usual: below this phi.
const LIVELY: f64 = 1.0;

impl Watch {
    pub(super) fn new(setting: WatchSetting) -> Self {
        Self {
            setting,
            peers: Peer::all(setting),
            open: BTreeMap::new(),
            applied: 0,
            late: 0,
            decided: Decided::new(setting.groups),
        }
    }

    /// A router handed something on: it is alive, and this is open until it is applied.
    pub(super) fn came(&mut self, operation: u32, router: ProcessId, now: VirtualTime) {
        if let Some(peer) = self.peers.get_mut(router.index()) {
            peer.phi.hear(now, peer.is_suspected);
        }
        if self.open.len() < MOST_OPEN {
            self.open.entry(operation).or_insert(now);
        }
    }

    pub(super) fn is_done_with(&mut self, operation: u32) {
        self.open.remove(&operation);
    }

    pub(super) fn applied(&mut self, attestation: &Attestation, applied: &Applied, now: LocalTime) {
        let operation = attestation.operation.0;
        self.is_done_with(operation);
        if !applied.again {
            self.decided.decide(operation, applied.verdict as u8);
        }
        self.applied += 1;
        let took = now.since(attestation.written_at);
        self.late += u64::from(took > self.setting.objective);
    }

    /// It was turned away at the door, which is a verdict that others may not share.
    pub(super) fn refused(&mut self, operation: u32, verdict: Verdict) {
        self.is_done_with(operation);
        self.decided.decide(operation, verdict as u8);
    }

    pub(super) fn taken_back(&mut self, attestation: &Attestation) {
        self.decided.undo(attestation.operation.0);
    }

    /// Whether a peer that says this is suspected for it from now on, or not any more.
    fn compares(&mut self, from: ProcessId, said: Digest) -> Option<bool> {
        let own = self.decided.digest(said.block);
        let peer = self.peers.get_mut(from.index())?;
        if own.count != said.count {
            return None;
        }
        let before = peer.differs;
        peer.differs = if own.name == said.name { 0 } else { (before + 1).min(ROUNDS) };
        let (was, is) = (before == ROUNDS, peer.differs == ROUNDS);
        (was != is).then_some(is)
    }

    /// A beat is a sign of life if its sender has got on, or is not behind.
    fn heard(&mut self, from: ProcessId, applied: u64, now: VirtualTime) {
        let own = self.applied;
        let Some(peer) = self.peers.get_mut(from.index()) else { return };
        if applied != std::mem::replace(&mut peer.applied, applied) || applied >= own {
            peer.phi.hear(now, peer.is_suspected);
        }
    }

    /// Whom it suspects now, or not any more.
    fn changes(&mut self, me: ProcessId, now: VirtualTime) -> Vec<(ProcessId, u32)> {
        let values: Vec<f64> = self.peers.iter().map(|peer| peer.phi.value(now)).collect();
        let routers = self.setting.validators as usize..;
        let others_live = |place: usize| {
            let routers = values.iter().enumerate().skip(routers.start);
            routers.into_iter().any(|(other, phi)| other != place && *phi < LIVELY)
        };
        let bound = f64::from(self.setting.suspects) / 10.0;
        let mut changes = Vec::new();
        for (place, phi) in values.iter().enumerate().filter(|(place, _)| *place != me.index()) {
            let is_idle = place >= routers.start && !others_live(place);
            let peer = &mut self.peers[place];
            let is_suspected = *phi > bound && (peer.is_suspected || !is_idle);
            if std::mem::replace(&mut peer.is_suspected, is_suspected) != is_suspected {
                let phi = if is_suspected { (phi * 10.0).min(1e6) as u32 } else { 0 };
                changes.push((ProcessId(place as u32), phi));
            }
        }
        changes
    }

    fn oldest(&self, now: VirtualTime) -> Span {
        // Operations are numbered by intended send: the first are the oldest, but for retries.
        let oldest = self.open.values().take(64).min();
        oldest.map_or(Span::ZERO, |came| now.since(*came))
    }

    /// A restarted validator does not know what it had seen.
    fn restart(&mut self) {
        self.open.clear();
        self.decided.clear();
        self.peers = Peer::all(self.setting);
    }
}

impl Validator {
    pub(super) fn begin_watch(&mut self, desk: &mut Desk<'_, Packet>) {
        let Some(watch) = &mut self.watch else { return };
        watch.restart();
        let slot = self.jobs.put(Job::Watch);
        desk.timer(watch.setting.every, slot);
    }

    pub(super) fn look_around(&mut self, desk: &mut Desk<'_, Packet>) {
        let Some(watch) = &mut self.watch else { return };
        let changes = watch.changes(desk.me(), desk.now());
        changes.into_iter().for_each(|(process, phi)| self.suspect(process, phi, desk));
        let Some(watch) = &mut self.watch else { return };
        let decided = watch.decided.settled();
        let beat = Packet::Beat(Arc::new(Beat { applied: watch.applied, decided }));
        let me = desk.me();
        let others = (0..watch.setting.validators).map(ProcessId).filter(|to| *to != me);
        others.for_each(|to| desk.send(to, beat.clone(), Fortune::Protocol));
        let slot = self.jobs.put(Job::Watch);
        desk.timer(watch.setting.every, slot);
    }

    pub(super) fn heard_beat(&mut self, from: ProcessId, beat: &Beat, desk: &mut Desk<'_, Packet>) {
        let Some(watch) = &mut self.watch else { return };
        watch.heard(from, beat.applied, desk.now());
        let changed = beat.decided.and_then(|said| watch.compares(from, said));
        if let Some(differs) = changed {
            let phi = if differs { Fact::DIFFERS } else { 0 };
            self.suspect(from, phi, desk);
        }
    }

    fn suspect(&self, process: ProcessId, phi: u32, desk: &mut Desk<'_, Packet>) {
        desk.fact(Fact::Suspicion { process: process.0, phi });
        let tells = self.watch.as_ref().and_then(|watch| watch.setting.tells);
        if let Some(operators) = tells.filter(|_| phi > 0) {
            desk.send(operators, Packet::Suspect(process), Fortune::Protocol);
        }
    }

    pub(super) fn show_reading(&self, to: ProcessId, round: u32, desk: &mut Desk<'_, Packet>) {
        let Some(watch) = &self.watch else { return };
        let reading = Reading {
            passed: watch.applied,
            refused: 0,
            late: watch.late,
            waiting: watch.open.len() as u32,
            oldest: watch.oldest(desk.now()),
            leader: self.replica.leader(),
            can_lead: self.replica.can_lead(),
            decided: watch.decided.digests(),
            parts: Vec::new(),
        };
        desk.send(to, Packet::Reading(round, Arc::new(reading)), Fortune::Protocol);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> VirtualTime {
        VirtualTime::ZERO + Span::from_millis(millis)
    }

    fn watch() -> Watch {
        Watch::new(WatchSetting {
            every: Span::from_secs(1),
            validators: 3,
            routers: 2,
            groups: 1,
            suspects: 80,
            objective: Span::from_secs(5),
            tells: None,
        })
    }

    /// Suspects by process, second by second.
    fn suspects(mut signs: impl FnMut(&mut Watch, u64)) -> Vec<(u64, u32, bool)> {
        let mut watch = watch();
        let mut seen = Vec::new();
        for second in 0..60 {
            signs(&mut watch, second);
            let changes = watch.changes(ProcessId(0), at(second * 1_000 + 500));
            seen.extend(changes.into_iter().map(|(who, phi)| (second, who.0, phi > 0)));
        }
        seen
    }

    /// One operation in a quarter of a second from each of these routers.
    fn feed(watch: &mut Watch, second: u64, routers: &[u32]) {
        for (step, router) in (0..4).flat_map(|step| routers.iter().map(move |to| (step, to))) {
            let operation = (second * 8 + step * 2) as u32 + router;
            watch.came(operation, ProcessId(*router), at(second * 1_000 + step * 100));
            watch.applied += 1;
        }
    }

    #[test]
    fn a_router_is_suspected_when_it_alone_falls_silent() {
        let one_stops = suspects(|watch, second| {
            let stalls = (30..50).contains(&second);
            feed(watch, second, if stalls { &[3] } else { &[3, 4] });
        });
        assert_eq!(one_stops, [(37, 4, true), (50, 4, false)]);
        let load_ends = suspects(|watch, second| {
            if second < 30 {
                feed(watch, second, &[3, 4]);
            }
        });
        assert_eq!(load_ends, [], "nobody sends any more: that is no fault of routers");
    }

    #[test]
    fn a_validator_is_suspected_when_its_beats_stop_or_it_gets_no_further() {
        let seen = suspects(|watch, second| {
            watch.applied = second * 10;
            if second < 30 {
                watch.heard(ProcessId(1), second * 10, at(second * 1_000));
            }
            let stuck = second.min(30) * 10;
            watch.heard(ProcessId(2), stuck, at(second * 1_000));
        });
        assert_eq!(seen, [(34, 1, true), (35, 2, true)], "the second had still to catch up");
    }

    #[test]
    fn the_oldest_is_what_has_come_and_is_not_applied() {
        let mut watch = watch();
        (0..5).for_each(|number| watch.came(number, ProcessId(3), at(u64::from(number) * 1_000)));
        watch.is_done_with(0);
        assert_eq!(watch.oldest(at(9_000)), Span::from_secs(8));
        (1..5).for_each(|number| watch.is_done_with(number));
        assert_eq!(watch.oldest(at(9_000)), Span::ZERO);
    }

    /// Three beats in a row, and only about what both decided on as much of.
    #[test]
    fn who_decides_otherwise_is_suspected_after_three_beats() {
        let mut watch = watch();
        (0..800).for_each(|number| watch.decided.decide(number, 0));
        let own = watch.decided.settled().expect("there is much");
        let other = Digest { name: own.name ^ 1, ..own };
        let behind = Digest { count: own.count - 1, ..other };
        let said = [other, behind, other, other, other, own, other];
        let heard = said.map(|digest| watch.compares(ProcessId(1), digest));
        assert_eq!(heard, [None, None, None, Some(true), None, Some(false), None]);
    }
}
