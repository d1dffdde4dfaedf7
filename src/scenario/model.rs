//! A scenario as meant: every default filled in, every name resolved, every value in range.

mod effect;
mod links;
mod readers;
mod trace;

use std::collections::BTreeMap;

use super::check::Check;
use super::selector::Selector;
use crate::attestation::Profile;
use crate::kernel::{Span, VirtualTime};
use crate::trust::Model;

pub use crate::flow::{
    Backoff, Bursty, Curve, Diurnal, Flash, Law, Retry, Service, Shape, Silence,
};
pub use crate::network::Behaviour;
pub use effect::{Climb, Effect, ReorderForm, Version};
pub use links::Links;
pub use readers::{Dependants, Indexers, Source};
pub use trace::{RecordedKind, Trace, TraceRow};

/// One checked scenario. Spans count from the start of what is measured unless they say otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name, `kebab-case`.
    pub name: String,
    /// The question it asks, one sentence.
    pub question: String,
    /// What happens, in a few sentences; may be empty.
    pub story: String,
    /// The real event or paper it models; may be empty.
    pub source: String,
    /// What is measured.
    pub duration: Span,
    /// Load before the measurement starts; its operations are in no phase.
    pub warmup: Span,
    /// Time after the load ends in which late answers still count.
    pub settle: Span,
    /// Time of day at the start of the measurement, since midnight.
    pub clock: Option<Span>,
    /// The seed of all luck.
    pub seed: u64,
    /// The ordering strategy by its name.
    pub ordering: String,
    /// The parameters of each ordering that the file sets, by strategy and key, checked.
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// The parameters of flow policies that the file sets, by axis and policy, checked.
    pub policies: BTreeMap<&'static str, BTreeMap<&'static str, serde_json::Value>>,
    /// Whether signatures are computed or only charged.
    pub crypto: Crypto,
    /// Which registry's rules apply.
    pub profile: Profile,
    /// The longest validity that schemas allow; zero is for ever.
    pub max_valid_for: Span,
    /// Delays, jitter, loss, bandwidth and transport without faults.
    pub network: Network,
    /// The committee.
    pub validators: Validators,
    /// The routers.
    pub routers: Routers,
    /// Who sends what; in file order.
    pub load: Vec<LoadGroup>,
    /// Who relies on what is attested, if anybody does.
    pub trust: Option<Trust>,
    /// Who copies what is attested, if anybody does.
    pub indexers: Option<Indexers>,
    /// Who goes by what is attested, if anybody does.
    pub dependants: Option<Dependants>,
    /// What goes wrong; in file order.
    pub faults: Vec<Fault>,
    /// What the author demands of a run; in file order.
    pub thresholds: Vec<Threshold>,
    /// Must hold at every moment.
    pub always: Vec<Check>,
    /// Must be seen at least once, else nothing was tested.
    pub sometimes: Vec<Check>,
    /// What is claimed of variants, over seeds; in file order.
    pub claims: Vec<super::claim::Claim>,
    /// Virtual CPU per kind of work.
    pub costs: Costs,
    /// Every named span, in order of start; `calm` first.
    pub phases: Vec<Phase>,
}

/// Whether signatures are computed or only charged. Both give the same digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crypto {
    /// Ed25519, signed and strictly verified.
    Real,
    /// Verdicts are known, costs are charged, no arithmetic is done.
    Modelled,
}

/// Delays between regions and what every link has without faults.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// One-way delays by region.
    pub delays: DelayTable,
    /// Each link's delay wanders by up to this share, up and down; 0 to 0.9.
    pub jitter: f64,
    /// Share of messages lost on every link.
    pub loss: f64,
    /// Bits per second that a link carries; `None` is no limit.
    pub bandwidth: Option<u64>,
    /// Whether a link keeps its order.
    pub transport: Transport,
}

/// A square table of one-way delays.
#[derive(Clone, Debug, PartialEq)]
pub struct DelayTable {
    /// How the scenario names it: a bundled table, or a file.
    pub name: String,
    /// Where the figures come from.
    pub source: String,
    /// Region names, in table order.
    pub regions: Vec<String>,
    /// `one_way[from][to]`; the diagonal is the delay inside a region. Never zero.
    pub one_way: Vec<Vec<Span>>,
}

/// Whether a link keeps its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// In order, retransmitted, head-of-line blocking; as TCP and QUIC give.
    Stream,
    /// May lose and overtake.
    Datagram,
}

