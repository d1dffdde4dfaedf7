//! What one shard runs: its processes, its pending events, and windows over them.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use super::plan::{Place, place};
use super::rendezvous::{Meeting, Rendezvous};
use crate::kernel::{
    Event, EventKey, EventQueue, Incoming, Outbox, Process, ProcessId, Recorded, Span, VirtualTime,
};

/// How the lanes of a run hang together.
pub(super) struct Layout<M> {
    /// Where every process lives, by process number.
    pub(super) places: Vec<Place>,
    /// The least delay of a message between two lanes.
    pub(super) lookahead: Span,
    /// Events at or after this instant are not handled.
    pub(super) until: VirtualTime,
    /// Facts in all lanes together at which an epoch ends.
    pub(super) facts_per_epoch: usize,
    /// Where lanes meet.
    pub(super) rendezvous: Rendezvous<M>,
}

/// What failed, where and when.
pub(super) struct ProcessFailure {
    pub(super) process: ProcessId,
    pub(super) key: EventKey,
    pub(super) reason: String,
}

/// The part of a model that lives on one shard.
pub(super) struct Lane<P: Process> {
    shard: u16,
    alone: bool,
    processes: Vec<P>,
    sent: Vec<u32>,
    /// What is pending; a lone lane keeps it behind its outbox.
    queue: EventQueue<P::Message>,
    out: Outbox<P::Message, P::Fact>,
    outgoing: Vec<Vec<Event<P::Message>>>,
    /// The earliest event sent to another lane since the last meeting.
    earliest_outgoing: VirtualTime,
    horizon: VirtualTime,
    handled: u64,
    log: Vec<EventKey>,
    layout: Arc<Layout<P::Message>>,
}

impl<P: Process> Lane<P> {
    /// A lane that hosts `processes`, in slot order, as number `shard` of `shards`.
    pub(super) fn new(
        shard: u16,
        shards: u16,
        processes: Vec<P>,
        layout: Arc<Layout<P::Message>>,
    ) -> Self {
        Self {
            shard,
            alone: shards == 1,
            sent: vec![0; processes.len()],
            processes,
            queue: EventQueue::new(),
            out: if shards == 1 { Outbox::onto(EventQueue::new()) } else { Outbox::new() },
            outgoing: (0..shards).map(|_| Vec::new()).collect(),
            earliest_outgoing: VirtualTime::MAX,
            horizon: VirtualTime::ZERO,
            handled: 0,
            log: Vec::new(),
            layout,
        }
    }

    /// Adds an event of the script.
    pub(super) fn schedule(&mut self, event: Event<P::Message>) {
        self.pending().push(event);
    }

    pub(super) fn shard(&self) -> u16 {
        self.shard
    }

    pub(super) fn alone(&self) -> bool {
        self.alone
    }

    pub(super) fn layout(&self) -> &Arc<Layout<P::Message>> {
        &self.layout
    }

    /// Events handled since the run began.
    pub(super) fn handled(&self) -> u64 {
        self.handled
    }

    /// Facts not yet taken.
    pub(super) fn facts(&mut self) -> &mut Vec<Recorded<P::Fact>> {
        self.out.facts()
    }

    /// The keys of the events handled in the last window, in order; empty for a lone lane.
    pub(super) fn log(&mut self) -> &mut Vec<EventKey> {
        &mut self.log
    }

    /// The earliest pending key.
    pub(super) fn peek(&mut self) -> Option<EventKey> {
        self.pending().peek()
    }

    /// When the earliest event happens that is pending here or on its way from here.
    pub(super) fn earliest(&mut self) -> VirtualTime {
        self.peek().map_or(VirtualTime::MAX, |key| key.time).min(self.earliest_outgoing)
    }

