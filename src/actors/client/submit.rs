//! How operations leave a client: to which router, with what permit.

use std::sync::Arc;

use super::active::{Active, Waiting};
use super::book::Book;
use super::flight::Flight;
use super::setting::{ClientSetting, GroupNeeds};
use crate::actors::Packet;
use crate::actors::packet::{Ask, Forgery, Needs, Planned, Submission};
use crate::attestation::{Attestation, Id, Operation, Signed};
use crate::flow::balance::Call;
use crate::kernel::{Luck, Purpose, Span};
use crate::network::{Desk, Fortune};
use crate::ordering::Item;
use crate::trace::{Conclusion, Fact};

/// Dates what is planned by the client's own clock: the instant at which it is meant to be written,
/// as that clock shows it.
pub(super) fn dated(mut said: Attestation, desk: &Desk<'_, Packet>) -> Attestation {
    let ahead = desk.local_now().0.saturating_sub(desk.now().as_nanos() as i64);
    said.written_at.0 = said.written_at.0.saturating_add(ahead);
    said
}

/// Completes and signs what is planned, whose id may be known. A forger has a key, but not the
/// author's: a router's will do. The author of a delegated call has signed it, and handed it over
/// out of band, by now.
pub(super) fn sign(
    (setting, book): (&ClientSetting, &mut Book),
    mut said: Attestation,
    (id, forgery): (Option<Id>, Option<Forgery>),
) -> Arc<Signed> {
    book.fill_in(&mut said, setting.naming);
    let author = match forgery {
        Some(Forgery::Forged) => setting.routers[0].0,
        Some(Forgery::Tampered) | None => said.author().0,
    };
    let author = setting.keys.signer(author);
    let signed = match (&said.delegation, id) {
        (Some(_), _) => {
            let submitter = setting.keys.signer(said.attester.0);
            Arc::new(Signed::delegated(said, &author, &submitter))
        }
        (None, Some(id)) => Signed::known(said, id, &author),
        (None, None) => Signed::new(said, &author),
    };
    match forgery {
        Some(_) => book.ended(&signed.attestation, signed.id),
        None if setting.naming.are_given() => book.wrote(&signed.attestation, signed.id),
        None => {}
    }
    match forgery {
        Some(Forgery::Tampered) => Arc::new(signed.tampered()),
        Some(Forgery::Forged) | None => signed,
    }
}

/// The same with one byte more of data for each try before, so that its id is another: nobody
/// knows that it was sent already.
pub(super) fn sign_anew(
    tools: (&ClientSetting, &mut Book),
    flight: &Flight,
    desk: &Desk<'_, Packet>,
) -> Option<Arc<Signed>> {
    let mut said = flight.planned.attestation.clone()?;
    said.written_at = desk.local_now();
    said.data_len += u32::from(flight.attempt);
    Some(sign(tools, said, (None, flight.planned.forgery)))
}

/// A permit that has not come back after so long never will: its router crashed, or the message
/// that carried it was lost.
const LOST_PERMIT: Span = Span::from_secs(60);

impl Active {
    /// Sends an operation: for the first time, or again.
    pub(super) fn send(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        desk: &mut Desk<'_, Packet>,
    ) {
        let Some(flight) = self.flights.get(operation) else { return };
        let attempt = flight.attempt;
        if flight.signed.is_some() {
            let place = self.pick(&Arc::clone(&flight.planned), attempt, desk);
            let gate = self.gate.as_mut();
            let may = gate.is_none_or(|gate| gate.ask(place, (operation, attempt)));
            if may && !self.submit(setting, operation, place, desk) {
                self.permit_back(setting, (operation, attempt), desk);
            }
        } else if let Some((id, _)) = flight.planned.question {
            desk.fact(Fact::Sent { operation: operation.0, attempt });
            self.ask(setting, Ask { operation, attempt, id }, desk);
            self.expect(setting, operation, attempt, desk);
        }
    }

    /// The router for a try.
    pub(super) fn pick(
        &mut self,
        planned: &Planned,
        attempt: u8,
        desk: &mut Desk<'_, Packet>,
    ) -> usize {
        let number = planned.operation.0;
        let mut word = |index: u64| {
            let index = u64::from(attempt) << 1 | index;
            desk.draws().word(Luck { purpose: Purpose::Balance, entity: number.into(), index })
        };
        let key = planned.attestation.as_ref().map_or(0, |attestation| attestation.subject);
        self.balance.pick(&Call { number, attempt, key }, &self.routers, &mut word)
    }

    /// Hands a try to the router at `place`, unless the answer would hardly come in time; whether
    /// it did.
    pub(super) fn submit(
        &mut self,
        setting: &ClientSetting,
        operation: Operation,
        place: usize,
        desk: &mut Desk<'_, Packet>,
    ) -> bool {
        let ahead = self.needed_ahead(setting);
        let Some(flight) = self.flights.get_mut(operation) else { return false };
        let Some(signed) = flight.signed.clone() else { return false };
        let (number, attempt) = (operation.0, flight.attempt);
        let deadline = setting.deadline(&flight.planned);
        if deadline < desk.now() + ahead {
            self.conclude(setting, operation, Conclusion::GaveUp, desk);
            return false;
        }
        flight.sent.get_or_insert(desk.now());
        desk.fact(Fact::Sent { operation: number, attempt });
        let item = Item { signed, attempt };
        // A forger does not know what the attester's half of the strategy knows.
        if flight.planned.forgery.is_none() {
            self.submitter.submit(desk.local_now(), &item, &mut self.effects);
        }
        let GroupNeeds { hook, priority, promise, .. } = setting.needs;
        let hook = hook.draw(|word| {
            let (purpose, entity) = (Purpose::Operation, number.into());
            desk.draws().word(Luck { purpose, entity, index: 5 + word })
        });
        let submission = Submission { item, needs: Needs { hook, deadline, priority, promise } };
        let fortune = Fortune::Operation { number, attempt, leg: 0 };
        desk.send(setting.routers[place], Packet::Submit(Arc::new(submission)), fortune);
        self.obey_submitter(setting, desk);
        if self.gate.is_some() {
            let slot = self.timers.put(Waiting::Permit(operation, attempt));
            desk.timer(LOST_PERMIT, slot);
        }
        self.expect(setting, operation, attempt, desk);
        true
    }

    /// So long before its deadline an operation has to leave. At most half of the time that it has
    /// in all: who never sends any more never learns that answers are fast again.
    fn needed_ahead(&self, setting: &ClientSetting) -> Span {
        setting.needs.deadline.map_or(Span::ZERO, |span| self.round_trip.longest().min(span / 2))
    }

    /// A try's permit is free: the next in line goes.
    pub(super) fn permit_back(
        &mut self,
        setting: &ClientSetting,
        mut tried: (Operation, u8),
        desk: &mut Desk<'_, Packet>,
    ) {
        while let Some((next, place)) = self.gate.as_mut().and_then(|gate| gate.back(tried)) {
            let flight = self.flights.get(next.0);
            let wanted = flight.filter(|flight| flight.attempt == next.1 && !flight.pausing);
            if wanted.is_some() && self.submit(setting, next.0, place, desk) {
                return;
            }
            tried = next;
        }
    }
}
