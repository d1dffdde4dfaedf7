//! The sender's side of one link: what it remembers between messages.

use super::Transport;
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

/// Links whose states lie side by side.
const PAGE: usize = 16;

/// A sender's links, by receiver. Whoever answers a few of a million clients has few pages.
#[derive(Debug)]
pub(super) struct Links<P>(Vec<Option<Box<[LinkState<P>; PAGE]>>>);

/// What a sender remembers of one link. Every message looks here: what most links never need lies
/// behind a box.
#[derive(Debug)]
pub(super) struct LinkState<P> {
    /// Latest arrival so far, on a stream.
    last_arrival: VirtualTime,
    more: Option<Box<More<P>>>,
}

/// What weather, bandwidth, strategies and fault rules need.
#[derive(Debug)]
struct More<P> {
    weather: Weather,
    /// When the last bit of the last message has left.
    busy_until: VirtualTime,
    /// Messages of strategies sent so far.
    protocol_count: u64,
    /// What fault rules remember; `None` until one does.
    disturbance: Option<Box<Disturbance<P>>>,
}

const _: () = assert!(size_of::<LinkState<()>>() == 16, "a page of links stays small");

/// The weather of one slot and the next, -1 to 1.
#[derive(Clone, Copy, Debug)]
struct Weather {
    slot: u64,
    here: f64,
    next: f64,
}

impl<P> Links<P> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// The link to that receiver.
    pub(super) fn to(&mut self, receiver: ProcessId) -> &mut LinkState<P> {
        let (page, place) = (receiver.index() / PAGE, receiver.index() % PAGE);
        if self.0.len() <= page {
            self.0.resize_with(page + 1, || None);
        }
        let new = || Box::new(std::array::from_fn(|_| LinkState::default()));
        &mut self.0[page].get_or_insert_with(new)[place]
    }
}

impl<P> Default for LinkState<P> {
    fn default() -> Self {
        Self { last_arrival: VirtualTime::ZERO, more: None }
    }
}

impl<P> Default for More<P> {
    fn default() -> Self {
        Self {
            weather: Weather { slot: u64::MAX, here: 0.0, next: 0.0 },
            busy_until: VirtualTime::ZERO,
            protocol_count: 0,
            disturbance: None,
        }
    }
}

impl<P> LinkState<P> {
    /// When what would arrive then does arrive: on a stream, behind all that was sent before.
    pub(super) fn in_line(&mut self, arrival: VirtualTime, transport: Transport) -> VirtualTime {
        if transport == Transport::Datagram {
            return arrival;
        }
        self.last_arrival = arrival.max(self.last_arrival + Span::TICK);
        self.last_arrival
    }

    /// The weather on the link at `now`, -1 to 1; it glides from slot to slot. A delay below half
    /// a slot therefore never shrinks faster than time passes: calm links keep their order.
    pub(super) fn weather(&mut self, link: u64, now: VirtualTime, draws: &mut Draws) -> f64 {
        let weather = &mut self.more().weather;
        let slot = now.as_nanos() / WEATHER_SLOT;
        if weather.slot != slot {
            let mut at = |slot| {
                let luck = Luck { purpose: Purpose::Weather, entity: link, index: slot };
                2.0 * crate::kernel::unit(draws.word(luck)) - 1.0
            };
            let follows = weather.slot.checked_add(1) == Some(slot);
            let here = if follows { weather.next } else { at(slot) };
            *weather = Weather { slot, here, next: at(slot + 1) };
        }
        let Weather { here, next, .. } = *weather;
        let share = (now.as_nanos() % WEATHER_SLOT) as f64 / WEATHER_SLOT as f64;
        here + (next - here) * share
    }

    /// When the last bit of the last message has left, where links have a bandwidth.
    pub(super) fn busy_until(&mut self) -> &mut VirtualTime {
        &mut self.more().busy_until
    }

    /// Messages of strategies before this one, which is counted; 0 for what is none.
    pub(super) fn count(&mut self, fortune: Fortune) -> u64 {
        if !matches!(fortune, Fortune::Protocol) {
            return 0;
        }
        let count = &mut self.more().protocol_count;
        *count += 1;
        *count - 1
    }

    /// What fault rules remember, from now on.
    pub(super) fn disturbance(&mut self) -> &mut Disturbance<P> {
        self.more().disturbance.get_or_insert_default()
    }

    /// The same, if they remember anything.
    pub(super) fn known_disturbance(&mut self) -> Option<&mut Disturbance<P>> {
        self.more.as_mut()?.disturbance.as_deref_mut()
    }

    /// What `rule` remembers of this link.
    pub(super) fn memory(&mut self, rule: u8) -> &mut super::fate::Memory {
        self.disturbance().memory(rule)
    }

    fn more(&mut self) -> &mut More<P> {
        self.more.get_or_insert_default()
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
