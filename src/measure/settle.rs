//! An operation that nothing will touch any more is added up.

use super::event::Event;
use super::ledger::Place;
use super::observers::Observers;
use super::order::First;
use super::record::{Cell, NEVER, Record, span};
use super::rows::{Decided, OperationRow, Rows};
use super::sample::Sample;
use super::series::Due;
use super::setting::phases_of;
use super::tally::Tally;
use super::{streams, waterfall};
use crate::attestation::Verdict;
use crate::kernel::{Span, VirtualTime};
use crate::trace::{Conclusion, Fact};

mod barred;

pub(super) use self::barred::Barred;

impl Observers {
    /// Settles what nothing has touched for long enough, from the oldest on.
    pub(super) fn settle_quiet(&mut self, now: VirtualTime, rows: &mut dyn Rows) {
        let retention = self.setting.retention;
        while !self.ledger.is_empty() {
            let record = self.ledger.record(self.ledger.slot(self.ledger.front()));
            if record.last_touch.max(record.intended) + retention >= now {
                break;
            }
            self.settle_front(false, rows);
        }
        self.readers.forget_before(self.ledger.front());
        self.sessions.forget_before(self.ledger.front());
        self.reliance.forget_before(self.ledger.front());
    }

    /// Settles the oldest operation.
    pub(super) fn settle_front(&mut self, at_end: bool, rows: &mut dyn Rows) {
        let operation = self.ledger.front();
        let slot = self.ledger.slot(operation);
        self.settle_relays(operation);
        let record = self.ledger.record(slot);
        let cells = self.ledger.cells(slot);
        let is_acknowledged = record.conclusion == Some(Conclusion::Applied);
        if !record.is_question() {
            let is_fresh = at_end && self.is_fresh(record, cells);
            self.holders.settle(operation, record, cells, is_acknowledged, (at_end, is_fresh));
        }
        if record.is_planned {
            self.judge_progress(operation, slot);
            self.add_up(operation, slot);
            if rows.are_wanted() {
                let row = self.row(operation, slot);
                self.onward.needs.settle(&row);
                rows.row(&row);
            }
        }
        self.ledger.pop_front();
    }

    /// Whether a Byzantine validator may have kept others from having what a correct one delivered
    /// so late: not if one delivered it before as well, nobody knows when.
    fn is_fresh(&self, record: &Record, cells: &[Cell]) -> bool {
        let spread = self.setting.spread;
        if spread == Span::ZERO || !self.hosts.has_byzantine() {
            return false;
        }
        let active = (0..cells.len()).filter(|&validator| self.hosts.is_active(validator));
        let mut delivered =
            active.map(|validator| &cells[validator]).filter(|cell| cell.delivered != Cell::NEVER);
        delivered.all(|cell| {
            let at = record.intended + Span::from_micros(cell.delivered.into());
            !cell.is(Cell::AGAIN) && at + spread > self.setting.settled
        })
    }

    fn add_up(&mut self, operation: u32, slot: usize) {
        self.judge(slot);
        self.judge_deadline(slot);
        self.judge_promise(slot);
        self.settle_reliance(operation, slot);
        self.settle_onward(operation, self.ledger.record(slot).applied != NEVER);
        let record = self.ledger.record(slot);
        self.concord.add(operation, record, self.ledger.cells(slot), &self.setting);
        let (hosts, end) = (&self.hosts, self.setting.settled);
        let counts = |validator| hosts.is_active(validator);
        let agreement = self.pairs.compare(record, self.ledger.cells(slot), counts, end);
        let is_refused = record.events.has(Event::Refused);
        let applied = span(record.intended, record.applied);
        let stages = self.decided(slot).map(|decided| decided.stages);
        let consensus = consensus(record, self.ledger.cells(slot));
        let is_good = self.is_good(record);
        for phase in phases_of(record.phases) {
            let tally = &mut self.tallies[phase];
            tally.counts.add_all(record.events);
            tally.agreement.add(agreement);
            streams::settle(record, tally);
            tally.shares.settle(record, is_good);
            tally.good += u64::from(is_good);
            if record.is_question() {
                tally.counts.questions += 1;
                tally.due(Sample::Read, span(record.intended, record.answered));
                continue;
            }
            tally.counts.statements += 1;
            statement(record, is_refused, tally);
            tally.arrived(Sample::AdmissionWait, record.queued);
            if record.events.has(Event::Promised) {
                tally.due(Sample::MergeDelay, span(record.promised, record.applied));
            }
            consensus.iter().for_each(|(sample, took)| tally.arrived(*sample, *took));
            if let (Some(applied), Some(stages)) = (applied, &stages) {
                tally.waterfall.add(applied, stages);
                tally.smoothness.add(stages);
                if let Some(nanos) = self.jitter[phase].add(applied) {
                    tally.samples_mut(Sample::Jitter).record((nanos / 1_000.0) as u64);
                }
            }
        }
        if record.phases & 1 == 1 {
            let is_question = record.is_question();
            self.series.settle(&Due {
                intended: record.intended,
                is_question,
                is_good,
                applied: (!is_question && !is_refused).then_some(applied),
                events: record.events,
                arrivals: record.received.into(),
                reordered: record.reordered.into(),
            });
        }
    }

