//! Who noticed what went wrong, who took it, and what was done: the moments of a run's trouble.

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
    duties: Vec<(VirtualTime, Duty)>,
    /// When something was done to a host.
    acts: Vec<VirtualTime>,
    hands: Hands,
    pub(super) is_capped: bool,
}

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
        let mut keep = |list: &mut Vec<VirtualTime>| match list.len() < MOST {
            true => list.push(now),
            false => *capped = true,
        };
        match *fact {
            Fact::Refreshed { .. } => {
                self.looks += 1;
                let onset = self.faulted.first().map(|(from, _)| *from);
                if self.first_look.is_none() && onset.is_some_and(|onset| now >= onset) {
                    self.first_look = Some(now);
                }
            }
            Fact::Ticket { .. } => keep(&mut self.tickets),
            Fact::Suspicion { phi, .. } if phi > 0 => keep(&mut self.suspicions),
            Fact::Alert { stage: AlertStage::Firing, .. } => keep(&mut self.alerts),
            Fact::Duty { duty, .. } if self.duties.len() < MOST => self.duties.push((now, duty)),
            Fact::Step { remedy, stage: StepStage::Done, .. }
                if remedy != Remedy::Inspect && self.acts.len() < MOST =>
            {
                self.acts.push(now);
            }
            Fact::Duty { .. } | Fact::Step { stage: StepStage::Done, .. } => {
                self.is_capped |= self.duties.len() >= MOST || self.acts.len() >= MOST;
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
        let found = self.duties.iter().find(|(at, duty)| *at >= onset && wanted(*duty));
        found.map(|(at, _)| *at)
    }

    /// When an incident about the trouble was opened.
    fn opened(&self) -> Option<VirtualTime> {
        self.duty(|duty| {
            matches!(duty, Duty::OpenedByAlert | Duty::OpenedByUsers | Duty::OpenedByPeer)
        })
    }

    /// When the last incident became quiet for good.
    fn quiet(&self) -> Option<VirtualTime> {
        let onset = self.onset()?;
        let last = self.duties.iter().rev().find(|(_, duty)| {
            matches!(duty, Duty::Quiet | Duty::Reopened)
                || matches!(duty, Duty::OpenedByAlert | Duty::OpenedByUsers | Duty::OpenedByPeer)
        });
        last.filter(|(at, duty)| *duty == Duty::Quiet && *at >= onset).map(|(at, _)| *at)
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
            "unowned" => since(self.duty(|duty| duty == Duty::Acknowledged)),
            "mtta" => between(self.opened(), self.duty(|duty| duty == Duty::Acknowledged)),
            "mttm" => since(self.mitigated()),
            "quiet" => since(self.quiet()),
            "confusion" => self.hands.confusion(self.end),
            _ => Measured::NoData,
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
            let found = self.duties.iter().filter(|(at, duty)| wanted.contains(duty) && is_in(*at));
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
        /// What a fault did may last a little longer than it.
        const AFTERMATH: Span = Span::from_secs(300);
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

fn between(from: Option<VirtualTime>, until: Option<VirtualTime>) -> Measured {
    match (from, until) {
        (Some(from), Some(until)) => Measured::Value(until.since(from).as_millis_f64()),
        (None, _) => Measured::NoData,
        (Some(_), None) => Measured::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> VirtualTime {
        VirtualTime::ZERO + Span::from_secs(seconds)
    }

    /// Trouble from 100 s on at process 8, in a run of 1,000 s; users are heard at the second
    /// complaint.
    fn night(facts: &[(u64, Fact)]) -> Night {
        let mut setting = Setting::new(4, 3, 16, (at(0), at(1_000)));
        setting.faulted = vec![(at(100), at(1_000))];
        setting.struck = vec![8];
        setting.tickets_heard = 2;
        let mut night = Night::new(&setting);
        facts.iter().for_each(|(seconds, fact)| night.see(at(*seconds), fact));
        night
    }

    fn duty(duty: Duty) -> Fact {
        Fact::Duty { incident: 0, duty, about: 0 }
    }

    fn done(remedy: Remedy, on: u32) -> Fact {
        Fact::Step { incident: 0, step: 0, remedy, stage: StepStage::Done, on, part: 255, by: 0 }
    }

    fn alert(stage: AlertStage) -> Fact {
        Fact::Alert { rule: 0, stage, value: 0 }
    }

    fn moments(night: &Night) -> Vec<(&'static str, Measured)> {
        let names = [
            "noticed.look",
            "noticed.validators",
            "noticed.monitor",
            "noticed.users",
            "alert_lead",
            "mttd",
            "mtta",
            "unowned",
            "mttm",
            "quiet",
        ];
        let seconds = |measured| match measured {
            Measured::Value(millis) => Measured::Value(millis / 1_000.0),
            other => other,
        };
        names.map(|name| (name, seconds(night.moment(name)))).into()
    }

    #[test]
    fn a_night_has_its_moments() {
        let ticket = Fact::Ticket { operation: 1 };
        let night = night(&[
            (50, Fact::Refreshed { operation: 0, before: 0 }),
            (60, ticket),
            (112, Fact::Refreshed { operation: 1, before: 0 }),
            (124, Fact::Suspicion { process: 8, phi: 81 }),
            (130, alert(AlertStage::Pending)),
            (160, alert(AlertStage::Firing)),
            (160, duty(Duty::OpenedByAlert)),
            (160, duty(Duty::Paged)),
            (180, ticket),
            (206, ticket),
            (520, duty(Duty::Escalated)),
            (520, duty(Duty::Paged)),
            (600, duty(Duty::Acknowledged)),
            (690, done(Remedy::Inspect, 8)),
            (700, done(Remedy::Drain, 3)),
            (750, done(Remedy::Restart, 8)),
            (800, duty(Duty::Quiet)),
            (900, duty(Duty::Closed)),
        ]);
        use Measured::Value;
        assert_eq!(
            moments(&night),
            [
                ("noticed.look", Value(12.0)),
                ("noticed.validators", Value(24.0)),
                ("noticed.monitor", Value(60.0)),
                ("noticed.users", Value(106.0)),
                ("alert_lead", Value(46.0)),
                ("mttd", Value(60.0)),
                ("mtta", Value(440.0)),
                ("unowned", Value(500.0)),
                ("mttm", Value(650.0)),
                ("quiet", Value(700.0)),
            ]
        );
        let run = [(at(0), at(1_000))];
        let count = |metric| night.count(metric, Statistic::Count, &run).value();
        let counts = ["pages", "tickets", "escalations", "acts", "wrong_acts", "false_alarms"];
        assert_eq!(counts.map(count), [2.0, 3.0, 1.0, 2.0, 1.0, 0.0].map(Some));
        let calm = [(at(0), at(100))];
        assert_eq!(night.count("tickets", Statistic::Count, &calm), Value(1.0));
        assert_eq!(night.looks(), 2);
    }

    #[test]
    fn what_never_comes_is_never_and_a_calm_run_has_no_moments() {
        let quiet_night = night(&[(160, alert(AlertStage::Firing))]);
        assert_eq!(quiet_night.moment("unowned"), Measured::Never);
        assert_eq!(quiet_night.moment("mtta"), Measured::NoData);
        assert_eq!(quiet_night.moment("alert_lead"), Measured::Value(840_000.0), "at least that");
        let unheard =
            night(&[(110, Fact::Ticket { operation: 1 }), (120, Fact::Ticket { operation: 1 })]);
        assert_eq!(unheard.moment("alert_lead"), Measured::Value(-880_000.0));
        let setting = Setting::new(4, 3, 16, (at(0), at(1_000)));
        let mut calm = Night::new(&setting);
        calm.see(at(5), &alert(AlertStage::Firing));
        assert_eq!(calm.moment("noticed.monitor"), Measured::NoData);
        let run = [(at(0), at(1_000))];
        assert_eq!(calm.count("false_alarms", Statistic::Count, &run), Measured::Value(1.0));
    }

    #[test]
    fn what_breaks_out_again_was_not_over() {
        let flapping = night(&[
            (160, duty(Duty::OpenedByAlert)),
            (200, done(Remedy::Restart, 8)),
            (220, duty(Duty::Quiet)),
            (260, duty(Duty::Reopened)),
        ]);
        assert_eq!(flapping.moment("quiet"), Measured::Never);
        assert_eq!(flapping.moment("mttm"), Measured::Never);
    }
}
