//! The bodies of attestations: those that wait to be ordered, those that a block needs, and those
//! that are missing.

use std::sync::Arc;

use super::Settings;
use super::pool::Pool;
use crate::attestation::Signed;
use crate::ordering::Chase;
use crate::ordering::ordered::Ordered;
use crate::ordering::prelude::*;

/// Bodies in one question.
const ASKED: usize = 1_024;

/// What a validator has, and what it lacks.
pub(in crate::ordering) struct Stock {
    pub(in crate::ordering) pool: Pool,
    missing: Chase<Id>,
    keys: KeyRing,
}

impl Stock {
    pub(in crate::ordering) fn new(seat: &Seat, settings: &Settings) -> Self {
        Self {
            pool: Pool::new(settings.history),
            missing: Chase::new(seat, settings.pauses()),
            keys: seat.signer.ring().clone(),
        }
    }

    /// A body that waits, or that some block needed, or that was ordered lately.
    pub(in crate::ordering) fn body<'a>(
        &'a self,
        id: &Id,
        ordered: &'a Ordered,
    ) -> Option<&'a Arc<Signed>> {
        self.pool.body(id).or_else(|| ordered.body(id))
    }

    /// These tries with their bodies, as far as those are here.
    pub(in crate::ordering) fn items<'a>(
        &'a self,
        tries: &'a [Try],
        ordered: &'a Ordered,
    ) -> impl Iterator<Item = Item> + 'a {
        tries.iter().filter_map(|name| {
            let signed = self.body(&name.id, ordered)?.clone();
            Some(Item { signed, attempt: name.attempt })
        })
    }

    /// A router hands in an attestation.
    pub(in crate::ordering) fn submit(&mut self, now: LocalTime, item: &Item, ordered: &Ordered) {
        self.take(now, item, ordered);
        self.missing.end(item.id());
    }

    /// A peer tells what waits at it.
    pub(in crate::ordering) fn relay(&mut self, now: LocalTime, items: &[Item], ordered: &Ordered) {
        for item in items {
            if item.signed.is_genuine(&self.keys) {
                self.take(now, item, ordered);
            }
        }
    }

    fn take(&mut self, now: LocalTime, item: &Item, ordered: &Ordered) {
        if !ordered.has(item.named()) {
            self.pool.submit(now, item);
        }
    }

    /// A peer gives bodies that a block needs.
    pub(in crate::ordering) fn learn<'a>(
        &mut self,
        now: LocalTime,
        bodies: impl IntoIterator<Item = &'a Arc<Signed>>,
    ) {
        for signed in bodies {
            if signed.is_genuine(&self.keys) {
                self.pool.learn(now, signed);
                self.missing.end(signed.id);
            }
        }
    }

    /// What of these tries is not here, in their order.
    pub(in crate::ordering) fn lacks(&self, tries: &[Try], ordered: &Ordered) -> Vec<Id> {
        let lacks = |name: &&Try| self.body(&name.id, ordered).is_none();
        tries.iter().filter(lacks).map(|name| name.id).collect()
    }

    /// Whoever made or gave a block is to be asked for what it names, if that does not come.
    pub(in crate::ordering) fn chase(&mut self, now: LocalTime, missing: Vec<Id>, peer: u16) {
        for id in missing {
            self.missing.begin_with(now, id, peer);
        }
    }

    /// What to ask whom for; nothing if nobody needs bodies any more.
    pub(in crate::ordering) fn questions(
        &mut self,
        now: LocalTime,
        is_wanted: bool,
        ordered: &Ordered,
    ) -> Vec<(u16, Vec<Id>)> {
        let Self { pool, missing, .. } = self;
        missing.questions_about(now, ASKED, |id| {
            is_wanted && pool.body(id).is_none() && ordered.body(id).is_none()
        })
    }

    /// How long until the next such question.
    pub(in crate::ordering) fn pause(&self, now: LocalTime) -> Option<Span> {
        self.missing.pause(now)
    }

    /// An answer: what is here of that, or in `kept`, of whatever try.
    pub(in crate::ordering) fn give<'a>(
        &'a self,
        ids: &[Id],
        ordered: &'a Ordered,
        kept: impl Fn(&Id) -> Option<&'a Arc<Signed>>,
    ) -> Vec<Item> {
        let bodies = ids.iter().filter_map(|id| self.body(id, ordered).or_else(|| kept(id)));
        bodies.map(|signed| Item { signed: signed.clone(), attempt: 0 }).collect()
    }

    /// These tries wait no more.
    pub(in crate::ordering) fn remove(&mut self, tries: &[Try]) {
        for name in tries {
            self.pool.remove(*name);
        }
    }
}
