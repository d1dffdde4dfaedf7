//! What is dated in the future, by the validator's own clock: refused, or held until its time has
//! come. Ethereum's nodes let 500 ms pass and may queue the rest (consensus-specs, phase0
//! p2p-interface, `MAXIMUM_GOSSIP_CLOCK_DISPARITY`).

use super::{Job, Validator, names};
use crate::actors::Packet;
use crate::attestation::{Ahead, Verdict};
use crate::network::Desk;
use crate::ordering::Item;
use crate::trace::Fact;

/// More do not wait; what comes then is refused.
const MOST_EARLY: u32 = 1 << 16;

impl Validator {
    /// Whether it comes before its time; then it is refused, or waits.
    pub(super) fn is_early(&mut self, item: &Item, desk: &mut Desk<'_, Packet>) -> bool {
        let Some(Ahead { most, holds }) = self.setting.ahead else { return false };
        let ahead = item.signed.attestation.written_at.since(desk.local_now());
        if ahead <= most {
            return false;
        }
        if !holds || self.early >= MOST_EARLY {
            self.refuse_early(item, desk);
            return true;
        }
        self.early += 1;
        let slot = self.jobs.put(Job::Early(item.clone()));
        desk.timer(ahead.saturating_sub(most), slot);
        true
    }

    fn refuse_early(&mut self, item: &Item, desk: &mut Desk<'_, Packet>) {
        let (operation, attempt) = names(item);
        let (verdict, again, resolved) = (Verdict::FutureDated, false, Fact::NONE);
        if let Some(watch) = &mut self.watch {
            watch.refused(operation, verdict);
        }
        desk.fact(Fact::Applied { operation, attempt, verdict, again, resolved });
        self.ack(item, verdict, desk);
    }
}
