//! The shell around every actor: up or down, stalled, slow, with a clock of its own, and the only
//! way to the network.

use std::collections::VecDeque;
use std::sync::Arc;

use super::fate::{Fates, Passage, decide};
use super::link::{Fortune, LinkState};
use super::{CONTROL_FLOOR, Clock, Control, Order, Topology};
use crate::kernel::{Draws, Incoming, LocalTime, Outbox, Process, ProcessId, Span, VirtualTime};
use crate::trace::{Fact, HostChange};

/// A message held back by a reordering rule leaves after this long at the latest.
const LONGEST_HOLD: Span = Span::from_secs(1);

/// A stalled host holds at most so many messages; what comes then is lost.
const MOST_HELD: usize = 1 << 20;

/// What travels between residents.
pub trait Payload: Clone + Send + 'static {
    /// Bytes on the wire.
    fn wire_len(&self) -> u32;
}

/// A timer by the resident's own number for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerSlot(pub u32);

/// What lives in a host.
pub trait Resident: Send + 'static {
    /// What residents send one another.
    type Packet: Payload;

    /// The run begins.
    fn start(&mut self, _desk: &mut Desk<'_, Self::Packet>) {}

    /// A packet arrived.
    fn packet(&mut self, from: ProcessId, packet: Self::Packet, desk: &mut Desk<'_, Self::Packet>);

    /// A timer set through the desk is due.
    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Self::Packet>);

    /// The host stopped: what is volatile is gone, and so is what was kept if `state_lost`.
    fn crash(&mut self, _state_lost: bool) {}

    /// The host runs again. All timers of before are gone.
    fn restart(&mut self, _desk: &mut Desk<'_, Self::Packet>) {}
}

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
    /// An order, with its rule.
    Control(Box<Control>),
}

/// A resident with the shell around it.
pub struct Host<R: Resident> {
    resident: R,
    shell: Shell<R::Packet>,
}

/// Everything about a host but its resident.
struct Shell<P> {
    topology: Arc<Topology>,
    /// The rules that concern this sender, by place.
    rules: Box<[u16]>,
    links: Vec<Option<Box<LinkState<P>>>>,
    clock: Clock,
    draws: Draws,
    /// Thousandths of the usual time that work takes.
    pace: u64,
    is_up: bool,
    state_lost: bool,
    incarnation: u16,
    /// What came while stalled; `None` when not stalled.
    held: Option<VecDeque<(ProcessId, Signal<P>)>>,
    usage: Usage,
    /// Reused for every message.
    fates: Fates<P>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Usage {
    second: u32,
    messages: u32,
    bytes: u64,
    cpu: Span,
}

impl<R: Resident> Host<R> {
    /// A host, up and healthy, for the process with that number.
    pub fn new(me: ProcessId, seed: u64, topology: Arc<Topology>, resident: R) -> Self {
        let concerned = topology.rules.iter().zip(0..);
        let rules =
            concerned.filter(|(rule, _)| rule.concerns_sender(me)).map(|(_, at)| at).collect();
        let shell = Shell {
            topology,
            rules,
            links: Vec::new(),
            clock: Clock::default(),
            draws: Draws::new(seed),
            pace: 1_000,
            is_up: true,
            state_lost: false,
            incarnation: 0,
            held: None,
            usage: Usage::default(),
            fates: Fates::default(),
        };
        Self { resident, shell }
    }

