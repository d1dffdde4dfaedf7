//! What a block orders: names, and bodies for those who have them.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::{Item, Try};
use crate::attestation::{Encode, Encoder, Id, Signed};

/// Tries in the order in which a block puts them; on the wire without their bodies.
pub struct Payload {
    tries: Vec<Try>,
    /// They follow from the names, so whoever has them all first puts them here. Whoever has not,
    /// has no business to look; see [`Self::bodies`].
    bodies: OnceLock<Box<[Arc<Signed>]>>,
}

impl Payload {
    /// Of these tries.
    pub fn new(tries: Vec<Try>) -> Self {
        Self { tries, bodies: OnceLock::new() }
    }

    /// Puts the bodies there; to be called by whoever has them all.
    pub fn fill(&self, body: impl Fn(&Id) -> Option<Arc<Signed>>) {
        self.bodies.get_or_init(|| {
            let whole = "whoever fills a block has looked for every body before";
            self.tries.iter().map(|name| body(&name.id).expect(whole)).collect()
        });
    }

    /// The same for whoever has another copy of this payload with its bodies.
    pub fn fill_like(&self, copy: &Self) {
        self.bodies.get_or_init(|| copy.bodies().into());
    }

    /// Its bodies. Only for those who have them: a replica that stored the block, and whom such
    /// a replica sent them to.
    pub fn bodies(&self) -> &[Arc<Signed>] {
        self.bodies.get().map_or(&[], AsRef::as_ref)
    }

    /// The same by id.
    pub fn body(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.bodies().get(self.tries.iter().position(|name| name.id == *id)?)
    }

    /// Names with their bodies; the same applies.
    pub fn items(&self) -> impl Iterator<Item = Item> + '_ {
        let both = self.tries.iter().zip(self.bodies());
        both.map(|(name, signed)| Item { signed: signed.clone(), attempt: name.attempt })
    }

    /// Writes the bodies, which [`Encode::encode`] leaves out.
    pub fn encode_bodies(&self, to: &mut dyn Encoder) {
        for signed in self.bodies() {
            Item { signed: signed.clone(), attempt: 0 }.encode(to);
        }
    }
}

impl Deref for Payload {
    type Target = [Try];

    fn deref(&self) -> &[Try] {
        &self.tries
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tries.fmt(f)
    }
}

impl Encode for Payload {
    fn encode(&self, to: &mut dyn Encoder) {
        self.tries.encode(to);
    }
}
