//! By what others name an attestation, where its content alone does not say.

use std::num::NonZeroU64;

use super::{Encode, Encoder, Id};
use crate::kernel::{LocalTime, Span};

/// By what the attestations of a registry are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By their content: who writes one knows its name.
    Content,
    /// By numbers, which are given in order of application.
    Number,
    /// By their content and the time of their inclusion, which all of a block share.
    Inclusion {
        /// Between two blocks.
        block: Span,
    },
}

impl Naming {
    /// Whether nobody knows a name before its attestation is applied.
    pub const fn are_given(self) -> bool {
        !matches!(self, Self::Content)
    }
}

/// A name that a registry gives as it applies an attestation: a number, or a uid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(NonZeroU64);

impl Name {
    /// Uids have this bit, and numbers do not.
    const UID: u64 = 1 << 63;

    /// That number.
    pub fn of_number(number: u32) -> Self {
        Self(NonZeroU64::MIN.saturating_add(number.into()))
    }

    /// The number, if it is one.
    pub fn number(self) -> Option<u32> {
        u32::try_from(self.0.get() - 1).ok()
    }

    /// The uid of `content` in the block of that time, which is rounded down to a block; `bump`
    /// tells apart what has the same content there (eas-contracts aa47c22, `EAS.sol`, `_getUID`).
    pub fn uid(content: &Id, (time, block): (LocalTime, Span), bump: u32) -> Self {
        let block = time.0.div_euclid(block.as_nanos().max(1) as i64);
        let hash = Id::of(&(*content, (block, bump)));
        Self(NonZeroU64::MIN | hash.first_word() | Self::UID)
    }

    const fn is_uid(self) -> bool {
        self.0.get() & Self::UID != 0
    }

    /// Its bits, none of them set for none.
    pub fn bits(name: Option<Self>) -> u64 {
        name.map_or(0, |name| name.0.get())
    }
}

impl Encode for Name {
    /// A number has four bytes and a uid eight: that is how a reader tells them apart.
    fn encode(&self, to: &mut dyn Encoder) {
        match self.number() {
            Some(number) => number.encode(to),
            None => self.0.get().encode(to),
        }
    }
}

/// What a registry tells a submitter beside its verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The name of what it accepted, where names are given.
    pub name: Option<Name>,
    /// The nonce of its author's next delegated call, where those have one.
    pub nonce: Option<u32>,
}

impl Told {
    /// Bytes on the wire.
    pub fn wire_len(self) -> u32 {
        let name = self.name.map_or(0, |name| if name.is_uid() { 8 } else { 4 });
        name + 4 * u32::from(self.nonce.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uid(content: u32, second: i64, bump: u32) -> Name {
        let time = LocalTime(second * 1_000_000_000);
        Name::uid(&Id::of(&content), (time, Span::from_secs(12)), bump)
    }

    #[test]
    fn a_uid_is_of_content_block_and_bump() {
        assert_eq!(uid(1, 0, 0), uid(1, 11, 0), "one block");
        for other in [uid(1, 12, 0), uid(1, -1, 0), uid(1, 0, 1), uid(2, 0, 0)] {
            assert_ne!(uid(1, 0, 0), other);
        }
    }

    #[test]
    fn numbers_and_uids_are_never_the_same() {
        let names = [0, 1, u32::MAX].map(Name::of_number);
        assert_eq!(names.map(Name::number), [Some(0), Some(1), Some(u32::MAX)]);
        assert_eq!(names.map(|name| name.encoded_len()), [4; 3]);
        assert_eq!((uid(1, 0, 0).number(), uid(1, 0, 0).encoded_len()), (None, 8));
        let told = Told { name: Some(uid(1, 0, 0)), nonce: Some(7) };
        assert_eq!([told.wire_len(), Told::default().wire_len()], [12, 0]);
    }
}
