//! The pending set: what is to happen, earliest key first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Event, EventKey, VirtualTime};

/// Pending events, given back in key order.
pub struct EventQueue<M> {
    heap: BinaryHeap<Reverse<Pending<M>>>,
}

struct Pending<M>(Event<M>);

impl<M> EventQueue<M> {
    /// An empty queue.
    pub fn new() -> Self {
        Self { heap: BinaryHeap::new() }
    }

    /// Adds an event; its key is not earlier than any key already taken out.
    pub fn push(&mut self, event: Event<M>) {
        self.heap.push(Reverse(Pending(event)));
    }

    /// The earliest pending key.
    pub fn peek(&mut self) -> Option<EventKey> {
        self.heap.peek().map(|Reverse(pending)| pending.0.key)
    }

    /// Takes out the earliest event if it happens before `end`.
    pub fn pop_before(&mut self, end: VirtualTime) -> Option<Event<M>> {
        self.peek().filter(|key| key.time < end)?;
        self.pop()
    }

    /// Takes out the earliest event.
    pub fn pop(&mut self) -> Option<Event<M>> {
        self.heap.pop().map(|Reverse(pending)| pending.0)
    }
}

impl<M> Default for EventQueue<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> PartialEq for Pending<M> {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}
impl<M> Eq for Pending<M> {}
impl<M> PartialOrd for Pending<M> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<M> Ord for Pending<M> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.key.cmp(&other.0.key)
    }
}
