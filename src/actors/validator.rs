//! A validator: verify, order, apply, answer. Every message is priced before it is handled.

mod ahead;
mod apply;
mod evidence;
mod journal;
mod misdeeds;
mod reply;
mod scans;
mod setting;
mod watch;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use self::evidence::Evidence;
use self::journal::Journal;
pub use self::setting::{Costs, ValidatorSetting};
use self::watch::Watch;
pub use self::watch::WatchSetting;
use super::Packet;
use super::byzantine::{Byzantine, Parcel};
use super::packet::{Ask, Face, Handed, Look};
use super::pool::Pool;
use super::rows::Place;
use super::slots::Slots;
use crate::attestation::{Registry, Rules, Signer, Verdict};
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::network::{Desk, Fortune, Misdeed, Resident, TimerSlot};
use crate::ordering::{Carried, HostedEffect, HostedReplica, Item, Peer, TimerId, Work};
use crate::trace::Fact;

/// One validator.
pub struct Validator {
    setting: ValidatorSetting,
    signer: Signer,
    replica: Box<dyn HostedReplica>,
    effects: Vec<HostedEffect>,
    registry: Registry,
    /// Next place in its order.
    position: u32,
    /// Verifies, handles protocol messages and answers questions.
    workers: Pool,
    jobs: Slots<Job>,
    /// What it applies, one after another in the order of delivery, with what each was priced at;
    /// the first is being worked on.
    lane: VecDeque<(Change, Span)>,
    timers: BTreeMap<(Face, TimerId), TimerSlot>,
    is_up: bool,
    state_lost: bool,
    /// What it does wrong.
    byzantine: Option<Box<Byzantine>>,
    /// What it can show relying parties, where there are any.
    evidence: Option<Box<Evidence>>,
    /// What it sees of the others, and what a monitor sees of it, where anybody watches.
    watch: Option<Box<Watch>>,
    /// What indexers copy, where there are any.
    journal: Option<Box<Journal>>,
    /// How many wait for their time.
    early: u32,
}

/// The slot of the timer by which the first in its lane is done.
const APPLY: TimerSlot = TimerSlot(u32::MAX);

/// Something that a timer will come back to.
enum Job {
    Handed(Arc<Handed>, ProcessId),
    /// What is dated in the future, until then.
    Early(Item),
    Protocol(Arc<Carried>, Option<Face>, ProcessId),
    Ask(Arc<Ask>, ProcessId),
    Look(Arc<Look>, ProcessId),
    Fetch(Place, ProcessId),
    Timer(Face, TimerId),
    /// What was kept back leaves.
    Post(Box<Parcel>),
    /// The amnesia of that rule, and how often it strikes.
    Relapse(u16, Span),
    /// It looks at the others.
    Watch,
}

/// A change of the registry that the order has decided on.
enum Change {
    /// With its age when it came.
    Apply(Item, Span),
    Retract(Item),
    /// Taken back before it was applied.
    Nothing,
}

impl Validator {
    /// A validator with an empty registry that hosts `replica`.
    pub fn new(setting: ValidatorSetting, signer: Signer, replica: Box<dyn HostedReplica>) -> Self {
        let evidence = setting.shows.then(|| Box::new(Evidence::new(setting.retention)));
        let journal = setting.journal.map(|keeps| Box::new(Journal::new(keeps)));
        Self {
            setting,
            signer,
            replica,
            effects: Vec::new(),
            registry: setting.registry(),
            position: 0,
            workers: Pool::new(setting.cores),
            jobs: Slots::default(),
            lane: VecDeque::new(),
            timers: BTreeMap::new(),
            is_up: true,
            state_lost: false,
            byzantine: None,
            evidence,
            watch: setting.watch.map(|watch| Box::new(Watch::new(watch))),
            journal,
            early: 0,
        }
    }

    fn take_in(&mut self, job: Job, work: Span, desk: &mut Desk<'_, Packet>) {
        let slot = self.jobs.put(job);
        self.workers.begin(self.setting.costs.receive + work, slot, desk);
    }

