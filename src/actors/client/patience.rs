//! Users who wait too long: they look again, which is load, and in the end they complain or leave.

use super::active::{Active, Waiting};
use super::setting::ClientSetting;
use crate::actors::Packet;
use crate::actors::packet::Ask;
use crate::attestation::Operation;
use crate::kernel::{ProcessId, Span};
use crate::network::{CONTROL_FLOOR, Desk, Fortune};
use crate::trace::{Conclusion, Fact};

/// In the place of a try's number: a user looks again.
pub(super) const LOOK: u8 = u8::MAX;

/// Who hears of clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watchers {
    /// Hears complaints.
    pub support: Option<ProcessId>,
    /// Hears when operations are sent and answered, because these are probes.
    pub probes: Option<ProcessId>,
}

impl Watchers {
    fn probe_begins(&self, operation: Operation, desk: &mut Desk<'_, Packet>) {
        if let Some(monitor) = self.probes {
            desk.tell(monitor, desk.now() + CONTROL_FLOOR, Packet::Probe(operation, false));
        }
    }

    /// An operation is over; one that failed goes on being without an answer.
    pub(super) fn probe_ends(
        &self,
        (operation, conclusion): (Operation, Conclusion),
        desk: &mut Desk<'_, Packet>,
    ) {
        let has_answer = matches!(conclusion, Conclusion::Applied | Conclusion::Promised);
        if let Some(monitor) = self.probes.filter(|_| has_answer) {
            desk.tell(monitor, desk.now() + CONTROL_FLOOR, Packet::Probe(operation, true));
        }
    }
}

impl Active {
    /// A statement is on its way: somebody waits for it.
    pub(super) fn wait_with_patience(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        desk: &mut Desk<'_, Packet>,
    ) {
        let is_statement = |flight: &super::Flight| flight.signed.is_some();
        if !self.flights.get(operation).is_some_and(is_statement) {
            return;
        }
        setting.watchers.probe_begins(operation, desk);
        if let Some(patience) = setting.patience {
            let first = patience.first(operation.0, desk.draws()).max(Span::TICK);
            let slot = self.timers.put(Waiting::Look(operation, 0));
            desk.timer(first, slot);
        }
    }

    /// The user looks again, unless it is in.
    pub(super) fn look_again(
        &mut self,
        setting: &ClientSetting,
        (operation, before): (Operation, u16),
        is_known: bool,
        desk: &mut Desk<'_, Packet>,
    ) {
        let (Some(patience), Some(flight)) = (setting.patience, self.flights.get(operation)) else {
            return;
        };
        if flight.is_seen {
            return;
        }
        if desk.now() >= flight.planned.intended + patience.leaves {
            return self.conclude(setting, operation, Conclusion::GaveUp, desk);
        }
        desk.fact(Fact::Refreshed { operation: operation.0, before });
        if let Some(signed) = &flight.signed {
            let ask = Ask { operation, attempt: LOOK, id: signed.id };
            desk.send(self.source, Packet::Ask(ask.into()), Fortune::Protocol);
        }
        if !is_known && patience.complains(operation.0, before, desk.draws()) {
            desk.fact(Fact::Ticket { operation: operation.0 });
            if let Some(support) = setting.watchers.support {
                desk.tell(support, desk.now() + CONTROL_FLOOR, Packet::Ticket(operation));
            }
        }
        let slot = self.timers.put(Waiting::Look(operation, before.saturating_add(1)));
        let times = if is_known { patience.told } else { 1.0 };
        desk.timer(patience.refresh.scaled(times), slot);
    }
}
