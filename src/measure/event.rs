//! What may happen to an operation, and what it is counted against.

mod counts;

pub use self::counts::{Counts, Events};

/// An event metric, in the order of the table of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Event {
    /// `unfinished`
    Unfinished,
    /// `refused`
    Refused,
    /// `orphans`
    Orphans,
    /// `waited`
    Waited,
    /// `diverged`
    Diverged,
    /// `effect_before_cause`
    EffectBeforeCause,
    /// `mislinked`
    Mislinked,
    /// `accepted_after_revoke`
    AcceptedAfterRevoke,
    /// `flips`
    Flips,
    /// `double_accepted`
    DoubleAccepted,
    /// `conflicting_certificates`
    ConflictingCertificates,
    /// `duplicated`
    Duplicated,
    /// `lost`
    Lost,
    /// `lost_after_ack`
    LostAfterAck,
    /// `forged_accepted`
    ForgedAccepted,
    /// `forged_refused`
    ForgedRefused,
    /// `rejected`
    Rejected,
    /// `retried`
    Retried,
    /// `proof_ok`
    ProofOk,
    /// `reordered`
    Reordered,
    /// `inversions`
    Inversions,
    /// `order_unfair`
    OrderUnfair,
    /// `unlinearizable`
    Unlinearizable,
    /// `session.read_your_writes`
    ReadYourWrites,
    /// `session.monotonic_reads`
    MonotonicReads,
    /// `session.monotonic_writes`
    MonotonicWrites,
    /// `session.writes_follow_reads`
    WritesFollowReads,
    /// `stale`
    Stale,
    /// `relied_on`
    Relied,
    /// `confident`
    Confident,
    /// `trust_gap`
    TrustGap,
    /// `trust_gap.delay`
    GapDelay,
    /// `trust_gap.reorder`
    GapReorder,
    /// `trust_gap.overlap`
    GapOverlap,
    /// `trust_gap.interpretation`
    GapInterpretation,
    /// `trust_gap.silence`
    GapSilence,
    /// `promised`
    Promised,
    /// `promise_broken`
    PromiseBroken,
    /// `needed`
    Needed,
    /// `showed_up`
    ShowedUp,
    /// `misrouted`
    Misrouted,
    /// `ping_pong`
    PingPong,
    /// `loops`
    Loops,
    /// `returned`
    Returned,
    /// `handoff_failed`
    HandoffFailed,
    /// `uses`
    Use,
    /// `allowed_wrongly`
    AllowedWrongly,
    /// `denied_wrongly`
    DeniedWrongly,
    /// `data_missing`
    DataMissing,
    /// `schema_unread`
    SchemaUnread,
    /// `workflows`
    Workflow,
    /// `workflows.late`
    WorkflowLate,
    /// `workflows.broken`
    WorkflowBroken,
}

/// What an event is counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Statements due: everything but questions.
    Statements,
    /// Questions due.
    Questions,
    /// Statements and questions due.
    Operations,
    /// First copies that arrived at validators.
    Arrivals,
    /// Pairs of neighbouring operations that two validators delivered.
    Pairs,
    /// Pairs of neighbouring operations that all validators received in one order.
    BoundPairs,
    /// Statements that somebody relies on.
    Relied,
    /// Statements that a router promised to include.
    Promised,
    /// Operations with a deadline.
    Needed,
    /// Uses of what users need.
    Uses,
    /// Workflows that ended, well or not.
    Workflows,
}

impl Event {
    /// How many there are.
    pub const COUNT: usize = 53;

