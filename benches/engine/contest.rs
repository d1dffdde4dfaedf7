//! Who runs a workload: the engines, and hand-written loops with static dispatch.

use std::sync::Arc;

use attestorm::engine::{self, ShardPlan};
use attestorm::kernel::{
    Incoming, Limits, Model, Outbox, Process, ProcessId, Recorded, Sink, Span, VirtualTime,
    sequential,
};

use crate::clock::{Cost, measure};
use crate::rivals::{Pending, Record};
use crate::workload::{Cell, Workload};

/// A process whose messages are `WORDS` times eight bytes long.
///
/// What all have in common is shared, as a hand-written loop has it: where there are many
/// processes, it matters how much memory an event touches.
struct Hosted<W, const WORDS: usize> {
    workload: Arc<W>,
    cell: Cell,
}

/// So many words, of which nobody reads any.
#[derive(Clone, Copy)]
struct Words<const COUNT: usize>([u64; COUNT]);

impl<const COUNT: usize> Default for Words<COUNT> {
    fn default() -> Self {
        Self([0; COUNT])
    }
}

impl<W: Workload, const WORDS: usize> Process for Hosted<W, WORDS> {
    type Message = Words<WORDS>;
    type Fact = ();

    // Into the engine's loop, as a hand-written loop has its workload inside.
    #[inline(always)]
    fn handle(
        &mut self,
        now: VirtualTime,
        incoming: Incoming<Self::Message>,
        out: &mut Outbox<Self::Message, ()>,
    ) {
        let own = out.process().0;
        let send =
            |to, nanos| out.send(ProcessId(to), now + Span::from_nanos(nanos), incoming.message);
        self.workload.hear(own, &mut self.cell, send);
    }
}

/// A sink for models without facts.
struct Nothing;

impl<F> Sink<F> for Nothing {
    fn accept(&mut self, _: &[Recorded<F>]) {}
}

fn model<W: Workload, const WORDS: usize>(workload: W) -> Model<Hosted<W, WORDS>> {
    let shared = Arc::new(workload);
    let host = |own| Hosted { workload: Arc::clone(&shared), cell: Cell::new(own) };
    let start = |to| (VirtualTime::ZERO, ProcessId(to), Words::default());
    let processes = (0..workload.processes()).map(host).collect();
    Model { processes, script: workload.script().map(start).collect() }
}

fn limits(max_events: u64) -> Limits {
    Limits { until: VirtualTime::MAX, max_events }
}

/// The sequential engine, with messages of `WORDS` words.
pub(crate) fn sequentially<W: Workload, const WORDS: usize>(workload: W, events: u64) -> Cost {
    let model = model::<W, WORDS>(workload);
    measure(|| sequential::run(model, limits(events), &mut Nothing).events)
}

/// The sharded engine, with neighbouring processes on one shard.
pub(crate) fn sharded<W: Workload>(workload: W, shards: u16, lookahead: u64, events: u64) -> Cost {
    let processes = workload.processes();
    let shard = |own| (own * u32::from(shards) / processes) as u16;
    let plan = ShardPlan {
        shard_of: (0..processes).map(shard).collect(),
        shards,
        lookahead: Span::from_nanos(lookahead),
    };
    let model = model::<W, 0>(workload);
    let run = || engine::run(model, &plan, limits(events), &mut Nothing);
    measure(|| run().expect("the workload keeps its lookahead").events)
}

/// A hand-written loop over plain records of 24 bytes.
pub(crate) fn by_hand<W: Workload>(workload: W, mut pending: impl Pending, events: u64) -> Cost {
    let mut cells: Vec<Cell> = (0..workload.processes()).map(Cell::new).collect();
    let mut sent = vec![0_u32; cells.len()];
    measure(|| {
        for (n, destination) in (0_u64..).zip(workload.script()) {
            pending.push(Record { time: 0, tie: u64::from(u32::MAX) << 32 | n, destination });
        }
        let mut handled = 0;
        while handled < events {
            let Some(record) = pending.pop() else { break };
            handled += 1;
            let own = record.destination;
            let sequence = &mut sent[own as usize];
            workload.hear(own, &mut cells[own as usize], |destination, nanos| {
                let tie = u64::from(own) << 32 | u64::from(*sequence);
                *sequence += 1;
                pending.push(Record { time: record.time + nanos, tie, destination });
            });
        }
        handled
    })
}
