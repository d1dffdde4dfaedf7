//! What leaves the laboratory: rules with their unit tests, and the plan of a game day.

mod gameday;

use super::format::span;
use crate::experiment::{Sighting, quantile};
use crate::kernel::Span;
use crate::production::{Exported, Group, Moment, Names, rules, tests};
use crate::scenario::condition;
use crate::scenario::model::{AlertRule, Condition, Ops, Scenario};
use crate::simulation::MODEL;

pub use gameday::gameday;

/// Nights that were run for an export, each beside its calm twin.
#[derive(Clone, Copy, Debug)]
pub struct Nights<'a> {
    /// What was run.
    pub scenario: &'a Scenario,
    /// Who watches it.
    pub ops: &'a Ops,
    /// What was seen, by seed.
    pub nights: &'a [Sighting],
    /// The same with the faults off.
    pub calm: &'a [Sighting],
}

/// A file of rules and its unit tests, with their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alerts {
    /// `attestorm-0213-stall.yml` and its text.
    pub rules: (String, String),
    /// `attestorm-0213-stall.test.yml` and its text.
    pub tests: (String, String),
    /// Rules that fired in no night, so that no test could be drawn.
    pub unfired: Vec<String>,
    /// Rules for whose expressions no samples were found.
    pub without_samples: Vec<String>,
}

/// Writes the rules that were judged as rules of Prometheus.
pub fn export_alerts(nights: Nights<'_>, names: &Names) -> Alerts {
    let Nights { scenario, ops, .. } = nights;
    let base = format!("attestorm-{}", scenario.name);
    let group = Group { name: &base, interval: ops.scrape, names, objective: ops.objective };
    let exported: Vec<Exported<'_>> = (0_u16..)
        .zip(&ops.alerts)
        .map(|(place, rule)| Exported {
            rule,
            role: rule
                .page
                .and_then(|role| ops.people.roles.get(usize::from(role)))
                .map(|r| &*r.name),
            summary: summary(rule),
            measured: measured(nights, place),
        })
        .collect();
    let name = format!("{base}.yml");
    let text = rules(&head(nights), group, &exported);
    let mut tested = Vec::new();
    let mut unfired = Vec::new();
    for (place, one) in (0_u16..).zip(&exported) {
        match nights.nights.iter().find_map(|night| moment(night, place, ops.scrape)) {
            Some(moment) => tested.push((one.clone(), moment)),
            None => unfired.push(one.rule.name.clone()),
        }
    }
    let (test, without_samples) = tests(&name, group, &tested);
    let tests = (format!("{base}.test.yml"), test);
    Alerts { rules: (name, text), tests, unfired, without_samples }
}

/// From the round in which a rule began to hold to the one in which it fired.
fn moment(night: &Sighting, rule: u16, scrape: Span) -> Option<Moment> {
    let (pending, firing) = night.moment(rule)?;
    // A round is judged when it has gathered its answers; both are as late.
    let waited = firing.at.since(pending.at);
    let rounds = waited.as_nanos() / scrape.as_nanos().max(1);
    Some(Moment { waited: scrape * rounds, pending: pending.value, firing: firing.value })
}

fn summary(rule: &AlertRule) -> String {
    match &rule.when {
        Condition::Compare { .. } => {
            format!("{} has held for {}", condition(&rule.when), rule.lasts)
        }
        Condition::Burn(_) => format!("The {}", condition(&rule.when)),
    }
}

fn head(nights: Nights<'_>) -> Vec<String> {
    let Nights { scenario, nights, calm, .. } = nights;
    let seeds = seeds(nights);
    let pages: u64 = calm.iter().map(|night| night.pages).sum();
    let alarms = calm.iter().filter(|night| night.false_alarms() > 0).count();
    let version = env!("CARGO_PKG_VERSION");
    let fault = scenario.faults.first().map_or("no fault", |fault| &fault.name);
    vec![
        format!("Written by attestorm {version} from {}, {seeds}, model {MODEL}.", scenario.name),
        format!(
            "Judged there against the fault `{fault}`; times are medians of {} nights.",
            nights.len()
        ),
        format!("{} calm twins: {pages} pages, a rule fired in {alarms} of them.", calm.len()),
    ]
}

/// `seeds 1..50`, or how many and the first.
fn seeds(nights: &[Sighting]) -> String {
    let (first, last) = match nights {
        [] => return "no seed".to_owned(),
        [only] => return format!("seed {}", only.seed),
        [first, .., last] => (first.seed, last.seed),
    };
    match last - first + 1 == nights.len() as u64 {
        true => format!("seeds {first}..{last}"),
        false => format!("{} seeds from {first}", nights.len()),
    }
}

/// What was measured of one rule.
fn measured(nights: Nights<'_>, rule: u16) -> Vec<String> {
    let fired: Vec<Option<Span>> = nights.nights.iter().map(|night| night.fired(rule)).collect();
    let count = fired.iter().flatten().count();
    let of = nights.nights.len();
    let Some(median) = quantile(&fired, 0.5) else {
        return vec![format!("Fired in {count} of {of} nights.")];
    };
    let users: Vec<Option<Span>> = nights.nights.iter().map(|night| night.users).collect();
    let ticket = nights.ops.people.tickets;
    let lead = match quantile(&users, 0.5) {
        None => format!("users are not heard ({ticket} tickets) in most nights"),
        Some(users) if users >= median => {
            format!("{} before ticket {ticket}", span(users.saturating_sub(median)))
        }
        Some(users) => format!("{} after ticket {ticket}", span(median.saturating_sub(users))),
    };
    vec![format!("Fires {} after the fault, {lead}; in {count} of {of} nights.", span(median))]
}
