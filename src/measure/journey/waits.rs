//! Where an operation waited, and for what.

use super::{Intent, Quorum};
use crate::attestation::Verdict;
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::trace::{Fact, Refusal};

/// What was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The client held it back: a permit, or its turn.
    Permit,
    /// The next try, after this.
    Retry(Setback),
    /// A worker of a router.
    Queue,
    /// The check of its signature, behind other work of a validator.
    Verify,
    /// A validator's pool, until it was put into a block.
    Pool,
    /// The ordering at a validator.
    Order,
    /// Something else that had to come first: the operation whose delivery ended it, if known.
    Held(Option<u32>),
    /// A relying party that looks for itself.
    Hesitation,
}

/// Why a try came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// A router turned it away.
    Router(Refusal),
    /// So many validators refused it that q could not accept it any more.
    Validators(Verdict),
    /// Nothing was heard in time.
    Silence,
}

/// A wait of one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Where.
    pub process: u32,
    /// Since when.
    pub from: VirtualTime,
    /// Until when; `None` is to the end of the run.
    pub until: Option<VirtualTime>,
    /// For what.
    pub cause: Cause,
}

/// What is shorter is work, not a wait.
const WORTH_TELLING: Span = Span::from_millis(1);

impl Wait {
    /// How long it was; `None` is to the end of the run.
    pub fn length(&self) -> Option<Span> {
        self.until.map(|until| until.since(self.from))
    }
}

/// All waits that the facts tell of, in order of their beginnings.
pub(super) fn of(
    intent: &Intent,
    facts: &[Recorded<Fact>],
    released: &[(u32, u8, u32)],
    quorum: Quorum,
) -> Vec<Wait> {
    let story = Story { intent, facts, released, quorum };
    let mut waits = Vec::new();
    for (at, fact) in facts.iter().enumerate() {
        waits.extend(story.ending_with(fact));
        waits.extend(story.beginning_with(fact, &facts[at + 1..]));
    }
    let is_short = |wait: &Wait| wait.length().is_some_and(|length| length < WORTH_TELLING);
    waits.retain(|wait| !is_short(wait));
    waits.sort_by_key(|wait| (wait.from, wait.process));
    waits
}

struct Story<'a> {
    intent: &'a Intent,
    facts: &'a [Recorded<Fact>],
    released: &'a [(u32, u8, u32)],
    quorum: Quorum,
}

impl Story<'_> {
    /// The wait of a client that ends as it sends.
    fn ending_with(&self, fact: &Recorded<Fact>) -> Option<Wait> {
        let Fact::Sent { attempt, .. } = fact.fact else { return None };
        let (from, cause) = match attempt.checked_sub(1) {
            None => (self.intent.at, Cause::Permit),
            Some(before) => {
                let (from, setback) = self.setback(before);
                (from, Cause::Retry(setback))
            }
        };
        Some(Wait { process: fact.process.0, from, until: Some(fact.key.time), cause })
    }

    /// Since when, and why, nothing more could come of a try.
    fn setback(&self, attempt: u8) -> (VirtualTime, Setback) {
        let turned_away = self.facts.iter().find_map(|fact| match fact.fact {
            Fact::Rejected { attempt: other, why, .. } if other == attempt => {
                (why != Refusal::Lost).then_some((fact.key.time, Setback::Router(why)))
            }
            _ => None,
        });
        let sent = self.facts.iter().find(|fact| match fact.fact {
            Fact::Sent { attempt: other, .. } => other == attempt,
            _ => false,
        });
        let sent = sent.map_or(self.intent.at, |fact| fact.key.time);
        turned_away.or_else(|| self.out_of_reach(attempt)).unwrap_or((sent, Setback::Silence))
    }

    /// When a try was refused by so many that no quorum could accept it, and what the last said.
    fn out_of_reach(&self, attempt: u8) -> Option<(VirtualTime, Setback)> {
        let mut refused = Vec::new();
        for fact in self.facts {
            let Fact::Applied { attempt: other, verdict, .. } = fact.fact else { continue };
            let counts = other == attempt && verdict != Verdict::Accepted;
            if counts && !refused.contains(&fact.process) {
                refused.push(fact.process);
            }
            if counts && refused.len() as u32 > self.quorum.of - self.quorum.votes {
                return Some((fact.key.time, Setback::Validators(verdict)));
            }
        }
        None
    }

    /// The wait that begins with a fact and ends with a later one of the same actor.
    fn beginning_with(&self, fact: &Recorded<Fact>, later: &[Recorded<Fact>]) -> Option<Wait> {
        let (process, from) = (fact.process.0, fact.key.time);
        let here = || later.iter().filter(|other| other.process == fact.process);
        let until = |ends: &dyn Fn(&Fact) -> bool| {
            here().find(|other| ends(&other.fact)).map(|other| other.key.time)
        };
        let wait = |until, cause| Some(Wait { process, from, until, cause });
        let comes_in = |other: &Fact| matches!(other, Fact::Delivered { .. });
        match fact.fact {
            Fact::Admitted { attempt, .. } => {
                let begins =
                    |other: &Fact| matches!(other, Fact::Begun { attempt: a, .. } if *a == attempt);
                wait(until(&begins), Cause::Queue)
            }
            Fact::Received { attempt, .. } => {
                let ends = |other: &Fact| matches!(other, Fact::Verified { attempt: a, .. } if *a == attempt);
                wait(until(&ends), Cause::Verify)
            }
            Fact::Verified { attempt, genuine: true, .. } if self.is_undelivered(fact) => {
                let holds =
                    |other: &Fact| matches!(other, Fact::Waits { attempt: a, .. } if *a == attempt);
                let proposes = |other: &Fact| matches!(other, Fact::Proposed { .. });
                if until(&holds).is_some() {
                    return None;
                }
                match until(&proposes) {
                    Some(proposed) => wait(Some(proposed), Cause::Pool),
                    None => wait(until(&comes_in), Cause::Order),
                }
            }
            Fact::Proposed { .. } if self.is_undelivered(fact) => {
                wait(until(&comes_in), Cause::Order)
            }
            Fact::Waits { attempt, .. } => {
                let by = self.released.iter();
                let by = by.filter(|(at, other, _)| (*at, *other) == (process, attempt));
                wait(until(&comes_in), Cause::Held(by.map(|(.., by)| *by).next()))
            }
            Fact::Relied { .. } => {
                let decides =
                    |other: &Fact| matches!(other, Fact::Confident { .. } | Fact::Doubted { .. });
                wait(until(&decides), Cause::Hesitation)
            }
            _ => None,
        }
    }

    /// Whether the actor of a fact has not delivered the operation before it.
    fn is_undelivered(&self, fact: &Recorded<Fact>) -> bool {
        let delivers = |other: &&Recorded<Fact>| {
            other.process == fact.process && matches!(other.fact, Fact::Delivered { .. })
        };
        let first = self.facts.iter().find(delivers);
        first.is_none_or(|first| first.key.time >= fact.key.time)
    }
}
