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
