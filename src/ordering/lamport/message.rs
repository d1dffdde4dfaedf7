//! What replicas of `lamport` say to one another.

use std::fmt;
use std::sync::Arc;

use crate::attestation::Signed;
use crate::ordering::Try;
use crate::ordering::prelude::*;

/// The names in a request, in order.
pub(super) type Batch = Arc<[Try]>;

/// A message.
pub enum Message {
    /// I ask for a place for these.
    Request {
        /// How many requests I made before.
        number: u64,
        /// My clock.
        time: u64,
        /// What for.
        batch: Batch,
    },
    /// I am as late as that, and shall make no request with this time or an earlier one.
    Clock {
        /// My clock.
        time: u64,
        /// How many requests I made.
        requests: u64,
        /// I wait; how late are you?
        is_question: bool,
    },
    /// Your requests from this number on are missing here.
    Missing(u64),
    /// These bodies are missing here.
    Fetch(Vec<Id>),
    /// These are here.
    Found(Vec<Arc<Signed>>),
}

impl Encode for Message {
    fn encode(&self, to: &mut dyn Encoder) {
        match self {
            Self::Request { number, time, batch } => {
                0_u8.encode(to);
                (*number, *time).encode(to);
                batch.encode(to);
            }
            Self::Clock { time, requests, is_question } => {
                1_u8.encode(to);
                (*time, *requests).encode(to);
                u8::from(*is_question).encode(to);
            }
            Self::Missing(number) => {
                2_u8.encode(to);
                number.encode(to);
            }
            Self::Fetch(ids) => {
                3_u8.encode(to);
                ids.encode(to);
            }
            Self::Found(bodies) => {
                4_u8.encode(to);
                for signed in bodies {
                    Item { signed: signed.clone(), attempt: 0 }.encode(to);
                }
            }
        }
    }
}

impl fmt::Debug for Message {
    /// One line of a transcript: `Request #0 at 7 [a0, b0.1]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { number, time, batch } => {
                write!(f, "Request #{number} at {time} {batch:?}")
            }
            Self::Clock { time, requests, is_question } => {
                let question = if *is_question { "?" } else { "" };
                write!(f, "Clock {time}{question}, {requests} requests")
            }
            Self::Missing(number) => write!(f, "Missing #{number} and on"),
            Self::Fetch(ids) => write!(f, "Fetch {ids:?}"),
            Self::Found(bodies) => {
                let ids: Vec<Id> = bodies.iter().map(|signed| signed.id).collect();
                write!(f, "Found {ids:?}")
            }
        }
    }
}
