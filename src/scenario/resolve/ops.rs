//! `[ops]`: rules, roles and runbooks, each checked against the names of the others.

use super::report_inside;
use crate::kernel::Span;
use crate::scenario::demand::{Scale, read_value};
use crate::scenario::file::{
    AlertFile, AnswersFile, AutomationFile, BurnFile, OpsFile, RoleFile, RunbookFile, ScenarioFile,
    StepFile,
};
use crate::scenario::model::{
    AlertRule, Answers, Automation, Burn, Condition, Crowd, Gauge, GaugeUnit, Guess, Hours,
    LoadGroup, Ops, People, Remedy, Role, Runbook, Scope, Sense, Step,
};
use crate::scenario::problem::{Place, suggest};
use crate::scenario::words::{Mistake, Words};
use crate::scenario::written::{At, Field, Reader, check_name};

/// Rounds, beats and steps are at least this long.
const LEAST: Span = Span::from_millis(100);

/// What a runbook says for complaints of users.
pub(crate) const TICKETS: &str = "tickets";

/// What a condition may look like.
const FORM: &str = "a condition is like `oldest_unconfirmed > 20s`";

/// The names that may be referred to.
struct Known<'a> {
    operators: Vec<String>,
    roles: Vec<&'a str>,
    alerts: Vec<&'a str>,
}

/// Who watches and who runs it; `Some(None)` if nobody does.
pub(super) fn read(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    load: Option<&[LoadGroup]>,
) -> Option<Option<Ops>> {
    if file.ops.is_absent() {
        return Some(None);
    }
    let written = file.ops.get()?;
    check_spans(written, reader);
    let known = known(written);
    let roles = read_roles(written, &known, reader);
    let alerts = read_alerts(written, &known, reader);
    let runbooks = read_runbooks(written, &known, reader);
    let automations = read_automations(written, &known, reader);
    let probes = read_probes(written, load, reader);
    let guess = reader.or_empty(&written.guess)?;
    let people = People {
        structure: *written.structure.get()?,
        operators: known.operators.clone(),
        roles: roles?,
        guess: Guess {
            takes: *guess.takes.get()?,
            right: guess.right.get()?.0,
            waits: *guess.waits.get()?,
        },
        others: read_answers(&reader.or_empty(&written.others)?)?,
        declares: *written.declares.get()?,
        crowd: Crowd { beta: written.blur.get()?.0, overlap: written.overlap.get()?.0 },
        calm: *written.calm.get()?,
        boot: *written.boot.get()?,
        tickets: written.users.get()?.0,
        hears: *written.hears.get()?,
    };
    Some(Some(Ops {
        level: *written.level.get()?,
        scrape: *written.scrape.get()?,
        alerts: alerts?,
        people,
        runbooks: runbooks?,
        automations: automations?,
        beat: *written.beat.get()?,
        phi: written.phi.get()?.0,
        do_peers_tell: *written.peers_tell.get()?,
        objective: *written.objective.get()?,
        probes: probes?,
    }))
}

fn check_spans(written: &OpsFile, reader: &mut Reader<'_>) {
    for (key, field) in [("scrape", &written.scrape), ("beat", &written.beat)] {
        if let Some(at) = field.at().filter(|at| at.value < LEAST) {
            reader.report(at.place, format!("`ops.{key}` must be at least {LEAST}"), "");
        }
    }
}

/// One organisation runs everything where none is named.
const ONLY: &str = "us";

fn known(written: &OpsFile) -> Known<'_> {
    let mut operators = written.operators.get().map_or_else(Vec::new, |names| names.0.clone());
    if operators.is_empty() {
        operators.push(ONLY.to_owned());
    }
    let roles = written.role.get().map_or(&[][..], |roles| &roles.0);
    let alerts = written.alert.get().map_or(&[][..], |alerts| alerts);
    Known {
        operators,
        roles: roles.iter().map(|(name, _)| name.value.as_str()).collect(),
        alerts: alerts
            .iter()
            .map(|alert| alert.value.name.get().map_or("", String::as_str))
            .collect(),
    }
}

