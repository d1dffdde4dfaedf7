//! A comparison as a page for a design review: question, grounds, table, verdict, limits, every
//! assumption with its source, and the command that reproduces it.

use std::fmt::Write;

use serde_json::Value;

use super::claim_lines::{claim_lines, claims_summary};
use super::compare_asked::asked_lines;
use super::compare_limits::compare_limits;
use super::compare_screen::{crypto, seeds_text};
use super::compare_table::{COLUMNS, CompareTable, cell_text};
use super::compare_verdict::{favourite, verdict_of};
use super::format::{number, span};
use super::tuned_lines::tuned_lines;
use crate::experiment::{Comparison, Met, Pair, judge_claims};
use crate::measure::Measured;
use crate::scenario::model::{Arrivals, Bursty, Diurnal, Flash, Scenario, Shape, Transport};
use crate::simulation::MODEL;

/// The page; `place` is the result's folder.
pub fn decision(comparison: &Comparison, command: &str, place: &str) -> String {
    let table = CompareTable::new(comparison);
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = question(&mut text, comparison)
        .and_then(|()| grounds(&mut text, comparison))
        .and_then(|()| rows(&mut text, comparison, &table))
        .and_then(|()| verdict(&mut text, comparison, &table))
        .and_then(|()| assumptions(&mut text, comparison))
        .and_then(|()| change(&mut text, comparison, &table))
        .and_then(|()| reproduce(&mut text, comparison, command, place));
    text
}

fn scenario(comparison: &Comparison) -> Option<&Scenario> {
    Some(&comparison.runs.first()?.first()?.scenario)
}

fn question(to: &mut String, comparison: &Comparison) -> std::fmt::Result {
    let Some(scenario) = scenario(comparison) else { return Ok(()) };
    writeln!(to, "# {} by {}\n\n{}\n", scenario.name, comparison.axis, scenario.question)?;
    match scenario.story.trim() {
        "" => Ok(()),
        story => writeln!(to, "{story}\n"),
    }
}

fn grounds(to: &mut String, comparison: &Comparison) -> std::fmt::Result {
    writeln!(
        to,
        "## What is simulated, what is real\n\n\
         Simulated: time, the network, clients, faults and CPU costs, listed under assumptions.\n\
         Real: the ordering protocols' state machines, the registries' rules, and the signatures \
         ({}).\nA model is not a measurement of anyone's product.\n",
        crypto(comparison)
    )
}

fn rows(to: &mut String, comparison: &Comparison, table: &CompareTable) -> std::fmt::Result {
    let seeds = seeds_text(&comparison.seeds);
    writeln!(
        to,
        "## Table\n\nIn {}, seeds {seeds}, mean ± 95 % interval; times in ms, counts per 10,000; \
         * best, ties share it.\n",
        table.phase
    )?;
    let heads: Vec<&str> = COLUMNS.iter().map(|(head, ..)| *head).collect();
    writeln!(to, "| variant | guarantees | {} | met | seeds |", heads.join(" | "))?;
    writeln!(to, "|---|---|{}---:|---:|", "---:|".repeat(heads.len()))?;
    for row in &table.rows {
        let cells = row.cells.iter().zip(&row.best);
        let cells = cells
            .map(|(cell, best)| format!("{}{}", cell_text(cell), if *best { " *" } else { "" }));
        let cells = cells.collect::<Vec<_>>().join(" | ");
        let (met, of) = (row.met, table.thresholds);
        let (seeds_met, seeds) = (row.seeds_met, comparison.seeds.len());
        writeln!(
            to,
            "| {} | {} | {cells} | {met}/{of} | {seeds_met}/{seeds} |",
            row.label, row.guarantees.summary
        )?;
    }
    writeln!(to, "\nmet: thresholds met on every seed; seeds: seeds that meet all of them.\n")
}

fn verdict(to: &mut String, comparison: &Comparison, table: &CompareTable) -> std::fmt::Result {
    let claims = judge_claims(comparison);
    let said = [
        ("Verdict", verdict_of(comparison, table, &claims)),
        ("Limits", compare_limits(comparison, table)),
    ];
    for (head, sentences) in said {
        writeln!(to, "## {head}\n")?;
        sentences.iter().try_for_each(|sentence| writeln!(to, "- {sentence}"))?;
        writeln!(to)?;
    }
    let tuned = tuned_lines(comparison);
    if let Some((how, chosen)) = tuned.split_first() {
        writeln!(to, "## Tuned\n\n{}:\n", how.trim_start_matches("TUNED").trim_start())?;
        chosen.iter().try_for_each(|line| writeln!(to, "- {}", line.trim_start()))?;
        writeln!(to)?;
    }
    let asked = asked_lines(comparison, table, &claims);
    if !asked.is_empty() {
        let head = "## What thresholds and claims are about\n\nMean over seeds ± 95 % interval";
        writeln!(to, "{head}:\n\n```text\n{}\n```\n", asked.join("\n"))?;
    }
    if !claims.is_empty() {
        writeln!(to, "## Claims\n\n{}:\n", claims_summary(&claims))?;
        claim_lines(&claims).iter().try_for_each(|line| writeln!(to, "- {line}"))?;
        writeln!(to)?;
    }
    Ok(())
}

