//! Users who need what was attested: who was let pass, who was kept out, and for how long.
//!
//! Dependants go by what they were told; this knows the truth, and so which decisions were wrong.

use std::collections::{BTreeMap, BTreeSet};

use self::wronged::Wronged;
use super::event::Event;
use super::record::NEVER;
use super::rows::{OperationRow, Rows};
use super::sample::Sample;
use super::setting::{PhaseCalendar, phases_of};
use super::tally::Tally;
use crate::attestation::Status;
use crate::kernel::{Span, VirtualTime};

mod wronged;

/// How often those who wait are counted.
const TICK: Span = Span::from_secs(1);

/// Attestations that users need, and what took them back.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    cases: BTreeMap<u32, Case>,
    /// What is to take a needed one back.
    takers: BTreeMap<u32, u32>,
    /// Users who have not turned up yet.
    coming: BTreeSet<(VirtualTime, u32)>,
    /// Users who are kept out of what they have a right to.
    kept_out: u64,
    /// When they are counted next.
    next: VirtualTime,
    wronged: Wronged,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    /// When q validators accepted it, and when they accepted that it is taken back.
    proven: VirtualTime,
    revoked: VirtualTime,
    /// Nobody has begun to take it back.
    is_good: bool,
    is_kept_out: bool,
    /// Since when the user is told that it is revoked though it is not.
    denied: Option<VirtualTime>,
    /// When the user passed last though it was revoked.
    passed: Option<VirtualTime>,
}

/// What a dependant decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision {
    pub(super) said: Option<Status>,
    pub(super) is_allowed: bool,
    pub(super) waited: Span,
}

impl Needs {
    pub(super) fn needed(&mut self, operation: u32, at: VirtualTime) {
        let case = Case {
            proven: NEVER,
            revoked: NEVER,
            is_good: true,
            is_kept_out: false,
            denied: None,
            passed: None,
        };
        self.cases.insert(operation, case);
        self.coming.insert((at, operation));
    }

    /// Whether nobody needs anything.
    pub(super) fn is_idle(&self) -> bool {
        self.cases.is_empty()
    }

    /// `taker` is to take `target` back.
    pub(super) fn taken_back(
        &mut self,
        (taker, target): (u32, u32),
        now: VirtualTime,
        (calendar, tallies): (&mut PhaseCalendar, &mut [Tally]),
    ) {
        self.advance(now, calendar, tallies);
        let Some(case) = self.cases.get_mut(&target) else { return };
        self.takers.insert(taker, target);
        if std::mem::replace(&mut case.is_good, false) && case.is_kept_out {
            self.kept_out -= 1;
        }
        if let Some(since) = case.denied.take() {
            add(Sample::FalseRevoked, Some(now.since(since)), since, (calendar, tallies));
        }
    }

    /// q validators have accepted it.
    pub(super) fn applied(&mut self, operation: u32, now: VirtualTime) {
        if let Some(case) = self.cases.get_mut(&operation) {
            case.proven = case.proven.min(now);
        }
        let target = self.takers.get(&operation);
        if let Some(case) = target.and_then(|target| self.cases.get_mut(target)) {
            case.revoked = case.revoked.min(now);
        }
    }

    /// Counts who is kept out at every whole second until `now`.
    pub(super) fn advance(
        &mut self,
        now: VirtualTime,
        calendar: &mut PhaseCalendar,
        tallies: &mut [Tally],
    ) {
        while self.next <= now {
            self.turn_up(self.next);
            for phase in phases_of(calendar.mask(self.next)) {
                tallies[phase].samples_mut(Sample::BlastRadius).record(self.kept_out);
            }
            self.next += TICK;
        }
        self.turn_up(now);
    }

    /// Whoever has turned up by now waits.
    fn turn_up(&mut self, now: VirtualTime) {
        while let Some((_, operation)) = self.coming.first().copied().filter(|(at, _)| *at <= now) {
            self.coming.pop_first();
            self.keep_out(operation, true);
        }
    }