    /// Every event, in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Unfinished,
        Self::Refused,
        Self::Orphans,
        Self::Waited,
        Self::Diverged,
        Self::EffectBeforeCause,
        Self::Mislinked,
        Self::AcceptedAfterRevoke,
        Self::Flips,
        Self::DoubleAccepted,
        Self::ConflictingCertificates,
        Self::Duplicated,
        Self::Lost,
        Self::LostAfterAck,
        Self::ForgedAccepted,
        Self::ForgedRefused,
        Self::Rejected,
        Self::Retried,
        Self::ProofOk,
        Self::Reordered,
        Self::Inversions,
        Self::OrderUnfair,
        Self::Unlinearizable,
        Self::ReadYourWrites,
        Self::MonotonicReads,
        Self::MonotonicWrites,
        Self::WritesFollowReads,
        Self::Stale,
        Self::Relied,
        Self::Confident,
        Self::TrustGap,
        Self::GapDelay,
        Self::GapReorder,
        Self::GapOverlap,
        Self::GapInterpretation,
        Self::GapSilence,
        Self::Promised,
        Self::PromiseBroken,
        Self::Needed,
        Self::ShowedUp,
        Self::Misrouted,
        Self::PingPong,
        Self::Loops,
        Self::Returned,
        Self::HandoffFailed,
        Self::Use,
        Self::AllowedWrongly,
        Self::DeniedWrongly,
        Self::DataMissing,
        Self::SchemaUnread,
        Self::Workflow,
        Self::WorkflowLate,
        Self::WorkflowBroken,
    ];

    /// Its name in the table of metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Refused => "refused",
            Self::Orphans => "orphans",
            Self::Waited => "waited",
            Self::Diverged => "diverged",
            Self::EffectBeforeCause => "effect_before_cause",
            Self::Mislinked => "mislinked",
            Self::AcceptedAfterRevoke => "accepted_after_revoke",
            Self::Flips => "flips",
            Self::DoubleAccepted => "double_accepted",
            Self::ConflictingCertificates => "conflicting_certificates",
            Self::Duplicated => "duplicated",
            Self::Lost => "lost",
            Self::LostAfterAck => "lost_after_ack",
            Self::ForgedAccepted => "forged_accepted",
            Self::ForgedRefused => "forged_refused",
            Self::Rejected => "rejected",
            Self::Retried => "retried",
            Self::ProofOk => "proof_ok",
            Self::Reordered => "reordered",
            Self::Inversions => "inversions",
            Self::OrderUnfair => "order_unfair",
            Self::Unlinearizable => "unlinearizable",
            Self::ReadYourWrites => "session.read_your_writes",
            Self::MonotonicReads => "session.monotonic_reads",
            Self::MonotonicWrites => "session.monotonic_writes",
            Self::WritesFollowReads => "session.writes_follow_reads",
            Self::Stale => "stale",
            Self::Relied => "relied_on",
            Self::Confident => "confident",
            Self::TrustGap => "trust_gap",
            Self::GapDelay => "trust_gap.delay",
            Self::GapReorder => "trust_gap.reorder",
            Self::GapOverlap => "trust_gap.overlap",
            Self::GapInterpretation => "trust_gap.interpretation",
            Self::GapSilence => "trust_gap.silence",
            Self::Promised => "promised",
            Self::PromiseBroken => "promise_broken",
            Self::Needed => "needed",
            Self::ShowedUp => "showed_up",
            Self::Misrouted => "misrouted",
            Self::PingPong => "ping_pong",
            Self::Loops => "loops",
            Self::Returned => "returned",
            Self::HandoffFailed => "handoff_failed",
            Self::Use => "uses",
            Self::AllowedWrongly => "allowed_wrongly",
            Self::DeniedWrongly => "denied_wrongly",
            Self::DataMissing => "data_missing",
            Self::SchemaUnread => "schema_unread",
            Self::Workflow => "workflows",
            Self::WorkflowLate => "workflows.late",
            Self::WorkflowBroken => "workflows.broken",
        }
    }

    /// The event of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// What it is counted against.
    pub const fn base(self) -> Base {
        match self {
            Self::AcceptedAfterRevoke
            | Self::Unlinearizable
            | Self::ReadYourWrites
            | Self::MonotonicReads
            | Self::Stale => Base::Questions,
            Self::Rejected | Self::Retried | Self::Needed => Base::Operations,
            Self::Reordered => Base::Arrivals,
            Self::Inversions => Base::Pairs,
            Self::OrderUnfair => Base::BoundPairs,
            Self::Confident
            | Self::TrustGap
            | Self::GapDelay
            | Self::GapReorder
            | Self::GapOverlap
            | Self::GapInterpretation
            | Self::GapSilence => Base::Relied,
            Self::ShowedUp => Base::Needed,
            Self::Use | Self::AllowedWrongly | Self::DeniedWrongly | Self::DataMissing => {
                Base::Uses
            }
            Self::Workflow | Self::WorkflowLate | Self::WorkflowBroken => Base::Workflows,
            Self::PromiseBroken => Base::Promised,
            Self::Unfinished
            | Self::Refused
            | Self::Orphans
            | Self::Waited
            | Self::Diverged
            | Self::EffectBeforeCause
            | Self::Mislinked
            | Self::Flips
            | Self::DoubleAccepted
            | Self::ConflictingCertificates
            | Self::Duplicated
            | Self::Lost
            | Self::LostAfterAck
            | Self::ForgedAccepted
            | Self::ForgedRefused
            | Self::MonotonicWrites
            | Self::WritesFollowReads
            | Self::Relied
            | Self::Promised
            | Self::Misrouted
            | Self::PingPong
            | Self::Loops
            | Self::Returned
            | Self::HandoffFailed
            | Self::SchemaUnread
            | Self::ProofOk => Base::Statements,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::metric::{Kind, TABLE};

    #[test]
    fn events_are_those_of_the_table_in_its_order() {
        let table = TABLE.iter().filter(|metric| metric.kind == Kind::Event);
        let names: Vec<_> = table.map(|metric| metric.name).collect();
        assert_eq!(Event::ALL.map(Event::name).as_slice(), names);
        assert!(Event::ALL.iter().enumerate().all(|(place, event)| place == *event as usize));
    }
}
