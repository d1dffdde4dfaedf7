//! Where an operation waited, and for what.

use super::{Intent, Quorum};
use crate::attestation::Verdict;
use crate::kernel::{ProcessId, Recorded, Span, VirtualTime};
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
    let mut told: Vec<Wait> = Vec::new();
    for wait in waits {
        // A later try waits for what an earlier one waits for already.
        let same = |other: &Wait| (other.process, other.until) == (wait.process, wait.until);
        if !told.iter().any(same) {
            told.push(wait);
        }
    }
    told
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
        let here = Here { process: fact.process, later };
        let (until, cause) = match fact.fact {
            Fact::Admitted { attempt, .. } => {
                (here.until(|told| told.begun(attempt)), Cause::Queue)
            }
            Fact::Received { attempt, .. } => {
                let until = here.until(|told| told.verified(attempt));
                // Who had it from others, in a block, needs no copy of its own.
                let is_needed = until.is_some() || here.until(|told| told.delivered()).is_none();
                is_needed.then_some((until, Cause::Verify))?
            }
            Fact::Verified { attempt, genuine: true, .. } => {
                if here.until(|told| told.waits(attempt)).is_some() {
                    return None;
                }
                match here.until(|told| told.proposed()) {
                    None => (here.until(|told| told.delivered()), Cause::Order),
                    proposed => (proposed, Cause::Pool),
                }
            }
            Fact::Proposed { .. } => (here.until(|told| told.delivered()), Cause::Order),
            Fact::Waits { attempt, .. } => {
                let by = self.released.iter();
                let by = by.filter(|(at, other, _)| (*at, *other) == (process, attempt));
                (here.until(|told| told.delivered()), Cause::Held(by.map(|(.., by)| *by).next()))
            }
            Fact::Relied { .. } => (here.until(|told| told.decided()), Cause::Hesitation),
            _ => return None,
        };
        let is_over = process < self.quorum.of && self.has_delivered_before(fact);
        (!is_over).then_some(Wait { process, from, until, cause })
    }

    /// Whether the actor of a fact has delivered the operation already.
    fn has_delivered_before(&self, fact: &Recorded<Fact>) -> bool {
        let here = Here { process: fact.process, later: self.facts };
        here.until(|told| told.delivered()).is_some_and(|first| first < fact.key.time)
    }
}

/// What one actor told.
struct Here<'a> {
    process: ProcessId,
    later: &'a [Recorded<Fact>],
}

impl Here<'_> {
    /// When it first told such a fact.
    fn until(&self, ends: impl Fn(Told<'_>) -> bool) -> Option<VirtualTime> {
        let mut facts = self.later.iter().filter(|fact| fact.process == self.process);
        facts.find(|fact| ends(Told(&fact.fact))).map(|fact| fact.key.time)
    }
}

/// What kind of a fact it is.
struct Told<'a>(&'a Fact);

impl Told<'_> {
    fn begun(&self, of: u8) -> bool {
        matches!(*self.0, Fact::Begun { attempt, .. } if attempt == of)
    }

    fn verified(&self, of: u8) -> bool {
        matches!(*self.0, Fact::Verified { attempt, .. } if attempt == of)
    }

    fn waits(&self, of: u8) -> bool {
        matches!(*self.0, Fact::Waits { attempt, .. } if attempt == of)
    }

    fn proposed(&self) -> bool {
        matches!(self.0, Fact::Proposed { .. })
    }

    fn delivered(&self) -> bool {
        matches!(self.0, Fact::Delivered { .. })
    }

    fn decided(&self) -> bool {
        matches!(self.0, Fact::Confident { .. } | Fact::Doubted { .. })
    }
}
