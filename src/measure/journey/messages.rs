//! On whose way an operation was: from whom to whom, and what became of each message.

use crate::kernel::{ProcessId, Recorded, Span, VirtualTime};
use crate::trace::{Conclusion, Fact, FateKind};

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// From the client to a router.
    Submit,
    /// From a centre to another.
    Relay,
    /// From a router to a validator.
    HandOver,
    /// From a validator to the client: the answer after which the client knew.
    Answer,
    /// From the client to who relies on it.
    Proof,
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// What it is for.
    pub leg: Leg,
    /// Which try it belongs to.
    pub attempt: u8,
    /// Who sent it.
    pub from: u32,
    /// When.
    pub sent: VirtualTime,
    /// To whom.
    pub to: u32,
    /// When it arrived; `None` is never.
    pub arrived: Option<VirtualTime>,
    /// What faults did to it: the rule, by its place in the scenario, what, and by how much.
    pub fates: Vec<(u16, FateKind, Span)>,
}

/// All messages that the facts tell of, in order of sending.
pub(super) fn of(facts: &[Recorded<Fact>], validators: u32, client: u32) -> Vec<Message> {
    let mut messages = Vec::new();
    for (at, fact) in facts.iter().enumerate() {
        let later = &facts[at + 1..];
        match fact.fact {
            Fact::Sent { attempt, .. } => messages.extend(submitted(fact, attempt, later)),
            Fact::Forwarded { attempt, to, .. } => {
                messages.push(relayed(fact, attempt, to, later));
            }
            Fact::Routed { attempt, .. } => {
                let to_each = (0..validators).map(|to| handed(fact, attempt, to, later));
                messages.extend(to_each);
            }
            Fact::Concluded {
                attempt,
                conclusion: Conclusion::Applied | Conclusion::Refused,
                ..
            } => messages.extend(answered(fact, attempt, facts, validators)),
            Fact::Relied { .. } => messages.extend(proven(fact, facts, client)),
            _ => {}
        }
    }
    messages.sort_by_key(|message| (message.sent, message.from, message.to));
    messages
}

/// What faults did to a message that `sending` sent, told in the same event.
fn fates(
    sending: &Recorded<Fact>,
    to: Option<u32>,
    later: &[Recorded<Fact>],
) -> Vec<(u32, (u16, FateKind, Span))> {
    let same = later.iter().take_while(|fact| fact.key == sending.key);
    let told = same.filter_map(|fact| match fact.fact {
        Fact::Fate { rule, kind, to: receiver, by } => Some((receiver, (rule, kind, by))),
        _ => None,
    });
    told.filter(|(receiver, _)| to.is_none_or(|to| to == *receiver)).collect()
}

/// A try on its way to a router; one that met nothing and never arrived is told by nobody.
fn submitted(sending: &Recorded<Fact>, attempt: u8, later: &[Recorded<Fact>]) -> Option<Message> {
    let arrival = later.iter().find(|fact| match fact.fact {
        Fact::Admitted { attempt: other, .. } | Fact::Rejected { attempt: other, .. } => {
            other == attempt
        }
        _ => false,
    });
    let fates = fates(sending, None, later);
    let to = arrival.map(|fact| fact.process.0).or(fates.first().map(|(to, _)| *to))?;
    Some(Message {
        leg: Leg::Submit,
        attempt,
        from: sending.process.0,
        sent: sending.key.time,
        to,
        arrived: arrival.map(|fact| fact.key.time),
        fates: fates.into_iter().map(|(_, fate)| fate).collect(),
    })
}

fn relayed(sending: &Recorded<Fact>, attempt: u8, to: u32, later: &[Recorded<Fact>]) -> Message {
    let arrival = later.iter().find(|fact| match fact.fact {
        Fact::Admitted { attempt: other, .. } | Fact::Rejected { attempt: other, .. } => {
            (fact.process.0, other) == (to, attempt)
        }
        _ => false,
    });
    Message {
        leg: Leg::Relay,
        attempt,
        from: sending.process.0,
        sent: sending.key.time,
        to,
        arrived: arrival.map(|fact| fact.key.time),
        fates: fates(sending, Some(to), later).into_iter().map(|(_, fate)| fate).collect(),
    }
}

fn handed(sending: &Recorded<Fact>, attempt: u8, to: u32, later: &[Recorded<Fact>]) -> Message {
    let from = sending.process.0;
    let arrival = later.iter().find(|fact| match fact.fact {
        Fact::Received { attempt: other, router, .. } => {
            (fact.process.0, other, router) == (to, attempt, from)
        }
        _ => false,
    });
    Message {
        leg: Leg::HandOver,
        attempt,
        from,
        sent: sending.key.time,
        to,
        arrived: arrival.map(|fact| fact.key.time),
        fates: fates(sending, Some(to), later).into_iter().map(|(_, fate)| fate).collect(),
    }
}

/// The answer that let the client know: the event in which it knew was caused by its sender.
fn answered(
    known: &Recorded<Fact>,
    attempt: u8,
    facts: &[Recorded<Fact>],
    validators: u32,
) -> Option<Message> {
    let ProcessId(from) = known.key.source;
    let at = facts.iter().rposition(|fact| {
        let has_said = matches!(fact.fact, Fact::Applied { .. });
        has_said && fact.process.0 == from && fact.key.time < known.key.time
    });
    let at = at.filter(|_| from < validators)?;
    let said = &facts[at];
    let fates = fates(said, Some(known.process.0), &facts[at + 1..]);
    Some(Message {
        leg: Leg::Answer,
        attempt,
        from,
        sent: said.key.time,
        to: known.process.0,
        arrived: Some(known.key.time),
        fates: fates.into_iter().map(|(_, fate)| fate).collect(),
    })
}

fn proven(told: &Recorded<Fact>, facts: &[Recorded<Fact>], client: u32) -> Option<Message> {
    let known = facts.iter().find(|fact| matches!(fact.fact, Fact::Concluded { .. }))?;
    let Fact::Concluded { attempt, .. } = known.fact else { return None };
    Some(Message {
        leg: Leg::Proof,
        attempt,
        from: client,
        sent: known.key.time,
        to: told.process.0,
        arrived: Some(told.key.time),
        fates: Vec::new(),
    })
}
