//! What each hop of an operation through the system is told as.

use super::format::millis;
use super::journey_lines::Story;
use super::journey_words::{fate, in_millis, length, setback_words};
use crate::attestation::Verdict;
use crate::kernel::{Recorded, Span};
use crate::measure::{Cause, Leg, Message, Relation, Setback, Wait};
use crate::trace::{Conclusion, Fact, Names};

impl<N: Names> Story<'_, N> {
    pub(super) fn sent(&self, fact: &Recorded<Fact>, attempt: u8) -> String {
        let lost = self.lost(Leg::Submit, attempt);
        let lost = if lost.is_empty() { lost } else { format!("; LOST on the way to {lost}") };
        let to = self.receiver(fact);
        let wait = self.waited(fact, |cause| matches!(cause, Cause::Permit | Cause::Retry(_)));
        let Some(wait) = wait else { return format!("means to send, and sends{to}{lost}") };
        let length = length(wait);
        match wait.cause {
            Cause::Retry(setback) => {
                let (tries, why) = (u32::from(attempt) + 1, setback_words(setback));
                match setback {
                    Setback::Silence => {
                        format!("sends again, try {tries}{to}: {why} for {length}{lost}")
                    }
                    _ => format!("sends again, try {tries}{to}: {why} {length} ago{lost}"),
                }
            }
            _ => format!("sends{to}, held back for {length}{lost}"),
        }
    }

    pub(super) fn routed(&self, attempt: u8, sequence: u32) -> String {
        let of = self.journey.quorum.of;
        let lost = self.lost(Leg::HandOver, attempt);
        let words = format!("stamps it number {sequence} and sends it on to {of} validators");
        if lost.is_empty() { words } else { format!("{words}; LOST on the way to {lost}") }
    }

    pub(super) fn forwarded(&self, (attempt, copy): (u8, u8), to: u32, home: u32) -> String {
        let lost = self.lost_to(Leg::Relay, attempt, Some(to));
        let way = if to == home { String::new() } else { format!(" towards {}", self.name(home)) };
        let anew = if copy > 0 { ", ANOTHER WAY than before" } else { "" };
        let words = format!("stamps it and sends it on to {}{way}{anew}", self.name(to));
        if lost.is_empty() { words } else { format!("{words}; NEVER taken in there") }
    }

    /// Receivers that a try never reached, by what kept it from them.
    pub(super) fn lost(&self, leg: Leg, attempt: u8) -> String {
        self.lost_to(leg, attempt, None)
    }

    /// The same, of one receiver only.
    pub(super) fn lost_to(&self, leg: Leg, attempt: u8, to: Option<u32>) -> String {
        let messages = self.journey.messages.iter();
        let ours = messages.filter(|message| {
            (message.leg, message.attempt) == (leg, attempt) && to.is_none_or(|to| message.to == to)
        });
        let mut lost: Vec<(String, Vec<String>)> = Vec::new();
        for message in ours.filter(|message| message.arrived.is_none()) {
            let fate = message
                .fates
                .first()
                .map(|(rule, kind, _)| format!(" ({} by {})", fate(*kind), self.fault(*rule)));
            let why = fate.or_else(|| self.was_down(message)).unwrap_or_default();
            let name = self.name(message.to);
            match lost.iter_mut().find(|(other, _)| *other == why) {
                Some((_, names)) => names.push(name),
                None => lost.push((why, vec![name])),
            }
        }
        let words = lost.iter().map(|(why, names)| format!("{}{why}", names.join(", ")));
        words.collect::<Vec<_>>().join("; ")
    }

    pub(super) fn received(&self, fact: &Recorded<Fact>, attempt: u8) -> String {
        let is_it = |message: &&Message| {
            message.leg == Leg::HandOver
                && (message.to, message.attempt) == (fact.process.0, attempt)
                && message.arrived == Some(fact.key.time)
        };
        let Some(message) = self.journey.messages.iter().find(is_it) else {
            return "comes once more".to_owned();
        };
        let took = millis(fact.key.time.since(message.sent).as_millis_f64());
        let fates = message.fates.iter().map(|(rule, kind, by)| match by.as_nanos() {
            0 => format!("{} by {}", fate(*kind), self.fault(*rule)),
            _ => format!("{} by {}, {}", fate(*kind), self.fault(*rule), in_millis(*by)),
        });
        let fates = fates.collect::<Vec<_>>().join("; ");
        let is_stuck = self.is_stuck(fact, |cause| cause == Cause::Verify);
        let stuck = if is_stuck { ", and its signature is NEVER checked" } else { "" };
        match fates.is_empty() {
            true => format!("comes after {took}{stuck}"),
            false => format!("comes after {took} ({fates}){stuck}"),
        }
    }

    pub(super) fn verified(&self, fact: &Recorded<Fact>) -> Option<String> {
        let checked = self.waited(fact, |cause| cause == Cause::Verify);
        let checked = checked
            .map(|wait| format!("signature checked after {} of other work", self.length(wait)));
        let is_stuck = self.is_stuck(fact, |cause| matches!(cause, Cause::Order | Cause::Pool));
        let stuck = is_stuck.then(|| "NEVER ordered here".to_owned());
        let both: Vec<String> = checked.into_iter().chain(stuck).collect();
        (!both.is_empty()).then(|| both.join(", "))
    }

    /// Whether a wait began with a fact and never ended.
    pub(super) fn is_stuck(&self, fact: &Recorded<Fact>, is_it: impl Fn(Cause) -> bool) -> bool {
        self.journey.waits.iter().any(|wait| {
            (wait.process, wait.from) == (fact.process.0, fact.key.time)
                && wait.until.is_none()
                && is_it(wait.cause)
        })
    }

    pub(super) fn proposed(&self, fact: &Recorded<Fact>) -> String {
        match self.waited(fact, |cause| cause == Cause::Pool) {
            Some(wait) => format!("puts it into a block after {}", self.length(wait)),
            None => "puts it into a block".to_owned(),
        }
    }

    pub(super) fn waits(&self, fact: &Recorded<Fact>) -> String {
        let begins = |wait: &&Wait| {
            (wait.process, wait.from) == (fact.process.0, fact.key.time)
                && matches!(wait.cause, Cause::Held(_))
        };
        let Some(wait) = self.journey.waits.iter().find(begins) else {
            return "waits for a moment".to_owned();
        };
        match (wait.until, wait.cause) {
            (Some(_), Cause::Held(Some(by))) => {
                format!("WAITS {} for {}", self.length(wait), self.what(by))
            }
            (Some(_), _) => format!("WAITS {}", self.length(wait)),
            (None, _) => match self.journey.relative(Relation::Target) {
                Some(target) => {
                    format!("WAITS for {}, in vain", self.what(target.intent.operation))
                }
                None => "WAITS in vain".to_owned(),
            },
        }
    }

    /// An operation by its number, and what it is to this one.
    pub(super) fn what(&self, operation: u32) -> String {
        let mut relatives = self.journey.relatives.iter();
        let relation = relatives.find(|relative| relative.intent.operation == operation);
        match relation.map(|relative| relative.relation) {
            Some(Relation::Target) => format!("#{operation}, what it refers to"),
            Some(Relation::Earlier) => format!("#{operation}, what its attester said before"),
            Some(Relation::Rival) => format!("#{operation}, its rival"),
            Some(Relation::Sequel) | None => format!("#{operation}"),
        }
    }

    pub(super) fn delivered(&self, fact: &Recorded<Fact>, position: u32, is_final: bool) -> String {
        let word = if is_final { "" } else { " for now" };
        let delivers = |other: &&Recorded<Fact>| {
            other.process == fact.process && matches!(other.fact, Fact::Delivered { .. })
        };
        let first = self.journey.facts().find(delivers);
        if first.is_some_and(|first| (first.key, first.index) != (fact.key, fact.index)) {
            return format!("delivered again at place {position}{word}");
        }
        let waits = |cause| matches!(cause, Cause::Order | Cause::Held(_));
        let after = match self.waited(fact, waits) {
            Some(wait) if wait.cause == Cause::Order => {
                format!("ordered in {}, ", self.length(wait))
            }
            Some(wait) => format!("after {} ", self.length(wait)),
            None => String::new(),
        };
        format!("{after}delivered at place {position}{word}")
    }

    pub(super) fn applied(
        &self,
        fact: &Recorded<Fact>,
        verdict: Verdict,
        again: bool,
        resolved: u32,
    ) -> String {
        let target = self.journey.relative(Relation::Target);
        let meant = self.journey.intent.target;
        match verdict {
            Verdict::Accepted if again => "in already".to_owned(),
            Verdict::Accepted if meant.is_some_and(|meant| resolved != meant) => match resolved {
                Fact::NONE => "accepted".to_owned(),
                other => format!("accepted, but LINKED to #{other}"),
            },
            Verdict::Accepted => "accepted".to_owned(),
            orphan if orphan.is_orphan() => {
                let comes = target.and_then(|target| target.accepted_at(fact.process.0));
                let name =
                    meant.map_or("what it refers to".to_owned(), |meant| format!("#{meant}"));
                let when = match comes {
                    Some(at) if at > fact.key.time => {
                        format!("and comes {} later", in_millis(at.since(fact.key.time)))
                    }
                    Some(_) => "though it had been accepted".to_owned(),
                    None => "and never comes".to_owned(),
                };
                format!("REFUSED, {}: {name} is unknown here, {when}", orphan.name())
            }
            refused => format!("REFUSED, {}", refused.name()),
        }
    }

    pub(super) fn concluded(
        &self,
        fact: &Recorded<Fact>,
        conclusion: Conclusion,
        attempt: u8,
    ) -> String {
        let told =
            self.journey.messages.iter().find(|message| {
                message.leg == Leg::Answer && message.arrived == Some(fact.key.time)
            });
        let by = told.map_or(String::new(), |message| {
            let took = message.arrived.map_or(Span::ZERO, |at| at.since(message.sent));
            format!(", as {} told it {} ago", self.name(message.from), in_millis(took))
        });
        match conclusion {
            Conclusion::Applied => format!("knows that it is APPLIED{by}"),
            Conclusion::Refused => format!("knows that it is REFUSED{by}"),
            Conclusion::Promised => "is PROMISED that it will be in".to_owned(),
            Conclusion::GaveUp => format!("GIVES UP after try {}", u32::from(attempt) + 1),
        }
    }
}
