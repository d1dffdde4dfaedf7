//! A router's workers: compartments with queues before pools of workers, and the lanes that
//! operations pass.

use super::lanes::{WELL, Work, keeps, time};
use crate::actors::Packet;
use crate::actors::slots::Slots;
use crate::flow::admission::{Admission, Next};
use crate::flow::bulkheads::{Bulkheads, Compartment};
use crate::flow::{Job, Lane, Lanes};
use crate::kernel::{Span, VirtualTime};
use crate::network::{Desk, PartHealth, TimerSlot};
use crate::ops::PartReading;
use crate::trace::Fact;

/// Compartments that the scenario leaves without a limit hold so many all the same.
const MOST_HERE: u32 = 1 << 20;

/// The slot of the timer by which queues ask to be asked again.
const ALARM: TimerSlot = TimerSlot(u32::MAX);

/// An operation that is here.
struct Piece<T> {
    thing: T,
    job: Job,
    work: Work,
    /// The lanes that come next, from and to; one worker does them in one go.
    lanes: (usize, usize),
    /// The compartment it waits for, or is worked on in.
    place: usize,
    begun_at: VirtualTime,
    is_new: bool,
}

/// A queue and the workers it has.
struct Room {
    compartment: Compartment,
    queue: Box<dyn Admission>,
    busy: u32,
    /// The most that waited in this second.
    peak: u32,
}

/// What a free worker could do.
pub(super) enum Turn {
    /// Begin with this one, which came then; it has not been worked on before.
    First(u32, VirtualTime),
    /// Go on with this one.
    More(u32),
    /// Turn this one away: it is too late for it.
    Late(u32),
}

/// What is over.
pub(super) struct Ended<T> {
    pub(super) thing: T,
    pub(super) job: Job,
}

/// All workers of a router, and what is with them.
pub(super) struct Floor<T> {
    bulkheads: Box<dyn Bulkheads>,
    rooms: Vec<Room>,
    /// Workers by pool, and how many are busy.
    pools: Vec<(u32, u32)>,
    pieces: Slots<Piece<T>>,
    here: u32,
    /// All work of what is here.
    load: Span,
    health: Lanes<PartHealth>,
    /// Pieces that a stalled lane keeps, with their workers.
    stuck: Vec<u32>,
    /// When queues are asked again.
    alarm: VirtualTime,
    /// The second whose queues have not been told.
    second: u64,
}

impl<T> Floor<T> {
    /// Empty; `queue` makes the queue of each compartment.
    pub(super) fn new(
        bulkheads: Box<dyn Bulkheads>,
        queue: impl Fn(&Compartment) -> Box<dyn Admission>,
    ) -> Self {
        let room = |compartment: Compartment| Room {
            queue: queue(&compartment),
            compartment,
            busy: 0,
            peak: 0,
        };
        Self {
            rooms: bulkheads.compartments().into_iter().map(room).collect(),
            pools: bulkheads.pools().into_iter().map(|workers| (workers, 0)).collect(),
            bulkheads,
            pieces: Slots::default(),
            here: 0,
            load: Span::ZERO,
            health: Lanes([WELL; Lane::ALL.len()]),
            stuck: Vec::new(),
            alarm: VirtualTime::MAX,
            second: 0,
        }
    }

    /// Operations that wait or are worked on.
    pub(super) const fn here(&self) -> u32 {
        self.here
    }

    /// About how long one more would wait for a worker: all work that is here, shared by all.
    pub(super) fn wait(&self) -> Span {
        let workers: u32 = self.pools.iter().map(|(workers, _)| *workers).sum();
        self.load / u64::from(workers.max(1))
    }

    /// Whether one more may come; said aloud if not, for no scenario set this limit.
    pub(super) fn has_room(&self, desk: &mut Desk<'_, Packet>) -> bool {
        let has_room = self.here < MOST_HERE;
        if !has_room {
            desk.overflow();
        }
        has_room
    }

    /// Takes an operation in. `job.slot` is filled in here.
    pub(super) fn come(&mut self, thing: T, job: Job, work: Work) {
        let begun_at = VirtualTime::MAX;
        let piece = Piece { thing, job, work, lanes: (0, 0), place: 0, begun_at, is_new: true };
        let TimerSlot(slot) = self.pieces.put(piece);
        self.here += 1;
        self.load += job.work;
        if let Some(piece) = self.pieces.get_mut(TimerSlot(slot)) {
            piece.job.slot = slot;
        }
        self.queue_up(slot);
    }

