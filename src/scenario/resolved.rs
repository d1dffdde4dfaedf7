//! A scenario written out again: every default said, every table's source named.

mod faults;
mod load;
mod ops;
mod readers;

pub use self::ops::condition;

use std::fmt::Display;

use super::file::{Early, Uid};
use super::model::{
    Ahead, Arrivals, DelayTable, Links, LoadGroup, Naming, Network, Routers, Scenario, Trust,
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
        if let Some(time) = &self.time {
            file.section("[time]");
            file.plain("sources", time.count);
            file.text("policy", time.policy.word());
            file.text("hosts", &time.hosts.text);
        }
        if let Some(ops) = &self.ops {
            ops::write_ops(&mut file, ops, &self.load);
        }
        for fault in &self.faults {
            faults::write_fault(&mut file, fault);
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
        if let Naming::Inclusion { block } = self.naming {
            let of = ("of", quoted(Uid::Inclusion.word()));
            file.plain("uid", fields(&[of, ("block", quoted(block))]));
        }
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
        if let Some(Ahead { most, holds }) = self.validators.ahead {
            let then = if holds { Early::Hold } else { Early::Refuse };
            let then = ("then", quoted(then.word()));
            file.plain("ahead", fields(&[("most", quoted(most)), then]));
        }
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
        for row in &self.history {
            file.section("[[history]]");
            file.text("at", format!("T+{}", row.at));
            file.text("what", &row.what);
            if let Some(event) = row.event {
                file.text("event", event.name());
            }
            file.text("about", row.about);
            file.text("source", &row.source);
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
        Links::Ring if !routers.are_centres() => {}
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
                load::write_stages(file, stages, self.duration);
                load::write_arrivals(file, *spacing, shape);
            }
            Arrivals::Trace(trace) => load::write_trace(file, trace),
            Arrivals::Closed { users, think } => {
                file.plain("users", users);
                file.text("think", think);
            }
        }
        load::write_choices(file, group, &self.network.delays.regions);
        load::write_habits(file, group);
    }
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
    readers::write_reading(file, trust.reading);
    file.text("tolerance", trust.model.tolerance);
    file.text("tau", trust.model.tau);
    file.text("confident", spelt::share(trust.model.confident));
}
