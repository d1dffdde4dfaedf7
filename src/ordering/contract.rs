//! The contract of a strategy.

use std::fmt::Debug;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Committee, Guarantees, Item, Liveness};
use crate::attestation::{Encode, Id, KeyRing, Signer};
use crate::kernel::{Draws, LocalTime, Luck, Purpose, Span};

/// An ordering strategy: its name, its parameters, its promises and its two halves.
pub trait Strategy: Sized + Send + Sync + 'static {
    /// The field's name for it, `kebab-case`.
    const NAME: &'static str;
    /// One line for listings.
    const SUMMARY: &'static str;
    /// What `[parameters.ordering.<name>]` may set.
    type Params: Default + Clone + Serialize + DeserializeOwned + JsonSchema + Send + Sync;
    /// What replicas and submitters send one another. Its encoding is what the network carries.
    type Message: Encode + Debug + Send + Sync + 'static;
    /// What survives a crash that keeps state.
    type Durable: Clone + Send + 'static;
    /// The validator's half.
    type Replica: Replica<Self>;
    /// The client's half; [`NoSubmitter`] where a client only hands in and waits.
    type Submitter: Submitter<Self>;

    /// What is wrong with `params`, if anything: `timeout = 0s: must be at least 1ms`.
    fn check(_params: &Self::Params) -> Result<(), String> {
        Ok(())
    }

    /// What it owes, and what it assumes, with this committee.
    fn guarantees(committee: &Committee, params: &Self::Params) -> Guarantees;

    /// When it comes through after trouble.
    ///
    /// # Errors
    /// Why no time can be stated, in words that go on after "it states no time, for".
    fn liveness(_committee: &Committee, _params: &Self::Params) -> Result<Liveness, &'static str> {
        Err("nothing was written down")
    }

    /// While Byzantine validators keep back what they like: how long after one correct validator
    /// all that are up have delivered something, if no message is lost. What is lacking when a run
    /// ends is missing if it had that long, and late if not.
    fn spread(_committee: &Committee, _params: &Self::Params) -> Span {
        Span::ZERO
    }

    /// Work before a message is handled; includes the signature of an answer to it, if any.
    fn work(message: &Self::Message) -> Work;

    /// A replica in its initial state.
    fn replica(seat: Seat, params: &Self::Params) -> Self::Replica;

    /// A client's half in its initial state; `keys` verifies what replicas sign.
    fn submitter(committee: Committee, keys: &KeyRing, params: &Self::Params) -> Self::Submitter;

    /// The validator that a selector `leader` or `sequencer` names at the start of a run.
    fn first_leader(_committee: &Committee) -> Option<u16> {
        None
    }

    /// Whether it reads the time of day off its clock. Else it is told how much time has passed,
    /// and a clock that is set back goes on where it was.
    const READS_CLOCK: bool = false;

    /// Names of the numbers given to [`Out::note`].
    const NOTES: &'static [&'static str] = &[];
}

/// The validator's half. All calls are pure: same state, same arguments, same effects.
pub trait Replica<S: Strategy>: Send {
    /// The run begins. Not called after a crash.
    fn start(&mut self, _now: LocalTime, _out: &mut Out<S>) {}

    /// A router hands in an attestation whose signature is genuine. The same one may come again
    /// with a higher attempt, when its client tries again, and twice with the same attempt.
    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<S>);

    /// A message of another replica, or of a submitter.
    fn receive(&mut self, now: LocalTime, from: Peer, message: &S::Message, out: &mut Out<S>);

    /// A timer set before and not cancelled.
    fn timer(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<S>);

    /// First call to a fresh replica after a crash, with what it persisted last; `None` if it
    /// never persisted or the state was lost. What it delivered before the crash is in its
    /// registry if state was kept, and is not delivered again by whoever asks.
    fn restart(&mut self, now: LocalTime, durable: Option<S::Durable>, out: &mut Out<S>);

    /// An operator wants `leader` to lead from now on; every replica is told. Whoever says
    /// nothing in [`Self::leader`] need not do anything.
    fn hand_over(&mut self, _now: LocalTime, _leader: u16, _out: &mut Out<S>) {}

    /// Whether it could lead. Operators see that before they hand over, if they look.
    fn can_lead(&self) -> bool {
        true
    }

    /// Whom it follows now, itself if it leads; `None` where nobody leads for longer than a round.
    fn leader(&self) -> Option<u16> {
        None
    }
}

