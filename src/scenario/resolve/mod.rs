//! From the file as written to the scenario as meant. Every function returns `None` only after
//! having reported why.

mod alerts;
mod arrivals;
mod claims;
mod demands;
mod effects;
mod faults;
mod flow;
mod history;
mod load;
mod moments;
mod names;
mod network;
mod ops;
mod phases;
mod readers;
mod rules;
mod time;
mod trace;
mod trust;
mod uid;

pub(super) use self::names::names_of;
pub(super) use self::ops::TICKETS;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use super::cast::{Cast, no_region};
use super::catalogue::Catalogue;
use super::demand::Names;
use super::file::{CostsFile, RoutersFile, ScenarioFile, ValidatorsFile};
use super::model::{Costs, DelayTable, Phase, Routers, Scenario, Validators};
use super::problem::{Place, suggest};
use super::source::Refusal;
use super::words::{Mistake, Word};
use super::written::{At, Field, Reader, check_name};
use crate::kernel::Span;

/// What a file alone does not say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    /// What can be named.
    pub(crate) catalogue: &'a Catalogue<'a>,
    /// The folder that paths in the file start from.
    pub(crate) folder: &'a Path,
}

/// When things happen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) duration: Span,
    pub(crate) duration_place: Place,
    pub(crate) warmup: Span,
    pub(crate) clock: Option<Span>,
}

/// Where a key is missing that is in no section.
const FILE: Place = Place::whole(0);
const DAY: Span = Span::from_secs(86_400);

/// The scenario, unless something has been reported; then what it returns means nothing.
pub(crate) fn resolve(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    setting: Setting<'_>,
) -> Option<Scenario> {
    let name = reader.require(&file.name, FILE, "`name`", "`name = \"ours\"`").cloned();
    if let Some(name) = &name {
        check_name(reader, name);
    }
    let timing = read_timing(file, reader);
    let ordering = read_ordering(file, reader, setting.catalogue);
    let parameters = read_parameters(file, reader, setting.catalogue);
    let policies = flow::read_parameters(file, reader);
    let network = network::read(file, reader, setting.folder);
    let table = network.as_ref().map(|network| &network.delays);
    let validators = read_validators(file, reader, table);
    let routers = read_routers(file, reader, table);
    let load = load::read(file, reader, table, (timing, setting.folder));
    let costs = read_costs(file, reader);
    let trust = trust::read(file, reader, table);
    let indexers = readers::read_indexers(file, reader, table);
    let dependants = readers::read_dependants(file, reader, table);
    readers::check_together(file, reader, (validators.as_ref(), load.as_deref()));
    let ops = ops::read(file, reader, (load.as_deref(), setting.folder));
    let cast = match (&validators, &routers, &load, table) {
        (Some(validators), Some(routers), Some(load), Some(table)) => {
            let readers = (indexers.as_ref()?.as_ref(), dependants.as_ref()?.as_ref());
            let operators = ops.as_ref().and_then(Option::as_ref);
            let operators = operators.map_or(&[][..], |ops| &ops.people.operators);
            let cast = Cast::new((validators, routers, load), readers, table, operators);
            Some(match time::count(file) {
                Some(count) => cast.with_sources(count),
                None => cast,
            })
        }
        _ => None,
    };
    let time = time::read(file, reader, cast.as_ref());
    let faults = faults::read(file, reader, timing, cast.as_ref());
    let phases = timing.map(|timing| {
        phases::name(timing, faults.as_deref().unwrap_or(&[]), load.as_deref().unwrap_or(&[]))
    });
    phases::check_names(file, reader);
    phases::check_count(file, phases.as_deref(), reader);
    let incomplete = faults.is_none() || phases.is_none() || load.is_none();
    let names = known_names(file, phases.as_deref(), incomplete, timing);
    let demands = demands::read(file, reader, &names);
    let claims = claims::read(file, reader, setting, &names);
    let history = history::read(file, reader, timing, faults.as_deref());
    let naming = uid::read_naming(file, reader);
    let timing = timing?;
    Some(Scenario {
        name: name?.value,
        question: file.question.get()?.clone(),
        story: file.story.get()?.clone(),
        source: file.source.get()?.clone(),
        duration: timing.duration,
        warmup: timing.warmup,
        settle: *file.settle.get()?,
        clock: timing.clock,
        seed: *file.seed.get()?,
        ordering: ordering?,
        parameters,
        policies,
        crypto: *file.crypto.get()?,
        profile: *file.profile.get()?,
        naming: naming?,
        max_valid_for: file.max_valid_for.get().copied().unwrap_or(Span::ZERO),
        network: network?,
        validators: validators?,
        routers: routers?,
        load: load?,
        trust: trust?,
        indexers: indexers?,
        dependants: dependants?,
        time: time?,
        ops: ops?,
        faults: faults?,
        thresholds: demands.thresholds,
        always: demands.always,
        sometimes: demands.sometimes,
        claims,
        history,
        costs: costs?,
        phases: phases?,
    })
}

