//! What the clients of one group have in common.

use std::ops::Range;

use super::patience::Watchers;
use crate::actors::packet::Planned;
use crate::attestation::{KeyRing, Naming};
use crate::flow::backpressure::Window;
use crate::flow::balance::Balance;
use crate::flow::{Retry, Service};
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::ops::Patience;
use crate::ordering::{Committee, HostedSubmitter};

/// What the clients of one group have in common.
pub struct ClientSetting {
    /// The validators.
    pub committee: Committee,
    /// Routers by process.
    pub routers: Vec<ProcessId>,
    /// Makes the policy by which a client picks among them.
    pub balance: Box<dyn Fn() -> Box<dyn Balance> + Send + Sync>,
    /// Permits that sending takes.
    pub window: Option<Window>,
    /// What operations need at routers; the deadline counts from the intended send.
    pub needs: GroupNeeds,
    /// Whom it asks.
    pub reads: ReadFrom,
    /// What to do when it does not work; `None` tries once, and waits for ever.
    pub retry: Option<Retry>,
    /// What a full router tells it to wait.
    pub retry_after: Span,
    /// How long its users wait before they look again and complain; `None` for ever.
    pub patience: Option<Patience>,
    /// Who hears of its users, and of its probes.
    pub watchers: Watchers,
    /// The plan that gives it work.
    pub plan: ProcessId,
    /// By what attestations are named.
    pub naming: Naming,
    /// Everybody's keys.
    pub keys: KeyRing,
    /// Makes its half of the strategy.
    pub submitter: Box<dyn Fn() -> Box<dyn HostedSubmitter> + Send + Sync>,
}

/// Whom questions go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadFrom {
    /// The nearest validator.
    One,
    /// All validators; the answer is that of a quorum.
    Quorum,
    /// The nearest of these indexers, by process.
    Index(Range<u32>),
}

/// What operations of a group need at routers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupNeeds {
    /// Work of their schema's hook.
    pub hook: Service,
    /// How long they are of use; `None` for ever.
    pub deadline: Option<Span>,
    /// How urgent they are: 0 goes first.
    pub priority: u8,
    /// A router's promise is an answer.
    pub promise: bool,
}

/// Registries forget what they applied so long ago; nobody can answer for it then.
const LONGEST_MEMORY: Span = Span::from_secs(300);

impl ClientSetting {
    /// When an operation is of use at the latest.
    pub(super) fn deadline(&self, planned: &Planned) -> VirtualTime {
        self.needs.deadline.map_or(VirtualTime::MAX, |span| planned.intended + span)
    }

    /// How long after its intended send an operation may still be under way.
    pub(super) fn patience(&self) -> Span {
        let flight = self.retry.map_or(Span::ZERO, |retry| retry.longest_flight());
        let leaves = self.patience.map_or(Span::ZERO, |patience| patience.leaves);
        LONGEST_MEMORY + flight.max(leaves)
    }
}
