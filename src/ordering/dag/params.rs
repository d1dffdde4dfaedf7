//! What can be set in every strategy of the family, and what follows for a replica.

use super::anchors::Anchors;
use super::waves::Table;
use crate::kernel::Span;
use crate::ordering::Pauses;

/// What a replica goes by.
#[derive(Clone, Debug)]
pub(in crate::ordering) struct Settings {
    /// Bytes of attestations in a block.
    pub(in crate::ordering) batch_bytes: u32,
    /// Bytes of names that a block does not wait to become more than.
    pub(in crate::ordering) header_bytes: u32,
    /// From one own block to the next, unless that is full.
    pub(in crate::ordering) header_delay: Span,
    /// How long a round waits for its leaders.
    pub(in crate::ordering) timeout: Span,
    pub(in crate::ordering) turn: Span,
    pub(in crate::ordering) again: Span,
    pub(in crate::ordering) fetch: Span,
    pub(in crate::ordering) fetch_longest: Span,
    pub(in crate::ordering) resend: Span,
    pub(in crate::ordering) gossip: Span,
    pub(in crate::ordering) history: Span,
    pub(in crate::ordering) depth: u32,
    pub(in crate::ordering) remembered: u32,
    /// How the order follows from the DAG.
    pub(in crate::ordering) commit: Commit,
    /// References to the round before that a block needs, and votes that a certificate needs.
    pub(in crate::ordering) quorum: u32,
    /// Whether blocks of one round are ordered as they came: a planted bug.
    pub(in crate::ordering) is_by_arrival: bool,
}

/// How the order follows from the DAG, which says as well what enters it.
#[derive(Clone, Copy, Debug)]
pub(in crate::ordering) enum Commit {
    /// Blocks enter as they are; rounds wait for their leaders or not.
    Uncertified {
        /// The committer's parameters.
        table: Table,
        /// Whether a round waits for its leaders.
        waits: bool,
    },
    /// Certified blocks enter; rounds wait for leaders and votes or not.
    Certified {
        /// The commit rule.
        anchors: Anchors,
        /// Whether a round waits for its leader, and for votes on it.
        waits: bool,
    },
}

/// What a protocol of the family sets by itself.
#[derive(Clone, Copy, Debug)]
pub(in crate::ordering) struct Protocol {
    pub(in crate::ordering) commit: Commit,
    pub(in crate::ordering) quorum: u32,
    pub(in crate::ordering) header_bytes: u32,
    pub(in crate::ordering) header_delay: Span,
    pub(in crate::ordering) timeout: Span,
}

impl Settings {
    /// As long as nobody waits; a planted bug.
    pub(in crate::ordering) const NEVER: Span = Span::from_secs(1_000_000);

    pub(super) const fn pauses(&self) -> Pauses {
        Pauses { first: self.fetch, longest: self.fetch_longest }
    }

    pub(super) const fn is_certified(&self) -> bool {
        matches!(self.commit, Commit::Certified { .. })
    }
}

/// Bugs for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code))]
pub(in crate::ordering) enum Planted {
    /// One vote less makes a quorum.
    SmallQuorum,
    /// Leaders before a committed one are skipped without looking for what committed them.
    NoIndirectRule,
    /// Rounds wait for their leaders for ever.
    NeverTimesOut,
    /// Blocks of one round are ordered as they came.
    TieByArrival,
}

