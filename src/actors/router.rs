//! A router: takes operations in, stamps them and passes them to every validator, or to the next
//! router on the way to where they are addressed.
//!
//! Who waits for whom is up to its admission, bulkheads and breakers; what happens when there is
//! too much, to its backpressure.

mod centre;
mod floor;
mod lanes;
mod passing;
mod vitals;

use std::collections::VecDeque;
use std::sync::Arc;

use self::centre::Centre;
pub use self::centre::CentreSeat;
use self::floor::{Ended, Floor, Turn};
use self::lanes::Work;
use self::passing::Trip;
use self::vitals::Vitals;
use super::Packet;
use super::packet::{Handed, Promise, Submission};
use crate::attestation::{Action, Operation, Signer};
use crate::flow::admission::Admission;
use crate::flow::backpressure::{Back, Backpressure, Entry};
use crate::flow::breaker::Breaker;
use crate::flow::bulkheads::{Bulkheads, Compartment};
use crate::flow::{Job, Lane, Lanes};
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::network::{Desk, Fortune, PartHealth, Resident, TimerSlot};
use crate::trace::{Fact, Refusal};

/// What all routers of a run have in common.
#[derive(Clone, Debug)]
pub struct RouterSetting {
    /// Validators, as processes 0 and up.
    pub validators: u32,
    /// Work on one operation, lane by lane; the hook's comes with the operation.
    pub work: Lanes<Span>,
    /// Work on a promise: its signature.
    pub promise: Span,
    /// Clients that want to hear how many operations are here, and how often.
    pub listeners: Option<(std::ops::Range<u32>, Span)>,
}

/// Makes the queue of a compartment.
pub type MakeAdmission = Box<dyn Fn(&Compartment) -> Box<dyn Admission> + Send>;

/// The policies of one router.
pub struct RouterPolicies {
    /// How workers are divided.
    pub bulkheads: Box<dyn Bulkheads>,
    /// Makes the queue of a compartment.
    pub admission: MakeAdmission,
    /// What happens when there is too much.
    pub backpressure: Box<dyn Backpressure>,
    /// Breakers by lane, where there are any.
    pub breakers: Option<Lanes<Box<dyn Breaker>>>,
    /// Its place, where routers are centres.
    pub seat: Option<CentreSeat>,
}

/// One router.
pub struct Router {
    setting: Arc<RouterSetting>,
    signer: Signer,
    backpressure: Box<dyn Backpressure>,
    breakers: Option<Lanes<Box<dyn Breaker>>>,
    floor: Floor<Guest>,
    /// What waits outside until there is room.
    parked: VecDeque<Guest>,
    routed: u32,
    /// How many operations were here when that was last told.
    told: u32,
    /// What its operators see and set.
    vitals: Vitals,
    /// Its side of the overlay, where routers are centres.
    centre: Option<Box<Centre>>,
}

/// A submission and who sent it.
struct Guest {
    client: ProcessId,
    submission: Arc<Submission>,
    /// Where it has been, where routers are centres.
    trip: Option<Box<Trip>>,
}

/// The part of a router that tells tables; others are its lanes.
pub const GOSSIP_PART: u8 = u8::MAX;

/// The slot of the timer by which news of the queue goes out.
const NEWS: TimerSlot = TimerSlot(u32::MAX - 1);

impl Router {
    /// An idle router that signs stamps with `signer`.
    pub fn new(setting: Arc<RouterSetting>, policies: RouterPolicies, signer: Signer) -> Self {
        let RouterPolicies { bulkheads, admission, backpressure, breakers, seat } = policies;
        let floor = Floor::new(bulkheads, admission);
        let parked = VecDeque::new();
        let centre = seat.map(|seat| Box::new(Centre::new(seat)));
        let (routed, told, vitals) = (0, 0, Vitals::default());
        Self {
            setting,
            signer,
            backpressure,
            breakers,
            floor,
            parked,
            routed,
            told,
            vitals,
            centre,
        }
    }

    fn arrive(&mut self, guest: Guest, desk: &mut Desk<'_, Packet>) {
        self.floor.tell(desk);
        if guest.is_first_stop() && self.vitals.turns_away() {
            return self.refuse(&guest, Refusal::Drained, desk);
        }
        match self.backpressure.arrives(self.floor.here()) {
            Entry::Take if !self.floor.has_room(desk) => self.refuse(&guest, Refusal::Full, desk),
            Entry::Take => self.enter(guest, desk),
            Entry::Refuse => self.refuse(&guest, Refusal::Full, desk),
            Entry::Park => self.parked.push_back(guest),
            Entry::Lose => {
                let (operation, attempt) = names(&guest);
                desk.fact(Fact::Rejected { operation, attempt, why: Refusal::Lost });
            }
        }
    }

