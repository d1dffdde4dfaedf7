//! What a client does before it sends a statement: it reads a schema, it stores data.
//!
//! The SDK of `sign` stores what lies elsewhere first and sends the transaction then, so that a
//! record may be there before its data can be had; before it makes a statement off chain it reads
//! the schema, which may not be there yet for whoever has just registered it.

use std::sync::Arc;

use super::active::{Active, Waiting};
use super::flight::{Flight, Stage};
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
        let Some(flight) = self.flights.get_mut(operation) else { return };
        let Before { reads, stores } = flight.planned.before;
        if flight.stage == Stage::Ready {
            return self.send(setting, operation, desk);
        }
        flight.stage = Stage::Begun;
        let attempt = flight.attempt;
        let Some((id, _)) = reads else {
            return self.store(setting, (operation, stores), desk);
        };
        let fortune = Fortune::Operation { number: operation.0, attempt, leg: 3 };
        let ask = Arc::new(Ask { operation, attempt, id });
        desk.send(self.source, Packet::Ask(ask), fortune);
        self.expect(setting, operation, attempt, desk);
    }

    /// Stores the data of what has some elsewhere.
    fn store(
        &mut self,
        setting: &ClientSetting,
        (operation, stores): (Operation, Span),
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.get_mut(operation) else { return };
        if stores == Span::ZERO {
            flight.stage = Stage::Ready;
            return self.send(setting, operation, desk);
        }
        flight.stage = Stage::Storing;
        let slot = self.timers.put(Waiting::Stored(operation, flight.attempt));
        desk.timer(stores, slot);
    }

    /// The data is stored; a try that was over before it was begins anew.
    pub(super) fn stored(
        &mut self,
        setting: &ClientSetting,
        (operation, attempt): (Operation, u8),
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.get_mut(operation) else { return };
        if flight.stage == Stage::Storing && is_waiting(flight, attempt) {
            flight.stage = Stage::Ready;
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
        if flight.stage != Stage::Begun {
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