/// The place of a name among others, or a report.
fn find(name: &At<String>, noun: &str, names: &[&str], reader: &mut Reader<'_>) -> Option<u16> {
    let found = names.iter().position(|known| *known == name.value);
    if found.is_none() {
        let meant = suggest(&name.value, names.iter().copied());
        let list = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let note = format!("{meant}{noun}s: {list}");
        reader.report(name.place, format!("there is no {noun} `{}`", name.value), note);
    }
    found.and_then(|place| u16::try_from(place).ok())
}

/// The place of a name if one is written; `Some(None)` if not.
fn find_if_any(
    field: &Field<String>,
    noun: &str,
    names: &[&str],
    reader: &mut Reader<'_>,
) -> Option<Option<u16>> {
    match field.at() {
        Some(name) => find(name, noun, names, reader).map(Some),
        None => field.is_absent().then_some(None),
    }
}

fn read_roles(written: &OpsFile, known: &Known<'_>, reader: &mut Reader<'_>) -> Option<Vec<Role>> {
    let named = written.role.get().map_or(&[][..], |roles| &roles.0);
    let roles: Vec<Option<Role>> = named
        .iter()
        .map(|(name, role)| read_role(&name.value, &role.value, known, reader))
        .collect();
    if !named.is_empty() {
        return roles.into_iter().collect();
    }
    // Somebody has to be there, if nobody says who.
    let nobody: RoleFile = reader.or_empty(&Field::Absent)?;
    Some(vec![read_role("primary", &nobody, known, reader)?])
}

