//! The policies of flow that a scenario chooses, made for its routers and clients.

use std::sync::Arc;

use serde_json::Value;

use crate::actors::{CentreSeat, Layout, RouterPolicies, RouterSetting};
use crate::flow::backpressure::{self, Backpressure, Site, Window};
use crate::flow::balance::{self, Balance};
use crate::flow::bulkheads::Compartment;
use crate::flow::routing::{self, Overlay};
use crate::flow::{Lane, Lanes, admission, breaker, bulkheads};
use crate::kernel::{ProcessId, Span};
use crate::measure;
use crate::network::Topology;
use crate::scenario::model::Scenario;

/// What all routers have in common.
pub(super) fn router_setting(scenario: &Scenario, layout: &Layout) -> RouterSetting {
    let costs = &scenario.costs;
    let mut work = Lanes([Span::ZERO; Lane::ALL.len()]);
    *work.of_mut(Lane::Ingress) = costs.route;
    *work.of_mut(Lane::Verify) = costs.check;
    *work.of_mut(Lane::Order) = costs.sign.max(Span::TICK);
    *work.of_mut(Lane::Revoke) = costs.sign.max(Span::TICK);
    *work.of_mut(Lane::Index) = costs.index;
    let listens = balance::LISTENS.contains(&scenario.routers.policy("balance"));
    let listeners = listens.then(|| (layout.clients(), scenario.routers.news));
    RouterSetting { validators: layout.validators(), work, promise: costs.sign, listeners }
}

/// The links between routers, where operations travel from one to another.
pub(super) fn overlay(
    scenario: &Scenario,
    layout: &Layout,
    topology: &Topology,
) -> Option<Arc<Overlay>> {
    let routers = &scenario.routers;
    let process = |number: usize| layout.router(number as u32);
    let delay = |from, to| topology.base_delay(process(from), process(to));
    routers.are_centres().then(|| {
        let pairs = routers.links.pairs(routers.count);
        Arc::new(Overlay::new(routers.count as usize, &pairs, delay))
    })
}

/// What observers must know of it.
pub(super) fn observed(
    scenario: &Scenario,
    layout: &Layout,
    topology: &Topology,
) -> Option<measure::Overlay> {
    let overlay = overlay(scenario, layout, topology)?;
    let delays = (0..overlay.centres()).map(|from| {
        let mut row = vec![None; overlay.centres()];
        overlay.neighbours(from).for_each(|(to, delay)| row[to] = Some(delay));
        row
    });
    let costs = &scenario.costs;
    let work = costs.route + costs.check + costs.sign.max(Span::TICK) + costs.index;
    let (first, workers) = (layout.router(0).0, scenario.routers.workers);
    Some(measure::Overlay { first, delays: delays.collect(), work, workers })
}

/// The policies of the router with that number.
pub(super) fn router_policies(
    scenario: &Scenario,
    (number, first): (u32, ProcessId),
    overlay: Option<&Arc<Overlay>>,
) -> RouterPolicies {
    let (admission, set) = chosen(scenario, "admission");
    let (admission, set) = (admission.to_owned(), set.clone());
    // Who comes first is decided once, where operations come in; after that it is first come.
    let queue = move |compartment: &Compartment| match compartment.lane {
        Lane::Ingress | Lane::Hook => admission::make(&admission, &set),
        _ => admission::make("fifo", &Value::Null),
    };
    let (division, set) = chosen(scenario, "bulkheads");
    RouterPolicies {
        bulkheads: bulkheads::make(division, set, scenario.routers.workers),
        admission: Box::new(queue),
        backpressure: pressure(scenario),
        breakers: breakers(scenario),
        seat: overlay.and_then(|overlay| {
            let (me, centres) = (number as usize, overlay.centres());
            let site = routing::Site { me, overlay: Arc::clone(overlay) };
            let (name, set) = chosen(scenario, "routing");
            Some(CentreSeat { routing: routing::make(name, set, &site)?, me, centres, first })
        }),
    }
}

/// Makes the policy by which a client picks its router.
pub(super) fn balance(scenario: &Scenario) -> Box<dyn Fn() -> Box<dyn Balance> + Send + Sync> {
    let (name, set) = chosen(scenario, "balance");
    let set = set.clone();
    Box::new(move || balance::make(name, &set))
}

/// Permits that sending takes.
pub(super) fn window(scenario: &Scenario) -> Option<Window> {
    pressure(scenario).window()
}

fn pressure(scenario: &Scenario) -> Box<dyn Backpressure> {
    let (name, set) = chosen(scenario, "backpressure");
    let clients = scenario.load.iter().map(|load| load.clients).sum();
    backpressure::make(name, set, Site { queue: scenario.routers.queue, clients })
}

fn breakers(scenario: &Scenario) -> Option<Lanes<Box<dyn breaker::Breaker>>> {
    let (name, set) = chosen(scenario, "breaker");
    let all: Vec<_> = Lane::ALL.iter().filter_map(|_| breaker::make(name, set)).collect();
    all.try_into().ok().map(Lanes)
}

/// The policy of an axis, and its parameters.
fn chosen<'s>(scenario: &'s Scenario, axis: &str) -> (&'static str, &'s Value) {
    let name = scenario.routers.policy(axis);
    let set = scenario.policies.get(axis).and_then(|sets| sets.get(name));
    (name, set.unwrap_or(&Value::Null))
}
