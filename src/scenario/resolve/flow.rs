//! The policies of routers, and their parameters.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::read_table;
use crate::flow::routing::Overlay;
use crate::flow::{Axis, Described, axes};
use crate::scenario::file::{ParametersFile, RoutersFile, ScenarioFile};
use crate::scenario::model::Links;
use crate::scenario::problem::suggest;
use crate::scenario::written::{At, Field, Named, Opaque, Reader};

/// The policy of each axis, in their order.
pub(super) fn read(file: &RoutersFile, reader: &mut Reader<'_>) -> Option<Vec<&'static str>> {
    let read = |axis: &Axis| {
        let at = written(file, axis.name).at()?;
        find(axis, at, reader).map(|found| found.name)
    };
    let found: Vec<_> = axes().iter().map(read).collect();
    found.into_iter().collect()
}

/// Routers that are centres must be few enough, and linked.
pub(super) fn check_links(file: &RoutersFile, routers: u32, reader: &mut Reader<'_>) {
    let is_direct = |at: &At<String>| at.value == "direct";
    let Some(routing) = file.routing.at().filter(|at| !is_direct(at)) else { return };
    if !(2..=Overlay::MOST as u32).contains(&routers) {
        let message = format!("`routers.count` must be between 2 and {} here", Overlay::MOST);
        reader.report(routing.place, message, "routers that are no centres have routing `direct`");
        return;
    }
    let Some(links) = file.links.at() else { return };
    if let Links::Pairs(pairs) = &links.value.0
        && let Some(far) = pairs.iter().map(|pair| pair.0.max(pair.1)).find(|far| *far >= routers)
    {
        let message = format!("there is no `router-{far}`");
        let note = format!("routers are router-0 to router-{}", routers - 1);
        return reader.report(links.place, message, note);
    }
    if !links.value.0.connect(routers) {
        reader.report(links.place, "some routers cannot reach the others", "add links");
    }
}

/// What `[parameters.<axis>.<policy>]` sets, by axis and policy.
pub(super) fn read_parameters(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
) -> BTreeMap<&'static str, BTreeMap<&'static str, Json>> {
    let mut all: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    let Some(parameters) = file.parameters.get() else { return all };
    for axis in axes() {
        let written = parameters_of(parameters, axis.name).get();
        for (name, opaque) in written.iter().flat_map(|named| &named.0) {
            let Some(policy) = find(&axis, name, reader) else { continue };
            let path = format!("[parameters.{}.{}]", axis.name, policy.name);
            let checks = (policy.check, policy.schema);
            if let Some(checked) = read_table(reader, &path, checks, opaque) {
                all.entry(axis.name).or_default().insert(policy.name, checked);
            }
        }
    }
    all
}

fn written<'f>(file: &'f RoutersFile, axis: &str) -> &'f Field<String> {
    match axis {
        "admission" => &file.admission,
        "backpressure" => &file.backpressure,
        "balance" => &file.balance,
        "bulkheads" => &file.bulkheads,
        "routing" => &file.routing,
        _ => &file.breaker,
    }
}

fn parameters_of<'f>(file: &'f ParametersFile, axis: &str) -> &'f Field<Named<Opaque>> {
    match axis {
        "admission" => &file.admission,
        "backpressure" => &file.backpressure,
        "balance" => &file.balance,
        "bulkheads" => &file.bulkheads,
        "routing" => &file.routing,
        _ => &file.breaker,
    }
}

fn find(axis: &Axis, at: &At<String>, reader: &mut Reader<'_>) -> Option<&'static Described> {
    let found = axis.find(&at.value);
    if found.is_none() {
        let names: Vec<&str> = axis.choices.iter().map(|choice| choice.name).collect();
        let meant = suggest(&at.value, names.iter().copied());
        let message = format!("there is no {} `{}`", axis.name, at.value);
        reader.report(at.place, message, format!("{meant}choices: {}", names.join(", ")));
    }
    found
}
