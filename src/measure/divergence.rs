//! Validators divided: different answers on one operation, longer than they are given to agree.

use std::collections::VecDeque;

use super::hosts::Hosts;
use super::ledger::{Ledger, Place};
use super::record::{Cell, Divergence, NEVER};
use super::setting::{Interval, PhaseWindow};
use super::tally::Tally;
use super::{Setting, event::Event};
use crate::kernel::{Span, VirtualTime};

/// Stretches of time, cut to one phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretches {
    /// How many.
    pub count: u64,
    /// The longest.
    pub longest: Span,
    /// All together.
    pub total: Span,
}

impl Stretches {
    pub(super) fn add(&mut self, length: Span) {
        self.count += 1;
        self.longest = self.longest.max(length);
        self.total += length;
    }
}

/// Watches until when validators must agree, and whether they do.
#[derive(Clone, Debug)]
pub(super) struct Divided {
    patience: Span,
    phases: Vec<PhaseWindow>,
    /// Operations and when validators must agree on them, in that order.
    due: VecDeque<(VirtualTime, u32)>,
    /// Operations on which they must agree and do not.
    now: u64,
    since: VirtualTime,
}

impl Divided {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            patience: setting.diverged_after,
            phases: setting.phases.clone(),
            due: VecDeque::new(),
            now: 0,
            since: NEVER,
        }
    }

    /// When the next operation must be looked at.
    pub(super) fn next(&self) -> VirtualTime {
        self.due.front().map_or(NEVER, |due| due.0)
    }

    /// A validator delivered an operation for the first time: from now on they may differ.
    pub(super) fn first_delivery(&mut self, operation: u32, now: VirtualTime) -> VirtualTime {
        let agree_by = now + self.patience;
        self.due.push_back((agree_by, operation));
        agree_by
    }

    /// Looks at the operations on which validators must agree before `now`.
    pub(super) fn advance(&mut self, now: VirtualTime, ledger: &mut Ledger, hosts: &Hosts) {
        while let Some(&(at, operation)) = self.due.front().filter(|due| due.0 < now) {
            self.due.pop_front();
            let Place::Slot(slot) = ledger.find(operation) else { continue };
            let is_divided = is_divided(ledger, slot, hosts);
            let record = ledger.record_mut(slot);
            if record.divergence != Divergence::Young || record.agree_by != at {
                continue;
            }
            record.divergence = Divergence::Agreed;
            if is_divided {
                record.divergence = Divergence::Diverged;
                record.events.add(Event::Diverged);
                if self.now == 0 {
                    self.since = at;
                }
                self.now += 1;
            }
        }
    }

    /// What validators say of an operation has changed. Whenever they begin to differ, their
    /// patience begins anew.
    pub(super) fn judge(
        &mut self,
        slot: usize,
        operation: u32,
        now: VirtualTime,
        ledger: &mut Ledger,
        hosts: &Hosts,
        tallies: &mut [Tally],
    ) {
        let before = ledger.record(slot).divergence;
        if before == Divergence::Unseen {
            return;
        }
        let is_divided = is_divided(ledger, slot, hosts);
        match before {
            Divergence::Agreed if is_divided => {
                let agree_by = self.first_delivery(operation, now);
                let record = ledger.record_mut(slot);
                (record.divergence, record.agree_by) = (Divergence::Young, agree_by);
            }
            Divergence::Young if !is_divided => {
                ledger.record_mut(slot).divergence = Divergence::Agreed;
            }
            Divergence::Diverged if !is_divided => {
                ledger.record_mut(slot).divergence = Divergence::Agreed;
                self.united(now, tallies);
            }
            Divergence::Unseen | Divergence::Young | Divergence::Agreed | Divergence::Diverged => {}
        }
    }

    /// Another set of validators is correct: every operation is looked at anew.
    pub(super) fn judge_all(
        &mut self,
        now: VirtualTime,
        ledger: &mut Ledger,
        hosts: &Hosts,
        tallies: &mut [Tally],
    ) {
        for operation in ledger.front()..ledger.end() {
            self.judge(ledger.slot(operation), operation, now, ledger, hosts, tallies);
        }
    }

    /// Validators no longer differ on one operation. One that is settled while they do stays so.
    fn united(&mut self, now: VirtualTime, tallies: &mut [Tally]) {
        self.now -= 1;
        if self.now == 0 {
            self.close(now, tallies);
        }
    }

    /// The run is over; what is still divided was so to the end.
    pub(super) fn finish(&mut self, end: VirtualTime, tallies: &mut [Tally]) {
        if self.now > 0 {
            self.close(end, tallies);
        }
    }

    fn close(&mut self, now: VirtualTime, tallies: &mut [Tally]) {
        let both = self.phases.iter().zip(tallies);
        for (phase, tally) in both.filter(|(phase, _)| phase.clients.is_none()) {
            let shared = phase.spans.iter().map(|&span| overlap(span, (self.since, now)));
            let lengths = shared.filter(|length| *length > Span::ZERO);
            lengths.for_each(|length| tally.divergence.add(length));
        }
    }
}

