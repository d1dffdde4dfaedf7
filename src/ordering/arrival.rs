//! `arrival`: no ordering at all. Whatever comes is delivered at once, in the order in which it
//! comes (best-effort broadcast; Cachin, Guerraoui, Rodrigues, *Introduction to Reliable and
//! Secure Distributed Programming*, chapter 3). The baseline of every comparison.
//!
//! Nothing here has a timer or asks for anything: what was held up comes through when links or its
//! client bring it, and no time of this strategy's can be stated for that.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::prelude::*;

/// The strategy.
pub struct Arrival;

/// It has no parameters.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Params {}

/// Replicas say nothing to one another.
#[derive(Debug)]
pub enum Message {}

impl Encode for Message {
    fn encode(&self, _to: &mut dyn Encoder) {
        match *self {}
    }
}

impl Strategy for Arrival {
    const NAME: &'static str = "arrival";
    const SUMMARY: &'static str = "deliver at once whatever comes";
    type Params = Params;
    type Message = Message;
    type Durable = ();
    type Replica = Replica;
    type Submitter = NoSubmitter;

    fn guarantees(_: &Committee, _: &Params) -> Guarantees {
        Guarantees {
            summary: "nothing".to_owned(),
            owed: vec![Property::Integrity, Property::MonotonicReads, Property::RegularReads],
            assumptions: Assumptions {
                faults: FaultModel::None,
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: None,
                absence_bound: None,
            },
        }
    }

    fn liveness(_: &Committee, _: &Params) -> Result<Liveness, &'static str> {
        Err("it asks for nothing, and clients and links say when they bring it")
    }

    fn work(message: &Message) -> Work {
        match *message {}
    }

    fn replica(_: Seat, _: &Params) -> Replica {
        Replica
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }
}

/// The validator's half; it remembers nothing.
pub struct Replica;

impl super::Replica<Arrival> for Replica {
    fn submit(&mut self, _: LocalTime, item: Item, out: &mut Out<Arrival>) {
        out.deliver(item);
    }

    fn receive(&mut self, _: LocalTime, _: Peer, message: &Message, _: &mut Out<Arrival>) {
        match *message {}
    }

    fn timer(&mut self, _: LocalTime, _: TimerId, _: &mut Out<Arrival>) {}

    fn restart(&mut self, _: LocalTime, _: Option<()>, _: &mut Out<Arrival>) {}
}

#[cfg(test)]
mod tests {
    use super::super::transcript::{self, Hunt};
    use super::*;

    #[test]
    fn transcripts() {
        transcript::check::<Arrival>();
    }

    #[test]
    fn storms() {
        Hunt::<Arrival>::default().check();
    }

    #[test]
    fn it_promises_no_order_for_good_reason() {
        let mut hunt = Hunt::<Arrival>::default();
        let assumed = Arrival::guarantees(&Committee::new(4), &Params {}).assumptions;
        for property in [Property::NoDuplication, Property::TotalOrder, Property::CausalOrder] {
            hunt.held_to = Some((vec![property], assumed));
            assert!(hunt.find().is_some(), "{}", property.name());
        }
    }
}