fn assumptions(to: &mut String, comparison: &Comparison) -> std::fmt::Result {
    let Some(scenario) = scenario(comparison) else { return Ok(()) };
    writeln!(to, "## Assumptions\n\n| what | value | source |\n|---|---|---|")?;
    let mut row =
        |what: &str, value: &str, source: &str| writeln!(to, "| {what} | {value} | {source} |");
    let own = "scenario.toml";
    let network = &scenario.network;
    row("delays", &format!("{}, one-way", network.delays.name), &network.delays.source)?;
    let transport = match network.transport {
        Transport::Stream => "stream",
        Transport::Datagram => "datagram",
    };
    row("transport", transport, own)?;
    row("jitter of every link", &format!("{} %", number(network.jitter * 100.0)), own)?;
    row("loss of every link", &format!("{} %", number(network.loss * 100.0)), own)?;
    let validators = &scenario.validators;
    let regions: Vec<&str> = (validators.regions.iter())
        .filter_map(|region| network.delays.regions.get(*region).map(String::as_str))
        .collect();
    let cast = format!("{}, {} cores each, in {}", validators.count, validators.cores, {
        regions.join(", ")
    });
    row("validators", &cast, own)?;
    row("routers", &scenario.routers.count.to_string(), own)?;
    for load in &scenario.load {
        row(&format!("load {}", load.name), &described(&load.arrivals, load.clients), own)?;
    }
    let costs = &scenario.costs;
    let work = [
        ("sign", costs.sign),
        ("verify", costs.verify),
        ("apply", costs.apply),
        ("read", costs.read),
        ("receive", costs.receive),
        ("route", costs.route),
    ];
    for (name, cost) in work {
        row(&format!("CPU to {name}"), &cost.to_string(), "[costs] of scenario.toml")?;
    }
    let faults = comparison.runs.first().and_then(|runs| runs.first()).into_iter();
    for (fault, report) in faults.flat_map(|pair| pair.scenario.faults.iter().zip(&pair.faults)) {
        let value = format!("{} on {}", report.planned, fault.on.text);
        row(&format!("fault {}", report.name), &value, own)?;
    }
    for (label, parameters) in parameters(comparison) {
        row(
            &format!("parameters of {label}"),
            &format!("`{parameters}`"),
            "defaults of attestorm, or scenario.toml",
        )?;
    }
    row("seeds", &seeds_text(&comparison.seeds), "the command")?;
    row("time", &times(scenario), own)?;
    writeln!(to)
}

/// Whose parameters are what: of each variant by its label, or of the ordering that all have; who
/// has none is left out.
fn parameters(comparison: &Comparison) -> Vec<(&str, &Value)> {
    let labels = comparison.labels.iter().map(String::as_str).zip(&comparison.parameters);
    let mut all: Vec<(&str, &Value)> = labels.collect();
    let is_one = all.iter().all(|(_, parameters)| *parameters == all[0].1);
    if let Some(scenario) = scenario(comparison).filter(|_| comparison.axis != "ordering" && is_one)
    {
        all.truncate(1);
        all.iter_mut().for_each(|(label, _)| *label = &scenario.ordering);
    }
    all.retain(|(_, parameters)| parameters.as_object().is_some_and(|all| !all.is_empty()));
    all
}

fn times(scenario: &Scenario) -> String {
    let (warmup, measured) = (span(scenario.warmup), span(scenario.duration));
    format!("{warmup} warm-up, {measured} measured, {} to settle", span(scenario.settle))
}

fn described(arrivals: &Arrivals, clients: u32) -> String {
    match arrivals {
        Arrivals::Closed { users, think } => format!("{users} users who think for {think}"),
        Arrivals::Open { stages, shape, .. } => {
            let rates: Vec<String> =
                stages.iter().map(|stage| format!("{}/s", number(stage.to))).collect();
            let swings = shape_words(shape);
            let rates = rates.join(", then ");
            format!("{rates}{swings} from {clients} clients, whatever the answers")
        }
        Arrivals::Trace(trace) => {
            let rows = trace.rows.len();
            format!("{rows} operations of {clients} clients as recorded in {}", trace.name)
        }
    }
}

