//! Operations on their way from centre to centre: wrong ways, detours, stamps.

use std::collections::BTreeMap;

use super::distribution::Measured;
use super::event::Event;
use super::observers::Observers;
use super::record::NEVER;
use super::sample::Sample;
use super::setting::{Overlay, phases_of};
use super::tally::Tally;
use crate::kernel::{Span, VirtualTime};
use crate::trace::{HostChange, Refusal};

/// What a centre has not taken in after so long, its neighbour has failed to hand over.
const HAND_OVER: Span = Span::from_secs(1);

/// Centres as they truly are, and what is under way between them.
#[derive(Clone, Debug)]
pub(super) struct Relays {
    overlay: Overlay,
    /// Fewest hops from and to.
    fewest: Vec<Vec<u32>>,
    centres: Vec<Centre>,
    /// By operation, try and copy; operations that are settled are forgotten.
    trips: BTreeMap<(u32, u8, u8), Trip>,
}

/// What is true of a centre now.
#[derive(Clone, Copy, Debug, Default)]
struct Centre {
    /// Operations that it holds.
    here: u32,
    is_down: bool,
    stalls: u32,
}

/// A copy on its way.
#[derive(Clone, Copy, Debug)]
struct Trip {
    /// Where it was first sent on, when, and for how long that was to take.
    entry: usize,
    since: VirtualTime,
    eta: Span,
    /// Centres that it has left, as bits.
    seen: u64,
    hops: u32,
    /// Between whom it was sent last, when, and whether it has come.
    from: usize,
    to: usize,
    sent: VirtualTime,
    has_come: bool,
}

/// A copy is sent on, by places of centres.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forward {
    pub(super) operation: u32,
    pub(super) attempt: u8,
    pub(super) copy: u8,
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) home: u32,
    pub(super) eta: u32,
}

/// Sums over the operations of one phase.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ways {
    hops: u64,
    fewest: u64,
    scans: u64,
    valid: u64,
}

impl Ways {
    /// Hops over the fewest that would have done.
    pub(super) fn stretch(&self) -> Measured {
        match self.fewest {
            0 => Measured::NoData,
            fewest => Measured::Value(self.hops as f64 / fewest as f64),
        }
    }

    /// The share of stamps that are valid.
    pub(super) fn validity(&self) -> Option<f64> {
        (self.scans > 0).then(|| self.valid as f64 / self.scans as f64)
    }
}

impl Overlay {
    fn place(&self, process: u32) -> Option<usize> {
        let place = process.checked_sub(self.first)? as usize;
        (place < self.delays.len()).then_some(place)
    }

    /// Least sums to one centre over links, with a cost that may bar them; by the rule of Bellman
    /// (1958): again and again over all links until nothing gets less.
    fn least(
        &self,
        to: usize,
        cost: impl Fn(usize, usize, Span) -> Option<u64>,
    ) -> Vec<Option<u64>> {
        let mut least = vec![None; self.delays.len()];
        least[to] = Some(0);
        loop {
            let mut has_changed = false;
            for (from, row) in self.delays.iter().enumerate() {
                for (next, delay) in row.iter().enumerate() {
                    let Some(cost) = delay.and_then(|delay| cost(from, next, delay)) else {
                        continue;
                    };
                    let Some(rest) = least[next] else { continue };
                    if least[from].is_none_or(|known| cost + rest < known) {
                        (least[from], has_changed) = (Some(cost + rest), true);
                    }
                }
            }
            if !has_changed {
                return least;
            }
        }
    }
}

impl Relays {
    pub(super) fn new(overlay: Overlay) -> Self {
        let centres = overlay.delays.len();
        let to_each = |to| overlay.least(to, |_, _, _| Some(1));
        let to: Vec<_> = (0..centres).map(to_each).collect();
        let hops = |from: usize, to: &Vec<Option<u64>>| to[from].map_or(0, |hops| hops as u32);
        let fewest =
            (0..centres).map(|from| to.iter().map(|to| hops(from, to)).collect()).collect();
        let trips = BTreeMap::new();
        Self { overlay, fewest, centres: vec![Centre::default(); centres], trips }
    }

