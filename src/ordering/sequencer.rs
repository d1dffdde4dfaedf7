//! `sequencer`: one validator puts all tries in order, in batches; the others follow its log.
//!
//! Batches carry names; bodies come from routers, or are fetched. With `commit = "majority"` a
//! batch is delivered once a majority has it on disk, so that whoever takes over has it too:
//! Viewstamped Replication (Liskov and Cowling, *Viewstamped Replication Revisited*, 2012) with its
//! views called epochs and its view change a takeover. With `commit = "leader"` followers deliver
//! what the sequencer says when it says it, and whoever takes over may part them: whether the
//! sequencer has crashed, or has not been heard for too long.
//!
//! What reached a follower and is not ordered after a while may never have reached the sequencer:
//! the follower forwards it, as backups of PBFT relay requests (Castro and Liskov, 1999, 4.1). That
//! costs nothing while routers reach the sequencer; else one message per follower and `forward`.
//!
//! A replica that lost its state has lost promises too, and no number of answers brings them back
//! (Michael, Ports, Sharma and Szekeres, *Recovering Shared Objects Without Stable Storage*, 2017):
//! it follows and delivers, but neither acknowledges nor leads any more. So it counts as failed
//! for good: losses of state add up, and no more than a minority is ever withstood.
//!
//! Batches are kept for `history`. Who was out of reach for longer goes on without what all others
//! have forgotten; so nobody is assumed to be for more than half of it: catching up takes time.

mod follower;
mod leader;
mod log;
mod message;
mod replica;
mod takeover;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;
use super::{Journal, Pauses};
use log::{Event, Log};
pub use message::Message;

/// The strategy.
pub struct Sequencer;

/// How the sequencer batches, when its batches count, and when it is replaced.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How long the sequencer collects tries for a batch.
    pub batch: Span,
    /// How many tries make a batch at once.
    pub batch_most: u32,
    /// When a batch is delivered.
    pub commit: Commit,
    /// How often the sequencer says that it is there, and how far.
    pub heartbeat: Span,
    /// Silence of the sequencer after which the next validator takes over; the one after it waits
    /// twice as long, and so on.
    pub takeover: Span,
    /// From seeing a gap, in the log or of a body, to asking for what is missing.
    pub gap: Span,
    /// The pause between questions for a body doubles up to this.
    pub gap_longest: Span,
    /// How long a follower waits for a try to be ordered before it forwards it to the sequencer,
    /// and then does so again.
    pub forward: Span,
    /// How long delivered batches are kept for those who miss them.
    pub history: Span,
}

/// When a batch is delivered.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Commit {
    /// When a majority has it.
    Majority,
    /// When the sequencer says it.
    Leader,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            batch: Span::from_millis(10),
            batch_most: 500,
            commit: Commit::Majority,
            heartbeat: Span::from_millis(100),
            takeover: Span::from_secs(1),
            gap: Span::from_millis(50),
            gap_longest: Span::from_secs(2),
            forward: Span::from_millis(500),
            history: Span::from_secs(60),
        }
    }
}

impl Strategy for Sequencer {
    const NAME: &'static str = "sequencer";
    const SUMMARY: &'static str = "one validator puts everything in order, others can take over";
    type Params = Params;
    type Message = Message;
    type Durable = Journal<Log, Event>;
    type Replica = replica::Replica;
    type Submitter = NoSubmitter;
    const NOTES: &'static [&'static str] = &["epoch", "batches skipped", "batches off the chain"];

    fn check(params: &Params) -> Result<(), String> {
        between("batch_most", params.batch_most, &(1..=100_000))?;
        at_least("heartbeat", params.heartbeat, SHORTEST)?;
        at_least("takeover", params.takeover, params.heartbeat)?;
        at_least("gap", params.gap, SHORTEST)?;
        at_least("gap_longest", params.gap_longest, params.gap)?;
        at_least("forward", params.forward, SHORTEST)?;
        at_least("history", params.history, params.takeover)
    }

    fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
        let summary = match params.commit {
            Commit::Majority => "total, survives a minority",
            Commit::Leader => "total, trusts one",
        };
        let mut owed = vec![
            Property::Integrity,
            Property::NoDuplication,
            Property::TotalOrder,
            Property::Agreement,
            Property::Finality,
            Property::MonotonicReads,
            Property::RegularReads,
        ];
        if params.commit == Commit::Majority {
            owed.push(Property::Durability);
        }
        Guarantees { summary: summary.to_owned(), owed, assumptions: params.assumptions(committee) }
    }

    /// Whoever is next in turn and kept its state takes over from a sequencer that did not: a
    /// minority may have lost theirs, and one turn more is left for the change itself. Then a
    /// follower that was away as long as one may be asks for its batches, so many at a time, and
    /// for bodies at one after the other. Nothing is stated where every try is a batch, as nobody
    /// knows how many there are.
    fn liveness(committee: &Committee, params: &Params) -> Result<Liveness, &'static str> {
        let delta = params.takeover.scaled(0.25);
        let absence = params.longest_absence().as_nanos();
        let batches = absence.checked_div(params.batch.as_nanos());
        let batches = batches.ok_or("without batches any number of attestations may be missing")?;
        let elected = params.takeover * (u64::from(committee.minority()) + 2);
        let placed = (params.gap + delta * 2) * (batches / leader::MOST_REPEATED + 1);
        let found = params.gap_longest * u64::from(committee.size());
        Ok(Liveness { delta, within: elected + placed + found, trouble: None })
    }

    fn work(message: &Message) -> Work {
        match message {
            Message::Forward(items) => Work::verify(items.len() as u32),
            Message::Found(signed) => Work::verify(signed.len() as u32),
            Message::Tail { batches, .. } => {
                Work::verify(batches.iter().map(|items| items.len() as u32).sum())
            }
            Message::Ordered { .. }
            | Message::Beat { .. }
            | Message::Ack { .. }
            | Message::Missing { .. }
            | Message::Begin { .. }
            | Message::Takeover { .. }
            | Message::Fetch(_) => Work::NONE,
        }
    }

    fn replica(seat: Seat, params: &Params) -> replica::Replica {
        replica::Replica::new(seat, params, 0)
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }

    fn first_leader(_: &Committee) -> Option<u16> {
        Some(0)
    }
}

