//! What befell an operation, a line per hop: clock, time since its intended send, actor, words.

use super::format::{millis, number};
use super::journey_words::{
    fate, in_millis, length, reading, refusal, setback_words, shown, status,
};
use super::run_screen::wrapped;
use crate::attestation::Verdict;
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::measure::{Cause, Hop, Journey, Leg, Message, Relation, Setback, Wait};
use crate::scenario::model::Scenario;
use crate::trace::{Conclusion, Fact, Names};

/// A journey, and what its actors and faults are called.
#[derive(Clone, Copy)]
pub(super) struct Story<'a, N> {
    pub(super) journey: &'a Journey,
    pub(super) scenario: &'a Scenario,
    pub(super) names: &'a N,
}

/// A line before it is laid out.
struct Line {
    at: VirtualTime,
    process: u32,
    words: String,
    /// What a look showed, so that looks alike are told once.
    look: Option<String>,
    weight: Weight,
}

/// Which lines a long journey leaves out first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Nothing came of it.
    Idle,
    /// A validator did what it should.
    Step,
    /// Another actor, or something that should not happen.
    Event,
}

/// Longer journeys leave out what matters least.
const MOST_LINES: usize = 40;
/// Where the words begin.
const WORDS: usize = 42;
const WIDTH: usize = 100;