    /// Something befell a host.
    pub(super) fn change(&mut self, process: u32, change: HostChange) {
        let Some(place) = self.overlay.place(process) else { return };
        let centre = &mut self.centres[place];
        match change {
            HostChange::Crashed => *centre = Centre { is_down: true, ..Centre::default() },
            HostChange::Restarted | HostChange::RestartedEmpty => centre.is_down = false,
            HostChange::Stalled => centre.stalls += 1,
            HostChange::Resumed => centre.stalls = centre.stalls.saturating_sub(1),
            HostChange::Slowed
            | HostChange::ClockChanged
            | HostChange::Overflowed
            | HostChange::Corrupted
            | HostChange::Throttled
            | HostChange::Reinterpreted
            | HostChange::RolledBack => {}
        }
    }

    fn leaves(&mut self, process: u32) {
        if let Some(place) = self.overlay.place(process) {
            let here = &mut self.centres[place].here;
            *here = here.saturating_sub(1);
        }
    }

    /// A try came to a centre; true if that took too long to call it handed over.
    fn came(&mut self, process: u32, operation: u32, attempt: u8, now: VirtualTime) -> bool {
        let Some(place) = self.overlay.place(process) else { return false };
        let copies = (operation, attempt, 0)..=(operation, attempt, u8::MAX);
        let mut has_failed = false;
        for (_, trip) in self.trips.range_mut(copies) {
            if trip.to == place && !trip.has_come {
                trip.has_come = true;
                has_failed |= now.since(trip.sent) > HAND_OVER;
            }
        }
        has_failed
    }

    /// Whether a copy is on its way to a centre.
    fn is_awaited(&self, process: u32, operation: u32, attempt: u8) -> bool {
        let copies = (operation, attempt, 0)..=(operation, attempt, u8::MAX);
        let mut trips = self.trips.range(copies).map(|(_, trip)| trip);
        let place = self.overlay.place(process);
        trips.any(|trip| Some(trip.to) == place && !trip.has_come)
    }

    /// A copy is sent on; what is wrong with that.
    fn forward(&mut self, forward: &Forward, now: VirtualTime) -> [Option<Event>; 3] {
        let place = |process| self.overlay.place(process);
        let Forward { operation, attempt, copy, .. } = *forward;
        let (Some(from), Some(to)) = (place(forward.from), place(forward.to)) else {
            return [None; 3];
        };
        let is_misrouted = place(forward.home).is_some_and(|home| self.is_farther(to, from, home));
        let trip = self.trips.entry((operation, attempt, copy)).or_insert(Trip {
            entry: from,
            since: now,
            eta: Span::from_micros(forward.eta.into()),
            seen: 0,
            hops: 0,
            from,
            to: from,
            sent: now,
            has_come: true,
        });
        let is_back = trip.hops > 0 && to == trip.from;
        trip.seen |= 1 << from;
        let is_loop = trip.seen >> to & 1 == 1;
        trip.hops += 1;
        (trip.from, trip.to, trip.sent, trip.has_come) = (from, to, now, false);
        let event = |is_it: bool, event| is_it.then_some(event);
        [
            event(is_misrouted, Event::Misrouted),
            event(is_back, Event::PingPong),
            event(is_loop, Event::Loops),
        ]
    }

