//! Runbooks, and what acts by itself.

use super::{Known, TICKETS, find};
use crate::scenario::file::{AutomationFile, OpsFile, RunbookFile, StepFile};
use crate::scenario::model::{Automation, Remedy, Runbook, Scope, Step};
use crate::scenario::problem::Place;
use crate::scenario::written::{At, Count, Field, Reader, check_name};

pub(super) fn read_runbooks(
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

pub(super) fn read_automations(
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
    let name = reader.require(&written.name, place, "`name`", "`name = \"restart\"`").cloned();
    if let Some(name) = &name {
        check_name(reader, name);
    }
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
        name: name?.value,
        alert: alert?,
        remedy: does.value,
        on,
        takes: *written.takes.get()?,
        cooldown: *written.cooldown.get()?,
        is_gated: *written.gate.get()?,
        limit: read_limit(does, (on, &written.limit), reader)?,
    })
}

/// Only a leader can be failed over.
fn check_lead(does: At<Remedy>, on: Scope, reader: &mut Reader<'_>) {
    if does.value == Remedy::FailOver && on != Scope::Leader {
        let note = "write `on = \"leader\"`";
        reader.report(does.place, "only a leader is failed over", note);
    }
}

/// What a limit is set to; 0 where none is set.
fn read_limit(
    does: At<Remedy>,
    (on, limit): (Scope, &Field<Count<0, 100_000_000>>),
    reader: &mut Reader<'_>,
) -> Option<u32> {
    let is_set = does.value == Remedy::Limit;
    if let Some(at) = limit.at().filter(|_| !is_set) {
        let note = "write `do = \"limit\"`, or leave it out";
        reader.report(at.place, format!("`{}` sets no limit", does.value.name()), note);
    }
    if is_set && matches!(on, Scope::Validators | Scope::Leader | Scope::Everybody) {
        let note = "write `on = \"routers\"`, or `\"suspect\"`";
        reader.report(does.place, "only routers have a limit", note);
    }
    match limit {
        Field::Absent if is_set => {
            reader.report(does.place, "this limit is not said", "write `limit = 1000`");
            None
        }
        Field::Absent => Some(0),
        Field::Given(at) => Some(at.value.0),
        Field::Wrong => None,
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
        takes: *written.takes.get()?,
        works: written.works.get()?.0,
        share: (share * 1_000.0) as u16,
        limit: read_limit(does, (on, &written.limit), reader)?,
    })
}
