//! What a router's operators see of it, and what they tell it.

use std::sync::Arc;

use super::Router;
use crate::actors::Packet;
use crate::kernel::ProcessId;
use crate::network::{Desk, Fortune};
use crate::ops::Reading;

/// A counter, and a share that is turned away.
#[derive(Debug, Default)]
pub(super) struct Vitals {
    pub(super) refused: u64,
    /// Thousandths of what is new that are turned away, and what is left of the last whole one.
    sheds: u16,
    rest: u16,
}

/// All of it.
const WHOLE: u16 = 1_000;

impl Vitals {
    /// Whether the next one is to be turned away: exactly the share, evenly.
    pub(super) fn turns_away(&mut self) -> bool {
        self.rest += self.sheds;
        let turns = self.rest >= WHOLE;
        if turns {
            self.rest -= WHOLE;
        }
        turns
    }

    pub(super) fn throttle(&mut self, share: u16) {
        (self.sheds, self.rest) = (share.min(WHOLE), 0);
    }
}

impl Router {
    pub(super) fn show_reading(&self, to: ProcessId, round: u32, desk: &mut Desk<'_, Packet>) {
        let (waiting, oldest, parts) = self.floor.vitals(desk.now());
        let reading = Reading {
            passed: self.routed.into(),
            refused: self.vitals.refused,
            late: 0,
            waiting: waiting + self.parked.len() as u32,
            oldest,
            parts,
            ..Reading::default()
        };
        desk.send(to, Packet::Reading(round, Arc::new(reading)), Fortune::Protocol);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_turned_away_evenly() {
        let mut vitals = Vitals::default();
        let mut turned = |share| {
            vitals.throttle(share);
            (0..12).map(|_| vitals.turns_away()).filter(|away| *away).count()
        };
        assert_eq!([0, 250, 500, 1_000].map(&mut turned), [0, 3, 6, 12]);
        vitals.throttle(250);
        let eight: Vec<u8> = (0..8).map(|_| vitals.turns_away().into()).collect();
        assert_eq!(eight, [0, 0, 0, 1, 0, 0, 0, 1]);
    }
}