fn read_role(
    name: &str,
    written: &RoleFile,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<Role> {
    let operators: Vec<&str> = known.operators.iter().map(String::as_str).collect();
    let operator = find_if_any(&written.operator, "operator", &operators, reader);
    let answers: AnswersFile = reader.or_empty(&written.answers)?;
    let escalate = match written.escalate.at() {
        None => written.escalate.is_absent().then_some(None),
        Some(at) => {
            let after = reader.require(&at.value.after, at.place, "`after`", "`after = \"6m\"`");
            let after = after.map(|after| after.value);
            let to = reader.require(&at.value.to, at.place, "`to`", "`to = \"secondary\"`");
            let to = to.cloned().and_then(|to| find(&to, "role", &known.roles, reader));
            after.zip(to).map(Some)
        }
    };
    Some(Role {
        name: name.to_owned(),
        operator: operator?.unwrap_or(0),
        job: *written.job.get()?,
        answers: read_answers(&answers)?,
        escalate: escalate?,
        is_reached: *written.reached.get()?,
    })
}

fn read_answers(written: &AnswersFile) -> Option<Answers> {
    Some(Answers {
        day: *written.day.get()?,
        night: *written.night.get()?,
        hours: Hours { from: written.from.get()?.0, until: written.until.get()?.0 },
        misses: written.misses.get()?.0,
    })
}

fn read_alerts(
    written: &OpsFile,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<Vec<AlertRule>> {
    let alerts = written.alert.get().map_or(&[][..], |alerts| alerts);
    let each: Vec<_> =
        alerts.iter().map(|alert| read_alert(&alert.value, alert.place, known, reader)).collect();
    each.into_iter().collect()
}

fn read_alert(
    written: &AlertFile,
    place: Place,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<AlertRule> {
    let example = "`name = \"oldest-unconfirmed\"`";
    let name = reader.require(&written.name, place, "`name`", example).cloned();
    if let Some(name) = &name {
        check_name(reader, name);
    }
    let when = match (written.when.at(), written.burn.at()) {
        (Some(_), Some(burn)) => {
            let note = "leave out one of them";
            reader.report(burn.place, "an alert rule has `when` or `burn`, not both", note);
            None
        }
        (Some(when), None) => match read_condition(&when.value) {
            Ok(condition) => Some(condition),
            Err(mistake) => {
                report_inside(reader, &when.value, when.place, mistake);
                None
            }
        },
        (None, Some(burn)) => read_burn(&burn.value, burn.place, reader).map(Condition::Burn),
        (None, None) => {
            let is_missing = written.when.is_absent() && written.burn.is_absent();
            if is_missing && !reader.is_misspelt(place, None) {
                reader.report(place, "this alert rule looks for nothing", FORM);
            }
            None
        }
    };
    let page = match written.page.at() {
        // Where no role is written there is one, by this name.
        Some(role) if known.roles.is_empty() && role.value == "primary" => Some(Some(0)),
        _ => find_if_any(&written.page, "role", &known.roles, reader),
    };
    let lasts = *written.lasts.get()?;
    Some(AlertRule { name: name?.value, when: when?, lasts, page: page? })
}

fn read_condition(text: &str) -> Result<Condition, Mistake> {
    let mut words = Words::new(text);
    let word = words.word();
    let names = || Gauge::NAMES.iter().map(|(name, _)| *name);
    let found = Gauge::NAMES.iter().find(|(name, _)| *name == word.text);
    let Some((_, gauge)) = found else {
        let meant = suggest(word.text, names());
        let all: Vec<&str> = names().collect();
        let note = format!("{meant}alerts look at: {}", all.join(", "));
        return Err(word.wrong(format!("there is no gauge `{}`", word.text), note));
    };
    let sense = match words.sign(&[">", "<"]) {
        Some(">") => Sense::Above,
        Some(_) => Sense::Below,
        None => return Err(words.here().wrong("`>` or `<` is missing here", FORM)),
    };
    let scale = match gauge.unit() {
        GaugeUnit::Millis => Scale::Millis,
        GaugeUnit::Share => Scale::Share,
        GaugeUnit::PerSecond => Scale::Rate,
        GaugeUnit::Plain => Scale::Plain,
    };
    let bound = read_value(&words.remainder(), scale)?;
    Ok(Condition::Compare { gauge: *gauge, sense, bound })
}

fn read_burn(written: &BurnFile, place: Place, reader: &mut Reader<'_>) -> Option<Burn> {
    let example = BurnFile::EXAMPLE;
    let factor = reader.require(&written.factor, place, "`factor`", example).copied();
    let long = reader.require(&written.long, place, "`long`", example).copied();
    let short = reader.require(&written.short, place, "`short`", example).copied();
    let objective = reader.require(&written.objective, place, "`objective`", example).copied();
    if let Some(at) = objective.filter(|at| at.value.0 >= 1.0) {
        reader.report(at.place, "an objective of 100% leaves no budget to burn", "");
    }
    if let (Some(long), Some(short)) = (long, short)
        && short.value > long.value
    {
        reader.report(short.place, "the short window is longer than the long one", "");
    }
    Some(Burn {
        factor: factor?.value.0,
        long: long?.value,
        short: short?.value,
        objective: objective?.value.0,
    })
}

fn read_runbooks(
    written: &OpsFile,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<Vec<Runbook>> {
    let books = written.runbook.get().map_or(&[][..], |books| books);
    let each: Vec<_> =
        books.iter().map(|book| read_runbook(&book.value, book.place, known, reader)).collect();
    each.into_iter().collect()
}

fn read_runbook(
    written: &RunbookFile,
    place: Place,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<Runbook> {
    let example = "`alert = \"oldest-unconfirmed\"`";
    let alert = reader.require(&written.alert, place, "`alert`", example).cloned()?;
    let alert = match alert.value.as_str() {
        TICKETS => None,
        _ => Some(find(&alert, "alert rule", &known.alerts, reader)?),
    };
    let example = "`steps = [{ do = \"inspect\", on = \"bulkheads\", takes = \"90s\" }]`";
    let steps = reader.require(&written.steps, place, "`steps`", example)?;
    check_suspects(&steps.value, reader);
    let steps: Vec<_> =
        steps.value.iter().map(|step| read_step(&step.value, step.place, reader)).collect();
    Some(Runbook { alert, steps: steps.into_iter().collect::<Option<_>>()? })
}

fn read_automations(
    written: &OpsFile,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<Vec<Automation>> {
    let all = written.automation.get().map_or(&[][..], |all| all);
    let each: Vec<_> =
        all.iter().map(|each| read_automation(&each.value, each.place, known, reader)).collect();
    each.into_iter().collect()
}

fn read_automation(
    written: &AutomationFile,
    place: Place,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<Automation> {
    let alert = reader.require(&written.alert, place, "`alert`", "`alert = \"target-down\"`");
    let alert = alert.cloned().and_then(|alert| find(&alert, "alert rule", &known.alerts, reader));
    let does = reader.require(&written.does, place, "`do`", "`do = \"restart\"`").copied()?;
    let on = *written.on.get()?;
    if matches!(does.value, Remedy::Inspect | Remedy::PauseAutomation) {
        let note = "it looks around by itself before it acts";
        reader.report(does.place, format!("`{}` is for people", does.value.name()), note);
    }
    if on == Scope::Suspect {
        let note = "write among whom it looks: `on = \"bulkheads\"`";
        reader.report(place, "nobody has found a suspect for what acts by itself", note);
    }
    check_lead(does, on, reader);
    Some(Automation {
        alert: alert?,
        remedy: does.value,
        on,
        takes: *written.takes.get()?,
        cooldown: *written.cooldown.get()?,
        is_gated: *written.gate.get()?,
    })
}

/// Only a leader can be failed over.
fn check_lead(does: At<Remedy>, on: Scope, reader: &mut Reader<'_>) {
    if does.value == Remedy::FailOver && on != Scope::Leader {
        let note = "write `on = \"leader\"`";
        reader.report(does.place, "only a leader is failed over", note);
    }
}

/// Somebody has to look before anybody is a suspect.
fn check_suspects(steps: &[At<StepFile>], reader: &mut Reader<'_>) {
    let mut has_looked = false;
    for step in steps {
        let does = step.value.does.get().copied();
        let on = step.value.on.get().copied();
        if does == Some(Remedy::Inspect) {
            has_looked = true;
            if let Some(at) = step.value.on.at().filter(|at| at.value == Scope::Suspect) {
                let note = "write what to look at: `on = \"bulkheads\"`";
                let place = if at.place == Place::whole(0) { step.place } else { at.place };
                reader.report(place, "an inspection cannot begin with its own result", note);
            }
        } else if on == Some(Scope::Suspect) && !has_looked && does.is_some() {
            let note = "let a step before it `inspect`";
            reader.report(step.place, "nobody is a suspect yet at this step", note);
        } else if on == Some(Scope::Bulkheads) {
            let note = "bulkheads are inspected; act on the `suspect`";
            reader.report(step.place, "nothing is done to all bulkheads at once", note);
        }
    }
}

fn read_step(written: &StepFile, place: Place, reader: &mut Reader<'_>) -> Option<Step> {
    let does = reader.require(&written.does, place, "`do`", "`do = \"inspect\"`").copied();
    let takes = reader.require(&written.takes, place, "`takes`", "`takes = \"90s\"`").copied();
    let (share, on) = (written.share.get()?.0, *written.on.get()?);
    let does = does?;
    check_lead(does, on, reader);
    let together = written.together.at();
    if let Some(at) = together.filter(|_| matches!(on, Scope::Suspect | Scope::Bulkheads)) {
        let note = "write `on = \"validators\"`, `\"routers\"` or `\"everybody\"`";
        reader.report(at.place, "nobody gathers for one host", note);
    }
    Some(Step {
        remedy: does.value,
        on,
        together: together.map(|share| share.value.0),
        takes: takes?.value,
        works: written.works.get()?.0,
        share: (share * 1_000.0) as u16,
    })
}

fn read_probes(
    written: &OpsFile,
    load: Option<&[LoadGroup]>,
    reader: &mut Reader<'_>,
) -> Option<Option<usize>> {
    let Some(load) = load else { return Some(None) };
    let names: Vec<&str> = load.iter().map(|group| group.name.as_str()).collect();
    let found = find_if_any(&written.probes, "load group", &names, reader)?;
    Some(found.map(usize::from))
}