/// How a rate swings beyond its stages.
fn shape_words(shape: &Shape) -> String {
    let mut words = String::new();
    if let Some(Bursty { on, off }) = shape.bursty {
        words += &format!(", in bursts of {} after {}", span(on), span(off));
    }
    if let Some(Diurnal { period, .. }) = &shape.diurnal {
        words += &format!(", over days of {}", span(*period));
    }
    if let Some(Flash { at, factor, decay }) = shape.flash {
        let (at, decay) = (span(at), span(decay));
        words += &format!(", with {}x at {at}, falling to 1/e in {decay},", number(factor));
    }
    words
}

/// How far the favourite is from missing what it meets.
fn change(to: &mut String, comparison: &Comparison, table: &CompareTable) -> std::fmt::Result {
    let Some(best) = favourite(table) else { return Ok(()) };
    let runs = &comparison.runs[best];
    let label = &table.rows[best].label;
    writeln!(to, "## What would change the verdict\n")?;
    let thresholds = runs.first().map_or(&[][..], |pair| &pair.scenario.thresholds);
    for (at, threshold) in thresholds.iter().enumerate() {
        let results = runs.iter().map(|pair| &pair.thresholds[at]);
        let met = results.clone().filter(|result| result.met == Met::Yes).count();
        let (least, most) = range(runs, at);
        let show = |measured| super::check_value(&threshold.check, measured);
        writeln!(
            to,
            "- {label}, `{}`: {} to {} over the seeds, met on {met} of {}.",
            threshold.check.text,
            show(least),
            show(most),
            runs.len()
        )?;
    }
    writeln!(
        to,
        "- Delays, costs, load and faults were held still; each of them may decide otherwise.\n"
    )
}

/// The least and the most that was measured for a threshold.
fn range(runs: &[Pair], at: usize) -> (Measured, Measured) {
    let measured = || runs.iter().map(|pair| pair.thresholds[at].measured);
    let values = || measured().filter_map(Measured::value);
    let least = values().min_by(f64::total_cmp).map_or(Measured::NoData, Measured::Value);
    let most = match measured().any(|measured| measured == Measured::Never) {
        true => Measured::Never,
        false => values().max_by(f64::total_cmp).map_or(Measured::NoData, Measured::Value),
    };
    (least, most)
}

fn reproduce(
    to: &mut String,
    comparison: &Comparison,
    command: &str,
    place: &str,
) -> std::fmt::Result {
    writeln!(
        to,
        "## How to reproduce it\n\n```\n{command}\nattestorm replay {place}\n```\n\n\
         attestorm {}, model {MODEL}, digest {} over {} runs.",
        env!("CARGO_PKG_VERSION"),
        comparison.digest(),
        comparison.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{SMALL, comparison_by, comparison_of};

    #[test]
    fn parameters_are_those_of_orderings_and_only_where_there_are_any() {
        let rows = |axis: &str, labels: &[&str], ordering: &str| {
            let text = format!("ordering = '{ordering}'\n{SMALL}");
            let comparison = comparison_by(&text, axis, labels, &[1]);
            let page = decision(&comparison, "", "");
            let rows = page.lines().filter_map(|line| line.strip_prefix("| parameters of "));
            let names = rows.filter_map(|row| row.split(" |").next().map(ToOwned::to_owned));
            names.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(rows("ordering", &["arrival", "causal", "fifo"], "causal"), "causal, fifo");
        assert_eq!(rows("flow.backpressure", &["none", "credit"], "causal"), "causal");
        assert_eq!(rows("flow.backpressure", &["none", "credit"], "arrival"), "");
    }

    #[test]
    fn a_decision_says_what_was_assumed_and_where_that_comes_from() {
        let text = format!("{SMALL}\n[thresholds]\nagreed = \"count(lost) == 0\"\n");
        let comparison = comparison_of(&text, &["arrival", "causal"], &[1, 2]);
        let page = decision(&comparison, "attestorm compare small.toml", "results/small/c");
        let parts = [
            "# small by ordering",
            "Does it work at all?",
            "## What is simulated, what is real",
            "same digests",
            "## Table",
            "| arrival | nothing |",
            "## Verdict",
            "## Limits",
            "## Assumptions",
            "| delays | aws-13, one-way | cometbft",
            "| CPU to verify | 63us |",
            "| parameters of causal | `{",
            "## What would change the verdict",
            "`count(lost) == 0`: 0 to 0 over the seeds, met on 2 of 2",
            "## How to reproduce it",
            "attestorm compare small.toml\nattestorm replay results/small/c",
        ];
        let mut rest = page.as_str();
        for part in parts {
            let at = rest.find(part);
            rest = &rest[at.unwrap_or_else(|| panic!("no `{part}`, in this order, in\n{page}"))..];
        }
    }
}
