//! A Byzantine validator with two faces: two replicas of one seat, of which one is seen at a time
//! (Bano et al., *Twins*, OPODIS 2021, with one network for both).

use std::collections::BTreeMap;

use super::network::Network;
use crate::attestation::Id;
use crate::kernel::Span;
use crate::ordering::{Replica as _, Strategy, TimerId};

/// The face that is not seen. It hears nothing, and its timers wait.
pub(super) struct Face<S: Strategy> {
    replica: S::Replica,
    durable: Option<S::Durable>,
    timers: BTreeMap<TimerId, Span>,
    accepted: BTreeMap<Id, ()>,
}

impl<S: Strategy> Network<S> {
    /// The validator shows its other face, which at first has heard and said nothing.
    pub(super) fn turn(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        let (is_new, other) = match node.hidden.take() {
            Some(hidden) => (false, *hidden),
            None => (true, Face::new(S::replica(node.seat.clone(), &self.params))),
        };
        node.hidden = Some(Box::new(Face {
            replica: std::mem::replace(&mut node.replica, other.replica),
            durable: std::mem::replace(&mut node.durable, other.durable),
            timers: std::mem::replace(&mut node.timers, other.timers),
            accepted: std::mem::replace(&mut node.accepted, other.accepted),
        }));
        if is_new {
            self.call(number, |replica, now, out| replica.start(now, out));
        }
    }
}

impl<S: Strategy> Face<S> {
    const fn new(replica: S::Replica) -> Self {
        Self { replica, durable: None, timers: BTreeMap::new(), accepted: BTreeMap::new() }
    }
}
