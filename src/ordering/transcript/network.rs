//! A few replicas and the clients of a few attesters, with all that is on its way between them.
//! Whoever drives it decides what arrives, when, and who crashes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::faces::Face;
use super::names::Names;
use crate::attestation::{Id, KeyRing};
use crate::kernel::{LocalTime, Span};
use crate::ordering::contract::SubmitterAsk;
use crate::ordering::{
    Committee, Effect, Item, Out, Peer, Replica, Seat, Strategy, Submitter, SubmitterOut, TimerId,
};

/// How long each copy of a message takes from one to another; no copy, and it is lost.
pub(super) type Post = Box<dyn FnMut(Span, Peer, Peer) -> Vec<Span>>;

pub(super) struct Network<S: Strategy> {
    pub(super) names: Names,
    pub(super) nodes: Vec<Node<S>>,
    pub(super) flight: Vec<Packet<S>>,
    pub(super) now: Span,
    pub(super) params: S::Params,
    keys: KeyRing,
    clients: BTreeMap<u32, Client<S>>,
    post: Post,
    sent: u64,
    log: Option<String>,
}

/// A validator: a replica, what it persisted, and a registry that only knows references.
pub(super) struct Node<S: Strategy> {
    pub(super) up: bool,
    /// Nodes of another side are out of reach.
    pub(super) side: u8,
    /// How far its clock is ahead, in nanoseconds.
    pub(super) skew: i64,
    /// What it did, one list per life; a life ends when its state is lost.
    pub(super) lives: Vec<Vec<Deed>>,
    /// What routers brought since it came up last, each once.
    pub(super) received: Vec<Id>,
    pub(super) accepted: BTreeMap<Id, ()>,
    pub(super) seat: Seat,
    pub(super) replica: S::Replica,
    pub(super) durable: Option<S::Durable>,
    pub(super) timers: BTreeMap<TimerId, Span>,
    pub(super) hidden: Option<Box<Face<S>>>,
    out: Out<S>,
}

/// What observers see of a replica.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Delivered { item: Item, is_final: bool, joins: bool },
    Certified(Item),
    Retracted(Item),
}

struct Client<S: Strategy> {
    submitter: S::Submitter,
    out: SubmitterOut<S>,
    timers: BTreeMap<TimerId, Span>,
}

/// Something on its way.
pub(super) struct Packet<S: Strategy> {
    pub(super) from: Peer,
    pub(super) to: Peer,
    pub(super) load: Load<S>,
    due: Span,
    serial: u64,
}

pub(super) enum Load<S: Strategy> {
    Message(Arc<S::Message>),
    Item(Item),
}

impl<S: Strategy> Clone for Load<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Message(message) => Self::Message(message.clone()),
            Self::Item(item) => Self::Item(item.clone()),
        }
    }
}

impl<S: Strategy> Network<S> {
    pub(super) fn new(size: u32, seed: u64, params: S::Params, post: Post, written: bool) -> Self {
        let (committee, keys) = (Committee::new(size), KeyRing::modelled(seed));
        let node = |me: u16| {
            let seat = Seat { me, committee, signer: keys.signer(me.into()) };
            Node {
                up: true,
                side: 0,
                skew: 0,
                lives: vec![Vec::new()],
                received: Vec::new(),
                accepted: BTreeMap::new(),
                replica: S::replica(seat.clone(), &params),
                seat,
                durable: None,
                timers: BTreeMap::new(),
                hidden: None,
                out: Out::new(seed, me),
            }
        };
        let nodes = committee.members().map(node).collect();
        Self {
            names: Names::new(keys.clone()),
            nodes,
            flight: Vec::new(),
            now: Span::ZERO,
            params,
            keys,
            clients: BTreeMap::new(),
            post,
            sent: 0,
            log: written.then(String::new),
        }
    }

