//! The lines of an incident's story, each made from one fact.

use std::collections::BTreeSet;

use super::format::{many, number, span as spelt};
use super::incident_alike::is_alike;
use crate::experiment::Trouble;
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::scenario::condition;
use crate::scenario::model::{AlertRule, Condition, Fault, Ops, Structure};
use crate::trace::{AlertStage, Duty, Fact, HostChange, Names, Remedy, StepStage};

const DAY_SECONDS: u64 = 24 * 3_600;
const DAY: Span = Span::from_secs(DAY_SECONDS);

/// One line.
pub(super) struct Line {
    /// The day; the run begins on day 1, or on day 0 if its warm-up begins before midnight.
    pub(super) day: u64,
    /// The time of day.
    pub(super) clock: String,
    /// What happened, and who tells.
    pub(super) words: String,
}

/// A run's trouble, ready to be told.
pub(super) struct Night<'a, N> {
    pub(super) trouble: &'a Trouble,
    pub(super) names: &'a N,
}

/// The time of day, of seconds since a midnight.
fn time_of_day(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60)
}

/// How many it befell besides.
fn and(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => ", and one other with it".to_owned(),
        others => format!(", and {others} others with it"),
    }
}

/// What was said before and is not said again.
#[derive(Default)]
struct Told {
    looks: u64,
    tickets: u32,
    full: BTreeSet<u32>,
    pending: BTreeSet<u16>,
    incidents: u32,
    is_owned: bool,
    has_fired: bool,
}

/// How people are organised, in words.
pub(super) const fn structure(structure: Structure) -> &'static str {
    match structure {
        Structure::Central => "one team",
        Structure::Federated => "federated",
        Structure::Leaderless => "leaderless",
    }
}