    /// Puts a piece before its next lanes; false if there are none.
    fn queue_up(&mut self, slot: u32) -> bool {
        let Some(piece) = self.pieces.get_mut(TimerSlot(slot)) else { return false };
        let has_hook = *piece.work.of(Lane::Hook) > Span::ZERO;
        let has_work = |lane: &usize| piece.work.0[*lane] > Span::ZERO;
        let place = |lane: usize| self.bulkheads.compartment(Lane::ALL[lane], has_hook);
        let Some(first) = (piece.lanes.1..Lane::ALL.len()).find(has_work) else { return false };
        let in_one_go = |lane: &usize| !has_work(lane) || place(*lane) == place(first);
        let until = (first..Lane::ALL.len()).take_while(in_one_go).last().unwrap_or(first) + 1;
        piece.place = place(first);
        piece.lanes = (first, until);
        let room = &mut self.rooms[piece.place];
        room.queue.put(piece.job);
        room.peak = room.peak.max(room.queue.waiting());
        true
    }

    /// What a free worker could do now. Whoever gets a turn has a worker until it ends or leaves.
    pub(super) fn turn(&mut self, desk: &mut Desk<'_, Packet>) -> Option<Turn> {
        for place in 0..self.rooms.len() {
            let room = &mut self.rooms[place];
            let (workers, busy) = &mut self.pools[room.compartment.pool];
            if room.busy >= room.compartment.most || *busy >= *workers {
                continue;
            }
            let (slot, is_late) = match room.queue.next(desk.now()) {
                Next::Start(job) => (job.slot, false),
                Next::Late(job) => (job.slot, true),
                Next::Wait(until) => {
                    self.ask_again(until, desk);
                    continue;
                }
                Next::Nothing => continue,
            };
            room.busy += 1;
            *busy += 1;
            let Some(piece) = self.pieces.get_mut(TimerSlot(slot)) else { continue };
            let came = piece.job.came;
            return Some(match (is_late, std::mem::replace(&mut piece.is_new, false)) {
                (true, _) => Turn::Late(slot),
                (false, true) => Turn::First(slot, came),
                (false, false) => Turn::More(slot),
            });
        }
        None
    }

    fn ask_again(&mut self, at: VirtualTime, desk: &mut Desk<'_, Packet>) {
        if at < self.alarm {
            self.alarm = at;
            desk.timer(at.since(desk.now()).max(Span::TICK), ALARM);
        }
    }

    /// The worker that has that turn begins.
    pub(super) fn begin(&mut self, slot: u32, desk: &mut Desk<'_, Packet>) {
        let Some(piece) = self.pieces.get_mut(TimerSlot(slot)) else { return };
        piece.begun_at = desk.now();
        let (from, until) = piece.lanes;
        let work = &piece.work.0[from..until];
        let health = &self.health.0[from..until];
        if work.iter().zip(health).any(|(work, health)| keeps(*health, *work)) {
            self.stuck.push(slot);
            return;
        }
        let nanos = work.iter().zip(health).map(|(work, health)| time(*health, *work)).sum();
        desk.work(Span::from_nanos(nanos), TimerSlot(slot));
    }

    /// A timer came back: the work of a piece is done, or queues want to be asked again. Gives back
    /// what has passed all its lanes; `took` hears how long each lane of a piece took.
    pub(super) fn end(
        &mut self,
        slot: TimerSlot,
        now: VirtualTime,
        took: impl FnMut(Lane, Span),
    ) -> Option<Ended<T>> {
        if slot == ALARM {
            self.alarm = VirtualTime::MAX;
            return None;
        }
        let piece = self.pieces.get_mut(slot)?;
        piece.tell_times(now, took);
        let place = piece.place;
        self.free_worker(place);
        if self.queue_up(slot.0) {
            return None;
        }
        self.remove(slot.0)
    }

    /// What has a turn.
    pub(super) fn thing(&mut self, slot: u32) -> Option<&T> {
        self.pieces.get_mut(TimerSlot(slot)).map(|piece| &piece.thing)
    }

