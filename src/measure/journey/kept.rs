//! Which facts of a run are kept.

use std::collections::VecDeque;

use super::outages::{self, Outage};
use super::relatives::{Relation, Relative};
use super::{Intent, Journey, Quorum, hops, messages, waits};
use crate::attestation::Verdict;
use crate::kernel::{EventKey, Recorded, Span, VirtualTime};
use crate::trace::{Fact, Kind};

/// What an operation refers to or competes with is planned at most so long before it.
const BEFORE: Span = Span::from_secs(60);

/// Keeps what one operation's journey is made of, while a run goes on.
#[derive(Clone, Debug)]
pub struct Tracker {
    operation: u32,
    intent: Option<Intent>,
    facts: Vec<Recorded<Fact>>,
    relatives: Vec<Relative>,
    outages: Vec<Outage>,
    /// What was planned and accepted before the operation was planned: relatives, perhaps.
    planned: VecDeque<Intent>,
    accepted: VecDeque<(VirtualTime, u32, u32)>,
    /// The event in which the operation was just sent on, and to whom alone if not to all.
    sending: Option<(EventKey, Option<u32>)>,
    /// The first delivery of the latest event that had one.
    delivered: Option<(EventKey, u32)>,
    /// Deliveries of the operation that came with another's: validator, try, the other.
    released: Vec<(u32, u8, u32)>,
    last: Option<u32>,
}

impl Tracker {
    /// Follows one operation.
    pub fn new(operation: u32) -> Self {
        Self {
            operation,
            intent: None,
            facts: Vec::new(),
            relatives: Vec::new(),
            outages: Vec::new(),
            planned: VecDeque::new(),
            accepted: VecDeque::new(),
            sending: None,
            delivered: None,
            released: Vec::new(),
            last: None,
        }
    }

    /// Takes the next facts in key order.
    pub fn observe(&mut self, facts: &[Recorded<Fact>]) {
        for recorded in facts {
            match recorded.fact {
                Fact::Planned { .. } => self.plan(&recorded.fact),
                Fact::Fate { to, .. } => self.fate(recorded, to),
                Fact::Host { .. } => outages::observe(&mut self.outages, recorded),
                Fact::Delivered { operation, .. } => self.deliver(recorded, operation),
                Fact::Applied { operation, verdict: Verdict::Accepted, .. } => {
                    self.accept(recorded, operation);
                }
                _ => {}
            }
            match about(&recorded.fact) {
                Some(operation) if operation == self.operation => self.keep(recorded),
                Some(_) => self.sending = None,
                None => {}
            }
        }
    }

    /// The greatest number that the load plan has given; `None` if it gave none.
    pub const fn last(&self) -> Option<u32> {
        self.last
    }

    /// The journey; `None` if the load plan has no such operation.
    pub fn finish(self, quorum: Quorum) -> Option<Journey> {
        let intent = self.intent?;
        let mut relatives = self.relatives;
        relatives.sort_by_key(|relative| (relative.intent.operation, relative.relation));
        let messages = messages::of(&self.facts, quorum.of, intent.client);
        let waits = waits::of(&intent, &self.facts, &self.released, quorum);
        let hops = hops(&self.facts);
        let mut journey =
            Journey { intent, quorum, hops, messages, waits, relatives, outages: Vec::new() };
        journey.outages = outages::met_by(&journey, self.outages);
        Some(journey)
    }

    fn plan(&mut self, fact: &Fact) {
        let Some(planned) = Intent::of(fact) else { return };
        self.last = self.last.max(Some(planned.operation));
        if planned.operation == self.operation {
            self.intent = Some(planned);
            return self.find_relatives(&planned);
        }
        match &self.intent {
            Some(own) => {
                if let Some(relation) = Relation::between(own, &planned) {
                    self.relatives.push(Relative {
                        intent: planned,
                        relation,
                        accepted: Vec::new(),
                    });
                }
            }
            None => {
                self.planned.push_back(planned);
                let outdated = |first: &Intent| planned.at.since(first.at) > BEFORE;
                while self.planned.front().is_some_and(outdated) {
                    self.planned.pop_front();
                }
            }
        }
    }

