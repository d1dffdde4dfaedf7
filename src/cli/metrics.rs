//! `attestorm metrics`: the one table of metrics.

use std::fmt::Write;
use std::process::ExitCode;

use serde_json::json;

use super::args::Format;
use super::output::{INVALID, fail, print};
use crate::measure::metric::{Better, Kind, Metric, TABLE, Unit};
use crate::report::pretty;

pub(super) fn metrics(word: Option<&str>, format: Format) -> ExitCode {
    let wanted = word.unwrap_or_default().to_lowercase();
    let has = |metric: &&Metric| {
        metric.name.contains(&wanted) || metric.definition.to_lowercase().contains(&wanted)
    };
    let metrics: Vec<&Metric> = TABLE.iter().filter(has).collect();
    if metrics.is_empty() {
        return fail(
            format!("no metric speaks of `{wanted}`\nsee all: attestorm metrics"),
            INVALID,
        );
    }
    print(&match format {
        Format::Text => text(&metrics),
        Format::Md => markdown(&metrics),
        Format::Csv => csv(&metrics),
        Format::Json => pretty(&json(&metrics)),
    });
    ExitCode::SUCCESS
}

fn text(metrics: &[&Metric]) -> String {
    let mut text = String::new();
    for metric in metrics {
        let (unit, better) = (unit(metric.unit), better(metric.better));
        let _ = writeln!(
            text,
            "{:<24} {unit:<12} {better:<8} {}",
            metric.name,
            statistics(metric.kind)
        );
        let _ = writeln!(text, "    {}  [{}]", metric.definition, metric.source);
    }
    text
}

fn markdown(metrics: &[&Metric]) -> String {
    let mut text = String::from(
        "| metric | unit | better | statistics | definition | source |\n\
         |---|---|---|---|---|---|\n",
    );
    for metric in metrics {
        let cells = cells(metric);
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

fn csv(metrics: &[&Metric]) -> String {
    let mut text = String::from("metric,unit,better,statistics,definition,source\n");
    for metric in metrics {
        let cells = cells(metric).map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        let _ = writeln!(text, "{}", cells.join(","));
    }
    text
}

fn json(metrics: &[&Metric]) -> serde_json::Value {
    let rows = metrics.iter().map(|metric| {
        let [name, unit, better, statistics, definition, source] = cells(metric);
        json!({ "metric": name, "unit": unit, "better": better, "statistics": statistics,
                "definition": definition, "source": source })
    });
    rows.collect()
}

fn cells(metric: &Metric) -> [String; 6] {
    let texts = [
        metric.name,
        unit(metric.unit),
        better(metric.better),
        statistics(metric.kind),
        metric.definition,
        metric.source,
    ];
    texts.map(ToOwned::to_owned)
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Millis => "ms",
        Unit::Operations => "operations",
        Unit::Places => "places",
        Unit::Versions => "versions",
        Unit::PerSecond => "per second",
        Unit::Messages => "messages",
        Unit::Bytes => "bytes",
        Unit::Acts => "acts",
        Unit::Minutes => "minutes",
        Unit::Times => "times",
        Unit::Part => "part of 1",
    }
}

const fn better(better: Better) -> &'static str {
    match better {
        Better::Lower => "lower",
        Better::Higher => "higher",
        Better::Neither => "-",
    }
}

/// The statistics that a check may ask for.
const fn statistics(kind: Kind) -> &'static str {
    match kind {
        Kind::Sample => "p50 p90 p99 p99.9 mean max min",
        Kind::Event => "count share per10k",
        Kind::Stretch => "longest count",
        Kind::Rate => "mean min max",
        Kind::Cost => "mean",
        Kind::Portion => "share",
        Kind::Moment => "",
        Kind::Happening => "count",
    }
}
