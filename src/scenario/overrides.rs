//! `--set path=value`: changes to the document before anything in it is checked.

use super::document::{Entry, Node, Table, Value, read_toml_value};
use super::file::{
    AnswersFile, ArrivalsFile, DelayFile, HookFile, LossFile, OpsFile, PatienceFile, ReorderFile,
    TraceFile, UidFile,
};
use super::problem::{Log, Place, suggest};
use super::written::{Lone, NONE};

/// Another name of `routers`, and of what load groups have to do with the flow through them.
const FLOW: &str = "flow";
/// What `flow` means of load groups.
const OF_LOAD: [&str; 2] = ["arrivals", "retry"];

/// Applies one override. Faults are addressed by name, load groups must exist; what the key means
/// and whether the value fits is found out when the document is read, where `none` leaves out what
/// is optional.
pub(crate) fn apply(log: &mut Log, root: &mut Node, path: &str, value: &str) {
    let argument = format!("--set {path}={value}");
    let origin = log.add_argument(&argument);
    let first = "--set ".len();
    let mut segments = Vec::new();
    let mut at = first;
    for name in path.split('.') {
        segments.push(Segment { name, place: Place::new(origin, at..at + name.len()) });
        at += name.len() + 1;
    }
    if let Some(empty) = segments.iter().find(|segment| segment.name.trim().is_empty()) {
        log.add(empty.place, "a key is missing here", "write it like `load.issuers.rate=100/s`");
        return;
    }
    let value = read_value(origin, first + path.len() + 1, value);
    let groups = groups(root, &segments);
    for path in ways(&segments, &groups) {
        if let Some(table) = expand(log, root, &path) {
            put(table, &path, value.clone());
        }
    }
}

/// The paths that one path means: several if it is of `flow` and of every load group.
fn ways<'a>(path: &[Segment<'a>], groups: &'a [String]) -> Vec<Vec<Segment<'a>>> {
    let [flow, rest @ ..] = path else { return Vec::new() };
    let renamed = |name: &'a str| Segment { name, ..*flow };
    match rest {
        _ if flow.name != FLOW => vec![path.to_vec()],
        [of, ..] if OF_LOAD.contains(&of.name) => {
            let way = |group: &'a String| [&[renamed("load"), renamed(group)], rest].concat();
            groups.iter().map(way).collect()
        }
        _ => vec![[&[renamed("routers")], rest].concat()],
    }
}

/// The load groups that a path of `flow` is about; all of them if it suits none, so that it is
/// said why.
fn groups(root: &Node, path: &[Segment<'_>]) -> Vec<String> {
    let load = root.table().and_then(|table| table.find("load"));
    let groups = load.and_then(|entry| entry.node.table()).map_or(&[][..], |load| &load.entries);
    let suits = |entry: &&Entry| {
        let has = |key| entry.node.table().is_some_and(|group| group.find(key).is_some());
        match path {
            // Closed and recorded load have no arrivals to choose.
            [_, of, ..] if of.name == "arrivals" => !(has("users") || has("trace")),
            // Part of a retry is none.
            [_, of, _, ..] if of.name == "retry" => has("retry"),
            _ => true,
        }
    };
    let names = |entries: Vec<&Entry>| entries.iter().map(|entry| entry.key.clone()).collect();
    let suited: Vec<String> = names(groups.iter().filter(suits).collect());
    if suited.is_empty() { names(groups.iter().collect()) } else { suited }
}

/// The one path that a path means in a scenario whose only load group, if it has but one, this is.
pub(crate) fn meant(path: &str, group: Option<&str>) -> String {
    let Some(rest) = path.strip_prefix(FLOW).and_then(|rest| rest.strip_prefix('.')) else {
        return path.to_owned();
    };
    let is_of_load = rest.split('.').next().is_some_and(|key| OF_LOAD.contains(&key));
    match (is_of_load, group) {
        (true, Some(group)) => format!("load.{group}.{rest}"),
        (true, None) => path.to_owned(),
        (false, _) => format!("routers.{rest}"),
    }
}

/// A message about an argument, where that has another name for a table.
pub(crate) fn in_its_words(argument: &str, message: &str) -> String {
    let words = "[routers], which `flow` means beside the load's `arrivals` and `retry`,";
    match argument.starts_with("--set flow.") {
        true => message.replacen("[routers]", words, 1),
        false => message.to_owned(),
    }
}

#[derive(Clone, Copy)]
struct Segment<'a> {
    name: &'a str,
    place: Place,
}

/// TOML if it is, else a text without quotes: `100/s`, `causal`.
fn read_value(origin: usize, offset: usize, text: &str) -> Node {
    let plain = || Node {
        place: Place::new(origin, offset..offset + text.len()),
        value: Value::Text(text.to_owned()),
    };
    read_toml_value(origin, offset, text)
        .filter(|node| !matches!(node.value, Value::Text(_)) || text.starts_with(['"', '\'']))
        .unwrap_or_else(plain)
}

