//! A router as a sorting centre: which way operations go on, what neighbours are told, and what
//! they have taken over.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Guest;
use super::passing::Trip;
use crate::actors::Packet;
use crate::actors::passage::{Relayed, Scan, Stay};
use crate::attestation::{Id, Signer};
use crate::flow::routing::{Effect, News, Route, Routing, home};
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::network::{Desk, Fortune, TimerSlot};
use crate::trace::{Fact, Refusal};

/// Timers of a centre have slots from here on, far from those of work.
const FIRST_SLOT: u32 = 1 << 31;
/// Slots that they use in turn.
const SLOTS: u32 = 1 << 30;

/// A centre's place among others.
pub struct CentreSeat {
    /// How it finds ways.
    pub routing: Box<dyn Routing>,
    /// Its number.
    pub me: usize,
    /// How many there are.
    pub centres: usize,
    /// The process of the first; the others follow.
    pub first: ProcessId,
}

/// A centre's side of the overlay.
pub(super) struct Centre {
    me: usize,
    /// The process of centre 0; the others follow.
    first: ProcessId,
    routing: Box<dyn Routing>,
    /// By centre; only neighbours hand one another anything.
    links: Vec<Link>,
    /// When the timer rings that counts, and its place in the count of timers.
    alarm: (VirtualTime, u32),
    effects: Vec<Effect>,
}

/// What was handed over between two centres.
#[derive(Default)]
struct Link {
    /// How many were handed over.
    sent: u32,
    /// One more than the last number that came.
    taken: u32,
    /// What the neighbour has not said it took, where that is looked at.
    kept: VecDeque<Arc<Relayed>>,
}

impl Centre {
    /// Nothing was handed over yet.
    pub(super) fn new(seat: CentreSeat) -> Self {
        let CentreSeat { routing, me, centres, first } = seat;
        let links = (0..centres).map(|_| Link::default()).collect();
        let alarm = (VirtualTime::MAX, 0);
        Self { me, first, routing, links, alarm, effects: Vec::new() }
    }

    /// Whether a timer is a centre's.
    pub(super) const fn is_slot(slot: TimerSlot) -> bool {
        slot.0 >= FIRST_SLOT && slot.0 < FIRST_SLOT + SLOTS
    }

    pub(super) fn begin(&mut self, is_anew: bool, desk: &Desk<'_, Packet>) {
        self.alarm.0 = VirtualTime::MAX;
        self.routing.begin(desk.now(), is_anew);
    }

    pub(super) fn crash(&mut self) {
        self.links.iter_mut().for_each(|link| link.kept.clear());
    }

    pub(super) fn pace(&mut self, now: VirtualTime, pace: u64) {
        self.routing.pace(now, pace);
    }

    /// The centre that an operation is addressed to, unless it is this one.
    pub(super) fn elsewhere(&self, guest: &Guest) -> Option<usize> {
        let subject = guest.submission.item.signed.attestation.subject;
        Some(home(subject, self.links.len())).filter(|home| *home != self.me)
    }

    /// An operation comes from a neighbour.
    pub(super) fn take(&mut self, from: ProcessId, relayed: &Relayed, trip: Trip) -> Guest {
        if let Some(link) = self.link(from) {
            link.taken = link.taken.max(relayed.sequence + 1);
        }
        let submission = Arc::clone(&relayed.submission);
        let trip = Trip { scans: Arc::clone(&relayed.scans), copy: relayed.copy, ..trip };
        Guest { client: relayed.client, submission, trip: Some(Box::new(trip)) }
    }

    /// A neighbour tells something, and what it has taken.
    pub(super) fn hear(&mut self, now: VirtualTime, from: ProcessId, news: &News, taken: u32) {
        let Some(link) = self.link(from) else { return };
        while link.kept.front().is_some_and(|first| first.sequence < taken) {
            link.kept.pop_front();
        }
        let from = (from.0 - self.first.0) as usize;
        self.routing.hear(now, from, news);
    }

    fn link(&mut self, with: ProcessId) -> Option<&mut Link> {
        self.links.get_mut(with.0.checked_sub(self.first.0)? as usize)
    }

