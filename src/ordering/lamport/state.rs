//! A replica's clock and queue, with all that has to survive a crash.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::message::Batch;
use crate::kernel::{LocalTime, Span};
use crate::ordering::kept::Journaled;
use crate::ordering::{Item, Seat};

/// Where a request stands: its time, and who made it.
pub(super) type Place = (u64, u16);

/// All that survives.
#[derive(Clone)]
pub struct State {
    me: u16,
    history: Span,
    clock: u64,
    heard: Vec<Heard>,
    /// Requests that are not delivered.
    queue: BTreeMap<Place, Batch>,
    /// My requests as far as they are kept, and how many came before.
    own: VecDeque<(LocalTime, u64, Arc<[Item]>)>,
    own_before: u64,
    /// What was delivered lately.
    delivered: VecDeque<(LocalTime, Arc<[Item]>)>,
    #[cfg(test)]
    is_hasty: bool,
}

/// What is known of a validator.
#[derive(Clone, Copy, Default)]
struct Heard {
    /// How many of its requests came, without a gap.
    requests: u64,
    /// It makes no more requests with this time or an earlier one.
    time: u64,
}

/// One step of it.
pub enum Change {
    /// I make a request.
    Requested(LocalTime, Arc<[Item]>),
    /// The next request of another, made at this time.
    Came(u16, u64, Batch),
    /// Another has come to this time.
    Heard(u16, u64),
    /// The head of the queue is delivered.
    Delivered(LocalTime, Arc<[Item]>),
}

impl State {
    pub(super) fn new(seat: &Seat, params: &super::Params) -> Self {
        Self {
            me: seat.me,
            history: params.history,
            clock: 0,
            heard: vec![Heard::default(); seat.committee.size() as usize],
            queue: BTreeMap::new(),
            own: VecDeque::new(),
            own_before: 0,
            delivered: VecDeque::new(),
            #[cfg(test)]
            is_hasty: params.is_hasty,
        }
    }

    pub(super) const fn clock(&self) -> u64 {
        self.clock
    }

    /// How many requests of mine there are.
    pub(super) fn requests(&self) -> u64 {
        self.own_before + self.own.len() as u64
    }

    /// How many requests of `peer` came.
    pub(super) fn requests_of(&self, peer: u16) -> u64 {
        self.heard[usize::from(peer)].requests
    }

    /// My requests from `number` on, as far as they are kept: number, time, items.
    pub(super) fn own(&self, number: u64) -> impl Iterator<Item = (u64, u64, &Arc<[Item]>)> {
        let skip = number.saturating_sub(self.own_before) as usize;
        let first = self.own_before + skip as u64;
        let own = self.own.iter().skip(skip);
        (first..).zip(own).map(|(number, (_, time, items))| (number, *time, items))
    }

    /// All requests that are not delivered.
    pub(super) fn queue(&self) -> impl Iterator<Item = &Batch> {
        self.queue.values()
    }

    /// How many there are.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// How many of them are mine.
    pub(super) fn waiting_own(&self) -> usize {
        let own = self.own.iter().rev();
        own.take_while(|(_, time, _)| self.queue.contains_key(&(*time, self.me))).count()
    }

    /// The head of the queue, if nobody can come in front of it any more: a later time is known
    /// of every other (Lamport 1978, p. 561, rule 5).
    pub(super) fn head(&self, patience: usize) -> Option<&Batch> {
        let (&(time, of), batch) = self.queue.first_key_value()?;
        let others = (0..).zip(&self.heard).filter(|(peer, _)| *peer != self.me && *peer != of);
        let missing = others.filter(|(_, heard)| heard.time < time).count();
        (missing <= patience).then_some(batch)
    }

    /// Everything delivered lately, and when.
    pub(super) fn delivered(&self) -> impl Iterator<Item = (LocalTime, &Arc<[Item]>)> {
        self.delivered.iter().map(|(at, items)| (*at, items))
    }

    fn place(&self, time: u64, of: u16) -> Place {
        #[cfg(test)]
        if self.is_hasty {
            let mut later = (0..).map(|later| (time, later));
            return later.find(|place| !self.queue.contains_key(place)).unwrap_or((time, of));
        }
        (time, of)
    }

    fn forget_old(&mut self, now: LocalTime) {
        let oldest = now - self.history;
        while self.delivered.front().is_some_and(|(at, _)| *at < oldest) {
            self.delivered.pop_front();
        }
        while let Some((at, time, _)) = self.own.front()
            && *at < oldest
            && !self.queue.contains_key(&(*time, self.me))
        {
            self.own.pop_front();
            self.own_before += 1;
        }
    }
}

impl Journaled for State {
    type Change = Change;

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Requested(now, items) => {
                self.clock += 1;
                let batch = items.iter().map(Item::named).collect();
                self.queue.insert(self.place(self.clock, self.me), batch);
                self.own.push_back((*now, self.clock, items.clone()));
            }
            Change::Came(peer, time, batch) => {
                self.clock = self.clock.max(*time) + 1;
                let heard = &mut self.heard[usize::from(*peer)];
                heard.requests += 1;
                heard.time = heard.time.max(*time);
                self.queue.insert(self.place(*time, *peer), batch.clone());
            }
            Change::Heard(peer, time) => {
                self.clock = self.clock.max(*time);
                let heard = &mut self.heard[usize::from(*peer)];
                heard.time = heard.time.max(*time);
            }
            Change::Delivered(now, items) => {
                self.queue.pop_first();
                self.delivered.push_back((*now, items.clone()));
                self.forget_old(*now);
            }
        }
    }

    fn weight(&self) -> usize {
        self.queue.len() + self.own.len() + self.delivered.len()
    }
}
