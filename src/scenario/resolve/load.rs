//! `[load.<group>]`: who sends what, and when.

mod habits;

use std::path::Path;

use self::habits::{read_batch, read_data, read_delegated, read_hook, read_patience, read_retry};
use super::{FILE, Timing, arrivals, read_regions, trace};
use crate::kernel::Span;
use crate::scenario::cast::RESERVED;
use crate::scenario::file::{KeysFile, LoadFile, MixFile, ScenarioFile, StageFile};
use crate::scenario::model::{
    Arrivals, Chain, DelayTable, Keys, LoadGroup, Mix, Overlap, Pick, Stage,
};
use crate::scenario::quantity::Rate;
use crate::scenario::spelt;
use crate::scenario::written::{At, Field, Reader, check_name};

/// More than a machine can hold; a scenario that asks for it has lost a unit.
const MOST_OPERATIONS: f64 = 100_000_000.0;
const HIGHEST_RATE: f64 = 1_000_000.0;

pub(super) fn read(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    table: Option<&DelayTable>,
    when: (Option<Timing>, &Path),
) -> Option<Vec<LoadGroup>> {
    let example = "`[load.issuers]` and `rate = \"60/s\"`";
    let groups = reader.require(&file.load, FILE, "`[load.<group>]`", example)?.clone();
    if groups.value.0.is_empty() {
        reader.report(groups.place, "there is no load", format!("write {example}"));
    }
    let known = reader.log.count();
    let mut load = Vec::new();
    for (name, group) in &groups.value.0 {
        check_group_name(reader, name, table);
        load.push(reader.inside("load", |reader| {
            reader.inside(&name.value, |reader| read_group(name, group, reader, table, when))
        }));
    }
    let load: Vec<LoadGroup> = load.into_iter().collect::<Option<_>>()?;
    if reader.log.count() == known {
        check_total(reader, &groups.value.0, &load);
    }
    Some(load)
}

fn check_group_name(reader: &mut Reader<'_>, name: &At<String>, table: Option<&DelayTable>) {
    let region = table.is_some_and(|table| table.regions.contains(&name.value));
    if region || RESERVED.contains(&name.value.as_str()) {
        let message = format!("a load group cannot be called `{}`", name.value);
        let note = if region { "a region is called so" } else { "selectors use this word" };
        reader.report(name.place, message, note);
    }
}

fn read_group(
    name: &At<String>,
    group: &At<LoadFile>,
    reader: &mut Reader<'_>,
    table: Option<&DelayTable>,
    when: (Option<Timing>, &Path),
) -> Option<LoadGroup> {
    let written = &group.value;
    let regions = read_regions(&written.regions, reader, table);
    let arrivals = read_arrivals(group, reader, when);
    let users = written.users.get().map(|users| users.0);
    let clients = written.clients.get().map(|clients| clients.0).or(users);
    let (clients, mix, keys) = match &arrivals {
        Some(Arrivals::Trace(trace)) => {
            let keys = Keys { count: trace.keys(), pick: Pick::Zipf(0.0) };
            (trace.attesters(), Some(trace.mix()), Some(keys))
        }
        _ => {
            let (mix, keys) = (read_mix(&written.mix, reader), read_keys(&written.keys, reader));
            (clients.unwrap_or(DEFAULT_CLIENTS), mix, keys)
        }
    };
    let chain = read_chain(written, reader, clients);
    let overlap = read_overlap(written, reader, clients);
    let retry = read_retry(written, reader);
    let hook = read_hook(&written.hook, reader);
    let delegated = read_delegated(written, reader, clients);
    let patience = read_patience(written, reader);
    check_bursts(group, reader);
    if let Some(at) = written.expires.at().filter(|at| at.value == Span::ZERO) {
        reader.report(at.place, format!("`{}.expires` must be more than 0s", reader.path()), "");
    }
    Some(LoadGroup {
        name: name.value.clone(),
        clients,
        regions: regions?,
        arrivals: arrivals?,
        mix: mix?,
        keys: keys?,
        reads: written.reads.get().copied(),
        chain: chain?,
        overlap: overlap?,
        retry: retry?,
        expires: written.expires.get().copied(),
        deadline: written.deadline.get().copied(),
        promise: written.promise.get().copied(),
        priority: written.priority.get()?.0 as u8,
        hook: hook?,
        forged: written.forged.get()?.0,
        batch: read_batch(written, reader)?,
        delegated: delegated?,
        patience: patience?,
        data: read_data(written, reader)?,
        upstream: written.upstream.get()?.0,
    })
}

