//! A recorded trace, replayed.

use super::{Choice, LoadPlan};
use crate::actors::{LoadSetting, Packet, REFERENCE_AGE, Recorded};
use crate::kernel::VirtualTime;
use crate::network::Desk;
use crate::trace::Kind;

impl LoadSetting {
    /// What was recorded at that place.
    pub(super) fn recorded(&self, place: u32) -> Option<Recorded> {
        self.recorded.as_ref()?.get(place as usize).copied()
    }
}

impl LoadPlan {
    /// An operation as it was recorded. Where what it refers to was forged, it states something.
    pub(super) fn replay(
        &mut self,
        at: VirtualTime,
        place: u32,
        recorded: Recorded,
        desk: &mut Desk<'_, Packet>,
    ) {
        while let Some(oldest) = self.replayed.first_entry()
            && at.since(oldest.get().at) >= REFERENCE_AGE
        {
            oldest.remove();
        }
        let Recorded { client, subject, .. } = recorded;
        let target = recorded.refers_to.and_then(|place| self.replayed.get(&place).copied());
        let is_lost = recorded.refers_to.is_some() && target.is_none();
        let kind = if is_lost { Kind::Attest } else { recorded.kind };
        let said = self.issue(at, Choice { kind, client, subject, target, user: None }, desk);
        if let Some(said) = said.filter(|_| kind != Kind::Revoke) {
            self.replayed.insert(place, said);
        }
    }
}
