//! The scenario file as written: every section, every key, its default and its documentation.

use super::model::{Crypto, Reading, Reads, TimePolicy, Transport};
use super::quantity::{BitRate, Clock, Share};
use super::written::{At, Count, Named, Opaque, choice, section};
use crate::attestation::Profile;
use crate::kernel::Span;
use crate::trust::Formula;

pub(crate) use arrivals::{ArrivalsFile, DiurnalFile, TraceFile, Unknown};
pub(crate) use fault::{Climbing, DelayFile, FaultFile, LossFile, ReorderFile, WithholdFile};
pub(crate) use history::HistoryFile;
pub(crate) use links::LinksFile;
pub(crate) use load::{HookFile, KeysFile, LawFile, LoadFile, MixFile, PatienceFile, StageFile};
pub(crate) use ops::{
    AlertFile, AnswersFile, AutomationFile, BurnFile, GuessFile, OpsFile, RoleFile, RunbookFile,
    StepFile,
};
pub(crate) use readers::{CarriageFile, DependantsFile, IndexersFile};
pub(crate) use rules::{
    GroupFile, GroupsFile, Labels, MetricFile, Metrics, NamesFile, PrometheusRule, RulesFile,
    UnreadFile,
};

mod arrivals;
mod fault;
mod history;
mod links;
mod load;
mod ops;
mod readers;
mod rules;

section! {
    /// A scenario: what happens, to whom, for how long, and what its author demands.
    ScenarioFile, "the scenario" => {
        /// Its name, in small letters, digits and `-`.
        name: String;
        /// The question it asks, one sentence.
        question: String = "";
        /// What happens, in a few sentences.
        story: String = "";
        /// The real event or paper it models.
        source: String = "";
        /// What is measured; warm-up comes before it, settling after it.
        duration: Span;
        /// Load before the measurement starts, at the first rate of each group.
        warmup: Span = "10s";
        /// Time without new load after the measurement: what is late may still arrive and counts.
        settle: Span = "20s";
        /// Time of day at the start of the measurement; then faults may be given clock times.
        clock: Clock;
        /// The seed of all luck.
        seed: u64 = 1;
        /// The ordering strategy.
        ordering: String = "arrival";
        /// Which registry's rules apply.
        profile: Profile = "eas";
        /// What the uids of `eas` are made of; `sign` has numbers.
        uid: UidFile = "content";
        /// The longest that an attestation may be valid by its schema, where the profile's registry
        /// looks at it (`sign`); without it, for ever.
        max_valid_for: Span;
        /// Whether signatures are computed or only charged; both give the same digest.
        crypto: Crypto = "real";
        /// What every link has without faults.
        network: NetworkFile;
        /// The committee of validators.
        validators: ValidatorsFile;
        /// The routers between clients and validators.
        routers: RoutersFile;
        /// Groups of clients by a name of your choice, at least one.
        load: Named<LoadFile>;
        /// What goes wrong, in order.
        fault: Vec<At<FaultFile>>;
        /// Demands on one run by a name of your choice, each a check; a missed one exits 99.
        thresholds: Named<String>;
        /// Relying parties; without it nobody looks twice.
        trust: TrustFile;
        /// Indexers, which copy validators; without it nobody does.
        indexers: IndexersFile;
        /// Dependants, whose users need what is attested; without it nobody does.
        dependants: DependantsFile;
        /// Time sources, by which some hosts set their clocks; without it nobody does.
        time: TimeFile;
        /// Who watches and who is called; without it nobody is.
        ops: OpsFile;
        /// What must be seen in a run.
        expect: ExpectFile;
        /// Relations between variants, judged over seeds by `claims` and `compare`.
        claim: Vec<At<ClaimFile>>;
        /// What really happened, row by row; `incident` sets it beside the run.
        history: Vec<At<HistoryFile>>;
        /// Virtual CPU per kind of work.
        costs: CostsFile;
        /// Parameters of the strategies, for any number of them at once.
        parameters: ParametersFile;
    }
}

