//! What an operation has with it on its way from centre to centre.

use std::sync::Arc;

use super::packet::Submission;
use crate::attestation::{Id, SIGNATURE_BYTES, Signature};
use crate::kernel::{LocalTime, ProcessId};

/// A centre's stamp on an operation that it sent on to another centre.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The centre.
    pub centre: ProcessId,
    /// What it says.
    pub stay: Stay,
    /// The centre's signature over that, the id, and how many scans came before.
    pub signature: Signature,
}

/// An operation's stay at a centre.
#[derive(Clone, Copy, Debug)]
pub struct Stay {
    /// When it came there, by the centre's clock.
    pub came: LocalTime,
    /// When it left.
    pub left: LocalTime,
    /// Operations that the centre held before it.
    pub queue: u32,
}

/// An operation on its way from centre to centre.
#[derive(Debug)]
pub struct Relayed {
    /// Who sent it in.
    pub client: ProcessId,
    /// What was sent in.
    pub submission: Arc<Submission>,
    /// The stamps of the centres that it has passed, in order.
    pub scans: Arc<Vec<Scan>>,
    /// Which copy: 0, or one more than the number of the centre that last sent it another way.
    pub copy: u8,
    /// The sender's count of what it handed to this receiver before.
    pub sequence: u32,
}

impl Scan {
    /// Bytes of one on the wire.
    pub(super) const WIRE_LEN: u32 = 24 + SIGNATURE_BYTES;
}

impl Stay {
    /// What a centre signs; no stamp, promise or word of a validator looks like it.
    pub(super) fn statement(&self, id: &Id, before: u8) -> [u8; 57] {
        let mut bytes = [0; 57];
        bytes[..4].copy_from_slice(b"scan");
        bytes[4..36].copy_from_slice(id.as_bytes());
        bytes[36..44].copy_from_slice(&self.came.0.to_le_bytes());
        bytes[44..52].copy_from_slice(&self.left.0.to_le_bytes());
        bytes[52..56].copy_from_slice(&self.queue.to_le_bytes());
        bytes[56] = before;
        bytes
    }
}

impl Relayed {
    /// Bytes of it on the wire.
    pub(super) fn wire_len(&self) -> u32 {
        let scans = Scan::WIRE_LEN * self.scans.len() as u32;
        self.submission.item.signed.wire_len() + scans + 9
    }
}
