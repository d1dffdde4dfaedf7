//! Actors on its way that were stalled or down meanwhile, and by which fault.

use super::journey_lines::Story;
use super::journey_words::{in_millis, length};
use crate::kernel::{Recorded, Span};
use crate::measure::{Hop, Leg, Message, Outage, Wait};
use crate::trace::{Fact, Names};

/// What is shorter is not worth a word.
const WORTH_TELLING: Span = Span::from_millis(1);
/// A message that nobody took in met a host that went down at most so long after it was sent.
const LONGEST_WAY: Span = Span::from_secs(1);

impl<N: Names> Story<'_, N> {
    /// That what an actor does now it should have done when it was stalled.
    pub(super) fn held(&self, hop: &Hop) -> Option<String> {
        let (stall, from) = self.journey.held(hop)?;
        let (by, most) = (self.fault(stall.rule), in_millis(hop.at().since(from)));
        Some(format!("HELD it for up to {most}, stalled by {by}"))
    }

    /// How long a wait was, and how much of that its actor was stalled.
    pub(super) fn length(&self, wait: &Wait) -> String {
        let outages = self.journey.outages.iter();
        let ours = outages.filter(|outage| outage.process == wait.process);
        let shares = ours.map(|outage| (outage, outage.share_of(wait.from, wait.until)));
        let longest = shares.max_by_key(|(_, share)| *share);
        match longest.filter(|(_, share)| *share >= WORTH_TELLING) {
            Some((outage, share)) => {
                let (share, is) = (in_millis(share), state(outage));
                format!("{} ({share} of it {is} by {})", length(wait), self.fault(outage.rule))
            }
            None => length(wait),
        }
    }

    /// To whom a client sent it, if that is known.
    pub(super) fn receiver(&self, fact: &Recorded<Fact>) -> String {
        let sent = |message: &&Message| {
            message.leg == Leg::Submit && message.sent == fact.key.time && message.arrived.is_some()
        };
        let message = self.journey.messages.iter().find(sent);
        message.map_or(String::new(), |message| format!(" to {}", self.name(message.to)))
    }

    /// Why a message never arrived, if its receiver was down.
    pub(super) fn was_down(&self, message: &Message) -> Option<String> {
        let is_it = |outage: &&Outage| {
            outage.is_down
                && outage.process == message.to
                && outage.from <= message.sent + LONGEST_WAY
                && outage.ends_after(message.sent)
        };
        let outage = self.journey.outages.iter().find(is_it)?;
        Some(format!(" (down by {})", self.fault(outage.rule)))
    }

    /// Which actors a fault stopped or stalled on its way, and what they held.
    pub(super) fn outages(&self) -> Vec<String> {
        let told = self.journey.outages.iter().map(|outage| {
            let (by, name) = (self.fault(outage.rule), self.name(outage.process));
            let from = self.clock(outage.from);
            let until = outage.until.map_or("the end".to_owned(), |until| self.clock(until));
            let held = if outage.is_down { String::new() } else { self.held_by(outage) };
            format!("{name} was {} by {by} from {from} to {until}{held}", state(outage))
        });
        told.collect()
    }

    /// How many of its messages a stalled actor held, and for how long.
    fn held_by(&self, stall: &Outage) -> String {
        let messages = self.journey.messages.iter();
        let held = messages.filter(|message| {
            message.to == stall.process
                && message.arrived.is_some()
                && message.arrived == stall.until
        });
        let since = held.clone().map(|message| message.sent.max(stall.from)).min();
        match since.zip(stall.until) {
            Some((since, until)) => {
                let (count, most) = (held.count(), in_millis(until.since(since)));
                let plural = if count == 1 { "" } else { "s" };
                format!(" and held {count} message{plural}, for up to {most}")
            }
            None => String::new(),
        }
    }
}

/// What an actor was meanwhile.
pub(super) const fn state(outage: &Outage) -> &'static str {
    if outage.is_down { "down" } else { "stalled" }
}
