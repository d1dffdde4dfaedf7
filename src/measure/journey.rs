//! What befell one operation: its hops, the messages between them, and what it waited for.
//!
//! A [`Tracker`] keeps the facts about one operation and a little about those that it depends on
//! or competes with. From these a [`Journey`] is read: nothing in it is not one of the facts.

mod kept;
mod messages;
mod outages;
mod relatives;
#[cfg(test)]
mod tests;
mod waits;
mod worst;

use crate::attestation::Verdict;
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::trace::{Fact, Kind};

pub use kept::Tracker;
pub use messages::{Leg, Message};
pub use outages::Outage;
pub use relatives::{Relation, Relative};
pub use waits::{Cause, Setback, Wait};
pub use worst::Worst;

/// What the load plan means an operation to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Its number.
    pub operation: u32,
    /// What it is.
    pub kind: Kind,
    /// Its attester's count of statements before it; 0 for a query.
    pub sequence: u32,
    /// Its attester, as a process.
    pub client: u32,
    /// What it is about.
    pub subject: u32,
    /// The operation it refers to.
    pub target: Option<u32>,
    /// When it should be sent.
    pub at: VirtualTime,
}

/// How many validators there are, as processes 0 and up, and how many of them decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// q.
    pub votes: u32,
    /// n.
    pub of: u32,
}

/// What one actor did with the operation in one go.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The actor.
    pub process: u32,
    /// What it told, in order; at least one fact.
    pub facts: Vec<Recorded<Fact>>,
}

/// Everything that befell one operation.
#[derive(Clone, Debug)]
pub struct Journey {
    /// What it was meant to be.
    pub intent: Intent,
    /// Who decides.
    pub quorum: Quorum,
    /// By time, then in the order in which they were told.
    pub hops: Vec<Hop>,
    /// On whose way it was: from whom to whom, in order of sending.
    pub messages: Vec<Message>,
    /// Where it waited and for what, in order of their beginnings.
    pub waits: Vec<Wait>,
    /// What it refers to, follows, competes with, or is ended by; in order of their numbers.
    pub relatives: Vec<Relative>,
    /// When actors on its way were down or stalled meanwhile, in order of their beginnings.
    pub outages: Vec<Outage>,
}

/// A validator that delivered the operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its number.
    pub validator: u32,
    /// When it first did.
    pub at: VirtualTime,
    /// Try and place of each delivery that was not taken back.
    places: Vec<(u8, u32)>,
    /// The try that it accepted first.
    accepted: Option<u8>,
}

/// Facts of one actor that are no further apart are one hop.
const ONE_GO: Span = Span::from_millis(1);

impl Intent {
    /// The intent that a fact tells, if it tells one.
    pub fn of(fact: &Fact) -> Option<Self> {
        let Fact::Planned { operation, kind, sequence, client, subject, target, intended } = *fact
        else {
            return None;
        };
        let target = (target != Fact::NONE).then_some(target);
        Some(Self { operation, kind, sequence, client, subject, target, at: intended })
    }
}

impl Hop {
    /// When it began.
    pub fn at(&self) -> VirtualTime {
        self.facts.first().map_or(VirtualTime::ZERO, |fact| fact.key.time)
    }
}

impl Journey {
    /// All facts, hop by hop.
    pub fn facts(&self) -> impl Iterator<Item = &Recorded<Fact>> {
        self.hops.iter().flat_map(|hop| &hop.facts)
    }

    /// When the last thing befell it.
    pub fn end(&self) -> VirtualTime {
        self.facts().map(|fact| fact.key.time).max().unwrap_or(self.intent.at)
    }

    /// Validators that delivered it, by time of the first delivery, with its place there.
    pub fn seen(&self) -> Vec<Seen> {
        let mut seen: Vec<Seen> = Vec::new();
        for fact in self.facts() {
            let validator = fact.process.0;
            let known = seen.iter_mut().find(|seen| seen.validator == validator);
            match (known, fact.fact) {
                (Some(seen), told) => seen.take(&told),
                (None, told @ Fact::Delivered { .. }) => {
                    let (at, places) = (fact.key.time, Vec::new());
                    let mut first = Seen { validator, at, places, accepted: None };
                    first.take(&told);
                    seen.push(first);
                }
                (None, _) => {}
            }
        }
        seen.sort_by_key(|seen| (seen.at, seen.validator));
        seen
    }

    /// The stall that ended as an actor took in what had come meanwhile, and since when the first
    /// of that may have been there: since it was sent, for nothing tells when it came.
    pub fn held(&self, hop: &Hop) -> Option<(&Outage, VirtualTime)> {
        let (process, now) = (hop.process, hop.at());
        let ends = |outage: &&Outage| {
            (outage.process, outage.until, outage.is_down) == (process, Some(now), false)
        };
        let stall = self.outages.iter().find(ends)?;
        let messages = self.messages.iter();
        let comes =
            messages.filter(|message| (message.to, message.arrived) == (process, Some(now)));
        let sent = comes.map(|message| message.sent).min()?;
        Some((stall, sent.max(stall.from)))
    }

    /// The relative of this kind, the first of several.
    pub fn relative(&self, relation: Relation) -> Option<&Relative> {
        self.relatives.iter().find(|relative| relative.relation == relation)
    }
}

impl Seen {
    /// The place of the try that was accepted, else of the last; `None` if all was taken back.
    pub fn place(&self) -> Option<u32> {
        let accepted = self.places.iter().find(|(attempt, _)| Some(*attempt) == self.accepted);
        accepted.or(self.places.last()).map(|(_, place)| *place)
    }

    fn take(&mut self, fact: &Fact) {
        match *fact {
            Fact::Delivered { attempt, position, .. } => self.places.push((attempt, position)),
            Fact::Retracted { attempt, .. } => {
                self.places.retain(|(other, _)| *other != attempt);
                self.accepted = self.accepted.filter(|accepted| *accepted != attempt);
            }
            Fact::Applied { attempt, verdict: Verdict::Accepted, again: false, .. } => {
                self.accepted = self.accepted.or(Some(attempt));
            }
            _ => {}
        }
    }
}

/// The facts of each actor, cut where more than [`ONE_GO`] lies between two.
fn hops(facts: &[Recorded<Fact>]) -> Vec<Hop> {
    let mut hops: Vec<Hop> = Vec::new();
    for fact in facts {
        let ours = hops.iter_mut().rev().find(|hop| hop.process == fact.process.0);
        let near = ours.filter(|hop| {
            let last = hop.facts.last().map_or(VirtualTime::ZERO, |last| last.key.time);
            fact.key.time.since(last) <= ONE_GO
        });
        match near {
            Some(hop) => hop.facts.push(*fact),
            None => hops.push(Hop { process: fact.process.0, facts: vec![*fact] }),
        }
    }
    hops
}
