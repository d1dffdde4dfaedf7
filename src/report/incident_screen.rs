//! An incident as a story: clock times, plain words, every line a fact of the run.

use std::fmt::Write;

use super::format::{many, number, span as spelt};
use super::incident_lines::Night;
use crate::experiment::{Pair, Trouble};
use crate::kernel::Span;
use crate::measure::{Measured, Measurement, Statistic};
use crate::scenario::model::{Level, Scenario};
use crate::trace::Names;

/// What is told of a run's trouble.
pub struct IncidentView<'a, N> {
    /// The run.
    pub trouble: &'a Trouble,
    /// What actors are called.
    pub names: &'a N,
    /// Files that were written, in words; empty for none.
    pub files: String,
    /// The result as the next command names it.
    pub result: &'a str,
}

const WIDTH: usize = 100;

/// The incident in words.
pub fn incident_screen<N: Names>(view: &IncidentView<'_, N>) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = write_incident(&mut text, view);
    text
}

fn write_incident<N: Names>(to: &mut String, view: &IncidentView<'_, N>) -> std::fmt::Result {
    let scenario = &view.trouble.pair.scenario;
    let head = headline(scenario);
    let place = format!("{}, seed {}, {}", scenario.name, scenario.seed, staffing(scenario));
    match head.chars().count() + 2 + place.chars().count() <= WIDTH {
        true => writeln!(to, "{head}{place:>0$}\n", WIDTH - head.chars().count())?,
        false => writeln!(to, "{head}\n{place}\n")?,
    }
    let night = Night { trouble: view.trouble, names: view.names };
    let mut day = 1;
    for line in night.lines() {
        if line.day > day {
            day = line.day;
            writeln!(to, "day {day}")?;
        }
        let room = WIDTH - 12;
        let words = super::run_screen::wrapped(&line.words, room, &" ".repeat(10));
        writeln!(to, "{}  {}", line.clock, words.join("\n"))?;
    }
    writeln!(to)?;
    for (label, words) in summary(view.trouble) {
        writeln!(to, "{label:<15} {words}")?;
    }
    super::nights_screen::beside_history(to, &view.trouble.pair)?;
    for line in super::production_lines(scenario) {
        writeln!(to, "{line}")?;
    }
    if !view.files.is_empty() {
        writeln!(to, "\nfiles  {}", view.files)?;
    }
    match scenario.ops {
        Some(_) => writeln!(to, "\nnext: attestorm incident {} --what-if", view.result),
        None => writeln!(
            to,
            "\nThis scenario has no `[ops]`: nobody watches, nobody answers. Write one:\n\
             next: attestorm scenario show template"
        ),
    }
}

/// What struck, as the scenario has it.
fn headline(scenario: &Scenario) -> String {
    const NAMED: usize = 3;
    let faults = scenario.faults.iter().take(NAMED);
    let mut words: Vec<String> =
        faults.map(|fault| format!("{} strikes {}", fault.name, fault.on.text)).collect();
    match scenario.faults.len() {
        0 => return "nothing goes wrong".to_owned(),
        count if count > NAMED => words.push(format!("{} more", count - NAMED)),
        _ => {}
    }
    words.join(", ")
}

fn staffing(scenario: &Scenario) -> String {
    match &scenario.ops {
        None => "nobody watches".to_owned(),
        Some(ops) if ops.level == Level::None => "nobody watches".to_owned(),
        Some(ops) => super::incident_lines::structure(ops.people.structure).to_owned(),
    }
}

/// The moments in a few lines: those of the trouble if there was one, those of people if there are
/// any.
fn summary(trouble: &Trouble) -> Vec<(&'static str, String)> {
    let run = &trouble.pair.run.measurement;
    let mut lines = Vec::new();
    if run.night.onset().is_some() {
        lines.push(("noticed first", noticed(run)));
        lines.push(("response", response(trouble)));
    }
    if trouble.pair.scenario.ops.is_some() {
        lines.push(("people", people(run)));
    }
    lines.push(("users", users(trouble)));
    lines
}

fn each(run: &Measurement, moments: &[(&str, &str)]) -> String {
    let moment = |metric: &str| after(run.value(metric, Statistic::Max, 0, None));
    let words = moments.iter().map(|(label, metric)| format!("{label} {}", moment(metric)));
    words.collect::<Vec<_>>().join(", ")
}

fn count(run: &Measurement, metric: &str) -> f64 {
    run.value(metric, Statistic::Count, 0, None).value().unwrap_or_default()
}

fn noticed(run: &Measurement) -> String {
    let watchers = [
        ("a user's second look", "noticed.look"),
        ("validators", "noticed.validators"),
        ("alert", "noticed.monitor"),
        ("users heard", "noticed.users"),
    ];
    each(run, &watchers)
}

fn response(trouble: &Trouble) -> String {
    let run = &trouble.pair.run.measurement;
    let mut words = each(
        run,
        &[
            ("detected", "mttd"),
            ("owned", "unowned"),
            ("mitigated", "mttm"),
            ("alerts resolved", "quiet"),
        ],
    );
    if let Some(over) = beside(&trouble.pair, "mttr") {
        let _ = write!(words, ", over for users {}", after(over));
    }
    words
}

fn beside(pair: &Pair, metric: &str) -> Option<Measured> {
    pair.run.measurement.beside_twin(metric, 0, pair.twin_measurement()?)
}

fn people(run: &Measurement) -> String {
    let said = |metric: &str, one: &str| many(count(run, metric), one);
    let wrong = match count(run, "wrong_acts") {
        0.0 => "none".to_owned(),
        count => number(count),
    };
    format!(
        "{}, {}, {} for another operator, {}, {wrong} of them on the wrong host",
        said("pages", "page"),
        said("escalations", "escalation"),
        said("coordinations", "wait"),
        said("acts", "act"),
    )
}

fn users(trouble: &Trouble) -> String {
    let run = &trouble.pair.run.measurement;
    let bad = beside(&trouble.pair, "bad_minutes").and_then(Measured::value);
    let bad = bad.map_or(String::new(), |bad| format!("{}, ", many(bad, "bad minute")));
    let none = |metric: &str| match count(run, metric) {
        0.0 => "none".to_owned(),
        count => number(count),
    };
    format!(
        "{bad}{}, {}, {} turned away and sent again, {} lost",
        many(run.night.looks() as f64, "second look"),
        many(count(run, "tickets"), "complaint"),
        none("rejected"),
        none("lost_after_ack")
    )
}

/// How long after the fault's start.
fn after(measured: Measured) -> String {
    match measured {
        Measured::Value(millis) => spelt(Span::from_millis(millis.max(0.0) as u64)),
        Measured::Never => "never".to_owned(),
        Measured::Few | Measured::NoData => "not at all".to_owned(),
    }
}
