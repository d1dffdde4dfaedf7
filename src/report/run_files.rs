//! The files of one run's result. `summary.json` holds everything that charts and comparisons
//! need, so that they can be drawn again.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::charts;
use super::run_screen::{Making, run_screen};
use super::store::{Draft, StoreError, fingerprint};
use super::trust_page;
use crate::experiment::{CheckResult, Met, Pair, value_in};
use crate::kernel::{Span, VirtualTime};
use crate::measure::metric::{self, Kind, Metric, Unit};
use crate::measure::{Measured, Measurement, Statistic};
use crate::simulation::{MODEL, Standing};

/// Version of `summary.json`.
const SCHEMA: &str = "attestorm.summary/1";

/// Writes all files of a run into `draft`.
///
/// # Errors
/// If one cannot be written.
pub fn write_run(
    draft: &Draft,
    pair: &Pair,
    making: &Making,
    command: &str,
) -> Result<(), StoreError> {
    draft.write("scenario.toml", pair.scenario.to_toml())?;
    draft.write("summary.json", pretty(&summary(pair)))?;
    let screen = run_screen(pair, making);
    draft.write("summary.md", format!("```text\n{screen}```\n{}", trust_page::page(pair)))?;
    draft.write("digest.txt", digest(pair, command))?;
    draft.write("series.csv", series(&pair.run.measurement, pair.scenario.warmup))?;
    draft.write("faults.csv", faults(pair))?;
    draft.write("host.json", pretty(&host(making)))?;
    for (name, rendered) in charts::of_run(pair, command) {
        draft.write(&format!("charts/{name}.svg"), rendered.svg)?;
        draft.write(&format!("charts/{name}.png"), rendered.png)?;
        draft.write(&format!("charts/{name}.csv"), rendered.csv)?;
    }
    Ok(())
}

/// JSON for people and machines, with a line break at the end.
pub fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn digest(pair: &Pair, command: &str) -> String {
    let twin = pair.twin.as_ref().map_or("none".to_owned(), |twin| twin.digest.to_string());
    format!(
        "digest   {}\ntwin     {twin}\nmodel    {MODEL}\nversion  {}\nseed     {}\n\
         scenario {}\ncommand  {command}\n",
        pair.run.digest,
        env!("CARGO_PKG_VERSION"),
        pair.scenario.seed,
        fingerprint(&pair.scenario.to_toml())
    )
}

/// What was not simulated: the machine and its clock.
fn host(making: &Making) -> Value {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    json!({
        "wall_s": (making.wall_secs * 1_000.0).round() / 1_000.0,
        "cores": cores,
        "machine": std::env::consts::ARCH,
        "system": std::env::consts::OS,
    })
}

/// The result of a run as JSON.
pub fn summary(pair: &Pair) -> Value {
    let verdict = pair.verdict.word();
    let findings = pair.verdict.findings.iter();
    json!({
        "schema": SCHEMA,
        "verdict": verdict.text().to_lowercase(),
        "exit": verdict.exit(),
        "model": MODEL,
        "version": env!("CARGO_PKG_VERSION"),
        "scenario": pair.scenario.name,
        "question": pair.scenario.question,
        "ordering": pair.scenario.ordering,
        "seed": pair.scenario.seed,
        "digest": pair.run.digest.to_string(),
        "twin_digest": pair.twin.as_ref().map(|twin| twin.digest.to_string()),
        "events": pair.run.report.events,
        "late_after_retention": pair.run.measurement.late_after_retention,
        "focus": pair.slowest(),
        "findings": findings
            .map(|finding| json!({
                "word": finding.word.text(), "text": finding.text, "way_out": finding.way_out
            }))
            .collect::<Vec<_>>(),
        "guarantees": guarantees(pair),
        "thresholds": checks(&pair.thresholds),
        "always": checks(&pair.always),
        "sometimes": checks(&pair.sometimes),
        "faults": pair.faults.iter().map(|fault| json!({
            "name": fault.name,
            "planned": fault.planned,
            "achieved": fault.achieved,
            "occurred": fault.did_not_occur.is_none(),
        })).collect::<Vec<_>>(),
        "metrics": metrics(pair),
        "promise_gap": promise_gap(pair),
        "trust": trust_page::json(pair),
    })
}

