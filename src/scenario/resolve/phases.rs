//! Named spans of the run.

use super::Timing;
use crate::kernel::{Span, VirtualTime};
use crate::scenario::file::ScenarioFile;
use crate::scenario::model::{Arrivals, Fault, LoadGroup, Phase};
use crate::scenario::problem::Place;
use crate::scenario::written::{At, Reader};

/// `calm`, then every fault, its steps and what comes after it until the next begins, and named
/// stages, by their start.
pub(super) fn name(timing: Timing, faults: &[Fault], load: &[LoadGroup]) -> Vec<Phase> {
    let run = Run { start: VirtualTime::ZERO + timing.warmup, duration: timing.duration };
    let mut starts: Vec<Span> = faults.iter().flat_map(|fault| fault.starts.clone()).collect();
    starts.sort_unstable();
    let first = starts.first().copied().unwrap_or(run.duration);
    let calm = run.phase("calm".to_owned(), &[(Span::ZERO, first)]);
    let mut phases: Vec<Phase> =
        faults.iter().flat_map(|fault| run.of_fault(fault, &starts)).collect();
    phases.extend(load.iter().flat_map(|group| run.of_stages(group)));
    phases.retain(|phase| !phase.spans.is_empty());
    phases.sort_by(|a, b| (a.spans[0].0, rank(a)).cmp(&(b.spans[0].0, rank(b))));
    phases.dedup();
    phases.splice(0..0, Some(calm).filter(|calm| !calm.spans.is_empty()));
    phases
}

/// What starts at one moment: an ending, then a whole, then its first step.
fn rank(phase: &Phase) -> (bool, usize, &str) {
    (!phase.name.starts_with("after "), phase.name.matches('.').count(), &phase.name)
}

#[derive(Clone, Copy)]
struct Run {
    start: VirtualTime,
    duration: Span,
}

impl Run {
    fn phase(self, name: String, spans: &[(Span, Span)]) -> Phase {
        let within = |(from, to): &(Span, Span)| (*from, (*to).min(self.duration));
        let spans = spans.iter().map(within).filter(|(from, to)| from < to);
        let spans = spans.map(|(from, to)| (self.start + from, self.start + to)).collect();
        Phase { name, spans }
    }

    /// A fault, its steps, and what comes after it; `starts` are those of all faults, in order.
    fn of_fault(self, fault: &Fault, starts: &[Span]) -> Vec<Phase> {
        let length = fault.length.unwrap_or(self.duration);
        let whole: Vec<_> = fault.starts.iter().map(|start| (*start, *start + length)).collect();
        let mut phases = vec![self.phase(fault.name.clone(), &whole)];
        for step in 1..=fault.steps {
            if fault.steps > 1 {
                let part = |start: &Span| step_of(*start, length, step, fault.steps);
                let spans: Vec<_> = fault.starts.iter().map(part).collect();
                phases.push(self.phase(format!("{}.{step}", fault.name), &spans));
            }
        }
        if let Some((_, end)) = whole.last() {
            let next = starts.iter().find(|start| *start > end).unwrap_or(&self.duration);
            phases.push(self.phase(format!("after {}", fault.name), &[(*end, *next)]));
        }
        phases
    }

    fn of_stages(self, group: &LoadGroup) -> Vec<Phase> {
        let Arrivals::Open { stages, .. } = &group.arrivals else { return Vec::new() };
        let mut at = Span::ZERO;
        let mut phases = Vec::new();
        for stage in stages {
            let span = (at, at + stage.duration);
            at = span.1;
            phases.extend(stage.name.clone().map(|name| self.phase(name, &[span])));
        }
        phases
    }
}

/// The span of one of `steps` equal parts, from 1; the last ends where the whole does.
fn step_of(start: Span, length: Span, step: u32, steps: u32) -> (Span, Span) {
    let border = |step: u32| {
        let nanos = u128::from(length.as_nanos()) * u128::from(step) / u128::from(steps);
        start + Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    };
    (border(step - 1), border(step))
}

/// Reports stages whose name is taken by a fault or by another stage of their group.
pub(super) fn check_names(file: &ScenarioFile, reader: &mut Reader<'_>) {
    let faults = super::faults::names(file);
    let groups = file.load.get().map_or(&[][..], |load| &load.0[..]);
    for (_, group) in groups {
        let stages = group.value.stages.get().map_or(&[][..], |stages| &stages[..]);
        let named: Vec<&At<String>> =
            stages.iter().filter_map(|stage| stage.value.name.at()).collect();
        for (index, name) in named.iter().enumerate() {
            let twice = named[..index].iter().any(|before| before.value == name.value);
            let taken = name.value == "calm" || faults.contains(&name.value);
            if twice || taken {
                report_taken(reader, &name.value, name.place);
            }
        }
    }
}

/// Reports more phases than observers tell apart.
pub(super) fn check_count(file: &ScenarioFile, phases: Option<&[Phase]>, reader: &mut Reader<'_>) {
    let count = phases.map_or(0, <[Phase]>::len);
    let fault = file.fault.get().and_then(|faults| faults.last());
    if let Some(fault) = fault.filter(|_| count >= Phase::MOST) {
        let message = format!("faults and stages make {count} phases");
        let note = format!("a run has at most {}: use fewer steps or faults", Phase::MOST - 1);
        reader.report(fault.place, message, note);
    }
}

fn report_taken(reader: &mut Reader<'_>, name: &str, place: Place) {
    let note = "phases, faults and stages share their names; choose another";
    reader.report(place, format!("there is a phase `{name}` already"), note);
}
