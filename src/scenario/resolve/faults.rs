//! `[[fault]]`: what goes wrong, when, and on whom.

use super::moments::{MOST_STARTS, NoStart, Plan, read as read_moment, starts};
use super::{Timing, effects, report_inside};
use crate::kernel::Span;
use crate::network::FaultRule;
use crate::scenario::cast::Cast;
use crate::scenario::file::{FaultFile, ScenarioFile};
use crate::scenario::model::{Effect, Fault};
use crate::scenario::written::{At, Reader, check_name};

/// The names of all faults, in the order of the file.
pub(super) fn names(file: &ScenarioFile) -> Vec<String> {
    let faults = file.fault.get().into_iter().flatten();
    faults.map(|fault| fault.value.name.get().cloned().unwrap_or_default()).collect()
}

pub(super) fn read(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    timing: Option<Timing>,
    cast: Option<&Cast<'_>>,
) -> Option<Vec<Fault>> {
    let Some(faults) = file.fault.get() else {
        return file.fault.is_absent().then(Vec::new);
    };
    let known = reader.log.count();
    check_fault_names(faults, reader);
    let names = names(file);
    let plans: Vec<Plan> = faults
        .iter()
        .map(|fault| Plan {
            at: timing.and_then(|timing| read_at(fault, &names, timing, reader)),
            length: fault.value.length.get().copied(),
            every: fault.value.every.get().copied(),
        })
        .collect();
    let mut read = Vec::new();
    for (index, fault) in faults.iter().enumerate() {
        let begins = timing.and_then(|timing| place_in_run(faults, &plans, index, timing, reader));
        let path = format!("fault.{}", names[index]);
        let fault = reader
            .inside(&path, |reader| read_fault(fault, begins, plans[index].length, reader, cast));
        read.extend(fault);
    }
    if read.len() == faults.len() {
        check_rules(faults, &read, reader);
    }
    (reader.log.count() == known && read.len() == faults.len()).then_some(read)
}

/// One rule is kept for the loss that every link has without faults.
const MOST_RULES: usize = FaultRule::MOST - 1;

/// Reports the fault with which there are more rules on links than draws have addresses for.
fn check_rules(written: &[At<FaultFile>], faults: &[Fault], reader: &mut Reader<'_>) {
    let on_links = |effect: &&Effect| !effect.is_on_actors();
    let mut total = 0;
    for (fault, written) in faults.iter().zip(written) {
        let effects = fault.effects.iter().filter(on_links).count();
        total += effects * fault.on.terms.len();
        if total > MOST_RULES {
            let (name, parts) = (&fault.name, fault.on.terms.len());
            let message = format!("with `{name}` the faults make more than {MOST_RULES} rules");
            let note = format!(
                "each effect on links is a rule for each part of its `on`, {effects} times \
                 {parts} here: name whole kinds, as in `routers -> validators`, or leave some out"
            );
            let place = written.value.on.at().map_or(written.place, |on| on.place);
            return reader.report(place, message, note);
        }
    }
}

fn check_fault_names(faults: &[At<FaultFile>], reader: &mut Reader<'_>) {
    for (index, fault) in faults.iter().enumerate() {
        let example = "`name = \"storm\"`: it is the name of its phase";
        let name = reader.require(&fault.value.name, fault.place, "the fault's `name`", example);
        let Some(name) = name else { continue };
        if check_name(reader, name) && matches!(name.value.as_str(), "calm" | "after" | "end") {
            let message = format!("a fault cannot be called `{}`", name.value);
            reader.report(
                name.place,
                message,
                "this word means something else in checks and times",
            );
        }
        let same = |other: &&At<FaultFile>| other.value.name.get() == Some(&name.value);
        if let Some(first) = faults[..index].iter().find(same) {
            let line =
                first.value.name.at().map_or(String::new(), |at| reader.log.beside(at.place));
            let message = format!("two faults are called `{}`", name.value);
            reader.report(name.place, message, format!("the first is there already{line}"));
        }
    }
}

