//! `[[fault]]` as written: effects, and numbers that climb.

use serde_json::{Value as Json, json};

use crate::kernel::Span;
use crate::scenario::document::Node;
use crate::scenario::model::{ReorderForm, Version};
use crate::scenario::quantity::{BitRate, Drift, Factor, Share, SignedSpan};
use crate::scenario::written::{At, Count, Field, Reader, Written, choice, section};

section! {
    /// Something that goes wrong: a name, a time, a place, and one or more effects.
    FaultFile, "a fault" => {
        /// Its name, which is also its phase's.
        name: String;
        /// A moment: `1m` after the start, `02:13`, `stall + 2m`, `end of stall + 30s`.
        at: String;
        /// How long it lasts; without it, until the run ends.
        length as "for": Span;
        /// It comes again so often, as long as it ends within the run.
        every: Span;
        /// Whom it strikes: `validator-3`, `2 validators`, `routers -> validators`.
        on: String;
        /// Without any effect of this fault the run is inconclusive.
        must_occur: bool = true;
        /// It is how things were before: the trouble that people respond to begins with another
        /// fault.
        standing: bool = false;
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
        /// On routers: they tell one another their tables so many times as seldom.
        gossip: Climbing<Factor>;
        /// On actors: the clock is ahead (`+30s`) or behind (`-2s`).
        skew: SignedSpan;
        /// On actors: the clock runs fast, or slow if negative.
        drift: Drift;
        /// On validators: they judge by the rules of another version.
        rules: Version;
        /// On validators: the outer chain stands still for them until they see it so far behind,
        /// and stays so.
        upstream: Span;
        /// On validators: the registry becomes what it was so long before, and what it had applied
        /// since is not applied again.
        snapshot: Span;
        /// On indexers: this share of attestations is said to be revoked, whatever they are.
        misreport: Share;
        /// On validators: the registry's emergency brake is on, and whatever comes is refused for
        /// now. Only profile `sign` has one; elsewhere this does nothing.
        pause: bool;
        /// On validators: runs twice with one key, and tells each half of the others its own story.
        equivocate: bool;
        /// On validators: this share of what another would say, and of its answers, signed falsely.
        forge: Share;
        /// On validators: this share of messages is not sent, or nothing to this share of peers.
        withhold: WithholdFile;
        /// On validators: to this share of messages an old one is added, its own or another's.
        replay: Share;
        /// On validators: what this share of attesters says is not heard.
        censor: Share;
        /// On validators: this share of messages leaves after the next to the same receiver.
        shuffle: Share;
        /// On validators: whatever is said leaves so much later.
        hold: Span;
        /// On validators: so often it goes back to what was on disk when the fault began, and so
        /// lies in view changes: of the votes, locks and prepared batches since, it knows nothing.
        amnesia: Span;
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
    /// A validator keeps messages to itself.
    WithholdFile, "a withholding", alone "messages" => {
        /// Share of messages, whoever they are for.
        messages: Share;
        /// Share of the other validators, the same for as long as the fault lasts.
        peers: Share;
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
            "properties": {
                "from": T::schema(),
                "to": T::schema(),
                "steps": Count::<2, 100>::schema(),
            },
            "required": CLIMB,
            "additionalProperties": false,
        }] })
    }

    fn list_keys(keys: &mut Vec<&'static str>) {
        keys.extend(CLIMB);
    }
}

choice!(ReorderForm, "form of reordering" {
    "swap" => ReorderForm::Swap,
    "jump" => ReorderForm::Jump,
    "hold" => ReorderForm::Hold,
});

choice!(Version, "version of the rules" {
    "accepts-expired" => Version::AcceptsExpired,
    "knows-no-links" => Version::KnowsNoLinks,
    "knows-three-locations" => Version::KnowsThreeLocations,
    "replays-old" => Version::ReplaysOld,
});
