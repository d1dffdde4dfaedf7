//! Instances: their names, ballots, and what a validator knows of one.

use std::fmt;
use std::sync::Arc;

use crate::ordering::prelude::*;

/// The name of an instance: the n-th of its proposer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Who proposes in it.
    pub leader: u16,
    /// From 0.
    pub number: u64,
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.leader, self.number)
    }
}

encode_fields!(Slot { leader, number });

/// A ballot of an instance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ballot {
    /// 0 is the proposer's.
    pub number: u32,
    /// Whose it is; tells ballots of one number apart.
    pub owner: u16,
}

impl Ballot {
    /// The proposer's own: nobody else uses it, so it needs no owner.
    pub const DEFAULT: Self = Self { number: 0, owner: 0 };
}

impl fmt::Debug for Ballot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.number)?;
        if self.number > 0 { write!(f, "/{}", self.owner) } else { Ok(()) }
    }
}

encode_fields!(Ballot { number, owner });

/// The tries of a command; `None` is a no-op.
pub(super) type Command = Option<Arc<[Item]>>;

/// What orders a command among those that interfere with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Attributes {
    /// More than that of every command it knows to interfere.
    pub seq: u64,
    /// The interfering commands known, in ascending order.
    pub deps: Arc<[Slot]>,
}

impl Attributes {
    pub(super) fn none() -> Self {
        Self { seq: 0, deps: Arc::new([]) }
    }

    /// All that either knows.
    pub(super) fn union(&self, other: &Self) -> Self {
        let seq = self.seq.max(other.seq);
        if self.deps == other.deps || other.deps.is_empty() {
            return Self { seq, deps: self.deps.clone() };
        }
        let mut deps: Vec<Slot> = self.deps.iter().chain(other.deps.iter()).copied().collect();
        deps.sort_unstable();
        deps.dedup();
        Self { seq, deps: deps.into() }
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seq {} after {:?}", self.seq, self.deps)
    }
}

encode_fields!(Attributes { seq, deps });

/// How far an instance has come at a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Answered to the proposer; whether nothing was added to what it asked for.
    PreAccepted {
        /// In the default ballot.
        is_initial: bool,
    },
    /// Accepted.
    Accepted,
    /// Committed: it stays.
    Committed,
}

/// What a validator has of an instance.
#[derive(Clone)]
pub struct Record {
    /// How far.
    pub phase: Phase,
    /// In which ballot: not the one that is promised, which may be higher (Sutra 2020).
    pub ballot: Ballot,
    /// What is ordered.
    pub command: Command,
    /// After what.
    pub attributes: Attributes,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::PreAccepted { is_initial: true } => "pre-accepted as asked",
            Phase::PreAccepted { is_initial: false } => "pre-accepted",
            Phase::Accepted => "accepted",
            Phase::Committed => "committed",
        };
        write!(f, "{phase} in {:?}: ", self.ballot)?;
        write_command(&self.command, f)?;
        write!(f, " {:?}", self.attributes)
    }
}

/// As traces print it.
pub(super) fn write_command(command: &Command, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match command {
        Some(items) => write!(f, "{items:?}"),
        None => f.write_str("no-op"),
    }
}

impl Encode for Phase {
    fn encode(&self, to: &mut dyn Encoder) {
        let number: u8 = match self {
            Self::PreAccepted { is_initial: true } => 0,
            Self::PreAccepted { is_initial: false } => 1,
            Self::Accepted => 2,
            Self::Committed => 3,
        };
        number.encode(to);
    }
}

encode_fields!(Record { phase, ballot, command, attributes });