    fn received(&mut self, from: ProcessId, handed: Arc<Handed>, desk: &mut Desk<'_, Packet>) {
        let operation = handed.item.signed.attestation.operation.0;
        let (attempt, sequence) = (handed.item.attempt, handed.sequence);
        desk.fact(Fact::Received { operation, attempt, router: from.0, sequence });
        if let Some(watch) = &mut self.watch {
            watch.came(operation, from, desk.now());
        }
        let work = self.cost_of_stamps(&handed);
        self.take_in(Job::Handed(handed, from), work, desk);
    }

    fn verified(&mut self, handed: &Handed, router: ProcessId, desk: &mut Desk<'_, Packet>) {
        let item = handed.item.clone();
        if !self.stamps_hold(handed, router, desk) {
            return;
        }
        if item.signed.is_genuine(self.signer.ring()) {
            self.keep_stamps(&item, desk);
            self.let_in(item, desk);
        } else {
            self.refuse_forged(&item, desk);
        }
    }

    fn refuse_forged(&mut self, item: &Item, desk: &mut Desk<'_, Packet>) {
        let (operation, attempt) = names(item);
        desk.fact(Fact::Verified { operation, attempt, genuine: false });
        if let Some(watch) = &mut self.watch {
            watch.is_done_with(operation);
        }
        let verdict = self.setting.profile.of_forged(&item.signed.attestation);
        let (again, resolved) = (false, Fact::NONE);
        desk.fact(Fact::Applied { operation, attempt, verdict, again, resolved });
        self.ack(item, verdict, desk);
    }

    /// What is genuine goes to the ordering, unless it is in already. What comes before its time is
    /// not received, as far as the ordering goes, until that has come.
    fn let_in(&mut self, item: Item, desk: &mut Desk<'_, Packet>) {
        let is_in = self.registry.has(&item.signed, item.attempt);
        if !is_in && self.is_early(&item, desk) {
            return;
        }
        let (operation, attempt) = names(&item);
        desk.fact(Fact::Verified { operation, attempt, genuine: true });
        if is_in {
            if let Some(watch) = &mut self.watch {
                watch.is_done_with(operation);
            }
            return self.ack(&item, Verdict::Accepted, desk);
        }
        let byzantine = self.byzantine.as_ref();
        let face = byzantine.map_or(Face::First, |byzantine| byzantine.taker(&item.id()));
        let other = byzantine.and_then(|known| known.impostor.as_ref()).map(|_| item.clone());
        self.call(face, desk, |replica, now, out| replica.submit(now, item, out));
        if let Some(item) = other {
            self.call(Face::Impostor, desk, |replica, now, out| replica.submit(now, item, out));
        }
    }

    /// Does what an instance asked for, in order. Only what the first delivers is applied.
    fn obey(&mut self, face: Face, desk: &mut Desk<'_, Packet>) {
        let mut effects = std::mem::take(&mut self.effects);
        for effect in effects.drain(..) {
            match effect {
                HostedEffect::Send(Peer::Replica(to), message) => {
                    self.tell(face, ProcessId(to.into()), message, desk);
                }
                HostedEffect::Send(Peer::Submitter(to), message) => {
                    self.tell(face, ProcessId(to), message, desk);
                }
                HostedEffect::Broadcast(message) => self.broadcast(face, &message, desk),
                HostedEffect::SetTimer(span, timer) => self.set_timer(span, (face, timer), desk),
                HostedEffect::CancelTimer(timer) => self.cancel_timer((face, timer)),
                _ if face != Face::First => {}
                HostedEffect::Deliver { item, is_final, joins } => {
                    self.delivered(item, (is_final, joins), desk);
                }
                HostedEffect::Retract(item) => self.retracted(item, desk),
                HostedEffect::Certificate(item) => {
                    let (operation, attempt) = names(&item);
                    desk.fact(Fact::Finalised { operation, attempt });
                }
                HostedEffect::Relayed(item, from) => {
                    let (operation, attempt) = names(&item);
                    desk.fact(Fact::Relayed { operation, attempt, from: from.into() });
                }
                HostedEffect::Propose(item) => {
                    let (operation, attempt) = names(&item);
                    desk.fact(Fact::Proposed { operation, attempt });
                }
                HostedEffect::Waits(item) => {
                    let (operation, attempt) = names(&item);
                    desk.fact(Fact::Waits { operation, attempt });
                }
                HostedEffect::Note(note, value) => desk.fact(Fact::Note { note, value }),
            }
        }
        self.effects = effects;
    }

