//! The engine that defines the truth: one queue, one loop.

use super::{
    Ended, Event, EventKey, EventQueue, Incoming, Limits, Model, Outbox, Process, ProcessId,
    RunReport, Sink,
};

/// Facts are handed to the sink in batches of about this many: they are still in the cache.
const BATCH: usize = 256;

/// Runs `model` until its events or `limits` end it. Every other engine must match this one.
pub fn run<P: Process>(
    model: Model<P>,
    limits: Limits,
    sink: &mut impl Sink<P::Fact>,
) -> RunReport {
    let Model { mut processes, script } = model;
    let mut queue = EventQueue::new();
    for (sequence, (time, destination, message)) in (0..).zip(script) {
        let key = EventKey { time, source: ProcessId::SCRIPT, sequence };
        queue.push(Event { key, destination, message });
    }
    let mut sent = vec![0; processes.len()];
    let mut out = Outbox::onto(queue);
    let mut events = 0;
    while events < limits.max_events {
        let Some(event) = out.queue().pop_before(limits.until) else { break };
        let Event { key, destination, message } = event;
        let at = destination.index();
        assert!(at < processes.len(), "there is no process p{} to send to", destination.0);
        out.open(key, destination, sent[at]);
        processes[at].handle(key.time, Incoming { source: key.source, message }, &mut out);
        sent[at] = out.sequence();
        events += 1;
        if out.facts().len() >= BATCH {
            sink.accept(out.facts());
            out.facts().clear();
        }
    }
    sink.accept(out.facts());
    let next = out.queue().peek().filter(|key| key.time < limits.until);
    RunReport { events, ended: next.map_or(Ended::Finished, Ended::OutOfEvents) }
}
