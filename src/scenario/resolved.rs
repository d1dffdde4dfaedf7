//! A scenario written out again: every default said, every table's source named.

mod load;
mod ops;
mod readers;

pub use self::ops::condition;

use std::fmt::Display;

use super::model::{
    Arrivals, Behaviour, Climb, DelayTable, Delegated, Effect, Fault, Links, LoadGroup, Network,
    Routers, Scenario, Stage, Trust,
};
use super::spelt;
use super::table::find_table;
use super::written::Choice as _;
use crate::flow::axes;
use crate::kernel::Span;

impl Scenario {
    /// The scenario as a file that says everything: reading it gives an equal scenario, on any
    /// machine, without any other file.
    pub fn to_toml(&self) -> String {
        let mut file = Text::default();
        self.write_top(&mut file);
        self.write_actors(&mut file);
        for group in &self.load {
            self.write_group(&mut file, group);
        }
        if let Some(trust) = &self.trust {
            write_trust(&mut file, trust, &self.network.delays.regions);
        }
        if let Some(indexers) = &self.indexers {
            readers::write_indexers(&mut file, indexers, &self.network.delays.regions);
        }
        if let Some(dependants) = &self.dependants {
            readers::write_dependants(&mut file, dependants, &self.network.delays.regions);
        }
        if let Some(ops) = &self.ops {
            ops::write_ops(&mut file, ops, &self.load);
        }
        for fault in &self.faults {
            write_fault(&mut file, fault);
        }
        self.write_demands(&mut file);
        self.write_costs(&mut file);
        let orderings = self.parameters.iter().map(|(name, set)| ("ordering", name.as_str(), set));
        let policies = self.policies.iter().flat_map(|(axis, sets)| {
            sets.iter().map(|(name, parameters)| (*axis, *name, parameters))
        });
        for (axis, name, parameters) in orderings.chain(policies) {
            file.section(&format!("[parameters.{axis}.{name}]"));
            for (key, value) in parameters.as_object().into_iter().flatten() {
                if !value.is_null() {
                    file.plain(&bare_or_quoted(key), inline(value));
                }
            }
        }
        file.0
    }

    fn write_top(&self, file: &mut Text) {
        file.text("name", &self.name);
        for (key, text) in
            [("question", &self.question), ("story", &self.story), ("source", &self.source)]
        {
            if !text.is_empty() {
                file.text(key, text);
            }
        }
        file.text("duration", self.duration);
        file.text("warmup", self.warmup);
        file.text("settle", self.settle);
        if let Some(clock) = self.clock {
            file.text("clock", spelt::clock(clock));
        }
        file.plain("seed", self.seed);
        file.text("ordering", &self.ordering);
        file.text("profile", self.profile.word());
        if self.max_valid_for > Span::ZERO {
            file.text("max_valid_for", self.max_valid_for);
        }
        file.text("crypto", self.crypto.word());
    }

    fn write_actors(&self, file: &mut Text) {
        write_network(file, &self.network);
        let regions = &self.network.delays.regions;
        file.section("[validators]");
        file.plain("count", self.validators.count);
        file.plain("regions", region_names(&self.validators.regions, regions));
        file.plain("cores", self.validators.cores);
        file.text("reads", self.validators.reads.word());
        file.section("[routers]");
        file.plain("count", self.routers.count);
        file.plain("regions", region_names(&self.routers.regions, regions));
        if let Some(queue) = self.routers.queue {
            file.plain("queue", queue);
        }
        file.text("retry_after", self.routers.retry_after);
        file.plain("workers", self.routers.workers);
        file.text("news", self.routers.news);
        for (axis, policy) in axes().iter().zip(&self.routers.flow) {
            file.text(axis.name, policy);
        }
        write_links(file, &self.routers);
    }

    fn write_demands(&self, file: &mut Text) {
        if !self.thresholds.is_empty() {
            file.section("[thresholds]");
        }
        for threshold in &self.thresholds {
            file.text(&threshold.name, &threshold.check.text);
        }
        if !self.always.is_empty() || !self.sometimes.is_empty() {
            file.section("[expect]");
            let texts = |checks: &[super::check::Check]| {
                list(checks.iter().map(|check| quoted(&check.text)))
            };
            file.plain("always", texts(&self.always));
            file.plain("sometimes", texts(&self.sometimes));
        }
        for claim in &self.claims {
            file.section("[[claim]]");
            file.text("text", &claim.text);
            file.text("by", format!("{}={}", claim.by.path, claim.by.values.join(",")));
            file.text("holds", &claim.holds.text);
        }
    }

