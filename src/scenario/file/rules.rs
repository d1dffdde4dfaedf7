//! Rules of Prometheus and the name map, as written.

use serde_json::{Value as Json, json};

use crate::production::NameUnit;
use crate::scenario::document::Node;
use crate::scenario::written::{At, Reader, Written, choice, section};

choice!(NameUnit, "unit of a metric" {
    "base" => NameUnit::Base,
    "milliseconds" => NameUnit::Milliseconds,
    "percent" => NameUnit::Percent,
});

section! {
    /// Alert rules that production has. What cannot be read is listed with the reason.
    RulesFile, "the rules of production", alone "file" => {
        /// A file of Prometheus rules beside the scenario.
        file: String;
        /// Where rules that are written out as `[[ops.alert]]` came from.
        name: String;
        /// What was not read there, and why.
        unread: Vec<At<UnreadFile>>;
        /// In what the judgement differs from Prometheus'.
        remarks: Vec<At<String>>;
        /// How many rules of that file are judged.
        judged: u64 = 0;
    }
}

section! {
    /// A rule that is not judged.
    UnreadFile, "a rule that is not judged" => {
        /// Its name there.
        rule: String;
        /// Its line.
        line: u64 = 0;
        /// Why.
        why: String;
    }
}

section! {
    /// What production calls the gauges that rules look at.
    NamesFile, "the name map", alone "file" => {
        /// A TOML file beside the scenario, with the same table `[metrics]`.
        file: String;
        /// By gauge an expression of PromQL, like `waiting = "max(router_queue_length)"`.
        metrics: Metrics;
    }
}

section! {
    /// What one metric is called: an expression, or a histogram.
    MetricFile, "the name of a metric", alone "expr" => {
        /// An expression of PromQL; its windows stand for the one of the rule, or write `$window`.
        expr: String;
        /// In what it counts: `base` is seconds, shares, numbers.
        unit: NameUnit = "base";
        /// For `latency.applied`: a histogram of seconds.
        histogram: String;
    }
}

/// Names by what they name: a gauge, or `latency.applied`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics(pub(crate) Vec<(At<String>, At<MetricFile>)>);

impl Written for Metrics {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        read_each(node, reader).map(Self)
    }

    fn schema() -> Json {
        json!({ "type": "object", "additionalProperties": MetricFile::schema() })
    }

    fn list_keys(keys: &mut Vec<&'static str>) {
        MetricFile::list_keys(keys);
    }
}

/// Keys that anybody may choose, with their values, in the order of the file.
fn read_each<T: Written>(node: &Node, reader: &mut Reader<'_>) -> Option<Vec<(At<String>, At<T>)>> {
    let table = reader.table(node, "this")?;
    let each = table.entries.iter().filter_map(|entry| {
        let value = reader.inside(&entry.key, |reader| T::read(&entry.node, reader))?;
        let key = At { value: entry.key.clone(), place: entry.key_place };
        Some((key, At { value, place: entry.node.place }))
    });
    Some(each.collect())
}

section! {
    /// A file of Prometheus rules.
    GroupsFile, "a file of rules" => {
        /// Its groups.
        groups: Vec<At<GroupFile>>;
    }
}

section! {
    /// Rules that are evaluated together.
    GroupFile, "a group of rules" => {
        /// Its name.
        name: String;
        /// From one evaluation to the next.
        interval: String;
        /// The most alerts.
        limit: String;
        /// So late are rules evaluated.
        query_offset: String;
        /// Labels of all alerts.
        labels: Labels;
        /// What Thanos does when stores fail.
        partial_response_strategy: String;
        /// Its rules.
        rules: Vec<At<PrometheusRule>>;
    }
}

section! {
    /// One rule, which alerts or records.
    PrometheusRule, "a rule" => {
        /// Its name, if it alerts.
        alert: String;
        /// The name of what it records.
        record: String;
        /// What it looks at.
        expr: String;
        /// For how long it must hold.
        lasts as "for": String;
        /// For how long it goes on firing.
        keep_firing_for: String;
        /// Labels of its alerts.
        labels: Labels;
        /// Texts beside them.
        annotations: Labels;
    }
}

/// Labels with their values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels(pub(crate) Vec<(At<String>, At<String>)>);

impl Labels {
    /// The value of a label.
    pub(crate) fn find(&self, label: &str) -> Option<&At<String>> {
        self.0.iter().find(|(key, _)| key.value == label).map(|(_, value)| value)
    }
}

impl Written for Labels {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        read_each(node, reader).map(Self)
    }

    fn schema() -> Json {
        json!({ "type": "object", "additionalProperties": { "type": "string" } })
    }
}
