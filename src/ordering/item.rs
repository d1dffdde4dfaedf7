//! What is ordered: attestations by tries.

use std::fmt::{self, Debug};
use std::sync::Arc;

use crate::attestation::{Encode, Encoder, Id, Signed};

/// An attestation to be ordered: what is ordered is the try, so that a client may try again.
#[derive(Clone)]
pub struct Item {
    /// The attestation.
    pub signed: Arc<Signed>,
    /// Its client's tries before this one.
    pub attempt: u8,
}

impl Item {
    /// The content id.
    pub fn id(&self) -> Id {
        self.signed.id
    }

    /// What is ordered, by name.
    pub fn named(&self) -> Try {
        Try { id: self.signed.id, attempt: self.attempt }
    }
}

impl Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(&self.named(), f)
    }
}

/// A try by its name: how messages refer to an item whose body the receiver ought to have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Try {
    /// The content id.
    pub id: Id,
    /// Its client's tries before this one.
    pub attempt: u8,
}

impl Encode for Try {
    fn encode(&self, to: &mut dyn Encoder) {
        self.id.encode(to);
        self.attempt.encode(to);
    }
}

impl Debug for Try {
    /// As traces print it: `1f2e3d4c`, and `1f2e3d4c.1` for a second try.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.id, f)?;
        if self.attempt > 0 { write!(f, ".{}", self.attempt) } else { Ok(()) }
    }
}

impl Encode for Item {
    fn encode(&self, to: &mut dyn Encoder) {
        self.signed.attestation.encode(to);
        to.bytes(&[0; 64]);
        self.attempt.encode(to);
        pad(self.signed.attestation.data_len, to);
    }
}

/// The data of an attestation is not modelled, only its length.
fn pad(length: u32, to: &mut dyn Encoder) {
    const ZEROS: [u8; 256] = [0; 256];
    let mut rest = length as usize;
    while rest > 0 {
        let part = rest.min(ZEROS.len());
        to.bytes(&ZEROS[..part]);
        rest -= part;
    }
}
