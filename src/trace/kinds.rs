//! Which of several things a fact tells.

/// What an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A statement, perhaps linked to an earlier one.
    Attest,
    /// A claim of a subject that only one may hold.
    Claim,
    /// A revocation.
    Revoke,
    /// A replacement.
    Replace,
    /// A question for the state of an attestation.
    Query,
    /// A registration of a schema.
    Register,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 6] =
        [Self::Attest, Self::Claim, Self::Revoke, Self::Replace, Self::Query, Self::Register];

    /// As mixes and files spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attest => "attest",
            Self::Claim => "claim",
            Self::Revoke => "revoke",
            Self::Replace => "replace",
            Self::Query => "query",
            Self::Register => "register",
        }
    }
}

/// How an operation ended for its client, by what it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Conclusion {
    /// q validators said that it is in.
    Applied,
    /// q validators can no longer say so: enough of them refused, for good.
    Refused,
    /// Every try failed.
    GaveUp,
    /// A router promised that it will be in.
    Promised,
}

/// Why a router turned an operation away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Refusal {
    /// It holds as many as it may; the client is told.
    Full,
    /// The same, and nobody is told.
    Lost,
    /// It has waited too long, or comes too late; the client is told.
    Late,
    /// The breaker of a bulkhead that it needs is open; the client is told.
    Broken,
    /// It has been to as many centres as it may; it goes back to the client, who is told.
    Strayed,
    /// The centre knows no way to where it is addressed; it goes back to the client, who is told.
    Unreachable,
    /// It is drained, or sheds load: its operators told it to; the client is told.
    Drained,
}

/// What befell a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum HostChange {
    /// It stopped.
    Crashed,
    /// It runs again with what it had kept.
    Restarted,
    /// It runs again with nothing.
    RestartedEmpty,
    /// It makes no progress.
    Stalled,
    /// It makes progress again.
    Resumed,
    /// Its work takes longer, or as long as usual again.
    Slowed,
    /// Its clock changed.
    ClockChanged,
    /// It held as many messages as it may, and what came then is lost. Told once.
    Overflowed,
    /// It is Byzantine from now on.
    Corrupted,
    /// It judges by other rules, or by the usual ones again.
    Reinterpreted,
    /// It takes in nothing new, less than comes, or all again, as operators wish.
    Throttled,
    /// What it keeps is what it was some time before.
    RolledBack,
}

/// What a fault rule did to one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FateKind {
    /// It took longer.
    Delayed,
    /// It changed places with another.
    Reordered,
    /// It was lost.
    Lost,
    /// It arrived twice.
    Duplicated,
    /// It could not get through.
    Blocked,
    /// It waited until the fault ended, or for the link's bandwidth.
    Held,
    /// A Byzantine sender's second instance said it.
    Equivocated,
    /// A Byzantine sender said it in another's name, or signed it wrongly.
    Forged,
    /// A Byzantine sender kept it to itself.
    Withheld,
    /// A Byzantine sender had said it before, or somebody else had.
    Replayed,
    /// A Byzantine receiver did not hear it.
    Censored,
    /// A Byzantine process went back to an older state; no message, but counted like one.
    Forgotten,
}

/// How an alert rule stands, at the moment at which that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AlertStage {
    /// Its condition holds, but not for long enough.
    Pending,
    /// It fires.
    Firing,
    /// Its condition holds no more before it fired.
    Dropped,
    /// Its condition holds no more after it fired.
    Resolved,
}

/// What happens to an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Duty {
    /// An alert opened it.
    OpenedByAlert,
    /// Users' tickets opened it.
    OpenedByUsers,
    /// A validator that suspects another process opened it.
    OpenedByPeer,
    /// Another alert joined it.
    Joined,
    /// A role was paged.
    Paged,
    /// A role was paged on a channel that reaches nobody.
    PagedInVain,
    /// Nobody answered in time, and the next role is paged.
    Escalated,
    /// A role takes it: from now on it is owned.
    Acknowledged,
    /// Work on it waits for the operator of what the next step is about.
    AsksOperator,
    /// That operator's answer came.
    OperatorAnswers,
    /// Every alert of it is resolved, or no more tickets come.
    Quiet,
    /// It was quiet, and is not any more.
    Reopened,
    /// It stayed quiet for long enough.
    Closed,
    /// A role that does not know of its owner works on it, too.
    AlsoWorks,
    /// A role takes command: one works, and all operators are called in.
    Commands,
    /// A role tells users that it is known.
    TellsUsers,
    /// So many operators are called for a step that they take together.
    Gathers,
    /// Enough of them are there, with that one.
    Gathered,
    /// What would have acted by itself on that alert found it unsafe.
    Held,
}

impl Duty {
    /// Whether it opens an incident, whoever noticed.
    pub const fn is_opening(self) -> bool {
        matches!(self, Self::OpenedByAlert | Self::OpenedByUsers | Self::OpenedByPeer)
    }
}

/// What a step of a response does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Remedy {
    /// Looks for whatever is worst.
    Inspect,
    /// Starts it anew, whatever ails it.
    Restart,
    /// Lets it take in nothing new.
    Drain,
    /// Lets it take in everything again.
    Refill,
    /// Lets it refuse a share of what comes.
    Shed,
    /// Stops the registry: nothing is accepted any more.
    Pause,
    /// Puts it back on the usual rules.
    RollBack,
    /// Hands the lead to another validator.
    FailOver,
    /// Lets nothing act by itself any more.
    PauseAutomation,
    /// Sets how much it holds at most.
    Limit,
    /// Sets its clock right by hand; no time source moves it any more.
    SetClock,
    /// Gives it a version made in haste: its clock is right, and something else is missing.
    Patch,
}

impl Remedy {
    /// Every remedy with its name, as runbooks write it.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("inspect", Self::Inspect),
        ("restart", Self::Restart),
        ("drain", Self::Drain),
        ("refill", Self::Refill),
        ("shed", Self::Shed),
        ("pause", Self::Pause),
        ("roll-back", Self::RollBack),
        ("fail-over", Self::FailOver),
        ("pause-automation", Self::PauseAutomation),
        ("limit", Self::Limit),
        ("set-clock", Self::SetClock),
        ("patch", Self::Patch),
    ];

    /// As runbooks write it.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, remedy)| *remedy == self).map_or("", |(name, _)| name)
    }
}

/// How a step of a response stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum StepStage {
    /// Somebody begins with it.
    Begun,
    /// It worked; a look has found something.
    Done,
    /// It did not work.
    Failed,
}