    /// What had a turn and is turned away.
    pub(super) fn leave(&mut self, slot: u32) -> Option<Ended<T>> {
        let place = self.pieces.get_mut(TimerSlot(slot))?.place;
        self.free_worker(place);
        self.remove(slot)
    }

    fn remove(&mut self, slot: u32) -> Option<Ended<T>> {
        self.here -= 1;
        let piece = self.pieces.take(TimerSlot(slot))?;
        self.load = self.load.saturating_sub(piece.job.work);
        Some(Ended { thing: piece.thing, job: piece.job })
    }

    fn free_worker(&mut self, place: usize) {
        let room = &mut self.rooms[place];
        room.busy -= 1;
        self.pools[room.compartment.pool].1 -= 1;
    }

    /// A lane is ill, or well again; what it kept goes on.
    pub(super) fn ail(&mut self, lane: Lane, health: PartHealth, desk: &mut Desk<'_, Packet>) {
        *self.health.of_mut(lane) = health;
        for slot in std::mem::take(&mut self.stuck) {
            self.begin(slot, desk);
        }
    }

    /// Tells the longest queues of each second that something happened in.
    pub(super) fn tell(&mut self, desk: &mut Desk<'_, Packet>) {
        if desk.now() < VirtualTime::end_of_second(self.second) {
            return;
        }
        self.second = desk.now().whole_seconds();
        for room in &mut self.rooms {
            let oldest = room.queue.oldest().map_or(Span::ZERO, |came| desk.now().since(came));
            let (lane, waiting) = (room.compartment.lane as u8, room.peak);
            if waiting > 0 {
                desk.fact(Fact::Queue { lane, waiting, busy: room.busy, oldest });
            }
            room.peak = room.queue.waiting();
        }
    }

    /// How many are here, how long the oldest has been, and the same by kind of work, for those
    /// that wait for one or are kept by it.
    pub(super) fn vitals(&self, now: VirtualTime) -> (u32, Span, Vec<PartReading>) {
        let age = |piece: &Piece<T>| now.since(piece.job.came);
        let oldest = self.pieces.iter().map(age).max().unwrap_or_default();
        let mut parts = Lanes([(0, Span::ZERO); Lane::ALL.len()]);
        let mut add = |lane: Lane, count: u32, age: Span| {
            let (waiting, oldest) = parts.of_mut(lane);
            *waiting += count;
            *oldest = age.max(*oldest);
        };
        for room in &self.rooms {
            let oldest = room.queue.oldest().map_or(Span::ZERO, |came| now.since(came));
            add(room.compartment.lane, room.queue.waiting(), oldest);
        }
        for piece in self.stuck.iter().filter_map(|slot| self.pieces.get(TimerSlot(*slot))) {
            let (from, until) = piece.lanes;
            let mut lanes = Lane::ALL[from..until].iter();
            let keeper = lanes.find(|lane| keeps(*self.health.of(**lane), *piece.work.of(**lane)));
            if let Some(lane) = keeper {
                add(*lane, 1, age(piece));
            }
        }
        let part = |(lane, (waiting, oldest)): (Lane, (u32, Span))| PartReading {
            part: lane as u8,
            waiting,
            oldest,
        };
        let parts = Lane::ALL.into_iter().zip(parts.0).map(part);
        (self.here, oldest, parts.filter(|part| part.waiting > 0).collect())
    }

    /// Everything is lost.
    pub(super) fn clear(&mut self) {
        for room in &mut self.rooms {
            room.queue.clear();
            room.busy = 0;
        }
        self.pools.iter_mut().for_each(|(_, busy)| *busy = 0);
        self.pieces.clear();
        self.here = 0;
        self.load = Span::ZERO;
        self.stuck.clear();
        self.alarm = VirtualTime::MAX;
    }
}

impl<T> Piece<T> {
    /// Of the time that the lanes took together, each has its share.
    fn tell_times(&self, now: VirtualTime, mut took: impl FnMut(Lane, Span)) {
        let (from, until) = self.lanes;
        let all: u64 = self.work.0[from..until].iter().map(|work| work.as_nanos()).sum();
        for lane in from..until {
            let share = self.work.0[lane].as_nanos() as f64 / all.max(1) as f64;
            if share > 0.0 {
                took(Lane::ALL[lane], now.since(self.begun_at).scaled(share));
            }
        }
    }
}
