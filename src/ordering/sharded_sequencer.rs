//! `sharded-sequencer`: subjects are dealt to lanes, and each lane has a sequencer of its own,
//! with the epochs and the takeovers of `sequencer`: a lane is one, whole. The sequencer of a
//! lane's epoch is validator (lane + epoch) mod n, so that the work is shared and the loss of one
//! validator stops some lanes only (Scalog, NSDI 2020; Mir-BFT and ISS for its Byzantine kin).
//!
//! **The order is per lane.** Validators may deliver two lanes in different turns. A statement
//! that refers to another of another lane may come before it at some: an orphan there, and not
//! elsewhere, whose client may try again. So registries may differ on links across lanes. Who
//! links a lot keeps to one subject, or sets `lanes = 1`, which is `sequencer`.

mod replica;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limit::between;
use super::prelude::*;
use super::sequencer::{self, Commit, Sequencer};

/// The strategy.
pub struct ShardedSequencer;

/// How many lanes, and how each is sequenced.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How many lanes there are, K; a subject's lane is its number mod K.
    pub lanes: u16,
    /// As for `sequencer`, of every lane.
    pub lane: sequencer::Params,
    /// For tests: deals what it has in the order of arrival and not by subject.
    #[cfg(test)]
    #[serde(skip)]
    is_careless: bool,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            lanes: 8,
            lane: sequencer::Params::default(),
            #[cfg(test)]
            is_careless: false,
        }
    }
}

/// What the replicas of one lane say to one another.
pub struct Message {
    /// The lane.
    pub lane: u16,
    /// What is said.
    pub said: sequencer::Message,
}

impl Encode for Message {
    fn encode(&self, to: &mut dyn Encoder) {
        self.lane.encode(to);
        self.said.encode(to);
    }
}

impl fmt::Debug for Message {
    /// One line of a transcript: `Lane1 Ordered e0 #3 [a0], committed 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lane{} {:?}", self.lane, self.said)
    }
}

impl Strategy for ShardedSequencer {
    const NAME: &'static str = "sharded-sequencer";
    const SUMMARY: &'static str = "subjects in lanes, each with a sequencer that can be replaced";
    type Params = Params;
    type Message = Message;
    /// By lane.
    type Durable = Vec<Option<<Sequencer as Strategy>::Durable>>;
    type Replica = replica::Replica;
    type Submitter = NoSubmitter;
    const NOTES: &'static [&'static str] =
        &["epochs of all lanes", "batches skipped", "batches off the chain"];

    fn check(params: &Params) -> Result<(), String> {
        between("lanes", params.lanes, &(1..=1_024))?;
        Sequencer::check(&params.lane).map_err(|error| format!("lane.{error}"))
    }

    /// What `sequencer` owes, with one order per subject in place of one of all.
    fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
        let lane = Sequencer::guarantees(committee, &params.lane);
        let order =
            if params.lanes == 1 { Property::TotalOrder } else { Property::PerSubjectOrder };
        let owed = lane.owed.into_iter();
        let owed = owed.map(|owed| if owed == Property::TotalOrder { order } else { owed });
        let summary = match params.lane.commit {
            Commit::Majority => "per lane, survives a minority",
            Commit::Leader => "per lane, trusts each one's sequencer",
        };
        let (summary, assumptions) = (summary.to_owned(), lane.assumptions);
        Guarantees { summary, owed: owed.collect(), assumptions }
    }

    /// As in `sequencer`: lanes do not wait for one another.
    fn liveness(committee: &Committee, params: &Params) -> Result<Liveness, &'static str> {
        Sequencer::liveness(committee, &params.lane)
    }

    fn work(message: &Message) -> Work {
        Sequencer::work(&message.said)
    }

    fn replica(seat: Seat, params: &Params) -> replica::Replica {
        replica::Replica::new(&seat, params)
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }

    /// Of lane 0.
    fn first_leader(committee: &Committee) -> Option<u16> {
        Sequencer::first_leader(committee)
    }
}

#[cfg(test)]
mod tests {
    use super::super::transcript::{self, Hunt};
    use super::*;

    const THREE: fn() -> Params = || Params { lanes: 3, ..Params::default() };
    const HUNT: fn() -> Hunt<ShardedSequencer> =
        || Hunt { params: THREE(), subjects: 5, catches_up: true, runs: 150, ..Hunt::default() };

    #[test]
    fn transcripts() {
        transcript::check::<ShardedSequencer>();
    }

    #[test]
    fn storms() {
        for replicas in [3, 4] {
            Hunt { replicas, settles: true, ..HUNT() }.check();
        }
    }

    #[test]
    fn storms_with_many_takeovers() {
        let mut params = THREE();
        params.lane.heartbeat = Span::from_millis(30);
        params.lane.takeover = Span::from_millis(160);
        Hunt { params, replicas: 5, runs: 80, ..HUNT() }.check();
    }

    #[test]
    fn a_hunt_finds_that_lanes_are_not_one_order() {
        let mut stated = ShardedSequencer::guarantees(&Committee::new(4), &THREE());
        stated.owed.push(Property::TotalOrder);
        let held_to = Some((stated.owed, stated.assumptions));
        let broken = Hunt { held_to, ..HUNT() }.find();
        assert!(broken.is_some_and(|(_, how)| how.contains("total order")));
    }

    #[test]
    fn a_hunt_finds_a_subject_in_two_lanes() {
        let broken = Hunt { params: Params { is_careless: true, ..THREE() }, ..HUNT() }.find();
        assert!(broken.is_some(), "the same in two lanes is delivered twice, or in two orders");
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            let found = ShardedSequencer::check(&params);
            assert_eq!(found.err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        check(Params { lanes: 0, ..THREE() }, "lanes = 0: must be between 1 and 1024");
        let mut params = THREE();
        params.lane.batch_most = 0;
        check(params, "lane.batch_most = 0: must be between 1 and 100000");
    }
}
