//! How people fared: the parts of the response, and how good its alerts were.

use super::{AFTERMATH, Night};
use crate::kernel::{Span, VirtualTime};
use crate::measure::distribution::Measured;
use crate::measure::setting::Interval;
use crate::trace::Duty;

/// The parts of the response, in order: together they are `quiet`.
pub const PARTS: [&str; 5] = [
    "response.detect",
    "response.answer",
    "response.diagnose",
    "response.mitigate",
    "response.verify",
];

impl Night {
    /// A part of the response, in milliseconds; never unless it became quiet.
    pub(super) fn part(&self, metric: &str) -> Measured {
        let Some(place) = PARTS.iter().position(|part| *part == metric) else {
            return Measured::NoData;
        };
        match self.borders() {
            Some(borders) => {
                Measured::Value(borders[place + 1].since(borders[place]).as_millis_f64())
            }
            None => Measured::Never,
        }
    }

    /// Where the parts meet. What did not happen takes no time: what was quiet before anybody did
    /// anything has waited for an answer all the while.
    fn borders(&self) -> Option<[VirtualTime; 6]> {
        let (onset, quiet) = (self.onset()?, self.quiet()?);
        let opened = self.opened().unwrap_or(quiet).min(quiet);
        let acted = self.acted(quiet).unwrap_or(quiet).clamp(opened, quiet);
        let owned = self.owned().unwrap_or(acted).clamp(opened, acted);
        let mitigated = self.mitigated().unwrap_or(acted).clamp(acted, quiet);
        Some([onset, opened, owned, acted, mitigated, quiet])
    }

    /// When people first began to act. What acts by itself counts where nobody else did: an act
    /// of automation that people must undo is no answer.
    fn acted(&self, quiet: VirtualTime) -> Option<VirtualTime> {
        let people = self.first(&self.begun).filter(|at| *at <= quiet);
        people.or_else(|| self.first(&self.acts))
    }

    /// Whether anybody had done anything about the trouble by then.
    pub(in crate::measure) fn had_acted(&self, by: VirtualTime) -> bool {
        self.acts.iter().any(|at| self.onset().is_some_and(|onset| onset <= *at) && *at <= by)
    }

    /// When faults were at work: the last of them until operators had ended it, if they did.
    pub(in crate::measure) fn at_work(&self) -> Vec<Interval> {
        let mended = self.mitigated();
        let until = |(from, end): Interval| match mended {
            Some(mended) if from < mended => end.min(mended),
            _ => end,
        };
        self.faulted.iter().map(|fault| (fault.0, until(*fault))).collect()
    }

    /// The most escalations of one incident.
    pub(super) fn depth(&self) -> usize {
        let mut of: Vec<u16> = Vec::new();
        let escalated = self.duties.iter().filter(|(_, duty, _)| *duty == Duty::Escalated);
        of.extend(escalated.map(|(.., incident)| *incident));
        of.sort_unstable();
        of.chunk_by(|a, b| a == b).map(<[u16]>::len).max().unwrap_or_default()
    }

    /// When an incident was open and not quiet.
    fn open(&self) -> Vec<Interval> {
        let mut spans = Vec::new();
        let mut from = None;
        for (at, duty, _) in &self.duties {
            match duty {
                Duty::Reopened => from = from.or(Some(*at)),
                _ if duty.is_opening() => from = from.or(Some(*at)),
                Duty::Quiet | Duty::Closed => spans.extend(from.take().map(|from| (from, *at))),
                _ => {}
            }
        }
        spans.extend(from.map(|from| (from, self.end.max(from))));
        spans
    }

    /// How many alerts fired at once, on average while an incident was open, and how often somebody
    /// got in another's way meanwhile.
    pub(super) fn chaos(&self) -> Measured {
        let open = self.open();
        let total = open.iter().fold(Span::ZERO, |sum, (from, until)| sum + until.since(*from));
        if total == Span::ZERO {
            return Measured::NoData;
        }
        // Each firing counts from its instant to the end of a span, each resolution takes back as
        // much: what is left is the time that alerts fired for.
        let rest = |at: &VirtualTime| {
            let each = open.iter().map(|(from, until)| until.since((*at).clamp(*from, *until)));
            each.fold(Span::ZERO, |sum, span| sum + span).as_secs_f64()
        };
        let sum = |list: &[VirtualTime]| list.iter().map(rest).sum::<f64>();
        let fired = (sum(&self.alerts) - sum(&self.resolved)) / total.as_secs_f64();
        let conflicts = self.hands.count("conflicts", &open).unwrap_or_default();
        Measured::Value(fired + conflicts as f64)
    }

    /// Of the alerts that fired, the share about a fault.
    pub(super) fn precision(&self) -> Measured {
        let right = self.alerts.iter().filter(|at| self.is_trouble(**at)).count();
        match self.alerts.len() {
            0 => Measured::NoData,
            all => Measured::Value(right as f64 / all as f64),
        }
    }

    /// The faults that no alert fired about.
    pub(super) fn missed(&self) -> usize {
        let is_missed = |(from, until): &&Interval| {
            let next = self.alerts.partition_point(|at| at < from);
            self.alerts.get(next).is_none_or(|at| *at > *until + AFTERMATH)
        };
        self.faulted.iter().filter(is_missed).count()
    }
}
