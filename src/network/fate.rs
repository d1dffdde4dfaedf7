//! What becomes of one message: when it arrives, and how often.

use super::link::{Fortune, Held, LinkState, link_entity, message_luck, retransmission_pause};
use super::rule::{FaultRule, LinkEffect, Reordering, Window};
use super::{Topology, Transport};
use crate::kernel::{Draws, Luck, ProcessId, Purpose, Span, VirtualTime, exponential, unit};
use crate::trace::{Fact, FateKind};

/// Retransmissions after which a stream gives up.
const MOST_RETRANSMISSIONS: u32 = 64;

/// The most places that a jump gains.
pub(super) const MOST_OVERTAKEN: usize = 64;

/// A message on its way into the network.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    pub(super) now: VirtualTime,
    pub(super) from: ProcessId,
    pub(super) to: ProcessId,
    /// Bytes on the wire.
    pub(super) len: u32,
    pub(super) fortune: Fortune,
}

/// Where messages end up.
#[derive(Debug)]
pub(super) struct Fates<P> {
    /// Arrivals, in the order in which they were decided; the message itself is the `None`.
    pub(super) arrivals: Vec<(VirtualTime, Option<P>)>,
    /// The message is held back; a release must be scheduled.
    pub(super) is_held: bool,
    /// What rules did.
    pub(super) facts: Vec<Fact>,
}

impl<P> Default for Fates<P> {
    fn default() -> Self {
        Self { arrivals: Vec::new(), is_held: false, facts: Vec::new() }
    }
}

/// One message's passage under all rules that concern it.
struct Journey<'a, P> {
    passage: Passage,
    topology: &'a Topology,
    link: &'a mut LinkState<P>,
    draws: &'a mut Draws,
    facts: &'a mut Vec<Fact>,
    entity: u64,
    count: u64,
    floor: Span,
    departure: VirtualTime,
    extra: Span,
    copies: Vec<Span>,
    moved: Option<(u16, Reordering, u32)>,
}

/// Decides the fate of one message. `rules` are those that concern its sender.
pub(super) fn decide<P>(
    passage: Passage,
    topology: &Topology,
    rules: &[u16],
    link: &mut LinkState<P>,
    draws: &mut Draws,
    packet: &mut Option<P>,
    fates: &mut Fates<P>,
) {
    let entity = link_entity(passage.from, passage.to);
    let floor = topology.floor(passage.from, passage.to);
    let count = link.protocol_count;
    if passage.fortune == Fortune::Protocol {
        link.protocol_count += 1;
    }
    let weather =
        if topology.jitter > 0.0 { link.weather(entity, passage.now, draws) } else { 0.0 };
    let base = topology.base_delay(passage.from, passage.to);
    let base = base.scaled(1.0 + topology.jitter * weather).max(floor);
    let mut journey = Journey {
        departure: passage.now,
        passage,
        topology,
        link,
        draws,
        facts: &mut fates.facts,
        entity,
        count,
        floor,
        extra: Span::ZERO,
        copies: Vec::new(),
        moved: None,
    };
    journey.occupy(topology.bandwidth, None);
    for rule in rules {
        let rule = &topology.rules[usize::from(*rule)];
        if let Some(window) = rule.window(passage.now)
            && rule.concerns(passage.from, passage.to)
            && !journey.suffer(rule, window)
        {
            return;
        }
    }
    journey.arrive(base, packet, &mut fates.arrivals, &mut fates.is_held);
}