    fn obey(&mut self, control: Control, out: &mut Outbox<Signal<R::Packet>, Fact>) {
        let rule = control.rule;
        let now = out.now();
        match control.order {
            Order::Start => self.resident.start(&mut Desk { shell: &mut self.shell, out }),
            Order::Crash { state_lost } if self.shell.is_up => {
                self.shell.crash(state_lost);
                self.resident.crash(state_lost);
                out.fact(Fact::Host { rule, change: HostChange::Crashed });
            }
            Order::Restart if !self.shell.is_up => {
                self.shell.is_up = true;
                let lost = self.shell.state_lost;
                let change = if lost { HostChange::RestartedEmpty } else { HostChange::Restarted };
                out.fact(Fact::Host { rule, change });
                self.resident.restart(&mut Desk { shell: &mut self.shell, out });
            }
            Order::Stall if self.shell.held.is_none() => {
                self.shell.held = Some(VecDeque::new());
                out.fact(Fact::Host { rule, change: HostChange::Stalled });
            }
            Order::Resume => {
                if let Some(held) = self.shell.held.take() {
                    out.fact(Fact::Host { rule, change: HostChange::Resumed });
                    held.into_iter()
                        .for_each(|(from, signal)| self.handle_signal(from, signal, out));
                }
            }
            Order::Slow(pace) => {
                self.shell.pace = pace;
                out.fact(Fact::Host { rule, change: HostChange::Slowed });
            }
            Order::Skew(nanos) => {
                self.shell.clock.skew(now, nanos);
                out.fact(Fact::Host { rule, change: HostChange::ClockChanged });
            }
            Order::Drift(parts_per_billion) => {
                self.shell.clock.drift(now, parts_per_billion);
                out.fact(Fact::Host { rule, change: HostChange::ClockChanged });
            }
            Order::Close => self.shell.tell_usage(out),
            Order::Crash { .. } | Order::Restart | Order::Stall => {}
        }
    }

    fn handle_signal(
        &mut self,
        from: ProcessId,
        signal: Signal<R::Packet>,
        out: &mut Outbox<Signal<R::Packet>, Fact>,
    ) {
        let mut desk = Desk { shell: &mut self.shell, out };
        match signal {
            Signal::Packet(packet) => self.resident.packet(from, packet, &mut desk),
            Signal::Timer { incarnation, slot } => {
                if incarnation == desk.shell.incarnation {
                    self.resident.timer(slot, &mut desk);
                }
            }
            Signal::Release { to } => self.shell.release(ProcessId(to), out),
            Signal::Control(control) => self.obey(*control, out),
        }
    }
}

impl<R: Resident> Process for Host<R> {
    type Message = Signal<R::Packet>;
    type Fact = Fact;

    fn handle(
        &mut self,
        now: VirtualTime,
        incoming: Incoming<Self::Message>,
        out: &mut Outbox<Self::Message, Fact>,
    ) {
        if now.whole_seconds() as u32 != self.shell.usage.second {
            self.shell.tell_usage(out);
        }
        let Incoming { source, message } = incoming;
        match message {
            Signal::Control(control) => self.obey(*control, out),
            _ if !self.shell.is_up => {}
            message => match &mut self.shell.held {
                Some(held) if held.len() < MOST_HELD => held.push_back((source, message)),
                Some(_) => {}
                None => self.handle_signal(source, message, out),
            },
        }
    }
}

impl<P: Payload> Shell<P> {
    fn crash(&mut self, state_lost: bool) {
        self.is_up = false;
        self.state_lost = state_lost;
        self.incarnation = self.incarnation.wrapping_add(1);
        self.held = self.held.take().map(|_| VecDeque::new());
        self.links.clear();
    }

    fn tell_usage(&mut self, out: &mut Outbox<Signal<P>, Fact>) {
        let Usage { second, messages, bytes, cpu } = self.usage;
        if messages > 0 || cpu > Span::ZERO {
            out.fact(Fact::Usage { second, messages, bytes, cpu });
        }
        self.usage = Usage { second: out.now().whole_seconds() as u32, ..Usage::default() };
    }

