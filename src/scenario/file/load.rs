//! `[load.<group>]` as written.

use serde_json::{Value as Json, json};

use super::arrivals::{ArrivalsFile, TraceFile};
use crate::flow::Backoff;
use crate::kernel::Span;
use crate::scenario::document::{Node, Value};
use crate::scenario::model::{Reads, Storage};
use crate::scenario::quantity::{Factor, Rate, Share};
use crate::scenario::written::{At, Count, Ratio, Reader, Written, choice, section};

section! {
    /// A group of clients with one kind of load. Open load has `rate` or `stages`, closed load
    /// has `users` and `think`, recorded load has a `trace`.
    LoadFile, "a load group" => {
        /// Operations per second, of all clients together; each part of a chain is one. With
        /// stages: the rate at which the first one starts.
        rate: Rate;
        /// Consecutive stretches from the start of what is measured, as in k6.
        stages: Vec<At<StageFile>>;
        /// How arrivals lie within the rate, and how the rate swings.
        arrivals: ArrivalsFile;
        /// Operations as they were recorded, instead of a rate.
        trace: TraceFile;
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
        /// Whom its questions go to; as `validators.reads` says by default.
        reads: Reads;
        /// Attestations come as chains of linked ones.
        chain: ChainFile;
        /// Operations come as bursts of several issuers on one subject.
        overlap: OverlapFile;
        /// What a client does after a refusal or silence; without it, nothing.
        retry: RetryFile;
        /// How long users wait for the answer to a statement before they look again, which asks a
        /// validator, and complain; without it, for ever.
        patience: PatienceFile;
        /// How long after their intended send attestations expire; without it, never.
        expires: Span;
        /// How long after their intended send operations are of use; later ones are not sent.
        deadline: Span;
        /// A router's promise is their answer, that they will be in within this time of it (a
        /// log's maximum merge delay); without it the answer is that they are in.
        promise: Span;
        /// How urgent they are, for `admission = "priority"`: 0 goes first.
        priority: Count<0, 255> = 0;
        /// Work of their schema's hook, which routers run before they send an operation on.
        hook: HookFile;
        /// Share of statements that somebody other than their attester sends, with a signature
        /// that is forged or tampered with; every validator is to refuse them.
        forged: Share = "0%";
        /// So many statements or claims come in one signed transaction, each about its own subject:
        /// all are accepted, or none. A transaction is one operation.
        batch: Count<1, 100> = 1;
        /// Share of statements that their attester signs and another client of the group submits.
        delegated: DelegatedFile;
        /// Statements whose data lies elsewhere, and is stored there before they are sent.
        data: DataFile;
        /// Share of statements about the outer chain as it stands when they are due: a validator
        /// that does not see it so far yet refuses them for now.
        upstream: Share = "0%";
    }
}

section! {
    /// When users look again, and what they do about it. A declared model: no data were found.
    PatienceFile, "a patience", alone "median" => {
        /// Median time from the intended send until the first look, log-normal.
        median: Span = "45s";
        /// From one look to the next.
        refresh: Span = "20s";
        /// Chance of a complaint with every look.
        ticket: Share = "0.2%";
        /// So long after the intended send they leave.
        leaves: Span = "30m";
        /// Who was told that it is known waits so many times as long for the next look, and does
        /// not complain.
        told: Factor = "3x";
    }
}

section! {
    /// Work of a hook.
    HookFile, "a hook", alone "mean" => {
        /// How long it takes in the mean.
        mean: Span;
        /// Whether it always takes that, or is drawn for each operation.
        law: LawFile = "fixed";
        /// Coefficient of variation, for `lognormal`: 1 by default.
        cv: Ratio<100>;
    }
}

/// How the work of a hook lies about its mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LawFile {
    Fixed,
    Exponential,
    Uniform,
    LogNormal,
}

choice!(LawFile, "law" {
    "fixed" => LawFile::Fixed,
    "exponential" => LawFile::Exponential,
    "uniform" => LawFile::Uniform,
    "lognormal" => LawFile::LogNormal,
});

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
        /// Registrations of a schema, which the group's statements use from then on.
        register: Share = "0%";
    }
}

section! {
    /// Statements that another client submits.
    DelegatedFile, "a delegation", alone "share" => {
        /// Share of statements.
        share: Share;
        /// How long after its intended send a call is good, where the profile looks at that
        /// (`eas`); without it, for ever.
        deadline: Span;
    }
}

section! {
    /// Statements, neither claims nor what takes something back, whose data lies elsewhere.
    DataFile, "data elsewhere", alone "place" => {
        /// Where: `off-chain` is the whole statement, of which the registry has the id.
        place: Storage;
        /// Share of statements.
        share: Share = "100%";
        /// How long it takes to store.
        upload: Span = "0s";
        /// How long after the intended send it can be had, in the mean (exponential).
        readable: Span = "0s";
        /// Share that never can.
        lost: Share = "0%";
    }
}

choice!(Storage, "place for data" {
    "arweave" => Storage::Arweave,
    "ipfs" => Storage::Ipfs,
    "custom" => Storage::Custom,
    "off-chain" => Storage::OffChain,
    "registry" => Storage::Registry,
});

section! {
    /// Which subjects operations concern.
    KeysFile, "a choice of keys" => {
        /// How many subjects there are.
        count: Count<1, 100_000_000> = 1000;
        /// Exponent of Zipf's law; 0 gives every subject the same weight.
        zipf: Ratio<10>;
        /// `in-turn`: a subject comes back only after all others, and of operations that are
        /// neither in chains nor in overlaps it has one writer. Open load only.
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
        /// A workflow: a part is only sent when the one before is in, and `gap` after that.
        waits: bool = false;
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
        let Value::List(nodes) = &node.value else {
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
        /// Whether pauses stay, or double.
        backoff: Backoff = "fixed";
        /// No pause is longer, unless `after` is.
        longest: Span = "30s";
        /// Up to this share of a pause is taken off by luck.
        jitter: Share = "0%";
        /// Retries that a client may add per hundred first tries; without it, any number.
        budget: Share;
        /// Whether every try is a new attestation, with a date and an identifier of its own; else
        /// the same one is sent again, and validators know it.
        anew: bool = false;
    }
}

choice!(Backoff, "backoff" {
    "fixed" => Backoff::Fixed,
    "exponential" => Backoff::Exponential,
});
