//! Who noticed what went wrong, who took it, and what was done: the moments of a run's trouble.

mod response;

pub use response::PARTS;

use super::distribution::{Measured, Statistic};
use super::hands::Hands;
use super::setting::{Interval, Setting};
use crate::kernel::{Span, VirtualTime};
use crate::trace::{AlertStage, Duty, Fact, Remedy, StepStage};

/// What watchers, users and people did in a run. Times count from when the first fault struck.
#[derive(Clone, Debug, Default)]
pub struct Night {
    /// When each fault was at work; the first begins the trouble.
    faulted: Vec<Interval>,
    /// Users are heard at so many complaints.
    tickets_heard: usize,
    end: VirtualTime,
    /// When a user looked again.
    looks: u64,
    /// The first look in the trouble.
    first_look: Option<VirtualTime>,
    tickets: Vec<VirtualTime>,
    suspicions: Vec<VirtualTime>,
    /// When an alert fired.
    alerts: Vec<VirtualTime>,
    /// When an alert that fired was resolved.
    resolved: Vec<VirtualTime>,
    /// What happened to incidents, and to which.
    duties: Vec<(VirtualTime, Duty, u16)>,
    /// When people began with something other than looking around; a guess is done at once.
    begun: Vec<VirtualTime>,
    /// When something was done to a host.
    acts: Vec<VirtualTime>,
    hands: Hands,
    pub(super) is_capped: bool,
}

/// What a fault did may last a little longer than it.
const AFTERMATH: Span = Span::from_secs(300);

/// More of one kind are not remembered.
const MOST: usize = 1 << 16;

