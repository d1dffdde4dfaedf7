//! Who relies on what is planned, and who will need it.

use std::sync::Arc;

use super::{Latest, LoadPlan, modulo};
use crate::actors::Packet;
use crate::actors::rows::Need;
use crate::attestation::Operation;
use crate::kernel::{Luck, ProcessId, Purpose, unit};
use crate::network::Desk;
use crate::trace::{Fact, Kind};

impl LoadPlan {
    /// Who will rely on a genuine statement; nobody does on a revocation. Drawn by its number, so
    /// that the same are relied on under every strategy.
    pub(super) fn relier(
        &self,
        operation: Operation,
        kind: Kind,
        desk: &mut Desk<'_, Packet>,
    ) -> Option<ProcessId> {
        let reliance = self.setting.reliance.filter(|_| kind != Kind::Revoke)?;
        let operation = operation.0;
        let mut word = |index| {
            let (purpose, entity) = (Purpose::Reliance, u64::from(operation));
            desk.draws().word(Luck { purpose, entity, index })
        };
        if unit(word(0)) >= reliance.share {
            return None;
        }
        let party = reliance.first.0 + modulo(word(1), reliance.parties);
        desk.fact(Fact::Wanted { operation, party });
        Some(ProcessId(party))
    }

    /// A user may need a genuine statement; nobody does a revocation.
    pub(super) fn depend(&self, said: &Latest, kind: Kind, desk: &mut Desk<'_, Packet>) {
        let Some(dependence) = self.setting.dependence.filter(|_| kind != Kind::Revoke) else {
            return;
        };
        let Latest { id, operation, at, storage, .. } = *said;
        let readable = self.readable(said, desk);
        let mut word = |index| {
            let (purpose, entity) = (Purpose::Reliance, u64::from(operation.0));
            desk.draws().word(Luck { purpose, entity, index })
        };
        if unit(word(3)) >= dependence.share {
            return;
        }
        let dependant = dependence.first.0 + modulo(word(4), dependence.dependants);
        let at = at + dependence.after;
        desk.fact(Fact::Needed { operation: operation.0, dependant, at });
        desk.tell(
            ProcessId(dependant),
            at,
            Packet::Need(Arc::new(Need { operation, id, storage, readable })),
        );
    }
}