/// Declares the parameters of one strategy: its own ones, and those of the family.
macro_rules! params {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $default:expr;)*) => {
        /// What can be set.
        #[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema, serde::Serialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Params {
            $($(#[$doc])* pub $name: $type,)*
            /// Bytes of attestations in a block, at least one attestation.
            pub batch_bytes: u32,
            /// Validators stand in line for an attestation, the first by its id; each gives those
            /// before it so long a turn to propose it.
            pub turn: Span,
            /// From a block's entering the DAG to proposing what it holds again, if it is not
            /// delivered.
            pub again: Span,
            /// From missing a body or a block to asking a peer for it; doubles with every question.
            pub fetch: Span,
            /// The longest pause between two such questions.
            pub fetch_longest: Span,
            /// From a round's beginning to sending one's last block again and asking a peer for
            /// the round, if it is not over; doubles likewise.
            pub resend: Span,
            /// How often a validator tells a neighbour how far it is.
            pub gossip: Span,
            /// How long blocks are kept for those who missed them.
            pub history: Span,
            /// How many rounds before a leader its history begins.
            pub depth: u32,
            /// How many ordered attestations are remembered to know duplicates.
            pub remembered: u32,
            /// A bug, to see it found.
            #[cfg(test)]
            #[serde(skip)]
            pub(super) planted: Option<$crate::ordering::dag::Planted>,
        }

        impl Default for Params {
            fn default() -> Self {
                Self {
                    $($name: $default,)*
                    batch_bytes: 500_000,
                    turn: Span::from_secs(1),
                    again: Span::from_secs(5),
                    fetch: Span::from_millis(100),
                    fetch_longest: Span::from_secs(5),
                    resend: Span::from_secs(2),
                    gossip: Span::from_secs(5),
                    history: Span::from_secs(120),
                    depth: 50,
                    remembered: 50_000,
                    #[cfg(test)]
                    planted: None,
                }
            }
        }

        impl Params {
            /// Whether that bug is planted.
            fn has(&self, _bug: $crate::ordering::dag::Planted) -> bool {
                #[cfg(test)]
                return self.planted == Some(_bug);
                #[cfg(not(test))]
                false
            }

            fn settings_of(&self, protocol: $crate::ordering::dag::Protocol) -> Settings {
                let $crate::ordering::dag::Protocol {
                    commit, quorum, header_bytes, header_delay, timeout,
                } = protocol;
                let is_by_arrival = self.has($crate::ordering::dag::Planted::TieByArrival);
                let never = self.has($crate::ordering::dag::Planted::NeverTimesOut);
                Settings {
                    commit,
                    quorum,
                    is_by_arrival,
                    header_bytes,
                    header_delay,
                    timeout: if never { Settings::NEVER } else { timeout },
                    batch_bytes: self.batch_bytes,
                    turn: self.turn,
                    again: self.again,
                    fetch: self.fetch,
                    fetch_longest: self.fetch_longest,
                    resend: self.resend,
                    gossip: self.gossip,
                    history: self.history,
                    depth: self.depth,
                    remembered: self.remembered,
                }
            }

            fn check_shared(&self) -> Result<(), String> {
                use $crate::ordering::limit::{SHORTEST, at_least, between};
                between("batch_bytes", self.batch_bytes, &(1..=100_000_000))?;
                at_least("again", self.again, SHORTEST)?;
                at_least("fetch", self.fetch, SHORTEST)?;
                at_least("fetch_longest", self.fetch_longest, self.fetch)?;
                at_least("resend", self.resend, SHORTEST)?;
                at_least("gossip", self.gossip, SHORTEST)?;
                at_least("history", self.history, self.resend)?;
                between("depth", self.depth, &(10..=1_000_000))?;
                between("remembered", self.remembered, &(1..=100_000_000))
            }
        }
    };
}

pub(in crate::ordering) use params;

/// Declares a strategy of the family. Its `Params` say the rest: `settings` and `check_own`.
macro_rules! strategy {
    (
        $(#[$doc:meta])* $strategy:ident, $name:literal, $summary:literal,
        guarantee: $guarantee:literal,
        faults: $faults:expr,
        certified: $certified:literal,
    ) => {
        $(#[$doc])*
        pub struct $strategy;

        impl Strategy for $strategy {
            const NAME: &'static str = $name;
            const SUMMARY: &'static str = $summary;
            type Params = Params;
            type Message = Message;
            type Durable = Durable;
            type Replica = dag::Replica<Self>;
            type Submitter = NoSubmitter;

            const NOTES: &'static [&'static str] = dag::NOTES;

            fn check(params: &Params) -> Result<(), String> {
                params.check_own()?;
                params.check_shared()
            }

            fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
                dag::guarantees($guarantee, $faults(committee), params.history)
            }

            fn liveness(committee: &Committee, params: &Params) -> Result<Liveness, &'static str> {
                dag::liveness($faults(committee), &params.settings(committee))
            }

            fn work(message: &Message) -> Work {
                message.work($certified)
            }

            fn replica(seat: Seat, params: &Params) -> Self::Replica {
                let settings = params.settings(&seat.committee);
                dag::Replica::new(seat, settings)
            }

            fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
                NoSubmitter
            }

            fn first_leader(committee: &Committee) -> Option<u16> {
                Some((1 % committee.size()) as u16)
            }
        }
    };
}

pub(in crate::ordering) use strategy;