    fn tell(
        &mut self,
        face: Face,
        to: ProcessId,
        message: Arc<Carried>,
        desk: &mut Desk<'_, Packet>,
    ) {
        self.say(face, (to, Packet::Protocol(message, None)), Fortune::Protocol, desk);
    }

    fn broadcast(&mut self, face: Face, message: &Arc<Carried>, desk: &mut Desk<'_, Packet>) {
        for to in (0..self.setting.validators).map(ProcessId) {
            if to != desk.me() {
                self.tell(face, to, Arc::clone(message), desk);
            }
        }
    }

    fn set_timer(&mut self, span: Span, timer: (Face, TimerId), desk: &mut Desk<'_, Packet>) {
        self.cancel_timer(timer);
        let slot = self.jobs.put(Job::Timer(timer.0, timer.1));
        self.timers.insert(timer, slot);
        desk.timer(span, slot);
    }

    /// The slot stays taken until its timer comes, so that it cannot be mistaken for another's.
    fn cancel_timer(&mut self, timer: (Face, TimerId)) {
        self.timers.remove(&timer);
    }

    fn timer_due(
        &mut self,
        (face, timer): (Face, TimerId),
        slot: TimerSlot,
        desk: &mut Desk<'_, Packet>,
    ) {
        if self.timers.get(&(face, timer)) == Some(&slot) {
            self.timers.remove(&(face, timer));
            self.call(face, desk, |replica, now, out| replica.timer(now, timer, out));
        }
    }

    fn heard(
        &mut self,
        (carried, mark): (&Carried, Option<Face>),
        from: ProcessId,
        desk: &mut Desk<'_, Packet>,
    ) {
        let byzantine = self.byzantine.as_ref();
        let face = byzantine.map_or(Face::First, |byzantine| byzantine.listener(from, mark));
        let from = match from.0 {
            number if number < self.setting.validators => Peer::Replica(number as u16),
            number => Peer::Submitter(number),
        };
        self.call(face, desk, |replica, now, out| replica.receive(now, from, carried, out));
        self.call(Face::Impostor, desk, |replica, now, out| {
            replica.receive(now, from, carried, out);
        });
    }

    fn cost_of(&self, work: Work) -> Span {
        let costs = self.setting.costs;
        costs.verify * u64::from(work.verify) + costs.sign * u64::from(work.sign)
    }
}