fn guarantees(pair: &Pair) -> Vec<Value> {
    let guarantees = pair.guarantees().iter();
    let json = guarantees.map(|verdict| {
        let (standing, why, violated) = match &verdict.standing {
            Standing::Held => ("held", None, None),
            Standing::Broken { first, count } => ("broken", Some(first), Some((first, count))),
            Standing::NotOwed { why, first, count } => {
                ("not owed", Some(why), Some((first, count)))
            }
        };
        json!({
            "property": verdict.property.name(),
            "standing": standing,
            "why": why,
            "violations": violated.map_or(0, |(_, count)| *count),
            "first_violation": violated.map(|(first, _)| first),
        })
    });
    json.collect()
}

fn checks(results: &[CheckResult]) -> Vec<Value> {
    let json = results.iter().map(|result| {
        let met = match result.met {
            Met::Yes => json!(true),
            Met::No => json!(false),
            Met::Unknown => Value::Null,
        };
        json!({ "name": result.name, "check": result.check, "value": plain(result.measured),
                "bound": result.bound, "met": met })
    });
    json.collect()
}

/// A number; `"never"`; or null where there is none.
fn plain(measured: Measured) -> Value {
    match measured {
        Measured::Value(value) => json!((value * 1e6).round() / 1e6),
        Measured::Never => json!("never"),
        Measured::Few | Measured::NoData => Value::Null,
    }
}

/// Whether a run can have that metric: what watchers and people do needs some.
pub(super) fn has(pair: &Pair, metric: &Metric) -> bool {
    let is_of_people = matches!(metric.kind, Kind::Moment | Kind::Happening);
    !is_of_people || pair.scenario.ops.is_some()
}

/// Every metric by its name with unit, per phase, and per phase of the twin.
fn metrics(pair: &Pair) -> Value {
    let run = &pair.run.measurement;
    let mut all = Map::new();
    for metric in metric::TABLE.iter().filter(|metric| has(pair, metric)) {
        let mut phases = Map::new();
        if metric.kind == Kind::Moment {
            let value = plain(value_in(pair, metric.name, Statistic::Max, 0));
            all.insert(name_with_unit(metric), json!({ "run": { "value": value } }));
            continue;
        }
        for (phase, name) in run.phase_names().iter().enumerate() {
            let get = |statistic| value_in(pair, metric.name, statistic, phase);
            phases.insert(name.clone(), values(run, metric, phase, get));
            if let Some(twin) = pair.twin_measurement() {
                let get = |statistic| twin.value(metric.name, statistic, phase, None);
                phases.insert(format!("{name}@twin"), values(twin, metric, phase, get));
            }
        }
        all.insert(name_with_unit(metric), Value::Object(phases));
    }
    Value::Object(all)
}

fn values(
    of: &Measurement,
    metric: &Metric,
    phase: usize,
    read: impl Fn(Statistic) -> Measured,
) -> Value {
    let get = |statistic| plain(read(statistic));
    let n = of.due(metric.name, phase);
    match metric.kind {
        Kind::Sample => json!({
            "n": n,
            "p50": get(Statistic::Percentile(0.5)),
            "p90": get(Statistic::Percentile(0.9)),
            "p99": get(Statistic::Percentile(0.99)),
            "p99.9": get(Statistic::Percentile(0.999)),
            "mean": get(Statistic::Mean),
            "max": get(Statistic::Max),
        }),
        Kind::Event => json!({
            "n": n,
            "count": get(Statistic::Count),
            "per10k": get(Statistic::Per10k),
        }),
        Kind::Stretch => {
            json!({ "count": get(Statistic::Count), "longest": get(Statistic::Longest) })
        }
        Kind::Rate => {
            let (least, most) = (get(Statistic::Min), get(Statistic::Max));
            json!({ "mean": get(Statistic::Mean), "min": least, "max": most })
        }
        Kind::Cost => json!({ "n": n, "mean": get(Statistic::Mean) }),
        Kind::Moment => Value::Null,
        Kind::Happening => json!({ "count": get(Statistic::Count) }),
        Kind::Portion => {
            json!({ "share": plain(as_written(metric, read(Statistic::Share))) })
        }
    }
}

/// As files have it: a part of the whole is 0 to 100 there, as its name says.
pub(super) fn as_written(metric: &Metric, measured: Measured) -> Measured {
    match (metric.unit, measured) {
        (Unit::Part, Measured::Value(part)) => Measured::Value(part * 100.0),
        _ => measured,
    }
}