/// What checks may name.
fn known_names(
    file: &ScenarioFile,
    phases: Option<&[Phase]>,
    incomplete: bool,
    timing: Option<Timing>,
) -> Names {
    let groups = file.load.get().map_or(&[][..], |load| &load.0[..]);
    let are_apart = Phase::are_apart(phases.map_or(0, <[Phase]>::len), groups.len());
    let groups = groups.iter().filter(|_| are_apart);
    Names {
        groups: groups.map(|(name, _)| name.value.clone()).collect(),
        phases: phases.iter().copied().flatten().map(|phase| phase.name.clone()).collect(),
        faults: faults::names(file),
        incomplete,
        duration: timing.map(|timing| timing.duration),
    }
}

fn read_timing(file: &ScenarioFile, reader: &mut Reader<'_>) -> Option<Timing> {
    let example = "`duration = \"2m\"`";
    let duration = reader.require(&file.duration, FILE, "`duration`", example).copied();
    let longest = DAY * 366;
    if let Some(at) = duration.filter(|at| at.value == Span::ZERO || at.value > longest) {
        reader.report(at.place, "`duration` must be more than 0s and at most 366d", "");
    }
    for (key, field) in [("warmup", &file.warmup), ("settle", &file.settle)] {
        if let Some(at) = field.at().filter(|at| at.value > DAY) {
            reader.report(at.place, format!("`{key}` must be at most 1d"), "");
        }
    }
    let duration = duration.filter(|at| at.value > Span::ZERO && at.value <= longest)?;
    Some(Timing {
        duration: duration.value,
        duration_place: duration.place,
        warmup: *file.warmup.get()?,
        clock: file.clock.get().map(|clock| clock.0),
    })
}

fn read_ordering(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    catalogue: &Catalogue<'_>,
) -> Option<String> {
    let ordering = file.ordering.at()?;
    if catalogue.ordering(&ordering.value).is_some() {
        return Some(ordering.value.clone());
    }
    report_ordering(reader, catalogue, ordering);
    None
}

fn report_ordering(reader: &mut Reader<'_>, catalogue: &Catalogue<'_>, name: &At<String>) {
    let names = catalogue.ordering_names();
    let meant = suggest(&name.value, names.iter().copied());
    let message = format!("there is no ordering `{}`", name.value);
    reader.report(name.place, message, format!("{meant}orderings: {}", names.join(", ")));
}

fn read_parameters(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    catalogue: &Catalogue<'_>,
) -> BTreeMap<String, Json> {
    let mut parameters = BTreeMap::new();
    let orderings = file.parameters.get().and_then(|parameters| parameters.ordering.get());
    for (name, opaque) in orderings.iter().flat_map(|orderings| &orderings.0) {
        let Some(entry) = catalogue.ordering(&name.value) else {
            report_ordering(reader, catalogue, name);
            continue;
        };
        let path = format!("[parameters.ordering.{}]", entry.name);
        if let Some(checked) = read_table(reader, &path, (entry.check, entry.schema), opaque) {
            parameters.insert(name.value.clone(), checked);
        }
    }
    parameters
}

/// What checks parameters, and their schema.
type Checks = (fn(&Json) -> Result<Json, String>, fn() -> Json);

/// The parameters of a choice, whose table has that path.
fn read_table(
    reader: &mut Reader<'_>,
    path: &str,
    (check, schema): Checks,
    opaque: &At<super::written::Opaque>,
) -> Option<Json> {
    let table = opaque.value.0.table()?;
    let schema = schema();
    if let Some(known) = schema["properties"].as_object() {
        let known: Vec<&str> = known.keys().map(String::as_str).collect();
        let unknown: Vec<_> =
            table.entries.iter().filter(|entry| !known.contains(&entry.key.as_str())).collect();
        for key in &unknown {
            reader.report_unknown(key, path, &known);
        }
        if !unknown.is_empty() {
            return None;
        }
    }
    match check(&opaque.value.0.to_json()) {
        Ok(checked) => Some(checked),
        Err(reason) => {
            let names = |key: &str| {
                reason.contains(&format!("`{key}`")) || reason.starts_with(&format!("{key} = "))
            };
            let blamed = table.entries.iter().find(|entry| names(&entry.key));
            let place = blamed.map_or(opaque.place, |entry| entry.node.place);
            let name = path.trim_end_matches(']').rsplit('.').next().unwrap_or(path);
            reader.report(place, format!("parameters of {name}: {reason}"), "");
            None
        }
    }
}

