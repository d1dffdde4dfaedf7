//! A strategy behind an object: what actors host, whatever the strategy's own types are.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use super::contract::SubmitterAsk;
use super::steady::Steady;
use super::{
    Committee, Effect, Item, Out, Peer, Replica, Seat, Strategy, Submitter, SubmitterOut, TimerId,
    Work,
};
use crate::attestation::{Encode, Id, KeyRing};
use crate::kernel::{LocalTime, Span};

/// A strategy's message on its way: shared by all receivers, sized and priced once.
#[derive(Debug)]
pub struct Carried {
    /// Bytes on the wire.
    pub len: u32,
    /// Work before it is handled.
    pub work: Work,
    body: Box<dyn Body>,
}

trait Body: Any + Debug + Send + Sync {}
impl<T: Any + Debug + Send + Sync> Body for T {}

impl Carried {
    fn new<S: Strategy>(message: S::Message) -> Arc<Self> {
        Arc::new(Self {
            len: message.encoded_len(),
            work: S::work(&message),
            body: Box::new(message),
        })
    }

    fn open<S: Strategy>(&self) -> &S::Message {
        let body: &dyn Any = self.body.as_ref();
        body.downcast_ref().expect("one run has one strategy")
    }
}

/// What a hosted replica asks of its validator.
#[derive(Debug)]
pub enum HostedEffect {
    /// Send to one.
    Send(Peer, Arc<Carried>),
    /// Send to every other replica.
    Broadcast(Arc<Carried>),
    /// Call back later.
    SetTimer(Span, TimerId),
    /// Do not.
    CancelTimer(TimerId),
    /// Apply next.
    Deliver {
        /// What.
        item: Item,
        /// Whether it stays.
        is_final: bool,
        /// Whether it is of one batch with the last.
        joins: bool,
    },
    /// What was delivered stays.
    Certificate(Item),
    /// Undo what was applied last.
    Retract(Item),
    /// For the observers.
    Relayed(Item, u16),
    /// For the observers.
    Propose(Item),
    /// For the observers.
    Waits(Item),
    /// For the observers.
    Note(u16, i64),
}

/// A replica of any strategy, with what it persisted.
pub trait HostedReplica: Send {
    /// The run begins.
    fn start(&mut self, now: LocalTime, effects: &mut Vec<HostedEffect>);
    /// See [`Replica::submit`].
    fn submit(&mut self, now: LocalTime, item: Item, effects: &mut Vec<HostedEffect>);
    /// See [`Replica::receive`].
    fn receive(
        &mut self,
        now: LocalTime,
        from: Peer,
        message: &Carried,
        effects: &mut Vec<HostedEffect>,
    );
    /// See [`Replica::timer`].
    fn timer(&mut self, now: LocalTime, timer: TimerId, effects: &mut Vec<HostedEffect>);
    /// See [`Replica::hand_over`].
    fn hand_over(&mut self, now: LocalTime, leader: u16, effects: &mut Vec<HostedEffect>);
    /// See [`Replica::can_lead`].
    fn can_lead(&self) -> bool;
    /// See [`Replica::leader`].
    fn leader(&self) -> Option<u16>;
    /// Another instance, with a copy of what this one persisted. A restart brings it to life.
    fn another(&self) -> Box<dyn HostedReplica>;
    /// An instance that takes itself for the validator `number`, and has not its key. It begins
    /// with a start.
    fn impostor(&self, number: u16) -> Box<dyn HostedReplica>;
    /// Starts over after a crash, with or without what was persisted.
    fn restart(&mut self, now: LocalTime, state_kept: bool, effects: &mut Vec<HostedEffect>);
}

/// A submitter of any strategy.
pub trait HostedSubmitter: Send {
    /// See [`Submitter::submit`].
    fn submit(&mut self, now: LocalTime, item: &Item, effects: &mut Vec<SubmitterEffect>);
    /// See [`Submitter::receive`].
    fn receive(
        &mut self,
        now: LocalTime,
        from: u16,
        message: &Carried,
        effects: &mut Vec<SubmitterEffect>,
    );
    /// See [`Submitter::timer`].
    fn timer(&mut self, now: LocalTime, timer: TimerId, effects: &mut Vec<SubmitterEffect>);
    /// See [`Submitter::retire`].
    fn retire(&mut self, id: &Id);
}

/// What a hosted submitter asks of its client.
#[derive(Debug)]
pub enum SubmitterEffect {
    /// Send to one replica, or to all.
    Send {
        /// The receiver; `None` is every replica.
        to: Option<u16>,
        /// What is sent.
        message: Arc<Carried>,
    },
    /// Call back after this long by the client's clock; replaces a pending timer of that number.
    SetTimer(Span, TimerId),
    /// Do not.
    CancelTimer(TimerId),
}

/// Hosts a replica of `S`.
pub(super) fn replica<S: Strategy>(
    seed: u64,
    seat: Seat,
    params: S::Params,
) -> Box<dyn HostedReplica> {
    let out = Out::new(seed, seat.me);
    let replica = S::replica(seat.clone(), &params);
    let steady = Steady::new(S::READS_CLOCK);
    Box::new(Hosted::<S> { seat, params, replica, out, durable: None, steady })
}

/// Hosts a submitter of `S`.
pub(super) fn submitter<S: Strategy>(
    committee: Committee,
    keys: &KeyRing,
    params: &S::Params,
) -> Box<dyn HostedSubmitter> {
    let submitter = S::submitter(committee, keys, params);
    let steady = Steady::new(S::READS_CLOCK);
    Box::new(HostedClient::<S> { submitter, out: SubmitterOut::new(), steady })
}

