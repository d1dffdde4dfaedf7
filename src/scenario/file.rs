//! The scenario file as written: every section, every key, its default and its documentation.

use serde_json::{Value as Json, json};

use super::document::Node;
use super::model::{Balance, Crypto, Profile, Reads, ReorderForm, Spacing, Transport};
use super::quantity::{BitRate, Clock, Drift, Factor, Rate, Share, SignedSpan};
use super::written::{At, Count, Field, Named, Opaque, Ratio, Reader, Written, choice, section};
use crate::kernel::Span;

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
        /// What must be seen in a run.
        expect: ExpectFile;
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
        /// `one_way[from][to]`, for figures written here; the diagonal is the delay inside a region.
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
choice!(Profile, "profile" { "eas" => Profile::Eas, });
choice!(Crypto, "kind of crypto" { "real" => Crypto::Real, "modelled" => Crypto::Modelled, });
choice!(Transport, "transport" {
    "stream" => Transport::Stream,
    "datagram" => Transport::Datagram,
});
choice!(Reads, "way to read" { "one" => Reads::One, "quorum" => Reads::Quorum, });
choice!(Balance, "balance" {
    "nearest" => Balance::Nearest,
    "round-robin" => Balance::RoundRobin,
});
choice!(Spacing, "kind of arrivals" { "poisson" => Spacing::Poisson, "even" => Spacing::Even, });
choice!(ReorderForm, "form of reordering" {
    "swap" => ReorderForm::Swap,
    "jump" => ReorderForm::Jump,
    "hold" => ReorderForm::Hold,
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
        /// How many validators a reader asks.
        reads: Reads = "one";
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
        /// How a client picks its router.
        balance: Balance = "nearest";
    }
}

section! {
    /// A group of clients with one kind of load. Open load has `rate` or `stages`, closed load
    /// has `users` and `think`.
    LoadFile, "a load group" => {
        /// Operations per second, of all clients together; each part of a chain is one. With
        /// stages: the rate at which the first one starts.
        rate: Rate;
        /// Consecutive stretches from the start of what is measured, as in k6.
        stages: Vec<At<StageFile>>;
        /// How arrivals lie within the rate.
        arrivals: Spacing;
        /// Closed load: so many users send, wait for the answer, think, and send again.
        users: Count<1, 1_000_000>;
        /// Mean thinking time of a user.
        think: Span;
        /// How many clients; with users as many as users, by default.
        clients: Count<1, 1_000_000>;
        /// Regions of the delay table, dealt in turn; all of them by default.
        regions: Vec<At<String>>;
        /// Shares of the kinds of operation, adding up to 100%; all attest by default.
        mix: MixFile;
        /// Which subjects operations concern; 1000 of equal weight by default.
        keys: KeysFile;
        /// Attestations come as chains of linked ones.
        chain: ChainFile;
        /// Operations come as bursts of several issuers on one subject.
        overlap: OverlapFile;
        /// What a client does after a refusal or silence; without it, nothing.
        retry: RetryFile;
        /// How long after their intended send attestations expire; without it, never.
        expires: Span;
    }
}

section! {
    /// A stretch of open load: the rate moves in a straight line to its target.
    StageFile, "a stage" => {
        /// Its name; then it is a phase.
        name: String;
        /// How long it lasts; `0s` jumps to the target at once.
        duration: Span;
        /// The rate at its end.
        target: Rate;
    }
}

section! {
    /// Shares of the kinds of operation.
    MixFile, "a mix" => {
        /// New attestations.
        attest: Share = "0%";
        /// Revocations of an earlier attestation by its attester.
        revoke: Share = "0%";
        /// Replacements of an earlier attestation.
        replace: Share = "0%";
        /// Claims of a subject that only one may hold.
        claim: Share = "0%";
        /// Questions for the state of an earlier attestation.
        query: Share = "0%";
    }
}