/// How many times the twin's each value is: metric, phase, statistic. Null without a twin.
fn promise_gap(pair: &Pair) -> Value {
    let (run, Some(twin)) = (&pair.run.measurement, &pair.twin) else { return Value::Null };
    let mut all = Map::new();
    for metric in metric::TABLE {
        let mut phases = Map::new();
        for (phase, name) in run.phase_names().iter().enumerate() {
            let of = |of: &Measurement, statistic| of.value(metric.name, statistic, phase, None);
            let each = promised(metric.kind).iter().filter_map(|(word, statistic)| {
                let kept = of(&twin.measurement, *statistic).value().filter(|kept| *kept > 0.0)?;
                let times = match of(run, *statistic) {
                    Measured::Value(value) => plain(Measured::Value(value / kept)),
                    Measured::Never => json!("never"),
                    Measured::Few | Measured::NoData => return None,
                };
                Some(((*word).to_owned(), times))
            });
            let each: Map<String, Value> = each.collect();
            if !each.is_empty() {
                phases.insert(name.clone(), Value::Object(each));
            }
        }
        if !phases.is_empty() {
            all.insert(name_with_unit(metric), Value::Object(phases));
        }
    }
    Value::Object(all)
}

/// The statistics of which a twin makes a promise.
const fn promised(kind: Kind) -> &'static [(&'static str, Statistic)] {
    match kind {
        Kind::Sample => &[
            ("p50", Statistic::Percentile(0.5)),
            ("p99", Statistic::Percentile(0.99)),
            ("mean", Statistic::Mean),
        ],
        Kind::Event => &[("per10k", Statistic::Per10k)],
        Kind::Stretch => &[("longest", Statistic::Longest)],
        Kind::Rate | Kind::Cost => &[("mean", Statistic::Mean)],
        Kind::Portion => &[("share", Statistic::Share)],
        Kind::Moment | Kind::Happening => &[],
    }
}

/// A metric's name as JSON and CSV spell it: `latency_applied_ms`.
pub(super) fn name_with_unit(metric: &Metric) -> String {
    let name = metric.name.replace('.', "_");
    let unit = match metric.unit {
        Unit::Millis => "_ms",
        Unit::PerSecond => "_per_s",
        Unit::Places => "_places",
        Unit::Part => "_pct",
        Unit::Minutes => "_min",
        Unit::Bytes
        | Unit::Messages
        | Unit::Operations
        | Unit::Versions
        | Unit::Acts
        | Unit::Times => "",
    };
    name + unit
}

/// One line per second of the run, by intended send.
/// Seconds count from the start of what is measured, as in charts; nothing is due before it.
fn series(measurement: &Measurement, warmup: Span) -> String {
    let begin = VirtualTime::ZERO + warmup;
    let mut text = String::from(
        "second_s,due,applied,p50_ms,p99_ms,never,orphans,diverged,reordered_pct,\
         relied,confident,trust_gap_pct\n",
    );
    let width = measurement.series_width();
    let rows = measurement.series_rows().into_iter().filter(|row| row.start + width > begin);
    for row in rows {
        let start = row.start.since(begin).as_secs_f64() - begin.since(row.start).as_secs_f64();
        let number =
            |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.3}"));
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{},{}",
            start,
            row.due,
            row.good,
            number(row.p50.value()),
            number(row.p99.value()),
            row.never,
            row.orphans,
            row.diverged,
            number(row.reordered_pct),
            row.relied,
            row.confident,
            number(row.trust_gap().map(|gap| gap * 100.0))
        );
    }
    text
}

fn faults(pair: &Pair) -> String {
    let mut text = String::from("fault,planned,achieved,occurred\n");
    for fault in &pair.faults {
        let quoted = |field: &str| format!("\"{}\"", field.replace('"', "\"\""));
        let (planned, achieved) = (quoted(&fault.planned), quoted(&fault.achieved));
        let occurred = fault.did_not_occur.is_none();
        let _ = writeln!(text, "{},{planned},{achieved},{occurred}", fault.name);
    }
    text
}

/// The metrics of a run: a row per phase, metric and statistic, the twin's under `<phase>@twin`.
pub fn metrics_csv(pair: &Pair) -> String {
    let mut text = String::from("phase,metric,statistic,value\n");
    let summary = summary(pair);
    let metrics = summary["metrics"].as_object().into_iter().flatten();
    for (metric, phases) in metrics {
        for (phase, values) in phases.as_object().into_iter().flatten() {
            for (statistic, value) in values.as_object().into_iter().flatten() {
                let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                if value != "null" {
                    let _ = writeln!(text, "{phase},{metric},{statistic},{value}");
                }
            }
        }
    }
    text
}