    fn write_costs(&self, file: &mut Text) {
        file.section("[costs]");
        file.text("sign", self.costs.sign);
        file.text("verify", self.costs.verify);
        file.text("apply", self.costs.apply);
        file.text("read", self.costs.read);
        file.text("receive", self.costs.receive);
        file.text("route", self.costs.route);
        file.text("check", self.costs.check);
        file.text("index", self.costs.index);
    }
}

/// TOML being written.
#[derive(Default)]
struct Text(String);

impl Text {
    fn section(&mut self, header: &str) {
        self.0 += &format!("\n{header}\n");
    }

    fn plain(&mut self, key: &str, value: impl Display) {
        self.0 += &format!("{key} = {value}\n");
    }

    fn text(&mut self, key: &str, value: impl Display) {
        self.plain(key, quoted(value));
    }
}

fn quoted(value: impl Display) -> String {
    toml::Value::String(value.to_string()).to_string()
}

fn list(values: impl Iterator<Item = String>) -> String {
    format!("[{}]", values.collect::<Vec<_>>().join(", "))
}

fn fields(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> =
        fields.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", fields.join(", "))
}

fn bare_or_quoted(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { quoted(key) }
}

/// A JSON value in one line of TOML; nothing is what is null.
fn inline(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => quoted(""),
        serde_json::Value::Bool(truth) => truth.to_string(),
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::String(text) => quoted(text),
        serde_json::Value::Array(items) => list(items.iter().map(inline)),
        serde_json::Value::Object(object) => {
            let written = object.iter().filter(|(_, value)| !value.is_null());
            let each =
                written.map(|(key, value)| format!("{} = {}", bare_or_quoted(key), inline(value)));
            format!("{{ {} }}", each.collect::<Vec<_>>().join(", "))
        }
    }
}

fn region_names(positions: &[usize], regions: &[String]) -> String {
    list(positions.iter().map(|position| quoted(&regions[*position])))
}

fn write_network(file: &mut Text, network: &Network) {
    file.section("[network]");
    write_delays(file, &network.delays);
    file.text("jitter", spelt::share(network.jitter));
    file.text("loss", spelt::share(network.loss));
    if let Some(bandwidth) = network.bandwidth {
        file.text("bandwidth", spelt::bit_rate(bandwidth as f64));
    }
    file.text("transport", network.transport.word());
}

fn write_links(file: &mut Text, routers: &Routers) {
    match &routers.links {
        _ if !routers.are_centres() => {}
        Links::Ring => file.text("links", "ring"),
        Links::Line => file.text("links", "line"),
        Links::Mesh => file.text("links", "mesh"),
        Links::Pairs(pairs) => {
            let pairs = pairs.iter().map(|(one, other)| format!("[{one}, {other}]"));
            file.plain("links", list(pairs));
        }
    }
}

/// A bundled table by its name, any other with its figures.
fn write_delays(file: &mut Text, delays: &DelayTable) {
    let local = delays.one_way[0][0];
    let same_as = |mut table: DelayTable| {
        for (index, row) in table.one_way.iter_mut().enumerate() {
            row[index] = local;
        }
        table == *delays
    };
    if find_table(&delays.name).is_some_and(same_as) {
        file.0 += &format!("# {}: {}\n", delays.name, delays.source.replace('\n', " "));
        file.text("delays", &delays.name);
        file.text("local", local);
        return;
    }
    let row = |row: &Vec<Span>| list(row.iter().map(quoted));
    let delays = fields(&[
        ("name", quoted(&delays.name)),
        ("source", quoted(&delays.source)),
        ("regions", list(delays.regions.iter().map(quoted))),
        ("one_way", list(delays.one_way.iter().map(row))),
    ]);
    file.plain("delays", delays);
}