    /// Whether it was applied or answered while that was of use.
    fn is_good(&self, record: &Record) -> bool {
        let done = if record.is_question() { record.answered } else { record.applied };
        let deadline = self.setting.deadline(record.client, record.intended);
        done <= deadline.unwrap_or(VirtualTime::MAX).min(self.setting.settled)
    }

    /// Whether it came through in the end. Who hears late of what it refers to refuses it, which is
    /// no matter of progress; and what refers to something that did not come through cannot.
    fn judge_progress(&mut self, operation: u32, slot: usize) {
        let record = self.ledger.record(slot);
        if record.is_question() || record.applied <= self.setting.settled {
            return;
        }
        let is_forged = record.events.has(Event::ForgedRefused);
        let still_tries = record.is_sent && record.conclusion.is_none() && !is_forged;
        let is_ordered = record.ordered <= self.setting.settled && record.count.accepted > 0;
        let is_refused = record.count.refused >= self.quorum;
        let is_barred = self.barred.has(record.target);
        if still_tries && !is_ordered && !is_refused && !is_barred {
            let words = || format!("#{operation} had not come through when settle ended");
            self.order.unsettled.add(First::AT_THE_END, words);
        }
        self.barred.insert(operation);
    }

    /// Whether a later statement with its attester's number was accepted by a quorum, too; the
    /// earlier one is settled first.
    fn has_applied_twin(&self, slot: usize) -> bool {
        match self.ledger.find(self.ledger.record(slot).twin) {
            Place::Slot(twin) => self.ledger.record(twin).applied <= self.setting.settled,
            Place::Settled | Place::Beyond => false,
        }
    }

    /// What only the end of an operation tells.
    fn judge(&mut self, slot: usize) {
        let has_applied = self.ledger.record(slot).applied <= self.setting.settled;
        let answers = self.answers(slot);
        let all_accepted = self.hosts.active() > 0 && answers.accepted == self.hosts.active();
        let forgery_held = self.forgery_refused(slot);
        let has_rival = has_applied && self.has_applied_twin(slot);
        let record = self.ledger.record_mut(slot);
        if record.is_question() {
            return;
        }
        if !all_accepted {
            record.last = NEVER;
        }
        let is_refused = !has_applied && record.count.refused >= self.quorum;
        let events = &mut record.events;
        events.add_if(Event::Refused, is_refused);
        events.add_if(Event::Unfinished, !has_applied && !is_refused);
        events.add_if(Event::ProofOk, has_applied);
        events.add_if(Event::ConflictingCertificates, has_rival);
        events.add_if(Event::Lost, record.is_sent && answers.any == 0);
        if !forgery_held {
            events.remove(Event::ForgedRefused);
        }
    }

    /// Whether what a router promised came in time. Nobody can promise what is rightly refused.
    fn judge_promise(&mut self, slot: usize) {
        let record = self.ledger.record(slot);
        let found = self.setting.promises.iter().find(|(who, _)| who.contains(&record.client));
        let is_due = record.promised != NEVER && !record.events.has(Event::Refused);
        let Some((_, span)) = found.filter(|_| is_due) else { return };
        let is_late = record.applied > record.promised + *span;
        let events = &mut self.ledger.record_mut(slot).events;
        events.add(Event::Promised);
        events.add_if(Event::PromiseBroken, is_late);
    }

    /// Whether it showed up when it was needed. Nobody needs what is rightly refused.
    fn judge_deadline(&mut self, slot: usize) {
        let record = self.ledger.record(slot);
        let deadline = self.setting.deadline(record.client, record.intended);
        let Some(deadline) = deadline.filter(|_| !record.events.has(Event::Refused)) else {
            return;
        };
        let is_in_time = record.answered <= deadline;
        let events = &mut self.ledger.record_mut(slot).events;
        events.add(Event::Needed);
        events.add_if(Event::ShowedUp, is_in_time);
    }

