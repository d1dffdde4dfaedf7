//! What a link remembers once a fault rule has touched it: most links never need it.

use std::collections::VecDeque;

use super::super::Payload;
use super::super::rule::Reordering;
use super::{Out, send_with_copies};
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::trace::{Fact, FateKind};

/// A message held back by a reordering rule leaves after this long at the latest.
pub(in super::super) const LONGEST_HOLD: Span = Span::from_secs(1);

/// The most places that a jump gains.
const MOST_OVERTAKEN: usize = 64;

/// What fault rules remember of one link.
#[derive(Debug)]
pub(in super::super) struct Disturbance<P> {
    /// What single rules remember, by rule number.
    memories: Vec<Memory>,
    /// Latest arrivals in order of sending, as many as a jump may overtake.
    recent: VecDeque<VirtualTime>,
    /// Messages held back, in order of sending.
    held: Vec<Held<P>>,
}

/// What one rule remembers of one link.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Memory {
    /// The luck of the message before, for correlated delays: uniform and normal part.
    pub(super) last: Option<(f64, f64)>,
    /// The current stretch of burst loss.
    pub(super) stretch: Option<Stretch>,
    /// When a limit of bandwidth has let through all before.
    pub(super) busy_until: VirtualTime,
}

/// A stretch of time that loses all or nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// The place of its window in the rule.
    pub(super) place: usize,
    /// Its number in the window, from 1.
    pub(super) number: u64,
    pub(super) end: VirtualTime,
    pub(super) loses: bool,
}

/// How a reordering rule moves a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    pub(super) fault: u16,
    pub(super) form: Reordering,
    /// How many places.
    pub(super) gap: u32,
}

/// A message held back by a reordering rule.
#[derive(Debug)]
pub(super) struct Held<P> {
    packet: P,
    moved: Moved,
    since: VirtualTime,
    /// When it would have arrived.
    due: VirtualTime,
    copies: Vec<Span>,
    /// Messages that have passed it.
    passed: u32,
    /// The latest arrival of those.
    after: VirtualTime,
}

impl<P> Disturbance<P> {
    /// What `rule` remembers of this link.
    pub(in super::super) fn memory(&mut self, rule: u8) -> &mut Memory {
        let at = usize::from(rule);
        if self.memories.len() <= at {
            self.memories.resize(at + 1, Memory::default());
        }
        &mut self.memories[at]
    }

    /// Remembers an arrival for later jumps.
    pub(super) fn remember_arrival(&mut self, arrival: VirtualTime) {
        if self.recent.len() == MOST_OVERTAKEN {
            self.recent.pop_front();
        }
        self.recent.push_back(arrival);
    }

    /// The latest instant, not before `floor`, that is before the last `gap` of those arrivals
    /// that are later than `floor` and not later than `arrival`. `None` if there are none.
    pub(super) fn place_ahead(
        &self,
        gap: u32,
        floor: VirtualTime,
        arrival: VirtualTime,
    ) -> Option<VirtualTime> {
        let in_reach = |other: &VirtualTime| floor < *other && *other <= arrival;
        let mut ahead: Vec<_> = self.recent.iter().copied().filter(in_reach).collect();
        ahead.sort_unstable();
        let first = ahead.len().saturating_sub(gap as usize);
        ahead.get(first).map(|first| *first - Span::TICK)
    }

    /// Whether one more message may wait for `gap` others: some have to pass.
    pub(super) fn has_room(&self, gap: u32) -> bool {
        self.held.len() < gap as usize
    }

    pub(super) fn hold(&mut self, held: Held<P>) {
        self.held.push(held);
    }

    /// A later message passes all that are held.
    pub(super) fn pass(&mut self, arrival: VirtualTime) {
        for held in &mut self.held {
            held.passed += 1;
            held.after = held.after.max(arrival);
        }
    }

    /// Takes out a message that enough others have passed.
    pub(super) fn take_passed(&mut self) -> Option<Held<P>> {
        self.take_first(|held| held.passed >= held.moved.gap)
    }

    /// Takes out a message that has been held for too long.
    pub(super) fn take_overdue(&mut self, now: VirtualTime) -> Option<Held<P>> {
        self.take_first(|held| now.since(held.since) >= LONGEST_HOLD)
    }

    fn take_first(&mut self, is_due: impl FnMut(&Held<P>) -> bool) -> Option<Held<P>> {
        self.held.iter().position(is_due).map(|at| self.held.remove(at))
    }
}

impl<P> Default for Disturbance<P> {
    fn default() -> Self {
        Self { memories: Vec::new(), recent: VecDeque::new(), held: Vec::new() }
    }
}

impl<P: Payload> Held<P> {
    pub(super) fn new(
        packet: P,
        moved: Moved,
        since: VirtualTime,
        due: VirtualTime,
        copies: Vec<Span>,
    ) -> Self {
        Self { packet, moved, since, due, copies, passed: 0, after: VirtualTime::ZERO }
    }

    /// It arrives behind those that have passed it, and not before `soonest`.
    pub(super) fn arrive(self, to: ProcessId, soonest: VirtualTime, out: &mut Out<P>) {
        let mut arrival = self.due.max(soonest);
        if self.passed > 0 {
            arrival = arrival.max(self.after + Span::TICK);
            let (rule, by) = (self.moved.fault, arrival.since(self.due));
            out.fact(Fact::Fate { rule, kind: FateKind::Reordered, to: to.0, by });
        }
        send_with_copies(to, arrival, self.packet, &self.copies, out);
    }
}
