//! A validator that has turned: its instances, and the way out that everything it says takes.

use super::{Job, Validator};
use crate::actors::Packet;
use crate::actors::byzantine::{Books, Byzantine, Parcel};
use crate::actors::packet::Face;
use crate::kernel::{LocalTime, ProcessId, Span};
use crate::network::{Behaviour, Desk, Fortune, Misdeed};
use crate::ordering::{HostedEffect, HostedReplica};
use crate::trace::{Fact, FateKind};

impl Validator {
    /// Lets one instance handle something, and does what it asks for.
    pub(super) fn call(
        &mut self,
        face: Face,
        desk: &mut Desk<'_, Packet>,
        call: impl FnOnce(&mut dyn HostedReplica, LocalTime, &mut Vec<HostedEffect>),
    ) {
        let replica = match (face, &mut self.byzantine) {
            (Face::First, _) => Some(&mut self.replica),
            (Face::Second, Some(byzantine)) => byzantine.second.as_mut(),
            (Face::Impostor, Some(byzantine)) => byzantine.impostor.as_mut(),
            (Face::Second | Face::Impostor, None) => None,
        };
        let Some(replica) = replica else { return };
        call(replica.as_mut(), desk.local_now(), &mut self.effects);
        self.obey(face, desk);
    }

    /// Sends a packet, or what misdeeds make of it.
    pub(super) fn say(
        &mut self,
        face: Face,
        (to, packet): (ProcessId, Packet),
        fortune: Fortune,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(byzantine) = &mut self.byzantine else { return desk.send(to, packet, fortune) };
        let parcel = Parcel { to, packet, fortune, delay: Span::ZERO };
        let mut books = Books::at(desk.now());
        let parcels = byzantine.say(face, parcel, desk.draws(), &mut books);
        enter(books, desk);
        parcels.into_iter().for_each(|parcel| self.post(parcel, desk));
    }

    /// Sends what was kept back long enough.
    pub(super) fn post(&mut self, parcel: Parcel, desk: &mut Desk<'_, Packet>) {
        let Parcel { to, packet, fortune, delay } = parcel;
        if delay == Span::ZERO {
            return desk.send(to, packet, fortune);
        }
        let parcel = Parcel { to, packet, fortune, delay: Span::ZERO };
        let slot = self.jobs.put(Job::Post(Box::new(parcel)));
        desk.timer(delay, slot);
    }

    /// Whether a packet is heard at all. What comes of others may be said again.
    pub(super) fn hears(
        &mut self,
        from: ProcessId,
        packet: &Packet,
        desk: &mut Desk<'_, Packet>,
    ) -> bool {
        let Some(byzantine) = &mut self.byzantine else { return true };
        let attester = match packet {
            Packet::Handed(handed) => ProcessId(handed.item.signed.attestation.attester.0),
            Packet::Protocol(carried, _) => {
                byzantine.overheard(carried);
                from
            }
            _ => return true,
        };
        if attester.0 < self.setting.validators {
            return true;
        }
        let mut books = Books::at(desk.now());
        let hears = byzantine.hears(attester, desk.draws(), &mut books);
        enter(books, desk);
        hears
    }

    pub(super) fn begin_misdeed(&mut self, rule: u16, deed: Misdeed, desk: &mut Desk<'_, Packet>) {
        let behaviour = deed.behaviour;
        let new = || Box::new(Byzantine::new(desk.me(), self.setting.validators));
        let byzantine = self.byzantine.get_or_insert_with(new);
        byzantine.begin(rule, deed, self.replica.as_ref(), desk.draws());
        if !self.is_up {
            return;
        }
        match behaviour {
            Behaviour::Equivocate => {
                self.call(Face::Second, desk, |replica, now, out| replica.restart(now, true, out));
            }
            Behaviour::Forge(_) => {
                self.call(Face::Impostor, desk, |replica, now, out| replica.start(now, out));
            }
            Behaviour::Amnesia(every) => self.expect_relapse(rule, every, desk),
            Behaviour::Withhold { .. }
            | Behaviour::Replay(_)
            | Behaviour::Censor(_)
            | Behaviour::Shuffle(_)
            | Behaviour::Hold(_) => {}
        }
    }

    pub(super) fn end_misdeed(&mut self, rule: u16, desk: &mut Desk<'_, Packet>) {
        let Some(byzantine) = &mut self.byzantine else { return };
        let kept = byzantine.end(rule);
        let gone = (byzantine.second.is_none(), byzantine.impostor.is_none());
        self.timers.retain(|(face, _), _| match face {
            Face::First => true,
            Face::Second => !gone.0,
            Face::Impostor => !gone.1,
        });
        if byzantine.is_idle() {
            self.byzantine = None;
        }
        if self.is_up {
            kept.into_iter().for_each(|parcel| self.post(parcel, desk));
        }
    }

    /// The other instances come back with the validator.
    pub(super) fn restart_misdeeds(&mut self, state_kept: bool, desk: &mut Desk<'_, Packet>) {
        let amnesias = self.byzantine.as_ref().map(|byzantine| byzantine.amnesias());
        self.call(Face::Second, desk, |replica, now, out| replica.restart(now, state_kept, out));
        self.call(Face::Impostor, desk, |replica, now, out| replica.restart(now, false, out));
        for (rule, every) in amnesias.into_iter().flatten() {
            self.expect_relapse(rule, every, desk);
        }
    }

    fn expect_relapse(&mut self, rule: u16, every: Span, desk: &mut Desk<'_, Packet>) {
        let slot = self.jobs.put(Job::Relapse(rule, every));
        desk.timer(every, slot);
    }

    /// Goes back to what was on disk when the rule began.
    pub(super) fn relapse(&mut self, rule: u16, every: Span, desk: &mut Desk<'_, Packet>) {
        let stale = self.byzantine.as_ref().and_then(|byzantine| byzantine.relapse(rule));
        let Some(stale) = stale else { return };
        let me = desk.me();
        let mut books = Books::at(desk.now());
        books.met.push((rule, FateKind::Forgotten));
        books.wronged.push((rule, FateKind::Forgotten, me, Span::ZERO));
        enter(books, desk);
        self.replica = stale;
        self.timers.retain(|(face, _), _| *face != Face::First);
        self.call(Face::First, desk, |replica, now, out| replica.restart(now, true, out));
        self.expect_relapse(rule, every, desk);
    }
}

/// Tells the observers what was done.
fn enter(books: Books, desk: &mut Desk<'_, Packet>) {
    for (rule, kind) in books.met {
        desk.met(rule, kind);
    }
    for (rule, kind, to, by) in books.wronged {
        desk.fact(Fact::Fate { rule, kind, to: to.0, by });
    }
}
