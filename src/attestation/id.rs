//! Content ids.

use std::fmt;

use super::{Encode, Encoder};

/// Most of what has an id encodes to no more bytes.
const USUAL_CONTENT: usize = 256;

/// The BLAKE3 hash of a canonical encoding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 32]);

impl Id {
    /// No id is less: where a range of keys that end in an id begins.
    pub const LEAST: Self = Self([0; 32]);

    /// The id of whatever encodes like `content`.
    pub fn of(content: &(impl Encode + ?Sized)) -> Self {
        let mut bytes = Vec::with_capacity(USUAL_CONTENT);
        content.encode(&mut bytes);
        Self(*blake3::hash(&bytes).as_bytes())
    }

    /// Under which id one statement of the transaction with this one goes, its first under this
    /// one. Of a hash, 28 bytes tell transactions apart; the others tell parts apart, and they are
    /// what a table looks at.
    pub(super) const fn of_part(mut self, part: u8) -> Self {
        /// The golden ratio: parts lie far from each other in a table (Knuth, TAOCP 3, 6.4).
        const STEP: u32 = 0x9e37_79b9;
        let first = self.first_bytes().wrapping_add(STEP.wrapping_mul(part as u32));
        [self.0[0], self.0[1], self.0[2], self.0[3]] = first.to_le_bytes();
        self
    }

    /// Its first bytes: an id is a hash already.
    pub(super) const fn first_bytes(&self) -> u32 {
        u32::from_le_bytes([self.0[0], self.0[1], self.0[2], self.0[3]])
    }

    /// Its first eight bytes.
    pub(super) const fn first_word(&self) -> u64 {
        let Some(first) = self.0.first_chunk() else { return 0 };
        u64::from_le_bytes(*first)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Encode for Id {
    fn encode(&self, to: &mut dyn Encoder) {
        to.bytes(&self.0);
    }
}

impl fmt::Display for Id {
    /// The first eight hex digits, as screens and traces print it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
