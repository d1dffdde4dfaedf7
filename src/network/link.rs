//! The sender's side of one link: what it remembers between messages.

use super::fate::Disturbance;
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
    weather: Weather,
    /// When the last bit of the last message has left.
    pub(super) busy_until: VirtualTime,
    /// Latest arrival so far, on a stream.
    pub(super) last_arrival: VirtualTime,
    /// Messages of strategies sent so far.
    protocol_count: u64,
    /// What fault rules remember; `None` until one does.
    pub(super) disturbance: Option<Box<Disturbance<P>>>,
}

/// The weather of one slot and the next, -1 to 1.
#[derive(Clone, Copy, Debug)]
struct Weather {
    slot: u64,
    here: f64,
    next: f64,
}

impl<P> Default for LinkState<P> {
    fn default() -> Self {
        Self {
            weather: Weather { slot: u64::MAX, here: 0.0, next: 0.0 },
            busy_until: VirtualTime::ZERO,
            last_arrival: VirtualTime::ZERO,
            protocol_count: 0,
            disturbance: None,
        }
    }
}

impl<P> LinkState<P> {
    /// The weather on the link at `now`, -1 to 1; it glides from slot to slot. A delay below half
    /// a slot therefore never shrinks faster than time passes: calm links keep their order.
    pub(super) fn weather(&mut self, link: u64, now: VirtualTime, draws: &mut Draws) -> f64 {
        let slot = now.as_nanos() / WEATHER_SLOT;
        if self.weather.slot != slot {
            let mut at = |slot| {
                let luck = Luck { purpose: Purpose::Weather, entity: link, index: slot };
                2.0 * crate::kernel::unit(draws.word(luck)) - 1.0
            };
            let follows = self.weather.slot.checked_add(1) == Some(slot);
            let here = if follows { self.weather.next } else { at(slot) };
            self.weather = Weather { slot, here, next: at(slot + 1) };
        }
        let Weather { here, next, .. } = self.weather;
        let share = (now.as_nanos() % WEATHER_SLOT) as f64 / WEATHER_SLOT as f64;
        here + (next - here) * share
    }

    /// Messages of strategies before this one, which is counted if it is one.
    pub(super) const fn count(&mut self, fortune: Fortune) -> u64 {
        let before = self.protocol_count;
        if matches!(fortune, Fortune::Protocol) {
            self.protocol_count += 1;
        }
        before
    }

    /// What fault rules remember, from now on.
    pub(super) fn disturbance(&mut self) -> &mut Disturbance<P> {
        self.disturbance.get_or_insert_default()
    }

    /// What `rule` remembers of this link.
    pub(super) fn memory(&mut self, rule: u8) -> &mut super::fate::Memory {
        self.disturbance().memory(rule)
    }
}

/// The number of a link in addresses of draws: two process numbers below 2^24.
pub(super) fn link_entity(from: ProcessId, to: ProcessId) -> u64 {
    assert!(from.0 < 1 << 24 && to.0 < 1 << 24, "a run has fewer than 2^24 processes");
    u64::from(from.0) << 24 | u64::from(to.0)
}

/// The luck of one message under one rule: its `word`-th word. The index is below 2^50 for
/// operations; a router's messages to neighbouring validators share a page of words.
pub(super) const fn message_luck(
    fortune: Fortune,
    rule: u8,
    link: u64,
    count: u64,
    word: u64,
) -> Luck {
    let rule = (rule as u64) << 48;
    match fortune {
        Fortune::Operation { number, attempt, leg } => Luck {
            purpose: Purpose::Rule,
            entity: rule | (leg as u64) << 40 | (number as u64) << 8 | attempt as u64,
            index: link * WORDS_PER_MESSAGE + word,
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
