//! What becomes of one message: when it arrives, and how often.

mod disturbance;
mod effect;

#[cfg(test)]
mod tests;

pub(super) use disturbance::{Disturbance, LONGEST_HOLD, Memory};

use self::disturbance::{Held, Moved};
use super::Topology;
use super::host::{Payload, Signal};
use super::link::{Fortune, LinkState, link_entity};
use super::rule::{Concern, Reordering};
use crate::kernel::{Draws, Outbox, ProcessId, Span, VirtualTime};
use crate::trace::{Fact, FateKind};

/// Takes what a sending host asks for: arrivals, timers, facts.
pub(super) type Out<P> = Outbox<Signal<P>, Fact>;

/// What the fates of all of a sender's messages depend on.
pub(super) struct Road<'a> {
    pub(super) topology: &'a Topology,
    /// The rules that concern the sender, in order; they count what they see.
    pub(super) rules: &'a mut [Concern],
    /// Whether one of them lets messages jump ahead.
    pub(super) may_jump: bool,
    pub(super) draws: &'a mut Draws,
}

/// A message about to leave the process that handles the current event.
pub(super) struct Parcel<P> {
    pub(super) to: ProcessId,
    pub(super) packet: P,
    /// Bytes on the wire.
    pub(super) len: u32,
    pub(super) fortune: Fortune,
}

/// One message's passage under all rules that concern it.
struct Journey<'a, P> {
    road: Road<'a>,
    link: &'a mut LinkState<P>,
    out: &'a mut Out<P>,
    to: ProcessId,
    len: u32,
    fortune: Fortune,
    /// Messages of strategies on this link before this one.
    count: u64,
    /// The link's delay in middling weather, and its shortest.
    base: Span,
    floor: Span,
    /// When it is on its way, after all waiting.
    departure: VirtualTime,
    /// What faults add to its way.
    extra: Span,
    /// How long after the message each copy arrives.
    copies: Vec<Span>,
    moved: Option<Moved>,
}

/// Sends one message, or as many as the rules make of it.
pub(super) fn carry<P: Payload>(
    parcel: Parcel<P>,
    mut road: Road<'_>,
    link: &mut LinkState<P>,
    out: &mut Out<P>,
) {
    let Parcel { to, packet, len, fortune } = parcel;
    let (from, topology) = (out.process(), road.topology);
    let concerns = std::mem::take(&mut road.rules);
    let base = topology.base_delay(from, to);
    if concerns.is_empty() && topology.is_even() {
        let arrival = link.in_line(out.now() + base.max(Span::TICK), topology.transport);
        return out.send(to, arrival, Signal::Packet(packet));
    }
    let mut journey = Journey {
        base,
        floor: topology.floor_under(base),
        count: link.count(fortune),
        departure: out.now(),
        extra: Span::ZERO,
        copies: Vec::new(),
        moved: None,
        road,
        link,
        out,
        to,
        len,
        fortune,
    };
    if let Some(rate) = topology.bandwidth {
        let free = journey.link.busy_until();
        journey.departure = effect::transmit(journey.departure, len, rate, free);
    }
    for concern in concerns {
        let rule = &topology.rules[usize::from(concern.place)];
        if rule.concerns(from, to)
            && let Some(place) = rule.place(journey.departure)
        {
            concern.seen += 1;
            if !journey.suffer(rule, place) {
                return;
            }
        }
    }
    journey.arrive(packet);
}

/// Lets messages leave that a reordering rule has held back for too long.
pub(super) fn release_overdue<P: Payload>(
    to: ProcessId,
    usual: Span,
    link: &mut LinkState<P>,
    out: &mut Out<P>,
) {
    let Some(disturbance) = link.known_disturbance() else { return };
    let soonest = out.now() + usual;
    while let Some(held) = disturbance.take_overdue(out.now()) {
        held.arrive(to, soonest, out);
    }
}

impl<P: Payload> Journey<'_, P> {
    /// The message arrives, unless it is held back; copies follow it.
    fn arrive(mut self, packet: P) {
        let arrival = self.departure + self.delay_on_the_way() + self.extra;
        let mut arrival = self.link.in_line(arrival, self.road.topology.transport);
        if let Some(moved) = self.moved {
            let disturbance = self.link.disturbance();
            if moved.form == Reordering::Jump {
                arrival = self.jump(moved, arrival);
            } else if disturbance.has_room(moved.gap) {
                let copies = std::mem::take(&mut self.copies);
                let since = self.out.now();
                disturbance.hold(Held::new(packet, moved, since, arrival, copies));
                return self.out.timer(LONGEST_HOLD, Signal::Release { to: self.to.0 });
            }
        }
        let way = arrival.since(self.out.now());
        assert!(way >= self.floor, "a link keeps its floor");
        if self.road.may_jump {
            self.link.disturbance().remember_arrival(arrival);
        }
        send_with_copies(self.to, arrival, packet, &self.copies, self.out);
        if let Some(disturbance) = self.link.known_disturbance() {
            disturbance.pass(arrival);
            while let Some(held) = disturbance.take_passed() {
                held.arrive(self.to, VirtualTime::ZERO, self.out);
            }
        }
    }

    /// The link's own delay in the weather at departure.
    fn delay_on_the_way(&mut self) -> Span {
        let jitter = self.road.topology.jitter;
        if jitter == 0.0 {
            return self.base.max(self.floor);
        }
        let weather = self.link.weather(self.entity(), self.departure, self.road.draws);
        self.base.scaled(1.0 + jitter * weather).max(self.floor)
    }

    /// The number of the link in addresses of draws.
    fn entity(&self) -> u64 {
        link_entity(self.out.process(), self.to)
    }

    /// The place that overtakes as many as `moved` says of those under way, within the floor.
    fn jump(&mut self, moved: Moved, arrival: VirtualTime) -> VirtualTime {
        let floor = self.out.now() + self.floor;
        let Some(earlier) = self.link.disturbance().place_ahead(moved.gap, floor, arrival) else {
            return arrival;
        };
        self.say(moved.fault, FateKind::Reordered, arrival.since(earlier));
        earlier
    }

    fn say(&mut self, rule: u16, kind: FateKind, by: Span) {
        self.out.fact(Fact::Fate { rule, kind, to: self.to.0, by });
    }
}

fn send_with_copies<P: Payload>(
    to: ProcessId,
    arrival: VirtualTime,
    packet: P,
    copies: &[Span],
    out: &mut Out<P>,
) {
    for after in copies {
        out.send(to, arrival + (*after).max(Span::TICK), Signal::Packet(packet.clone()));
    }
    out.send(to, arrival, Signal::Packet(packet));
}