impl<N: Names> Night<'_, N> {
    pub(super) fn lines(&self) -> Vec<Line> {
        let mut told = Told::default();
        let mut lines = Vec::new();
        // When the load has ended, silence says nothing. Nobody is suspected twice.
        let end = self.trouble.pair.run.measurement.setting.measured.1;
        let mut suspects = BTreeSet::new();
        let is_told = |fact: &&Recorded<Fact>| match fact.fact {
            Fact::Suspicion { process, phi } => {
                fact.key.time < end && phi > 0 && suspects.insert(process)
            }
            _ => true,
        };
        let facts: Vec<_> = self.trouble.facts.iter().filter(is_told).collect();
        for alike in facts.chunk_by(|one, next| is_alike(one, next)) {
            let [first, others @ ..] = alike else { continue };
            if let Some(words) = self.words(first, others, &mut told) {
                let seconds = self.seconds(first.key.time);
                lines.push(Line { day: seconds / DAY_SECONDS, clock: time_of_day(seconds), words });
            }
        }
        lines
    }

    fn ops(&self) -> Option<&Ops> {
        self.trouble.pair.scenario.ops.as_ref()
    }

    fn onset(&self) -> Option<VirtualTime> {
        self.trouble.pair.run.measurement.night.onset()
    }

    /// `after 9m 41s`, counted from the fault; nothing before it.
    fn since(&self, now: VirtualTime) -> String {
        let onset = self.onset().filter(|onset| *onset <= now);
        onset.map_or(String::new(), |onset| format!(" after {}", spelt(now.since(onset))))
    }

    /// The time of day when the run's time is zero.
    pub(super) fn clock_at_zero(&self) -> Span {
        let scenario = &self.trouble.pair.scenario;
        (scenario.clock.unwrap_or(Span::ZERO) + DAY).saturating_sub(scenario.warmup)
    }

    /// What a role is called.
    pub(super) fn role_name(&self, role: u16) -> String {
        let roles = self.ops().map_or(&[][..], |ops| &ops.people.roles);
        roles.get(usize::from(role)).map_or_else(|| "somebody".to_owned(), |role| role.name.clone())
    }

    /// Seconds since the midnight of a day before the run.
    fn seconds(&self, at: VirtualTime) -> u64 {
        (self.clock_at_zero() + Span::from_nanos(at.as_nanos())).as_nanos() / 1_000_000_000
    }

    fn name(&self, process: u32) -> String {
        self.names.name(process)
    }

    /// What one fact comes to, and others that are like it.
    fn words(
        &self,
        recorded: &Recorded<Fact>,
        others: &[&Recorded<Fact>],
        told: &mut Told,
    ) -> Option<String> {
        let (now, process) = (recorded.key.time, recorded.process.0);
        let is_trouble = self.onset().is_some_and(|onset| now >= onset);
        match recorded.fact {
            Fact::Host { rule, change } => self.host((process, others.len()), rule, change),
            Fact::Refreshed { .. } if is_trouble => {
                told.looks += 1;
                let words =
                    || format!("{} has waited too long and looks again.", self.name(process));
                (told.looks == 1).then(words)
            }
            Fact::Ticket { .. } if is_trouble => self.ticket(told),
            Fact::Suspicion { process: whom, phi } => {
                Some(self.suspicion((process, whom), phi, others))
            }
            Fact::Rejected { .. } if is_trouble && told.full.insert(process) => Some(format!(
                "{} is full. What is new is refused, and goes elsewhere with the next try.",
                self.name(process)
            )),
            Fact::Alert { rule, stage, value } => self.alert(rule, stage, value, told),
            Fact::Duty { duty, about, .. } => self.duty(duty, about, now, told),
            Fact::Step { step, remedy, stage, on, part, by, .. } => {
                self.step((step, remedy, stage), (on, part, others.len()), by)
            }
            _ => None,
        }
    }

    fn fault(&self, rule: u16) -> Option<&Fault> {
        self.trouble.pair.scenario.faults.get(usize::from(rule))
    }

    fn host(
        &self,
        (process, others): (u32, usize),
        rule: u16,
        change: HostChange,
    ) -> Option<String> {
        let name = self.name(process);
        let by_people = rule == Fact::OF_OPERATORS;
        let what = match change {
            HostChange::Crashed if by_people => "is stopped, to be started anew",
            HostChange::Crashed => "stops",
            HostChange::Restarted | HostChange::RestartedEmpty => "is up again",
            HostChange::Stalled => "makes no progress, and says nothing",
            HostChange::Resumed => "makes progress again; what it held goes on",
            HostChange::Slowed => "changes its pace",
            HostChange::ClockChanged => "has another time",
            HostChange::Overflowed => "holds as much as it can, and loses the rest",
            HostChange::Corrupted => "is Byzantine from now on",
            HostChange::Reinterpreted => "judges by other rules",
            HostChange::RolledBack => "is what it was some time before",
            HostChange::Throttled => return None,
        };
        let fault = self.fault(rule).map_or(String::new(), |fault| {
            let on =
                if fault.on.text == name { String::new() } else { format!(": {}", fault.on.text) };
            format!(" (fault {}{on})", fault.name)
        });
        Some(format!("{name} {what}{}{fault}.", and(others)))
    }

    /// Who suspects whom, and who else is suspected in the same second.
    fn suspicion(&self, (who, whom): (u32, u32), phi: u32, others: &[&Recorded<Fact>]) -> String {
        const NAMED: usize = 6;
        let why = match phi {
            Fact::DIFFERS => "it decides otherwise".to_owned(),
            phi => format!("phi {}", number(f64::from(phi) / 10.0)),
        };
        let also = others.iter().filter_map(|other| match other.fact {
            Fact::Suspicion { process, .. } => Some(self.name(process)),
            _ => None,
        });
        let mut also: Vec<String> = also.take(NAMED).collect();
        if others.len() > NAMED {
            also.push(format!("{} more", others.len() - NAMED));
        }
        let also = match also.is_empty() {
            true => String::new(),
            false => format!(" Suspected as well: {}.", also.join(", ")),
        };
        let do_tell = self.ops().is_some_and(|ops| ops.do_peers_tell);
        let tells = if do_tell { "The operators are told." } else { "Nobody is told." };
        format!("{} suspects {} ({why}).{also} {tells}", self.name(who), self.name(whom))
    }

    fn ticket(&self, told: &mut Told) -> Option<String> {
        told.tickets += 1;
        let heard = self.ops().map_or(1, |ops| ops.people.tickets);
        if told.tickets != heard {
            return (told.tickets == 1)
                .then(|| "The first complaint. Nobody hears it yet.".to_owned());
        }
        let and = if told.is_owned || told.has_fired {
            "Users would have raised it here."
        } else {
            "Users raise it."
        };
        Some(format!("Complaint number {heard}. {and}"))
    }

    fn rule(&self, rule: u16) -> Option<&AlertRule> {
        self.ops()?.alerts.get(usize::from(rule))
    }

    fn alert(&self, rule: u16, stage: AlertStage, value: i64, told: &mut Told) -> Option<String> {
        let alert = self.rule(rule)?;
        let name = &alert.name;
        let value = match &alert.when {
            Condition::Compare { gauge, .. } => {
                super::format::gauge(*gauge, value as f64 / 1_000.0)
            }
            Condition::Burn(_) => {
                format!("{}x", number(value as f64 / 1_000.0))
            }
        };
        match stage {
            AlertStage::Pending => told.pending.insert(rule).then(|| {
                let waits = spelt(alert.lasts);
                format!(
                    "{name}: {} is true at {value}; the alert waits for {waits}.",
                    condition(&alert.when)
                )
            }),
            AlertStage::Firing => {
                told.pending.insert(rule);
                told.has_fired = true;
                let users = if told.looks > 0 {
                    format!(" {} had looked again by now.", many(told.looks as f64, "user"))
                } else {
                    String::new()
                };
                Some(format!("ALERT {name}, at {value}.{users}"))
            }
            AlertStage::Resolved => Some(format!("{name} is resolved.")),
            AlertStage::Dropped => None,
        }
    }

    /// `primary (north)`.
    fn role(&self, role: u16) -> String {
        let Some(ops) = self.ops() else { return "somebody".to_owned() };
        let Some(role) = ops.people.roles.get(usize::from(role)) else {
            return "somebody".to_owned();
        };
        let operator = ops.people.operators.get(usize::from(role.operator));
        operator.map_or_else(|| role.name.clone(), |operator| format!("{} ({operator})", role.name))
    }

    pub(super) fn operator(&self, operator: u16) -> String {
        let name = self.ops().and_then(|ops| ops.people.operators.get(usize::from(operator)));
        name.cloned().unwrap_or_else(|| "the other operator".to_owned())
    }

    fn opening(&self, duty: Duty, about: u16, told: &mut Told) -> Option<String> {
        told.incidents += 1;
        told.is_owned = false;
        let anew = if told.incidents > 1 { "another" } else { "an" };
        match duty {
            Duty::OpenedByUsers => Some(format!("The complaints open {anew} incident.")),
            Duty::OpenedByPeer => {
                let whom = self.name(about.into());
                Some(format!("The suspicion of {whom} opens {anew} incident."))
            }
            _ => (told.incidents > 1).then(|| "The alert opens another incident.".to_owned()),
        }
    }

    fn duty(&self, duty: Duty, about: u16, now: VirtualTime, told: &mut Told) -> Option<String> {
        Some(match duty {
            Duty::OpenedByAlert | Duty::OpenedByUsers | Duty::OpenedByPeer => {
                return self.opening(duty, about, told);
            }
            Duty::Joined => {
                let rule = self.rule(about).map_or("another alert", |rule| rule.name.as_str());
                format!("{rule} joins the incident.")
            }
            Duty::Paged => format!("Page to {}.", self.role(about)),
            Duty::PagedInVain => {
                format!("Page to {}, on a channel that reaches nobody.", self.role(about))
            }
            Duty::Escalated => format!("No answer. Escalated to {}.", self.role(about)),
            Duty::Acknowledged => {
                let owned = if told.is_owned {
                    String::new()
                } else {
                    format!(" OWNED{}.", self.since(now))
                };
                told.is_owned = true;
                format!("{} takes it.{owned}", self.role(about))
            }
            Duty::AsksOperator => {
                format!("That host is {}'s. Their operator is asked.", self.operator(about))
            }
            Duty::OperatorAnswers => format!("{}'s operator answers.", self.operator(about)),
            Duty::Quiet => format!("Nothing fires any more. QUIET{}.", self.since(now)),
            Duty::Reopened => "It was not over.".to_owned(),
            Duty::Closed => "It stayed quiet. Closed.".to_owned(),
            Duty::AlsoWorks => format!("{} works on it, too.", self.role(about)),
            Duty::Commands => {
                format!("{} takes command: one works, everybody is called in.", self.role(about))
            }
            Duty::TellsUsers => format!("{} tells users that it is known.", self.role(about)),
            Duty::Gathers => format!("{about} operators are called to act together."),
            Duty::Gathered => "Enough of them are there.".to_owned(),
            Duty::Held => "What would act by itself finds it unsafe, and does not.".to_owned(),
        })
    }

    fn step(
        &self,
        (step, remedy, stage): (u16, Remedy, StepStage),
        (on, part, others): (u32, u8, usize),
        by: u16,
    ) -> Option<String> {
        let whom = match (on, part) {
            (Fact::NONE, _) => None,
            (on, u8::MAX) => Some(self.name(on)),
            (on, part) => Some(format!("{}.{}", self.name(on), self.names.lane(part))),
        };
        let by = match (by, step) {
            (Fact::AUTOMATION, _) => "by itself: ".to_owned(),
            (_, Fact::GUESS) => "by guess: ".to_owned(),
            (_, step) => format!("step {}: ", step + 1),
        };
        let what = remedy.name();
        match (stage, whom) {
            (StepStage::Begun, _) => None,
            (StepStage::Failed, _) => Some(format!("{by}{what} did not work.")),
            (StepStage::Done, Some(whom)) if remedy == Remedy::Inspect => {
                Some(format!("{by}inspect: {whom} is the suspect."))
            }
            (StepStage::Done, Some(whom)) => Some(format!("{by}{what} {whom}{}.", and(others))),
            (StepStage::Done, None) => Some(format!("{by}{what}, everywhere.")),
        }
    }
}