    fn enter(&mut self, guest: Guest, desk: &mut Desk<'_, Packet>) {
        let work = self.work_on(&guest);
        if !self.breakers_let_in(&work, desk.now()) {
            return self.refuse(&guest, Refusal::Broken, desk);
        }
        let (operation, attempt) = names(&guest);
        desk.fact(Fact::Admitted { operation, attempt, queue: self.floor.here() });
        self.give_back(&guest, Back::Entered, desk);
        if guest.submission.needs.promise && guest.is_first_stop() {
            self.promise(&guest, desk);
        }
        let needs = guest.submission.needs;
        let job = Job {
            slot: 0,
            came: desk.now(),
            deadline: needs.deadline,
            priority: needs.priority,
            flow: guest.client.0,
            work: work.0.into_iter().fold(Span::ZERO, |all, lane| all + lane),
        };
        self.floor.come(guest, job, work);
        self.work_off(desk);
    }

    /// What it costs, lane by lane.
    fn work_on(&self, guest: &Guest) -> Work {
        let submission = &guest.submission;
        let mut work = self.setting.work;
        let action = &submission.item.signed.attestation.action;
        let other = if matches!(action, Action::Revoke(_)) { Lane::Order } else { Lane::Revoke };
        *work.of_mut(other) = Span::ZERO;
        if guest.is_first_stop() {
            *work.of_mut(Lane::Hook) = submission.needs.hook;
            if submission.needs.promise {
                *work.of_mut(Lane::Ingress) += self.setting.promise;
            }
        }
        work
    }

    fn breakers_let_in(&mut self, work: &Work, now: VirtualTime) -> bool {
        let Some(breakers) = &mut self.breakers else { return true };
        let mut needed = Lane::ALL.into_iter().filter(|lane| *work.of(*lane) > Span::ZERO);
        needed.all(|lane| breakers.of_mut(lane).lets_in(now))
    }

    /// Gives every free worker something to do.
    fn work_off(&mut self, desk: &mut Desk<'_, Packet>) {
        while let Some(turn) = self.floor.turn(desk) {
            match turn {
                Turn::First(slot, came) => self.begin(slot, came, desk),
                Turn::More(slot) => self.floor.begin(slot, desk),
                Turn::Late(slot) => self.turn_away(slot, desk),
            }
        }
    }

    fn begin(&mut self, slot: u32, came: VirtualTime, desk: &mut Desk<'_, Packet>) {
        let now = desk.now();
        if !self.backpressure.starts(now, now.since(came)) {
            return self.turn_away(slot, desk);
        }
        if let Some(guest) = self.floor.thing(slot) {
            let (operation, attempt) = names(guest);
            desk.fact(Fact::Begun { operation, attempt });
        }
        self.floor.begin(slot, desk);
    }

    fn turn_away(&mut self, slot: u32, desk: &mut Desk<'_, Packet>) {
        if let Some(Ended { thing, .. }) = self.floor.leave(slot) {
            self.refuse(&thing, Refusal::Late, desk);
        }
    }

    fn refuse(&mut self, guest: &Guest, why: Refusal, desk: &mut Desk<'_, Packet>) {
        self.vitals.refused += 1;
        let (operation, attempt) = names(guest);
        desk.fact(Fact::Rejected { operation, attempt, why });
        let fortune = Fortune::Operation { number: operation, attempt, leg: 2 };
        desk.send(guest.client, Packet::Busy(Operation(operation), attempt), fortune);
    }

    fn promise(&self, guest: &Guest, desk: &mut Desk<'_, Packet>) {
        let (id, (number, attempt)) = (guest.submission.item.id(), names(guest));
        let signature = self.signer.sign(&Promise::statement(&id));
        let promise = Promise { id, operation: Operation(number), attempt, signature };
        let fortune = Fortune::Operation { number, attempt, leg: 2 };
        desk.send(guest.client, Packet::Promise(Arc::new(promise)), fortune);
    }

    /// Gives the client its permit back, if it is time for that.
    fn give_back(&self, guest: &Guest, now: Back, desk: &mut Desk<'_, Packet>) {
        let is_time = self.backpressure.window().is_some_and(|window| window.back == now);
        if is_time && guest.is_first_stop() {
            let (operation, attempt) = names(guest);
            let fortune = Fortune::Operation { number: operation, attempt, leg: 2 };
            desk.send(guest.client, Packet::Permit(Operation(operation), attempt), fortune);
        }
    }

    /// Lets in what waits outside, as far as there is room.
    fn let_in(&mut self, desk: &mut Desk<'_, Packet>) {
        while !self.parked.is_empty() && self.backpressure.arrives(self.floor.here()) == Entry::Take
        {
            if let Some(guest) = self.parked.pop_front() {
                self.enter(guest, desk);
            }
        }
    }

    /// To where it is addressed, or to the validators.
    fn pass_on(&mut self, guest: &Guest, desk: &mut Desk<'_, Packet>) {
        let away = self.centre.as_ref().and_then(|centre| centre.elsewhere(guest));
        let (Some(to), Some(centre)) = (away, &mut self.centre) else {
            return self.hand_over(guest, desk);
        };
        if let Err(why) = centre.forward(guest, to, &self.signer, desk) {
            self.refuse(guest, why, desk);
        }
    }

