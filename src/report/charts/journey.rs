//! The space-time diagram of one operation.

use super::{Frame, foot};
use crate::attestation::Verdict;
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::measure::{Cause, Journey, Leg, Message};
use crate::report::chart::{Arrow, Bar, Moment, Rendered, SpaceTime, Tone};
use crate::report::journey_lines::Story;
use crate::report::journey_screen::{JourneyView, end_line};
use crate::report::journey_stalls::state;
use crate::report::journey_words::{in_millis, setback_words};
use crate::trace::{Conclusion, Digest, Fact, FateKind, Names};

/// So many validators are drawn at most: whoever answered last, then by number.
const MOST_VALIDATORS: usize = 16;
/// What lasts at most so many times as long as until it is applied and its client knows is drawn
/// whole.
const LONGEST_TAIL: u64 = 4;

/// The diagram; `None` if there is nothing to draw, or it cannot be drawn.
pub fn journey_chart<N: Names>(
    view: &JourneyView<'_, N>,
    digest: &Digest,
    command: &str,
) -> Option<Rendered> {
    let journey = &view.followed.journey;
    let actors = actors(journey);
    let sketch = Sketch { journey, actors: &actors, names: view.names, view };
    let (end, is_cut) = sketch.end();
    let after = match is_cut {
        true => format!("  ·  what came after {} is left out", in_millis(end)),
        false => String::new(),
    };
    let of = journey.quorum.of;
    let is_crowded = of as usize > MOST_VALIDATORS;
    let crowd = if is_crowded { format!("{MOST_VALIDATORS} of ") } else { String::new() };
    let scenario = view.scenario;
    let frame = Frame {
        title: format!("#{}: {}", journey.intent.operation, end_line(view.followed)),
        subtitle: format!(
            "{}  ·  {}, {crowd}{of} validators  ·  seed {}  ·  intended at {}{after}",
            scenario.name,
            scenario.ordering,
            scenario.seed,
            sketch.story().clock(journey.intent.at),
        ),
        foot: foot(&digest.short(), command),
    };
    let chart = SpaceTime {
        frame,
        time: "time since its intended send, ms".to_owned(),
        actors: actors.iter().map(|actor| view.names.name(*actor)).collect(),
        end,
        arrows: sketch.arrows(end),
        bars: sketch.bars(end),
        moments: sketch.moments(end),
    };
    (journey.end() > journey.intent.at).then(|| chart.render().ok()).flatten()
}

/// The client, routers, validators, who relies on it: those that had to do with it, from the top.
fn actors(journey: &Journey) -> Vec<u32> {
    let of = journey.quorum.of;
    let senders = journey.messages.iter().flat_map(|message| [message.from, message.to]);
    let mut all: Vec<u32> = journey.facts().map(|fact| fact.process.0).chain(senders).collect();
    all.sort_unstable();
    all.dedup();
    let client = journey.intent.client;
    // A plan only says who relies on it.
    let is_plan = |process: &u32| {
        let mut facts = journey.facts().filter(|fact| fact.process.0 == *process).peekable();
        facts.peek().is_some() && facts.all(|fact| matches!(fact.fact, Fact::Wanted { .. }))
    };
    let routers = all.iter().filter(|process| (of..client).contains(process) && !is_plan(process));
    let answering = journey.messages.iter().filter(|message| message.leg == Leg::Answer);
    let answering = answering.map(|message| message.from);
    let mut validators: Vec<u32> = answering.collect();
    for validator in all.iter().filter(|process| **process < of) {
        if validators.len() < MOST_VALIDATORS && !validators.contains(validator) {
            validators.push(*validator);
        }
    }
    validators.sort_unstable();
    let parties = all.iter().filter(|process| **process > client);
    [client].into_iter().chain(routers.chain(&validators).chain(parties).copied()).collect()
}

struct Sketch<'a, N> {
    journey: &'a Journey,
    actors: &'a [u32],
    names: &'a N,
    view: &'a JourneyView<'a, N>,
}