/// As many as issue in the bundled scenarios.
const DEFAULT_CLIENTS: u32 = 40;

fn read_arrivals(
    group: &At<LoadFile>,
    reader: &mut Reader<'_>,
    (timing, folder): (Option<Timing>, &Path),
) -> Option<Arrivals> {
    let written = &group.value;
    if !written.trace.is_absent() {
        trace::check_alone(written, reader);
        let read = trace::read(written.trace.at()?, reader, (timing?, folder));
        return read.map(Arrivals::Trace);
    }
    let open = !written.rate.is_absent() || !written.stages.is_absent();
    let closed = !written.users.is_absent() || !written.think.is_absent();
    match (open, closed) {
        (true, false) => read_open(written, reader, timing?),
        (false, true) => read_closed(group, reader),
        (true, true) => {
            let note = "open load has `rate` or `stages`, closed load has `users` and `think`";
            reader.report(group.place, "this load is open and closed at once", note);
            None
        }
        (false, false) if reader.is_misspelt(group.place, None) => None,
        (false, false) => {
            let note = "write `rate = \"60/s\"`, or `stages`, `users` and `think`, or a `trace`";
            reader.report(group.place, "this load group does not say how much", note);
            None
        }
    }
}

fn read_closed(group: &At<LoadFile>, reader: &mut Reader<'_>) -> Option<Arrivals> {
    let written = &group.value;
    if let Some(at) = written.arrivals.at() {
        reader.report(at.place, "closed load has no `arrivals`", "leave it out");
    }
    let think = reader.require(&written.think, group.place, "`think`", "`think = \"2s\"`").copied();
    let users = reader.require(&written.users, group.place, "`users`", "`users = 100`")?;
    Some(Arrivals::Closed { users: users.value.0, think: think?.value })
}

fn read_open(written: &LoadFile, reader: &mut Reader<'_>, timing: Timing) -> Option<Arrivals> {
    let rate = written.rate.at();
    if let Some(at) = rate {
        check_rate(reader, at, written.stages.is_absent());
    }
    let swings = arrivals::read(&written.arrivals, reader, timing);
    let stages = match &written.stages {
        Field::Wrong => return None,
        Field::Absent => {
            let rate = rate?.value.0;
            vec![Stage { name: None, duration: timing.duration, from: rate, to: rate }]
        }
        Field::Given(stages) => {
            let first = rate.map_or(0.0, |at| at.value.0);
            read_stages(stages, first, reader, timing)?
        }
    };
    let (spacing, shape) = swings?;
    let peak = stages.iter().map(|stage| stage.from.max(stage.to)).fold(0.0, f64::max);
    let peak = peak * shape.peak();
    if let Some(at) = written.arrivals.at().filter(|_| peak > HIGHEST_RATE && peak.is_finite()) {
        let message = format!("these arrivals come to {peak:.0}/s");
        reader.report(at.place, message, format!("a rate must be at most {HIGHEST_RATE}/s"));
    }
    Some(Arrivals::Open { stages, spacing, shape })
}

fn check_rate(reader: &mut Reader<'_>, at: &At<Rate>, alone: bool) {
    if alone && at.value.0 <= 0.0 {
        reader.report(at.place, format!("`{}.rate` must be more than 0/s", reader.path()), "");
    }
    if at.value.0 > HIGHEST_RATE {
        reader.report(at.place, format!("a rate must be at most {HIGHEST_RATE}/s"), "");
    }
}

