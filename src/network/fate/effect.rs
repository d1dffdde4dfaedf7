//! What each fault rule does to one message.

use super::super::link::{message_luck, retransmission_pause};
use super::super::rule::{FaultRule, LinkEffect, Reordering};
use super::super::{Payload, Transport};
use super::Journey;
use super::disturbance::{Moved, Stretch};
use crate::kernel::{Luck, Purpose, Span, VirtualTime, exponential, standard_normal, unit};
use crate::trace::FateKind;

/// Retransmissions after which a stream gives up.
const MOST_RETRANSMISSIONS: u32 = 64;

/// What a delay rule adds to a message.
struct Lateness {
    add: Span,
    jitter: Span,
    spread: Span,
    correlation: f64,
}

impl<P: Payload> Journey<'_, P> {
    /// Applies one rule by its window at that place; false if the message is gone.
    pub(super) fn suffer(&mut self, rule: &FaultRule, place: usize) -> bool {
        match rule.windows[place].effect {
            LinkEffect::Partition => return self.meet_partition(rule),
            LinkEffect::Loss { .. } => return self.brave_loss(rule),
            LinkEffect::Clog => return self.wait_for_the_end(rule),
            LinkEffect::Bandwidth(rate) => self.wait_for_bandwidth(rule, rate),
            LinkEffect::Delay { add, jitter, spread, correlation } => {
                let by = self.lateness(rule, &Lateness { add, jitter, spread, correlation });
                self.extra += by;
                self.say(rule.fault, FateKind::Delayed, by);
            }
            LinkEffect::Duplicate(share) => {
                if self.is_datagram() && self.unit(rule, 0) < share {
                    let by = self.floor.scaled(self.unit(rule, 1));
                    self.copies.push(by);
                    self.say(rule.fault, FateKind::Duplicated, by);
                }
            }
            LinkEffect::Reorder { share, form, gap } => {
                if self.is_datagram() && self.unit(rule, 0) < share {
                    let gap = if form == Reordering::Swap { 1 } else { gap.max(1) };
                    self.moved = Some(Moved { fault: rule.fault, form, gap });
                }
            }
        }
        true
    }

    fn is_datagram(&self) -> bool {
        self.road.topology.transport == Transport::Datagram
    }

    /// Everything leaves together when the link opens; nothing does if that is never.
    fn wait_for_the_end(&mut self, rule: &FaultRule) -> bool {
        let end = rule.over(self.departure);
        self.say(rule.fault, FateKind::Held, end.since(self.departure));
        self.departure = end;
        end < VirtualTime::MAX
    }

    /// Queues behind what the rule still has to let through. What waits when it is over leaves.
    fn wait_for_bandwidth(&mut self, rule: &FaultRule, rate: u64) {
        let begin = self.departure;
        let free = &mut self.link.memory(rule.number).busy_until;
        self.departure = transmit(begin, self.len, rate, free).min(rule.over(begin));
        self.say(rule.fault, FateKind::Held, self.departure.since(begin));
    }

    fn lateness(&mut self, rule: &FaultRule, late: &Lateness) -> Span {
        let normal = |words: [u64; 2]| standard_normal(words[0], words[1]).max(0.0);
        let mut luck = (self.unit(rule, 0), 0.0);
        if late.spread > Span::ZERO {
            luck.1 = normal([self.word(rule, 1), self.word(rule, 2)]);
        }
        if late.correlation > 0.0 {
            let is_same = self.unit(rule, 3) < late.correlation;
            let memory = self.link.memory(rule.number);
            luck = memory.last.filter(|_| is_same).unwrap_or(luck);
            memory.last = Some(luck);
        }
        late.add + late.jitter.scaled(luck.0) + late.spread.scaled(luck.1)
    }

    /// A closed link: a datagram is gone, a stream tries until the link opens.
    fn meet_partition(&mut self, rule: &FaultRule) -> bool {
        let closed = self.departure;
        if self.is_datagram() || rule.over(closed) == VirtualTime::MAX {
            self.say(rule.fault, FateKind::Blocked, Span::ZERO);
            return false;
        }
        let mut tries = 0;
        while rule.place(self.departure).is_some() {
            self.departure += retransmission_pause(self.floor * 2, tries);
            tries += 1;
        }
        self.say(rule.fault, FateKind::Blocked, self.departure.since(closed));
        true
    }

    /// Loss: a datagram is gone, a stream sends again until it gets through.
    fn brave_loss(&mut self, rule: &FaultRule) -> bool {
        let first = self.departure;
        let mut tries = 0;
        while tries < MOST_RETRANSMISSIONS && self.is_lost(rule, tries) {
            if self.is_datagram() {
                self.say(rule.fault, FateKind::Lost, Span::ZERO);
                return false;
            }
            self.departure += retransmission_pause(self.floor * 2, tries);
            tries += 1;
        }
        if tries > 0 {
            self.say(rule.fault, FateKind::Lost, self.departure.since(first));
        }
        tries < MOST_RETRANSMISSIONS
    }

    fn is_lost(&mut self, rule: &FaultRule, tries: u32) -> bool {
        let Some(place) = rule.place(self.departure) else { return false };
        let LinkEffect::Loss { share, burst } = rule.windows[place].effect else { return false };
        if burst == Span::ZERO {
            // Further tries draw from indices of their own, far from those of messages.
            let luck = self.luck(rule, 0);
            let index = luck.index + (u64::from(tries) << 50);
            return unit(self.road.draws.word(Luck { index, ..luck })) < share;
        }
        self.is_in_burst(rule, place, share, burst)
    }

    /// Gilbert-Elliott in time: stretches that lose all and stretches that lose nothing alternate,
    /// with exponential lengths of mean `burst` and `burst * (1 - share) / share`. Each window
    /// begins anew, in a burst with probability `share`; traffic has no say in the stretches.
    fn is_in_burst(&mut self, rule: &FaultRule, place: usize, share: f64, burst: Span) -> bool {
        let mean = |loses| match loses {
            true => burst,
            false => burst.scaled((1.0 - share).max(0.0) / share.max(1e-9)),
        };
        let entity = u64::from(rule.number | 0x80) << 48 | self.entity();
        let index = (place as u64) << 40;
        let draws = &mut *self.road.draws;
        let mut word =
            |number| draws.word(Luck { purpose: Purpose::Protocol, entity, index: index | number });
        let memory = self.link.memory(rule.number);
        let mut stretch =
            memory.stretch.filter(|known| known.place == place).unwrap_or_else(|| {
                let loses = unit(word(0)) >= share;
                Stretch { place, number: 0, end: rule.windows[place].from, loses }
            });
        let mut advance = |stretch: &mut Stretch, to: VirtualTime| {
            while stretch.end <= to {
                stretch.loses = !stretch.loses;
                stretch.number += 1;
                stretch.end +=
                    exponential(mean(stretch.loses), word(stretch.number)).max(Span::TICK);
            }
        };
        advance(&mut stretch, self.out.now());
        memory.stretch = Some(stretch);
        advance(&mut stretch, self.departure);
        stretch.loses
    }

    fn luck(&self, rule: &FaultRule, word: u64) -> Luck {
        message_luck(self.fortune, rule.number, self.entity(), self.count, word)
    }

    fn word(&mut self, rule: &FaultRule, word: u64) -> u64 {
        let luck = self.luck(rule, word);
        self.road.draws.word(luck)
    }

    fn unit(&mut self, rule: &FaultRule, word: u64) -> f64 {
        unit(self.word(rule, word))
    }
}

/// When the last bit of a message has left at `rate` bits per second, behind what came before.
pub(super) fn transmit(
    begin: VirtualTime,
    len: u32,
    rate: u64,
    busy_until: &mut VirtualTime,
) -> VirtualTime {
    let nanos = u128::from(len) * 8 * 1_000_000_000 / u128::from(rate.max(1));
    let taken = Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
    *busy_until = begin.max(*busy_until) + taken;
    *busy_until
}