impl Params {
    const fn pauses(&self) -> Pauses {
        Pauses { first: self.gap, longest: self.gap_longest }
    }

    pub(super) fn assumptions(&self, committee: &Committee) -> Assumptions {
        let absence_bound = Some(self.longest_absence());
        match self.commit {
            Commit::Majority => Assumptions {
                faults: FaultModel::Crash(committee.minority()),
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: None,
                absence_bound,
            },
            // Nobody may have reason to take over: between two heartbeats heard lies one pause,
            // what one is late, and what the sequencer was out of reach.
            Commit::Leader => {
                let slack = self.takeover.saturating_sub(self.heartbeat).as_nanos();
                let half = Some(Span::from_nanos(slack / 2));
                Assumptions {
                    faults: FaultModel::None,
                    transport: TransportNeed::Reliable,
                    delay_bound: half,
                    clock_bound: None,
                    absence_bound: absence_bound.min(half),
                }
            }
        }
    }

    /// Who was out of reach for no longer than this misses nothing.
    const fn longest_absence(&self) -> Span {
        Span::from_nanos(self.history.as_nanos() / 2)
    }
}

/// A replica of one sequencer among several; `first` is the sequencer of its first epoch.
pub(super) fn replica(seat: Seat, params: &Params, first: u32) -> replica::Replica {
    replica::Replica::new(seat, params, first)
}

#[cfg(test)]
mod tests {
    use super::super::transcript::{self, Hunt};
    use super::*;

    const HUNT: fn() -> Hunt<Sequencer> =
        || Hunt { catches_up: true, settles: true, ..Hunt::default() };

    #[test]
    fn transcripts() {
        transcript::check::<Sequencer>();
    }

    #[test]
    fn storms() {
        HUNT().check();
    }

    #[test]
    fn storms_in_which_operators_hand_the_lead_over() {
        Hunt { hands_over: true, ..HUNT() }.check();
        Hunt { hands_over: true, replicas: 5, ..HUNT() }.check();
    }

    #[test]
    fn storms_with_many_takeovers() {
        let params = Params {
            heartbeat: Span::from_millis(30),
            takeover: Span::from_millis(160),
            ..Params::default()
        };
        for replicas in [3, 5] {
            Hunt { replicas, params: params.clone(), ..HUNT() }.check();
        }
    }

    /// No client brings a body again that crashed with the replicas that had it.
    #[test]
    fn storms_without_clients_who_try_again() {
        Hunt::<Sequencer> { replicas: 5, runs: 800, tries: 0, settles: false, ..HUNT() }.check();
    }

    /// Each statement reaches one replica only, however often its client tries.
    fn lone(forward: Span) -> Hunt<Sequencer> {
        let stated = Sequencer::guarantees(&Committee::new(4), &Params::default());
        let (faults, transport) = (FaultModel::None, TransportNeed::Reliable);
        let assumed = Assumptions { faults, transport, ..stated.assumptions };
        let params = Params { forward, ..Params::default() };
        let held_to = Some((stated.owed, assumed));
        Hunt { params, held_to, reaches_one: true, ..HUNT() }
    }

    #[test]
    fn what_one_replica_gets_all_deliver() {
        lone(Params::default().forward).check();
    }

    #[test]
    fn a_hunt_finds_what_is_not_forwarded() {
        let broken = lone(Span::from_secs(3_600)).find();
        assert!(broken.is_some_and(|(_, how)| how.contains("never settled")));
    }

    #[test]
    fn storms_without_crashes_when_the_leader_commits() {
        let params = Params { commit: Commit::Leader, ..Params::default() };
        let hunt = Hunt::<Sequencer> { params, settles: true, ..Hunt::default() };
        hunt.check();
        // Loss and partitions as well, as long as nobody ever takes over.
        let takeover = Span::from_secs(3_600);
        let params = Params { takeover, ..hunt.params.clone() };
        let stated = Sequencer::guarantees(&Committee::new(4), &params);
        let transport = TransportNeed::Datagram;
        let assumed = Assumptions { transport, delay_bound: None, ..stated.assumptions };
        Hunt { params, held_to: Some((stated.owed, assumed)), ..hunt }.check();
    }

    #[test]
    fn a_hunt_finds_that_a_leader_alone_does_not_survive() {
        let majority = Sequencer::guarantees(&Committee::new(4), &Params::default());
        let params = Params { commit: Commit::Leader, ..Params::default() };
        let held_to = Some((majority.owed, majority.assumptions));
        let broken = Hunt::<Sequencer> { params, held_to, ..HUNT() }.find();
        assert!(broken.is_some_and(|(_, how)| how.contains("total order")));
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Sequencer::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { batch_most: 0, ..Params::default() };
        check(params, "batch_most = 0: must be between 1 and 100000");
        let params = Params { takeover: Span::from_millis(1), ..Params::default() };
        check(params, "takeover = 1ms: must be at least 100ms");
    }
}
