//! What a hunt found: the smallest case and why it breaks.

use super::format::many;
use super::grouped;
use crate::experiment::{Smallest, Word};
use crate::kernel::Span;
use crate::scenario::model::Scenario;

/// What breaks, the smallest case with its faults as its file writes them, and the facts that
/// lead there.
pub fn hunt_screen(smallest: &Smallest) -> String {
    let Smallest { scenario, property, first, was, is, events, why, runs, is_minimal } = smallest;
    let (word, name) = (Word::Broken.text(), property.name());
    let mut screen = format!("{word}  {name}: {first}\n");
    screen += &format!(
        "  smallest case: {} (of {}), {} (of {}), {} (of {}), {} (of {})\n",
        many(f64::from(is.validators), "validator"),
        was.validators,
        many(is.faults as f64, "fault"),
        was.faults,
        seconds(is.length),
        seconds(was.length).trim_end_matches(" s"),
        many(is.attestations as f64, "attestation"),
        grouped(was.attestations),
    );
    for fault in fault_lines(scenario) {
        screen += &format!("      {fault}\n");
    }
    let steps = many(why.len() as f64, "step");
    screen += &format!("  why, in {steps} (of {} events):\n", grouped(*events));
    for step in why {
        screen += &format!("      {step}\n");
    }
    let runs = many(f64::from(*runs), "run");
    screen += &match is_minimal {
        true => format!("  found in {runs}; no single step makes it smaller\n"),
        false => format!("  stopped after {runs}; there may be a smaller one\n"),
    };
    screen
}

/// Seconds to a tenth.
fn seconds(span: Span) -> String {
    let tenths = (span.as_nanos() + 50_000_000) / 100_000_000;
    match tenths % 10 {
        0 => format!("{} s", tenths / 10),
        tenth => format!("{}.{tenth} s", tenths / 10),
    }
}

/// Each fault on one line, as its file writes it, without its name.
fn fault_lines(scenario: &Scenario) -> Vec<String> {
    let text = scenario.to_toml();
    let tables = text.split("[[fault]]").skip(1);
    let line = |table: &str| {
        let lines = table.lines().skip(1).map(str::trim);
        let own = lines.take_while(|line| !line.is_empty() && !line.starts_with('['));
        let is_said = |line: &&str| !line.starts_with("name") && !line.starts_with("must_occur");
        let own = own.filter(is_said);
        own.map(spaced_once).collect::<Vec<_>>().join("  ")
    };
    tables.map(line).collect()
}

/// Without the spaces that align a key with its neighbours.
fn spaced_once(line: &str) -> String {
    match line.split_once('=') {
        Some((key, value)) => format!("{} = {}", key.trim_end(), value.trim_start()),
        None => line.to_owned(),
    }
}
