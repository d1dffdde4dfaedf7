//! What a strategy owes and what it assumes, as data. Observers, hunt and tables hold it to this.

use crate::kernel::Span;

/// A safety property that a strategy may owe; all are about correct validators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// Whatever is delivered was sent by its attester.
    Integrity,
    /// Nothing is delivered twice.
    NoDuplication,
    /// Each attester's statements are delivered in the order in which it made them.
    PerAttesterOrder,
    /// Nothing is delivered before what it refers to.
    CausalOrder,
    /// No two validators deliver different statements with one attester and sequence number.
    Consistency,
    /// All validators deliver the statements about one subject in one order.
    PerSubjectOrder,
    /// All validators deliver the same sequence; one may be behind another.
    TotalOrder,
    /// γ-batch-order-fairness: what a share γ of all validators, in percent and above 50, received
    /// before something else is in no later batch; a batch is a circle of orders that contradict
    /// one another, and in it no order is owed. Received is what a router brought or a peer passed
    /// on, whichever came first. Checkers look at what all received in one order, which is owed at
    /// every γ. What validators received before a crash they know no more. What the strategy calls
    /// one batch is one as far as pairs that not all received in one order hold it together.
    OrderFairness(u32),
    /// What one validator delivered, all deliver in the end.
    Agreement,
    /// Validators that deliver the same statements accept the same, in whatever order they came.
    Convergence,
    /// What was final is never taken back.
    Finality,
    /// What a client was told is applied stays with a quorum.
    Durability,
    /// Who asks one validator, and always that one, is told no earlier state of an attestation than
    /// in an answer that it had before it asked (Terry et al. 1994). What it is told is some prefix
    /// of what that validator will deliver: its own writes may be missing. Owed while no validator
    /// has lost its state or is Byzantine.
    MonotonicReads,
    /// Who asks a quorum is told no earlier state than what any client had been told is applied
    /// before it asked, its own writes with it (regular, Lamport 1986). It is no more than that:
    /// readers write nothing back, and two of them may be told new and old in turn. They go by what
    /// most say, so that it is owed while at most (2q - n)/2 validators have lost their state or
    /// are Byzantine; and, of 13 validators or more, while nothing is replaced and revoked before
    /// all have it.
    RegularReads,
}

impl Property {
    /// Every property, in order; of fairness the strongest of its kind.
    pub const ALL: [Self; 14] = [
        Self::Integrity,
        Self::NoDuplication,
        Self::PerAttesterOrder,
        Self::CausalOrder,
        Self::Consistency,
        Self::PerSubjectOrder,
        Self::TotalOrder,
        Self::OrderFairness(100),
        Self::Agreement,
        Self::Convergence,
        Self::Finality,
        Self::Durability,
        Self::MonotonicReads,
        Self::RegularReads,
    ];

    /// As screens spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::NoDuplication => "no duplication",
            Self::PerAttesterOrder => "per-attester order",
            Self::CausalOrder => "causal order",
            Self::Consistency => "consistency",
            Self::PerSubjectOrder => "per-subject order",
            Self::TotalOrder => "total order",
            Self::OrderFairness(_) => "order fairness",
            Self::Agreement => "agreement",
            Self::Convergence => "convergence",
            Self::Finality => "finality",
            Self::Durability => "durability",
            Self::MonotonicReads => "monotonic reads",
            Self::RegularReads => "regular reads",
        }
    }
}

/// Which failures of validators a strategy withstands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultModel {
    /// None at all.
    None,
    /// So many validators that stop. One that comes back with its state has not failed any more;
    /// one that lost it has failed for good, so losses of state add up.
    Crash(u32),
    /// So many validators that do anything.
    Byzantine(u32),
}

/// What a strategy needs of the links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportNeed {
    /// Nothing: messages may be lost, doubled and overtaken.
    Datagram,
    /// What is sent arrives in the end, in any order. Loss without a repair breaks it.
    Reliable,
    /// What is sent arrives in the end, in order.
    Stream,
}

/// What must hold for the properties to be owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// Failures withstood.
    pub faults: FaultModel,
    /// What links must do.
    pub transport: TransportNeed,
    /// No message, with its work, takes longer than this from the client's writing on.
    pub delay_bound: Option<Span>,
    /// No two clocks differ by more than this.
    pub clock_bound: Option<Span>,
    /// No validator is down, stalled or cut off for longer than this: what happened meanwhile is
    /// not kept for it any longer.
    pub absence_bound: Option<Span>,
}

impl Assumptions {
    /// Nothing fails, nothing is late.
    pub const STRICTEST: Self = Self {
        faults: FaultModel::None,
        transport: TransportNeed::Stream,
        delay_bound: Some(Span::ZERO),
        clock_bound: Some(Span::ZERO),
        absence_bound: Some(Span::ZERO),
    };
}

/// When what was held up comes through, which is no safety property: it takes timeliness. From the
/// instant on from which all faults have ended but Byzantine ones within what is withstood, and
/// clocks that were set back show what they had shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liveness {
    /// As long as no message takes longer than this (partial synchrony: Dwork, Lynch and
    /// Stockmeyer, JACM 1988),
    pub delta: Span,
    /// whatever its client keeps handing in has been delivered by a quorum after this long,
    pub within: Span,
    /// if trouble had lasted no longer than this: where timeouts grow, it depends on that.
    pub trouble: Option<Span>,
}

