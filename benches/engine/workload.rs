//! What is run: PHOLD and its variants, ping-pong, fan-out. One description serves the engines
//! and the hand-written loops.

use std::hint::black_box;

use crate::luck::Luck;

/// A model in a form that both an engine and a hand-written loop can run, inside either: what is
/// measured is the way an event takes, and no call to a workload.
pub(crate) trait Workload: Copy + Send + Sync + 'static {
    /// The number of processes.
    fn processes(&self) -> u32;
    /// Who gets an event at the beginning.
    fn script(&self) -> impl Iterator<Item = u32>;
    /// What process `own` does with one event: `send` takes a destination and nanoseconds.
    fn hear(&self, own: u32, cell: &mut Cell, send: impl FnMut(u32, u64));
}

/// The state of one process.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) luck: Luck,
    pub(crate) heard: u64,
}

impl Cell {
    pub(crate) fn new(own: u32) -> Self {
        Self { luck: Luck::new(own), heard: 0 }
    }
}

/// Every event sends one event to a process drawn at random. Lengths are in nanoseconds.
#[derive(Clone, Copy)]
pub(crate) struct Phold {
    pub(crate) processes: u32,
    pub(crate) pending_each: u32,
    pub(crate) least: u64,
    pub(crate) mean: u64,
    pub(crate) shape: Shape,
    /// Rounds of arithmetic per event.
    pub(crate) work: u32,
}

/// Where a variant departs from the plain one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Plain,
    /// Every second event is a timer of the process itself, up to a tenth of the least delay.
    Timers,
    /// All delays lie within 50 ns.
    Ties,
    /// Every second event goes to one process.
    FanIn,
}

impl Phold {
    pub(crate) fn plain(processes: u32, pending_each: u32) -> Self {
        let (least, mean, shape, work) = (1_000_000, 9_000_000, Shape::Plain, 0);
        Self { processes, pending_each, least, mean, shape, work }
    }

    #[inline]
    fn delay(&self, luck: &mut Luck) -> u64 {
        self.least + (self.mean as f64 * luck.exponential()) as u64
    }
}

impl Workload for Phold {
    fn processes(&self) -> u32 {
        self.processes
    }

    fn script(&self) -> impl Iterator<Item = u32> {
        let processes = self.processes;
        (0..processes * self.pending_each).map(move |n| n % processes)
    }

    #[inline(always)]
    fn hear(&self, own: u32, cell: &mut Cell, mut send: impl FnMut(u32, u64)) {
        cell.heard += 1;
        for _ in 0..self.work {
            black_box(cell.luck.word());
        }
        let word = cell.luck.word();
        let to = (((word >> 32) * u64::from(self.processes)) >> 32) as u32;
        let odd = word & 1 == 1;
        let (to, nanos) = match self.shape {
            Shape::Timers if odd => (own, 1 + (word & 0xffff_fffe) % (self.least / 10)),
            Shape::Ties => (to, self.least + (word & 0xffff) % 50),
            Shape::FanIn if odd => (0, self.delay(&mut cell.luck)),
            Shape::Plain | Shape::Timers | Shape::FanIn => (to, self.delay(&mut cell.luck)),
        };
        send(to, nanos);
    }
}

/// Two processes, one message in flight.
#[derive(Clone, Copy)]
pub(crate) struct PingPong;

impl Workload for PingPong {
    fn processes(&self) -> u32 {
        2
    }

    fn script(&self) -> impl Iterator<Item = u32> {
        [0].into_iter()
    }

    #[inline(always)]
    fn hear(&self, own: u32, cell: &mut Cell, mut send: impl FnMut(u32, u64)) {
        cell.heard += 1;
        send(1 - own, 1_000_000);
    }
}

/// A hub sends to all leaves, each replies; after the last reply the hub sends again.
#[derive(Clone, Copy)]
pub(crate) struct FanOut(pub(crate) u32);

impl Workload for FanOut {
    fn processes(&self) -> u32 {
        self.0 + 1
    }

    fn script(&self) -> impl Iterator<Item = u32> {
        1..=self.0
    }

    #[inline(always)]
    fn hear(&self, own: u32, cell: &mut Cell, mut send: impl FnMut(u32, u64)) {
        cell.heard += 1;
        if own > 0 {
            send(0, 1_000_000);
        } else if cell.heard.is_multiple_of(u64::from(self.0)) {
            (1..=self.0).for_each(|leaf| send(leaf, 1_000_000));
        }
    }
}
