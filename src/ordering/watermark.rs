//! `watermark`: hold back, then deliver in the order of the attesters' clocks. If no statement
//! takes longer than the hold-back, all replicas deliver one sequence and never talk (Cristian,
//! Aghili, Strong and Dolev, synchronous atomic broadcast; the watermark is that of MillWheel,
//! Dataflow and Flink).
//!
//! The watermark runs `hold` behind the slowest attester that is not idle; with all idle, behind
//! the local clock. What comes with a timestamp below it is late.
//!
//! **A second try is late.** It carries the timestamp of the first, so that with `late = "drop"`
//! whatever a registry refused is never judged again, though what it lacked may have come
//! meanwhile. It cannot be otherwise: a second try comes to validators at different places of the
//! order, and delivered there it would part them. Its client has to write it anew. So no time is
//! stated within which what was held up comes through.

mod replica;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::delivered::Durable;
use super::limit::{SHORTEST, at_least};
use super::prelude::*;

/// The strategy.
pub struct Watermark;

/// How long to wait for whom.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How far the watermark runs behind the attesters' clocks, B.
    pub hold: Span,
    /// How often it is moved, P.
    pub tick: Span,
    /// An attester silent for this long does not hold the watermark back.
    pub idle: Span,
    /// A statement written further ahead of the local clock than this is refused; also how far
    /// clocks may differ.
    pub future: Span,
    /// What happens to a statement that is late.
    pub late: Late,
    /// How long late deliveries are remembered to tell duplicates, with `late = "deliver"`.
    pub history: Span,
}

/// What happens to a statement whose timestamp the watermark has passed.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Late {
    /// Never delivered here, as in Flink: the order holds, replicas may miss what others have,
    /// and what was refused stays refused, however often its client tries again.
    Drop,
    /// It is delivered when it comes, out of order: replicas have the same, in different orders.
    Deliver,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            hold: Span::from_millis(500),
            tick: Span::from_millis(20),
            idle: Span::from_millis(100),
            future: Span::from_millis(100),
            late: Late::Drop,
            history: Span::from_secs(60),
        }
    }
}

/// Replicas say nothing to one another.
#[derive(Debug)]
pub enum Message {}

impl Encode for Message {
    fn encode(&self, _to: &mut dyn Encoder) {
        match *self {}
    }
}

impl Strategy for Watermark {
    const NAME: &'static str = "watermark";
    const SUMMARY: &'static str = "hold back, then deliver in the order of the attesters' clocks";
    const READS_CLOCK: bool = true;
    type Params = Params;
    type Message = Message;
    /// The watermark, and what was delivered lately.
    type Durable = (LocalTime, Durable);
    type Replica = replica::Replica;
    type Submitter = NoSubmitter;
    const NOTES: &'static [&'static str] = &["late statements", "statements from the future"];

    fn check(params: &Params) -> Result<(), String> {
        at_least("hold", params.hold, SHORTEST)?;
        at_least("tick", params.tick, SHORTEST)?;
        at_least("idle", params.idle, SHORTEST)?;
        at_least("history", params.history, params.hold)?;
        if params.future >= params.hold {
            let Params { future, hold, .. } = params;
            return Err(format!("future = {future}: must be less than hold, which is {hold}"));
        }
        Ok(())
    }

    /// One order, with the same statements in it, if delay and skew together stay below the
    /// hold-back. With `late = "deliver"` no order: a second try comes when it comes.
    fn guarantees(_: &Committee, params: &Params) -> Guarantees {
        let mut owed = vec![
            Property::Integrity,
            Property::NoDuplication,
            Property::Agreement,
            Property::MonotonicReads,
            Property::RegularReads,
        ];
        if params.late == Late::Drop {
            owed.push(Property::TotalOrder);
        }
        Guarantees {
            summary: match params.late {
                Late::Drop => "total, trusts delays and clocks".to_owned(),
                Late::Deliver => "agreement, trusts delays and clocks".to_owned(),
            },
            owed,
            assumptions: Assumptions {
                // Nobody repairs what a validator missed while it was down.
                faults: FaultModel::None,
                transport: TransportNeed::Reliable,
                delay_bound: Some(params.hold.saturating_sub(params.future)),
                clock_bound: Some(params.future),
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

    #[test]
    fn transcripts() {
        transcript::check::<Watermark>();
    }

    #[test]
    fn storms() {
        for late in [Late::Drop, Late::Deliver] {
            let params = Params { late, ..Params::default() };
            Hunt::<Watermark> { params, ..Hunt::default() }.check();
        }
    }

    /// What the usual hold-back promises, asked of a shorter one.
    #[test]
    fn a_hunt_finds_a_hold_back_below_the_delay() {
        let usual = Watermark::guarantees(&Committee::new(4), &Params::default());
        let find = |late, owed| {
            let (hold, future) = (Span::from_millis(250), Span::from_millis(100));
            let params = Params { hold, future, late, ..Params::default() };
            let held_to = Some((vec![owed], usual.assumptions));
            Hunt::<Watermark> { params, held_to, ..Hunt::default() }.find()
        };
        assert!(find(Late::Drop, Property::Agreement).is_some(), "what is late is missing");
        assert!(find(Late::Deliver, Property::TotalOrder).is_some(), "orders part");
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Watermark::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { hold: Span::ZERO, ..Params::default() };
        check(params, "hold = 0s: must be at least 1ms");
        let params = Params { future: Span::from_secs(1), ..Params::default() };
        check(params, "future = 1s: must be less than hold, which is 500ms");
    }
}