    fn hand_over(&mut self, guest: &Guest, desk: &mut Desk<'_, Packet>) {
        let item = guest.submission.item.clone();
        let (number, attempt) = (item.signed.attestation.operation.0, item.attempt);
        let sequence = self.routed;
        self.routed += 1;
        desk.fact(Fact::Routed { operation: number, attempt, sequence });
        let scans = guest.trip.as_ref().map(|trip| Arc::clone(&trip.scans));
        let handed = Arc::new(Handed::new(item, sequence, &self.signer, scans));
        for validator in 0..self.setting.validators {
            let fortune = Fortune::Operation { number, attempt, leg: 1 };
            desk.send(ProcessId(validator), Packet::Handed(Arc::clone(&handed)), fortune);
        }
    }

    fn worked(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        let (now, breakers) = (desk.now(), &mut self.breakers);
        let ended = self.floor.end(slot, now, |lane, span| {
            if let Some(breakers) = breakers {
                breakers.of_mut(lane).took(now, span);
            }
        });
        if let Some(Ended { thing, job }) = ended {
            self.backpressure.ends(now, now.since(job.came), self.floor.here());
            self.pass_on(&thing, desk);
            self.give_back(&thing, Back::Done, desk);
        }
        self.work_off(desk);
        self.let_in(desk);
    }

    /// Tells clients how many operations are here, if it is to do so whenever that changes.
    fn tell_change(&mut self, desk: &mut Desk<'_, Packet>) {
        let is_at_once =
            self.setting.listeners.as_ref().is_some_and(|(_, pause)| *pause == Span::ZERO);
        if is_at_once && std::mem::replace(&mut self.told, self.floor.here()) != self.told {
            self.tell_news(desk);
        }
    }

    /// Tells clients how many operations are here.
    fn tell_news(&self, desk: &mut Desk<'_, Packet>) {
        let Some((clients, pause)) = &self.setting.listeners else { return };
        for client in clients.clone() {
            desk.send(ProcessId(client), Packet::Depth(self.floor.here()), Fortune::Protocol);
        }
        if *pause > Span::ZERO {
            desk.timer(*pause, NEWS);
        }
    }
}

impl Guest {
    /// It comes from its client, not from another centre.
    fn is_first_stop(&self) -> bool {
        self.trip.as_ref().is_none_or(|trip| trip.scans.is_empty())
    }
}

fn names(guest: &Guest) -> (u32, u8) {
    let item = &guest.submission.item;
    (item.signed.attestation.operation.0, item.attempt)
}

impl Resident for Router {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        self.tell_news(desk);
        self.begin_as_centre(false, desk);
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match packet {
            Packet::Submit(submission) => self.submitted(from, submission, desk),
            Packet::Relayed(relayed) => self.relayed(from, &relayed, desk),
            Packet::News(news, taken) => {
                if let Some(centre) = &mut self.centre {
                    centre.hear(desk.now(), from, &news, taken);
                }
            }
            Packet::Scrape(round) => self.show_reading(from, round, desk),
            Packet::Plan(_)
            | Packet::Done { .. }
            | Packet::Busy(..)
            | Packet::Promise(_)
            | Packet::Permit(..)
            | Packet::Depth(_)
            | Packet::Handed(_)
            | Packet::Ack(_)
            | Packet::Named(_)
            | Packet::Protocol(..)
            | Packet::Ask(_)
            | Packet::Answer(_)
            | Packet::Need(_)
            | Packet::Fetch(_)
            | Packet::Page(_)
            | Packet::Proof(_)
            | Packet::Look(_)
            | Packet::Reading(..)
            | Packet::Alert(..)
            | Packet::Ticket(_)
            | Packet::Known(_)
            | Packet::Probe(..)
            | Packet::Beat(_)
            | Packet::Suspect(_)
            | Packet::Show(_) => {}
        }
        self.act_as_centre(desk);
        self.tell_change(desk);
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        self.floor.tell(desk);
        match slot {
            NEWS => self.tell_news(desk),
            slot if Centre::is_slot(slot) => {
                let centre = self.centre.as_mut();
                if !centre.is_some_and(|centre| centre.rings(slot)) {
                    return;
                }
            }
            slot => self.worked(slot, desk),
        }
        self.act_as_centre(desk);
        self.tell_change(desk);
    }

    fn crash(&mut self, _state_lost: bool) {
        self.floor.clear();
        self.parked.clear();
        if let Some(centre) = &mut self.centre {
            centre.crash();
        }
    }

    fn restart(&mut self, desk: &mut Desk<'_, Packet>) {
        self.tell_news(desk);
        self.begin_as_centre(true, desk);
    }

    fn throttle(&mut self, share: u16) {
        self.vitals.throttle(share);
    }

    fn limit(&mut self, most: u32) {
        self.backpressure.limit(most);
    }

    fn ail(&mut self, part: u8, health: PartHealth, desk: &mut Desk<'_, Packet>) {
        if let Some(lane) = Lane::ALL.get(usize::from(part)) {
            self.floor.ail(*lane, health, desk);
        } else if let Some(centre) = self.centre.as_mut().filter(|_| part == GOSSIP_PART) {
            centre.pace(desk.now(), health.pace);
            self.act_as_centre(desk);
        }
    }
}

#[cfg(test)]
mod tests;