fn read_stages(
    stages: &At<Vec<At<StageFile>>>,
    first: f64,
    reader: &mut Reader<'_>,
    timing: Timing,
) -> Option<Vec<Stage>> {
    let known = reader.log.count();
    let mut from = first;
    let mut read = Vec::new();
    for at in &stages.value {
        let file = &at.value;
        let example = "`duration = \"30s\"`";
        let duration = reader.require(&file.duration, at.place, "`duration`", example).copied();
        let target = reader.require(&file.target, at.place, "`target`", "`target = \"60/s\"`");
        let target = target.copied();
        let (Some(duration), Some(target)) = (duration, target) else { continue };
        check_rate(reader, &target, false);
        if let Some(name) = file.name.at() {
            check_stage_name(reader, name, duration.value);
        }
        let name = file.name.get().cloned();
        let stage = Stage { name, duration: duration.value, from, to: target.value.0 };
        from = stage.to;
        read.extend(Some(stage).filter(|stage| stage.duration > Span::ZERO));
    }
    let total = read.iter().fold(Span::ZERO, |total, stage| total + stage.duration);
    let peak = read.iter().map(|stage| stage.from.max(stage.to)).fold(0.0, f64::max);
    if reader.log.count() > known {
        return None;
    }
    if total == Span::ZERO || peak == 0.0 {
        reader.report(stages.place, "these stages hold no load", "");
        return None;
    }
    if total > timing.duration {
        let line = reader.log.beside(timing.duration_place);
        let message = format!("the stages last {total}, longer than the run");
        let note = format!("the run lasts {}{line}", timing.duration);
        reader.report(stages.place, message, note);
        return None;
    }
    Some(read)
}

fn check_stage_name(reader: &mut Reader<'_>, name: &At<String>, duration: Span) {
    check_name(reader, name);
    if duration == Span::ZERO {
        let note = "a phase needs a length: name the stage after it";
        reader.report(name.place, "a stage of no length cannot have a name", note);
    }
}

fn check_total(reader: &mut Reader<'_>, groups: &[(At<String>, At<LoadFile>)], load: &[LoadGroup]) {
    let total: f64 = load.iter().map(operations).sum();
    if let Some((name, _)) = groups.first().filter(|_| total > MOST_OPERATIONS) {
        let message = format!("this load is about {total:.0} operations");
        let note = format!("a run has at most {MOST_OPERATIONS}: shorten it, or lower its rates");
        reader.report(name.place, message, note);
    }
    let rows = load.iter().map(|group| match &group.arrivals {
        Arrivals::Trace(trace) => trace.rows.len(),
        Arrivals::Open { .. } | Arrivals::Closed { .. } => 0,
    });
    let rows: usize = rows.sum();
    if let Some((name, _)) = groups.first().filter(|_| rows > trace::MOST_ROWS) {
        let note = format!("at most {} can be replayed", trace::MOST_ROWS);
        reader.report(name.place, format!("these traces have {rows} rows in all"), note);
    }
}

/// How many operations are due while it is measured; a closed load's are not known beforehand.
fn operations(group: &LoadGroup) -> f64 {
    match &group.arrivals {
        Arrivals::Open { stages, shape, .. } => {
            let each = |stage: &Stage| stage.duration.as_secs_f64() * (stage.from + stage.to) / 2.0;
            let lasts = stages.iter().fold(Span::ZERO, |total, stage| total + stage.duration);
            stages.iter().map(each).sum::<f64>() * shape.most(lasts)
        }
        Arrivals::Trace(trace) => trace.rows.len() as f64,
        Arrivals::Closed { .. } => 0.0,
    }
}

fn read_mix(field: &Field<MixFile>, reader: &mut Reader<'_>) -> Option<Mix> {
    let Some(written) = field.at() else {
        return field.is_absent().then_some(Mix::ATTEST);
    };
    let mix = Mix {
        attest: written.value.attest.get()?.0,
        revoke: written.value.revoke.get()?.0,
        replace: written.value.replace.get()?.0,
        claim: written.value.claim.get()?.0,
        query: written.value.query.get()?.0,
        register: written.value.register.get()?.0,
    };
    let total = mix.attest + mix.revoke + mix.replace + mix.claim + mix.query + mix.register;
    if (total - 1.0).abs() < 1e-9 {
        return Some(mix);
    }
    let total = spelt::share((total * 1e6).round() / 1e6);
    let note = "attest, revoke, replace, claim, query and register add up to 100%";
    reader.report(written.place, format!("this mix adds up to {total}"), note);
    None
}

