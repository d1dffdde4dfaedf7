//! Blocks that cannot enter the DAG yet: some parent or some body is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::block::{Reference, Round, Vertex};
use crate::attestation::{Id, IdMap};
use crate::ordering::certificate::Members;

/// What waits for what.
#[derive(Default)]
pub(super) struct Pending {
    blocks: IdMap<Waiting>,
    places: BTreeSet<Reference>,
    /// Who waits for a missing block, by its round, or for a body, under [`BODY`].
    wanted: BTreeMap<(Round, Id), Vec<Id>>,
}

struct Waiting {
    vertex: Vertex,
    lacks: Vec<Missing>,
    /// Who is known to have it in the DAG.
    holders: Members,
}

/// Something that is missing: a block with its round, or a body.
pub(super) type Missing = (Round, Id);

/// In place of a round, for bodies.
pub(super) const BODY: Round = Round::MAX;

impl Pending {
    /// Whether it waits, with a certificate at least if `certified`.
    pub(super) fn holds(&self, id: &Id, certified: bool) -> bool {
        let waiting = self.blocks.find(id);
        waiting.is_some_and(|at| !certified || at.vertex.certificate.is_some())
    }

    /// Whether some block is held that has that round and author.
    pub(super) fn has_place(&self, place: &Reference) -> bool {
        let first = Reference { id: Id::LEAST, ..*place };
        let held = self.places.range(first..).next();
        held.is_some_and(|held| (held.round, held.author) == (place.round, place.author))
    }

    /// Whether some block that is held lacks it.
    pub(super) fn wants(&mut self, missing: &Missing) -> bool {
        let Some(waiters) = self.wanted.get(missing) else { return false };
        let is_wanted = waiters.iter().any(|id| self.blocks.contains(id));
        if !is_wanted {
            self.wanted.remove(missing);
        }
        is_wanted
    }

    /// Holds a block that lacks these; one that is held may have got its certificate.
    pub(super) fn hold(&mut self, vertex: &Vertex, lacks: &[Missing]) {
        let place = vertex.place();
        if let Some(held) = self.blocks.find_mut(&place.id) {
            held.vertex = vertex.clone();
            return;
        }
        self.places.insert(place);
        let (vertex, holders) = (vertex.clone(), Members::default());
        self.blocks.insert(place.id, Waiting { vertex, lacks: lacks.to_vec(), holders });
        for missing in lacks {
            self.wanted.entry(*missing).or_default().push(place.id);
        }
    }

    /// That peer has a block that is held, and so all that it leads to. Returns what of this is
    /// missing, unless it was returned before.
    pub(super) fn had_by(&mut self, id: Id, peer: u16) -> Vec<Missing> {
        let (mut open, mut missing) = (vec![id], Vec::new());
        while let Some(id) = open.pop() {
            let held = self.blocks.find_mut(&id);
            let Some(held) = held.filter(|held| !held.holders.contains(peer)) else { continue };
            held.holders.insert(peer);
            missing.extend_from_slice(&held.lacks);
            open.extend(held.lacks.iter().map(|(_, id)| *id));
        }
        missing
    }

    /// What was missing is here: the blocks that now lack nothing.
    pub(super) fn arrived(&mut self, missing: &Missing) -> Vec<Vertex> {
        let waiters = self.wanted.remove(missing).unwrap_or_default();
        waiters.into_iter().filter_map(|id| self.release(&id, missing)).collect()
    }

    fn release(&mut self, id: &Id, arrived: &Missing) -> Option<Vertex> {
        let held = self.blocks.find_mut(id)?;
        held.lacks.retain(|missing| missing != arrived);
        if !held.lacks.is_empty() {
            return None;
        }
        let held = self.blocks.remove(id)?;
        self.places.remove(&held.vertex.place());
        Some(held.vertex)
    }

    /// Blocks up to that round are ordered no more: they are neither held nor wanted. Returns the
    /// blocks that lacked nothing else, and what is wanted no more.
    pub(super) fn forget(&mut self, floor: Round) -> (Vec<Vertex>, Vec<Missing>) {
        while let Some(place) = self.places.first().copied().filter(|at| at.round <= floor) {
            self.places.remove(&place);
            self.blocks.remove(&place.id);
        }
        let old: Vec<Missing> =
            self.wanted.keys().take_while(|at| at.0 <= floor).copied().collect();
        let free = old.iter().flat_map(|missing| self.arrived(missing)).collect();
        (free, old)
    }
}