section! {
    /// Which subjects operations concern.
    KeysFile, "a choice of keys" => {
        /// How many subjects there are.
        count: Count<1, 100_000_000> = 1000;
        /// Exponent of Zipf's law; 0 gives every subject the same weight.
        zipf: Ratio<10>;
        /// One writer per subject, and a subject comes back only after all others.
        pick: PickFile;
    }
}

/// How subjects are picked if not by Zipf's law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PickFile {
    InTurn,
}

choice!(PickFile, "way to pick" { "in-turn" => PickFile::InTurn, });

section! {
    /// Attestations as chains: each part links to the one before.
    ChainFile, "a chain" => {
        /// Parts.
        length: Count<2, 1000>;
        /// Time between the intended sends of two parts.
        gap: Span;
        /// Attesters that take turns.
        attesters: Count<1, 1000> = 1;
    }
}

section! {
    /// Several issuers acting on one subject within a window.
    OverlapFile, "an overlap" => {
        /// How many issuers: a number, or the least and the most.
        issuers: Between;
        /// Their intended sends lie within this.
        window: Span;
    }
}

/// A count, or the least and the most of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Between {
    pub(crate) from: u32,
    pub(crate) to: u32,
}

impl Written for Between {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        type One = Count<2, 1000>;
        let super::document::Value::List(nodes) = &node.value else {
            return One::read(node, reader).map(|count| Self { from: count.0, to: count.0 });
        };
        let [from, to] = nodes.as_slice() else {
            let message = format!("`{}` has {} numbers", reader.path(), nodes.len());
            reader.report(node.place, message, "write the least and the most, like `[2, 5]`");
            return None;
        };
        let (from, to) = (One::read(from, reader), One::read(to, reader));
        let between = Self { from: from?.0, to: to?.0 };
        if between.from <= between.to {
            return Some(between);
        }
        let message = format!("`{}` runs backwards", reader.path());
        reader.report(node.place, message, "write the least first, like `[2, 5]`");
        None
    }

    fn schema() -> Json {
        let one = Count::<2, 1000>::schema();
        json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 2, "maxItems": 2 }] })
    }
}

section! {
    /// What a client does after a refusal that may pass, or silence.
    RetryFile, "a retry" => {
        /// Tries in all, the first included.
        tries: Count<1, 1000>;
        /// Pause before the next try.
        after: Span;
        /// A try without an answer for this long is over.
        timeout: Span = "5s";
    }
}

section! {
    /// Something that goes wrong: a name, a time, a place, and one or more effects.
    FaultFile, "a fault" => {
        /// Its name, which is also its phase's.
        name: String;
        /// A moment: `1m` after the start, `02:13` by the clock, `stall + 2m`, `end of stall + 30s`.
        at: String;
        /// How long it lasts; without it, until the run ends.
        length as "for": Span;
        /// It comes again so often, as long as it ends within the run.
        every: Span;
        /// Whom it strikes: `validator-3`, `2 validators`, `routers -> validators`.
        on: String;
        /// Without any effect of this fault the run is inconclusive.
        must_occur: bool = true;
        /// On links: messages take longer.
        delay: DelayFile;
        /// On links: messages change places.
        reorder: ReorderFile;
        /// On links: messages disappear.
        loss: LossFile;
        /// On links: this share of messages arrives twice.
        duplicate: Climbing<Share>;
        /// On links: no more than this gets through.
        bandwidth: Climbing<BitRate>;
        /// On links: nothing gets through.
        partition: bool;
        /// On links: everything waits until the fault ends.
        clog: bool;
        /// On actors: they stop, and start again when the fault ends.
        crash: CrashFile;
        /// On actors: they make no progress and keep what they hold.
        stall: bool;
        /// On actors: all work takes so many times as long.
        slow: Climbing<Factor>;
        /// On actors: the clock is ahead (`+30s`) or behind (`-2s`).
        skew: SignedSpan;
        /// On actors: the clock runs fast, or slow if negative.
        drift: Drift;
    }
}