fn overlap(a: Interval, b: Interval) -> Span {
    a.1.min(b.1).since(a.0.max(b.0))
}

/// Whether two correct validators that are up would give different answers.
fn is_divided(ledger: &Ledger, slot: usize, hosts: &Hosts) -> bool {
    let count = ledger.record(slot).count;
    if hosts.are_all_up() {
        let all = hosts.active() as u16;
        return count.accepted != all && count.refused + count.for_now != all;
    }
    let says = |cell: &Cell| cell.verdict().map(|_| cell.is_accepted());
    let cells = ledger.cells(slot).iter().enumerate();
    let mut answers = cells.filter(|(v, _)| hosts.is_active(*v)).map(|(_, cell)| says(cell));
    let first = answers.next();
    answers.any(|answer| Some(answer) != first)
}

#[cfg(test)]
mod tests {
    use crate::measure::Event;
    use crate::measure::script::{measure, stretches};

    fn check(script: &str, diverged: u64, divided: &str) {
        let measured = measure(4, 3, script);
        assert_eq!(measured.phases[0].count(Event::Diverged), diverged, "{script}");
        assert_eq!(stretches(&measured), divided, "{script}");
    }

    #[test]
    fn validators_that_agree_in_time_are_not_divided() {
        check("0ms c9 plan 0; 5ms v0-2 accept 0; 900ms v3 accept 0", 0, "0 0s");
        check("0ms c9 plan 0; 5ms v0-3 refuse 0 AlreadyRevoked", 0, "0 0s");
    }

    #[test]
    fn one_that_is_silent_or_says_otherwise_divides_them() {
        check("0ms c9 plan 0; 5ms v0-2 accept 0; 3005ms v3 accept 0", 1, "1 2s");
        check("0ms c9 plan 0; 5ms v0-2 accept 0; 6ms v3 refuse 0 NotFound", 1, "1 8s995ms");
    }

    #[test]
    fn stretches_that_overlap_are_one() {
        let script = "0ms c9 plan 0; 0ms c9 plan 1 seq 1; 5ms v0-2 accept 0; 505ms v0-2 accept 1;
                      3005ms v3 accept 0; 4005ms v3 accept 1";
        check(script, 2, "1 3s");
    }

    #[test]
    fn one_that_is_down_gives_no_answers() {
        check("0ms c9 plan 0; 1ms v3 host 0 crashed; 5ms v0-2 accept 0", 0, "0 0s");
        let script = "0ms c9 plan 0; 1ms v3 host 0 crashed; 5ms v0-2 accept 0;
                      4s v3 host 0 restarted; 6s v3 accept 0";
        check(script, 1, "1 1s");
        let script = "0ms c9 plan 0; 1ms v3 host 0 crashed; 5ms v0-2 accept 0;
                      4s v3 host 0 restartedempty; 6s v3 accept 0";
        check(script, 0, "0 0s");
    }
}
