//! The selector language: whom a fault strikes, in the words of every output.

use crate::flow::Lane;

/// Comma-joined alternatives; whoever one of them names is selected.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    /// As written.
    pub text: String,
    /// What it names.
    pub terms: Vec<Term>,
}

/// One alternative.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// Actors: `validators`, `2 validators`, `validator-0..2`, `sequencer`.
    Actors(ActorSet),
    /// Links from one set to another: `routers -> validators`; both ways for `<->`.
    Links {
        /// Where messages start.
        from: ActorSet,
        /// Where they go.
        to: ActorSet,
        /// The other direction as well.
        both: bool,
    },
}

/// A set of actors.
#[derive(Clone, Debug, PartialEq)]
pub struct ActorSet {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Which of them.
    pub pick: ActorPick,
    /// Only those in this region, a position in the delay table.
    pub region: Option<usize>,
    /// Only those of this organisation, of how many; hosts are dealt to them in turn.
    pub operator: Option<(u16, u16)>,
    /// Only this kind of their work: a bulkhead of routers, `router-1.order`.
    pub lane: Option<Lane>,
}

/// A kind of actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// `*`
    Anyone,
    /// `validators`
    Validators,
    /// `routers`
    Routers,
    /// `clients`: all load groups; or the clients of one group, by its position in the file.
    Clients(Option<usize>),
    /// `indexers`
    Indexers,
    /// `dependants`
    Dependants,
    /// `time-sources`: they are no processes, and only their clocks can be wrong.
    TimeSources,
    /// `leader`, `sequencer`: the validator that leads when the fault strikes.
    Leader,
}

/// Which actors of a kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ActorPick {
    /// All of them.
    All,
    /// Numbers from the first to the last, both included.
    Range(u32, u32),
    /// So many, drawn by the seed.
    Some(u32),
    /// This share of them, rounded to the nearest whole number, drawn by the seed.
    Share(f64),
}
