//! What befell an operation, a line per hop: clock, time since its intended send, actor, words.

use super::format::{instant, millis, number};
use super::journey_words::{reading, refusal, shown, status};
use super::run_screen::wrapped;
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::measure::{Cause, Hop, Journey, Wait};
use crate::scenario::model::Scenario;
use crate::trace::{Fact, Names};

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

    /// Time of day if the run has one, else since the start of what is measured.
    pub(super) fn clock(&self, at: VirtualTime) -> String {
        instant(self.scenario, at)
    }

    pub(super) fn name(&self, process: u32) -> String {
        self.names.name(process)
    }

    /// A fault by the place of its rule.
    pub(super) fn fault(&self, rule: u16) -> &str {
        if rule == Fact::OF_OPERATORS {
            return "its operators";
        }
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
        let words: Vec<String> = self.held(hop).into_iter().chain(words).collect();
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
    pub(super) fn waited(
        &self,
        fact: &Recorded<Fact>,
        is_it: impl Fn(Cause) -> bool,
    ) -> Option<&Wait> {
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
                Some(format!("begins after {} in its queue", self.length(wait)))
            }
            Fact::Rejected { why, .. } => Some(refusal(why).to_owned()),
            Fact::Routed { attempt, sequence, .. } => Some(self.routed(attempt, sequence)),
            Fact::Forwarded { attempt, copy, to, home, .. } => {
                Some(self.forwarded((attempt, copy), to, home))
            }
            Fact::Received { attempt, .. } => Some(self.received(fact, attempt)),
            Fact::Verified { genuine: false, .. } => Some("signature FORGED".to_owned()),
            Fact::Verified { genuine: true, .. } => self.verified(fact),
            Fact::Relayed { from, .. } => Some(format!("has it from {}", self.name(from))),
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
