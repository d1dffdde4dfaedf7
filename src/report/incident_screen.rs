//! An incident as a story: clock times, plain words, every line a fact of the run.

use std::fmt::Write;

use super::format::{number, span as spelt};
use super::incident_lines::Night;
use crate::experiment::Trouble;
use crate::kernel::Span;
use crate::measure::{Measured, Statistic};
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
    for line in night.lines() {
        let room = WIDTH - 12;
        let words = super::run_screen::wrapped(&line.words, room, &" ".repeat(10));
        writeln!(to, "{}  {}", line.clock, words.join("\n"))?;
    }
    writeln!(to)?;
    for (label, words) in summary(view.trouble) {
        writeln!(to, "{label:<15} {words}")?;
    }
    for line in super::production_lines(scenario) {
        writeln!(to, "{line}")?;
    }
    if !view.files.is_empty() {
        writeln!(to, "\nfiles  {}", view.files)?;
    }
    writeln!(to, "\nnext: attestorm incident {} --what-if", view.result)
}

/// What struck, as the scenario has it.
fn headline(scenario: &Scenario) -> String {
    match scenario.faults.first() {
        Some(fault) => format!("{} strikes {}", fault.name, fault.on.text),
        None => "nothing goes wrong".to_owned(),
    }
}

fn staffing(scenario: &Scenario) -> String {
    match &scenario.ops {
        None => "nobody watches".to_owned(),
        Some(ops) if ops.level == Level::None => "nobody watches".to_owned(),
        Some(ops) => super::incident_lines::structure(ops.people.structure).to_owned(),
    }
}

/// The moments in a few lines.
fn summary(trouble: &Trouble) -> Vec<(&'static str, String)> {
    let run = &trouble.pair.run.measurement;
    let moment = |metric: &str| run.value(metric, Statistic::Max, 0, None);
    let count = |metric: &str| {
        let counted = run.value(metric, Statistic::Count, 0, None);
        counted.value().map_or_else(|| "no".to_owned(), number)
    };
    let each = |moments: &[(&str, &str)]| {
        let words =
            moments.iter().map(|(label, metric)| format!("{label} {}", after(moment(metric))));
        words.collect::<Vec<_>>().join(", ")
    };
    let noticed = each(&[
        ("a user's second look", "noticed.look"),
        ("validators", "noticed.validators"),
        ("alert", "noticed.monitor"),
        ("users heard", "noticed.users"),
    ]);
    let mut response = each(&[
        ("detected", "mttd"),
        ("owned", "unowned"),
        ("mitigated", "mttm"),
        ("alerts resolved", "quiet"),
    ]);
    let beside = |metric: &str| {
        let twin = trouble.pair.twin_measurement()?;
        run.beside_twin(metric, twin)
    };
    if let Some(over) = beside("mttr") {
        let _ = write!(response, ", over for users {}", after(over));
    }
    let bad = beside("bad_minutes")
        .and_then(Measured::value)
        .map_or(String::new(), |bad| format!("{} bad minutes, ", number(bad)));
    let acts = format!(
        "{} pages, {} escalations, {} waits for another operator, {} acts, {} of them on the \
         wrong host",
        count("pages"),
        count("escalations"),
        count("coordinations"),
        count("acts"),
        count("wrong_acts")
    );
    let users = format!(
        "{bad}{} second looks, {} complaints, {} turned away and sent again, {} lost",
        number(run.night.looks() as f64),
        count("tickets"),
        count("rejected"),
        count("lost_after_ack")
    );
    vec![("noticed first", noticed), ("response", response), ("people", acts), ("users", users)]
}

/// How long after the fault's start.
fn after(measured: Measured) -> String {
    match measured {
        Measured::Value(millis) => spelt(Span::from_millis(millis.max(0.0) as u64)),
        Measured::Never => "never".to_owned(),
        Measured::Few | Measured::NoData => "not at all".to_owned(),
    }
}