    /// Stamps an operation and sends it on; or says why it goes back.
    pub(super) fn forward(
        &mut self,
        guest: &Guest,
        to: usize,
        signer: &Signer,
        desk: &mut Desk<'_, Packet>,
    ) -> Result<(), Refusal> {
        let Some(trip) = &guest.trip else { return Err(Refusal::Unreachable) };
        let hop = trip.scans.len() as u8;
        if hop >= self.routing.most_hops() {
            return Err(Refusal::Strayed);
        }
        let route = self.routing.route(to).ok_or(Refusal::Unreachable)?;
        let mut scans = Vec::clone(&trip.scans);
        scans.push(scan(trip, &guest.submission.item.id(), signer, desk));
        let relayed = Relayed {
            client: guest.client,
            submission: Arc::clone(&guest.submission),
            scans: Arc::new(scans),
            copy: trip.copy,
            sequence: 0,
        };
        self.send(relayed, to, route, desk);
        Ok(())
    }

    fn send(&mut self, relayed: Relayed, to: usize, route: Route, desk: &mut Desk<'_, Packet>) {
        let link = &mut self.links[route.via];
        let relayed = Arc::new(Relayed { sequence: link.sent, ..relayed });
        link.sent += 1;
        let process = |centre: usize| ProcessId(self.first.0 + centre as u32);
        let (next, home) = (process(route.via), process(to).0);
        let item = &relayed.submission.item;
        let (operation, attempt) = (item.signed.attestation.operation.0, item.attempt);
        let micros = route.distance.cost.as_nanos() / 1_000;
        let eta = u32::try_from(micros).unwrap_or(u32::MAX);
        let hop = relayed.scans.len() as u8 - 1;
        let copy = relayed.copy;
        desk.fact(Fact::Forwarded { operation, attempt, hop, copy, to: next.0, home, eta });
        if self.routing.keeps() {
            link.kept.push_back(Arc::clone(&relayed));
        }
        let fortune = Fortune::Operation { number: operation, attempt, leg: 6 };
        desk.send(next, Packet::Relayed(relayed), fortune);
    }

    /// Does what the policy has due while an operation waits here for so long; gives back what no
    /// way leads on from here.
    pub(super) fn act(&mut self, wait: Span, desk: &mut Desk<'_, Packet>) -> Vec<Guest> {
        let mut stranded = Vec::new();
        self.routing.act(desk.now(), wait, &mut self.effects);
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Tell(to, news) => {
                    let taken = self.links[to].taken;
                    let to = ProcessId(self.first.0 + to as u32);
                    desk.send(to, Packet::News(Arc::new(news), taken), Fortune::Protocol);
                }
                Effect::Closed(neighbour) => self.send_anew(neighbour, &mut stranded, desk),
            }
        }
        self.set_alarm(desk);
        stranded
    }

    /// What a neighbour has not taken goes another way.
    fn send_anew(
        &mut self,
        neighbour: usize,
        stranded: &mut Vec<Guest>,
        desk: &mut Desk<'_, Packet>,
    ) {
        for kept in std::mem::take(&mut self.links[neighbour].kept) {
            let submission = Arc::clone(&kept.submission);
            let guest = Guest { client: kept.client, submission, trip: None };
            let Some(to) = self.elsewhere(&guest) else { continue };
            let Some(route) = self.routing.route(to) else {
                stranded.push(guest);
                continue;
            };
            let (submission, scans) = (guest.submission, Arc::clone(&kept.scans));
            let copy = self.me as u8 + 1;
            let relayed = Relayed { client: kept.client, submission, scans, copy, sequence: 0 };
            self.send(relayed, to, route, desk);
        }
    }

    /// The timer that was set last is the only one that counts.
    fn set_alarm(&mut self, desk: &mut Desk<'_, Packet>) {
        let due = self.routing.due();
        if due < self.alarm.0 {
            self.alarm = (due, (self.alarm.1 + 1) % SLOTS);
            let wait = due.since(desk.now().min(due)).max(Span::TICK);
            desk.timer(wait, TimerSlot(FIRST_SLOT + self.alarm.1));
        }
    }

    /// A timer of a centre rings; whether it counts.
    pub(super) fn rings(&mut self, slot: TimerSlot) -> bool {
        let counts = slot.0 == FIRST_SLOT + self.alarm.1;
        if counts {
            self.alarm.0 = VirtualTime::MAX;
        }
        counts
    }
}

fn scan(trip: &Trip, id: &Id, signer: &Signer, desk: &Desk<'_, Packet>) -> Scan {
    let stay = Stay { came: trip.came, left: desk.local_now(), queue: trip.queue };
    let signature = signer.sign(&stay.statement(id, trip.scans.len() as u8));
    Scan { centre: desk.me(), stay, signature }
}

#[cfg(test)]
mod tests;
