//! Sentences about a run. Each is a template with a condition, and claims only what was computed.

use super::format::{millis, number};
use super::run_screen::{due_in_focus, of_span};
use crate::experiment::Pair;
use crate::measure::{Measured, Statistic};

/// A change smaller than this share is none worth a word.
const WORTH_A_WORD: f64 = 0.05;

/// The sentences about a run, in order.
pub fn of_run(pair: &Pair) -> Vec<String> {
    let sentences = [latency(pair), waiting(pair), refusals(pair), recovery(pair)];
    sentences.into_iter().flatten().collect()
}

fn value(pair: &Pair, metric: &str, statistic: Statistic) -> Measured {
    let phase = pair.run.measurement.phase(pair.focus()).unwrap_or(0);
    pair.run.measurement.value(metric, statistic, phase, None)
}

fn twin_value(pair: &Pair, metric: &str, statistic: Statistic) -> Option<f64> {
    let twin = pair.twin_measurement()?;
    twin.value(metric, statistic, twin.phase(pair.focus())?, None).value()
}

fn count(pair: &Pair, metric: &str) -> u64 {
    value(pair, metric, Statistic::Count).value().unwrap_or(0.0) as u64
}

/// Where the sentences take place.
fn place(pair: &Pair) -> String {
    match pair.scenario.faults.first() {
        Some(fault) => format!("In {}", fault.name),
        None => "Over the whole run".to_owned(),
    }
}

/// p99 to applied against the twin.
fn latency(pair: &Pair) -> Option<String> {
    let p99 = Statistic::Percentile(0.99);
    let here = value(pair, "latency.applied", p99);
    let place = place(pair);
    if pair.scenario.faults.is_empty() {
        let value = here.value()?;
        return Some(format!("{place}, p99 to applied is {}.", millis(value)));
    }
    let twin = twin_value(pair, "latency.applied", p99)?;
    Some(match here {
        Measured::Value(here) => against_twin(&place, twin, here),
        Measured::Never => {
            let (unfinished, due) = (count(pair, "unfinished"), due_in_focus(pair, "unfinished"));
            let twin = millis(twin);
            format!(
                "{place}, p99 to applied is never ({twin} in the twin): {unfinished} of {due} had no answer when settle ended."
            )
        }
        Measured::Few | Measured::NoData => return None,
    })
}

fn against_twin(place: &str, twin: f64, here: f64) -> String {
    let ratio = here / twin;
    let (from, to) = (millis(twin), millis(here));
    if ratio > 1.0 + WORTH_A_WORD {
        format!("{place}, p99 to applied rose from {from} to {to} ({}x).", number(ratio))
    } else if ratio < 1.0 - WORTH_A_WORD {
        format!("{place}, p99 to applied fell from {from} to {to} ({}x).", number(ratio))
    } else {
        format!("{place}, p99 to applied stayed at {to} ({from} in the twin).")
    }
}

/// How many waited for what they refer to.
fn waiting(pair: &Pair) -> Option<String> {
    let share = value(pair, "waited", Statistic::Share).value()?;
    let percent = share * 100.0;
    (percent > 0.0).then(|| {
        format!(
            "{} % of operations waited at some validator for what had to come first.",
            number(percent)
        )
    })
}

/// What was refused, lost or divided; or that nothing was.
fn refusals(pair: &Pair) -> Option<String> {
    let (orphans, diverged) = (count(pair, "orphans"), count(pair, "diverged"));
    let lost = count(pair, "lost");
    let due = due_in_focus(pair, "orphans");
    if orphans + diverged + lost == 0 {
        return Some(format!(
            "Of {due}, none was refused for a missing reference, lost, or divided the validators."
        ));
    }
    let parts = [
        (orphans, "refused somewhere because what they refer to was unknown there"),
        (diverged, "answered differently by validators after 1 s"),
        (lost, "lost"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, what)| format!("{count} were {what}")).collect();
    Some(format!("Of {due}, {}.", parts.join(", ")))
}

/// When things were as before.
fn recovery(pair: &Pair) -> Option<String> {
    let fault = &pair.scenario.faults.first()?.name;
    let took = pair.run.measurement.recovery(fault, pair.twin_measurement()?)?;
    Some(format!("Back inside the twin's band {} after {fault}.", of_span(took)))
}

/// Where the time of the slowest went, stage by stage.
pub fn waterfall(pair: &Pair) -> Option<String> {
    let phase = pair.run.measurement.phase(pair.focus())?;
    let parts = pair.run.measurement.waterfall(phase, 0.99)?;
    let total: f64 = parts.iter().map(|(_, millis)| millis).sum();
    let mut shares: Vec<(&str, f64)> =
        parts.iter().map(|(stage, millis)| (*stage, millis / total * 100.0)).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    let shares = shares.iter().filter(|(_, share)| *share >= 0.5);
    let shares: Vec<String> =
        shares.map(|(stage, share)| format!("{stage} {share:.0} %")).collect();
    (total > 0.0).then(|| format!("the p99 went to    {}", shares.join("   ")))
}

/// The disorder that was achieved while the first fault was on.
pub fn disorder(pair: &Pair) -> Option<String> {
    let share = value(pair, "reordered", Statistic::Share).value()?;
    let most = value(pair, "displacement", Statistic::Max).value();
    let places = most.map_or(String::new(), |most| format!(", to {} places late", number(most)));
    (share > 0.0).then(|| {
        format!("{} % of deliveries out of order{places} (RFC 4737)", number(share * 100.0))
    })
}
