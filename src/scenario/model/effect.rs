//! What a fault does.

use crate::kernel::Span;
use crate::network::Behaviour;

/// A number that may climb in equal steps from one value to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Climb<T> {
    /// The value in the first step.
    pub from: T,
    /// The value in the last step; equal to `from` when it does not climb.
    pub to: T,
}

/// One thing that a fault does.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Messages take longer.
    Delay {
        /// The same for every message.
        add: Climb<Span>,
        /// Uniform between nothing and this, for every message anew.
        jitter: Climb<Span>,
        /// Standard deviation of a normal part, cut at zero.
        spread: Climb<Span>,
        /// Share of messages that fare like the one before on the same link; 0 to 1.
        correlation: f64,
    },
    /// Messages change places.
    Reorder {
        /// Share of messages moved; 0 to 1.
        share: Climb<f64>,
        /// How they move.
        form: ReorderForm,
        /// How many places.
        gap: u32,
    },
    /// Messages disappear.
    Loss {
        /// Share lost in the long run; 0 to 1.
        share: Climb<f64>,
        /// Mean length of a burst of loss; zero loses messages independently.
        burst: Span,
    },
    /// Messages arrive twice: the share that does.
    Duplicate(Climb<f64>),
    /// A link carries at most this many bits per second.
    Bandwidth(Climb<f64>),
    /// Nothing gets through.
    Partition,
    /// Everything waits until the fault ends.
    Clog,
    /// The actor stops and, when the fault ends, starts again.
    Crash {
        /// What it kept on disk is lost, too.
        state_lost: bool,
    },
    /// The actor makes no progress and keeps what it holds.
    Stall,
    /// All work takes this many times as long; at least 1.
    Slow(Climb<f64>),
    /// Rounds of gossip between centres take this many times as long; at least 1.
    Gossip(Climb<f64>),
    /// The actor's clock is off by this many nanoseconds.
    Skew(i64),
    /// The actor's clock runs fast by this many parts per million, slow if negative.
    Drift(f64),
    /// The validator judges by the rules of another version.
    Rules(Version),
    /// The validator sees the outer chain so far behind, which stands still until then.
    Upstream(Span),
    /// The validator's registry becomes what it was so long before.
    Snapshot(Span),
    /// The indexer says of this share of attestations that they are revoked; 0 to 1.
    Misreport(f64),
    /// The validator's registry is paused, where the profile has such a brake.
    Pause,
    /// The actor, a validator, is Byzantine.
    Byzantine(Behaviour),
}

/// Rules of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Expiry is not looked at.
    AcceptsExpired,
    /// What refers to a parent is of no schema known there.
    KnowsNoLinks,
    /// Data has three locations, and what lies in the fourth cannot be read.
    KnowsThreeLocations,
    /// What is old is valid, and takes fifty times the work.
    ReplaysOld,
}

impl Version {
    /// As scenarios spell it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AcceptsExpired => "accepts-expired",
            Self::KnowsNoLinks => "knows-no-links",
            Self::KnowsThreeLocations => "knows-three-locations",
            Self::ReplaysOld => "replays-old",
        }
    }
}

impl Effect {
    /// Whether it strikes actors; else it strikes links.
    pub const fn is_on_actors(&self) -> bool {
        match self {
            Self::Crash { .. }
            | Self::Stall
            | Self::Slow(_)
            | Self::Gossip(_)
            | Self::Skew(_)
            | Self::Drift(_)
            | Self::Rules(_)
            | Self::Upstream(_)
            | Self::Snapshot(_)
            | Self::Misreport(_)
            | Self::Pause
            | Self::Byzantine(_) => true,
            Self::Delay { .. }
            | Self::Reorder { .. }
            | Self::Loss { .. }
            | Self::Duplicate(_)
            | Self::Bandwidth(_)
            | Self::Partition
            | Self::Clog => false,
        }
    }
}

/// How a reordered message moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReorderForm {
    /// It changes places with the next one.
    Swap,
    /// It overtakes those before it.
    Jump,
    /// It is held until `gap` later ones have passed.
    Hold,
}