impl<N: Names> Story<'_, N> {
    /// All hops as they are printed.
    pub(super) fn lines(&self) -> Vec<String> {
        let lines = self.journey.hops.iter().filter_map(|hop| self.line(hop)).collect();
        let lines = looks_told_once(lines);
        let at_least = |least: Weight| lines.iter().filter(move |line| line.weight >= least);
        let fits = |least: &Weight| at_least(*least).count() <= MOST_LINES;
        let least = [Weight::Idle, Weight::Step].into_iter().find(fits).unwrap_or(Weight::Event);
        let mut text: Vec<String> = at_least(least).flat_map(|line| self.laid_out(line)).collect();
        let left_out = lines.len() - at_least(least).count();
        if left_out > 0 {
            text.push(format!("{:WORDS$}… and {left_out} uneventful hops at validators", ""));
        }
        text
    }

    /// Time of day if the run has one, else since its start: `02:13:07.418`, `1m43.207`.
    pub(super) fn clock(&self, at: VirtualTime) -> String {
        let Some(clock) = self.scenario.clock else {
            let millis = at.as_nanos() / 1_000_000;
            let (seconds, millis) = (millis / 1_000, millis % 1_000);
            return format!("{}m{:02}.{millis:03}", seconds / 60, seconds % 60);
        };
        const DAY: u64 = 86_400_000;
        let at = clock.as_nanos() + at.as_nanos();
        let warmup = self.scenario.warmup.as_nanos();
        let millis = (at / 1_000_000 + DAY - warmup / 1_000_000 % DAY) % DAY;
        let (seconds, millis) = (millis / 1_000, millis % 1_000);
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        format!("{hours:02}:{minutes:02}:{:02}.{millis:03}", seconds % 60)
    }

    pub(super) fn name(&self, process: u32) -> String {
        self.names.name(process)
    }

    /// A fault by the place of its rule.
    pub(super) fn fault(&self, rule: u16) -> &str {
        let fault = self.scenario.faults.get(usize::from(rule));
        fault.map_or("the network", |fault| fault.name.as_str())
    }

    fn laid_out(&self, line: &Line) -> Vec<String> {
        let since = line.at.since(self.journey.intent.at);
        let offset = format!("+{}", millis(since.as_millis_f64()));
        let (clock, name) = (self.clock(line.at), self.name(line.process));
        let head = format!("  {clock:<12}  {offset:>9}  {name:<13}  ");
        let words = wrapped(&line.words, WIDTH - WORDS, "  ");
        let heads = std::iter::once(head).chain(std::iter::repeat(" ".repeat(WORDS)));
        heads
            .zip(words)
            .map(|(head, words)| format!("{head}{words}").trim_end().to_owned())
            .collect()
    }

    fn line(&self, hop: &Hop) -> Option<Line> {
        let words: Vec<String> = hop.facts.iter().filter_map(|fact| self.words(fact)).collect();
        if words.is_empty() {
            return None;
        }
        let look = hop.facts.iter().find_map(|fact| match fact.fact {
            Fact::Looked { .. } => Some(shown(&fact.fact)),
            _ => None,
        });
        let look = look.filter(|_| hop.facts.len() == 1);
        let words = words.join(", ");
        let does = |fact: &Recorded<Fact>| {
            matches!(
                fact.fact,
                Fact::Proposed { .. } | Fact::Delivered { .. } | Fact::Applied { again: false, .. }
            )
        };
        let is_told_aloud = words.to_lowercase() != words;
        let weight = match hop.process < self.journey.quorum.of && !is_told_aloud {
            false => Weight::Event,
            true if hop.facts.iter().any(does) => Weight::Step,
            true => Weight::Idle,
        };
        Some(Line { at: hop.at(), process: hop.process, words, look, weight })
    }

    /// The wait of an actor that ended at an instant.
    fn waited(&self, fact: &Recorded<Fact>, is_it: impl Fn(Cause) -> bool) -> Option<&Wait> {
        let ends = |wait: &&Wait| {
            wait.process == fact.process.0 && wait.until == Some(fact.key.time) && is_it(wait.cause)
        };
        self.journey.waits.iter().find(ends)
    }

    /// What a fact says, unless another says it as well.
    fn words(&self, fact: &Recorded<Fact>) -> Option<String> {
        match fact.fact {
            Fact::Sent { attempt, .. } => Some(self.sent(fact, attempt)),
            Fact::Admitted { queue, .. } => Some(match queue {
                0 => "takes it in".to_owned(),
                _ => format!("takes it in behind {queue}"),
            }),
            Fact::Begun { .. } => {
                let wait = self.waited(fact, |cause| cause == Cause::Queue)?;
                Some(format!("begins after {} in its queue", length(wait)))
            }
            Fact::Rejected { why, .. } => Some(refusal(why).to_owned()),
            Fact::Routed { attempt, sequence, .. } => Some(self.routed(attempt, sequence)),
            Fact::Forwarded { attempt, copy, to, home, .. } => {
                Some(self.forwarded((attempt, copy), to, home))
            }
            Fact::Received { attempt, .. } => Some(self.received(fact, attempt)),
            Fact::Verified { genuine: false, .. } => Some("signature FORGED".to_owned()),
            Fact::Verified { genuine: true, .. } => self.verified(fact),
            Fact::Proposed { .. } => Some(self.proposed(fact)),
            Fact::Waits { .. } => Some(self.waits(fact)),
            Fact::Delivered { position, is_final, .. } => {
                Some(self.delivered(fact, position, is_final))
            }
            Fact::Retracted { position, .. } => Some(format!("TAKEN BACK from place {position}")),
            Fact::Finalised { .. } => Some("final".to_owned()),
            Fact::Applied { verdict, again, resolved, .. } => {
                Some(self.applied(fact, verdict, again, resolved))
            }
            Fact::Concluded { conclusion, attempt, .. } => {
                Some(self.concluded(fact, conclusion, attempt))
            }
            Fact::Answered { said, .. } => Some(format!("is told: {}", status(said))),
            Fact::Used { .. } if self.is_repeated(fact) => None,
            _ => self.relying(&fact.fact),
        }
    }

    /// Whether a dependant decided the same before, on the same grounds.
    fn is_repeated(&self, fact: &Recorded<Fact>) -> bool {
        let decided = |fact: &Fact| match *fact {
            Fact::Used { said, is_allowed, .. } => Some((said, is_allowed)),
            _ => None,
        };
        let facts = self.journey.hops.iter().flat_map(|hop| &hop.facts);
        let before = facts.take_while(|other| other.key < fact.key);
        let last = before.filter_map(|other| decided(&other.fact)).last();
        last.is_some() && last == decided(&fact.fact)
    }

    fn relying(&self, fact: &Fact) -> Option<String> {
        let share = |ten_thousandths: u16| number(f64::from(ten_thousandths) / 10_000.0);
        let micros = |micros: u32| millis(Span::from_micros(micros.into()).as_millis_f64());
        Some(match *fact {
            Fact::Relied { elapsed, expected: Fact::NONE, .. } => {
                format!("is told that it is proven, after {}", micros(elapsed))
            }
            Fact::Relied { elapsed, expected, .. } => {
                let late = if elapsed > expected { ": LATE" } else { "" };
                let (elapsed, expected) = (micros(elapsed), micros(expected));
                format!("is told that it is proven, after {elapsed}, expected {expected}{late}")
            }
            Fact::Looked { validator, .. } => {
                format!("looks at {}: {}", self.name(validator.into()), shown(fact))
            }
            Fact::Confident { confidence, looks, .. } => {
                format!("CONFIDENT after {looks} looks, {}", share(confidence))
            }
            Fact::Doubted { confidence, looks, .. } => {
                format!("DOUBTS it after {looks} looks, {}", share(confidence))
            }
            _ => return reading(fact),
        })
    }

    fn sent(&self, fact: &Recorded<Fact>, attempt: u8) -> String {
        let lost = self.lost(Leg::Submit, attempt);
        let lost = if lost.is_empty() { lost } else { format!("; LOST on the way to {lost}") };
        let wait = self.waited(fact, |cause| matches!(cause, Cause::Permit | Cause::Retry(_)));
        let Some(wait) = wait else { return format!("means to send, and sends{lost}") };
        let length = length(wait);
        match wait.cause {
            Cause::Retry(setback) => {
                let (tries, why) = (u32::from(attempt) + 1, setback_words(setback));
                match setback {
                    Setback::Silence => {
                        format!("sends again, try {tries}: {why} for {length}{lost}")
                    }
                    _ => format!("sends again, try {tries}: {why} {length} ago{lost}"),
                }
            }
            _ => format!("sends, held back for {length}{lost}"),
        }
    }

    fn routed(&self, attempt: u8, sequence: u32) -> String {
        let of = self.journey.quorum.of;
        let lost = self.lost(Leg::HandOver, attempt);
        let words = format!("stamps it number {sequence} and sends it on to {of} validators");
        if lost.is_empty() { words } else { format!("{words}; LOST on the way to {lost}") }
    }

    fn forwarded(&self, (attempt, copy): (u8, u8), to: u32, home: u32) -> String {
        let lost = self.lost_to(Leg::Relay, attempt, Some(to));
        let way = if to == home { String::new() } else { format!(" towards {}", self.name(home)) };
        let anew = if copy > 0 { ", ANOTHER WAY than before" } else { "" };
        let words = format!("stamps it and sends it on to {}{way}{anew}", self.name(to));
        if lost.is_empty() { words } else { format!("{words}; NEVER taken in there") }
    }

    /// Receivers that a try never reached, by what kept it from them.
    fn lost(&self, leg: Leg, attempt: u8) -> String {
        self.lost_to(leg, attempt, None)
    }

    /// The same, of one receiver only.
    fn lost_to(&self, leg: Leg, attempt: u8, to: Option<u32>) -> String {
        let messages = self.journey.messages.iter();
        let ours = messages.filter(|message| {
            (message.leg, message.attempt) == (leg, attempt) && to.is_none_or(|to| message.to == to)
        });
        let mut lost: Vec<(String, Vec<String>)> = Vec::new();
        for message in ours.filter(|message| message.arrived.is_none()) {
            let why = message.fates.first().map_or(String::new(), |(rule, kind, _)| {
                format!(" ({} by {})", fate(*kind), self.fault(*rule))
            });
            let name = self.name(message.to);
            match lost.iter_mut().find(|(other, _)| *other == why) {
                Some((_, names)) => names.push(name),
                None => lost.push((why, vec![name])),
            }
        }
        let words = lost.iter().map(|(why, names)| format!("{}{why}", names.join(", ")));
        words.collect::<Vec<_>>().join("; ")
    }

    fn received(&self, fact: &Recorded<Fact>, attempt: u8) -> String {
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

    fn verified(&self, fact: &Recorded<Fact>) -> Option<String> {
        let checked = self.waited(fact, |cause| cause == Cause::Verify);
        let checked =
            checked.map(|wait| format!("signature checked after {} of other work", length(wait)));
        let is_stuck = self.is_stuck(fact, |cause| matches!(cause, Cause::Order | Cause::Pool));
        let stuck = is_stuck.then(|| "NEVER ordered here".to_owned());
        let both: Vec<String> = checked.into_iter().chain(stuck).collect();
        (!both.is_empty()).then(|| both.join(", "))
    }

    /// Whether a wait began with a fact and never ended.
    fn is_stuck(&self, fact: &Recorded<Fact>, is_it: impl Fn(Cause) -> bool) -> bool {
        self.journey.waits.iter().any(|wait| {
            (wait.process, wait.from) == (fact.process.0, fact.key.time)
                && wait.until.is_none()
                && is_it(wait.cause)
        })
    }

    fn proposed(&self, fact: &Recorded<Fact>) -> String {
        match self.waited(fact, |cause| cause == Cause::Pool) {
            Some(wait) => format!("puts it into a block after {}", length(wait)),
            None => "puts it into a block".to_owned(),
        }
    }

    fn waits(&self, fact: &Recorded<Fact>) -> String {
        let begins = |wait: &&Wait| {
            (wait.process, wait.from) == (fact.process.0, fact.key.time)
                && matches!(wait.cause, Cause::Held(_))
        };
        let Some(wait) = self.journey.waits.iter().find(begins) else {
            return "waits for a moment".to_owned();
        };
        match (wait.until, wait.cause) {
            (Some(_), Cause::Held(Some(by))) => {
                format!("WAITS {} for {}", length(wait), self.what(by))
            }
            (Some(_), _) => format!("WAITS {}", length(wait)),
            (None, _) => match self.journey.relative(Relation::Target) {
                Some(target) => {
                    format!("WAITS for {}, in vain", self.what(target.intent.operation))
                }
                None => "WAITS in vain".to_owned(),
            },
        }
    }

    /// An operation by its number, and what it is to this one.
    fn what(&self, operation: u32) -> String {
        let mut relatives = self.journey.relatives.iter();
        let relation = relatives.find(|relative| relative.intent.operation == operation);
        match relation.map(|relative| relative.relation) {
            Some(Relation::Target) => format!("#{operation}, what it refers to"),
            Some(Relation::Earlier) => format!("#{operation}, what its attester said before"),
            Some(Relation::Rival) => format!("#{operation}, its rival"),
            Some(Relation::Sequel) | None => format!("#{operation}"),
        }
    }

    fn delivered(&self, fact: &Recorded<Fact>, position: u32, is_final: bool) -> String {
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
            Some(wait) if wait.cause == Cause::Order => format!("ordered in {}, ", length(wait)),
            Some(wait) => format!("after {} ", length(wait)),
            None => String::new(),
        };
        format!("{after}delivered at place {position}{word}")
    }

    fn applied(
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

    fn concluded(&self, fact: &Recorded<Fact>, conclusion: Conclusion, attempt: u8) -> String {
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

/// Runs of looks that showed the same are one line.
fn looks_told_once(lines: Vec<Line>) -> Vec<Line> {
    let mut told: Vec<Line> = Vec::new();
    let mut more = 0;
    for line in lines {
        match told.last_mut() {
            Some(last) if last.look.is_some() && last.look == line.look => {
                more += 1;
                let first = last.words.split(", and ").next().unwrap_or_default();
                last.words = format!("{first}, and {more} more like this");
            }
            _ => {
                more = 0;
                told.push(line);
            }
        }
    }
    told
}