impl<P> Journey<'_, P> {
    /// Applies one rule; false if the message is gone.
    fn suffer(&mut self, rule: &FaultRule, window: &Window) -> bool {
        match window.effect {
            LinkEffect::Partition => return self.blocked(rule, window),
            LinkEffect::Loss { share, burst } => return self.lose(rule, share, burst),
            LinkEffect::Clog => {
                let by = window.until.since(self.departure);
                self.departure = self.departure.max(window.until);
                self.tell(rule, FateKind::Held, by);
                return window.until < VirtualTime::MAX;
            }
            LinkEffect::Bandwidth(rate) => self.occupy(Some(rate), Some(rule)),
            LinkEffect::Delay { add, jitter, spread, correlation } => {
                let by = self.delay(rule, (add, jitter, spread), correlation, 0);
                self.extra += by;
                self.tell(rule, FateKind::Delayed, by);
            }
            LinkEffect::Duplicate(share) => {
                if self.topology.transport == Transport::Datagram && self.word(rule, 0) < share {
                    let by = self.floor.scaled(self.word(rule, 1));
                    self.copies.push(by);
                    self.tell(rule, FateKind::Duplicated, by);
                }
            }
            LinkEffect::Reorder { share, form, gap } => {
                if self.topology.transport == Transport::Datagram && self.word(rule, 0) < share {
                    let gap = if form == Reordering::Swap { 1 } else { gap.max(1) };
                    self.moved = Some((rule.fault, form, gap));
                }
            }
        }
        true
    }

    /// Queues behind what the link still has to carry at `rate` bits per second.
    fn occupy(&mut self, rate: Option<u64>, rule: Option<&FaultRule>) {
        let Some(rate) = rate else { return };
        let nanos = u128::from(self.passage.len) * 8 * 1_000_000_000 / u128::from(rate.max(1));
        let start = self.departure.max(self.link.busy_until);
        let end = start + Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        self.link.busy_until = end;
        if let Some(rule) = rule {
            self.tell(rule, FateKind::Held, end.since(self.departure));
        }
        self.departure = end;
    }

    fn delay(
        &mut self,
        rule: &FaultRule,
        (add, jitter, spread): (Span, Span, Span),
        correlation: f64,
        first_word: u64,
    ) -> Span {
        let mut luck = self.word(rule, first_word);
        if correlation > 0.0 {
            let memory = self.link.memory(rule.number);
            luck = memory.last.map_or(luck, |last| luck + (last - luck) * correlation);
            memory.last = Some(luck);
        }
        let mut by = add + jitter.scaled(luck);
        if spread > Span::ZERO {
            let words = (self.raw(rule, first_word + 1), self.raw(rule, first_word + 2));
            by += spread.scaled(crate::kernel::standard_normal(words.0, words.1).max(0.0));
        }
        by
    }

    /// A closed link: a datagram is gone, a stream tries until the link opens.
    fn blocked(&mut self, rule: &FaultRule, window: &Window) -> bool {
        let closed = self.departure;
        if self.topology.transport == Transport::Datagram || window.until == VirtualTime::MAX {
            self.tell(rule, FateKind::Blocked, Span::ZERO);
            return false;
        }
        let mut tries = 0;
        while self.departure < window.until {
            self.departure += retransmission_pause(self.floor * 2, tries);
            tries += 1;
        }
        self.tell(rule, FateKind::Blocked, self.departure.since(closed));
        true
    }

    /// Loss: a datagram is gone, a stream sends again until it gets through.
    fn lose(&mut self, rule: &FaultRule, share: f64, burst: Span) -> bool {
        let first = self.departure;
        let mut tries = 0;
        while tries < MOST_RETRANSMISSIONS && self.is_lost(rule, share, burst, tries) {
            if self.topology.transport == Transport::Datagram {
                self.tell(rule, FateKind::Lost, Span::ZERO);
                return false;
            }
            self.departure += retransmission_pause(self.floor * 2, tries);
            tries += 1;
        }
        if tries > 0 {
            self.tell(rule, FateKind::Lost, self.departure.since(first));
        }
        tries < MOST_RETRANSMISSIONS
    }

    fn is_lost(&mut self, rule: &FaultRule, share: f64, burst: Span, tries: u32) -> bool {
        if burst == Span::ZERO {
            // Further tries draw from an entity of their own, far from those of messages.
            let luck = self.luck(rule, 3);
            let index = luck.index + (u64::from(tries) << 40);
            return unit(self.draws.word(Luck { index, ..luck })) < share;
        }
        self.in_burst(rule, share, burst)
    }

    /// Gilbert-Elliott in time: stretches that lose all and stretches that lose nothing alternate,
    /// with exponential lengths of mean `burst` and `burst * (1 - share) / share`.
    fn in_burst(&mut self, rule: &FaultRule, share: f64, burst: Span) -> bool {
        let good = burst.scaled((1.0 - share) / share.max(1e-9));
        let entity = u64::from(rule.number | 0x80) << 48 | self.entity;
        let begin = rule.windows.first().map_or(VirtualTime::ZERO, |window| window.from);
        let (mut number, mut end, mut loses) =
            self.link.memory(rule.number).stretch.unwrap_or((0, begin, true));
        while end <= self.departure {
            let luck = Luck { purpose: Purpose::Protocol, entity, index: number };
            let mean = if loses { good } else { burst };
            end += exponential(mean, self.draws.word(luck)).max(Span::TICK);
            loses = !loses;
            number += 1;
        }
        if self.departure == self.passage.now {
            self.link.memory(rule.number).stretch = Some((number, end, loses));
        }
        loses
    }

    /// The message arrives, unless it is held back; copies follow it.
    fn arrive(
        &mut self,
        base: Span,
        packet: &mut Option<P>,
        arrivals: &mut Vec<(VirtualTime, Option<P>)>,
        is_held: &mut bool,
    ) {
        let mut arrival = self.departure + base + self.extra;
        if self.topology.transport == Transport::Stream {
            arrival = arrival.max(self.link.last_arrival + Span::TICK);
        }
        match self.moved {
            Some((fault, Reordering::Jump, gap)) => arrival = self.jump(fault, gap, arrival),
            Some((fault, Reordering::Swap | Reordering::Hold, to_pass))
                if self.link.held.is_none() =>
            {
                if let Some(packet) = packet.take() {
                    let since = self.passage.now;
                    self.link.held = Some(Held { packet, fault, to_pass, since });
                    *is_held = true;
                    return;
                }
            }
            _ => {}
        }
        assert!(arrival.since(self.passage.now) >= self.floor, "a link keeps its floor");
        self.link.remember_arrival(arrival, MOST_OVERTAKEN);
        arrivals.push((arrival, None));
        for by in std::mem::take(&mut self.copies) {
            arrivals.push((arrival + by.max(Span::TICK), None));
        }
        self.release_held(arrival, arrivals);
    }

    /// The earliest place that overtakes at most `gap` of those before, within the floor.
    fn jump(&mut self, fault: u16, gap: u32, arrival: VirtualTime) -> VirtualTime {
        let floor = self.passage.now + self.floor;
        let in_reach = self.link.recent.iter().rev().take(gap as usize).copied();
        let overtaken = in_reach.filter(|before| *before > floor && *before <= arrival).min();
        let Some(first) = overtaken else { return arrival };
        let earlier = (first - Span::TICK).max(floor);
        let by = arrival.since(earlier);
        self.say(fault, FateKind::Reordered, by);
        earlier
    }

    /// Lets a message held back follow once enough others have been sent.
    fn release_held(&mut self, arrival: VirtualTime, arrivals: &mut Vec<(VirtualTime, Option<P>)>) {
        let Some(held) = &mut self.link.held else { return };
        held.to_pass -= 1;
        if held.to_pass > 0 {
            return;
        }
        if let Some(held) = self.link.held.take() {
            let after = arrival + Span::TICK;
            self.link.remember_arrival(after, MOST_OVERTAKEN);
            self.say(held.fault, FateKind::Reordered, self.passage.now.since(held.since));
            arrivals.push((after, Some(held.packet)));
        }
    }

    fn luck(&self, rule: &FaultRule, word: u64) -> Luck {
        let (fortune, to) = (self.passage.fortune, self.passage.to);
        message_luck(fortune, rule.number, self.entity, to, self.count, word)
    }

    fn raw(&mut self, rule: &FaultRule, word: u64) -> u64 {
        let luck = self.luck(rule, word);
        self.draws.word(luck)
    }

    fn word(&mut self, rule: &FaultRule, word: u64) -> f64 {
        unit(self.raw(rule, word))
    }

    fn tell(&mut self, rule: &FaultRule, kind: FateKind, by: Span) {
        self.say(rule.fault, kind, by);
    }

    fn say(&mut self, rule: u16, kind: FateKind, by: Span) {
        self.facts.push(Fact::Fate { rule, kind, to: self.passage.to.0, by });
    }
}