fn read_at(
    fault: &At<FaultFile>,
    names: &[String],
    timing: Timing,
    reader: &mut Reader<'_>,
) -> Option<super::moments::Moment> {
    let example = "`at = \"1m\"`";
    let at = reader.require(&fault.value.at, fault.place, "the fault's `at`", example)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match read_moment(&at.value, timing, &names) {
        Ok(moment) => Some(moment),
        Err(mistake) => {
            report_inside(reader, &at.value, at.place, mistake);
            None
        }
    }
}

/// The starts of a fault, all within the run.
fn place_in_run(
    faults: &[At<FaultFile>],
    plans: &[Plan],
    index: usize,
    timing: Timing,
    reader: &mut Reader<'_>,
) -> Option<Vec<Span>> {
    let written = &faults[index].value;
    let name = written.name.get().map_or("", String::as_str);
    let at = written.at.at()?;
    check_repetition(&faults[index], reader);
    let begins = match starts(plans, index, timing.duration, 0) {
        Ok(begins) => begins,
        Err(NoStart::Unknown) => return None,
        Err(NoStart::Circle) => {
            let note = "say of one of them when it starts";
            reader.report(at.place, format!("fault `{name}` waits for itself"), note);
            return None;
        }
        Err(NoStart::Endless(other)) => {
            let other = faults[other].value.name.get().map_or("", String::as_str);
            let message = format!("fault `{other}` has no end before the run's");
            reader.report(at.place, message, format!("give `{other}` a `for`"));
            return None;
        }
    };
    let first = *begins.first()?;
    let run =
        format!("the run lasts {}{}", timing.duration, reader.log.beside(timing.duration_place));
    if first >= timing.duration {
        reader.report(at.place, format!("fault `{name}` starts after the end of the run"), run);
        return None;
    }
    let end = first + plans[index].length.unwrap_or(Span::ZERO);
    if let Some(length) = written.length.at().filter(|_| end > timing.duration) {
        let note = format!("{run}; without `for` it lasts until the end");
        reader.report(length.place, format!("fault `{name}` ends after the end of the run"), note);
        return None;
    }
    Some(begins)
}

fn check_repetition(fault: &At<FaultFile>, reader: &mut Reader<'_>) {
    let written = &fault.value;
    if let Some(length) = written.length.at().filter(|at| at.value == Span::ZERO) {
        reader.report(
            length.place,
            "a fault cannot last 0s",
            "without `for` it lasts until the end",
        );
    }
    let Some(every) = written.every.at() else { return };
    match written.length.get() {
        None if written.length.is_absent() => {
            let note = "give it a `for`, shorter than `every`";
            reader.report(every.place, "a fault that comes again must end before", note);
        }
        Some(length) if every.value <= *length => {
            let note = format!("it lasts {length}: `every` must be longer");
            reader.report(every.place, "this fault would come again before it ends", note);
        }
        Some(_) | None => {}
    }
}

fn read_fault(
    fault: &At<FaultFile>,
    begins: Option<Vec<Span>>,
    length: Option<Span>,
    reader: &mut Reader<'_>,
    cast: Option<&Cast<'_>>,
) -> Option<Fault> {
    let written = &fault.value;
    let effects = effects::read(fault, reader);
    let example = "`on = \"routers -> validators\"`";
    let on = reader.require(&written.on, fault.place, "the fault's `on`", example).cloned();
    let selected = on.and_then(|on| {
        let target = effects.as_ref()?.target;
        match cast?.select(&on.value, target) {
            Ok(selector) => Some(selector),
            Err(mistake) => {
                report_inside(reader, &on.value, on.place, mistake);
                None
            }
        }
    });
    let begins = begins?;
    if begins.len() >= MOST_STARTS {
        let message = format!("this fault comes {} times or more", begins.len());
        reader.report(written.every.at()?.place, message, "choose a longer `every`");
    }
    let effects = effects?;
    Some(Fault {
        name: written.name.get()?.clone(),
        starts: begins,
        length,
        on: selected?,
        must_occur: *written.must_occur.get()?,
        is_standing: *written.standing.get()?,
        steps: effects.steps,
        effects: effects.list,
        line: reader.log.line(fault.place).unwrap_or(0),
    })
}
