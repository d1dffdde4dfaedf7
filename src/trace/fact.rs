//! One observation each: what an actor did or what befell it, as plain numbers.

use super::kinds::{
    AlertStage, Conclusion, Duty, FateKind, HostChange, Kind, Refusal, Remedy, StepStage,
};
use crate::attestation::{Status, Verdict};
use crate::kernel::{Span, VirtualTime};

/// One observation. The emitting process and the instant are recorded beside it.
///
/// `operation` is the number from the load plan, `attempt` counts an operation's tries from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fact {
    /// The load plan means an operation to be sent. Emitted ahead of time.
    Planned {
        /// Its number.
        operation: u32,
        /// What it is.
        kind: Kind,
        /// Its attester's count of statements before it; 0 for a query.
        sequence: u32,
        /// Its attester, as a process.
        client: u32,
        /// What it is about.
        subject: u32,
        /// The operation it refers to, `u32::MAX` for none.
        target: u32,
        /// When it should be sent; latency counts from here.
        intended: VirtualTime,
    },
    /// Its client sent it.
    Sent {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
    },
    /// A router took it in.
    Admitted {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// Messages the router held before it.
        queue: u32,
    },
    /// A router turned it away, or lost it.
    Rejected {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// Why.
        why: Refusal,
    },
    /// A router's worker began with it.
    Begun {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
    },
    /// What waited in a router's compartment, told at its first event of a later second.
    Queue {
        /// The lane that it is called by.
        lane: u8,
        /// The most that waited.
        waiting: u32,
        /// Workers that are busy now.
        busy: u32,
        /// How long the first in line has waited by now.
        oldest: Span,
    },
    /// A router sent it on to the validators.
    Routed {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// The router's count of what it sent on before.
        sequence: u32,
    },
    /// A centre sent it on to another centre.
    Forwarded {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// Centres that it had passed before this one.
        hop: u8,
        /// Which copy of the try: others than 0 were sent another way.
        copy: u8,
        /// The centre that it goes to next, as a process.
        to: u32,
        /// The centre that it is addressed to, as a process.
        home: u32,
        /// Microseconds until it is there and has its turn, as the sender's table has it.
        eta: u32,
    },
    /// A validator checked all stamps that came with it, where routers are centres.
    Scanned {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// Stamps: its attester's signature, and one of each centre.
        scans: u8,
        /// How many of them are valid.
        valid: u8,
    },
    /// It arrived at a validator, before any work on it.
    Received {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// The router that sent it, as a process.
        router: u32,
        /// The router's count.
        sequence: u32,
    },
    /// A validator checked its signature; of what is dated ahead of its clock, when that time has
    /// come.
    Verified {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// Whether it is its attester's.
        genuine: bool,
    },
    /// A validator received it, genuine, from another one before any router brought it; where the
    /// ordering goes by the order of receipt.
    Relayed {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// The other one, as a process.
        from: u32,
    },
    /// A validator put it into a block, or gave it its place: from now on it is being ordered.
    Proposed {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
    },
    /// A validator's ordering holds it until something else has come.
    Waits {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
    },
    /// A validator's ordering delivered it.
    Delivered {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// Its place among what this validator delivered.
        position: u32,
        /// Whether the ordering says that it stays.
        is_final: bool,
        /// Whether it is of one batch with what this validator delivered before it.
        joins: bool,
    },
    /// A validator's ordering took back what it had delivered last.
    Retracted {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// The place it had.
        position: u32,
        /// Whether it had been final.
        was_final: bool,
    },
    /// A validator's ordering says that what it delivered before now stays.
    Finalised {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
    },
    /// A validator's registry decided on it.
    Applied {
        /// Its number.
        operation: u32,
        /// Which try.
        attempt: u8,
        /// What the registry says.
        verdict: Verdict,
        /// Whether it was in already.
        again: bool,
        /// The operation that its reference names here, `u32::MAX` for none.
        resolved: u32,
    },
    /// Its client knows how it ended.
    Concluded {
        /// Its number.
        operation: u32,
        /// Tries made before the last.
        attempt: u8,
        /// How.
        conclusion: Conclusion,
    },
    /// A client was told the state of an attestation.
    Answered {
        /// The question's number.
        operation: u32,
        /// The operation asked about.
        target: u32,
        /// What it was told.
        said: Status,
    },
    /// Somebody will rely on an operation once it is proven. Emitted with [`Fact::Planned`].
    Wanted {
        /// Its number.
        operation: u32,
        /// The relying party, as a process.
        party: u32,
    },
    /// A relying party was told that it is proven, and begins to look.
    Relied {
        /// Its number.
        operation: u32,
        /// Microseconds from its intended send to its proof.
        elapsed: u32,
        /// Microseconds that the party expects of that, [`Fact::NONE`] while it learns.
        expected: u32,
    },
    /// A relying party asked a validator, and was answered or waited in vain.
    Looked {
        /// Its number.
        operation: u32,
        /// The validator.
        validator: u16,
        /// Looks before this one.
        look: u8,
        /// What it was told; `None` is silence.
        said: Option<Status>,
        /// The place there; [`Fact::NONE`] if there is none, or no total order is owed.
        position: u32,
        /// Names what is held there.
        digest: u32,
        /// Microseconds since the validator's state last changed.
        age: u32,
        /// The signatures shown there, as a set.
        stamps: u8,
        /// What it is linked to is unknown there.
        is_orphaned: bool,
    },
    /// A relying party is confident in it.
    Confident {
        /// Its number.
        operation: u32,
        /// Looks in all.
        looks: u8,
        /// How confident, in ten-thousandths.
        confidence: u16,
    },
    /// A relying party is not confident, and looks no more.
    Doubted {
        /// Its number.
        operation: u32,
        /// Looks in all.
        looks: u8,
        /// How confident it is all the same, in ten-thousandths.
        confidence: u16,
    },
    /// A user will need it at a dependant. Emitted with [`Fact::Planned`].
    Needed {
        /// Its number.
        operation: u32,
        /// The dependant, as a process.
        dependant: u32,
        /// When the user turns up.
        at: VirtualTime,
    },
    /// A dependant let its user pass, or did not.
    Used {
        /// Its number.
        operation: u32,
        /// What the dependant went by; `None` is silence.
        said: Option<Status>,
        /// Whether the user passed.
        is_allowed: bool,
        /// Microseconds that the user waited.
        waited: u32,
    },
    /// No user needs it any more.
    Released {
        /// Its number.
        operation: u32,
    },
    /// An indexer has it.
    Indexed {
        /// Its number.
        operation: u32,
        /// Microseconds since the indexer's validator applied it.
        lag: u32,
    },
    /// An indexer says how far the date on a record lies from that of signing.
    Dated {
        /// Its number.
        operation: u32,
        /// Nanoseconds, each by its own clock.
        drift: i64,
    },
    /// A second chain has it for good.
    Carried {
        /// Its number.
        operation: u32,
        /// Since the indexer's validator applied it.
        lag: Span,
    },
    /// A client read the schema of a statement before it sent it, and was told that there is none.
    Unread {
        /// The statement's number.
        operation: u32,
        /// That of the registration.
        schema: u32,
    },
    /// A fault rule did something to a message of this process.
    Fate {
        /// The rule, by its place in the scenario, or [`Self::OF_THE_RUN`].
        rule: u16,
        /// What it did.
        kind: FateKind,
        /// The receiver.
        to: u32,
        /// By how much longer the message took, if it did.
        by: Span,
    },
    /// Something befell this process.
    Host {
        /// The rule that caused it, by its place in the scenario.
        rule: u16,
        /// What.
        change: HostChange,
    },
    /// What this process used during one virtual second, told at its first event after it.
    Usage {
        /// Which second.
        second: u32,
        /// Messages sent.
        messages: u32,
        /// Bytes sent.
        bytes: u64,
        /// Virtual CPU spent.
        cpu: Span,
        /// Milliseconds of work, rounded down, that are begun or wait as this is told.
        backlog_ms: u32,
    },
    /// Messages of this process that met a fault rule while it was on, told with [`Fact::Usage`].
    Seen {
        /// The rule, by its place in the scenario, or [`Self::OF_THE_RUN`].
        rule: u16,
        /// What the rule does to messages.
        kind: FateKind,
        /// How many met it since this was told last.
        messages: u32,
    },
    /// A user who has waited too long for an operation looks again.
    Refreshed {
        /// Its number.
        operation: u32,
        /// Looks before this one.
        before: u16,
    },
    /// A user complains about it.
    Ticket {
        /// Its number.
        operation: u32,
    },
    /// A validator suspects another process, or trusts it again.
    Suspicion {
        /// Which.
        process: u32,
        /// How much, in tenths of phi; 0 is trusted again, [`Self::DIFFERS`] is for what it
        /// decided.
        phi: u32,
    },
    /// An alert rule changed.
    Alert {
        /// The rule, by its place in the scenario.
        rule: u16,
        /// How it stands now.
        stage: AlertStage,
        /// What its condition looks at, in thousandths of its unit.
        value: i64,
    },
    /// Something happened to an incident.
    Duty {
        /// Which, counted from 0.
        incident: u16,
        /// What.
        duty: Duty,
        /// The role, the alert rule or the operator that it is about, by its place.
        about: u16,
    },
    /// A step of a response began or ended.
    Step {
        /// Which incident.
        incident: u16,
        /// The step of the runbook, from 0; [`Self::GUESS`] without one.
        step: u16,
        /// What it does.
        remedy: Remedy,
        /// How it stands.
        stage: StepStage,
        /// The process that it acts on, or has found; [`Self::NONE`] for none or many.
        on: u32,
        /// The part of that process; 255 is the whole.
        part: u8,
        /// The role that takes it; [`Self::AUTOMATION`] for nobody.
        by: u16,
    },
    /// A number that a strategy wants seen as a curve.
    Note {
        /// Which of the strategy's notes.
        note: u16,
        /// The number.
        value: i64,
    },
}

impl Fact {
    /// In the place of a step's number: nobody wrote it down before.
    pub const GUESS: u16 = u16::MAX;

    /// In the place of a role: something acts by itself.
    pub const AUTOMATION: u16 = u16::MAX;

    /// In the place of phi: it is alive, and says otherwise.
    pub const DIFFERS: u32 = u32::MAX;

    /// No operation.
    pub const NONE: u32 = u32::MAX;

    /// In the place of a rule's number: what people of the run do to mend it.
    pub const OF_OPERATORS: u16 = Self::OF_THE_RUN - 1;

    /// In the place of a rule's number: what every run does and no fault of the scenario.
    pub const OF_THE_RUN: u16 = u16::MAX;
}

const _: () = assert!(size_of::<Fact>() <= 32, "a fact stays small");