    /// Whether one open way from `from` to `home` is truly shorter than any from `to`.
    fn is_farther(&self, to: usize, from: usize, home: usize) -> bool {
        let is_open =
            |place: usize| !self.centres[place].is_down && self.centres[place].stalls == 0;
        let least = self.overlay.least(home, |_, next, delay| {
            let work = self.overlay.work.as_nanos() * u64::from(self.centres[next].here);
            is_open(next).then(|| delay.as_nanos() + work / u64::from(self.overlay.workers))
        });
        match (least[from], least[to].filter(|_| is_open(to))) {
            (Some(from), Some(to)) => to > from,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// The copy that has come to that centre.
    fn trip(&self, process: u32, operation: u32, attempt: u8) -> Option<&Trip> {
        let place = self.overlay.place(process)?;
        let copies = (operation, attempt, 0)..=(operation, attempt, u8::MAX);
        let mut trips = self.trips.range(copies).map(|(_, trip)| trip);
        trips.find(|trip| trip.to == place && trip.has_come)
    }

    /// An operation is settled: whether one of its copies never came.
    pub(super) fn settle(&mut self, operation: u32) -> bool {
        let mut has_failed = false;
        while let Some(first) = self.trips.first_entry().filter(|first| first.key().0 <= operation)
        {
            let (key, trip) = first.remove_entry();
            has_failed |= key.0 == operation && !trip.has_come;
        }
        has_failed
    }

    #[cfg(test)]
    pub(super) fn under_way(&self) -> usize {
        self.trips.len()
    }
}

impl Observers {
    /// A centre took a try in behind so many others.
    pub(super) fn came(
        &mut self,
        process: u32,
        (operation, attempt): (u32, u8),
        queue: u32,
        now: VirtualTime,
    ) {
        let Some(relays) = &mut self.relays else { return };
        if let Some(place) = relays.overlay.place(process) {
            relays.centres[place].here = queue + 1;
        }
        let has_failed = relays.came(process, operation, attempt, now);
        self.mark(operation, Event::HandoffFailed, has_failed);
    }

    /// A router turned a try away, or sent it back.
    pub(super) fn turned_away(
        &mut self,
        process: u32,
        (operation, attempt): (u32, u8),
        why: Refusal,
        now: VirtualTime,
    ) {
        let is_return = matches!(why, Refusal::Strayed | Refusal::Unreachable);
        if self.touch(operation, now).is_none() {
            return;
        }
        self.mark(operation, if is_return { Event::Returned } else { Event::Rejected }, true);
        let Some(relays) = &mut self.relays else { return };
        if is_return || why == Refusal::Late {
            return relays.leaves(process);
        }
        let was_handed = relays.is_awaited(process, operation, attempt);
        relays.came(process, operation, attempt, now);
        self.mark(operation, Event::HandoffFailed, was_handed);
    }

    /// A centre sent a copy on to another.
    pub(super) fn forwarded(&mut self, forward: &Forward, now: VirtualTime) {
        if self.touch(forward.operation, now).is_none() {
            return;
        }
        let Some(relays) = &mut self.relays else { return };
        let events = relays.forward(forward, now);
        relays.leaves(forward.from);
        events.into_iter().flatten().for_each(|event| self.mark(forward.operation, event, true));
    }

    /// A router sends a try to the validators.
    pub(super) fn arrived(&mut self, process: u32, operation: u32, attempt: u8, now: VirtualTime) {
        let Some(slot) = self.touch(operation, now) else { return };
        let Some(relays) = &mut self.relays else { return };
        relays.leaves(process);
        let record = self.ledger.record(slot);
        if record.router[1] != NEVER {
            return;
        }
        let home = relays.overlay.place(process);
        let trip = relays.trip(process, operation, attempt).copied();
        let (hops, fewest) = trip
            .zip(home)
            .map_or((0, 0), |(trip, home)| (trip.hops, relays.fewest[trip.entry][home]));
        let error = trip.map(|trip| {
            let took = now.since(trip.since);
            took.saturating_sub(trip.eta).max(trip.eta.saturating_sub(took))
        });
        for phase in phases_of(record.phases) {
            let tally: &mut Tally = &mut self.tallies[phase];
            tally.samples_mut(Sample::Hops).record(hops.into());
            tally.arrived(Sample::EtaError, error);
            tally.ways.hops += u64::from(hops);
            tally.ways.fewest += u64::from(fewest);
        }
    }

    /// A validator checked the stamps of a try.
    pub(super) fn scanned(&mut self, operation: u32, scans: u8, valid: u8, now: VirtualTime) {
        let Some(slot) = self.touch(operation, now) else { return };
        for phase in phases_of(self.ledger.record(slot).phases) {
            let ways = &mut self.tallies[phase].ways;
            ways.scans += u64::from(scans);
            ways.valid += u64::from(valid);
        }
    }

    /// What never came where it was sent on to was not handed over.
    pub(super) fn settle_relays(&mut self, operation: u32) {
        let has_failed = self.relays.as_mut().is_some_and(|relays| relays.settle(operation));
        self.mark(operation, Event::HandoffFailed, has_failed);
    }

    fn mark(&mut self, operation: u32, event: Event, holds: bool) {
        if let Some(record) = self.ledger.live(operation).filter(|_| holds) {
            record.events.add(event);
        }
    }
}

#[cfg(test)]
mod tests;