struct Hosted<S: Strategy> {
    seat: Seat,
    params: S::Params,
    replica: S::Replica,
    out: Out<S>,
    durable: Option<S::Durable>,
    steady: Steady,
}

impl<S: Strategy> Hosted<S> {
    /// A fresh replica of the same strategy.
    fn seated(&self, seat: Seat, durable: Option<S::Durable>) -> Self {
        let replica = S::replica(seat.clone(), &self.params);
        let out = Out::new(self.out.seed(), seat.me);
        let steady = self.steady;
        Self { params: self.params.clone(), replica, out, durable, seat, steady }
    }

    fn collect(&mut self, effects: &mut Vec<HostedEffect>) {
        for effect in self.out.drain() {
            effects.push(match effect {
                Effect::Persist(durable) => {
                    self.durable = Some(durable);
                    continue;
                }
                Effect::Send(to, message) => HostedEffect::Send(to, Carried::new::<S>(message)),
                Effect::Broadcast(message) => HostedEffect::Broadcast(Carried::new::<S>(message)),
                Effect::SetTimer(span, timer) => HostedEffect::SetTimer(span, timer),
                Effect::CancelTimer(timer) => HostedEffect::CancelTimer(timer),
                Effect::Deliver { item, is_final, joins } => {
                    HostedEffect::Deliver { item, is_final, joins }
                }
                Effect::Certificate(item) => HostedEffect::Certificate(item),
                Effect::Retract(item) => HostedEffect::Retract(item),
                Effect::Relayed(item, from) => HostedEffect::Relayed(item, from),
                Effect::Propose(item) => HostedEffect::Propose(item),
                Effect::Waits(item) => HostedEffect::Waits(item),
                Effect::Note(note, value) => HostedEffect::Note(note, value),
            });
        }
    }
}

impl<S: Strategy> HostedReplica for Hosted<S> {
    fn start(&mut self, now: LocalTime, effects: &mut Vec<HostedEffect>) {
        self.replica.start(self.steady.read(now), &mut self.out);
        self.collect(effects);
    }

    fn submit(&mut self, now: LocalTime, item: Item, effects: &mut Vec<HostedEffect>) {
        self.replica.submit(self.steady.read(now), item, &mut self.out);
        self.collect(effects);
    }

    fn receive(
        &mut self,
        now: LocalTime,
        from: Peer,
        message: &Carried,
        effects: &mut Vec<HostedEffect>,
    ) {
        self.replica.receive(self.steady.read(now), from, message.open::<S>(), &mut self.out);
        self.collect(effects);
    }

    fn timer(&mut self, now: LocalTime, timer: TimerId, effects: &mut Vec<HostedEffect>) {
        self.replica.timer(self.steady.read(now), timer, &mut self.out);
        self.collect(effects);
    }

    fn hand_over(&mut self, now: LocalTime, leader: u16, effects: &mut Vec<HostedEffect>) {
        self.replica.hand_over(self.steady.read(now), leader, &mut self.out);
        self.collect(effects);
    }

    fn can_lead(&self) -> bool {
        self.replica.can_lead()
    }

    fn leader(&self) -> Option<u16> {
        self.replica.leader()
    }

    fn another(&self) -> Box<dyn HostedReplica> {
        Box::new(self.seated(self.seat.clone(), self.durable.clone()))
    }

    fn impostor(&self, number: u16) -> Box<dyn HostedReplica> {
        let signer = self.seat.signer.forger(number.into());
        Box::new(self.seated(Seat { me: number, signer, ..self.seat.clone() }, None))
    }

    fn restart(&mut self, now: LocalTime, state_kept: bool, effects: &mut Vec<HostedEffect>) {
        self.replica = S::replica(self.seat.clone(), &self.params);
        let durable = if state_kept { self.durable.clone() } else { None };
        self.durable.clone_from(&durable);
        self.replica.restart(self.steady.read(now), durable, &mut self.out);
        self.collect(effects);
    }
}

struct HostedClient<S: Strategy> {
    submitter: S::Submitter,
    out: SubmitterOut<S>,
    steady: Steady,
}

impl<S: Strategy> HostedClient<S> {
    fn collect(&mut self, effects: &mut Vec<SubmitterEffect>) {
        effects.extend(self.out.asks.drain(..).map(|ask| match ask {
            SubmitterAsk::Send(to, message) => {
                SubmitterEffect::Send { to, message: Carried::new::<S>(message) }
            }
            SubmitterAsk::SetTimer(span, timer) => SubmitterEffect::SetTimer(span, timer),
            SubmitterAsk::CancelTimer(timer) => SubmitterEffect::CancelTimer(timer),
        }));
    }
}

impl<S: Strategy> HostedSubmitter for HostedClient<S> {
    fn submit(&mut self, now: LocalTime, item: &Item, effects: &mut Vec<SubmitterEffect>) {
        self.submitter.submit(self.steady.read(now), item, &mut self.out);
        self.collect(effects);
    }

    fn receive(
        &mut self,
        now: LocalTime,
        from: u16,
        message: &Carried,
        effects: &mut Vec<SubmitterEffect>,
    ) {
        self.submitter.receive(self.steady.read(now), from, message.open::<S>(), &mut self.out);
        self.collect(effects);
    }

    fn timer(&mut self, now: LocalTime, timer: TimerId, effects: &mut Vec<SubmitterEffect>) {
        self.submitter.timer(self.steady.read(now), timer, &mut self.out);
        self.collect(effects);
    }

    fn retire(&mut self, id: &Id) {
        self.submitter.retire(id);
    }
}