    /// What was written since the last call.
    pub(super) fn take_log(&mut self) -> String {
        self.log.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Every replica begins.
    pub(super) fn start(&mut self) {
        for node in 0..self.nodes.len() {
            self.call(node, |replica, now, out| replica.start(now, out));
        }
    }

    /// The attester's client hands `item` to its router.
    pub(super) fn hand_in(&mut self, item: &Item) {
        let attester = item.signed.attestation.attester.0;
        self.ask(attester, |submitter, now, out| submitter.submit(now, item, out));
    }

    /// A router's copy of `item` reaches a validator.
    pub(super) fn submit(&mut self, node: usize, item: Item) {
        if !self.nodes[node].up {
            return self.note(|names| format!("{node} is down, {} is lost", names.name(&item)));
        }
        if self.nodes[node].accepted.contains_key(&item.id()) {
            return self.note(|names| format!("{node} has {} already", names.name(&item)));
        }
        self.note(|names| format!("{node} takes {}", names.name(&item)));
        self.receipt(node, item.id());
        self.call(node, |replica, now, out| replica.submit(now, item, out));
    }

    fn receipt(&mut self, node: usize, id: Id) {
        let received = &mut self.nodes[node].received;
        if !received.contains(&id) {
            received.push(id);
        }
    }

    /// Puts a router's copy of `item` on its way to one validator, or to every one.
    pub(super) fn route(&mut self, item: &Item, to: Option<u16>) {
        let from = Peer::Submitter(item.signed.attestation.attester.0);
        let all = 0..self.nodes.len() as u16;
        for to in all.filter(|node| to.is_none_or(|to| to == *node)) {
            self.send(from, Peer::Replica(to), &Load::Item(item.clone()));
        }
    }

    /// What is on its way arrives, unless it cannot.
    pub(super) fn arrive(&mut self, packet: Packet<S>) {
        let Packet { from, to, load, .. } = packet;
        if !self.reaches(from, to) {
            return self.note(|_| format!("{} -> {} is lost", peer(from), peer(to)));
        }
        match (load, to) {
            (Load::Item(item), Peer::Replica(node)) => self.submit(node.into(), item),
            (Load::Message(message), Peer::Replica(node)) => {
                self.note(|_| format!("{node} <- {} {}", peer(from), kind(&*message)));
                self.call(node.into(), |replica, now, out| {
                    replica.receive(now, from, &message, out);
                });
            }
            (Load::Message(message), Peer::Submitter(client)) => {
                let Peer::Replica(sender) = from else { return };
                self.note(|_| format!("{} <- {sender} {}", peer(to), kind(&*message)));
                self.ask(client, |submitter, now, out| {
                    submitter.receive(now, sender, &message, out);
                });
            }
            (Load::Item(_), Peer::Submitter(_)) => {}
        }
    }

    /// Lets time pass: timers fire and, if `arriving`, messages arrive when they are due.
    pub(super) fn run(&mut self, span: Span, arriving: bool) {
        let end = self.now + span;
        while let Some((due, next)) = self.next(arriving).filter(|(due, _)| *due <= end) {
            self.now = self.now.max(due);
            match next {
                Next::Timer(node, timer) => {
                    self.nodes[node].timers.remove(&timer);
                    self.note(|_| format!("{node} timer {}", timer.0));
                    self.call(node, |replica, now, out| replica.timer(now, timer, out));
                }
                Next::ClientTimer(client, timer) => {
                    self.client(client).timers.remove(&timer);
                    self.note(|_| format!("{} timer {}", letter(client), timer.0));
                    self.ask(client, |submitter, now, out| submitter.timer(now, timer, out));
                }
                Next::Packet(at) => {
                    let packet = self.flight.remove(at);
                    self.arrive(packet);
                }
            }
        }
        self.now = end;
    }

    pub(super) fn crash(&mut self, node: usize) {
        self.nodes[node].up = false;
        self.nodes[node].timers.clear();
    }

    pub(super) fn restart(&mut self, node: usize, kept: bool) {
        let fallen = &mut self.nodes[node];
        fallen.up = true;
        fallen.received.clear();
        fallen.replica = S::replica(fallen.seat.clone(), &self.params);
        if !kept {
            fallen.durable = None;
            fallen.accepted.clear();
            fallen.lives.push(Vec::new());
        }
        let durable = fallen.durable.clone();
        self.call(node, |replica, now, out| replica.restart(now, durable, out));
    }

    /// Every replica that is up is told that `to` is to lead.
    pub(super) fn hand_over(&mut self, to: u16) {
        for node in 0..self.nodes.len() {
            if self.nodes[node].up {
                self.call(node, |replica, now, out| replica.hand_over(now, to, out));
            }
        }
    }

    /// Whether the registry of `node` accepted what has that id.
    pub(super) fn accepted(&self, node: usize, id: Id) -> bool {
        self.nodes[node].accepted.contains_key(&id)
    }

    /// Writes a line of the transcript, if one is kept.
    pub(super) fn note(&mut self, line: impl FnOnce(&Names) -> String) {
        if let Some(log) = &mut self.log {
            let line = line(&self.names);
            writeln!(log, "{line}").expect("text can be written");
        }
    }

    fn reaches(&self, from: Peer, to: Peer) -> bool {
        let side = |peer| match peer {
            Peer::Replica(node) => Some(self.nodes[usize::from(node)].side),
            Peer::Submitter(_) => None,
        };
        let up = |peer| match peer {
            Peer::Replica(node) => self.nodes[usize::from(node)].up,
            Peer::Submitter(_) => true,
        };
        up(to) && (side(from) == side(to) || side(from).is_none() || side(to).is_none())
    }

    fn next(&self, arriving: bool) -> Option<(Span, Next)> {
        let timers = self.nodes.iter().enumerate().flat_map(|(node, state)| {
            state.timers.iter().map(move |(id, due)| (*due, 0, Next::Timer(node, *id)))
        });
        let clients = self.clients.iter().flat_map(|(client, state)| {
            state.timers.iter().map(move |(id, due)| (*due, 0, Next::ClientTimer(*client, *id)))
        });
        let packets = self.flight.iter().enumerate().filter(|_| arriving);
        let packets = packets.map(|(at, packet)| (packet.due, packet.serial, Next::Packet(at)));
        timers.chain(clients).chain(packets).min().map(|(due, _, next)| (due, next))
    }

    fn client(&mut self, client: u32) -> &mut Client<S> {
        let make = || {
            let committee = self.nodes[0].seat.committee;
            Client {
                submitter: S::submitter(committee, &self.keys, &self.params),
                out: SubmitterOut::new(),
                timers: BTreeMap::new(),
            }
        };
        self.clients.entry(client).or_insert_with(make)
    }

    fn ask(
        &mut self,
        number: u32,
        call: impl FnOnce(&mut S::Submitter, LocalTime, &mut SubmitterOut<S>),
    ) {
        let now = LocalTime(0) + self.now;
        let client = self.client(number);
        call(&mut client.submitter, now, &mut client.out);
        let asks: Vec<SubmitterAsk<S>> = client.out.asks.drain(..).collect();
        for ask in asks {
            match ask {
                SubmitterAsk::Send(to, message) => {
                    self.post(Peer::Submitter(number), to.map(Peer::Replica), message);
                }
                SubmitterAsk::SetTimer(span, timer) => {
                    let due = self.now + span.max(Span::TICK);
                    self.client(number).timers.insert(timer, due);
                }
                SubmitterAsk::CancelTimer(timer) => {
                    self.client(number).timers.remove(&timer);
                }
            }
        }
    }

    pub(super) fn call(
        &mut self,
        number: usize,
        call: impl FnOnce(&mut S::Replica, LocalTime, &mut Out<S>),
    ) {
        let node = &mut self.nodes[number];
        let now = LocalTime((LocalTime(0) + self.now).0 + node.skew);
        call(&mut node.replica, now, &mut node.out);
        let effects: Vec<Effect<S>> = node.out.drain().collect();
        for effect in effects {
            self.take(number, effect);
        }
    }

    fn take(&mut self, number: usize, effect: Effect<S>) {
        let from = Peer::Replica(number as u16);
        match effect {
            Effect::Send(to, message) => self.post(from, Some(to), message),
            Effect::Broadcast(message) => self.post(from, None, message),
            Effect::SetTimer(span, timer) => {
                let due = self.now + span.max(Span::TICK);
                self.nodes[number].timers.insert(timer, due);
                self.note(|_| format!("{number} sets timer {} in {span}", timer.0));
            }
            Effect::CancelTimer(timer) => {
                if self.nodes[number].timers.remove(&timer).is_some() {
                    self.note(|_| format!("{number} cancels timer {}", timer.0));
                }
            }
            Effect::Persist(durable) => self.nodes[number].durable = Some(durable),
            Effect::Deliver { item, is_final, joins } => {
                self.deliver(number, item, (is_final, joins));
            }
            Effect::Certificate(item) => {
                self.note(|names| format!("{number} certifies {}", names.name(&item)));
                self.record(number, Deed::Certified(item));
            }
            Effect::Retract(item) => {
                self.note(|names| format!("{number} retracts {}", names.name(&item)));
                self.nodes[number].accepted.remove(&item.id());
                self.record(number, Deed::Retracted(item));
            }
            Effect::Relayed(item, _) => self.receipt(number, item.id()),
            Effect::Propose(_) => {}
            Effect::Waits(item) => {
                self.note(|names| format!("{number} holds {}", names.name(&item)));
            }
            Effect::Note(note, value) => {
                let name = S::NOTES[usize::from(note)];
                self.note(|_| format!("{number} notes {name} = {value}"));
            }
        }
    }

    /// The registry accepts what refers to nothing, or to something it accepted.
    fn deliver(&mut self, number: usize, item: Item, (is_final, joins): (bool, bool)) {
        let accepted = &mut self.nodes[number].accepted;
        let reference = item.signed.attestation.action.reference();
        let good = reference.is_none_or(|id| accepted.contains_key(&id));
        if good {
            accepted.insert(item.id(), ());
        }
        self.note(|names| {
            let how = match (is_final, joins) {
                (false, _) => " for now",
                (true, false) => "",
                (true, true) => " in the same batch",
            };
            let verdict = if good { "" } else { ", refused: NotFound" };
            format!("{number} delivers {}{how}{verdict}", names.name(&item))
        });
        self.record(number, Deed::Delivered { item, is_final, joins });
    }

    fn record(&mut self, number: usize, deed: Deed) {
        self.nodes[number].lives.last_mut().expect("a node has a life").push(deed);
    }

    fn post(&mut self, from: Peer, to: Option<Peer>, message: S::Message) {
        self.note(|names| {
            let to = to.map_or("all".to_owned(), peer);
            names.legible(&format!("{} -> {to} {message:?}", peer(from)))
        });
        let load = Load::Message(Arc::new(message));
        match to {
            Some(to) => self.send(from, to, &load),
            None => {
                let all = (0..self.nodes.len() as u16).map(Peer::Replica);
                all.filter(|to| *to != from).for_each(|to| self.send(from, to, &load));
            }
        }
    }

    fn send(&mut self, from: Peer, to: Peer, load: &Load<S>) {
        for delay in (self.post)(self.now, from, to) {
            self.sent += 1;
            let due = self.now + delay;
            self.flight.push(Packet { from, to, load: load.clone(), due, serial: self.sent });
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Timer(usize, TimerId),
    ClientTimer(u32, TimerId),
    Packet(usize),
}

impl<S: Strategy> Packet<S> {
    /// The same once more.
    pub(super) fn copy(&self) -> Self {
        Self { load: self.load.clone(), ..*self }
    }
}

/// A message's variant.
fn kind(message: &impl std::fmt::Debug) -> String {
    let text = format!("{message:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

fn peer(peer: Peer) -> String {
    match peer {
        Peer::Replica(number) => number.to_string(),
        Peer::Submitter(client) => letter(client),
    }
}

fn letter(client: u32) -> String {
    char::from_u32(u32::from('a') + client % 1_000).unwrap_or('?').to_string()
}
