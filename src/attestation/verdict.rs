//! What registries say, under the names of the real errors.

use super::Operation;
use crate::kernel::Span;

/// Verdicts with their names, in the order of their codes.
macro_rules! verdicts {
    ($($(#[$doc:meta])* $verdict:ident $name:literal),+ $(,)?) => {
        /// What a registry says to one attestation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Verdict {
            $($(#[$doc])* $verdict,)+
        }

        impl Verdict {
            /// Every verdict, in order.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$verdict),+];

            /// The real system's name for it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$verdict => $name,)+
                }
            }
        }
    };
}

verdicts! {
    /// It is in, now or already.
    Accepted "accepted",
    /// What it refers to is unknown here; another order of arrival would have changed that.
    NotFound "NotFound",
    /// What it takes back is taken back already.
    AlreadyRevoked "AlreadyRevoked",
    /// What it replaces, or builds on, has been replaced already.
    AlreadyReplaced "AlreadyReplaced",
    /// Its subject is claimed already.
    AlreadyClaimed "AlreadyClaimed",
    /// It builds on something that has been revoked.
    Revoked "Revoked",
    /// Its schema forbids revocation.
    Irrevocable "Irrevocable",
    /// Only the attester itself may revoke or replace.
    AccessDenied "AccessDenied",
    /// It expires before it is applied.
    InvalidExpirationTime "InvalidExpirationTime",
    /// Nobody registered its schema.
    InvalidSchema "InvalidSchema",
    /// Its signature is not its attester's; or, of a delegated call, it is not over the nonce that
    /// is next.
    InvalidSignature "InvalidSignature",
    /// Sign: nobody registered its schema.
    SchemaNonexistent "SchemaNonexistent",
    /// Sign: the number it refers to has not been given here.
    AttestationNonexistent "AttestationNonexistent",
    /// Sign: what it takes back is taken back already.
    AttestationAlreadyRevoked "AttestationAlreadyRevoked",
    /// Sign: its schema forbids revocation.
    AttestationIrrevocable "AttestationIrrevocable",
    /// Sign: the number it refers to is another attester's.
    AttestationWrongAttester "AttestationWrongAttester",
    /// Sign: it would be valid for longer than its schema allows.
    AttestationInvalidDuration "AttestationInvalidDuration",
    /// Sign: its end lies before now, and the difference is no number (Solidity's panic 0x11).
    Underflow "Panic(0x11)",
    /// Sign: the signature of a delegated call is not its author's.
    InvalidDelegateSignature "InvalidDelegateSignature",
    /// Sign: the registry's emergency brake is on.
    Paused "Paused",
    /// EAS: a delegated call comes after its deadline.
    DeadlineExpired "DeadlineExpired",
    /// EAS: a schema of that name is registered already.
    AlreadyExists "AlreadyExists",
    /// EAS: its sender has revoked that off-chain statement already.
    AlreadyRevokedOffchain "AlreadyRevokedOffchain",
    /// Sign: the off-chain statement is registered already.
    OffchainAttestationExists "OffchainAttestationExists",
    /// Sign: the off-chain statement that it takes back is not registered here.
    OffchainAttestationNonexistent "OffchainAttestationNonexistent",
    /// Sign: the off-chain statement is taken back already.
    OffchainAttestationAlreadyRevoked "OffchainAttestationAlreadyRevoked",
    /// Sign, of a version that knows fewer locations: that of its data is no value of the enum
    /// (Solidity's panic 0x21).
    EnumConversion "Panic(0x21)",
    /// Of a schema's hook, as no error of the contracts: it builds on a state of the outer chain
    /// that is not seen here yet.
    UpstreamUnseen "UpstreamUnseen",
    /// Of a validator, as no error of the contracts: it is dated further ahead of the validator's
    /// clock than that lets in.
    FutureDated "FutureDated",
}

impl Verdict {
    /// Whether what it refers to is unknown here, so that another order of arrival would have
    /// changed the verdict.
    pub const fn is_orphan(self) -> bool {
        matches!(
            self,
            Self::NotFound | Self::AttestationNonexistent | Self::OffchainAttestationNonexistent
        )
    }

    /// Whether sending the same attestation again may have another outcome.
    pub const fn may_pass_later(self) -> bool {
        self.is_orphan() || matches!(self, Self::Paused | Self::UpstreamUnseen | Self::FutureDated)
    }
}

/// By which rules a registry judges: not everybody runs the same version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Rules {
    /// Those of the profile.
    #[default]
    Usual,
    /// Expiry is not looked at (a schema's `maxValidFor = 0` read as "for ever").
    AcceptsExpired,
    /// Links are of a later version: what refers to a parent is of no schema known here.
    KnowsNoLinks,
    /// The emergency brake is on: where there is one, nothing is written.
    Paused,
    /// Data has three locations, as in a version before the fourth: where registries say where it
    /// lies, what lies in the fourth is no call at all.
    KnowsThreeLocations,
    /// What is older than [`Self::OLD`] is valid, and dear: the state of that time is made again to
    /// judge it (Prysm and Teku, Ethereum, May 2023).
    ReplaysOld,
}

impl Rules {
    /// All, by their code.
    pub const ALL: [Self; 6] = [
        Self::Usual,
        Self::AcceptsExpired,
        Self::KnowsNoLinks,
        Self::Paused,
        Self::KnowsThreeLocations,
        Self::ReplaysOld,
    ];

    /// Statements whose author wrote them longer ago are old: about as long as they take to become
    /// final, and then some.
    pub const OLD: Span = Span::from_secs(15);

    /// How many times the usual work an old statement is.
    pub const fn times(self, age: Span) -> u64 {
        match self {
            Self::ReplaysOld if age.as_nanos() > Self::OLD.as_nanos() => 50,
            _ => 1,
        }
    }
}

/// What becomes of statements that are dated in the future, by the clock of who judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// So far ahead is let in.
    pub most: Span,
    /// Whether what is further ahead waits for its time; else it is refused.
    pub holds: bool,
}

/// What became of one attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What the registry says.
    pub verdict: Verdict,
    /// Whether it was in already, so that nothing changed.
    pub again: bool,
    /// The operation that its reference names here.
    pub resolved: Option<Operation>,
}

/// What a reader is told about one attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// No such attestation here.
    Unknown,
    /// In force.
    Valid,
    /// Taken back.
    Revoked,
    /// Replaced by another.
    Replaced,
    /// Void by its own date.
    Expired,
}
