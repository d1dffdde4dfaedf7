//! The sender's side of one link: what it remembers between messages.

use std::collections::VecDeque;

use crate::kernel::{Draws, Luck, ProcessId, Purpose, Span, VirtualTime};

/// Weather is drawn once per this long and glides in between.
const WEATHER_SLOT: u64 = 1_000_000_000;

/// Words that one message may draw from one rule.
const WORDS_PER_MESSAGE: u64 = 4;

/// Where a message's luck comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fortune {
    /// A leg of an operation's way: the same under every strategy.
    Operation {
        /// The operation.
        number: u32,
        /// Which try.
        attempt: u8,
        /// Which leg, below 16.
        leg: u8,
    },
    /// A strategy's own message: counted per link.
    Protocol,
}

/// What a sender remembers of one link.
#[derive(Debug)]
pub(super) struct LinkState<P> {
    weather: Option<(u64, f64, f64)>,
    /// When the last bit of the last message has left.
    pub(super) busy_until: VirtualTime,
    /// Latest arrival so far.
    pub(super) last_arrival: VirtualTime,
    /// Latest arrivals, as many as a jump may overtake.
    pub(super) recent: VecDeque<VirtualTime>,
    /// A message held back, with the number of messages still to pass it.
    pub(super) held: Option<Held<P>>,
    /// Messages of strategies sent so far.
    pub(super) protocol_count: u64,
    /// What single rules remember, by rule number.
    pub(super) memories: Vec<Memory>,
}

/// A message held back by a reordering rule.
#[derive(Debug)]
pub(super) struct Held<P> {
    pub(super) packet: P,
    pub(super) fault: u16,
    pub(super) to_pass: u32,
    pub(super) since: VirtualTime,
}

/// What one rule remembers of one link.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memory {
    /// The luck of the message before, for correlated delays.
    pub(super) last: Option<f64>,
    /// The current stretch of burst loss: its number, its end, and whether it loses.
    pub(super) stretch: Option<(u64, VirtualTime, bool)>,
}

impl<P> Default for LinkState<P> {
    fn default() -> Self {
        Self {
            weather: None,
            busy_until: VirtualTime::ZERO,
            last_arrival: VirtualTime::ZERO,
            recent: VecDeque::new(),
            held: None,
            protocol_count: 0,
            memories: Vec::new(),
        }
    }
}

impl<P> LinkState<P> {
    /// The weather on the link at `now`, -1 to 1; it glides from slot to slot.
    pub(super) fn weather(&mut self, link: u64, now: VirtualTime, draws: &mut Draws) -> f64 {
        let slot = now.as_nanos() / WEATHER_SLOT;
        let (known, here, next) = self.weather.unwrap_or((u64::MAX, 0.0, 0.0));
        let (here, next) = if known == slot {
            (here, next)
        } else {
            let mut at = |slot| {
                let luck = Luck { purpose: Purpose::Weather, entity: link, index: slot };
                2.0 * crate::kernel::unit(draws.word(luck)) - 1.0
            };
            (if known == slot.wrapping_sub(1) { next } else { at(slot) }, at(slot + 1))
        };
        self.weather = Some((slot, here, next));
        let share = (now.as_nanos() % WEATHER_SLOT) as f64 / WEATHER_SLOT as f64;
        here + (next - here) * share
    }

    /// What `rule` remembers of this link.
    pub(super) fn memory(&mut self, rule: u8) -> &mut Memory {
        let at = usize::from(rule);
        if self.memories.len() <= at {
            self.memories.resize(at + 1, Memory::default());
        }
        &mut self.memories[at]
    }

    /// Remembers an arrival for later jumps, at most `most` of them.
    pub(super) fn remember_arrival(&mut self, arrival: VirtualTime, most: usize) {
        self.last_arrival = self.last_arrival.max(arrival);
        if self.recent.len() == most {
            self.recent.pop_front();
        }
        self.recent.push_back(arrival);
    }
}

/// The number of a link in addresses of draws: two process numbers below 2^24.
pub(super) fn link_entity(from: ProcessId, to: ProcessId) -> u64 {
    assert!(from.0 < 1 << 24 && to.0 < 1 << 24, "a run has fewer than 2^24 processes");
    u64::from(from.0) << 24 | u64::from(to.0)
}

/// The luck of one message under one rule: its `word`-th word.
pub(super) fn message_luck(
    fortune: Fortune,
    rule: u8,
    link: u64,
    to: ProcessId,
    count: u64,
    word: u64,
) -> Luck {
    let rule = u64::from(rule) << 48;
    match fortune {
        Fortune::Operation { number, attempt, leg } => Luck {
            purpose: Purpose::Rule,
            entity: rule | u64::from(leg) << 40 | u64::from(number) << 8 | u64::from(attempt),
            index: u64::from(to.0) * WORDS_PER_MESSAGE + word,
        },
        Fortune::Protocol => Luck {
            purpose: Purpose::Protocol,
            entity: rule | link,
            index: count * WORDS_PER_MESSAGE + word,
        },
    }
}

/// How long a stream waits before it sends again what was lost.
pub(super) fn retransmission_pause(round_trip: Span, tries: u32) -> Span {
    let first = Span::from_nanos((2 * round_trip.as_nanos()).max(200_000_000));
    first * (1 << tries.min(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weather_glides_and_is_the_same_however_often_it_is_asked() {
        let mut draws = Draws::new(3);
        let at = |millis: u64| VirtualTime::ZERO + Span::from_millis(millis);
        let mut asked_often = LinkState::<()>::default();
        let mut last = asked_often.weather(9, at(0), &mut draws);
        for millis in 1..5_000 {
            let here = asked_often.weather(9, at(millis), &mut draws);
            assert!((here - last).abs() <= 0.002_001, "no jump at {millis} ms");
            assert!(here.abs() <= 1.0);
            last = here;
        }
        let once = LinkState::<()>::default().weather(9, at(4_999), &mut draws);
        assert!((once - last).abs() < f64::EPSILON);
    }
}