/// The client's half: what a client does beyond handing its attestation to a router.
pub trait Submitter<S: Strategy>: Send {
    /// The client hands `item` to its router now.
    fn submit(&mut self, now: LocalTime, item: &Item, out: &mut SubmitterOut<S>);

    /// A replica answered.
    fn receive(
        &mut self,
        now: LocalTime,
        from: u16,
        message: &S::Message,
        out: &mut SubmitterOut<S>,
    );

    /// A timer set before and not cancelled.
    fn timer(&mut self, _now: LocalTime, _timer: TimerId, _out: &mut SubmitterOut<S>) {}

    /// The client needs this item no more.
    fn retire(&mut self, id: &Id);
}

/// The half of a client that only hands in and waits.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSubmitter;

impl<S: Strategy> Submitter<S> for NoSubmitter {
    fn submit(&mut self, _: LocalTime, _: &Item, _: &mut SubmitterOut<S>) {}
    fn receive(&mut self, _: LocalTime, _: u16, _: &S::Message, _: &mut SubmitterOut<S>) {}
    fn retire(&mut self, _: &Id) {}
}

/// Who sent a message to a replica, or gets one from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// A validator by its number.
    Replica(u16),
    /// An attester's client by its number.
    Submitter(u32),
}

/// A timer by a number that the strategy chooses; setting it again moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimerId(pub u64);

/// Virtual CPU that a message costs, in kinds of work; the scenario says what each costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Signatures to verify.
    pub verify: u32,
    /// Signatures to make.
    pub sign: u32,
}

impl Work {
    /// No work beyond receiving.
    pub const NONE: Self = Self { verify: 0, sign: 0 };

    /// So many signatures to verify.
    pub const fn verify(verify: u32) -> Self {
        Self { verify, sign: 0 }
    }

    /// And one to make for the answer.
    pub const fn and_sign(self) -> Self {
        Self { sign: self.sign + 1, ..self }
    }
}

/// A replica's place: who it is among whom, with its key.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Its number.
    pub me: u16,
    /// All of them.
    pub committee: Committee,
    /// Signs as this validator; its ring verifies everybody. Validators sign under their
    /// process number, which is their number here.
    pub signer: Signer,
}

/// One thing a replica asks for.
#[derive(Debug)]
pub enum Effect<S: Strategy> {
    /// Send to one.
    Send(Peer, S::Message),
    /// Send to every other replica.
    Broadcast(S::Message),
    /// Call back after this long by the replica's clock.
    SetTimer(Span, TimerId),
    /// Do not.
    CancelTimer(TimerId),
    /// Keep this for after a crash, instead of what was kept before.
    Persist(S::Durable),
    /// Next in this replica's order.
    Deliver {
        /// What.
        item: Item,
        /// Whether it stays.
        is_final: bool,
        /// Whether it is of one batch with the last: no order between them is promised.
        joins: bool,
    },
    /// A quorum stands behind what was delivered before: from now on it stays.
    Certificate(Item),
    /// What was delivered last, and not retracted, is undone.
    Retract(Item),
    /// It first came from that replica, not from a router; for the observers.
    Relayed(Item, u16),
    /// It is in a block of this replica's own now, and on its way to be ordered; for the observers.
    Propose(Item),
    /// This item cannot be delivered before something else has come; for the observers.
    Waits(Item),
    /// A number to be seen as a curve: which of [`Strategy::NOTES`], and its value.
    Note(u16, i64),
}

/// What a replica asks for while it handles one call, in order; and its luck.
pub struct Out<S: Strategy> {
    effects: Vec<Effect<S>>,
    draws: Draws,
    entity: u64,
    next_draw: u64,
}

impl<S: Strategy> Out<S> {
    /// An empty one for the replica with that number.
    pub fn new(seed: u64, replica: u16) -> Self {
        Self { effects: Vec::new(), draws: Draws::new(seed), entity: replica.into(), next_draw: 0 }
    }

    /// Sends `message` to one peer.
    pub fn send(&mut self, to: Peer, message: S::Message) {
        self.effects.push(Effect::Send(to, message));
    }

    /// Sends `message` to every other replica, not to oneself.
    pub fn broadcast(&mut self, message: S::Message) {
        self.effects.push(Effect::Broadcast(message));
    }

    /// Asks for [`Replica::timer`] after `span` by one's own clock; replaces a pending one.
    pub fn set_timer(&mut self, span: Span, timer: TimerId) {
        self.effects.push(Effect::SetTimer(span, timer));
    }

    /// Takes back a timer.
    pub fn cancel_timer(&mut self, timer: TimerId) {
        self.effects.push(Effect::CancelTimer(timer));
    }

