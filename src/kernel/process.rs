//! What a process is, what it may ask for, and what a run gives back.

use super::{Event, EventKey, EventQueue, ProcessId, Span, VirtualTime};

/// A logical process: a pure state machine. What happened comes in, what to do goes into the
/// outbox. It owns its state and shares nothing mutable.
pub trait Process: Send + 'static {
    /// What processes send one another, and to themselves as timers. Its default, which should cost
    /// nothing to make, stands for a moment where a message was taken away, and nobody receives it.
    type Message: Default + Send + 'static;
    /// One observation, small and plain.
    type Fact: Copy + Send + 'static;

    /// Handles one event at `now`.
    fn handle(
        &mut self,
        now: VirtualTime,
        incoming: Incoming<Self::Message>,
        out: &mut Outbox<Self::Message, Self::Fact>,
    );
}

/// One event as its process sees it.
#[derive(Debug)]
pub struct Incoming<M> {
    /// Who sent it; the process itself for a timer, [`ProcessId::SCRIPT`] for the script.
    pub source: ProcessId,
    /// What it says.
    pub message: M,
}

/// A fact with its place in the total order: the event that emitted it plus an index.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<F> {
    /// The event during which it was emitted.
    pub key: EventKey,
    /// Its number among the facts of that event, from 0.
    pub index: u32,
    /// The process that emitted it.
    pub process: ProcessId,
    /// The observation.
    pub fact: F,
}

/// Receives all facts in key order, a batch at a time; batch borders carry no meaning.
pub trait Sink<F> {
    /// Takes the next facts.
    fn accept(&mut self, facts: &[Recorded<F>]);
}

/// A whole model: its processes in number order, and what the script schedules beforehand.
pub struct Model<P: Process> {
    /// The processes; the position is the [`ProcessId`].
    pub processes: Vec<P>,
    /// Events that exist before the run, in the order in which the script numbers them.
    pub script: Vec<(VirtualTime, ProcessId, P::Message)>,
}

/// When a run ends if its events do not.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Events at or after this instant are not handled.
    pub until: VirtualTime,
    /// A run that has handled this many events ends with [`Ended::OutOfEvents`].
    pub max_events: u64,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every event before the end was handled.
    Finished,
    /// The budget of events was used up; the key is that of the first event not handled.
    OutOfEvents(EventKey),
}

/// What an engine says about a run. Equal for every engine and number of shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunReport {
    /// Events handled.
    pub events: u64,
    /// Why it ended.
    pub ended: Ended,
}

/// What a process asks for while it handles one event.
pub struct Outbox<M, F> {
    now: VirtualTime,
    key: EventKey,
    process: ProcessId,
    sequence: u32,
    fact_index: u32,
    events: Vec<Event<M>>,
    /// Where events go at once, if they go anywhere but to `events`.
    queue: Option<EventQueue<M>>,
    facts: Vec<Recorded<F>>,
}

impl<M: Default, F> Outbox<M, F> {
    /// An empty outbox; an engine makes one per shard and opens it for each event.
    pub fn new() -> Self {
        Self {
            now: VirtualTime::ZERO,
            key: EventKey { time: VirtualTime::ZERO, source: ProcessId::SCRIPT, sequence: 0 },
            process: ProcessId::SCRIPT,
            sequence: 0,
            fact_index: 0,
            events: Vec::new(),
            queue: None,
            facts: Vec::new(),
        }
    }

    /// An outbox in front of a queue: what is sent is pending at once, with no stop on the way.
    pub(crate) fn onto(queue: EventQueue<M>) -> Self {
        Self { queue: Some(queue), ..Self::new() }
    }

    /// The queue behind this outbox.
    ///
    /// # Panics
    /// If there is none.
    pub(crate) fn queue(&mut self) -> &mut EventQueue<M> {
        self.queue.as_mut().expect("an engine asks only the outbox it put in front of a queue")
    }

    /// The process that handles the current event.
    pub fn process(&self) -> ProcessId {
        self.process
    }

    /// The current instant.
    pub fn now(&self) -> VirtualTime {
        self.now
    }

    /// The key of the current event.
    pub(crate) fn key(&self) -> EventKey {
        self.key
    }

    /// Sends `message` so that it arrives at `at`.
    ///
    /// # Panics
    /// If `at` is not strictly later than now: an effect never happens with or before its cause.
    #[inline]
    pub fn send(&mut self, destination: ProcessId, at: VirtualTime, message: M) {
        assert!(at > self.now, "a message must arrive later than it is sent");
        let key = EventKey { time: at, source: self.process, sequence: self.sequence };
        self.sequence =
            self.sequence.checked_add(1).expect("a process sends fewer than 2^32 events");
        match &mut self.queue {
            Some(queue) => queue.push(Event { key, destination, message }),
            None => self.events.push(Event { key, destination, message }),
        }
    }

    /// Sends `message` to the process itself after `delay`, at least one nanosecond later.
    pub fn timer(&mut self, delay: Span, message: M) {
        let at = self.now + delay.max(Span::TICK);
        self.send(self.process, at, message);
    }

    /// Records an observation.
    pub fn fact(&mut self, fact: F) {
        self.facts.push(Recorded {
            key: self.key,
            index: self.fact_index,
            process: self.process,
            fact,
        });
        self.fact_index += 1;
    }

    /// Opens the outbox for one event of `process`, whose count of sent events is `sequence`.
    pub(crate) fn open(&mut self, key: EventKey, process: ProcessId, sequence: u32) {
        (self.now, self.key, self.process) = (key.time, key, process);
        (self.sequence, self.fact_index) = (sequence, 0);
    }

    /// The count of sent events after the current one; the engine keeps it for the process.
    pub(crate) fn sequence(&self) -> u32 {
        self.sequence
    }

    /// What was sent since the last call, in order of sending.
    pub(crate) fn drain_events(&mut self) -> std::vec::Drain<'_, Event<M>> {
        self.events.drain(..)
    }

    /// Facts not yet taken, in order.
    pub(crate) fn facts(&mut self) -> &mut Vec<Recorded<F>> {
        &mut self.facts
    }
}

impl<M: Default, F> Default for Outbox<M, F> {
    fn default() -> Self {
        Self::new()
    }
}