impl Resident for Validator {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        self.call(Face::First, desk, |replica, now, out| replica.start(now, out));
        self.begin_watch(desk);
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        if !self.hears(from, &packet, desk) {
            return;
        }
        match packet {
            // What the committee says to itself is not cut: that would break it, not fill it.
            Packet::Handed(_) | Packet::Ask(_) | Packet::Look(_) | Packet::Fetch(_)
                if !self.workers.has_room(desk) => {}
            Packet::Handed(handed) => self.received(from, handed, desk),
            Packet::Protocol(carried, mark) => {
                let work = self.cost_of(carried.work);
                self.take_in(Job::Protocol(carried, mark, from), work, desk);
            }
            Packet::Ask(ask) => {
                let work = self.setting.costs.read;
                self.take_in(Job::Ask(ask, from), work, desk);
            }
            Packet::Look(look) => {
                let work = self.setting.costs.read;
                self.take_in(Job::Look(look, from), work, desk);
            }
            Packet::Fetch(place) => {
                let work = self.setting.costs.read;
                self.take_in(Job::Fetch(place, from), work, desk);
            }
            Packet::Scrape(round) => self.show_reading(from, round, desk),
            Packet::Beat(beat) => self.heard_beat(from, &beat, desk),
            Packet::Plan(_)
            | Packet::Reading(..)
            | Packet::Alert(..)
            | Packet::Ticket(_)
            | Packet::Known(_)
            | Packet::Probe(..)
            | Packet::Suspect(_)
            | Packet::Done { .. }
            | Packet::Submit(_)
            | Packet::Relayed(_)
            | Packet::News(..)
            | Packet::Busy(..)
            | Packet::Permit(..)
            | Packet::Promise(_)
            | Packet::Depth(_)
            | Packet::Ack(_)
            | Packet::Named(_)
            | Packet::Answer(_)
            | Packet::Proof(_)
            | Packet::Need(_)
            | Packet::Page(_)
            | Packet::Show(_) => {}
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        if slot == APPLY {
            return self.applied_first(desk);
        }
        let Some(job) = self.jobs.take(slot) else { return };
        match job {
            Job::Timer(face, timer) => return self.timer_due((face, timer), slot, desk),
            Job::Post(parcel) => return self.post(*parcel, desk),
            Job::Relapse(rule, every) => return self.relapse(rule, every, desk),
            Job::Watch => return self.look_around(desk),
            Job::Early(item) => {
                self.early -= 1;
                return self.let_in(item, desk);
            }
            Job::Handed(handed, router) => self.verified(&handed, router, desk),
            Job::Protocol(carried, mark, from) => self.heard((&carried, mark), from, desk),
            Job::Ask(ask, asker) => self.answer(asker, &ask, desk),
            Job::Look(look, party) => self.show(party, &look, desk),
            Job::Fetch(place, reader) => self.turn_page(reader, place, desk),
        }
        self.workers.end(desk);
    }

    fn crash(&mut self, state_lost: bool) {
        (self.is_up, self.state_lost) = (false, state_lost);
        self.workers.clear();
        self.jobs.clear();
        self.timers.clear();
        self.early = 0;
        self.effects.clear();
        if state_lost {
            self.registry.empty(&self.setting.schemas);
            self.lane.clear();
            self.lose_evidence();
            self.lose_journal();
            self.position = 0;
        }
    }

    /// What the order had decided on before the crash is in its log, and is applied first.
    fn restart(&mut self, desk: &mut Desk<'_, Packet>) {
        self.is_up = true;
        self.take_up_lane(desk);
        let state_kept = !self.state_lost;
        self.call(Face::First, desk, |replica, now, out| replica.restart(now, state_kept, out));
        self.restart_misdeeds(state_kept, desk);
        self.begin_watch(desk);
    }

    fn lead(&mut self, leader: u16, desk: &mut Desk<'_, Packet>) {
        self.call(Face::First, desk, |replica, now, out| replica.hand_over(now, leader, out));
    }

    fn interpret(&mut self, rules: u8) {
        let rules = Rules::ALL.get(usize::from(rules)).copied();
        self.registry.follow(rules.unwrap_or_default());
    }

    fn see_upstream(&mut self, now: VirtualTime, lag: Span) {
        self.registry.see_upstream(now, lag);
    }

    fn roll_back(&mut self, age: Span, desk: &mut Desk<'_, Packet>) {
        self.take_snapshot(age, desk);
    }

    fn misbehave(&mut self, rule: u16, deed: Misdeed, desk: &mut Desk<'_, Packet>) {
        self.begin_misdeed(rule, deed, desk);
    }

    fn behave(&mut self, rule: u16, desk: &mut Desk<'_, Packet>) {
        self.end_misdeed(rule, desk);
    }
}

fn names(item: &Item) -> (u32, u8) {
    (item.signed.attestation.operation.0, item.attempt)
}