    fn keep_out(&mut self, operation: u32, is_kept_out: bool) {
        let Some(case) = self.cases.get_mut(&operation) else { return };
        let before = std::mem::replace(&mut case.is_kept_out, is_kept_out);
        if case.is_good {
            self.kept_out += u64::from(is_kept_out);
            self.kept_out -= u64::from(before);
        }
    }

    /// A dependant decided.
    pub(super) fn used(
        &mut self,
        operation: u32,
        Decision { said, is_allowed, waited }: Decision,
        now: VirtualTime,
        (calendar, tallies): (&mut PhaseCalendar, &mut [Tally]),
    ) {
        let Some(case) = self.cases.get_mut(&operation) else { return };
        let was = |instant: VirtualTime| instant + waited < now;
        let passed_wrongly = is_allowed && case.revoked != NEVER && was(case.revoked);
        let denied_wrongly =
            !is_allowed && case.is_good && case.proven != NEVER && was(case.proven);
        let data_missing = !is_allowed && said == Some(Status::Valid);
        if passed_wrongly {
            case.passed = Some(now);
            self.wronged.add(operation, Event::AllowedWrongly, now);
        }
        if denied_wrongly {
            self.wronged.add(operation, Event::DeniedWrongly, now);
        }
        if said == Some(Status::Revoked) && case.is_good {
            case.denied.get_or_insert(now);
        }
        let denied = if is_allowed { case.denied.take() } else { None };
        for phase in phases_of(calendar.mask(now)) {
            let tally = &mut tallies[phase];
            tally.counts.add(Event::Use, 1);
            tally.counts.add(Event::AllowedWrongly, u64::from(passed_wrongly));
            tally.counts.add(Event::DeniedWrongly, u64::from(denied_wrongly));
            tally.counts.add(Event::DataMissing, u64::from(data_missing));
            tally.due(Sample::Use, Some(waited));
        }
        if let Some(since) = denied {
            add(Sample::FalseRevoked, Some(now.since(since)), since, (calendar, tallies));
        }
        self.keep_out(operation, !is_allowed);
    }

    /// Something is settled, which somebody may need.
    pub(super) fn settle(&mut self, row: &OperationRow) {
        self.wronged.keep(row, self.cases.contains_key(&row.operation));
    }

    /// Its user needs it no more.
    pub(super) fn released(
        &mut self,
        operation: u32,
        calendar: &mut PhaseCalendar,
        tallies: &mut [Tally],
    ) {
        self.keep_out(operation, false);
        let Some(case) = self.cases.remove(&operation) else { return };
        self.wronged.release(operation);
        if let Some(since) = case.denied {
            add(Sample::FalseRevoked, None, since, (calendar, tallies));
        }
        if case.revoked != NEVER {
            let passed = case.passed.map_or(Span::ZERO, |last| last.since(case.revoked));
            add(Sample::Exposure, Some(passed), case.revoked, (calendar, tallies));
        }
        self.forget_takers();
    }

    /// Takers are few; those of what is released are forgotten now and then.
    fn forget_takers(&mut self) {
        if self.takers.len() > 2 * self.cases.len() + 1_000 {
            let cases = &self.cases;
            self.takers.retain(|_, target| cases.contains_key(target));
        }
    }

    /// The run is over.
    pub(super) fn finish(
        &mut self,
        end: VirtualTime,
        calendar: &mut PhaseCalendar,
        tallies: &mut [Tally],
        rows: &mut dyn Rows,
    ) {
        self.wronged.finish(rows);
        if self.cases.is_empty() && self.next == VirtualTime::ZERO {
            return;
        }
        self.advance(end, calendar, tallies);
        let open: Vec<u32> = self.cases.keys().copied().collect();
        open.into_iter().for_each(|operation| self.released(operation, calendar, tallies));
    }
}

/// A sample of the phases of `since`.
fn add(
    sample: Sample,
    took: Option<Span>,
    since: VirtualTime,
    (calendar, tallies): (&mut PhaseCalendar, &mut [Tally]),
) {
    phases_of(calendar.mask(since)).for_each(|phase| tallies[phase].due(sample, took));
}

#[cfg(test)]
mod tests;