impl Scenario {
    fn write_group(&self, file: &mut Text, group: &LoadGroup) {
        file.section(&format!("[load.{}]", group.name));
        match &group.arrivals {
            Arrivals::Open { stages, spacing, shape } => {
                write_stages(file, stages, self.duration);
                load::write_arrivals(file, *spacing, shape);
            }
            Arrivals::Trace(trace) => load::write_trace(file, trace),
            Arrivals::Closed { users, think } => {
                file.plain("users", users);
                file.text("think", think);
            }
        }
        load::write_choices(file, group, &self.network.delays.regions);
        write_habits(file, group);
    }
}

fn write_habits(file: &mut Text, group: &LoadGroup) {
    if let Some(chain) = group.chain {
        let (length, attesters) = (chain.length.to_string(), chain.attesters.to_string());
        let mut written =
            vec![("length", length), ("gap", quoted(chain.gap)), ("attesters", attesters)];
        written.extend(chain.waits.then(|| ("waits", "true".to_owned())));
        file.plain("chain", fields(&written));
    }
    if let Some(overlap) = group.overlap {
        let issuers = format!("[{}, {}]", overlap.from, overlap.to);
        file.plain("overlap", fields(&[("issuers", issuers), ("window", quoted(overlap.window))]));
    }
    if let Some(reads) = group.reads {
        file.text("reads", reads.word());
    }
    if let Some(retry) = group.retry {
        let (after, timeout) = (quoted(retry.after), quoted(retry.timeout));
        let (backoff, longest) = (quoted(retry.backoff.word()), quoted(retry.longest));
        let mut written = vec![
            ("tries", retry.tries.to_string()),
            ("after", after),
            ("timeout", timeout),
            ("backoff", backoff),
            ("longest", longest),
            ("jitter", quoted(spelt::share(retry.jitter))),
        ];
        written.extend(retry.budget.map(|budget| ("budget", quoted(spelt::share(budget)))));
        written.extend(retry.anew.then(|| ("anew", "true".to_owned())));
        file.plain("retry", fields(&written));
    }
    if let Some(expires) = group.expires {
        file.text("expires", expires);
    }
    if let Some(deadline) = group.deadline {
        file.text("deadline", deadline);
    }
    if let Some(promise) = group.promise {
        file.text("promise", promise);
    }
    file.plain("priority", group.priority);
    load::write_hook(file, group.hook);
    ops::write_patience(file, group.patience);
    if group.forged > 0.0 {
        file.text("forged", spelt::share(group.forged));
    }
    if group.batch > 1 {
        file.plain("batch", group.batch);
    }
    if let Some(Delegated { share, deadline }) = group.delegated {
        let mut written = vec![("share", quoted(spelt::share(share)))];
        written.extend(deadline.map(|deadline| ("deadline", quoted(deadline))));
        file.plain("delegated", fields(&written));
    }
}

/// A steady rate over the whole run as a rate, anything else as stages.
fn write_stages(file: &mut Text, stages: &[Stage], duration: Span) {
    let first = stages.first().map_or(0.0, |stage| stage.from);
    file.text("rate", spelt::rate(first));
    if let [only] = stages
        && only.name.is_none()
        && only.duration == duration
        && only.from == only.to
    {
        return;
    }
    let mut rate = first;
    let mut written = Vec::new();
    for stage in stages {
        if stage.from != rate {
            let target = quoted(spelt::rate(stage.from));
            written.push(fields(&[("duration", quoted("0s")), ("target", target)]));
        }
        let name = stage.name.iter().map(|name| ("name", quoted(name)));
        let (duration, target) = (quoted(stage.duration), quoted(spelt::rate(stage.to)));
        let parts: Vec<_> = name.chain([("duration", duration), ("target", target)]).collect();
        written.push(fields(&parts));
        rate = stage.to;
    }
    file.0 += &format!("stages = [\n  {},\n]\n", written.join(",\n  "));
}

fn write_trust(file: &mut Text, trust: &Trust, regions: &[String]) {
    file.section("[trust]");
    file.plain("parties", trust.parties);
    file.plain("regions", region_names(&trust.regions, regions));
    file.text("share", spelt::share(trust.share));
    file.text("model", trust.model.formula.name());
    file.plain("looks", trust.model.kept);
    file.text("pause", trust.pause);
    file.text("timeout", trust.timeout);
    file.text("patience", trust.patience);
    if let Some(expected) = trust.expected {
        file.text("expected", expected);
    }
    file.text("tolerance", trust.model.tolerance);
    file.text("tau", trust.model.tau);
    file.text("confident", spelt::share(trust.model.confident));
}

