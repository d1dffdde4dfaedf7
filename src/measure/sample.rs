//! What is measured once per operation, message or answer.

/// A sample metric, in the order of the table of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Sample {
    /// `latency.admit`
    Admit,
    /// `latency.route`
    Route,
    /// `latency.verify`
    Verify,
    /// `latency.order`
    Order,
    /// `latency.applied`
    Applied,
    /// `latency.final`
    Final,
    /// `latency.first`
    First,
    /// `latency.last`
    Last,
    /// `latency.answer`
    Answer,
    /// `latency.read`
    Read,
    /// `latency.index`
    Index,
    /// `latency.use`
    Use,
    /// `consensus.wait`
    ConsensusWait,
    /// `consensus.first`
    ConsensusFirst,
    /// `consensus.each`
    ConsensusEach,
    /// `merge_delay`
    MergeDelay,
    /// `admission.wait`
    AdmissionWait,
    /// `queue`
    Queue,
    /// `queue.age`
    QueueAge,
    /// `jitter`
    Jitter,
    /// `displacement`
    Displacement,
    /// `rollback`
    Rollback,
    /// `staleness`
    Staleness,
    /// `staleness.versions`
    StalenessVersions,
    /// `hesitation`
    Hesitation,
    /// `looks`
    Looks,
    /// `index.lag`
    IndexLag,
    /// `carry.lag`
    CarryLag,
    /// `drift`
    Drift,
    /// `exposure`
    Exposure,
    /// `false_revoked`
    FalseRevoked,
    /// `blast_radius`
    BlastRadius,
    /// `makespan`
    Makespan,
    /// `hops`
    Hops,
    /// `eta_error`
    EtaError,
}

impl Sample {
    /// How many there are.
    pub const COUNT: usize = 35;

    /// Every sample metric, in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Admit,
        Self::Route,
        Self::Verify,
        Self::Order,
        Self::Applied,
        Self::Final,
        Self::First,
        Self::Last,
        Self::Answer,
        Self::Read,
        Self::Index,
        Self::Use,
        Self::ConsensusWait,
        Self::ConsensusFirst,
        Self::ConsensusEach,
        Self::MergeDelay,
        Self::AdmissionWait,
        Self::Queue,
        Self::QueueAge,
        Self::Jitter,
        Self::Displacement,
        Self::Rollback,
        Self::Staleness,
        Self::StalenessVersions,
        Self::Hesitation,
        Self::Looks,
        Self::IndexLag,
        Self::CarryLag,
        Self::Drift,
        Self::Exposure,
        Self::FalseRevoked,
        Self::BlastRadius,
        Self::Makespan,
        Self::Hops,
        Self::EtaError,
    ];

    /// Its name in the table of metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admit => "latency.admit",
            Self::Route => "latency.route",
            Self::Verify => "latency.verify",
            Self::Order => "latency.order",
            Self::Applied => "latency.applied",
            Self::Final => "latency.final",
            Self::First => "latency.first",
            Self::Last => "latency.last",
            Self::Answer => "latency.answer",
            Self::Read => "latency.read",
            Self::Index => "latency.index",
            Self::Use => "latency.use",
            Self::ConsensusWait => "consensus.wait",
            Self::ConsensusFirst => "consensus.first",
            Self::ConsensusEach => "consensus.each",
            Self::MergeDelay => "merge_delay",
            Self::AdmissionWait => "admission.wait",
            Self::Queue => "queue",
            Self::QueueAge => "queue.age",
            Self::Jitter => "jitter",
            Self::Displacement => "displacement",
            Self::Rollback => "rollback",
            Self::Staleness => "staleness",
            Self::StalenessVersions => "staleness.versions",
            Self::Hesitation => "hesitation",
            Self::Looks => "looks",
            Self::IndexLag => "index.lag",
            Self::CarryLag => "carry.lag",
            Self::Drift => "drift",
            Self::Exposure => "exposure",
            Self::FalseRevoked => "false_revoked",
            Self::BlastRadius => "blast_radius",
            Self::Makespan => "makespan",
            Self::Hops => "hops",
            Self::EtaError => "eta_error",
        }
    }

    /// The sample metric of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sample| sample.name() == name)
    }

    /// Recorded units to one of the metric: times are recorded in microseconds.
    pub const fn scale(self) -> f64 {
        match self {
            Self::Queue
            | Self::Displacement
            | Self::Rollback
            | Self::StalenessVersions
            | Self::Looks
            | Self::BlastRadius
            | Self::Hops => 1.0,
            Self::Admit
            | Self::Route
            | Self::Verify
            | Self::Order
            | Self::Applied
            | Self::Final
            | Self::First
            | Self::Last
            | Self::Answer
            | Self::Read
            | Self::Index
            | Self::Use
            | Self::ConsensusWait
            | Self::ConsensusFirst
            | Self::ConsensusEach
            | Self::MergeDelay
            | Self::AdmissionWait
            | Self::QueueAge
            | Self::Jitter
            | Self::Staleness
            | Self::Hesitation
            | Self::IndexLag
            | Self::CarryLag
            | Self::Drift
            | Self::Exposure
            | Self::FalseRevoked
            | Self::Makespan
            | Self::EtaError => 1_000.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::metric::{Kind, TABLE, Unit};

    #[test]
    fn samples_are_those_of_the_table_in_its_order() {
        let table = || TABLE.iter().filter(|metric| metric.kind == Kind::Sample);
        let names: Vec<_> = table().map(|metric| metric.name).collect();
        assert_eq!(Sample::ALL.map(Sample::name).as_slice(), names);
        for (sample, metric) in Sample::ALL.into_iter().zip(table()) {
            assert_eq!(sample.scale() > 1.0, metric.unit == Unit::Millis, "{}", metric.name);
        }
    }
}