section! {
    /// What every link has without faults.
    NetworkFile, "[network]" => {
        /// One-way delays between regions: a bundled table, a file, or the figures themselves.
        delays: DelaysFile = "aws-13";
        /// The delay inside a region; without it the table's own, or 250us where that is 0.
        local: Span;
        /// Each link's delay wanders by up to this share, up and down; at most 90%.
        jitter: Share = "0%";
        /// Share of messages lost on every link.
        loss: Share = "0%";
        /// What a link carries; without it there is no limit.
        bandwidth: BitRate;
        /// Whether a link keeps its order, as TCP and QUIC do, or lets messages overtake.
        transport: Transport = "stream";
    }
}

/// What uids are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uid {
    Content,
    Inclusion,
}

section! {
    /// What the uids of attestations are made of.
    UidFile, "a kind of uid", alone "of" => {
        /// The `content` alone, or the time of `inclusion` too, as in the real EAS.
        of: Uid;
        /// Between two blocks, whose times uids have; without it 12s, a slot of Ethereum's.
        block: Span;
    }
}

section! {
    /// A table of delays between regions.
    DelaysFile, "a delay table", alone "name" => {
        /// A bundled table; or what figures of your own are called.
        name: String;
        /// A CSV file beside the scenario: region names in the first row and column, milliseconds.
        file: String;
        /// What the figures of the file are; it must be said.
        are: Ways;
        /// Region names, for figures written here.
        regions: Vec<At<String>>;
        /// `one_way[from][to]`, for figures written here; the diagonal is inside a region.
        one_way: Vec<At<Vec<At<Span>>>>;
        /// Where figures written here come from.
        source: String = "";
    }
}

/// What the figures of a delay table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ways {
    OneWay,
    RoundTrip,
}

choice!(Ways, "kind of delay" { "one-way" => Ways::OneWay, "round-trip" => Ways::RoundTrip, });
choice!(Profile, "profile", Profile::NAMES);
choice!(Uid, "kind of uid" { "content" => Uid::Content, "inclusion" => Uid::Inclusion, });
choice!(Crypto, "kind of crypto" { "real" => Crypto::Real, "modelled" => Crypto::Modelled, });
choice!(Transport, "transport" {
    "stream" => Transport::Stream,
    "datagram" => Transport::Datagram,
});
choice!(Reads, "way to read" {
    "one" => Reads::One,
    "quorum" => Reads::Quorum,
    "index" => Reads::Index,
});

section! {
    /// The committee of validators.
    ValidatorsFile, "[validators]" => {
        /// How many.
        count: Count<1, 1000> = 7;
        /// Regions of the delay table, dealt in turn; all of them by default.
        regions: Vec<At<String>>;
        /// Virtual cores of each.
        cores: Count<1, 1024> = 4;
        /// Whom a reader asks: the nearest `one`, a `quorum`, or the nearest `index`.
        reads: Reads = "one";
        /// What is dated further ahead of a validator's clock than this is not let in; without it
        /// nobody looks.
        ahead: AheadFile;
    }
}

choice!(Early, "way with the early" { "refuse" => Early::Refuse, "hold" => Early::Hold, });

/// What is done with what is dated in the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Early {
    Refuse,
    Hold,
}

section! {
    /// What validators do with statements that are dated in the future.
    AheadFile, "a limit of what is ahead", alone "most" => {
        /// So far ahead is let in.
        most: Span;
        /// What is further ahead is refused, or waits for its time.
        then: Early = "refuse";
    }
}

choice!(TimePolicy, "way with time sources" {
    "average" => TimePolicy::Average,
    "median" => TimePolicy::Median,
});

section! {
    /// Time sources, which are right unless a fault with `skew` strikes them.
    TimeFile, "[time]" => {
        /// How many.
        sources: Count<1, 100> = 6;
        /// What those who ask make of the answers: the `average`, or the `median`.
        policy: TimePolicy = "average";
        /// Who asks, and has the clock that comes of it: `validator-0..6, issuers`.
        hosts: String = "validators";
    }
}

