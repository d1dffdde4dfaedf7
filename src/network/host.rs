//! The shell around every actor: up or down, stalled, slow, with a clock of its own, and the only
//! way to the network.

mod ailments;
mod desk;
mod obey;
mod resident;
mod usage;

use std::collections::VecDeque;
use std::sync::Arc;

use self::ailments::{Ailments, Turn, USUAL_PACE};
pub use self::desk::Desk;
pub use self::resident::{PartHealth, Payload, Resident, TimerSlot};
use self::usage::{Usage, millis_between};

use super::fate::{Parcel, Road, carry, release_overdue};
use super::link::{Fortune, Links};
use super::rule::{Concern, FaultRule};
use super::{Clock, Control, Order, Topology};
use crate::kernel::{Draws, Incoming, Outbox, Process, ProcessId, Span, VirtualTime};
use crate::trace::{Fact, HostChange};

/// A stalled host holds at most so many messages; what comes then is lost.
const MOST_HELD: usize = 1 << 20;

/// What hosts send one another and themselves.
#[derive(Clone, Debug)]
pub enum Signal<P> {
    /// A packet of a resident.
    Packet(P),
    /// A resident's timer, void if the host has crashed since it was set.
    Timer {
        /// The host's count of crashes when it was set.
        incarnation: u16,
        /// Which timer.
        slot: TimerSlot,
    },
    /// A message that a reordering rule holds back leaves now if it is still there.
    Release {
        /// Its receiver.
        to: u32,
    },
    /// An order, with its rule. Shared: the end of a run is told to everybody.
    Control(Arc<Control>),
}

/// What stands where a signal was taken away; nobody receives it.
impl<P> Default for Signal<P> {
    fn default() -> Self {
        Self::Release { to: 0 }
    }
}

/// A resident, and the shell around it from the first event on: most hosts are idle clients.
pub struct Host<R: Resident> {
    resident: R,
    topology: Arc<Topology>,
    seed: u64,
    shell: Option<Box<Shell<R::Packet>>>,
}

/// A host that something has happened to.
struct Awake<'a, R: Resident> {
    resident: &'a mut R,
    shell: &'a mut Shell<R::Packet>,
}

/// Everything about a host but its resident.
struct Shell<P> {
    topology: Arc<Topology>,
    /// The rules that concern this sender, in order.
    rules: Box<[Concern]>,
    links: Links<P>,
    clock: Clock,
    draws: Draws,
    /// What came while stalled; `None` when not stalled.
    held: Option<Box<Held<P>>>,
    usage: Usage,
    /// The faults that are on.
    ailments: Ailments,
    /// Thousandths of the usual time that work takes.
    pace: u64,
    /// When all work that it has begun is done.
    busy_until: VirtualTime,
    /// By how much what has not begun puts that off, at the usual pace.
    owed: Span,
    incarnation: u16,
    has_started: bool,
    is_up: bool,
    state_lost: bool,
    has_overflowed: bool,
    /// A rule lets messages of this sender jump ahead.
    may_jump: bool,
}

type Held<P> = VecDeque<(ProcessId, Signal<P>)>;

impl<R: Resident> Host<R> {
    /// A host, up and healthy, for a process of a run under `seed`.
    pub const fn new(seed: u64, topology: Arc<Topology>, resident: R) -> Self {
        Self { resident, topology, seed, shell: None }
    }
}

impl<R: Resident> Process for Host<R> {
    type Message = Signal<R::Packet>;
    type Fact = Fact;

    /// # Panics
    /// If a rule's number is [`FaultRule::MOST`] or more: draws would share addresses.
    fn handle(
        &mut self,
        now: VirtualTime,
        incoming: Incoming<Self::Message>,
        out: &mut Outbox<Self::Message, Fact>,
    ) {
        let Self { resident, topology, seed, shell } = self;
        if shell.is_none() && incoming.message.closes() {
            return;
        }
        let new = || Box::new(Shell::new(out.process(), *seed, Arc::clone(topology)));
        Awake { resident, shell: shell.get_or_insert_with(new) }.handle(now, incoming, out);
    }
}

impl<P> Signal<P> {
    /// Whether it says that the run ends: who did nothing has nothing to tell.
    fn closes(&self) -> bool {
        matches!(self, Self::Control(control) if control.order == Order::Close)
    }
}

