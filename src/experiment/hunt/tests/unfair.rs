//! A relay with a planted injustice: of every two attestations the later comes first, and they are
//! called a batch, in which no order is owed.

use crate::ordering::arrival::{Message, Params};
use crate::ordering::prelude::*;

/// The strategy.
pub(super) struct Unfair;

/// What came first, and has to wait for the next.
#[derive(Default)]
pub(super) struct Reverser(Option<Item>);

impl Strategy for Unfair {
    const NAME: &'static str = "unfair";
    const SUMMARY: &'static str = "reverses every two, which it calls a batch";
    type Params = Params;
    type Message = Message;
    type Durable = ();
    type Replica = Reverser;
    type Submitter = NoSubmitter;

    fn guarantees(_: &Committee, _: &Params) -> Guarantees {
        let assumptions = Assumptions { delay_bound: None, ..Assumptions::STRICTEST };
        let owed = vec![Property::OrderFairness(100)];
        Guarantees { summary: "fair, it says".to_owned(), owed, assumptions }
    }

    fn work(message: &Message) -> Work {
        match *message {}
    }

    fn replica(_: Seat, _: &Params) -> Reverser {
        Reverser::default()
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }
}

impl Replica<Unfair> for Reverser {
    fn submit(&mut self, _: LocalTime, item: Item, out: &mut Out<Unfair>) {
        if let Some(first) = self.0.take() {
            out.deliver(item);
            out.deliver_in_batch(first);
        } else {
            self.0 = Some(item);
        }
    }

    fn receive(&mut self, _: LocalTime, _: Peer, message: &Message, _: &mut Out<Unfair>) {
        match *message {}
    }

    fn timer(&mut self, _: LocalTime, _: TimerId, _: &mut Out<Unfair>) {}

    fn restart(&mut self, _: LocalTime, _: Option<()>, _: &mut Out<Unfair>) {}
}