section! {
    /// Messages take longer.
    DelayFile, "a delay", alone "add" => {
        /// The same for every message.
        add: Climbing<Span>;
        /// Between nothing and this, drawn anew for every message.
        jitter: Climbing<Span>;
        /// Standard deviation of a normal part, cut at zero.
        spread: Climbing<Span>;
        /// Share of messages that fare like the one before on the same link.
        correlation: Share = "0%";
    }
}

section! {
    /// Messages change places.
    ReorderFile, "a reorder", alone "share" => {
        /// Share of messages moved.
        share: Climbing<Share>;
        /// Changes places with the next, jumps ahead, or is held until later ones have passed.
        form: ReorderForm = "jump";
        /// How many places.
        gap: Count<1, 10_000> = 1;
    }
}

section! {
    /// Messages disappear.
    LossFile, "a loss", alone "share" => {
        /// Share lost in the long run.
        share: Climbing<Share>;
        /// Mean length of a burst of loss; `0s` loses messages independently.
        burst: Span = "0s";
    }
}

/// An actor stops; `true` keeps its state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CrashFile {
    /// Whether it happens at all; `crash = false` does not.
    pub(crate) happens: bool,
    /// Whether what it kept on disk is lost.
    pub(crate) state_lost: bool,
}

section! {
    /// An actor stops.
    CrashStateFile, "a crash" => {
        /// Whether what it kept on disk survives.
        state: DiskState = "kept";
    }
}

/// What becomes of an actor's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DiskState {
    Kept,
    Lost,
}

choice!(DiskState, "state" { "kept" => DiskState::Kept, "lost" => DiskState::Lost, });

impl Written for CrashFile {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.table().is_none() {
            return bool::read(node, reader).map(|happens| Self { happens, state_lost: false });
        }
        let file = CrashStateFile::read(node, reader)?;
        let state_lost = *file.state.get()? == DiskState::Lost;
        Some(Self { happens: true, state_lost })
    }

    fn schema() -> Json {
        json!({ "anyOf": [bool::schema(), CrashStateFile::schema()] })
    }

    fn list_keys(keys: &mut Vec<&'static str>) {
        CrashStateFile::list_keys(keys);
    }
}

/// A number, or one that climbs in equal steps.
#[derive(Clone, Debug)]
pub(crate) struct Climbing<T> {
    pub(crate) from: T,
    pub(crate) to: T,
    /// `None` when it does not climb.
    pub(crate) steps: Option<At<u32>>,
}

/// The keys of a climb.
const CLIMB: [&str; 3] = ["from", "to", "steps"];

impl<T: Written + Clone> Written for Climbing<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(table) = node.table() else {
            let value = T::read(node, reader)?;
            return Some(Self { from: value.clone(), to: value, steps: None });
        };
        reader.refuse_unknown(table, node.place, "a climb", &CLIMB);
        let from: Field<T> = reader.field(table, "from", None);
        let to: Field<T> = reader.field(table, "to", None);
        let steps: Field<Count<2, 100>> = reader.field(table, "steps", None);
        let complete = !from.is_absent() && !to.is_absent() && !steps.is_absent();
        if !complete && !reader.is_misspelt(node.place, None) {
            let message = format!("the climb of `{}` is not complete", reader.path());
            reader.report(node.place, message, "a climb has all of: from, to, steps");
        }
        let steps = steps.at()?;
        let steps = At { value: steps.value.0, place: steps.place };
        Some(Self { from: from.get()?.clone(), to: to.get()?.clone(), steps: Some(steps) })
    }

    fn schema() -> Json {
        json!({ "anyOf": [T::schema(), {
            "type": "object",
            "description": "It climbs in equal steps, each a phase.",
            "properties": { "from": T::schema(), "to": T::schema(), "steps": Count::<2, 100>::schema() },
            "required": CLIMB,
            "additionalProperties": false,
        }] })
    }

    fn list_keys(keys: &mut Vec<&'static str>) {
        keys.extend(CLIMB);
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
    }
}

section! {
    /// Parameters by axis and choice; unused ones are fine, misspelt ones are not.
    ParametersFile, "[parameters]" => {
        /// By strategy.
        ordering: Named<Opaque>;
    }
}
