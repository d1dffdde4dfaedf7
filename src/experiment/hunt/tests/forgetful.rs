//! A relay with a planted mistake: who lost its state takes every parent for delivered.

use crate::ordering::arrival::{Message, Params};
use crate::ordering::prelude::*;

/// The strategy.
pub(super) struct Forgetful;

/// What was delivered, and what waits for its parent.
#[derive(Default)]
pub(super) struct Relay {
    delivered: IdMap<()>,
    held: Vec<Item>,
    is_trusting: bool,
}

impl Strategy for Forgetful {
    const NAME: &'static str = "forgetful";
    const SUMMARY: &'static str = "takes parents for delivered after a loss of state";
    type Params = Params;
    type Message = Message;
    type Durable = ();
    type Replica = Relay;
    type Submitter = NoSubmitter;

    fn guarantees(committee: &Committee, _: &Params) -> Guarantees {
        Guarantees {
            summary: "causal".to_owned(),
            owed: vec![Property::CausalOrder],
            assumptions: Assumptions {
                faults: FaultModel::Crash(committee.size() - 1),
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: None,
                absence_bound: None,
            },
        }
    }

    fn work(message: &Message) -> Work {
        match *message {}
    }

    fn replica(_: Seat, _: &Params) -> Relay {
        Relay::default()
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }
}

impl Relay {
    fn is_ready(&self, item: &Item) -> bool {
        let parent = item.signed.attestation.action.reference();
        self.is_trusting || parent.is_none_or(|parent| self.delivered.contains(&parent))
    }
}

impl Replica<Forgetful> for Relay {
    fn submit(&mut self, _: LocalTime, item: Item, out: &mut Out<Forgetful>) {
        if self.delivered.contains(&item.id()) {
            return;
        }
        self.held.push(item);
        while let Some(at) = self.held.iter().position(|item| self.is_ready(item)) {
            let item = self.held.remove(at);
            self.delivered.insert(item.id(), ());
            out.deliver(item);
        }
    }

    fn receive(&mut self, _: LocalTime, _: Peer, message: &Message, _: &mut Out<Forgetful>) {
        match *message {}
    }

    fn timer(&mut self, _: LocalTime, _: TimerId, _: &mut Out<Forgetful>) {}

    /// Nothing is persisted: every crash loses the state.
    fn restart(&mut self, _: LocalTime, _: Option<()>, _: &mut Out<Forgetful>) {
        self.is_trusting = true;
    }
}
