//! What the load plan, clients and routers change in the record of an operation.

use super::event::Event;
use super::ledger::Place;
use super::observers::Observers;
use super::readers::Answer;
use super::record::Try;
use super::rows::Rows;
use super::setting::phases_of;
use crate::kernel::VirtualTime;
use crate::trace::{Conclusion, Fact, Kind};

impl Observers {
    pub(super) fn make_room(&mut self, operation: u32, rows: &mut dyn Rows) {
        while self.ledger.is_full(operation, self.most) && !self.ledger.is_empty() {
            self.cap("operations were settled early: too many within the retention time");
            self.settle_front(false, rows);
        }
    }

    pub(super) fn plan(
        &mut self,
        operation: u32,
        kind: Kind,
        (client, sequence, subject): (u32, u32, u32),
        target: u32,
        intended: VirtualTime,
        now: VirtualTime,
    ) {
        if self.ledger.find(operation) == Place::Beyond {
            self.ledger.extend_to(operation, now);
        }
        let Some(slot) = self.touch(operation, now) else { return };
        self.planned += 1;
        let is_statement = kind != Kind::Query;
        let fifo = self.fifo.as_mut().filter(|_| is_statement);
        let twin = fifo.and_then(|fifo| fifo.plan(client, sequence, operation));
        let claim_root = match self.ledger.live(target) {
            Some(first) if kind == Kind::Claim && first.claim_root == Fact::NONE => target,
            Some(first) if kind == Kind::Claim => first.claim_root,
            _ => operation,
        };
        let phases = self.calendar.mask_of(intended, client);
        let record = self.ledger.record_mut(slot);
        (record.kind, record.client, record.sequence) = (kind, client, sequence);
        (record.target, record.intended, record.phases) = (target, intended, phases);
        (record.twin, record.claim_root) = (twin.unwrap_or(Fact::NONE), claim_root);
        record.subject = subject;
        record.is_planned = true;
        if is_statement {
            self.reliance.stated(operation, subject);
            self.expect(operation, slot, now);
        }
        if let Some(other) = twin.and_then(|twin| self.ledger.live(twin)) {
            other.twin = operation;
        }
    }

    pub(super) fn sent(&mut self, operation: u32, attempt: u8, now: VirtualTime) {
        let Some(slot) = self.touch(operation, now) else { return };
        let record = self.ledger.record_mut(slot);
        record.is_sent = true;
        record.attempts = record.attempts.max(attempt.saturating_add(1));
        if attempt == 0 && !record.is_question() {
            record.follows = self.sessions.read_before(record.client);
        }
        if attempt > 0 {
            record.events.add(Event::Retried);
            record.last_try = Try::NEVER;
        }
        record.try_of(attempt).sent = now;
    }

    /// A router took a try in.
    pub(super) fn admitted(&mut self, operation: u32, attempt: u8, router: u32, now: VirtualTime) {
        let Some(slot) = self.touch(operation, now) else { return };
        let record = self.ledger.record_mut(slot);
        let stamp = &mut record.try_of(attempt).admitted;
        *stamp = now.min(*stamp);
        record.router[0] = now.min(record.router[0]);
        let phases = phases_of(record.phases);
        phases.for_each(|phase| self.tallies[phase].shares.took_in(router));
    }

    pub(super) fn routed(&mut self, operation: u32, attempt: u8, now: VirtualTime) {
        let Some(slot) = self.touch(operation, now) else { return };
        let record = self.ledger.record_mut(slot);
        let stamp = &mut record.try_of(attempt).routed;
        *stamp = now.min(*stamp);
        record.router[1] = now.min(record.router[1]);
    }

    pub(super) fn concluded(&mut self, operation: u32, conclusion: Conclusion, now: VirtualTime) {
        let Some(slot) = self.touch(operation, now) else { return };
        let record = self.ledger.record_mut(slot);
        record.conclusion = Some(conclusion);
        if matches!(conclusion, Conclusion::GaveUp | Conclusion::Refused) {
            self.onward.workflows.given_up(operation);
        }
        let record = self.ledger.record_mut(slot);
        if conclusion == Conclusion::Promised {
            record.promised = record.promised.min(now);
        }
        if conclusion == Conclusion::Applied {
            record.answered = record.answered.min(now);
            let (kind, target, client) = (record.kind, record.target, record.client);
            self.sessions.wrote(now, (kind, target, client), &mut self.ledger);
        }
    }

    pub(super) fn answered(&mut self, answer: Answer, now: VirtualTime) {
        let Some(slot) = self.touch(answer.question, now) else { return };
        let record = self.ledger.record_mut(slot);
        record.answered = record.answered.min(now);
        self.readers.answer(answer, &mut self.ledger, &mut self.tallies);
        self.sessions.answer(now, answer, &mut self.ledger, &mut self.order);
    }

    pub(super) fn has_cpu(&self, process: u32) -> bool {
        process < self.setting.validators || self.streams.is_router(process)
    }
}