section! {
    /// The routers between clients and validators.
    RoutersFile, "[routers]" => {
        /// How many.
        count: Count<1, 1000> = 3;
        /// Regions of the delay table, dealt in turn; all of them by default.
        regions: Vec<At<String>>;
        /// Messages a router holds before it refuses; without it there is no limit.
        queue: Count<1, 100_000_000>;
        /// What a refused client is told to wait.
        retry_after: Span = "1s";
        /// Workers of each router.
        workers: Count<1, 1024> = 1;
        /// How often routers tell clients how many operations they hold, where the balance asks;
        /// `0s` tells them at every change.
        news: Span = "1s";
        /// How a client picks its router.
        balance: String = "nearest";
        /// In which order waiting operations get a worker.
        admission: String = "fifo";
        /// What a router does when more comes than it can work off.
        backpressure: String = "reject";
        /// Which kinds of work have workers of their own.
        bulkheads: String = "shared";
        /// When what was slow is not tried for a while.
        breaker: String = "none";
        /// How operations come from the router that took them in to the validators.
        routing: String = "direct";
        /// Between whom they travel, where routing is not direct.
        links: LinksFile = "ring";
    }
}

choice!(Formula, "model of confidence" {
    "default-1" => Formula::Default1,
    "first-answer" => Formula::FirstAnswer,
});

section! {
    /// Relying parties: told that something is proven, they look for themselves.
    TrustFile, "[trust]" => {
        /// How many relying parties there are.
        parties: Count<1, 1000> = 3;
        /// Regions of the delay table, dealt in turn; all of them by default.
        regions: Vec<At<String>>;
        /// Share of attestations that somebody relies on.
        share: Share = "20%";
        /// The declared model by which they are confident.
        model: Formula = "default-1";
        /// Looks that a party keeps; all of them must agree for full agreement.
        looks: Count<1, 100> = 3;
        /// Between an answer and the next look.
        pause: Span = "200ms";
        /// A look without an answer for this long is over.
        timeout: Span = "1s";
        /// From the proof until a party gives up.
        patience: Span = "10s";
        /// Until proof; without it the p95 that each party learns during the warm-up.
        expected: Span;
        /// How parties make out records, which is not how everybody means them.
        reading: Reading = "as-meant";
        /// A validator's state may be so old without raising doubt.
        tolerance: Span = "2s";
        /// Beyond that, freshness falls to 1/e in this time.
        tau: Span = "10s";
        /// The confidence from which a party is confident.
        confident: Share = "90%";
    }
}

section! {
    /// What must be seen in a run.
    ExpectFile, "[expect]" => {
        /// Checks that must hold at every moment; a false one exits 99.
        always: Vec<At<String>>;
        /// Checks that must hold at least once; else nothing was tested, and the exit is 97.
        sometimes: Vec<At<String>>;
    }
}

section! {
    /// A relation between variants over seeds: it holds, fails, or stays open.
    ClaimFile, "a claim" => {
        /// What is claimed, one sentence.
        text: String;
        /// What differs, as `compare --by` has it: `ordering=arrival,causal`.
        by: String;
        /// `per10k(orphans) in storm: causal < 0.01x arrival`; with `arrival + 10ms`, or a value.
        holds: String;
    }
}

section! {
    /// Virtual CPU per kind of work.
    CostsFile, "[costs]" => {
        /// Make a signature.
        sign: Span = "24us";
        /// Verify a signature strictly.
        verify: Span = "63us";
        /// Apply one attestation to the registry.
        apply: Span = "20us";
        /// Answer one question.
        read: Span = "10us";
        /// Receive one message, before anything else.
        receive: Span = "2us";
        /// A router's work on one message.
        route: Span = "5us";
        /// A router's look at a signature; `0s` leaves it to the validators.
        check: Span = "0s";
        /// A router's telling of an operation to indexers.
        index: Span = "0s";
    }
}

section! {
    /// Parameters by axis and choice; unused ones are fine, misspelt ones are not.
    ParametersFile, "[parameters]" => {
        /// By strategy.
        ordering: Named<Opaque>;
        /// By policy of `routers.balance`.
        balance: Named<Opaque>;
        /// By policy of `routers.admission`.
        admission: Named<Opaque>;
        /// By policy of `routers.backpressure`.
        backpressure: Named<Opaque>;
        /// By policy of `routers.bulkheads`.
        bulkheads: Named<Opaque>;
        /// By policy of `routers.breaker`.
        breaker: Named<Opaque>;
        /// By policy of `routers.routing`.
        routing: Named<Opaque>;
    }
}
