//! What can be set in every strategy with a leader, and what follows for a replica.

use crate::kernel::Span;
use crate::ordering::Pauses;

/// What replicas with a leader go by, whatever the protocol.
#[derive(Clone, Debug)]
pub(in crate::ordering) struct Settings {
    pub(in crate::ordering) batch_bytes: u32,
    pub(in crate::ordering) batch_delay: Span,
    pub(in crate::ordering) fetch: Span,
    pub(in crate::ordering) fetch_longest: Span,
    pub(in crate::ordering) gossip: Span,
    pub(in crate::ordering) history: Span,
    pub(in crate::ordering) remembered: u32,
}

impl Settings {
    pub(in crate::ordering) const fn pauses(&self) -> Pauses {
        Pauses { first: self.fetch, longest: self.fetch_longest }
    }

    /// Who was out of reach for no longer than this misses nothing: it hears from a neighbour what
    /// it lacks, and has as long again to fetch it.
    pub(in crate::ordering) const fn longest_absence(&self) -> Span {
        Span::from_nanos(self.history.saturating_sub(self.gossip).as_nanos() / 2)
    }
}

/// Declares the parameters of a strategy with a leader: its own ones, and those that all have.
/// `planted` is the type of its bugs for tests.
macro_rules! params {
    (planted: $planted:ty; $($(#[$doc:meta])* $name:ident: $type:ty = $default:expr;)*) => {
        /// What can be set.
        #[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema, serde::Serialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Params {
            /// Bytes of attestations in a full batch, at least one attestation; it waits no longer.
            pub batch_bytes: u32,
            /// How long an attestation waits at a leader for its batch to fill.
            pub batch_delay: $crate::kernel::Span,
            $($(#[$doc])* pub $name: $type,)*
            /// From missing a body or a block to asking a peer for it; doubles with every question.
            pub fetch: $crate::kernel::Span,
            /// The longest pause between two such questions.
            pub fetch_longest: $crate::kernel::Span,
            /// How often a validator tells a neighbour how far it is.
            pub gossip: $crate::kernel::Span,
            /// How long committed blocks are kept for those who missed them.
            pub history: $crate::kernel::Span,
            /// How many ordered attestations are remembered to know duplicates.
            pub remembered: u32,
            /// A bug, to see it found.
            #[cfg(test)]
            #[serde(skip)]
            pub(in crate::ordering) planted: Option<$planted>,
        }

        impl Default for Params {
            fn default() -> Self {
                use $crate::kernel::Span;
                Self {
                    batch_bytes: 500_000,
                    batch_delay: Span::from_millis(100),
                    $($name: $default,)*
                    fetch: Span::from_millis(100),
                    fetch_longest: Span::from_secs(5),
                    gossip: Span::from_secs(5),
                    history: Span::from_secs(600),
                    remembered: 50_000,
                    #[cfg(test)]
                    planted: None,
                }
            }
        }

        impl Params {
            /// Whether that bug is planted.
            fn has(&self, _bug: $planted) -> bool {
                #[cfg(test)]
                return self.planted == Some(_bug);
                #[cfg(not(test))]
                false
            }

            /// Those that all strategies with a leader have.
            pub(in crate::ordering) const fn shared(&self) -> $crate::ordering::leader::Settings {
                $crate::ordering::leader::Settings {
                    batch_bytes: self.batch_bytes,
                    batch_delay: self.batch_delay,
                    fetch: self.fetch,
                    fetch_longest: self.fetch_longest,
                    gossip: self.gossip,
                    history: self.history,
                    remembered: self.remembered,
                }
            }

            fn check_shared(&self) -> Result<(), String> {
                use $crate::ordering::limit::{SHORTEST, at_least, between};
                between("batch_bytes", self.batch_bytes, &(1..=100_000_000))?;
                at_least("fetch", self.fetch, SHORTEST)?;
                at_least("fetch_longest", self.fetch_longest, self.fetch)?;
                at_least("gossip", self.gossip, SHORTEST)?;
                between("remembered", self.remembered, &(1..=100_000_000))
            }
        }
    };
}

pub(in crate::ordering) use params;