/// The committee of validators.
#[derive(Clone, Debug, PartialEq)]
pub struct Validators {
    /// How many; 1 to 1,000.
    pub count: u32,
    /// Regions as positions in the delay table, dealt in turn; never empty.
    pub regions: Vec<usize>,
    /// Virtual cores of each; at least 1.
    pub cores: u32,
    /// Whom a reader asks, unless its group says otherwise.
    pub reads: Reads,
}

/// Whom a reader asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The nearest validator.
    One,
    /// All validators; the answer that a quorum gives.
    Quorum,
    /// The nearest indexer.
    Index,
}

/// The routers between clients and validators.
#[derive(Clone, Debug, PartialEq)]
pub struct Routers {
    /// How many; 1 to 1,000.
    pub count: u32,
    /// Regions as positions in the delay table, dealt in turn; never empty.
    pub regions: Vec<usize>,
    /// Messages a router holds at most before it refuses; `None` is no limit (capped all the same).
    pub queue: Option<u32>,
    /// What a refused client is told to wait.
    pub retry_after: Span,
    /// Workers of each; at least 1.
    pub workers: u32,
    /// How often they tell clients how many operations they hold, where the balance asks.
    pub news: Span,
    /// The policy of each axis of [`crate::flow::axes`], in their order.
    pub flow: Vec<&'static str>,
    /// Between whom operations travel, where the routing is not direct.
    pub links: Links,
}

impl Routers {
    /// The policy of that axis.
    pub fn policy(&self, axis: &str) -> &'static str {
        let axes = crate::flow::axes();
        let found = axes.iter().zip(&self.flow).find(|(known, _)| known.name == axis);
        found.map_or("", |(_, policy)| policy)
    }

    /// Whether operations go from router to router.
    pub fn are_centres(&self) -> bool {
        self.policy("routing") != "direct"
    }
}

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

/// Relying parties and the model by which they are confident.
#[derive(Clone, Debug, PartialEq)]
pub struct Trust {
    /// How many parties; 1 to 1,000.
    pub parties: u32,
    /// Regions as positions in the delay table, dealt in turn; never empty.
    pub regions: Vec<usize>,
    /// Share of statements, revocations excepted, that somebody relies on; 0 to 1.
    pub share: f64,
    /// The declared model.
    pub model: Model,
    /// Between an answer and the next look.
    pub pause: Span,
    /// A look without an answer for this long is over.
    pub timeout: Span,
    /// From the proof until a party gives up.
    pub patience: Span,
    /// How long a proof may take; `None` is learnt.
    pub expected: Option<Span>,
}

/// Something that goes wrong, on whom and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Its name, which is also its phase's.
    pub name: String,
    /// Its starts, counted from the start of what is measured; several with `every`.
    pub starts: Vec<Span>,
    /// How long each lasts; `None` until the run ends.
    pub length: Option<Span>,
    /// Whom it strikes.
    pub on: Selector,
    /// The run is inconclusive if it does not bite.
    pub must_occur: bool,
    /// Equal steps of `length` when an effect climbs, else 1. Steps are phases `name.1` ….
    pub steps: u32,
    /// What it does.
    pub effects: Vec<Effect>,
    /// Line of its table in the file, from 1; 0 when it was not read from a file.
    pub line: u32,
}

/// A demand of the author.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Its name.
    pub name: String,
    /// What must hold.
    pub check: Check,
}

/// A named span of virtual time. An operation belongs to the phases of its intended send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// `calm`, a fault's name, `storm.3`, `after storm`, or a stage's name.
    pub name: String,
    /// The spans it covers, from inclusive to exclusive, in order.
    pub spans: Vec<(VirtualTime, VirtualTime)>,
}

impl Phase {
    /// The most that one run is divided into, the whole run included.
    pub const MOST: usize = 64;

    /// The phase of that name as far as one load group intends it.
    pub fn of_group(phase: &str, group: &str) -> String {
        format!("{phase} of {group}")
    }

    /// Whether so many load groups are looked at apart in so many phases: one alone is everybody,
    /// and too many phases are not told apart.
    pub const fn are_apart(phases: usize, groups: usize) -> bool {
        groups > 1 && (phases + 1) * (groups + 1) <= Self::MOST
    }
}

/// Virtual CPU per kind of work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Costs {
    /// Make a signature.
    pub sign: Span,
    /// Verify a signature strictly.
    pub verify: Span,
    /// Apply one attestation to the registry.
    pub apply: Span,
    /// Answer one question.
    pub read: Span,
    /// Receive one message, before anything else.
    pub receive: Span,
    /// A router's work on one message.
    pub route: Span,
    /// A router's look at a signature; may be zero.
    pub check: Span,
    /// A router's telling of an operation to indexers; may be zero.
    pub index: Span,
}
