//! What a validator can show a relying party beside its registry; kept only where somebody asks.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Face, Validator};
use crate::actors::Packet;
use crate::actors::packet::{Look, Show};
use crate::attestation::{Id, IdMap, Status};
use crate::kernel::{LocalTime, ProcessId, Span, VirtualTime};
use crate::network::{Desk, Fortune};
use crate::ordering::Item;
use crate::trust::Stamps;

/// Positions and stamps of what the registry remembers.
pub(super) struct Evidence {
    kept: IdMap<Shown>,
    ages: VecDeque<(VirtualTime, Id)>,
    retention: Span,
    /// When the state last changed, by the validator's clock.
    as_of: LocalTime,
}

#[derive(Clone, Copy, Default)]
struct Shown {
    position: Option<u32>,
    stamps: Stamps,
}

impl Evidence {
    pub(super) fn new(retention: Span) -> Self {
        let as_of = LocalTime::default();
        Self { kept: IdMap::default(), ages: VecDeque::new(), retention, as_of }
    }

    fn entry(&mut self, id: Id, at: VirtualTime) -> &mut Shown {
        while self.ages.front().is_some_and(|(age, _)| at.since(*age) > self.retention) {
            if let Some((_, old)) = self.ages.pop_front() {
                self.kept.remove(&old);
            }
        }
        let ages = &mut self.ages;
        self.kept.find_or_insert_with(id, || {
            ages.push_back((at, id));
            Shown::default()
        })
    }

    fn forget(&mut self) {
        self.kept = IdMap::default();
        self.ages.clear();
    }
}

impl Validator {
    /// It came from a router, and both signatures are genuine.
    pub(super) fn keep_stamps(&mut self, item: &Item, desk: &Desk<'_, Packet>) {
        if let Some(evidence) = &mut self.evidence {
            let shown = evidence.entry(item.id(), desk.now());
            shown.stamps = shown.stamps.with(Stamps::ATTESTER).with(Stamps::ROUTER);
        }
    }

    /// The order gave it its place.
    pub(super) fn keep_position(&mut self, item: &Item, position: u32, desk: &Desk<'_, Packet>) {
        if let Some(evidence) = &mut self.evidence {
            evidence.entry(item.id(), desk.now()).position.get_or_insert(position);
        }
    }

    /// The order took it back.
    pub(super) fn lose_position(&mut self, item: &Item) {
        let evidence = self.evidence.as_mut();
        if let Some(shown) = evidence.and_then(|evidence| evidence.kept.find_mut(&item.id())) {
            shown.position = None;
        }
    }

    /// The registry decided on it.
    pub(super) fn keep_change(&mut self, item: &Item, desk: &Desk<'_, Packet>) {
        if let Some(evidence) = &mut self.evidence {
            evidence.as_of = desk.local_now();
            let shown = evidence.entry(item.id(), desk.now());
            shown.stamps = shown.stamps.with(Stamps::ATTESTER).with(Stamps::VALIDATOR);
        }
    }

    /// Its state was lost.
    pub(super) fn lose_evidence(&mut self) {
        if let Some(evidence) = &mut self.evidence {
            evidence.forget();
        }
    }

    pub(super) fn show(&mut self, party: ProcessId, look: &Look, desk: &mut Desk<'_, Packet>) {
        let status = self.registry.status(desk.local_now(), &look.id);
        let is_held = status != Status::Unknown;
        let evidence = self.evidence.as_ref();
        let shown = evidence.and_then(|evidence| evidence.kept.find(&look.id).copied());
        let shown = shown.filter(|_| is_held).unwrap_or_default();
        let bytes = look.id.as_bytes();
        let digest = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let show = Show {
            operation: look.operation,
            look: look.look,
            status,
            position: shown.position,
            digest: if is_held { digest } else { 0 },
            as_of: evidence.map(|evidence| evidence.as_of).unwrap_or_default(),
            stamps: shown.stamps,
            is_orphaned: look.parent.is_some_and(|parent| !self.registry.holds(&parent)),
        };
        let (number, attempt) = (look.operation.0, look.look);
        let fortune = Fortune::Operation { number, attempt, leg: 7 };
        let packet = Packet::Show(Arc::new(show));
        self.say(Face::First, (party, packet), fortune, desk);
    }
}
