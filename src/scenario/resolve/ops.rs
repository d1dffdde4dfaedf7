//! `[ops]`: rules, roles and runbooks, each checked against the names of the others.

mod books;

use std::path::Path;

use super::alerts::{check_budget, read_alerts};
use super::names;
use super::rules::{self, Beside};
use crate::kernel::Span;
use crate::scenario::file::{AnswersFile, GuessFile, OpsFile, RoleFile, ScenarioFile};
use crate::scenario::model::{Answers, Crowd, Guess, Hours, Job, LoadGroup, Ops, People, Role};
use crate::scenario::problem::suggest;
use crate::scenario::written::{At, Field, Reader};

/// Rounds, beats and steps are at least this long.
const LEAST: Span = Span::from_millis(100);

/// What a runbook says for complaints of users.
pub(crate) const TICKETS: &str = "tickets";

/// The names that may be referred to.
pub(super) struct Known<'a> {
    operators: Vec<String>,
    pub(super) roles: Vec<String>,
    /// The first role that responds, by place.
    pub(super) responder: u16,
    pub(super) alerts: Vec<&'a str>,
}

impl Known<'_> {
    /// Where no role is written there is one, by this name.
    pub(super) fn has_default(&self, role: &str) -> bool {
        self.roles.is_empty() && role == "primary"
    }
}

/// Who watches and who runs it; `Some(None)` if nobody does.
pub(super) fn read(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    (load, folder): (Option<&[LoadGroup]>, &Path),
) -> Option<Option<Ops>> {
    if file.ops.is_absent() {
        return Some(None);
    }
    let written = file.ops.get()?;
    check_spans(written, reader);
    let mut known = known(written);
    let roles = read_roles(written, &known, reader);
    let alerts = read_alerts(written, &known, reader);
    let names = names::read(&written.names, reader, folder)?;
    let beside = Beside {
        folder,
        names: &names,
        known: &known,
        scrape: *written.scrape.get()?,
        objective: *written.objective.get()?,
    };
    let (theirs, production) = rules::read(&written.alerts, reader, &beside)?;
    known.alerts.extend(theirs.iter().map(|rule| rule.name.as_str()));
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
            patch: read_patch(file, &guess, reader)?,
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
        alerts: alerts?.into_iter().chain(theirs.iter().cloned()).collect(),
        names: names.clone(),
        production,
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

/// Only those who go by time sources are known to run one client.
fn read_patch(file: &ScenarioFile, guess: &GuessFile, reader: &mut Reader<'_>) -> Option<f64> {
    if let Some(at) = guess.patch.at().filter(|at| at.value.0 > 0.0 && file.time.is_absent()) {
        let note = "write `[time]`: it says who runs that client";
        reader.report(at.place, "a version made in haste is of no client", note);
    }
    Some(guess.patch.get()?.0)
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
    let is_responder = |role: &RoleFile| role.job.get() == Some(&Job::Responder);
    let each = roles.iter().flat_map(|(name, role)| {
        each_name(&name.value, &role.value).into_iter().map(|_| is_responder(&role.value))
    });
    let responds = each.into_iter().position(|responds| responds);
    let alerts = written.alert.get().map_or(&[][..], |alerts| alerts);
    Known {
        operators,
        roles: roles.iter().flat_map(|(name, role)| each_name(&name.value, &role.value)).collect(),
        responder: responds.and_then(|place| u16::try_from(place).ok()).unwrap_or(0),
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
pub(super) fn find<T: AsRef<str>>(
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
pub(super) fn find_if_any<T: AsRef<str>>(
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
    let [by_day, by_night] = written.staffing.get()?.medians();
    let or = |field: &Field<Span>, usual: Span| match field.is_absent() {
        true => Some(usual),
        false => field.get().copied(),
    };
    Some(Answers {
        day: or(&written.day, by_day)?,
        night: or(&written.night, by_night)?,
        hours: Hours { from: written.from.get()?.0, until: written.until.get()?.0 },
        misses: written.misses.get()?.0,
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
