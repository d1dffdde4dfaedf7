//! `causal`: nothing before what it refers to. The hash DAG form of causal broadcast: an id names
//! its content, so a missing parent can be asked for at anybody (Birman, Schiper and Stephenson
//! 1991; Kleppmann and Howard, *Byzantine Eventual Consistency*, 2020).
//!
//! No time is stated within which what was held up comes through: which parent a missing parent has
//! is known once that is here, so that a chain is fetched one link after the other, however long it
//! is; and peers that have a link forget it after `history`.

mod faded;
mod replica;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Pauses;
use super::delivered::Durable;
use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;
use faded::Kept;

/// The strategy.
pub struct Causal;

/// How missing parents are fetched.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// From missing a parent to asking a peer for it, T_fetch.
    pub fetch: Span,
    /// The pause doubles with every question, up to this.
    pub fetch_longest: Span,
    /// How many statements wait for parents at most; the oldest is dropped for one more.
    pub held: u32,
    /// How long delivered statements are kept for peers, and how long one waits for its parent.
    pub history: Span,
    /// How long ids of delivered statements are known, for what refers to them.
    pub references: Span,
    /// For tests: delivers what has waited for one answer in vain.
    #[cfg(test)]
    #[serde(skip)]
    is_hasty: bool,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            fetch: Span::from_millis(100),
            fetch_longest: Span::from_secs(2),
            held: 10_000,
            history: Span::from_secs(60),
            references: Span::from_secs(600),
            #[cfg(test)]
            is_hasty: false,
        }
    }
}

impl Params {
    const fn pauses(&self) -> Pauses {
        Pauses { first: self.fetch, longest: self.fetch_longest }
    }
}

/// What replicas say to one another.
#[derive(Debug)]
pub enum Message {
    /// These are missing here.
    Fetch(Vec<Id>),
    /// These are here.
    Found(Vec<Item>),
}

impl Encode for Message {
    fn encode(&self, to: &mut dyn Encoder) {
        match self {
            Self::Fetch(ids) => {
                0_u8.encode(to);
                ids.encode(to);
            }
            Self::Found(items) => {
                1_u8.encode(to);
                items.encode(to);
            }
        }
    }
}

impl Strategy for Causal {
    const NAME: &'static str = "causal";
    const SUMMARY: &'static str = "nothing before what it refers to";
    type Params = Params;
    type Message = Message;
    type Durable = (Durable, Kept);
    type Replica = replica::Replica;
    type Submitter = NoSubmitter;
    const NOTES: &'static [&'static str] = &["statements dropped while waiting"];

    fn check(params: &Params) -> Result<(), String> {
        at_least("fetch", params.fetch, SHORTEST)?;
        at_least("fetch_longest", params.fetch_longest, params.fetch)?;
        between("held", params.held, &(1..=10_000_000))?;
        at_least("history", params.history, params.fetch)?;
        at_least("references", params.references, params.history)
    }

    /// Ids are hashes and statements signed, so no number of liars can have an effect delivered
    /// before its cause; they can withhold the cause.
    fn guarantees(committee: &Committee, _: &Params) -> Guarantees {
        Guarantees {
            summary: "causal".to_owned(),
            owed: vec![
                Property::Integrity,
                Property::NoDuplication,
                Property::CausalOrder,
                Property::MonotonicReads,
                Property::RegularReads,
            ],
            assumptions: Assumptions {
                faults: FaultModel::Byzantine(committee.size() - 1),
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: None,
                absence_bound: None,
            },
        }
    }

    fn liveness(_: &Committee, _: &Params) -> Result<Liveness, &'static str> {
        Err("a chain of missing parents is fetched one after the other, however long it is")
    }

    fn work(message: &Message) -> Work {
        match message {
            Message::Fetch(_) => Work::NONE,
            Message::Found(items) => Work::verify(items.len() as u32),
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
        transcript::check::<Causal>();
    }

    #[test]
    fn storms() {
        Hunt::<Causal>::default().check();
    }

    #[test]
    fn storms_with_short_memories() {
        let (history, references) = (Span::from_secs(2), Span::from_secs(100));
        let params = Params { history, references, ..Params::default() };
        Hunt::<Causal> { params, ..Hunt::default() }.check();
    }

    #[test]
    fn a_hunt_finds_a_hasty_replica() {
        let params = Params { is_hasty: true, ..Params::default() };
        let broken = Hunt::<Causal> { params, ..Hunt::default() }.find();
        assert!(broken.is_some_and(|(_, how)| how.contains("before what it refers to")));
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Causal::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { fetch: Span::ZERO, ..Params::default() };
        check(params, "fetch = 0s: must be at least 1ms");
        let params = Params { held: 0, ..Params::default() };
        check(params, "held = 0: must be between 1 and 10000000");
    }
}
