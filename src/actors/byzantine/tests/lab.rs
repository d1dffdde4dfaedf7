//! Four validators, of which validator 1 has a twin, and one client. Every message takes 10 ms. A
//! transcript has what the twins say, and what everybody delivers.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::*;
use crate::attestation::{Attestation, Signed};
use crate::kernel::LocalTime;
use crate::ordering::{
    Committee, HostedEffect, HostedSubmitter, Item, Peer, SubmitterEffect, TimerId,
};

const CLIENT: ProcessId = ProcessId(4);
const HOP: Span = Span::from_millis(10);

enum Event {
    Write(u32),
    Submit(ProcessId, Item),
    Packet(ProcessId, ProcessId, Arc<Carried>, Option<Face>),
    Timer(ProcessId, Face, TimerId),
}

pub(super) struct Lab {
    keys: KeyRing,
    now: LocalTime,
    replicas: Vec<Box<dyn HostedReplica>>,
    client: Box<dyn HostedSubmitter>,
    liar: Byzantine,
    draws: Draws,
    queue: BTreeMap<(LocalTime, u32), Event>,
    queued: u32,
    timers: BTreeMap<(ProcessId, Face, TimerId), (LocalTime, u32)>,
    log: String,
}

impl Lab {
    pub(super) fn new(ordering: &str) -> Self {
        let (keys, committee) = (KeyRing::modelled(1), Committee::new(4));
        let catalogue = Catalogue::bundled();
        let entry = catalogue.find(ordering).expect("it is bundled");
        let params = (entry.check)(&serde_json::Value::Null).expect("defaults are in range");
        let replica = |me: u16| {
            let seat = Seat { me, committee, signer: keys.signer(me.into()) };
            (entry.replica)(1, seat, &params)
        };
        let client = (entry.submitter)(committee, &keys, &params);
        Self {
            now: LocalTime(0),
            replicas: committee.members().map(replica).collect(),
            client,
            liar: Byzantine::new(LIAR, 4),
            draws: Draws::new(1),
            queue: BTreeMap::new(),
            queued: 0,
            timers: BTreeMap::new(),
            log: String::new(),
            keys,
        }
    }

    /// Three statements 100 ms apart; validator 1 turns before the first.
    pub(super) fn run(mut self) -> String {
        for node in (0..4).map(ProcessId) {
            self.call(node, Face::First, |replica, now, out| replica.start(now, out));
        }
        let accomplices = Arc::new(ProcessSet::new([LIAR]));
        let misdeed = Misdeed { behaviour: Behaviour::Equivocate, accomplices };
        let own = self.replicas[LIAR.index()].as_ref();
        self.liar.begin(0, misdeed, own, &mut self.draws);
        self.call(LIAR, Face::Second, |replica, now, out| replica.restart(now, true, out));
        for number in 0..3 {
            self.at(Span::from_millis(100) * u64::from(number), Event::Write(number));
        }
        while let Some(((at, _), event)) = self.queue.pop_first() {
            if at > LocalTime(1_000_000_000) {
                break;
            }
            self.now = at;
            self.happen(event);
        }
        self.log
    }