    /// Handles the events before `end`, `most` at most, and leaves what crosses in the mailboxes
    /// that `meeting` empties. A lone lane also stops when it holds an epoch's worth of facts.
    pub(super) fn window(
        &mut self,
        end: VirtualTime,
        most: u64,
        meeting: Meeting,
    ) -> Result<(), ProcessFailure> {
        self.log.clear();
        self.horizon = end;
        let stop = self.handled.saturating_add(most);
        let run = AssertUnwindSafe(|| {
            if self.alone { self.handle_all(end, stop) } else { self.handle_some(end, stop) }
        });
        panic::catch_unwind(run).map_err(|panic| ProcessFailure {
            process: self.out.process(),
            key: self.out.key(),
            reason: panic_text(panic.as_ref()),
        })?;
        self.post(meeting);
        Ok(())
    }

    /// Takes in what other lanes sent before `meeting`.
    pub(super) fn collect(&mut self, meeting: Meeting) -> Result<(), ProcessFailure> {
        if self.alone {
            return Ok(());
        }
        let layout = Arc::clone(&self.layout);
        for event in layout.rendezvous.mailbox(meeting, self.shard).drain(..) {
            if event.key.time < self.horizon {
                return Err(ProcessFailure {
                    process: event.key.source,
                    key: event.key,
                    reason: format!("the event reached a shard that is at {}", self.horizon),
                });
            }
            self.queue.push(event);
        }
        Ok(())
    }

    fn pending(&mut self) -> &mut EventQueue<P::Message> {
        if self.alone { self.out.queue() } else { &mut self.queue }
    }

    /// The loop of the sequential engine, with nothing on the way.
    fn handle_all(&mut self, end: VirtualTime, stop: u64) {
        let facts = self.layout.facts_per_epoch;
        let Self { processes, sent, out, handled, .. } = self;
        while *handled < stop && out.facts().len() < facts {
            let Some(event) = out.queue().pop_before(end) else { return };
            let Event { key, destination, message } = event;
            let slot = destination.index();
            let (Some(process), Some(sent)) = (processes.get_mut(slot), sent.get_mut(slot)) else {
                out.open(key, key.source, 0);
                panic!("there is no process p{} to send to", destination.0);
            };
            out.open(key, destination, *sent);
            process.handle(key.time, Incoming { source: key.source, message }, out);
            *sent = out.sequence();
            *handled += 1;
        }
    }

    fn handle_some(&mut self, end: VirtualTime, stop: u64) {
        while self.handled < stop {
            let Some(event) = self.queue.pop_before(end) else { return };
            let key = event.key;
            let slot = self.layout.places[event.destination.index()].slot;
            self.handle(event, slot as usize);
            self.log.push(key);
            self.route();
        }
    }

    #[inline]
    fn handle(&mut self, event: Event<P::Message>, slot: usize) {
        let Event { key, destination, message } = event;
        self.out.open(key, destination, self.sent[slot]);
        let incoming = Incoming { source: key.source, message };
        self.processes[slot].handle(key.time, incoming, &mut self.out);
        self.sent[slot] = self.out.sequence();
        self.handled += 1;
    }

    /// Puts what the current event sent into the queue, or aside for another lane.
    fn route(&mut self) {
        let (now, sender) = (self.out.now(), self.out.process());
        for event in self.out.drain_events() {
            let shard = place(&self.layout.places, event.destination).shard;
            if shard == self.shard {
                self.queue.push(event);
                continue;
            }
            let delay = event.key.time.since(now);
            assert!(
                delay >= self.layout.lookahead,
                "p{} sent to p{} over {delay}, which undercuts the lookahead of {} between shards",
                sender.0,
                event.destination.0,
                self.layout.lookahead
            );
            self.earliest_outgoing = self.earliest_outgoing.min(event.key.time);
            self.outgoing[usize::from(shard)].push(event);
        }
    }

    fn post(&mut self, meeting: Meeting) {
        for (shard, outgoing) in (0..).zip(&mut self.outgoing) {
            if !outgoing.is_empty() {
                self.layout.rendezvous.mailbox(meeting, shard).append(outgoing);
            }
        }
    }

    /// Forgets what was on its way: after a meeting it is pending elsewhere.
    pub(super) fn arrived(&mut self) {
        self.earliest_outgoing = VirtualTime::MAX;
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (None, Some(text)) => text.clone(),
        (None, None) => "a panic without words".to_owned(),
    }
}