/// The table that holds the last segment's key; tables on the way to it are made.
fn expand<'n>(log: &mut Log, root: &'n mut Node, path: &[Segment<'_>]) -> Option<&'n mut Table> {
    let mut node = root;
    for (depth, segment) in path[..path.len() - 1].iter().enumerate() {
        let outer = depth.checked_sub(1).map_or("", |before| path[before].name);
        if let Some(lone) = lone_field(segment.name) {
            stand_alone_no_more(node, segment.name, lone, path[depth + 1].name);
        }
        node = step(log, node, *segment, outer, depth)?;
    }
    as_table(log, node, path[path.len() - 1])
}

fn step<'n>(
    log: &mut Log,
    node: &'n mut Node,
    segment: Segment<'_>,
    outer: &str,
    depth: usize,
) -> Option<&'n mut Node> {
    if matches!(node.value, Value::List(_)) {
        return find_named(log, node, segment);
    }
    let table = as_table(log, node, segment)?;
    if table.find(segment.name).is_none() {
        if depth == 0 && segment.name == "fault" {
            log.add(segment.place, "the scenario has no fault", "");
            return None;
        }
        if depth == 1 && outer == "load" {
            report_group(log, table, segment);
            return None;
        }
        let node = Node { place: segment.place, value: Value::Table(Table::default()) };
        let key = segment.name.to_owned();
        table.entries.push(Entry { key, key_place: segment.place, node });
    }
    table.find_mut(segment.name).map(|entry| &mut entry.node)
}

fn report_group(log: &mut Log, table: &Table, segment: Segment<'_>) {
    let names: Vec<&str> = table.entries.iter().map(|entry| entry.key.as_str()).collect();
    let meant = suggest(segment.name, names.iter().copied());
    let note = format!("{meant}load groups: {}", names.join(", "));
    log.add(segment.place, format!("there is no load group `{}`", segment.name), note);
}

fn as_table<'n>(log: &mut Log, node: &'n mut Node, segment: Segment<'_>) -> Option<&'n mut Table> {
    let kind = node.kind();
    if let Value::Table(table) = &mut node.value {
        return Some(table);
    }
    let message = format!("there is no `{}` to set: what it would be in is {kind}", segment.name);
    log.add(segment.place, message, "");
    None
}

fn find_named<'n>(log: &mut Log, list: &'n mut Node, segment: Segment<'_>) -> Option<&'n mut Node> {
    let Value::List(nodes) = &mut list.value else { return None };
    let names: Vec<String> = nodes.iter().map(|node| name_of(node).to_owned()).collect();
    if let Some(index) = names.iter().position(|name| name == segment.name) {
        return nodes.get_mut(index);
    }
    let meant = suggest(segment.name, names.iter().map(String::as_str));
    let note = format!("{meant}faults: {}", names.join(", "));
    log.add(segment.place, format!("there is no fault `{}`", segment.name), note);
    None
}

fn name_of(node: &Node) -> &str {
    match node.table().and_then(|table| table.find("name")).map(|entry| &entry.node.value) {
        Some(Value::Text(name)) => name,
        Some(_) | None => "",
    }
}

/// The field that may stand alone.
fn lone_field(key: &str) -> Option<Lone> {
    match key {
        "answers" | "others" => AnswersFile::LONE,
        "arrivals" => ArrivalsFile::LONE,
        "trace" => TraceFile::LONE,
        "delay" => DelayFile::LONE,
        "hook" => HookFile::LONE,
        "ops" => OpsFile::LONE,
        "patience" => PatienceFile::LONE,
        "loss" => LossFile::LONE,
        "reorder" => ReorderFile::LONE,
        "uid" => UidFile::LONE,
        _ => None,
    }
}

/// `loss = "2%"` becomes `loss = { share = "2%" }` before `loss.burst` is set.
fn stand_alone_no_more(node: &mut Node, key: &str, lone: Lone, next: &str) {
    let Value::Table(table) = &mut node.value else { return };
    let Some(entry) = table.find_mut(key) else { return };
    let climb = ["from", "to", "steps"].contains(&next) && !lone.keys.contains(&next);
    if let Some(lifted) = lone.lift(&entry.node).filter(|_| !climb) {
        entry.node = lifted;
    }
}

fn put(table: &mut Table, path: &[Segment<'_>], value: Node) {
    let last = path[path.len() - 1];
    let Some(entry) = table.find_mut(last.name) else {
        let key = last.name.to_owned();
        table.entries.push(Entry { key, key_place: last.place, node: value });
        return;
    };
    let is_left_out = |lone: &Lone| value.is_text(NONE) && !(lone.has_word)(NONE);
    let short = lone_field(last.name).filter(|lone| lone.lift(&value).is_some());
    let short = short.filter(|lone| !is_left_out(lone));
    let full = |lone: &Lone| lone.lift(&entry.node).is_none();
    if let Some(lone) = short.filter(full)
        && let Value::Table(effect) = &mut entry.node.value
    {
        return put(effect, &[Segment { name: lone.field, place: last.place }], value);
    }
    entry.key_place = last.place;
    entry.node = value;
}
