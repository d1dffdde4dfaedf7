//! `[ops]` and the patience of users written out again.

use super::{Text, fields, list, quoted};
use crate::kernel::Span;
use crate::production::Name;
use crate::scenario::model::{
    AlertRule, Answers, Automation, Condition, GaugeUnit, LoadGroup, Names, Ops, Patience,
    Production, Remedy, Role, Runbook, Step,
};
use crate::scenario::resolve::TICKETS;
use crate::scenario::spelt;
use crate::scenario::written::Choice as _;

pub(super) fn write_ops(file: &mut Text, ops: &Ops, load: &[LoadGroup]) {
    let people = &ops.people;
    file.section("[ops]");
    file.text("level", ops.level.word());
    file.text("structure", people.structure.word());
    file.plain("operators", list(people.operators.iter().map(quoted)));
    file.text("scrape", ops.scrape);
    file.text("users", format!("{} tickets", people.tickets));
    file.text("hears", people.hears);
    file.text("beat", ops.beat);
    file.plain("phi", ops.phi);
    file.plain("peers_tell", ops.do_peers_tell);
    file.text("objective", ops.objective);
    file.text("target", spelt::share(ops.target));
    if let Some(group) = ops.probes {
        file.text("probes", &load[group].name);
    }
    file.text("calm", people.calm);
    file.text("boot", people.boot);
    let guess = people.guess;
    let guess = [
        ("takes", quoted(guess.takes)),
        ("right", quoted(spelt::share(guess.right))),
        ("waits", quoted(guess.waits)),
        ("patch", quoted(spelt::share(guess.patch))),
    ];
    file.plain("guess", fields(&guess));
    file.plain("blur", people.crowd.beta);
    file.text("overlap", spelt::share(people.crowd.overlap));
    file.text("declares", people.declares);
    file.plain("others", answers(people.others));
    if let Some(production) = &ops.production {
        write_production(file, production);
    }
    if !ops.names.0.is_empty() {
        write_names(file, &ops.names);
    }
    let roles: Vec<&str> = people.roles.iter().map(|role| role.name.as_str()).collect();
    ops.alerts.iter().for_each(|alert| write_alert(file, alert, &roles));
    people.roles.iter().for_each(|role| write_role(file, role, &people.operators, &roles));
    ops.runbooks.iter().for_each(|book| write_runbook(file, book, &ops.alerts));
    ops.automations.iter().for_each(|each| write_automation(file, each, &ops.alerts));
}

/// A condition as rules write it.
pub fn condition(when: &Condition) -> String {
    match when {
        Condition::Compare { gauge, over, sense, bound } => {
            let sign = sense.sign();
            let bound = match gauge.unit() {
                GaugeUnit::Millis => Span::from_nanos((bound * 1e6) as u64).to_string(),
                GaugeUnit::Share => spelt::share(*bound),
                GaugeUnit::PerSecond => spelt::rate(*bound),
                GaugeUnit::Plain => bound.to_string(),
            };
            let over = match *over {
                Span::ZERO => String::new(),
                window => format!(" over {window}"),
            };
            format!("{}{over} {sign} {bound}", gauge.name())
        }
        Condition::Burn(burn) => {
            let (factor, objective) = (spelt::factor(burn.factor), spelt::share(burn.objective));
            format!("budget of {objective} burns {factor} over {} and {}", burn.long, burn.short)
        }
    }
}

fn write_production(file: &mut Text, production: &Production) {
    let unread = production.unread.iter().map(|unread| {
        fields(&[
            ("rule", quoted(&unread.rule)),
            ("line", unread.line.to_string()),
            ("why", quoted(&unread.why)),
        ])
    });
    let written = [
        ("name", quoted(&production.file)),
        ("judged", production.judged.to_string()),
        ("unread", list(unread)),
        ("remarks", list(production.remarks.iter().map(quoted))),
    ];
    file.plain("alerts", fields(&written));
}

/// As [`Names`] are written in a file of their own.
fn write_names(file: &mut Text, names: &Names) {
    let each: Vec<String> = names.0.iter().map(write_name).collect();
    file.plain("names", format!("{{ metrics = {{ {} }} }}", each.join(", ")));
}

