//! A router: takes operations in, stamps them and passes them to every validator.

use std::sync::Arc;

use super::Packet;
use super::packet::{Handed, Submission};
use super::pool::Pool;
use super::slots::Slots;
use crate::attestation::Signer;
use crate::kernel::{ProcessId, Span};
use crate::network::{Desk, Fortune, Resident, TimerSlot};
use crate::trace::Fact;

/// What all routers of a run have in common.
#[derive(Clone, Copy, Debug)]
pub struct RouterSetting {
    /// Validators, as processes 0 and up.
    pub validators: u32,
    /// Operations it holds at most; without a limit it is capped all the same.
    pub queue: Option<u32>,
    /// Work on one operation, its stamp included.
    pub work: Span,
}

/// One router.
pub struct Router {
    setting: RouterSetting,
    signer: Signer,
    pool: Pool,
    held: Slots<Arc<Submission>>,
    routed: u32,
}

impl Router {
    /// An idle router that signs stamps with `signer`.
    pub fn new(setting: RouterSetting, signer: Signer) -> Self {
        Self { setting, signer, pool: Pool::new(1), held: Slots::default(), routed: 0 }
    }

    fn admit(&mut self, from: ProcessId, submission: Arc<Submission>, desk: &mut Desk<'_, Packet>) {
        let operation = submission.item.signed.attestation.operation;
        let attempt = submission.item.attempt;
        let queue = self.pool.jobs();
        let has_room = match self.setting.queue {
            Some(most) => queue < most,
            None => self.pool.has_room(desk),
        };
        if !has_room {
            desk.fact(Fact::Rejected { operation: operation.0, attempt });
            let fortune = Fortune::Operation { number: operation.0, attempt, leg: 2 };
            return desk.send(from, Packet::Busy(operation, attempt), fortune);
        }
        desk.fact(Fact::Admitted { operation: operation.0, attempt, queue });
        let slot = self.held.put(submission);
        self.pool.begin(self.setting.work, slot, desk);
    }

    fn pass_on(&mut self, submission: &Submission, desk: &mut Desk<'_, Packet>) {
        let item = submission.item.clone();
        let (number, attempt) = (item.signed.attestation.operation.0, item.attempt);
        let sequence = self.routed;
        self.routed += 1;
        let stamp = self.signer.sign(&Handed::statement(&item.id(), sequence));
        desk.fact(Fact::Routed { operation: number, attempt, sequence });
        let handed = Arc::new(Handed { item, sequence, stamp });
        for validator in 0..self.setting.validators {
            let fortune = Fortune::Operation { number, attempt, leg: 1 };
            desk.send(ProcessId(validator), Packet::Handed(Arc::clone(&handed)), fortune);
        }
    }
}

impl Resident for Router {
    type Packet = Packet;

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        if let Packet::Submit(submission) = packet {
            self.admit(from, submission, desk);
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        self.pool.end();
        if let Some(submission) = self.held.take(slot) {
            self.pass_on(&submission, desk);
        }
    }

    fn crash(&mut self, _state_lost: bool) {
        self.pool.clear();
        self.held.clear();
    }
}

#[cfg(test)]
mod tests;