impl Night {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            faulted: setting.faulted.clone(),
            hands: Hands::new(setting.struck.clone()),
            tickets_heard: setting.tickets_heard.max(1) as usize,
            end: setting.measured.1,
            ..Self::default()
        }
    }

    pub(super) fn see(&mut self, now: VirtualTime, fact: &Fact) {
        self.hands.see(now, fact);
        let capped = &mut self.is_capped;
        match *fact {
            Fact::Refreshed { .. } => {
                self.looks += 1;
                if self.first_look.is_none() && self.onset().is_some_and(|onset| now >= onset) {
                    self.first_look = Some(now);
                }
            }
            Fact::Ticket { .. } => keep(&mut self.tickets, now, capped),
            Fact::Suspicion { phi, .. } if phi > 0 => keep(&mut self.suspicions, now, capped),
            Fact::Alert { stage: AlertStage::Firing, .. } => keep(&mut self.alerts, now, capped),
            Fact::Alert { stage: AlertStage::Resolved, .. } => {
                keep(&mut self.resolved, now, capped);
            }
            Fact::Duty { duty, incident, .. } => {
                keep(&mut self.duties, (now, duty, incident), capped);
            }
            Fact::Step { remedy: Remedy::Inspect, .. } => {}
            Fact::Step { stage: StepStage::Begun, .. } => keep(&mut self.begun, now, capped),
            Fact::Step { stage: StepStage::Done, by, .. } => {
                keep(&mut self.acts, now, capped);
                if by != Fact::AUTOMATION {
                    keep(&mut self.begun, now, capped);
                }
            }
            _ => {}
        }
    }

    /// When the trouble began.
    pub fn onset(&self) -> Option<VirtualTime> {
        self.faulted.first().map(|(from, _)| *from)
    }

    /// The first of these in the trouble.
    fn first(&self, list: &[VirtualTime]) -> Option<VirtualTime> {
        let onset = self.onset()?;
        list.iter().copied().find(|at| *at >= onset)
    }

    /// When users are heard: at the n-th complaint of the trouble.
    fn users(&self) -> Option<VirtualTime> {
        let onset = self.onset()?;
        self.tickets.iter().copied().filter(|at| *at >= onset).nth(self.tickets_heard - 1)
    }

    fn duty(&self, wanted: impl Fn(Duty) -> bool) -> Option<VirtualTime> {
        let onset = self.onset()?;
        let found = self.duties.iter().find(|(at, duty, _)| *at >= onset && wanted(*duty));
        found.map(|(at, ..)| *at)
    }

    /// When an incident about the trouble was opened.
    fn opened(&self) -> Option<VirtualTime> {
        self.duty(Duty::is_opening)
    }

    /// When the last incident became quiet for good.
    fn quiet(&self) -> Option<VirtualTime> {
        let onset = self.onset()?;
        let ends = |duty: Duty| matches!(duty, Duty::Quiet | Duty::Reopened) || duty.is_opening();
        let (at, last, _) = self.duties.iter().rev().find(|(_, duty, _)| ends(*duty))?;
        (*last == Duty::Quiet && *at >= onset).then_some(*at)
    }

    /// When a named role first took it.
    fn owned(&self) -> Option<VirtualTime> {
        self.duty(|duty| duty == Duty::Acknowledged)
    }

    /// When the last act before the quiet was done.
    fn mitigated(&self) -> Option<VirtualTime> {
        let (onset, quiet) = (self.onset()?, self.quiet()?);
        self.acts.iter().rev().find(|at| **at >= onset && **at <= quiet).copied()
    }

    /// A moment by its name in the table of metrics: milliseconds since the trouble began, unless
    /// it says otherwise. Never is what did not come; no data without a fault.
    pub(super) fn moment(&self, metric: &str) -> Measured {
        let Some(onset) = self.onset() else { return Measured::NoData };
        let since = |at: Option<VirtualTime>| {
            at.map_or(Measured::Never, |at| Measured::Value(at.since(onset).as_millis_f64()))
        };
        match metric {
            "noticed.look" => since(self.first_look),
            "noticed.users" => since(self.users()),
            "noticed.validators" => since(self.first(&self.suspicions)),
            "noticed.monitor" => since(self.first(&self.alerts)),
            "alert_lead" => self.lead(),
            "mttd" => since(self.opened()),
            "unowned" => since(self.owned()),
            "mtta" => between(self.opened(), self.owned()),
            "mttm" => since(self.mitigated()),
            "quiet" => since(self.quiet()),
            "confusion" => self.hands.confusion(self.end),
            "chaos_index" => self.chaos(),
            "escalation_depth" => Measured::Value(self.depth() as f64),
            "alert_precision" => self.precision(),
            "alert_recall" => {
                Measured::Value(1.0 - self.missed() as f64 / self.faulted.len() as f64)
            }
            "missed_faults" => Measured::Value(self.missed() as f64),
            _ => self.part(metric),
        }
    }

    /// How much earlier the first alert was than the users; what did not come in the run is taken
    /// to come at its end.
    fn lead(&self) -> Measured {
        let (users, alert) = (self.users(), self.first(&self.alerts));
        if users.is_none() && alert.is_none() {
            return Measured::NoData;
        }
        let millis = |at: Option<VirtualTime>| at.unwrap_or(self.end).as_nanos() as f64 / 1e6;
        Measured::Value(millis(users) - millis(alert))
    }

    /// How many of a kind happened in these spans.
    pub(super) fn count(&self, metric: &str, statistic: Statistic, spans: &[Interval]) -> Measured {
        let is_in =
            |at: VirtualTime| spans.iter().any(|(from, until)| (*from..*until).contains(&at));
        let instants = |list: &[VirtualTime]| list.iter().filter(|at| is_in(**at)).count();
        let duties = |wanted: &[Duty]| {
            let found =
                self.duties.iter().filter(|(at, duty, _)| wanted.contains(duty) && is_in(*at));
            found.count()
        };
        let count = match metric {
            "pages" => duties(&[Duty::Paged, Duty::PagedInVain]),
            "escalations" => duties(&[Duty::Escalated]),
            "coordinations" => duties(&[Duty::AsksOperator]),
            "tickets" => instants(&self.tickets),
            "suspicions" => instants(&self.suspicions),
            "alerts" => instants(&self.alerts),
            "false_alarms" => {
                self.alerts.iter().filter(|at| is_in(**at) && !self.is_trouble(**at)).count()
            }
            other => match self.hands.count(other, spans) {
                Some(count) => count,
                None => return Measured::NoData,
            },
        };
        match statistic {
            Statistic::Count => Measured::Value(count as f64),
            _ => Measured::NoData,
        }
    }

    /// Whether a fault is at work, or was shortly before.
    fn is_trouble(&self, at: VirtualTime) -> bool {
        self.faulted.iter().any(|(from, until)| (*from..=*until + AFTERMATH).contains(&at))
    }

    /// The validator to which operators handed the lead last.
    pub fn last_lead(&self) -> Option<u32> {
        self.hands.last_lead()
    }

    /// How often users looked again.
    pub const fn looks(&self) -> u64 {
        self.looks
    }
}

/// Remembers one more, or that there were too many.
fn keep<T>(list: &mut Vec<T>, item: T, is_capped: &mut bool) {
    if list.len() < MOST {
        list.push(item);
    } else {
        *is_capped = true;
    }
}

fn between(from: Option<VirtualTime>, until: Option<VirtualTime>) -> Measured {
    match (from, until) {
        (Some(from), Some(until)) => Measured::Value(until.since(from).as_millis_f64()),
        (None, _) => Measured::NoData,
        (Some(_), None) => Measured::Never,
    }
}

#[cfg(test)]
mod tests;
