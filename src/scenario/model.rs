//! A scenario as meant: every default filled in, every name resolved, every value in range.

mod effect;
mod history;
mod links;
mod load;
mod ops;
mod readers;
mod time;
mod trace;

use std::collections::BTreeMap;

use super::check::Check;
use super::selector::Selector;
use crate::kernel::{Span, VirtualTime};
use crate::trust::Model;

pub use crate::attestation::{Ahead, Naming, Profile, Reading, Storage};
pub use crate::flow::{
    Backoff, Bursty, Curve, Diurnal, Flash, Law, Retry, Service, Shape, Silence,
};
pub use crate::network::{Behaviour, TimePolicy};
pub use effect::{Climb, Effect, ReorderForm, Version};
pub use history::{HistoryRow, Milestone};
pub use links::Links;
pub use load::{
    Arrivals, Chain, Data, Delegated, Keys, LoadGroup, Mix, Overlap, Pick, Spacing, Stage,
};
pub use ops::{
    AlertRule, Answers, Automation, Burn, Condition, Crowd, Gauge, GaugeUnit, Guess, Hours, Job,
    Level, Names, Ops, Patience, People, Production, Remedy, Role, Runbook, Scope, Sense, Staffing,
    Step, Structure, Unread,
};
pub use readers::{Carriage, Dependants, Indexers, Source};
pub use time::TimeSources;
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
    /// By what attestations are named.
    pub naming: Naming,
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
    /// Time sources and who goes by them, if anybody does.
    pub time: Option<TimeSources>,
    /// Who watches and runs it, if anybody does.
    pub ops: Option<Ops>,
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
    /// What really happened, if anything did; in file order.
    pub history: Vec<HistoryRow>,
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
    /// What becomes of statements dated ahead of a validator's clock; `None` is not looked at.
    pub ahead: Option<Ahead>,
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
    /// How they make out records.
    pub reading: Reading,
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
    /// The trouble that people respond to begins with another fault.
    pub is_standing: bool,
    /// Equal steps of `length` when an effect climbs, else 1. Steps are phases `name.1` ….
    pub steps: u32,
    /// What it does.
    pub effects: Vec<Effect>,
    /// Line of its table in the file, from 1; 0 when it was not read from a file.
    pub line: u32,
}

impl Fault {
    /// By how many nanoseconds it moves the clocks that it strikes.
    pub fn skew(&self) -> i64 {
        let skew = |effect: &Effect| match effect {
            Effect::Skew(nanos) => *nanos,
            _ => 0,
        };
        self.effects.iter().map(skew).sum()
    }
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
