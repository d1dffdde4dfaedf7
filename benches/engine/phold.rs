//! PHOLD and its variants: every event sends one event to a process drawn at random.

use std::sync::LazyLock;

use attestorm::kernel::{
    Event, EventKey, Incoming, Limits, Model, Outbox, Process, ProcessId, Recorded, Sink, Span,
    VirtualTime,
};

use crate::rivals::{Pending, Record};

/// What a variant of PHOLD looks like. Lengths are in nanoseconds.
#[derive(Clone, Copy)]
pub struct Phold {
    pub processes: u32,
    pub pending_each: u32,
    pub least: u64,
    pub mean: u64,
    pub shape: Shape,
}

/// Where a variant departs from the plain one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Plain,
    /// Every second event is a timer of the process itself, up to a tenth of the least delay.
    Timers,
    /// All delays lie within 50 ns.
    Ties,
    /// Every second event goes to one process.
    FanIn,
}

/// A process: 16 bytes of luck and a count.
#[derive(Clone)]
pub struct Cell {
    luck: u64,
    heard: u64,
    phold: Phold,
    layers: &'static Layers,
}

impl Phold {
    pub fn plain(processes: u32, pending_each: u32) -> Self {
        let (least, mean, shape) = (1_000_000, 9_000_000, Shape::Plain);
        Self { processes, pending_each, least, mean, shape }
    }

    pub fn model<const BYTES: usize>(self) -> Model<Padded<BYTES>> {
        let processes = (0..self.processes).map(|n| Padded(Cell::new(n, self))).collect();
        let script = (0..self.processes * self.pending_each)
            .map(|n| (VirtualTime::ZERO, ProcessId(n % self.processes), [0; BYTES]))
            .collect();
        Model { processes, script }
    }
}

impl Cell {
    pub fn new(number: u32, phold: Phold) -> Self {
        Self { luck: u64::from(number) << 32 | 0x9e37, heard: 0, phold, layers: &LAYERS }
    }

    /// One word of splitmix64.
    #[inline]
    fn word(&mut self) -> u64 {
        self.luck = self.luck.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.luck;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    /// Where the next event goes, and after how long.
    #[inline]
    pub fn next(&mut self, own: u32) -> (u32, u64) {
        self.heard += 1;
        let phold = self.phold;
        let word = self.word();
        let to = ((word >> 32) * u64::from(phold.processes) >> 32) as u32;
        let odd = word & 1 == 1;
        match phold.shape {
            Shape::Timers if odd => (own, 1 + (word & 0xffff_fffe) % (phold.least / 10)),
            Shape::Ties => (to, phold.least + (word & 0xffff) % 50),
            Shape::FanIn if odd => (0, self.delay()),
            Shape::Plain | Shape::Timers | Shape::FanIn => (to, self.delay()),
        }
    }

    #[inline]
    fn delay(&mut self) -> u64 {
        self.phold.least + (self.phold.mean as f64 * self.exponential()) as u64
    }
}

/// Marsaglia and Tsang's ziggurat for the exponential distribution: 256 layers of equal area.
struct Layers {
    /// Right ends of the layers, from the base up.
    ends: [f64; 257],
    /// The density at each end.
    heights: [f64; 257],
}

static LAYERS: LazyLock<Layers> = LazyLock::new(|| {
    let (tail, area) = (7.697_117_470_131_05_f64, 3.949_659_822_581_572e-3_f64);
    let mut ends = [0.0; 257];
    (ends[0], ends[1]) = (area / (-tail).exp(), tail);
    for layer in 2..256 {
        ends[layer] = -(area / ends[layer - 1] + (-ends[layer - 1]).exp()).ln();
    }
    Layers { ends, heights: ends.map(|end| (-end).exp()) }
});

impl Cell {
    #[inline]
    fn exponential(&mut self) -> f64 {
        loop {
            let word = self.word();
            let layer = (word & 255) as usize;
            let x = self.unit(word) * self.layers.ends[layer];
            if x < self.layers.ends[layer + 1] {
                return x;
            }
            if let Some(x) = self.edge(layer, x) {
                return x;
            }
        }
    }

    fn unit(&self, word: u64) -> f64 {
        ((word >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// The rare case: beyond the part of a layer that lies under the curve.
    #[cold]
    fn edge(&mut self, layer: usize, x: f64) -> Option<f64> {
        let word = self.word();
        let unit = self.unit(word);
        let Layers { ends, heights } = self.layers;
        if layer == 0 {
            return Some(ends[1] - unit.ln());
        }
        let height = heights[layer] + unit * (heights[layer + 1] - heights[layer]);
        (height < (-x).exp()).then_some(x)
    }
}

/// A process whose messages are `BYTES` long.
pub struct Padded<const BYTES: usize>(Cell);

impl<const BYTES: usize> Process for Padded<BYTES> {
    type Message = [u64; BYTES];
    type Fact = ();

    #[inline]
    fn handle(
        &mut self,
        now: VirtualTime,
        incoming: Incoming<Self::Message>,
        out: &mut Outbox<Self::Message, ()>,
    ) {
        let (to, delay) = self.0.next(out.process().0);
        out.send(ProcessId(to), now + Span::from_nanos(delay), incoming.message);
    }
}

/// A sink for models without facts.
pub struct Nothing;

impl<F> Sink<F> for Nothing {
    fn accept(&mut self, _: &[Recorded<F>]) {}
}

/// Runs until so many events are handled.
pub fn limits(max_events: u64) -> Limits {
    Limits { until: VirtualTime::MAX, max_events }
}

/// The same variant on a hand-written loop.
pub fn by_hand(phold: Phold, mut pending: impl Pending, events: u64) -> u64 {
    let mut cells: Vec<Cell> = (0..phold.processes).map(|n| Cell::new(n, phold)).collect();
    let mut sent = vec![0_u32; cells.len()];
    for n in 0..phold.processes * phold.pending_each {
        let tie = u64::from(u32::MAX) << 32 | u64::from(n);
        pending.push(Record { time: 0, tie, destination: n % phold.processes });
    }
    for _ in 0..events {
        let Some(record) = pending.pop() else { break };
        let own = record.destination;
        let (destination, delay) = cells[own as usize].next(own);
        let sequence = &mut sent[own as usize];
        let tie = u64::from(own) << 32 | u64::from(*sequence);
        *sequence += 1;
        pending.push(Record { time: record.time + delay, tie, destination });
    }
    cells.iter().map(|cell| cell.heard).sum()
}

/// The queue of the kernel without processes: hold operations alone.
pub type Held = Event<()>;

/// A key for bare queues.
pub fn key(time: u64, sequence: u32) -> EventKey {
    EventKey { time: VirtualTime::from_nanos(time), source: ProcessId(0), sequence }
}