fn write_name(name: &Name) -> String {
    match name {
        Name::Histogram(of) => {
            format!("{} = {}", quoted(Names::APPLIED), fields(&[("histogram", quoted(of))]))
        }
        Name::Expression { gauge, expr, unit } => {
            let said = [("expr", quoted(expr)), ("unit", quoted(unit.word()))];
            format!("{} = {}", quoted(gauge.name()), fields(&said))
        }
    }
}

fn write_alert(file: &mut Text, alert: &AlertRule, roles: &[&str]) {
    file.section("[[ops.alert]]");
    file.text("name", &alert.name);
    match &alert.when {
        Condition::Compare { .. } => file.text("when", condition(&alert.when)),
        Condition::Burn(burn) => {
            let burn = [
                ("factor", quoted(spelt::factor(burn.factor))),
                ("long", quoted(burn.long)),
                ("short", quoted(burn.short)),
                ("objective", quoted(spelt::share(burn.objective))),
            ];
            file.plain("burn", fields(&burn));
        }
    }
    file.text("for", alert.lasts);
    if let Some(role) = alert.page {
        file.text("page", roles[usize::from(role)]);
    }
}

fn write_role(file: &mut Text, role: &Role, operators: &[String], roles: &[&str]) {
    file.section(&format!("[ops.role.{}]", role.name));
    file.text("job", role.job.word());
    file.text("operator", &operators[usize::from(role.operator)]);
    file.plain("answers", answers(role.answers));
    if let Some((after, to)) = role.escalate {
        let to = quoted(roles[usize::from(to)]);
        file.plain("escalate", fields(&[("after", quoted(after)), ("to", to)]));
    }
    file.plain("reached", role.is_reached);
}

fn answers(answers: Answers) -> String {
    fields(&[
        ("day", quoted(answers.day)),
        ("night", quoted(answers.night)),
        ("from", quoted(spelt::clock(answers.hours.from))),
        ("until", quoted(spelt::clock(answers.hours.until))),
        ("misses", quoted(spelt::share(answers.misses))),
    ])
}

fn write_automation(file: &mut Text, automation: &Automation, alerts: &[AlertRule]) {
    file.section("[[ops.automation]]");
    file.text("name", &automation.name);
    if let Some(alert) = alerts.get(usize::from(automation.alert)) {
        file.text("alert", &alert.name);
    }
    file.text("do", automation.remedy.name());
    file.text("on", automation.on.name());
    if automation.remedy == Remedy::Limit {
        file.plain("limit", automation.limit);
    }
    file.text("takes", automation.takes);
    file.text("cooldown", automation.cooldown);
    file.plain("gate", automation.is_gated);
}

fn write_runbook(file: &mut Text, book: &Runbook, alerts: &[AlertRule]) {
    file.section("[[ops.runbook]]");
    let alert = book.alert.and_then(|rule| alerts.get(usize::from(rule)));
    file.text("alert", alert.map_or(TICKETS, |alert| &alert.name));
    let step = |step: &Step| {
        let together = step.together.map(|share| ("together", quoted(spelt::share(share))));
        let mut written = vec![
            ("do", quoted(step.remedy.name())),
            ("on", quoted(step.on.name())),
            ("takes", quoted(step.takes)),
            ("works", quoted(spelt::share(step.works))),
            ("share", quoted(spelt::share(f64::from(step.share) / 1_000.0))),
        ];
        let sets = step.remedy == Remedy::Limit;
        written.extend(sets.then(|| ("limit", step.limit.to_string())));
        written.extend(together);
        fields(&written)
    };
    file.plain("steps", list(book.steps.iter().map(step)));
}

pub(super) fn write_patience(file: &mut Text, patience: Option<Patience>) {
    let Some(patience) = patience else { return };
    let written = [
        ("median", quoted(patience.median)),
        ("refresh", quoted(patience.refresh)),
        ("ticket", quoted(spelt::share(patience.ticket))),
        ("leaves", quoted(patience.leaves)),
        ("told", quoted(spelt::factor(patience.told))),
    ];
    file.plain("patience", fields(&written));
}