impl<R: Resident> Awake<'_, R> {
    fn handle(
        &mut self,
        now: VirtualTime,
        incoming: Incoming<Signal<R::Packet>>,
        out: &mut Outbox<Signal<R::Packet>, Fact>,
    ) {
        if now >= VirtualTime::end_of_second(self.shell.usage.second.into()) {
            self.shell.tell_usage(out);
        }
        let Incoming { source, message } = incoming;
        match message {
            Signal::Control(control) => self.obey(&control, out),
            // What is held back is in the network: the sender's health does not matter.
            Signal::Release { to } => self.shell.release(ProcessId(to), out),
            _ if !self.shell.is_up => {}
            message => match &mut self.shell.held {
                Some(held) if held.len() < MOST_HELD => held.push_back((source, message)),
                Some(_) => self.shell.overflow(out),
                None => self.take(source, message, out),
            },
        }
    }

    /// Gives a resident what came for it.
    fn take(
        &mut self,
        from: ProcessId,
        signal: Signal<R::Packet>,
        out: &mut Outbox<Signal<R::Packet>, Fact>,
    ) {
        let mut desk = Desk { shell: self.shell, out };
        match signal {
            Signal::Packet(packet) => self.resident.packet(from, packet, &mut desk),
            Signal::Timer { incarnation, slot } => {
                if incarnation == desk.shell.incarnation {
                    self.resident.timer(slot, &mut desk);
                }
            }
            Signal::Release { .. } | Signal::Control(_) => {
                unreachable!("orders and the network's own timers are not held")
            }
        }
    }
}

impl<P: Payload> Shell<P> {
    fn new(me: ProcessId, seed: u64, topology: Arc<Topology>) -> Self {
        let concerned = topology.rules.iter().zip(0..);
        let concerned = concerned.filter(|(rule, _)| rule.concerns_sender(me));
        let may_jump = concerned.clone().any(|(rule, _)| rule.may_jump());
        let rules: Box<[Concern]> = concerned
            .map(|(rule, place)| {
                assert!(usize::from(rule.number) < FaultRule::MOST, "a rule's number is small");
                Concern { place, seen: 0 }
            })
            .collect();
        Self {
            topology,
            rules,
            links: Links::new(),
            clock: Clock::default(),
            draws: Draws::new(seed),
            held: None,
            usage: Usage::default(),
            ailments: Ailments::default(),
            pace: USUAL_PACE,
            busy_until: VirtualTime::ZERO,
            owed: Span::ZERO,
            incarnation: 0,
            has_started: false,
            is_up: true,
            state_lost: false,
            has_overflowed: false,
            may_jump,
        }
    }

    /// Changes the state as a rule orders; `None` if it is so already, another fault keeps it so,
    /// or it is no order of that kind.
    fn change(&mut self, control: &Control, now: VirtualTime) -> Option<HostChange> {
        let rule = control.rule;
        match control.order {
            Order::Crash { state_lost } => self.crash(rule, state_lost),
            Order::Restart if self.ailments.restart(rule) == Turn::Edge => Some(self.come_up()),
            Order::Stall if self.ailments.stall(rule) == Turn::Edge => self.hang(),
            Order::Resume if self.ailments.resume(rule) == Turn::Edge && self.is_up => {
                Some(HostChange::Resumed)
            }
            Order::Slow(pace) => {
                let pace = self.ailments.slow(rule, pace);
                let before = std::mem::replace(&mut self.pace, pace);
                (before != pace).then_some(HostChange::Slowed)
            }
            Order::Skew(nanos) => {
                let moved = self.ailments.skew(rule, nanos);
                self.move_clock(now, moved)
            }
            Order::Steer(nanos) => {
                let moved = self.ailments.steer(rule, nanos);
                self.move_clock(now, moved)
            }
            Order::SetClock => {
                self.ailments.set_clock();
                let wrong = self.clock.read(now).0;
                self.move_clock(now, (now.as_nanos() as i64).saturating_sub(wrong))
            }
            Order::Drift(parts_per_billion) => {
                self.clock.drift(now, self.ailments.drift(rule, parts_per_billion));
                Some(HostChange::ClockChanged)
            }
            Order::Part(part, order) => self.ailments.change_part(rule, part, order),
            Order::Misbehave(_) => Some(HostChange::Corrupted),
            Order::Interpret(_) | Order::Upstream(_) | Order::Misreport(_) => {
                Some(HostChange::Reinterpreted)
            }
            Order::RollBack(_) => Some(HostChange::RolledBack),
            Order::Throttle(_) | Order::Limit(_) => Some(HostChange::Throttled),
            Order::Restart
            | Order::Stall
            | Order::Resume
            | Order::Behave
            | Order::Start
            | Order::Mend
            | Order::Lead(_)
            | Order::Close => None,
        }
    }

