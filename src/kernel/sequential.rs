//! The engine that defines the truth: one queue, one loop.

use super::{
    Ended, Event, EventKey, EventQueue, Incoming, Limits, Model, Outbox, Process, ProcessId,
    RunReport, Sink,
};

/// Facts are handed to the sink in batches of about this many.
const BATCH: usize = 4096;

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
    let mut sequences = vec![0; processes.len()];
    let mut out = Outbox::new();
    let mut report = RunReport { events: 0, ended: Ended::Finished };
    while let Some(key) = queue.peek().filter(|key| key.time < limits.until) {
        if report.events == limits.max_events {
            report.ended = Ended::OutOfEvents(key);
            break;
        }
        let Some(event) = queue.pop() else { break };
        let at = event.destination.index();
        out.open(event.key, event.destination, sequences[at]);
        let incoming = Incoming { source: event.key.source, message: event.message };
        processes[at].handle(event.key.time, incoming, &mut out);
        sequences[at] = out.sequence();
        report.events += 1;
        for sent in out.drain_events() {
            queue.push(sent);
        }
        if out.facts().len() >= BATCH {
            sink.accept(out.facts());
            out.facts().clear();
        }
    }
    sink.accept(out.facts());
    report
}
