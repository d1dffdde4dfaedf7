//! The same nights with one thing changed: what each control is worth.

use super::compare::Variant;
use crate::kernel::Span;
use crate::scenario::model::{Level, Ops, Scenario, Structure};

/// What the first variant of every comparison is called.
const AS_STAFFED: &str = "as staffed";

const DAY: Span = Span::from_secs(24 * 3_600);
const HALF_A_DAY: Span = Span::from_secs(12 * 3_600);

/// The scenario as it is, and with one thing changed at a time; nothing without `[ops]`.
pub fn what_ifs(scenario: &Scenario) -> Vec<Variant> {
    let Some(ops) = &scenario.ops else { return Vec::new() };
    let mut variants = vec![variant(AS_STAFFED, scenario.clone())];
    let mut with = |label: String, change: &dyn Fn(&mut Ops)| {
        let mut changed = ops.clone();
        change(&mut changed);
        if changed != *ops {
            variants.push(variant(&label, Scenario { ops: Some(changed), ..scenario.clone() }));
        }
    };
    with("alerts in half the time".to_owned(), &|ops| {
        ops.alerts.iter_mut().for_each(|alert| alert.lasts = alert.lasts / 2);
        ops.scrape = ops.scrape / 2;
    });
    with("escalate in half the time".to_owned(), &|ops| {
        let escalations = ops.people.roles.iter_mut().filter_map(|role| role.escalate.as_mut());
        escalations.for_each(|(after, _)| *after = *after / 2);
    });
    for (place, alert) in ops.alerts.iter().enumerate().filter(|(_, alert)| alert.page.is_some()) {
        with(format!("without the alert {}", alert.name), &|ops| ops.alerts[place].page = None);
    }
    with("without runbooks".to_owned(), &|ops| ops.runbooks.clear());
    with("without escalation".to_owned(), &|ops| {
        ops.people.roles.iter_mut().for_each(|role| role.escalate = None);
    });
    for (label, structure) in [
        ("run by one team", Structure::Central),
        ("run by named roles", Structure::Federated),
        ("run without roles", Structure::Leaderless),
    ] {
        with(label.to_owned(), &|ops| ops.people.structure = structure);
    }
    with("without people (ops = none)".to_owned(), &|ops| ops.level = Level::None);
    let clock = scenario.clock.unwrap_or(HALF_A_DAY);
    let other = Span::from_nanos((clock + HALF_A_DAY).as_nanos() % DAY.as_nanos());
    let later = Scenario { clock: Some(other), ..scenario.clone() };
    variants.insert(1, variant("twelve hours later", later));
    variants
}

fn variant(label: &str, scenario: Scenario) -> Variant {
    Variant { label: label.to_owned(), scenario }
}