    fn move_clock(&mut self, now: VirtualTime, nanos: i64) -> Option<HostChange> {
        self.clock.skew(now, nanos);
        (nanos != 0).then_some(HostChange::ClockChanged)
    }

    fn come_up(&mut self) -> HostChange {
        self.is_up = true;
        if self.state_lost { HostChange::RestartedEmpty } else { HostChange::Restarted }
    }

    /// A host that is down does not hang: it will, if it comes back while the stall is on.
    fn hang(&mut self) -> Option<HostChange> {
        self.is_up.then(|| {
            self.held = Some(Box::default());
            HostChange::Stalled
        })
    }

    /// A host that is down already can still lose what it had kept.
    fn crash(&mut self, rule: u16, state_lost: bool) -> Option<HostChange> {
        let loses_more = state_lost && !self.state_lost;
        match self.ailments.crash(rule) {
            Turn::Edge => {
                self.is_up = false;
                self.state_lost = state_lost;
                self.incarnation = self.incarnation.wrapping_add(1);
                self.busy_until = VirtualTime::ZERO;
                self.owed = Span::ZERO;
                self.held = None;
            }
            Turn::Among if loses_more => self.state_lost = true,
            Turn::Among | Turn::Nothing => return None,
        }
        Some(HostChange::Crashed)
    }

    fn tell_usage(&mut self, out: &mut Outbox<Signal<P>, Fact>) {
        let Usage { second, messages, bytes, cpu } = self.usage;
        if messages > 0 || cpu > Span::ZERO {
            let until = self.busy_until.max(out.now()) + self.time_for(self.owed);
            let backlog_ms = millis_between(out.now(), until);
            out.fact(Fact::Usage { second, messages, bytes, cpu, backlog_ms });
        }
        for (rule, kind, messages) in self.ailments.take_met() {
            out.fact(Fact::Seen { rule, kind, messages });
        }
        self.usage = Usage { second: out.now().whole_seconds() as u32, ..Usage::default() };
        for concern in &mut self.rules {
            let rule = &self.topology.rules[usize::from(concern.place)];
            let messages = std::mem::take(&mut concern.seen);
            if let Some(kind) = rule.kind().filter(|_| messages > 0) {
                out.fact(Fact::Seen { rule: rule.fault, kind, messages });
            }
        }
    }

    /// How long work takes that usually takes `work`.
    fn time_for(&self, work: Span) -> Span {
        if self.pace == USUAL_PACE {
            return work;
        }
        let nanos = u128::from(work.as_nanos()) * u128::from(self.pace) / u128::from(USUAL_PACE);
        Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Something is lost for want of room: the run says nothing certain any more.
    fn overflow(&mut self, out: &mut Outbox<Signal<P>, Fact>) {
        if !std::mem::replace(&mut self.has_overflowed, true) {
            let change = HostChange::Overflowed;
            out.fact(Fact::Host { rule: Control::OF_THE_RUN, change });
        }
    }

    fn send(
        &mut self,
        to: ProcessId,
        packet: P,
        fortune: Fortune,
        out: &mut Outbox<Signal<P>, Fact>,
    ) {
        if to == out.process() {
            return out.timer(Span::TICK, Signal::Packet(packet));
        }
        let len = packet.wire_len();
        self.usage.messages += 1;
        self.usage.bytes += u64::from(len);
        let link = self.links.to(to);
        let road = Road {
            topology: &self.topology,
            rules: &mut self.rules,
            may_jump: self.may_jump,
            draws: &mut self.draws,
        };
        carry(Parcel { to, packet, len, fortune }, road, link, out);
    }

    fn release(&mut self, to: ProcessId, out: &mut Outbox<Signal<P>, Fact>) {
        let usual = self.topology.base_delay(out.process(), to);
        release_overdue(to, usual, self.links.to(to), out);
    }
}

#[cfg(test)]
mod tests;