    fn at(&mut self, after: Span, event: Event) -> (LocalTime, u32) {
        self.queued += 1;
        let key = (self.now + after, self.queued);
        self.queue.insert(key, event);
        key
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Write(number) => self.write(number),
            Event::Submit(to, item) => {
                let face = if to == LIAR { self.liar.taker(&item.id()) } else { Face::First };
                self.call(to, face, |replica, now, out| replica.submit(now, item, out));
            }
            Event::Packet(from, CLIENT, carried, _) => {
                let mut asked = Vec::new();
                self.client.receive(self.now, from.0 as u16, &carried, &mut asked);
                self.obey_client(asked);
            }
            Event::Packet(from, to, carried, mark) => {
                let is_liar = to == LIAR;
                let face = if is_liar { self.liar.listener(from, mark) } else { Face::First };
                let peer = match from {
                    CLIENT => Peer::Submitter(CLIENT.0),
                    ProcessId(number) => Peer::Replica(number as u16),
                };
                self.call(to, face, |replica, now, out| replica.receive(now, peer, &carried, out));
            }
            Event::Timer(node, face, timer) => {
                self.timers.remove(&(node, face, timer));
                self.call(node, face, |replica, now, out| replica.timer(now, timer, out));
            }
        }
    }

    fn write(&mut self, number: u32) {
        let attestation = Attestation {
            written_at: self.now,
            data_len: 100,
            ..Attestation::plain(number, CLIENT.0)
        };
        let signed = Signed::new(attestation, &self.keys.signer(CLIENT.0));
        let item = Item { signed, attempt: 0 };
        let _ = writeln!(self.log, "{}  client writes {:?}", self.clock(), item);
        let mut asked = Vec::new();
        self.client.submit(self.now, &item, &mut asked);
        self.obey_client(asked);
        for to in (0..4).map(ProcessId) {
            self.at(HOP, Event::Submit(to, item.clone()));
        }
    }

    fn obey_client(&mut self, asked: Vec<SubmitterEffect>) {
        for effect in asked {
            let SubmitterEffect::Send { to, message } = effect else { continue };
            let receivers = to.map_or(0..4, |to| to..to + 1);
            for to in receivers {
                let to = ProcessId(to.into());
                self.at(HOP, Event::Packet(CLIENT, to, Arc::clone(&message), None));
            }
        }
    }

    fn call(
        &mut self,
        node: ProcessId,
        face: Face,
        call: impl FnOnce(&mut dyn HostedReplica, LocalTime, &mut Vec<HostedEffect>),
    ) {
        let replica = match face {
            Face::First => &mut self.replicas[node.index()],
            Face::Second | Face::Impostor => self.liar.second.as_mut().expect("it has a twin"),
        };
        let mut effects = Vec::new();
        call(replica.as_mut(), self.now, &mut effects);
        for effect in effects {
            self.obey(node, face, effect);
        }
    }

    fn obey(&mut self, node: ProcessId, face: Face, effect: HostedEffect) {
        match effect {
            HostedEffect::Send(Peer::Replica(to), carried) => {
                self.send(node, face, ProcessId(to.into()), carried);
            }
            HostedEffect::Send(Peer::Submitter(to), carried) => {
                self.send(node, face, ProcessId(to), carried);
            }
            HostedEffect::Broadcast(carried) => {
                for to in (0..4).map(ProcessId).filter(|to| *to != node) {
                    self.send(node, face, to, Arc::clone(&carried));
                }
            }
            HostedEffect::SetTimer(span, timer) => {
                self.cancel((node, face, timer));
                let key = self.at(span, Event::Timer(node, face, timer));
                self.timers.insert((node, face, timer), key);
            }
            HostedEffect::CancelTimer(timer) => self.cancel((node, face, timer)),
            HostedEffect::Deliver { item, .. } => {
                let who = self.name(node, face);
                let _ = writeln!(self.log, "{}  {who} delivers {item:?}", self.clock());
            }
            HostedEffect::Relayed(..)
            | HostedEffect::Propose(_)
            | HostedEffect::Certificate(_)
            | HostedEffect::Retract(_)
            | HostedEffect::Waits(_)
            | HostedEffect::Note(..) => {}
        }
    }

    fn cancel(&mut self, timer: (ProcessId, Face, TimerId)) {
        if let Some(key) = self.timers.remove(&timer) {
            self.queue.remove(&key);
        }
    }

    fn send(&mut self, node: ProcessId, face: Face, to: ProcessId, carried: Arc<Carried>) {
        if node != LIAR {
            self.at(HOP, Event::Packet(node, to, carried, None));
            return;
        }
        let (packet, fortune) = (Packet::Protocol(carried, None), Fortune::Protocol);
        let parcel = Parcel { to, packet, fortune, delay: Span::ZERO };
        let mut books = Books::default();
        for parcel in self.liar.say(face, parcel, &mut self.draws, &mut books) {
            let Packet::Protocol(carried, mark) = parcel.packet else { continue };
            let who = self.name(node, face);
            let _ = writeln!(self.log, "{}  {who} -> {}: {carried:?}", self.clock(), to.0);
            self.at(HOP, Event::Packet(node, to, carried, mark));
        }
    }

    fn name(&self, node: ProcessId, face: Face) -> String {
        match (node, face) {
            (LIAR, Face::First) => "1 (first)".to_owned(),
            (LIAR, Face::Second | Face::Impostor) => "1 (second)".to_owned(),
            (ProcessId(number), _) => number.to_string(),
        }
    }

    fn clock(&self) -> String {
        format!("{:>4}ms", self.now.0 / 1_000_000)
    }
}
