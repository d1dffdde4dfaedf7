//! What replicas of `sequencer` say to one another.

use std::fmt;
use std::sync::Arc;

use crate::attestation::Signed;
use crate::ordering::Try;
use crate::ordering::prelude::*;

/// The names in a batch, in order.
pub(super) type Batch = Arc<[Try]>;

/// How far a sequencer is: all of a replica's view of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its epoch.
    pub epoch: u32,
    /// How many batches it had when the epoch began.
    pub start: u64,
    /// How many it has.
    pub len: u64,
    /// How many of them are committed.
    pub committed: u64,
}

/// A message.
pub enum Message {
    /// The sequencer's batch with this index; `before` is the chain's digest before it.
    Ordered {
        /// Of the sequencer.
        progress: Progress,
        /// Its place.
        index: u64,
        /// Digest of all batches before.
        before: Id,
        /// What is in it.
        batch: Batch,
    },
    /// The sequencer is there.
    Beat(Progress),
    /// So many batches of this epoch's log are on my disk.
    Ack {
        /// The epoch.
        epoch: u32,
        /// How many.
        len: u64,
    },
    /// Batches from this index on are missing here.
    Missing {
        /// The epoch.
        epoch: u32,
        /// The first.
        from: u64,
    },
    /// Nobody has those any more; go on from here.
    Begin {
        /// Of the sequencer.
        progress: Progress,
        /// The first batch that the sequencer keeps.
        index: u64,
        /// Digest of all before.
        before: Id,
    },
    /// I am to be the sequencer of this epoch; tell me your log from this index on.
    Takeover {
        /// The epoch.
        epoch: u32,
        /// The first batch that is not committed here.
        from: u64,
    },
    /// The end of a log; with it goes the promise to follow no earlier epoch.
    Tail {
        /// The epoch that is to begin.
        epoch: u32,
        /// The epoch whose log this is.
        normal: u32,
        /// How many batches are committed there.
        committed: u64,
        /// Index of the first batch given.
        from: u64,
        /// As many as are there with all their bodies, which come along: the replica that has them
        /// may crash as well.
        batches: Vec<Arc<[Item]>>,
    },
    /// These have waited here for too long.
    Forward(Vec<Item>),
    /// These bodies are missing here.
    Fetch(Vec<Id>),
    /// These are here.
    Found(Vec<Arc<Signed>>),
}

impl Encode for Progress {
    fn encode(&self, to: &mut dyn Encoder) {
        self.epoch.encode(to);
        self.start.encode(to);
        self.len.encode(to);
        self.committed.encode(to);
    }
}

impl Encode for Message {
    fn encode(&self, to: &mut dyn Encoder) {
        match self {
            Self::Ordered { progress, index, before, batch } => {
                0_u8.encode(to);
                progress.encode(to);
                (*index, *before).encode(to);
                batch.encode(to);
            }
            Self::Beat(progress) => {
                1_u8.encode(to);
                progress.encode(to);
            }
            Self::Ack { epoch, len } => {
                2_u8.encode(to);
                (*epoch, *len).encode(to);
            }
            Self::Missing { epoch, from } => {
                3_u8.encode(to);
                (*epoch, *from).encode(to);
            }
            Self::Begin { progress, index, before } => {
                4_u8.encode(to);
                progress.encode(to);
                (*index, *before).encode(to);
            }
            Self::Takeover { epoch, from } => {
                5_u8.encode(to);
                (*epoch, *from).encode(to);
            }
            Self::Tail { epoch, normal, committed, from, batches } => {
                6_u8.encode(to);
                (*epoch, *normal).encode(to);
                (*committed, *from).encode(to);
                (batches.len() as u32).encode(to);
                batches.iter().for_each(|items| items.as_ref().encode(to));
            }
            Self::Forward(items) => {
                9_u8.encode(to);
                items.encode(to);
            }
            Self::Fetch(ids) => {
                7_u8.encode(to);
                ids.encode(to);
            }
            Self::Found(bodies) => {
                8_u8.encode(to);
                for signed in bodies {
                    Item { signed: signed.clone(), attempt: 0 }.encode(to);
                }
            }
        }
    }
}

impl fmt::Debug for Message {
    /// One line of a transcript: `Ordered e0 #3 [a0, b0.1], committed 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ordered { progress: Progress { epoch, committed, .. }, index, batch, .. } => {
                write!(f, "Ordered e{epoch} #{index} {batch:?}, committed {committed}")
            }
            Self::Beat(Progress { epoch, start, len, committed }) => {
                write!(f, "Beat e{epoch} since {start}, {len} ordered, {committed} committed")
            }
            Self::Ack { epoch, len } => write!(f, "Ack e{epoch}, {len} on disk"),
            Self::Missing { epoch, from } => write!(f, "Missing e{epoch} #{from} and on"),
            Self::Begin { progress, index, .. } => {
                write!(f, "Begin e{} at #{index}", progress.epoch)
            }
            Self::Takeover { epoch, from } => write!(f, "Takeover e{epoch}, logs from #{from}?"),
            Self::Tail { epoch, normal, committed, from, batches } => {
                write!(f, "Tail for e{epoch}: of e{normal}, #{from} {batches:?}, ")?;
                write!(f, "committed {committed}")
            }
            Self::Forward(items) => write!(f, "Forward {items:?}"),
            Self::Fetch(ids) => write!(f, "Fetch {ids:?}"),
            Self::Found(bodies) => {
                let ids: Vec<Id> = bodies.iter().map(|signed| signed.id).collect();
                write!(f, "Found {ids:?}")
            }
        }
    }
}