/// What a strategy owes, and under which assumptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarantees {
    /// In a few words, as tables print it: `total, trusts one`.
    pub summary: String,
    /// Properties owed.
    pub owed: Vec<Property>,
    /// While these hold.
    pub assumptions: Assumptions,
}

impl FaultModel {
    /// Whether whoever withstands this withstands `other`, too. What may do anything may stop.
    pub const fn covers(self, other: Self) -> bool {
        match (self, other) {
            (_, Self::None | Self::Crash(0) | Self::Byzantine(0)) => true,
            (Self::None, _) | (Self::Crash(_), Self::Byzantine(_)) => false,
            (Self::Crash(ours) | Self::Byzantine(ours), Self::Crash(theirs))
            | (Self::Byzantine(ours), Self::Byzantine(theirs)) => ours >= theirs,
        }
    }
}

impl TransportNeed {
    const fn rank(self) -> u8 {
        match self {
            Self::Datagram => 0,
            Self::Reliable => 1,
            Self::Stream => 2,
        }
    }
}

impl Guarantees {
    /// What consensus owes that withstands so many Byzantine validators on whatever links, and
    /// keeps what it ordered for whoever is away for no longer than that.
    pub(super) fn total_order(summary: &str, byzantine: u32, longest_absence: Span) -> Self {
        Self {
            summary: summary.to_owned(),
            owed: vec![
                Property::Integrity,
                Property::NoDuplication,
                Property::TotalOrder,
                Property::Agreement,
                Property::Finality,
                Property::Durability,
                Property::MonotonicReads,
                Property::RegularReads,
            ],
            assumptions: Assumptions {
                faults: FaultModel::Byzantine(byzantine),
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: None,
                absence_bound: Some(longest_absence),
            },
        }
    }

    /// The share of validators whose order of receipt is owed, in percent, if one is.
    fn fairness(&self) -> Option<u32> {
        let gamma = |property: &Property| {
            if let Property::OrderFairness(gamma) = property { Some(*gamma) } else { None }
        };
        self.owed.iter().find_map(gamma)
    }

    /// Whether a property is owed. Who is fair to fewer is fair to more.
    fn owes(&self, property: Property) -> bool {
        if let Property::OrderFairness(theirs) = property {
            return self.fairness().is_some_and(|ours| ours <= theirs);
        }
        self.owed.contains(&property)
    }

    /// Whether this owes all that `other` owes, on assumptions that are nowhere stronger.
    pub fn covers(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.assumptions, &other.assumptions);
        // Without a bound nothing is assumed.
        let bounds = [
            (ours.delay_bound, theirs.delay_bound),
            (ours.clock_bound, theirs.clock_bound),
            (ours.absence_bound, theirs.absence_bound),
        ];
        let is_no_stronger = |(ours, theirs): (Option<Span>, Option<Span>)| match (ours, theirs) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(ours), Some(theirs)) => ours >= theirs,
        };
        other.owed.iter().all(|property| self.owes(*property))
            && ours.faults.covers(theirs.faults)
            && ours.transport.rank() <= theirs.transport.rank()
            && bounds.into_iter().all(is_no_stronger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owing(owed: &[Property], assumptions: Assumptions) -> Guarantees {
        Guarantees { summary: String::new(), owed: owed.to_vec(), assumptions }
    }

    #[test]
    fn more_owed_on_less_assumed_covers() {
        use Property::{CausalOrder, TotalOrder};
        let strict = Assumptions::STRICTEST;
        let total = owing(&[CausalOrder, TotalOrder], strict);
        let causal = owing(&[CausalOrder], strict);
        assert!(total.covers(&causal) && total.covers(&total) && !causal.covers(&total));
        let check = |better: Assumptions| {
            assert!(owing(&[CausalOrder], better).covers(&causal), "{better:?}");
            assert!(!causal.covers(&owing(&[CausalOrder], better)), "{better:?}");
        };
        check(Assumptions { faults: FaultModel::Crash(1), ..strict });
        check(Assumptions { faults: FaultModel::Byzantine(1), ..strict });
        check(Assumptions { transport: TransportNeed::Datagram, ..strict });
        check(Assumptions { delay_bound: None, ..strict });
        check(Assumptions { clock_bound: Some(Span::from_millis(1)), ..strict });
        check(Assumptions { absence_bound: None, ..strict });
    }

    #[test]
    fn who_is_fair_to_fewer_is_fair_to_more() {
        let fair = |gamma| owing(&[Property::OrderFairness(gamma)], Assumptions::STRICTEST);
        assert!(fair(80).covers(&fair(100)) && !fair(100).covers(&fair(80)));
        assert!(!owing(&[], Assumptions::STRICTEST).covers(&fair(100)));
    }

    #[test]
    fn what_may_do_anything_may_stop() {
        use FaultModel::{Byzantine, Crash, None};
        assert!(Byzantine(2).covers(Crash(2)) && Byzantine(2).covers(Byzantine(1)));
        assert!(!Byzantine(2).covers(Crash(3)) && !Crash(3).covers(Byzantine(1)));
        assert!(None.covers(None) && None.covers(Crash(0)) && !None.covers(Crash(1)));
    }
}