    /// Whether a validator refused a forged copy; only looked for where there was one.
    fn forgery_refused(&self, slot: usize) -> bool {
        let refused = |cell: &Cell| cell.is(Cell::FORGED) && !cell.is(Cell::FORGERY_ACCEPTED);
        self.ledger.record(slot).events.has(Event::ForgedRefused)
            && self.ledger.cells(slot).iter().any(refused)
    }

    fn answers(&self, slot: usize) -> Answers {
        let count = self.ledger.record(slot).count;
        if self.hosts.are_all_up() {
            let any = u32::from(count.accepted + count.refused + count.for_now);
            return Answers { accepted: count.accepted.into(), any };
        }
        let cells = self.ledger.cells(slot).iter().enumerate();
        let active = cells.filter(|(v, _)| self.hosts.is_active(*v));
        active.fold(Answers::default(), |sum, (_, cell)| Answers {
            accepted: sum.accepted + u32::from(cell.is_accepted()),
            any: sum.any + u32::from(cell.verdict().is_some()),
        })
    }

    fn row(&self, operation: u32, slot: usize) -> OperationRow {
        let record = self.ledger.record(slot);
        let mut verdicts = [0; Verdict::ALL.len()];
        let said = self.ledger.cells(slot).iter().filter_map(Cell::verdict);
        said.for_each(|verdict| verdicts[verdict as usize] += 1);
        let took = |instant| span(record.intended, instant);
        OperationRow {
            operation,
            kind: record.kind,
            client: record.client,
            sequence: record.sequence,
            target: (record.target != Fact::NONE).then_some(record.target),
            intended: record.intended,
            phases: record.phases,
            attempts: record.attempts,
            conclusion: record.conclusion,
            answered: took(record.answered),
            first: took(record.first),
            applied: took(record.applied),
            finalised: took(record.finalised),
            verdicts,
            events: record.events,
            trust: self.reliance.decided(operation),
            decided: self.decided(slot),
            wronged: None,
        }
    }

    /// Who decided on an applied operation, and how the time until then divides.
    fn decided(&self, slot: usize) -> Option<Decided> {
        let record = self.ledger.record(slot);
        if record.applied == NEVER {
            return None;
        }
        let decider = &self.ledger.cells(slot)[usize::from(record.decider)];
        let stages = waterfall::stages(record, decider);
        Some(Decided { validator: record.decider, stages })
    }
}

/// Answers by correct validators that are up.
#[derive(Clone, Copy, Debug, Default)]
struct Answers {
    accepted: u32,
    any: u32,
}

/// The stages of one statement. One that is refused was not due to be applied.
fn statement(record: &Record, is_refused: bool, tally: &mut Tally) {
    let stages = [
        (Sample::Admit, record.router[0], !is_refused),
        (Sample::Route, record.router[1], !is_refused),
        (Sample::Verify, record.verified, !is_refused),
        (Sample::Order, record.ordered, !is_refused),
    ];
    for (sample, instant, is_due) in stages {
        let took = span(record.intended, instant);
        if is_due { tally.due(sample, took) } else { tally.arrived(sample, took) }
    }
    if is_refused {
        return;
    }
    let ends = [
        (Sample::Applied, record.applied),
        (Sample::Final, record.finalised),
        (Sample::First, record.first),
        (Sample::Last, record.last),
        (Sample::Answer, record.answered),
    ];
    for (sample, instant) in ends {
        tally.due(sample, span(record.intended, instant));
    }
}

/// From the first block on, where there was one.
fn consensus(record: &Record, cells: &[Cell]) -> [(Sample, Option<Span>); 3] {
    let proposed = (record.proposed != NEVER).then(|| record.offset(record.proposed));
    let delivered = || cells.iter().map(|cell| cell.delivered).filter(|at| *at != Cell::NEVER);
    let since = |at: u32| Some(Span::from_micros(at.saturating_sub(proposed?).into()));
    let (sum, count) =
        delivered().fold((0, 0), |(sum, count), at| (sum + u64::from(at), count + 1));
    [
        (Sample::ConsensusWait, span(record.intended, record.proposed)),
        (Sample::ConsensusFirst, delivered().min().and_then(since)),
        (Sample::ConsensusEach, sum.checked_div(count).and_then(|mean| since(mean as u32))),
    ]
}

#[cfg(test)]
mod tests;
