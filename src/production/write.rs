//! A file of Prometheus rules, written.

use std::fmt::Write;

use super::label::camel;
use super::names::{Names, Said};
use super::promql::duration;
use super::quoted::quoted;
use crate::kernel::Span;
use crate::ops::{AlertRule, Burn, Condition, Gauge};

/// A rule on its way out.
#[derive(Clone, Debug)]
pub struct Exported<'a> {
    /// As it was judged.
    pub rule: &'a AlertRule,
    /// The name of the role that it pages, if it pages one.
    pub role: Option<&'a str>,
    /// What it says to whom it wakes.
    pub summary: String,
    /// What was measured of it, a line each.
    pub measured: Vec<String>,
}

/// What a file of rules has in common.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// The name of the group.
    pub name: &'a str,
    /// From one evaluation to the next: the monitor's round.
    pub interval: Span,
    /// What gauges are called.
    pub names: &'a Names,
    /// An operation is late after so long.
    pub objective: Span,
}

impl Exported<'_> {
    /// The name of the alert.
    pub(super) fn alert(&self) -> String {
        camel(&self.rule.name)
    }

    /// The labels of the alert, in the order of their names.
    pub(super) fn labels(&self) -> Vec<(String, String)> {
        let severity = if self.role.is_some() { "page" } else { "info" };
        let role = self.role.map(|role| ("role".to_owned(), role.to_owned()));
        role.into_iter().chain([("severity".to_owned(), severity.to_owned())]).collect()
    }
}

/// The file, with `head` as comments above it.
pub fn rules(head: &[String], group: Group<'_>, rules: &[Exported<'_>]) -> String {
    let mut file = String::new();
    for line in head {
        file += format!("# {line}").trim_end();
        file.push('\n');
    }
    // Writing into a String cannot fail.
    let _ = write_group(&mut file, group, rules);
    file
}

fn write_group(to: &mut String, group: Group<'_>, rules: &[Exported<'_>]) -> std::fmt::Result {
    writeln!(to, "groups:\n  - name: {}", quoted(group.name))?;
    writeln!(to, "    interval: {}\n    rules:", duration(group.interval))?;
    for exported in rules {
        for line in &exported.measured {
            writeln!(to, "      # {line}")?;
        }
        writeln!(to, "      - alert: {}", quoted(&exported.alert()))?;
        writeln!(to, "        expr: {}", quoted(&expression(&exported.rule.when, group)))?;
        if exported.rule.lasts > Span::ZERO {
            writeln!(to, "        for: {}", duration(exported.rule.lasts))?;
        }
        writeln!(to, "        labels:")?;
        for (label, value) in exported.labels() {
            writeln!(to, "          {label}: {}", quoted(&value))?;
        }
        writeln!(to, "        annotations:\n          summary: {}", quoted(&exported.summary))?;
    }
    Ok(())
}

/// The window over which a rate is looked at; two scrapes are from one round to the next.
pub(super) fn window(over: Span, interval: Span) -> Span {
    if over == Span::ZERO { interval + interval } else { over }
}

/// How a gauge is spelt first.
pub(super) fn first(gauge: Gauge, group: Group<'_>) -> Said {
    let mut all = group.names.of(gauge, group.objective).into_iter();
    all.next().expect("every gauge has a default spelling")
}

/// A condition as an expression of PromQL.
pub(super) fn expression(when: &Condition, group: Group<'_>) -> String {
    match when {
        Condition::Compare { gauge, over, sense, bound } => {
            let said = first(*gauge, group);
            let expr = said.over(window(*over, group.interval));
            format!("{expr} {} {}", sense.sign(), tidy(bound / said.scale))
        }
        Condition::Burn(Burn { objective, factor, long, short }) => {
            let said = first(Gauge::Bad, group);
            let bound = match said.scale {
                1.0 => format!("{factor} * (1 - {objective})"),
                scale => tidy(factor * (1.0 - objective) / scale).to_string(),
            };
            let half = |window: Span| format!("{} > {bound}", said.over(window));
            format!("{} and {}", half(*long), half(*short))
        }
    }
}

/// A number without the last digits, which arithmetic has spoilt.
fn tidy(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}