    fn send(
        &mut self,
        to: ProcessId,
        packet: P,
        fortune: Fortune,
        out: &mut Outbox<Signal<P>, Fact>,
    ) {
        let (now, from, len) = (out.now(), out.process(), packet.wire_len());
        self.usage.messages += 1;
        self.usage.bytes += u64::from(len);
        if to == from {
            return out.timer(Span::TICK, Signal::Packet(packet));
        }
        if self.links.len() <= to.index() {
            self.links.resize_with(to.index() + 1, || None);
        }
        let link = self.links[to.index()].get_or_insert_with(Box::default);
        let passage = Passage { now, from, to, len, fortune };
        let mut packet = Some(packet);
        let (topology, rules, fates) = (&self.topology, &self.rules, &mut self.fates);
        decide(passage, topology, rules, link, &mut self.draws, &mut packet, fates);
        fates.facts.drain(..).for_each(|fact| out.fact(fact));
        if std::mem::take(&mut fates.is_held) {
            out.timer(LONGEST_HOLD, Signal::Release { to: to.0 });
        }
        let last = fates.arrivals.iter().rposition(|(_, other)| other.is_none());
        for (at, (arrival, other)) in fates.arrivals.drain(..).enumerate() {
            let arriving = match other {
                None if Some(at) == last => packet.take(),
                None => packet.clone(),
                other => other,
            };
            if let Some(arriving) = arriving {
                out.send(to, arrival, Signal::Packet(arriving));
            }
        }
    }

    /// A message that was held back for too long leaves by itself.
    fn release(&mut self, to: ProcessId, out: &mut Outbox<Signal<P>, Fact>) {
        let floor = self.topology.base_delay(out.process(), to);
        let Some(Some(link)) = self.links.get_mut(to.index()) else { return };
        let overdue = |since: VirtualTime| out.now().since(since) >= LONGEST_HOLD;
        if let Some(held) = link.held.take_if(|held| overdue(held.since)) {
            out.send(to, out.now() + floor, Signal::Packet(held.packet));
        }
    }
}

/// What a resident may ask of its host while it handles one event.
pub struct Desk<'a, P> {
    shell: &'a mut Shell<P>,
    out: &'a mut Outbox<Signal<P>, Fact>,
}

impl<P: Payload> Desk<'_, P> {
    /// The process itself.
    pub fn me(&self) -> ProcessId {
        self.out.process()
    }

    /// The instant. For the laboratory's books; what an actor decides by is the local time.
    pub fn now(&self) -> VirtualTime {
        self.out.now()
    }

    /// The host's own clock.
    pub fn local_now(&self) -> LocalTime {
        self.shell.clock.read(self.out.now())
    }

    /// All luck under the run's seed.
    pub fn draws(&mut self) -> &mut Draws {
        &mut self.shell.draws
    }

    /// Delay of the link to `to` in middling weather.
    pub fn usual_delay(&self, to: ProcessId) -> Span {
        self.shell.topology.base_delay(self.out.process(), to)
    }

    /// Sends `packet` over the network.
    pub fn send(&mut self, to: ProcessId, packet: P, fortune: Fortune) {
        self.shell.send(to, packet, fortune, self.out);
    }

    /// Sends what does not travel over the modelled network, so that it arrives at `at`.
    ///
    /// # Panics
    /// If that is less than [`CONTROL_FLOOR`] away.
    pub fn tell(&mut self, to: ProcessId, at: VirtualTime, packet: P) {
        assert!(at.since(self.out.now()) >= CONTROL_FLOOR, "plans are made ahead of time");
        self.out.send(to, at, Signal::Packet(packet));
    }

    /// Calls back once the host's clock has counted `span`.
    pub fn timer(&mut self, span: Span, slot: TimerSlot) {
        let delay = self.shell.clock.until_it_counts(span);
        let incarnation = self.shell.incarnation;
        self.out.timer(delay, Signal::Timer { incarnation, slot });
    }

    /// Calls back after work that usually takes `work`, from `begin` on, and books the CPU.
    /// Gives back when the work is done.
    pub fn work(&mut self, begin: VirtualTime, work: Span, slot: TimerSlot) -> VirtualTime {
        let nanos = u128::from(work.as_nanos()) * u128::from(self.shell.pace) / 1_000;
        let taken = Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        self.shell.usage.cpu += taken;
        let end = (begin.max(self.out.now()) + taken).max(self.out.now() + Span::TICK);
        let incarnation = self.shell.incarnation;
        let wait = end.since(self.out.now());
        self.out.timer(wait, Signal::Timer { incarnation, slot });
        end
    }

    /// Records an observation.
    pub fn fact(&mut self, fact: Fact) {
        self.out.fact(fact);
    }
}
