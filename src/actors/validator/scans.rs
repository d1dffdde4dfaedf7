//! The stamps that come with an operation: all of them are checked.

use super::Validator;
use crate::actors::Packet;
use crate::actors::packet::Handed;
use crate::actors::passage::Scan;
use crate::kernel::{ProcessId, Span};
use crate::network::Desk;
use crate::trace::Fact;

impl Validator {
    /// What it costs to check the router's stamp, those of centres before it, the submitter's
    /// signature, and the author's of a delegated call.
    pub(super) fn cost_of_stamps(&self, handed: &Handed) -> Span {
        let before = handed.scans.as_ref().map_or(0, |scans| scans.len() as u64);
        let call = u64::from(handed.item.signed.call.is_some());
        self.setting.costs.verify * (2 + before + call)
    }

    /// Whether every stamp is its centre's.
    pub(super) fn stamps_hold(
        &self,
        handed: &Handed,
        router: ProcessId,
        desk: &mut Desk<'_, Packet>,
    ) -> bool {
        let (keys, id) = (self.signer.ring(), handed.item.id());
        let is_last = handed.is_stamped_by(router.0, keys);
        let Some(scans) = &handed.scans else { return is_last };
        let is_valid = |(before, scan): (u8, &Scan)| {
            keys.verify(scan.centre.0, &scan.stay.statement(&id, before), &scan.signature)
        };
        let before = (0..).zip(scans.iter()).filter(|scan| is_valid(*scan)).count();
        let is_genuine = handed.item.signed.is_genuine(keys);
        let scans = scans.len() as u8 + 2;
        let valid = before as u8 + u8::from(is_last) + u8::from(is_genuine);
        let operation = handed.item.signed.attestation.operation.0;
        desk.fact(Fact::Scanned { operation, attempt: handed.item.attempt, scans, valid });
        is_last && before + 2 == usize::from(scans)
    }
}

#[cfg(test)]
mod tests;
