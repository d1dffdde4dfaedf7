//! What a resident may ask of its host.

use std::sync::Arc;

use super::resident::{Payload, TimerSlot};
use super::{Shell, Signal};
use crate::kernel::{Draws, LocalTime, Outbox, ProcessId, Span, VirtualTime};
use crate::network::{CONTROL_FLOOR, Control, Fortune};
use crate::trace::{Fact, FateKind};

/// What a resident may ask of its host while it handles one event.
pub struct Desk<'a, P> {
    pub(super) shell: &'a mut Shell<P>,
    pub(super) out: &'a mut Outbox<Signal<P>, Fact>,
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

    /// Sends an order to another host; it is obeyed after [`CONTROL_FLOOR`] and `after`.
    pub fn order(&mut self, to: ProcessId, after: Span, control: Control) {
        let at = self.out.now() + CONTROL_FLOOR + after;
        self.out.send(to, at, Signal::Control(Arc::new(control)));
    }

    /// Calls back once the host's clock has counted `span`.
    pub fn timer(&mut self, span: Span, slot: TimerSlot) {
        let delay = self.shell.clock.until_it_counts(span);
        let incarnation = self.shell.incarnation;
        self.out.timer(delay, Signal::Timer { incarnation, slot });
    }

    /// Calls back after work that usually takes `work`, and books the CPU.
    pub fn work(&mut self, work: Span, slot: TimerSlot) {
        let taken = self.shell.time_for(work);
        self.shell.usage.cpu += taken;
        let wait = taken.max(Span::TICK);
        self.shell.busy_until = self.shell.busy_until.max(self.out.now() + wait);
        let incarnation = self.shell.incarnation;
        self.out.timer(wait, Signal::Timer { incarnation, slot });
    }

    /// Notes that work waits for a worker, and puts off the end of all by `work`.
    pub fn owe(&mut self, work: Span) {
        self.shell.owed += work;
    }

    /// What was owed begins.
    pub fn settle(&mut self, work: Span) {
        self.shell.owed = self.shell.owed.saturating_sub(work);
    }

    /// Records that the actor lost something for want of room.
    pub fn overflow(&mut self) {
        self.shell.overflow(self.out);
    }

    /// Counts a message that a misbehaving resident might have wronged under that rule.
    pub fn met(&mut self, rule: u16, kind: FateKind) {
        self.shell.ailments.met(rule, kind);
    }

    /// Records an observation.
    pub fn fact(&mut self, fact: Fact) {
        self.out.fact(fact);
    }
}
