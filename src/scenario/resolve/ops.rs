//! `[ops]`: rules, roles and runbooks, each checked against the names of the others.

mod books;

use super::report_inside;
use crate::kernel::Span;
use crate::scenario::demand::{Scale, read_value};
use crate::scenario::file::{AlertFile, AnswersFile, BurnFile, OpsFile, RoleFile, ScenarioFile};
use crate::scenario::model::{
    AlertRule, Answers, Burn, Condition, Crowd, Gauge, GaugeUnit, Guess, Hours, LoadGroup, Ops,
    People, Role, Sense,
};
use crate::scenario::problem::{Place, suggest};
use crate::scenario::quantity::Share;
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
    roles: Vec<String>,
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
    let runbooks = books::read_runbooks(written, &known, reader);
    let automations = books::read_automations(written, &known, reader);
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
        target: written.target.get()?.0,
        probes: probes?,
    }))
}

fn check_spans(written: &OpsFile, reader: &mut Reader<'_>) {
    for (key, field) in [("scrape", &written.scrape), ("beat", &written.beat)] {
        if let Some(at) = field.at().filter(|at| at.value < LEAST) {
            reader.report(at.place, format!("`ops.{key}` must be at least {LEAST}"), "");
        }
    }
    check_budget(written.target.at(), "a target", reader);
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
        roles: roles.iter().flat_map(|(name, role)| each_name(&name.value, &role.value)).collect(),
        alerts: alerts
            .iter()
            .map(|alert| alert.value.name.get().map_or("", String::as_str))
            .collect(),
    }
}

/// What those of one role are called.
fn each_name(name: &str, role: &RoleFile) -> Vec<String> {
    let count = role.count.get().map_or(1, |count| count.0);
    let others = (2..=count).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned()).chain(others).collect()
}

/// The place of a name among others, or a report.
fn find<T: AsRef<str>>(
    name: &At<String>,
    noun: &str,
    names: &[T],
    reader: &mut Reader<'_>,
) -> Option<u16> {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
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
fn find_if_any<T: AsRef<str>>(
    field: &Field<String>,
    noun: &str,
    names: &[T],
    reader: &mut Reader<'_>,
) -> Option<Option<u16>> {
    match field.at() {
        Some(name) => find(name, noun, names, reader).map(Some),
        None => field.is_absent().then_some(None),
    }
}

fn read_roles(written: &OpsFile, known: &Known<'_>, reader: &mut Reader<'_>) -> Option<Vec<Role>> {
    let named = written.role.get().map_or(&[][..], |roles| &roles.0);
    let roles: Vec<Option<Vec<Role>>> = named
        .iter()
        .map(|(name, role)| read_each_role(&name.value, &role.value, known, reader))
        .collect();
    if !named.is_empty() {
        return roles.into_iter().collect::<Option<Vec<_>>>().map(|roles| roles.concat());
    }
    // Somebody has to be there, if nobody says who.
    let nobody: RoleFile = reader.or_empty(&Field::Absent)?;
    Some(vec![read_role("primary", &nobody, known, reader)?])
}

/// All of one role.
fn read_each_role(
    name: &str,
    written: &RoleFile,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<Vec<Role>> {
    let first = read_role(name, written, known, reader)?;
    let all = known.operators.len() as u16;
    let of = |(turn, name): (u16, String)| {
        let operator = (first.operator + turn) % all;
        Role { name, operator, ..first.clone() }
    };
    Some((0..).zip(each_name(name, written)).map(of).collect())
}

fn read_role(
    name: &str,
    written: &RoleFile,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<Role> {
    let operator = find_if_any(&written.operator, "operator", &known.operators, reader);
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
    check_budget(objective.as_ref(), "an objective", reader);
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

/// Something may go wrong, or nothing can be said of how fast it does.
fn check_budget(share: Option<&At<Share>>, noun: &str, reader: &mut Reader<'_>) {
    if let Some(at) = share.filter(|at| at.value.0 >= 1.0) {
        reader.report(at.place, format!("{noun} of 100% leaves no budget to burn"), "");
    }
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
