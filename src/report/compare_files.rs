//! A comparison as CSV and JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::compare_table::{COLUMNS, CompareTable, Estimate};
use super::run_files::{as_written, has, name_with_unit};
use crate::experiment::{Comparison, Pair, judge_claims, value_in};
use crate::measure::metric::{Kind, Metric, TABLE};
use crate::measure::{Measured, Statistic};

/// A row per seed, variant, phase and metric.
pub fn compare_csv(comparison: &Comparison) -> String {
    let mut text = String::from("seed,variant,phase,metric,statistic,value\n");
    for (label, runs) in comparison.labels.iter().zip(&comparison.runs) {
        for (seed, pair) in comparison.seeds.iter().zip(runs) {
            seed_rows(&mut text, &format!("{seed},{}", quoted(label)), pair);
        }
    }
    text
}

/// A field of a CSV file, in quotes if it needs them.
pub(super) fn quoted(field: &str) -> String {
    match field.contains([',', '"', '\n']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}

fn seed_rows(to: &mut String, start: &str, pair: &Pair) {
    let measurement = &pair.run.measurement;
    for (phase, name) in measurement.phase_names().iter().enumerate() {
        let wanted =
            |metric: &&Metric| has(pair, metric) && (metric.kind != Kind::Moment || phase == 0);
        for metric in TABLE.iter().filter(wanted) {
            for (word, statistic) in statistics(metric.kind) {
                let measured = value_in(pair, metric.name, *statistic, phase);
                let value = match as_written(metric, measured) {
                    Measured::Value(value) => format!("{value:.6}"),
                    Measured::Never => "never".to_owned(),
                    Measured::Few | Measured::NoData => continue,
                };
                let metric = name_with_unit(metric);
                let _ = writeln!(to, "{start},{name},{metric},{word},{value}");
            }
        }
    }
}

/// The statistics that files carry, by kind of metric.
const fn statistics(kind: Kind) -> &'static [(&'static str, Statistic)] {
    match kind {
        Kind::Sample => &[
            ("p50", Statistic::Percentile(0.5)),
            ("p99", Statistic::Percentile(0.99)),
            ("mean", Statistic::Mean),
        ],
        Kind::Event => &[("count", Statistic::Count), ("per10k", Statistic::Per10k)],
        Kind::Stretch => &[("longest", Statistic::Longest)],
        Kind::Rate | Kind::Cost => &[("mean", Statistic::Mean)],
        Kind::Portion => &[("share", Statistic::Share)],
        Kind::Moment => &[("value", Statistic::Max)],
        Kind::Happening => &[("count", Statistic::Count)],
    }
}

/// The table as JSON.
pub fn compare_json(comparison: &Comparison) -> Value {
    let table = CompareTable::new(comparison);
    let rows = table.rows.iter().map(|row| {
        let cells = COLUMNS.iter().zip(&row.cells).map(|((head, ..), cell)| {
            let value = match cell {
                Estimate::Values { values, interval } => json!({
                    "mean": interval.estimate, "low": interval.low, "high": interval.high,
                    "by_seed": values }),
                Estimate::Never(seeds) => json!({ "never_on_seeds": seeds }),
                Estimate::NoData => Value::Null,
            };
            ((*head).to_owned(), value)
        });
        json!({
            "variant": row.label, "guarantees": row.guarantees.summary,
            "cells": cells.collect::<serde_json::Map<_, _>>(),
            "thresholds_met": row.met, "seeds_met": row.seeds_met,
            "word": row.gravest.text(),
        })
    });
    let differences = table.gaps.iter().map(|((column, first, second), gap)| {
        json!({
            "column": COLUMNS[*column].0,
            "of": table.rows[*second].label, "minus": table.rows[*first].label,
            "mean": gap.interval.estimate, "low": gap.interval.low, "high": gap.interval.high,
            "p_holm": gap.p, "shown": gap.is_shown(),
        })
    });
    json!({
        "schema": "attestorm.compare/1",
        "axis": comparison.axis,
        "phase": table.phase,
        "seeds": comparison.seeds,
        "thresholds": table.thresholds,
        "variance_cut": table.variance_cut,
        "digest": comparison.digest().to_string(),
        "rows": rows.collect::<Vec<_>>(),
        "differences": differences.collect::<Vec<_>>(),
        "real_signatures_agree": comparison.real_agrees,
        "verdict": super::compare_verdict(comparison),
        "claims": super::claims_json(&judge_claims(comparison)),
        "trust_with_other_models": super::trust_anew::comparison_json(comparison),
    })
}
