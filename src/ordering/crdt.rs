//! `crdt`: a grow-only set of statements, and a registry that is a function of it (strong eventual
//! consistency; Shapiro, Preguiça, Baquero and Zawirski, SSS 2011). Nobody waits for anybody.
//!
//! **Convergence without an order.** A registry applies one statement after another and judges
//! some by their order: two that replace one, a revocation and what builds on it. Those that
//! interfere are applied by hybrid stamps, causes first; all others commute and stay where they
//! are. So a statement is delivered at once and for now, at the end if it can be; what comes late
//! has the suffix taken back from the first that must come after it, and that delivered again.
//! Equal sets are equal registries, whatever the way there. But for expiry: what expires on the
//! way to one validator is refused there, and that no order can mend. And but for names
//! that are given in the order of application (numbers of `sign`, uids of inclusion): who uses one
//! may mean another.
//!
//! **Anti-entropy.** Every `every` a replica whose set has grown tells a random peer the sums of
//! its buckets of time; what differs is exchanged both ways. Once every peer is known to have the
//! same it is quiet. Any one honest path repairs all: withstands any number of liars (Kleppmann
//! and Howard, *Byzantine Eventual Consistency*, 2020). No time is stated within which what was
//! held up comes through: whom to compare with is drawn, so any time is exceeded with some
//! probability; all the more as all but one may lie.

mod exchange;
mod log;
mod replica;
mod summary;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kept::JournalOf;
use super::limit::{SHORTEST, at_least};
use super::prelude::*;
use log::Log;
use summary::Sum;

/// The strategy.
pub struct Crdt;

/// How sets are brought together.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How often a replica whose set has grown compares it with a peer's, T.
    pub every: Span,
    /// What was written less long ago than this is not compared: it is still on its way.
    pub young: Span,
    /// What is summed up together: what was written within so long.
    pub bucket: Span,
    /// How long statements are known; what is older is not taken in, and stays as it is.
    pub history: Span,
    /// For tests: delivers everything in the order in which it comes.
    #[cfg(test)]
    #[serde(skip)]
    is_hasty: bool,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            every: Span::from_millis(200),
            young: Span::from_millis(500),
            bucket: Span::from_millis(500),
            history: Span::from_secs(60),
            #[cfg(test)]
            is_hasty: false,
        }
    }
}

/// What replicas say to one another.
#[derive(Debug)]
pub enum Message {
    /// What is in my set.
    Digest {
        /// The buckets compared, the first and the last.
        range: (i64, i64),
        /// What is in those that are not empty.
        sums: Vec<(i64, Sum)>,
        /// Which state of my set this is, if it is all of it.
        version: Option<u64>,
    },
    /// The same is in mine.
    Same(Option<u64>),
    /// Mine differs in these buckets.
    Differs {
        /// The buckets.
        buckets: Vec<i64>,
        /// All that is in them here.
        ids: Vec<Id>,
    },
    /// These are missing here.
    Want(Vec<Id>),
    /// These are here.
    Give(Vec<Item>),
}

impl Encode for Message {
    fn encode(&self, to: &mut dyn Encoder) {
        match self {
            Self::Digest { range, sums, version } => {
                0_u8.encode(to);
                range.encode(to);
                sums.encode(to);
                version.encode(to);
            }
            Self::Same(version) => {
                1_u8.encode(to);
                version.encode(to);
            }
            Self::Differs { buckets, ids } => {
                2_u8.encode(to);
                buckets.encode(to);
                ids.encode(to);
            }
            Self::Want(ids) => {
                3_u8.encode(to);
                ids.encode(to);
            }
            Self::Give(items) => {
                4_u8.encode(to);
                items.encode(to);
            }
        }
    }
}

impl Strategy for Crdt {
    const NAME: &'static str = "crdt";
    const SUMMARY: &'static str = "a growing set; equal sets are equal registries";
    const READS_CLOCK: bool = true;
    type Params = Params;
    type Message = Message;
    type Durable = JournalOf<Log>;
    type Replica = replica::Replica;
    type Submitter = NoSubmitter;
    const NOTES: &'static [&'static str] = &["retractions", "statements too old or too new"];

    fn check(params: &Params) -> Result<(), String> {
        at_least("every", params.every, SHORTEST)?;
        at_least("bucket", params.bucket, SHORTEST)?;
        let least = Span::from_nanos(8 * params.young.max(params.bucket).as_nanos());
        at_least("history", params.history, least)
    }

    fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
        let quarter = params.history.as_nanos() / 4;
        Guarantees {
            summary: "convergence, nothing is final".to_owned(),
            // Of reads nothing: what is taken back for an earlier one is unknown for a while.
            owed: vec![
                Property::Integrity,
                Property::NoDuplication,
                Property::Agreement,
                Property::Convergence,
            ],
            assumptions: Assumptions {
                faults: FaultModel::Byzantine(committee.size() - 1),
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: Some(Span::from_nanos(quarter)),
                absence_bound: Some(Span::from_nanos(2 * quarter)),
            },
        }
    }

    fn liveness(_: &Committee, _: &Params) -> Result<Liveness, &'static str> {
        Err("whom to compare with is drawn, so that any time is exceeded with some probability")
    }

    fn work(message: &Message) -> Work {
        match message {
            Message::Give(items) => Work::verify(items.len() as u32),
            Message::Digest { .. }
            | Message::Same(_)
            | Message::Differs { .. }
            | Message::Want(_) => Work::NONE,
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

    const HUNT: fn() -> Hunt<Crdt> = || Hunt { catches_up: true, settles: true, ..Hunt::default() };

    #[test]
    fn transcripts() {
        transcript::check::<Crdt>();
    }

    #[test]
    fn storms() {
        HUNT().check();
    }

    #[test]
    fn storms_of_attesters_that_equivocate() {
        Hunt { equivocates: true, replicas: 3, ..HUNT() }.check();
    }

    #[test]
    fn what_one_replica_gets_all_deliver() {
        let stated = Crdt::guarantees(&Committee::new(4), &Params::default());
        let (faults, transport) = (FaultModel::None, TransportNeed::Reliable);
        let assumed = Assumptions { faults, transport, ..stated.assumptions };
        let held_to = Some((stated.owed, assumed));
        Hunt { held_to, reaches_one: true, ..HUNT() }.check();
    }

    fn found(params: Params) -> String {
        Hunt { params, ..HUNT() }.find().map(|(_, how)| how).unwrap_or_default()
    }

    #[test]
    fn a_hunt_finds_ties_broken_by_arrival() {
        let how = found(Params { is_hasty: true, ..Params::default() });
        assert!(how.contains("convergence"), "{how}");
    }

    #[test]
    fn a_hunt_finds_replicas_that_never_compare() {
        let how = found(Params { every: Span::from_secs(3_600), ..Params::default() });
        assert!(how.contains("agreement"), "{how}");
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Crdt::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { every: Span::ZERO, ..Params::default() };
        check(params, "every = 0s: must be at least 1ms");
        let params = Params { young: Span::from_secs(10), ..Params::default() };
        check(params, "history = 1m: must be at least 1m20s");
    }
}
