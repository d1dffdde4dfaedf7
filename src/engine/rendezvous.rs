//! Where shards meet between two windows: a barrier, what each published, and the mailboxes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{hint, thread};

use crate::kernel::{Event, VirtualTime};

/// How often a shard looks for the others before it lets another thread have the core. A
/// neighbour may have taken the core of the shard that is waited for.
const SPINS: u32 = 500;

/// The meeting point of all shards of a run.
///
/// Everything written before a meeting is read after it and before the next, so two copies by
/// turns are enough and one barrier a window suffices.
pub(super) struct Rendezvous<M> {
    arrived: AtomicU64,
    abandoned: AtomicBool,
    turns: [Turn<M>; 2],
}

/// Which of the two copies a meeting uses, and which meeting it is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Meeting(u64);

/// What a shard says about itself at a meeting, and the sum over all shards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// When the earliest event happens that is pending here or was sent from here.
    pub(super) earliest: VirtualTime,
    /// Events handled in this epoch.
    pub(super) handled: u64,
    /// Facts emitted in this epoch.
    pub(super) facts: u64,
    /// Whether a process failed.
    pub(super) failed: bool,
}

struct Turn<M> {
    boards: Vec<Board>,
    mailboxes: Vec<Mutex<Vec<Event<M>>>>,
}

/// One shard's published standing, on cache lines of its own.
#[repr(align(128))]
#[derive(Default)]
struct Board {
    earliest: AtomicU64,
    handled: AtomicU64,
    facts: AtomicU64,
    failed: AtomicBool,
}

impl Meeting {
    /// The meeting after this one.
    pub(super) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    fn turn(self) -> usize {
        (self.0 % 2) as usize
    }
}

impl<M> Rendezvous<M> {
    /// A meeting point for `shards` shards.
    pub(super) fn new(shards: u16) -> Self {
        let turn = || Turn {
            boards: (0..shards).map(|_| Board::default()).collect(),
            mailboxes: (0..shards).map(|_| Mutex::default()).collect(),
        };
        Self {
            arrived: AtomicU64::new(0),
            abandoned: AtomicBool::new(false),
            turns: [turn(), turn()],
        }
    }

    /// The mailbox of `shard` that is open until `meeting` and emptied after it.
    pub(super) fn mailbox(&self, meeting: Meeting, shard: u16) -> MutexGuard<'_, Vec<Event<M>>> {
        let mailbox = &self.turns[meeting.turn()].mailboxes[usize::from(shard)];
        mailbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes the standing of `shard`, waits for all others, and returns the common standing,
    /// the same for every shard; `None` if a shard is gone for good.
    pub(super) fn meet(&self, meeting: Meeting, shard: u16, own: Standing) -> Option<Standing> {
        let boards = &self.turns[meeting.turn()].boards;
        boards[usize::from(shard)].publish(own);
        let shards = boards.len() as u64;
        self.arrived.fetch_add(1, Ordering::AcqRel);
        self.wait(shards * (meeting.0 + 1))?;
        boards.iter().map(Board::read).reduce(Standing::and)
    }

    /// Tells all others not to wait for a shard that is going away.
    pub(super) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
    }

    fn wait(&self, arrivals: u64) -> Option<()> {
        let mut looked = 0;
        while self.arrived.load(Ordering::Acquire) < arrivals {
            if self.abandoned.load(Ordering::Acquire) {
                return None;
            }
            looked += 1;
            if looked < SPINS { hint::spin_loop() } else { thread::yield_now() }
        }
        Some(())
    }
}

impl Standing {
    fn and(self, other: Self) -> Self {
        Self {
            earliest: self.earliest.min(other.earliest),
            handled: self.handled + other.handled,
            facts: self.facts + other.facts,
            failed: self.failed || other.failed,
        }
    }
}

impl Board {
    fn publish(&self, standing: Standing) {
        self.earliest.store(standing.earliest.as_nanos(), Ordering::Relaxed);
        self.handled.store(standing.handled, Ordering::Relaxed);
        self.facts.store(standing.facts, Ordering::Relaxed);
        self.failed.store(standing.failed, Ordering::Relaxed);
    }

    fn read(&self) -> Standing {
        Standing {
            earliest: VirtualTime::from_nanos(self.earliest.load(Ordering::Relaxed)),
            handled: self.handled.load(Ordering::Relaxed),
            facts: self.facts.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}
