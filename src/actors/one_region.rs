//! A world for tests of single actors: one region, whose links are all alike and calm.

use std::sync::Arc;

use crate::kernel::{Limits, Model, ProcessId, Sink, Span, VirtualTime, sequential};
use crate::network::{Control, Host, Order, Resident, Signal, Topology, Transport};
use crate::trace::Fact;

/// Runs these players, as processes from 0, for so many seconds; links take `delay`, and `orders`
/// say in which millisecond whom they reach.
pub(super) fn run<R: Resident, S: Sink<Fact>>(
    players: impl IntoIterator<Item = R>,
    delay: Span,
    orders: impl IntoIterator<Item = (u64, ProcessId, Order)>,
    (seconds, mut facts): (u64, S),
) -> S {
    let players: Vec<R> = players.into_iter().collect();
    let topology = Arc::new(Topology {
        region_of: vec![0; players.len()],
        one_way: vec![vec![delay]],
        jitter: 0.0,
        bandwidth: None,
        transport: Transport::Stream,
        rules: vec![],
    });
    let host = |player| Host::new(1, Arc::clone(&topology), player);
    let order = |(millis, to, order)| {
        let at = VirtualTime::from_nanos(millis * 1_000_000 + 1);
        (at, to, Signal::Control(Arc::new(Control { rule: 0, order })))
    };
    let script = orders.into_iter().map(order).collect();
    let model = Model { processes: players.into_iter().map(host).collect(), script };
    let until = VirtualTime::ZERO + Span::from_secs(seconds);
    sequential::run(model, Limits { until, max_events: 100_000 }, &mut facts);
    facts
}