    /// Relatives among what was planned before, and who has accepted them by now.
    fn find_relatives(&mut self, own: &Intent) {
        let says = |kind| kind != Kind::Query;
        let follows = |other: &&Intent| other.client == own.client && says(other.kind);
        let earlier = self.planned.iter().rev().find(follows).filter(|_| says(own.kind));
        let earlier = earlier.map(|earlier| earlier.operation);
        for other in &self.planned {
            let is_earlier = earlier == Some(other.operation);
            let relation = Relation::between(own, other);
            if let Some(relation) = relation.or(is_earlier.then_some(Relation::Earlier)) {
                let mut relative = Relative { intent: *other, relation, accepted: Vec::new() };
                let accepted = self.accepted.iter();
                let its = accepted.filter(|(_, operation, _)| *operation == other.operation);
                its.for_each(|(at, _, validator)| relative.accept(*validator, *at));
                self.relatives.push(relative);
            }
        }
        self.planned.clear();
        self.accepted.clear();
    }

    fn accept(&mut self, recorded: &Recorded<Fact>, operation: u32) {
        let (at, validator) = (recorded.key.time, recorded.process.0);
        let mut relatives = self.relatives.iter_mut();
        if let Some(known) = relatives.find(|relative| relative.intent.operation == operation) {
            known.accept(validator, at);
        } else if self.intent.is_none() {
            self.accepted.push_back((at, operation, validator));
            while self.accepted.front().is_some_and(|(first, ..)| at.since(*first) > BEFORE) {
                self.accepted.pop_front();
            }
        }
    }

    /// What else is delivered in one event with another was held back for it.
    fn deliver(&mut self, recorded: &Recorded<Fact>, operation: u32) {
        let here = self.delivered.filter(|(key, _)| *key == recorded.key);
        match (here, recorded.fact) {
            (None, _) => self.delivered = Some((recorded.key, operation)),
            (Some((_, first)), Fact::Delivered { attempt, .. }) if operation == self.operation => {
                self.released.push((recorded.process.0, attempt, first));
            }
            (Some(_), _) => {}
        }
    }

    /// A fate is of the operation's message if it follows its sending in the same event.
    fn fate(&mut self, recorded: &Recorded<Fact>, to: u32) {
        let own = self.sending.filter(|(key, _)| *key == recorded.key);
        if own.is_some_and(|(_, alone)| alone.is_none_or(|alone| alone == to)) {
            self.facts.push(*recorded);
        }
    }

    fn keep(&mut self, recorded: &Recorded<Fact>) {
        let client = self.intent.map(|intent| intent.client);
        match recorded.fact {
            Fact::Planned { .. } => return,
            Fact::Sent { .. } | Fact::Routed { .. } => self.sending = Some((recorded.key, None)),
            Fact::Forwarded { to, .. } => self.sending = Some((recorded.key, Some(to))),
            Fact::Applied { .. } => self.sending = Some((recorded.key, client)),
            _ => {}
        }
        self.facts.push(*recorded);
    }
}

/// The operation that a fact is about.
fn about(fact: &Fact) -> Option<u32> {
    match *fact {
        Fact::Planned { operation, .. }
        | Fact::Sent { operation, .. }
        | Fact::Admitted { operation, .. }
        | Fact::Rejected { operation, .. }
        | Fact::Begun { operation, .. }
        | Fact::Routed { operation, .. }
        | Fact::Forwarded { operation, .. }
        | Fact::Scanned { operation, .. }
        | Fact::Received { operation, .. }
        | Fact::Verified { operation, .. }
        | Fact::Relayed { operation, .. }
        | Fact::Proposed { operation, .. }
        | Fact::Waits { operation, .. }
        | Fact::Delivered { operation, .. }
        | Fact::Retracted { operation, .. }
        | Fact::Finalised { operation, .. }
        | Fact::Applied { operation, .. }
        | Fact::Concluded { operation, .. }
        | Fact::Answered { operation, .. }
        | Fact::Wanted { operation, .. }
        | Fact::Relied { operation, .. }
        | Fact::Looked { operation, .. }
        | Fact::Confident { operation, .. }
        | Fact::Doubted { operation, .. }
        | Fact::Needed { operation, .. }
        | Fact::Used { operation, .. }
        | Fact::Released { operation }
        | Fact::Refreshed { operation, .. }
        | Fact::Ticket { operation }
        | Fact::Indexed { operation, .. }
        | Fact::Dated { operation, .. }
        | Fact::Carried { operation, .. }
        | Fact::Unread { operation, .. } => Some(operation),
        Fact::Queue { .. }
        | Fact::Fate { .. }
        | Fact::Host { .. }
        | Fact::Usage { .. }
        | Fact::Seen { .. }
        | Fact::Suspicion { .. }
        | Fact::Alert { .. }
        | Fact::Duty { .. }
        | Fact::Step { .. }
        | Fact::Note { .. } => None,
    }
}