fn read_validators(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    table: Option<&DelayTable>,
) -> Option<Validators> {
    let written: ValidatorsFile = reader.or_empty(&file.validators)?;
    let regions = read_regions(&written.regions, reader, table);
    Some(Validators {
        count: written.count.get()?.0,
        regions: regions?,
        cores: written.cores.get()?.0,
        reads: *written.reads.get()?,
        ahead: time::read_ahead(&written.ahead, reader)?,
    })
}

fn read_routers(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    table: Option<&DelayTable>,
) -> Option<Routers> {
    let written: RoutersFile = reader.or_empty(&file.routers)?;
    let flow = flow::read(&written, reader);
    let too_often = |span: Span| span > Span::ZERO && span < Span::from_millis(1);
    if let Some(at) = written.news.at().filter(|at| too_often(at.value)) {
        let note = "`0s` tells them whenever it changes";
        reader.report(at.place, "`routers.news` must be at least 1ms", note);
    }
    let regions = read_regions(&written.regions, reader, table);
    if let Some(count) = written.count.get() {
        flow::check_links(&written, count.0, reader);
    }
    Some(Routers {
        count: written.count.get()?.0,
        regions: regions?,
        queue: written.queue.get().map(|queue| queue.0),
        retry_after: *written.retry_after.get()?,
        workers: written.workers.get()?.0,
        news: *written.news.get()?,
        flow: flow?,
        links: written.links.get()?.0.clone(),
    })
}

/// Regions as positions in the table; all of them when none are named.
fn read_regions(
    field: &Field<Vec<At<String>>>,
    reader: &mut Reader<'_>,
    table: Option<&DelayTable>,
) -> Option<Vec<usize>> {
    let table = table?;
    let Some(names) = field.at() else {
        return Some((0..table.regions.len()).collect());
    };
    if names.value.is_empty() {
        let note = "leave it out for all regions of the delay table";
        reader.report(names.place, "this list of regions is empty", note);
    }
    let mut positions = Vec::new();
    for name in &names.value {
        let word = Word { text: &name.value, part: 0..name.value.len() };
        match table.regions.iter().position(|region| *region == name.value) {
            Some(position) => positions.push(position),
            None => {
                report_inside(reader, &name.value, name.place, no_region(&word, &table.regions))
            }
        }
    }
    (!positions.is_empty()).then_some(positions)
}

/// Reports a mistake inside a quoted text at its own column.
fn report_inside(reader: &mut Reader<'_>, text: &str, place: Place, mistake: Mistake) {
    let whole = mistake.part == (0..text.len());
    let place = if whole { place } else { reader.log.inside(text, place, mistake.part) };
    reader.report(place, mistake.message, mistake.note);
}

/// Reports that a file beside the scenario could not be read.
fn report_file(reader: &mut Reader<'_>, file: &At<String>, refusal: Refusal) {
    let message = format!("`{}` {}", file.value, refusal.message);
    let folder = "paths start from the scenario's own folder".to_owned();
    let note = if refusal.note.is_empty() { folder } else { refusal.note };
    reader.report(file.place, message, note);
}

fn read_costs(file: &ScenarioFile, reader: &mut Reader<'_>) -> Option<Costs> {
    let written: CostsFile = reader.or_empty(&file.costs)?;
    let each = [
        ("sign", &written.sign),
        ("verify", &written.verify),
        ("apply", &written.apply),
        ("read", &written.read),
        ("receive", &written.receive),
        ("route", &written.route),
        ("check", &written.check),
        ("index", &written.index),
    ];
    for (key, field) in each {
        if let Some(at) = field.at().filter(|at| at.value > Span::from_secs(60)) {
            reader.report(at.place, format!("`costs.{key}` must be at most 1m"), "");
        }
    }
    Some(Costs {
        sign: *written.sign.get()?,
        verify: *written.verify.get()?,
        apply: *written.apply.get()?,
        read: *written.read.get()?,
        receive: *written.receive.get()?,
        route: *written.route.get()?,
        check: *written.check.get()?,
        index: *written.index.get()?,
    })
}
