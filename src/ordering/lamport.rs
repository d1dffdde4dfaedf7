//! `lamport`: the total order of Lamport's clocks, where everybody acknowledges everything
//! (Lamport, *Time, Clocks, and the Ordering of Events in a Distributed System*, CACM 1978, the
//! algorithm for mutual exclusion, pp. 561-562).
//!
//! A validator asks for a place for a batch of tries with its clock's time; all put it in a queue
//! by (time, validator). The head of the queue is delivered once a later time is known of every
//! other validator, who all answer a request with theirs. So the slowest sets the pace, and one
//! that is down stops everybody: **nobody may fail**. When it comes back with its state, requests
//! that it missed are repeated, and all go on; without its state nobody ever does.
//!
//! No time is stated within which what was held up comes through: everything waits for the slowest
//! link, and how soon a stream sends again what it lost is the stream's to say.
//!
//! An attester's tries are requested by one validator, its home. What nobody requested for
//! `forward` is requested by whoever has it; of two requests for a try the first counts.

mod message;
mod replica;
mod state;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Pauses;
use super::kept::JournalOf;
use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;
pub use message::Message;
use state::State;

/// The strategy.
pub struct Lamport;

/// How tries are requested, and what is missing repeated.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How long a validator collects tries for a request.
    pub batch: Span,
    /// How many tries make a request at once.
    pub batch_most: u32,
    /// How often a validator with a queue says how late it is, H.
    pub heartbeat: Span,
    /// How long a try may wait for its home to request it.
    pub forward: Span,
    /// From missing a body to asking a peer for it.
    pub gap: Span,
    /// The pause between questions for a body doubles up to this.
    pub gap_longest: Span,
    /// How long requests and bodies are kept for those who miss them.
    pub history: Span,
    /// For tests: delivers without the last validator's word.
    #[cfg(test)]
    #[serde(skip)]
    is_deaf: bool,
    /// For tests: of two requests with one time the first to come is the first.
    #[cfg(test)]
    #[serde(skip)]
    is_hasty: bool,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            batch: Span::from_millis(10),
            batch_most: 500,
            heartbeat: Span::from_millis(250),
            forward: Span::from_millis(500),
            gap: Span::from_millis(50),
            gap_longest: Span::from_secs(2),
            history: Span::from_secs(60),
            #[cfg(test)]
            is_deaf: false,
            #[cfg(test)]
            is_hasty: false,
        }
    }
}

impl Params {
    const fn pauses(&self) -> Pauses {
        Pauses { first: self.gap, longest: self.gap_longest }
    }
}

impl Strategy for Lamport {
    const NAME: &'static str = "lamport";
    const SUMMARY: &'static str = "logical clocks, everybody acknowledges everything";
    type Params = Params;
    type Message = Message;
    type Durable = JournalOf<State>;
    type Replica = replica::Replica;
    type Submitter = NoSubmitter;
    const NOTES: &'static [&'static str] = &["requests in the queue"];

    fn check(params: &Params) -> Result<(), String> {
        between("batch_most", params.batch_most, &(1..=100_000))?;
        at_least("heartbeat", params.heartbeat, SHORTEST)?;
        at_least("forward", params.forward, SHORTEST)?;
        at_least("gap", params.gap, SHORTEST)?;
        at_least("gap_longest", params.gap_longest, params.gap)?;
        at_least("history", params.history, params.forward)
    }

    fn guarantees(_: &Committee, params: &Params) -> Guarantees {
        let longest_absence = Span::from_nanos(params.history.as_nanos() / 2);
        let stated = Guarantees::total_order("total, stops with any validator", 0, longest_absence);
        let assumptions = Assumptions {
            faults: FaultModel::None,
            transport: TransportNeed::Stream,
            ..stated.assumptions
        };
        Guarantees { assumptions, ..stated }
    }

    fn liveness(_: &Committee, _: &Params) -> Result<Liveness, &'static str> {
        Err("everything waits for the slowest link, and its stream says when it sends again")
    }

    fn work(message: &Message) -> Work {
        match message {
            Message::Found(signed) => Work::verify(signed.len() as u32),
            Message::Request { .. }
            | Message::Clock { .. }
            | Message::Missing(_)
            | Message::Fetch(_) => Work::NONE,
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

    const HUNT: fn() -> Hunt<Lamport> = || Hunt { settles: true, ..Hunt::default() };

    #[test]
    fn transcripts() {
        transcript::check::<Lamport>();
    }

    #[test]
    fn storms() {
        for replicas in [1, 3, 4] {
            Hunt { replicas, runs: 150, ..HUNT() }.check();
        }
    }

    #[test]
    fn what_one_replica_gets_all_deliver() {
        Hunt { reaches_one: true, ..HUNT() }.check();
    }

    /// More than is owed: crashes with state, lost messages and partitions cost time only.
    #[test]
    fn storms_that_nobody_promised_to_withstand() {
        let stated = Lamport::guarantees(&Committee::new(4), &Params::default());
        let assumed = Assumptions { transport: TransportNeed::Datagram, ..stated.assumptions };
        let held_to = Some((stated.owed, assumed));
        Hunt { held_to, runs: 150, ..HUNT() }.check();
    }

    fn found(params: Params) -> String {
        Hunt { params, ..HUNT() }.find().map(|(_, how)| how).unwrap_or_default()
    }

    #[test]
    fn a_hunt_finds_ties_broken_by_arrival() {
        let how = found(Params { is_hasty: true, ..Params::default() });
        assert!(how.contains("total order"), "{how}");
    }

    #[test]
    fn a_hunt_finds_who_does_not_wait_for_the_last() {
        let how = found(Params { is_deaf: true, ..Params::default() });
        assert!(how.contains("total order"), "{how}");
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Lamport::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { batch_most: 0, ..Params::default() };
        check(params, "batch_most = 0: must be between 1 and 100000");
        let params = Params { heartbeat: Span::ZERO, ..Params::default() };
        check(params, "heartbeat = 0s: must be at least 1ms");
    }
}
