//! The rules of real registries: each profile is one file of pure functions over the entries.
//!
//! Where order, delay or a copy changes the outcome, the verdict carries the name of the real
//! error (reference/real-systems 2.1). Profiles share what neither of their models has: subjects
//! that only one may claim and statements about an outer chain (a schema's hook), and Verax's
//! replacement (linea-attestation-registry 3f3723c).

mod eas;
mod sign;

use super::registry::{Entries, Entry};
use super::{Attestation, Id, Naming, Reading, Rules, Schema, Status, Storage, Terms, Verdict};
use crate::kernel::{LocalTime, Span};

/// One call, as a registry is given it.
pub(super) struct Call<'a> {
    pub(super) said: &'a Attestation,
    /// By the clock of the registry.
    pub(super) now: LocalTime,
    pub(super) rules: Rules,
    /// How far the outer chain is, as it is seen here, by that chain's clock.
    pub(super) upstream: LocalTime,
}

/// What tells profiles apart.
pub(super) struct Code {
    /// What is said to a call that is not in yet. Nothing changes.
    pub(super) judge: fn(&Entries, &Call<'_>) -> Verdict,
    /// What a call's reference names here, as a key of the entries; it may be unknown.
    pub(super) reference: fn(&Entries, &Attestation) -> Option<Id>,
    /// Attestations have numbers, by apply order.
    pub(super) numbers: bool,
    /// What the author of a delegated call signs beside its content.
    pub(super) has_terms: bool,
    /// What a wrong signature of a delegated call's author is called.
    pub(super) wrong_call: Verdict,
    /// There is an emergency brake.
    pub(super) has_brake: bool,
    /// Records say where data lies.
    pub(super) locates_data: bool,
    /// The revocation of an off-chain statement is written where its time was.
    pub(super) flags_by_time: bool,
}

/// Profiles: name in scenarios, file.
macro_rules! profiles {
    ($($(#[$doc:meta])* $profile:ident $name:literal $file:ident),+ $(,)?) => {
        /// Whose rules a registry follows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Profile {
            $($(#[$doc])* $profile,)+
        }

        impl Profile {
            /// Every profile by its name in scenarios.
            pub const NAMES: &'static [(&'static str, Self)] = &[$(($name, Self::$profile)),+];

            pub(super) const fn code(self) -> &'static Code {
                match self {
                    $(Self::$profile => &$file::CODE,)+
                }
            }
        }
    };
}

profiles! {
    /// Ethereum Attestation Service: links by content id, across attesters.
    Eas "eas" eas,
    /// Sign Protocol: attestations are numbered by apply order, and links name the number.
    Sign "sign" sign,
}

impl Profile {
    /// Whether attestations are numbered by apply order, and named by their numbers.
    pub const fn names_numbers(self) -> bool {
        self.code().numbers
    }

    /// By what attestations are named, if uids have the time of inclusion in blocks of `block`.
    pub fn naming(self, block: Option<Span>) -> Naming {
        match block {
            _ if self.names_numbers() => Naming::Number,
            Some(block) => Naming::Inclusion { block },
            None => Naming::Content,
        }
    }

    /// Whether the registry has an emergency brake.
    pub const fn has_brake(self) -> bool {
        self.code().has_brake
    }

    /// What the author of a call that is good until `deadline` signs beside its content; the nonce
    /// is filled in as it signs.
    pub fn terms(self, deadline: Option<LocalTime>) -> Option<Terms> {
        self.code().has_terms.then_some(Terms { nonce: 0, deadline })
    }

    /// What is said to something whose signature is wrong.
    pub fn of_forged(self, said: &Attestation) -> Verdict {
        if said.delegation.is_some() { self.code().wrong_call } else { Verdict::InvalidSignature }
    }
}

/// Whose records somebody reads, and how it makes them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interpretation {
    /// Whose.
    pub profile: Profile,
    /// How.
    pub reading: Reading,
}

impl Interpretation {
    /// What is taken for the state of something whose state is `status`, and whose data lies in
    /// `storage`.
    pub fn of(self, storage: Storage, status: Status) -> Status {
        let code = self.profile.code();
        match (self.reading, storage, status) {
            (Reading::FlagAsTime, Storage::OffChain, Status::Revoked) if code.flags_by_time => {
                Status::Valid
            }
            (Reading::ThreeLocations, Storage::Custom, _) if code.locates_data => Status::Unknown,
            (Reading::AsMeant | Reading::FlagAsTime | Reading::ThreeLocations, ..) => status,
        }
    }
}

/// Verax's rule, with the profile's names for what is unknown and what is revoked.
fn judge_replace(
    found: Option<&Entry>,
    new: &Attestation,
    unknown: Verdict,
    revoked: Verdict,
) -> Verdict {
    match found {
        None => unknown,
        Some(entry) if entry.said().subject != new.subject => Verdict::AccessDenied,
        Some(entry) if entry.revoked => revoked,
        Some(entry) if entry.replaced => Verdict::AlreadyReplaced,
        Some(_) => Verdict::Accepted,
    }
}

/// A hook of its schema refuses what builds on more of the outer chain than is seen, and what
/// claims a subject that is claimed.
fn judge_hook(entries: &Entries, schema: &Schema, call: &Call<'_>) -> Verdict {
    if call.said.upstream.is_some_and(|at| at > call.upstream) {
        Verdict::UpstreamUnseen
    } else if schema.exclusive && entries.is_claimed(call.said) {
        Verdict::AlreadyClaimed
    } else {
        Verdict::Accepted
    }
}
