//! `hlc`: the order of hybrid logical clocks (Kulkarni et al. 2014), by (l, c), attester, number
//! and id; what an attester had seen never comes after what it wrote then, however far clocks are
//! apart.
//!
//! With `deliver = "stable"` a statement is delivered once the watermark of `watermark` has passed
//! its l. With `deliver = "provisional"` it is delivered at once, and final when the watermark
//! passes: what comes late, but not too late, has all above it retracted and delivered again.
//!
//! Who comes behind the watermark is never delivered here, as in `watermark`, and a second try
//! adds nothing to the first. So no time is stated within which what was held up comes through.

mod book;
mod replica;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kept::JournalOf;
use super::limit::{SHORTEST, at_least};
use super::prelude::*;
use book::Book;

/// The strategy.
pub struct Hlc;

/// How long to wait for whom, and whether to deliver meanwhile.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// When a statement is delivered.
    pub deliver: Deliver,
    /// How far the watermark runs behind the attesters' clocks, B.
    pub hold: Span,
    /// How often it is moved, P.
    pub tick: Span,
    /// An attester silent for this long does not hold the watermark back.
    pub idle: Span,
    /// A statement whose l is further ahead of the local clock than this is refused; also how far
    /// clocks may differ.
    pub epsilon_max: Span,
    /// How long stamps are known, for what refers to them.
    pub history: Span,
    /// For tests: stamps by the attester's own clock alone.
    #[cfg(test)]
    #[serde(skip)]
    is_plain: bool,
}

/// When a statement is delivered.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deliver {
    /// When the watermark has passed it: once and for good.
    Stable,
    /// At once; until the watermark has passed it, what sorts earlier may still come.
    Provisional,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            deliver: Deliver::Stable,
            hold: Span::from_millis(500),
            tick: Span::from_millis(20),
            idle: Span::from_millis(100),
            epsilon_max: Span::from_millis(100),
            history: Span::from_secs(60),
            #[cfg(test)]
            is_plain: false,
        }
    }
}

/// Replicas say nothing to one another: stamps are in the statements.
#[derive(Debug)]
pub enum Message {}

impl Encode for Message {
    fn encode(&self, _to: &mut dyn Encoder) {
        match *self {}
    }
}

impl Strategy for Hlc {
    const NAME: &'static str = "hlc";
    const SUMMARY: &'static str = "the order of hybrid clocks, no effect before its cause";
    const READS_CLOCK: bool = true;
    type Params = Params;
    type Message = Message;
    /// All stamps, what is not final, and the watermark.
    type Durable = JournalOf<Book>;
    type Replica = replica::Replica;
    type Submitter = NoSubmitter;
    const NOTES: &'static [&'static str] =
        &["late statements", "statements from the future", "retractions"];

    fn check(params: &Params) -> Result<(), String> {
        at_least("hold", params.hold, SHORTEST)?;
        at_least("tick", params.tick, SHORTEST)?;
        at_least("idle", params.idle, SHORTEST)?;
        at_least("history", params.history, params.hold)?;
        if params.epsilon_max >= params.hold {
            let Params { epsilon_max, hold, .. } = params;
            return Err(format!(
                "epsilon_max = {epsilon_max}: must be less than hold, which is {hold}"
            ));
        }
        Ok(())
    }

    /// One order that respects causes, if delay and skew together stay below the hold-back.
    fn guarantees(_: &Committee, params: &Params) -> Guarantees {
        let mut owed = vec![
            Property::Integrity,
            Property::NoDuplication,
            // Until the end later ones may be there first; they are taken back.
            Property::PerAttesterOrder,
            Property::CausalOrder,
            Property::TotalOrder,
            Property::Agreement,
            Property::Finality,
        ];
        // What is taken back for an earlier one is unknown to readers for a while.
        if params.deliver == Deliver::Stable {
            owed.extend([Property::MonotonicReads, Property::RegularReads]);
        }
        Guarantees {
            summary: match params.deliver {
                Deliver::Stable => "total and causal, trusts delays and clocks".to_owned(),
                Deliver::Provisional => "total and causal in the end, trusts delays".to_owned(),
            },
            owed,
            assumptions: Assumptions {
                // Nobody repairs what a validator missed while it was down.
                faults: FaultModel::None,
                transport: TransportNeed::Reliable,
                delay_bound: Some(params.hold.saturating_sub(params.epsilon_max)),
                clock_bound: Some(params.epsilon_max),
                absence_bound: None,
            },
        }
    }

    fn liveness(_: &Committee, _: &Params) -> Result<Liveness, &'static str> {
        Err("what comes behind the watermark is never delivered")
    }

    fn work(message: &Message) -> Work {
        match *message {}
    }

    fn replica(_: Seat, params: &Params) -> replica::Replica {
        replica::Replica::new(params)
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }
}

#[cfg(test)]
mod tests {
    use super::super::transcript::{self, Hunt};
    use super::*;

    const PROVISIONAL: fn() -> Params =
        || Params { deliver: Deliver::Provisional, ..Params::default() };

    #[test]
    fn transcripts() {
        transcript::check::<Hlc>();
    }

    #[test]
    fn storms() {
        for params in [Params::default(), PROVISIONAL()] {
            Hunt::<Hlc> { params, ..Hunt::default() }.check();
        }
    }

    #[test]
    fn storms_with_clocks_far_apart() {
        let (hold, epsilon_max) = (Span::from_millis(900), Span::from_millis(600));
        let params = Params { hold, epsilon_max, ..PROVISIONAL() };
        Hunt::<Hlc> { params, ..Hunt::default() }.check();
    }

    #[test]
    fn a_hunt_finds_clocks_that_are_not_logical() {
        let (hold, epsilon_max) = (Span::from_millis(900), Span::from_millis(600));
        let params = Params { hold, epsilon_max, is_plain: true, ..Params::default() };
        let broken = Hunt::<Hlc> { params, ..Hunt::default() }.find();
        assert!(broken.is_some_and(|(_, how)| how.contains("order")));
    }

    /// What the usual hold-back promises, asked of a shorter one.
    #[test]
    fn a_hunt_finds_a_hold_back_below_the_delay() {
        let usual = Hlc::guarantees(&Committee::new(4), &Params::default());
        let params = Params { hold: Span::from_millis(250), ..PROVISIONAL() };
        let held_to = Some((vec![Property::Agreement], usual.assumptions));
        let broken = Hunt::<Hlc> { params, held_to, ..Hunt::default() }.find();
        assert!(broken.is_some(), "what is late is missing");
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Hlc::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { tick: Span::ZERO, ..Params::default() };
        check(params, "tick = 0s: must be at least 1ms");
        let params = Params { epsilon_max: Span::from_secs(1), ..Params::default() };
        check(params, "epsilon_max = 1s: must be less than hold, which is 500ms");
    }
}