fn write_fault(file: &mut Text, fault: &Fault) {
    file.section("[[fault]]");
    file.text("name", &fault.name);
    file.text("at", fault.starts.first().copied().unwrap_or_default());
    if let Some(length) = fault.length {
        file.text("for", length);
    }
    if let [first, second, ..] = fault.starts[..] {
        file.text("every", second.saturating_sub(first));
    }
    file.text("on", &fault.on.text);
    file.plain("must_occur", fault.must_occur);
    for effect in &fault.effects {
        write_effect(file, effect, fault.steps);
    }
}

fn write_effect(file: &mut Text, effect: &Effect, steps: u32) {
    match effect {
        Effect::Delay { add, jitter, spread, correlation } => {
            let span = |climb: &Climb<Span>| climb_text(climb, steps, |span| span.to_string());
            let correlation = quoted(spelt::share(*correlation));
            let (add, jitter, spread) = (span(add), span(jitter), span(spread));
            let parts = [("add", add), ("jitter", jitter), ("spread", spread)];
            let all: Vec<_> = parts.into_iter().chain([("correlation", correlation)]).collect();
            file.plain("delay", fields(&all));
        }
        Effect::Reorder { share, form, gap } => {
            let (share, gap) = (climb_text(share, steps, spelt::share), gap.to_string());
            let parts = [("share", share), ("form", quoted(form.word())), ("gap", gap)];
            file.plain("reorder", fields(&parts));
        }
        Effect::Loss { share, burst } => {
            let share = climb_text(share, steps, spelt::share);
            file.plain("loss", fields(&[("share", share), ("burst", quoted(burst))]));
        }
        Effect::Duplicate(share) => file.plain("duplicate", climb_text(share, steps, spelt::share)),
        Effect::Bandwidth(rate) => {
            file.plain("bandwidth", climb_text(rate, steps, spelt::bit_rate))
        }
        Effect::Partition => file.plain("partition", true),
        Effect::Clog => file.plain("clog", true),
        Effect::Crash { state_lost } => {
            let state = quoted(if *state_lost { "lost" } else { "kept" });
            file.plain("crash", fields(&[("state", state)]));
        }
        Effect::Stall => file.plain("stall", true),
        Effect::Slow(factor) => file.plain("slow", climb_text(factor, steps, spelt::factor)),
        Effect::Gossip(factor) => file.plain("gossip", climb_text(factor, steps, spelt::factor)),
        Effect::Skew(nanos) => file.text("skew", spelt::signed(*nanos)),
        Effect::Drift(ppm) => file.text("drift", spelt::drift(*ppm)),
        Effect::Rules(version) => file.text("rules", version.word()),
        Effect::Misreport(share) => file.text("misreport", spelt::share(*share)),
        Effect::Pause => file.plain("pause", true),
        Effect::Byzantine(behaviour) => write_behaviour(file, *behaviour),
    }
}

fn write_behaviour(file: &mut Text, behaviour: Behaviour) {
    match behaviour {
        Behaviour::Equivocate => file.plain("equivocate", true),
        Behaviour::Forge(share) => file.text("forge", spelt::share(share)),
        Behaviour::Withhold { messages, peers } => {
            let [messages, peers] = [messages, peers].map(|share| quoted(spelt::share(share)));
            file.plain("withhold", fields(&[("messages", messages), ("peers", peers)]));
        }
        Behaviour::Replay(share) => file.text("replay", spelt::share(share)),
        Behaviour::Censor(share) => file.text("censor", spelt::share(share)),
        Behaviour::Shuffle(share) => file.text("shuffle", spelt::share(share)),
        Behaviour::Hold(span) => file.text("hold", span),
        Behaviour::Amnesia(every) => file.text("amnesia", every),
    }
}

/// A number that does not move is written alone, so that only what climbs has steps.
fn climb_text<T: Copy>(climb: &Climb<T>, steps: u32, spell: impl Fn(T) -> String) -> String {
    let (from, to) = (quoted(spell(climb.from)), quoted(spell(climb.to)));
    if from == to && steps == 1 {
        return from;
    }
    fields(&[("from", from), ("to", to), ("steps", steps.to_string())])
}
