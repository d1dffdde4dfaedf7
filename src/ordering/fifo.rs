//! `fifo`: each attester's statements in the order in which it made them, attesters among one
//! another in any (FIFO reliable broadcast; Hadzilacos and Toueg, TR 94-1425; PRAM consistency).
//!
//! What overtook an earlier statement of its attester is buffered; what is missing is asked for
//! at the peers, which keep what they delivered for a while. Two statements with one number are a
//! proof against their attester, who is heard no more from that number on.
//!
//! No time is stated within which what was held up comes through. A gap is closed by whoever kept
//! what is missing, for `history`; later, or if those lost their state, nobody has it. Its client
//! may have been told that a quorum accepted it, and then does not hand it in again.

mod past;
mod replica;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;
use super::{Journal, Pauses};
use crate::attestation::AttesterId;
use past::{Event, Past};

/// The strategy.
pub struct Fifo;

/// How gaps are repaired.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// From seeing a gap to asking a peer for what is missing.
    pub gap: Span,
    /// The pause doubles with every question, up to this.
    pub gap_longest: Span,
    /// After so many questions the gap is skipped, and its statements are never delivered here;
    /// 0 is never.
    pub give_up: u32,
    /// How many statements of one attester are buffered at most behind a gap.
    pub buffer: u32,
    /// How long delivered statements are kept for peers that miss them.
    pub history: Span,
    /// For tests: never writes anything to disk.
    #[cfg(test)]
    #[serde(skip)]
    forgetful: bool,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            gap: Span::from_millis(200),
            gap_longest: Span::from_secs(5),
            give_up: 0,
            buffer: 1_024,
            history: Span::from_secs(60),
            #[cfg(test)]
            forgetful: false,
        }
    }
}

impl Params {
    const fn pauses(&self) -> Pauses {
        Pauses { first: self.gap, longest: self.gap_longest }
    }
}

/// What replicas say to one another.
#[derive(Debug)]
pub enum Message {
    /// These statements are missing here.
    Nack {
        /// Whose.
        attester: AttesterId,
        /// The first number that is missing.
        from: u32,
        /// The first that is here.
        to: u32,
    },
    /// What of it is here.
    Kept {
        /// Whose.
        attester: AttesterId,
        /// The sender delivered everything below and does not keep it.
        oldest: u32,
        /// In order.
        items: Vec<Item>,
    },
    /// Two statements of one attester with one number.
    Proof(Item, Item),
}

impl Encode for Message {
    fn encode(&self, to: &mut dyn Encoder) {
        match self {
            Self::Nack { attester, from, to: until } => {
                0_u8.encode(to);
                attester.0.encode(to);
                from.encode(to);
                until.encode(to);
            }
            Self::Kept { attester, oldest, items } => {
                1_u8.encode(to);
                attester.0.encode(to);
                oldest.encode(to);
                items.encode(to);
            }
            Self::Proof(one, other) => {
                2_u8.encode(to);
                one.encode(to);
                other.encode(to);
            }
        }
    }
}

impl Strategy for Fifo {
    const NAME: &'static str = "fifo";
    const SUMMARY: &'static str = "each attester's statements in its own order";
    type Params = Params;
    type Message = Message;
    type Durable = Journal<Past, Event>;
    type Replica = replica::Replica;
    type Submitter = NoSubmitter;
    const NOTES: &'static [&'static str] = &["quarantined attesters", "skipped statements"];

    fn check(params: &Params) -> Result<(), String> {
        at_least("gap", params.gap, SHORTEST)?;
        at_least("gap_longest", params.gap_longest, params.gap)?;
        between("buffer", params.buffer, &(1..=1_000_000))?;
        at_least("history", params.history, params.gap)
    }

    fn guarantees(committee: &Committee, _: &Params) -> Guarantees {
        Guarantees {
            summary: "per attester".to_owned(),
            owed: vec![
                Property::Integrity,
                Property::NoDuplication,
                Property::PerAttesterOrder,
                Property::MonotonicReads,
                Property::RegularReads,
            ],
            assumptions: Assumptions {
                faults: FaultModel::Crash(committee.size() - 1),
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: None,
                absence_bound: None,
            },
        }
    }

    fn liveness(_: &Committee, _: &Params) -> Result<Liveness, &'static str> {
        Err("what all have forgotten nobody fills a gap with")
    }

    fn work(message: &Message) -> Work {
        match message {
            Message::Nack { .. } => Work::NONE,
            Message::Kept { items, .. } => Work::verify(items.len() as u32),
            Message::Proof(..) => Work::verify(2),
        }
    }

    fn replica(seat: Seat, params: &Params) -> replica::Replica {
        replica::Replica::new(seat, params)
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }
}

#[cfg(test)]
mod tests {
    use super::super::transcript::{self, Hunt};
    use super::*;

    #[test]
    fn transcripts() {
        transcript::check::<Fifo>();
    }

    #[test]
    fn storms() {
        Hunt::<Fifo>::default().check();
    }

    #[test]
    fn a_hunt_finds_a_replica_that_forgets_to_persist() {
        let params = Params { forgetful: true, ..Params::default() };
        let broken = Hunt::<Fifo> { params, ..Hunt::default() }.find();
        assert!(broken.is_some_and(|(_, how)| how.contains("no duplication")));
    }

    #[test]
    fn giving_up_keeps_the_order() {
        let params = Params { give_up: 1, ..Params::default() };
        Hunt::<Fifo> { params, ..Hunt::default() }.check();
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Fifo::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { gap: Span::ZERO, ..Params::default() };
        check(params, "gap = 0s: must be at least 1ms");
        let params = Params { buffer: 0, ..Params::default() };
        check(params, "buffer = 0: must be between 1 and 1000000");
    }
}
