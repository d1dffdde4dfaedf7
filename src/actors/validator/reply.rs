//! What a validator tells clients.

use std::sync::Arc;

use super::Validator;
use crate::actors::Packet;
use crate::actors::packet::{Ack, Answer, Ask, Face};
use crate::attestation::Verdict;
use crate::kernel::ProcessId;
use crate::network::{Desk, Fortune};
use crate::ordering::Item;

impl Validator {
    /// Its word on a try, to who submitted it.
    pub(super) fn ack(&mut self, item: &Item, verdict: Verdict, desk: &mut Desk<'_, Packet>) {
        let id = item.id();
        let attestation = &item.signed.attestation;
        let (operation, attempt) = (attestation.operation, item.attempt);
        let told = self.registry.told(&item.signed, attempt);
        let signature = self.signer.sign(&Ack::statement(&id, verdict, told));
        let ack = Arc::new(Ack { id, operation, attempt, verdict, told, signature });
        let fortune = Fortune::Operation { number: operation.0, attempt, leg: 4 };
        let to = ProcessId(attestation.attester.0);
        self.say(Face::First, (to, Packet::Ack(ack)), fortune, desk);
    }

    /// What its registry says of what is asked about.
    pub(super) fn answer(&mut self, asker: ProcessId, ask: &Ask, desk: &mut Desk<'_, Packet>) {
        let status = self.registry.status(desk.local_now(), &ask.id);
        let (operation, attempt) = (ask.operation, ask.attempt);
        let answer = Arc::new(Answer { operation, attempt, status });
        let fortune = Fortune::Operation { number: operation.0, attempt, leg: 5 };
        self.say(Face::First, (asker, Packet::Answer(answer)), fortune, desk);
    }
}
