//! When actors were down or made no progress, by which rule.

use super::Journey;
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::trace::{Fact, HostChange};

/// A time in which an actor did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Which actor.
    pub process: u32,
    /// Since when.
    pub from: VirtualTime,
    /// Until when; `None` is to the end of the run.
    pub until: Option<VirtualTime>,
    /// The rule that began it, by its place in the scenario.
    pub rule: u16,
    /// Whether it was down, and lost what came; else it was stalled, and took that in later.
    pub is_down: bool,
}

impl Outage {
    /// How much of the time between two instants it takes; `None` for the end is that of the run.
    pub fn share_of(&self, from: VirtualTime, until: Option<VirtualTime>) -> Span {
        let end = [self.until, until].into_iter().flatten().min();
        end.map_or(Span::ZERO, |end| end.since(self.from.max(from)))
    }

    /// Whether it was on at an instant or began after it.
    pub fn ends_after(&self, at: VirtualTime) -> bool {
        self.until.is_none_or(|until| until > at)
    }
}

/// Those of actors that had to do with an operation, while something befell it.
pub(super) fn met_by(journey: &Journey, all: Vec<Outage>) -> Vec<Outage> {
    let end = journey.end();
    let is_met = |outage: &Outage| {
        let of = outage.process;
        let here = journey.hops.iter().any(|hop| hop.process == of);
        let sent = || journey.messages.iter().any(|message| message.to == of);
        outage.from <= end && outage.ends_after(journey.intent.at) && (here || sent())
    };
    all.into_iter().filter(is_met).collect()
}

/// Takes what befell a host.
pub(super) fn observe(outages: &mut Vec<Outage>, recorded: &Recorded<Fact>) {
    let Fact::Host { rule, change } = recorded.fact else { return };
    let (process, from) = (recorded.process.0, recorded.key.time);
    let is_down = change == HostChange::Crashed;
    let mut open = outages.iter_mut();
    let open = open.find(|outage| outage.process == process && outage.until.is_none());
    match change {
        // It was down already, and loses more.
        HostChange::Crashed if open.as_ref().is_some_and(|open| open.is_down) => {}
        HostChange::Crashed | HostChange::Stalled => {
            if let Some(open) = open {
                open.until = Some(from);
            }
            outages.push(Outage { process, from, until: None, rule, is_down });
        }
        HostChange::Restarted | HostChange::RestartedEmpty | HostChange::Resumed => {
            if let Some(open) = open {
                open.until = Some(from);
            }
        }
        HostChange::Slowed
        | HostChange::ClockChanged
        | HostChange::Overflowed
        | HostChange::Corrupted
        | HostChange::Reinterpreted
        | HostChange::Throttled
        | HostChange::RolledBack => {}
    }
}
