//! Load groups: who sends what, and when.

use super::{Patience, Reads, Retry, Service, Shape, Storage, Trace};
use crate::kernel::Span;

/// A group of clients with one kind of load.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadGroup {
    /// The name after `load.`; its clients are `<name>-0`, `<name>-1` … with a plural's `s` cut.
    pub name: String,
    /// How many clients; at least 1.
    pub clients: u32,
    /// Regions as positions in the delay table, dealt in turn; never empty.
    pub regions: Vec<usize>,
    /// When operations are due.
    pub arrivals: Arrivals,
    /// Shares of the kinds of operation; they add up to 1.
    pub mix: Mix,
    /// Whom its questions go to; `None` as the validators say.
    pub reads: Option<Reads>,
    /// Which subjects operations concern.
    pub keys: Keys,
    /// Attestations come as chains of linked ones.
    pub chain: Option<Chain>,
    /// Operations come as bursts of several issuers on one subject.
    pub overlap: Option<Overlap>,
    /// What a client does after a refusal or silence.
    pub retry: Option<Retry>,
    /// How long users wait before they look again and complain; `None` for ever.
    pub patience: Option<Patience>,
    /// How long after their intended send attestations expire.
    pub expires: Option<Span>,
    /// How long after their intended send operations are of use.
    pub deadline: Option<Span>,
    /// Routers promise inclusion within this time, and clients take that for an answer.
    pub promise: Option<Span>,
    /// How urgent they are: 0 goes first.
    pub priority: u8,
    /// Work of their schema's hook at routers; of mean zero for none.
    pub hook: Service,
    /// Share of statements whose signature is forged or tampered with; 0 to 1.
    pub forged: f64,
    /// Statements that one transaction makes; 1 to 100.
    pub batch: u32,
    /// Statements that another client of the group submits.
    pub delegated: Option<Delegated>,
    /// Statements whose data lies elsewhere.
    pub data: Option<Data>,
    /// Share of statements about the outer chain as it stands; 0 to 1.
    pub upstream: f64,
}

/// Statements whose data lies elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Data {
    /// Where.
    pub place: Storage,
    /// Share of statements; 0 to 1.
    pub share: f64,
    /// How long it takes to store.
    pub upload: Span,
    /// How long after the intended send it can be had, in the mean.
    pub readable: Span,
    /// Share that never can; 0 to 1.
    pub lost: f64,
}

/// Statements that their authors sign and another client submits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delegated {
    /// Share of statements; 0 to 1.
    pub share: f64,
    /// How long after their intended send calls are good, where the profile looks at that.
    pub deadline: Option<Span>,
}

/// When operations are due.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// The load does not wait for answers.
    Open {
        /// Consecutive stages; the first begins with the warm-up, which runs at its first rate.
        stages: Vec<Stage>,
        /// How arrivals lie within the rate.
        spacing: Spacing,
        /// How the rate swings beyond its stages; its times count from the start of what is
        /// measured, and the warm-up has its first level.
        shape: Shape,
    },
    /// Operations as they were recorded, from the start of what is measured.
    Trace(Trace),
    /// A user waits for an answer, thinks, and sends again.
    Closed {
        /// Users, dealt over the clients in turn.
        users: u32,
        /// Mean thinking time, exponential, on top of at least [`Arrivals::LEAST_THINK`].
        think: Span,
    },
}

impl LoadGroup {
    /// Nothing older is referred to: a chain's parts and an overlap's issuers are closer than this.
    pub const REFERENCE_AGE: Span = Span::from_secs(30);
}

impl Arrivals {
    /// No user answers faster than this.
    pub const LEAST_THINK: Span = Span::from_millis(20);
}

/// A stretch of open load.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its name if the file gives one; then it is a phase.
    pub name: Option<String>,
    /// How long it lasts.
    pub duration: Span,
    /// Operations per second at its start.
    pub from: f64,
    /// Operations per second at its end; the rate moves linearly.
    pub to: f64,
}

/// How arrivals lie within a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Independent of one another.
    Poisson,
    /// Equally far apart.
    Even,
}

/// Shares of the kinds of operation, each 0 to 1, adding up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mix {
    /// New attestations (chains and overlaps begin with one).
    pub attest: f64,
    /// Revocations of an earlier attestation by its attester.
    pub revoke: f64,
    /// Replacements of an earlier attestation.
    pub replace: f64,
    /// Claims of a subject that only one may hold.
    pub claim: f64,
    /// Questions for the state of an earlier attestation.
    pub query: f64,
    /// Registrations of a schema.
    pub register: f64,
}

impl Mix {
    /// New attestations and nothing else.
    pub const ATTEST: Self =
        Self { attest: 1.0, revoke: 0.0, replace: 0.0, claim: 0.0, query: 0.0, register: 0.0 };
}

/// Which subjects operations concern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keys {
    /// How many subjects there are; at least 1.
    pub count: u32,
    /// Who may write to a subject and how subjects are picked.
    pub pick: Pick,
}

/// How subjects are picked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pick {
    /// By Zipf's law with this exponent; 0 is uniform. Any client may write to any subject.
    Zipf(f64),
    /// In turn, one writer per subject: a subject comes back only after all others.
    InTurn,
}

/// Attestations as chains: each part links to the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chain {
    /// Parts; at least 2.
    pub length: u32,
    /// Time between the intended sends of two parts.
    pub gap: Span,
    /// Attesters that take turns; at least 1.
    pub attesters: u32,
    /// A part is only sent when the one before is in, and `gap` after that.
    pub waits: bool,
}

/// Several issuers acting on one subject within a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// Least issuers of a burst; at least 2.
    pub from: u32,
    /// Most issuers of a burst.
    pub to: u32,
    /// Their intended sends lie within this.
    pub window: Span,
}
