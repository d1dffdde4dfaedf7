//! What is said of trust beside the pair on the screen: the declared model, what keeps people from
//! being confident, and which conclusions survive another model.

use std::fmt::Write;

use serde_json::{Value, json};

use super::format::{measured, number};
use super::sentence::during;
use super::trust_anew;
use crate::experiment::{Pair, grouped};
use crate::measure::{CAUSE_NAMES, CAUSES, Event, Measured, Measurement, Statistic, Tally, metric};
use crate::scenario::model::Trust;
use crate::trust::{FACTOR_NAMES, Formula};

/// `100 / 99.9 %`: proven, and trusted, of what somebody relied on; their distance is the
/// `trust_gap`. Rounded down, for 100 is all.
pub(super) fn pair_text(of: &Measurement, phase: usize) -> String {
    let count = |event| of.phases[phase].count(event);
    let (relied, confident) = (count(Event::Relied), count(Event::Confident));
    let share = |count: u64| number((count as f64 * 1_000.0 / relied as f64).floor() / 10.0);
    match relied {
        0 => "- / -".to_owned(),
        _ => format!("{} / {} %", share(confident + count(Event::TrustGap)), share(confident)),
    }
}

/// The declared model in a line.
pub(super) fn model_line(pair: &Pair) -> Option<String> {
    let trust = pair.scenario.trust.as_ref()?;
    let model = &trust.model;
    Some(match model.formula {
        Formula::FirstAnswer => format!("declared model {}: told once", name(trust)),
        Formula::Default1 => format!(
            "declared model {}: {} in {} looks, states to {}, tau {}, proof in {}",
            name(trust),
            number(model.confident),
            model.kept,
            model.tolerance,
            model.tau,
            trust.expected.map_or("the learnt p95".to_owned(), |span| span.to_string())
        ),
    })
}

fn name(trust: &Trust) -> &'static str {
    trust.model.formula.name()
}

/// The page; empty where nobody relies on anything.
pub(super) fn page(pair: &Pair) -> String {
    let mut text = String::new();
    if let Some(line) = model_line(pair) {
        // Writing into a String cannot fail.
        let _ = write_page(&mut text, pair, &line);
    }
    text
}

fn write_page(to: &mut String, pair: &Pair, model: &str) -> std::fmt::Result {
    let focus = pair.least_trusted();
    writeln!(to, "\n## Trust\n\n{model}.\n")?;
    writeln!(to, "| | twin | {focus} | promise_gap |\n|---|---|---|---|")?;
    let run = &pair.run.measurement;
    let Some(phase) = run.phase(focus) else { return Ok(()) };
    let twin = pair.twin.as_ref().map(|twin| &twin.measurement);
    let pair_of = |of: &Measurement| pair_text(of, phase);
    let calm = twin.map_or("-".to_owned(), pair_of);
    writeln!(to, "| proof_ok / confident, of what is relied on | {calm} | {} | |", pair_of(run))?;
    for (label, name, statistic) in INDICES {
        let value = |of: &Measurement| of.value(name, statistic, phase, None);
        let (here, calm) = (value(run), twin.map_or(Measured::NoData, value));
        let times = super::format::ratio(here, calm).unwrap_or_default();
        let (here, calm) = (shown(name, statistic, here), shown(name, statistic, calm));
        writeln!(to, "| {label} | {calm} | {here} | {times} |")?;
    }
    by_fault(to, pair)?;
    let area = run.trust_gap_area().map_or("-".to_owned(), |area| number(area * 100.0));
    writeln!(to, "\nMean trust_gap over all seconds of the run: {area} %.\n")?;
    causes(to, &run.phases[phase], focus)?;
    factors(to, &run.phases[phase], focus)?;
    trust_anew::section(to, pair, phase)
}

/// Label, metric and statistic of what the page lists.
const INDICES: [(&str, &str, Statistic); 12] = [
    ("trust_gap", "trust_gap", Statistic::Share),
    ("hesitation p50", "hesitation", Statistic::Percentile(0.5)),
    ("hesitation p95", "hesitation", Statistic::Percentile(0.95)),
    ("looks, mean", "looks", Statistic::Mean),
    ("friction", "friction", Statistic::Mean),
    ("same_answer", "same_answer", Statistic::Share),
    ("reliability", "reliability", Statistic::Share),
    ("showed_up", "showed_up", Statistic::Share),
    ("steadiness", "steadiness", Statistic::Share),
    ("noticed_windows", "noticed_windows", Statistic::Share),
    ("smoothness", "smoothness", Statistic::Share),
    ("latency.applied p99", "latency.applied", Statistic::Percentile(0.99)),
];

/// Every fault beside its twin, where there is more than the one above.
fn by_fault(to: &mut String, pair: &Pair) -> std::fmt::Result {
    let faults = &pair.scenario.faults;
    if faults.len() < 2 {
        return Ok(());
    }
    writeln!(to, "\n| fault | proof_ok / confident, twin | here | trust_gap | mostly by |")?;
    writeln!(to, "|---|---|---|---|---|")?;
    let run = &pair.run.measurement;
    for fault in faults {
        let Some(phase) = run.phase(&fault.name) else { continue };
        let twin = pair.twin.as_ref().map(|twin| pair_text(&twin.measurement, phase));
        let gap = run.value("trust_gap", Statistic::Share, phase, None);
        let gap = shown("trust_gap", Statistic::Share, gap);
        let cause = main_cause(&run.phases[phase]).map_or("-", |(_, name)| name);
        let (twin, here) = (twin.unwrap_or_else(|| "-".to_owned()), pair_text(run, phase));
        writeln!(to, "| {} | {twin} | {here} | {gap} | {cause} |", fault.name)?;
    }
    Ok(())
}