fn read_keys(field: &Field<KeysFile>, reader: &mut Reader<'_>) -> Option<Keys> {
    let written: KeysFile = reader.or_empty(field)?;
    let count = written.count.get()?.0;
    let pick = match (written.zipf.get(), written.pick.get()) {
        (Some(_), Some(_)) => {
            let note = "leave out one of `zipf` and `pick`";
            let place = written.pick.at()?.place;
            reader.report(place, "these keys are picked in two ways at once", note);
            return None;
        }
        (zipf, None) => Pick::Zipf(zipf.map_or(0.0, |zipf| zipf.0)),
        (None, Some(_)) => Pick::InTurn,
    };
    Some(Keys { count, pick })
}

/// `Some(None)` without a chain, `None` after a report.
fn read_chain(written: &LoadFile, reader: &mut Reader<'_>, clients: u32) -> Option<Option<Chain>> {
    let Some(at) = written.chain.at() else {
        return Some(None).filter(|_| written.chain.is_absent());
    };
    let length = reader.require(&at.value.length, at.place, "`length`", "`length = 5`").copied();
    let gap = reader.require(&at.value.gap, at.place, "`gap`", "`gap = \"200ms\"`").copied();
    let attesters = at.value.attesters.at()?;
    if let Some(gap) = gap {
        check_age(reader, "chain.gap", &gap);
    }
    if attesters.value.0 > clients {
        let message = format!("a chain by {} attesters, and {clients} clients", attesters.value.0);
        reader.report(at.place, message, "there must be at least as many clients as attesters");
    }
    let waits = *at.value.waits.get()?;
    let (length, gap) = (length?.value.0, gap?.value);
    Some(Some(Chain { length, gap, attesters: attesters.value.0, waits }))
}

/// What refers to something refers to nothing older than the load plan remembers.
fn check_age(reader: &mut Reader<'_>, key: &str, at: &At<Span>) {
    let most = LoadGroup::REFERENCE_AGE;
    if at.value >= most {
        let message = format!("`{}.{key}` must be less than {most}", reader.path());
        reader.report(at.place, message, "nothing refers to anything older than that");
    }
}

fn read_overlap(
    written: &LoadFile,
    reader: &mut Reader<'_>,
    clients: u32,
) -> Option<Option<Overlap>> {
    let Some(at) = written.overlap.at() else {
        return Some(None).filter(|_| written.overlap.is_absent());
    };
    let example = "`issuers = [2, 5]`";
    let issuers = reader.require(&at.value.issuers, at.place, "`issuers`", example).copied();
    let example = "`window = \"300ms\"`";
    let window = reader.require(&at.value.window, at.place, "`window`", example).copied();
    if let Some(window) = window {
        check_age(reader, "overlap.window", &window);
    }
    let issuers = issuers?;
    if issuers.value.to > clients {
        let message = format!("an overlap of {} issuers, and {clients} clients", issuers.value.to);
        reader.report(issuers.place, message, "there must be at least as many clients as issuers");
    }
    let (from, to) = (issuers.value.from, issuers.value.to);
    Some(Some(Overlap { from, to, window: window?.value }))
}

/// Chains and overlaps are ways of arriving: open ones, and one at a time.
fn check_bursts(group: &At<LoadFile>, reader: &mut Reader<'_>) {
    let (chain, overlap) = (group.value.chain.at(), group.value.overlap.at());
    if let (Some(_), Some(overlap)) = (chain, overlap) {
        let note = "write a second load group for the overlaps";
        reader.report(overlap.place, "a load group has chains or overlaps, not both", note);
    }
    let place = chain.map(|at| at.place).or(overlap.map(|at| at.place));
    if let Some(place) = place.filter(|_| !group.value.users.is_absent()) {
        let note = "they need `rate` or `stages`";
        reader.report(place, "closed load has no chains and no overlaps", note);
    }
    let pick = group.value.keys.get().and_then(|keys| keys.pick.at());
    if let Some(pick) = pick.filter(|_| !group.value.users.is_absent()) {
        let note = "users write as they please, in nobody's turn: leave `pick` out";
        reader.report(pick.place, "closed load cannot pick its keys in turn", note);
    }
}