impl<N: Names> Sketch<'_, N> {
    fn story(&self) -> Story<'_, N> {
        Story { journey: self.journey, scenario: self.view.scenario, names: self.names }
    }

    fn place(&self, process: u32) -> Option<usize> {
        self.actors.iter().position(|actor| *actor == process)
    }

    fn since(&self, at: VirtualTime) -> Span {
        at.since(self.journey.intent.at)
    }

    /// Where the diagram ends, and whether anything comes after that.
    fn end(&self) -> (Span, bool) {
        let whole = self.since(self.journey.end());
        let is_known = |fact: &&Recorded<Fact>| matches!(fact.fact, Fact::Concluded { .. });
        let known = self.journey.facts().find(is_known);
        let known = known.map_or(whole, |fact| self.since(fact.key.time));
        let applied = self.view.followed.row.and_then(|row| row.applied);
        let known = known.max(applied.unwrap_or(Span::ZERO));
        let is_cut = whole > known * LONGEST_TAIL;
        (if is_cut { known + known / 2 } else { whole }, is_cut)
    }

    fn arrows(&self, end: Span) -> Vec<Arrow> {
        let arrows = self.journey.messages.iter().filter_map(|message| self.arrow(message));
        arrows.filter(|arrow| arrow.sent <= end).collect()
    }

    fn arrow(&self, message: &Message) -> Option<Arrow> {
        let is_late = |(_, _, by): &(u16, FateKind, Span)| *by > Span::ZERO;
        Some(Arrow {
            from: self.place(message.from)?,
            sent: self.since(message.sent),
            to: self.place(message.to)?,
            arrived: message.arrived.map(|at| self.since(at)),
            is_troubled: message.arrived.is_none() || message.fates.iter().any(is_late),
        })
    }

    fn bars(&self, end: Span) -> Vec<Bar> {
        let waits = self.journey.waits.iter();
        let bars = waits.filter_map(|wait| {
            let words = match wait.cause {
                Cause::Permit => "held back".to_owned(),
                Cause::Retry(setback) => setback_words(setback).trim_end_matches(',').to_owned(),
                Cause::Queue => "queue".to_owned(),
                Cause::Verify => "other work".to_owned(),
                Cause::Pool => "pool".to_owned(),
                Cause::Order => "ordering".to_owned(),
                Cause::Held(Some(by)) => format!("for #{by}"),
                Cause::Held(None) => "held".to_owned(),
                Cause::Hesitation => "looks for itself".to_owned(),
            };
            let words = wait
                .length()
                .map_or(words.clone(), |length| format!("{words}, {}", in_millis(length)));
            let (actor, from) = (self.place(wait.process)?, self.since(wait.from));
            let until = wait.until.map(|at| self.since(at));
            Some(Bar { actor, from, until, words, is_outage: false })
        });
        self.outages().chain(bars).filter(|bar| bar.from < end).collect()
    }

    /// When actors were down or stalled.
    fn outages(&self) -> impl Iterator<Item = Bar> {
        self.journey.outages.iter().filter_map(|outage| {
            let (actor, from) = (self.place(outage.process)?, self.since(outage.from));
            let words = format!("{} by {}", state(outage), self.story().fault(outage.rule));
            let until = outage.until.map(|at| self.since(at));
            Some(Bar { actor, from, until, words, is_outage: true })
        })
    }

    fn moments(&self, end: Span) -> Vec<Moment> {
        let mut moments = Vec::new();
        for hop in &self.journey.hops {
            let Some(actor) = self.place(hop.process) else { continue };
            let place = hop.facts.iter().find_map(|fact| match fact.fact {
                Fact::Delivered { position, .. } => Some(position),
                _ => None,
            });
            for fact in &hop.facts {
                let at = self.since(fact.key.time);
                let told = moment(&fact.fact, place).filter(|_| at <= end);
                moments.extend(told.map(|(words, tone)| Moment { actor, at, words, tone }));
            }
        }
        moments
    }
}

/// What a diagram says of a fact; `place` is the one that its hop gave the operation.
fn moment(fact: &Fact, place: Option<u32>) -> Option<(String, Tone)> {
    let (words, tone) = match *fact {
        Fact::Sent { attempt: 0, .. } => ("sends", Tone::Plain),
        Fact::Sent { .. } => ("sends again", Tone::Plain),
        Fact::Rejected { .. } => ("turned away", Tone::Bad),
        Fact::Routed { .. } | Fact::Delivered { .. } => ("", Tone::Plain),
        Fact::Proposed { .. } => ("in a block", Tone::Plain),
        Fact::Retracted { .. } => ("taken back", Tone::Bad),
        Fact::Applied { verdict: Verdict::Accepted, again: true, .. } => ("", Tone::Plain),
        Fact::Applied { verdict, .. } => {
            let place = place.map_or(String::new(), |place| format!(" at {place}"));
            let tone = if verdict == Verdict::Accepted { Tone::Good } else { Tone::Bad };
            return Some((format!("{}{place}", verdict.name()), tone));
        }
        Fact::Concluded { conclusion: Conclusion::Applied, .. } => ("knows: applied", Tone::Good),
        Fact::Concluded { conclusion: Conclusion::Refused, .. } => ("knows: refused", Tone::Bad),
        Fact::Concluded { conclusion: Conclusion::Promised, .. } => ("promised", Tone::Plain),
        Fact::Concluded { conclusion: Conclusion::GaveUp, .. } => ("gives up", Tone::Bad),
        Fact::Looked { said: None, .. } => ("", Tone::Bad),
        Fact::Looked { .. } => ("", Tone::Plain),
        Fact::Confident { .. } => ("confident", Tone::Good),
        Fact::Doubted { .. } => ("doubts", Tone::Bad),
        _ => return None,
    };
    Some((words.to_owned(), tone))
}