/// What the most of the gap is put down to, and how many; `None` without a gap.
pub(super) fn main_cause(tally: &Tally) -> Option<(u64, &'static str)> {
    let causes = CAUSES.into_iter().zip(CAUSE_NAMES);
    let counts = causes.map(|(cause, name)| (tally.count(cause), name));
    counts.max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0)
}

fn shown(name: &str, statistic: Statistic, value: Measured) -> String {
    match (statistic, value, metric::find(name)) {
        (Statistic::Share, Measured::Value(share), _) => format!("{} %", number(share * 100.0)),
        (_, Measured::NoData, _) | (_, _, None) => "-".to_owned(),
        (_, value, Some(metric)) => measured(value, metric),
    }
}

fn causes(to: &mut String, tally: &Tally, focus: &str) -> std::fmt::Result {
    let gap = tally.count(Event::TrustGap);
    let proven = tally.count(Event::Confident) + gap;
    match (proven, gap) {
        (0, _) => return writeln!(to, "{}, nothing relied on was proven.", during(focus)),
        (_, 0) => {
            return writeln!(to, "{}, whatever was proven was trusted in the end.", during(focus));
        }
        _ => {}
    }
    let (all, proven) = (grouped(gap), grouped(proven));
    writeln!(
        to,
        "{}, {all} of {proven} proven were not trusted. The cause of each is",
        during(focus)
    )?;
    writeln!(to, "that of the factor without which its confidence would be highest:\n")?;
    writeln!(to, "| cause | attestations | share |\n|---|---|---|")?;
    for (cause, name) in CAUSES.into_iter().zip(CAUSE_NAMES) {
        let count = tally.count(cause);
        let share = number(count as f64 * 100.0 / gap as f64);
        writeln!(to, "| {name} | {} | {share} % |", grouped(count))?;
    }
    Ok(())
}

fn factors(to: &mut String, tally: &Tally, focus: &str) -> std::fmt::Result {
    let Some(factors) = tally.trust.factors() else { return Ok(()) };
    writeln!(to, "\n{}, the mean of each factor at the last look:\n", during(focus))?;
    writeln!(to, "| {} |", FACTOR_NAMES.join(" | "))?;
    writeln!(to, "|{}", "---|".repeat(FACTOR_NAMES.len()))?;
    let values = factors.map(|factor| format!("{factor:.3}"));
    writeln!(to, "| {} |", values.join(" | "))
}

/// The declared model, its parameters and what follows, for `summary.json`; null without trust.
pub(super) fn json(pair: &Pair) -> Value {
    let Some(trust) = &pair.scenario.trust else { return Value::Null };
    let run = &pair.run.measurement;
    let phases = run.common_phase_names().into_iter().enumerate().map(|(phase, name)| {
        let tally = &run.phases[phase];
        let factors = tally.trust.factors().map(|factors| {
            let named = FACTOR_NAMES.into_iter().zip(factors);
            named
                .map(|(name, mean)| (name.to_owned(), json!(mean)))
                .collect::<serde_json::Map<_, _>>()
        });
        let sensitivity = trust.model.variants().into_iter().enumerate().map(|(at, variant)| {
            let held = tally.trust.variants[at];
            json!({ "model": variant.name, "confident": held.confident, "open": held.open,
                    "trust_gap": CAUSE_NAMES.into_iter().zip(held.causes)
                        .map(|(name, count)| (name.to_owned(), json!(count)))
                        .collect::<serde_json::Map<_, _>>() })
        });
        let rows: Vec<Value> = sensitivity.collect();
        (
            name,
            json!({ "relied_on": tally.count(Event::Relied), "factors_mean": factors,
                       "sensitivity": rows }),
        )
    });
    json!({
        "model": name(trust),
        "parameters": {
            "looks": trust.model.kept,
            "confident": trust.model.confident,
            "tolerance_ms": trust.model.tolerance.as_millis_f64(),
            "tau_ms": trust.model.tau.as_millis_f64(),
            "expected_ms": trust.expected.map(crate::kernel::Span::as_millis_f64),
            "pause_ms": trust.pause.as_millis_f64(),
            "timeout_ms": trust.timeout.as_millis_f64(),
            "patience_ms": trust.patience.as_millis_f64(),
            "share": trust.share,
            "parties": trust.parties,
        },
        "trust_gap_area": run.trust_gap_area(),
        "conclusions": trust_anew::json(pair),
        "phases": phases.collect::<serde_json::Map<_, _>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{SMALL, pair_of};

    #[test]
    fn the_page_is_about_the_fault_in_which_least_is_trusted_and_lists_them_all() {
        // Slow at first, which everybody gets over; then one validator of four says nothing.
        let trust = "[trust]\nshare = \"50%\"\npatience = \"1s\"\n\n[load.issuers]";
        let stall = "[[fault]]\nname = \"stall\"\nat = \"5s\"\nfor = \"1s\"\n\
                     on = \"validator-0\"\nstall = true\n";
        let text = SMALL.replace("[load.issuers]", trust).replace("300ms\" }\n", "20ms\" }\n");
        let pair = pair_of(&format!("{text}\n{stall}"));
        let gap = |name| {
            let run = &pair.run.measurement;
            let phase = run.phase(name).expect("a phase");
            run.value("trust_gap", Statistic::Share, phase, None).value().unwrap_or(0.0)
        };
        assert!(gap("stall") > gap("storm"), "{} {}", gap("stall"), gap("storm"));
        assert_eq!((pair.focus(), pair.least_trusted()), ("storm", "stall"));
        let page = page(&pair);
        for line in ["| | twin | stall | promise_gap |", "\nIn stall, ", "| storm | ", "| stall | "]
        {
            assert!(page.contains(line), "no {line:?} in\n{page}");
        }
    }
}
