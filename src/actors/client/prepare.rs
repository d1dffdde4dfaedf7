//! What a client does before it sends a statement: it reads a schema, it stores data.
//!
//! The SDK of `sign` stores what lies elsewhere first and sends the transaction then, so that a
//! record may be there before its data can be had; before it makes a statement off chain it reads
//! the schema, which may not be there yet for whoever has just registered it.

use super::active::{Active, Waiting};
use super::flight::Flight;
use super::setting::ClientSetting;
use crate::actors::Packet;
use crate::actors::packet::{Answer, Ask, Before};
use crate::attestation::{Operation, Status};
use crate::kernel::Span;
use crate::network::{Desk, Fortune};
use crate::trace::Fact;

impl Active {
    /// Begins a try: what has to be done before is done first.
    pub(super) fn begin_try(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.get(operation) else { return };
        let Before { reads, stores } = flight.planned.before;
        match reads.filter(|_| !flight.is_ready) {
            Some((id, _)) => {
                let ask = Ask { operation, attempt: flight.attempt, id };
                let fortune =
                    Fortune::Operation { number: operation.0, attempt: ask.attempt, leg: 3 };
                self.expect(setting, operation, ask.attempt, desk);
                desk.send(self.source, Packet::Ask(ask.into()), fortune);
            }
            None => self.store(setting, (operation, stores), desk),
        }
    }

    /// Stores the data of what has some elsewhere, once.
    fn store(
        &mut self,
        setting: &ClientSetting,
        (operation, stores): (Operation, Span),
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.get_mut(operation) else { return };
        if std::mem::replace(&mut flight.is_ready, true) || stores == Span::ZERO {
            return self.send(setting, operation, desk);
        }
        let slot = self.timers.put(Waiting::Stored(operation, flight.attempt));
        desk.timer(stores, slot);
    }

    /// The data is stored; a try that was over before it was is not made.
    pub(super) fn stored(
        &mut self,
        setting: &ClientSetting,
        (operation, attempt): (Operation, u8),
        desk: &mut Desk<'_, Packet>,
    ) {
        let is_meant = |flight: &&Flight| is_waiting(flight, attempt);
        if self.flights.get(operation).filter(is_meant).is_some() {
            self.send(setting, operation, desk);
        }
    }

    /// What it was told of the schema that it read.
    pub(super) fn schema_read(
        &mut self,
        setting: &ClientSetting,
        answer: &Answer,
        desk: &mut Desk<'_, Packet>,
    ) {
        let operation = answer.operation;
        let is_meant = |flight: &&Flight| is_waiting(flight, answer.attempt);
        let Some(flight) = self.flights.get(operation).filter(is_meant) else { return };
        let Before { reads: Some((_, schema)), stores } = flight.planned.before else { return };
        if flight.is_ready {
            return;
        }
        if answer.status == Status::Valid {
            return self.store(setting, (operation, stores), desk);
        }
        desk.fact(Fact::Unread { operation: operation.0, schema: schema.0 });
        self.try_later(setting, operation, Span::ZERO, desk);
    }
}

/// Whether that try is under way.
const fn is_waiting(flight: &Flight, attempt: u8) -> bool {
    flight.attempt == attempt && !flight.pausing
}