    /// Keeps `durable` for after a crash, instead of what was kept before.
    pub fn persist(&mut self, durable: S::Durable) {
        self.effects.push(Effect::Persist(durable));
    }

    /// Delivers `item` as final: the strategy says that it stays.
    pub fn deliver(&mut self, item: Item) {
        self.effects.push(Effect::Deliver { item, is_final: true, joins: false });
    }

    /// Delivers `item` as final and in one batch with what was delivered last: what is owed of the
    /// order between batches is not owed within one, as far as orders of receipt contradict there.
    pub fn deliver_in_batch(&mut self, item: Item) {
        self.effects.push(Effect::Deliver { item, is_final: true, joins: true });
    }

    /// Delivers `item` for now: it may be retracted, or certified later.
    pub fn deliver_provisional(&mut self, item: Item) {
        self.effects.push(Effect::Deliver { item, is_final: false, joins: false });
    }

    /// Says that a provisional item now stays.
    pub fn certificate(&mut self, item: Item) {
        self.effects.push(Effect::Certificate(item));
    }

    /// Undoes what was delivered last and not yet retracted.
    pub fn retract(&mut self, item: Item) {
        self.effects.push(Effect::Retract(item));
    }

    /// Lets the observers know that `item` was received from the replica `from`, before any router
    /// brought it. To be said where the order of receipt is what the ordering goes by: fairness is
    /// judged by who received what first.
    pub fn relayed(&mut self, item: Item, from: u16) {
        self.effects.push(Effect::Relayed(item, from));
    }

    /// Lets the observers know that `item` is in a block of this replica's own from now on.
    pub fn propose(&mut self, item: Item) {
        self.effects.push(Effect::Propose(item));
    }

    /// Lets the observers know that `item` has to wait for something else.
    pub fn waits(&mut self, item: Item) {
        self.effects.push(Effect::Waits(item));
    }

    /// Records a number to be seen as a curve.
    pub fn note(&mut self, note: u16, value: i64) {
        self.effects.push(Effect::Note(note, value));
    }

    /// The replica's next random word.
    pub fn draw(&mut self) -> u64 {
        self.next_draw += 1;
        let index = self.next_draw - 1;
        self.draws.word(Luck { purpose: Purpose::Strategy, entity: self.entity, index })
    }

    /// What all its luck is drawn from.
    pub(super) const fn seed(&self) -> u64 {
        self.draws.seed()
    }

    /// What a replica of `T`, which is a part of this one, asks for: it shares our luck.
    pub(super) fn part<T: Strategy>(&mut self, call: impl FnOnce(&mut Out<T>)) -> Vec<Effect<T>> {
        let (draws, entity, next_draw) = (self.draws.clone(), self.entity, self.next_draw);
        let mut part = Out { effects: Vec::new(), draws, entity, next_draw };
        call(&mut part);
        self.next_draw = part.next_draw;
        part.effects
    }

    /// What was asked for since the last call, in order.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Effect<S>> {
        self.effects.drain(..)
    }
}

/// One thing a submitter asks for.
#[derive(Debug)]
pub(super) enum SubmitterAsk<S: Strategy> {
    /// To one replica, or to all.
    Send(Option<u16>, S::Message),
    SetTimer(Span, TimerId),
    CancelTimer(TimerId),
}

/// What a submitter asks for while it handles one call, in order.
pub struct SubmitterOut<S: Strategy> {
    pub(super) asks: Vec<SubmitterAsk<S>>,
}

impl<S: Strategy> SubmitterOut<S> {
    /// An empty one.
    pub const fn new() -> Self {
        Self { asks: Vec::new() }
    }

    /// Sends `message` to one replica.
    pub fn send(&mut self, to: u16, message: S::Message) {
        self.asks.push(SubmitterAsk::Send(Some(to), message));
    }

    /// Sends `message` to all replicas.
    pub fn broadcast(&mut self, message: S::Message) {
        self.asks.push(SubmitterAsk::Send(None, message));
    }

    /// Asks for [`Submitter::timer`] after `span` by the client's clock; replaces a pending one.
    pub fn set_timer(&mut self, span: Span, timer: TimerId) {
        self.asks.push(SubmitterAsk::SetTimer(span, timer));
    }

    /// Takes back a timer.
    pub fn cancel_timer(&mut self, timer: TimerId) {
        self.asks.push(SubmitterAsk::CancelTimer(timer));
    }
}

impl<S: Strategy> Default for SubmitterOut<S> {
    fn default() -> Self {
        Self::new()
    }
}
