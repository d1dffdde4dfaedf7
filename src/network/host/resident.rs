//! What lives in a host, and what it is told.

use super::Desk;
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::network::Misdeed;

/// What travels between residents.
pub trait Payload: Clone + Send + 'static {
    /// Bytes on the wire.
    fn wire_len(&self) -> u32;
}

/// A timer by the resident's own number for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerSlot(pub u32);

/// How a part of a resident is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartHealth {
    /// It makes no progress.
    pub is_stalled: bool,
    /// Thousandths of the usual time that its work takes.
    pub pace: u64,
}

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

    /// The host is told to misbehave, under that rule; it may be down.
    fn misbehave(&mut self, _rule: u16, _deed: Misdeed, _desk: &mut Desk<'_, Self::Packet>) {}

    /// The resident judges by other rules, by its own number for them; it may be down.
    fn interpret(&mut self, _rules: u8) {}

    /// That validator is to lead from now on.
    fn lead(&mut self, _leader: u16, _desk: &mut Desk<'_, Self::Packet>) {}

    /// The resident sees the outer chain so far behind from now on, which stands still until then;
    /// zero sees it as it is. It may be down.
    fn see_upstream(&mut self, _now: VirtualTime, _lag: Span) {}

    /// What the resident keeps is what it was so long before; it may be down.
    fn roll_back(&mut self, _age: Span, _desk: &mut Desk<'_, Self::Packet>) {}

    /// The resident says from now on that so many are revoked, whatever they are, 0 to 1; it may be
    /// down.
    fn misreport(&mut self, _share: f64) {}

    /// A part of the resident ails, or is well again; the host may be down.
    fn ail(&mut self, _part: u8, _health: PartHealth, _desk: &mut Desk<'_, Self::Packet>) {}

    /// Refuse this share of what is new from now on, in thousandths; the host may be down.
    fn throttle(&mut self, _share: u16) {}

    /// Hold so many operations at most from now on; the host may be down.
    fn limit(&mut self, _most: u32) {}

    /// What that rule began is over; the host may be down.
    fn behave(&mut self, _rule: u16, _desk: &mut Desk<'_, Self::Packet>) {}
}
