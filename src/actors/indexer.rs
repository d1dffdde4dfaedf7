//! An indexer: copies one validator's registry page by page, and answers from its copy.
//!
//! It polls, as indexers of chains do (a subgraph reads blocks, a mirror reads the subgraph), so
//! that nothing is lost on the way; what it answers is as old as its last page. Rows of an
//! attester that says much cost more, and a strict one stops for good at a revocation of what it
//! does not know (EthSign/sign-protocol-subgraph 33f6cb7: arrays by user are written anew with each
//! row, and the handler of revocations asserts that the attestation is there).

mod relay;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

pub use self::relay::Carriage;
use self::relay::{Carried, Relay};
use super::Packet;
use super::packet::{Answer, Ask};
use super::pool::Pool;
use super::rows::{Page, Place, Row, RowChange};
use super::slots::Slots;
use crate::attestation::{AttesterId, Id, IdMap, Interpretation, Status, Storage};
use crate::kernel::{LocalTime, ProcessId, Span, VirtualTime};
use crate::network::{Desk, Fortune, Resident, TimerSlot};
use crate::trace::Fact;

/// What all indexers of a run have in common.
#[derive(Clone, Copy, Debug)]
pub struct IndexerSetting {
    /// Validators, as processes 0 and up; each indexer copies the nearest.
    pub validators: u32,
    /// So often it asks for what is new.
    pub poll: Span,
    /// CPU per row.
    pub work: Span,
    /// CPU per row and row of the same attester that it holds.
    pub rewrite: Span,
    /// CPU per question.
    pub read: Span,
    /// Whether it stops at a revocation of what it does not know.
    pub is_strict: bool,
    /// How long it remembers a row.
    pub keeps: Span,
    /// How it makes out records.
    pub reads: Interpretation,
    /// Whether it tells how far dates of records lie from those of signing.
    pub dates: bool,
    /// What it carries rows to, if it does.
    pub carries: Option<Carriage>,
}

/// One indexer.
pub struct Indexer {
    setting: IndexerSetting,
    entries: IdMap<Entry>,
    ages: VecDeque<(VirtualTime, Id)>,
    by_attester: BTreeMap<AttesterId, u64>,
    place: Place,
    /// A page is being worked on.
    is_busy: bool,
    /// It met a row that it cannot make sense of.
    has_stopped: bool,
    /// Share of attestations that it says are revoked, whatever they are; 0 to 1.
    misreports: f64,
    relay: Option<Relay>,
    writer: Pool,
    readers: Pool,
    jobs: Slots<Job>,
}

#[derive(Clone, Copy)]
struct Entry {
    attester: AttesterId,
    storage: Storage,
    expires_at: Option<LocalTime>,
    /// By which one it is taken back, or replaced.
    over: Option<(Id, Status)>,
}

impl Entry {
    fn status(&self, now: LocalTime) -> Status {
        match self.over {
            Some((_, status)) => status,
            None if self.expires_at.is_some_and(|at| at <= now) => Status::Expired,
            None => Status::Valid,
        }
    }
}

enum Job {
    /// The next look at the journal.
    Poll,
    /// A page is worked off.
    Page(Arc<Page>),
    Ask(Arc<Ask>, ProcessId),
    /// The second chain makes a block.
    Block,
    /// What is in one holds.
    Holds(Vec<Carried>),
}

impl Indexer {
    /// An indexer that knows nothing yet.
    pub fn new(setting: IndexerSetting) -> Self {
        Self {
            setting,
            entries: IdMap::default(),
            ages: VecDeque::new(),
            by_attester: BTreeMap::new(),
            place: Place::default(),
            is_busy: false,
            has_stopped: false,
            misreports: 0.0,
            relay: setting.carries.map(Relay::new),
            writer: Pool::new(1),
            readers: Pool::new(1),
            jobs: Slots::default(),
        }
    }

    fn fetch(&self, desk: &mut Desk<'_, Packet>) {
        if self.is_busy || self.has_stopped {
            return;
        }
        let validators = (0..self.setting.validators).map(ProcessId);
        let nearest = validators.min_by_key(|validator| (desk.usual_delay(*validator), *validator));
        if let Some(validator) = nearest {
            desk.send(validator, Packet::Fetch(self.place), Fortune::Protocol);
        }
    }

    fn poll(&mut self, desk: &mut Desk<'_, Packet>) {
        self.fetch(desk);
        let slot = self.jobs.put(Job::Poll);
        desk.timer(self.setting.poll, slot);
    }

    /// A page that was asked for twice is worked on once.
    fn begin(&mut self, page: Arc<Page>, desk: &mut Desk<'_, Packet>) {
        let is_next = page.place.epoch != self.place.epoch || page.place.next >= self.place.next;
        if self.is_busy || self.has_stopped || page.rows.is_empty() || !is_next {
            return;
        }
        self.is_busy = true;
        let of = |row: &Row| self.by_attester.get(&row.attester).copied().unwrap_or(0);
        let each = |row: &Row| self.setting.work + self.setting.rewrite * of(row);
        let work = page.rows.iter().fold(Span::ZERO, |sum, row| sum + each(row));
        let slot = self.jobs.put(Job::Page(page));
        self.writer.begin(work, slot, desk);
    }

    fn end(&mut self, page: &Page, desk: &mut Desk<'_, Packet>) {
        self.is_busy = false;
        if page.place.epoch != self.place.epoch {
            self.forget_all();
        }
        self.place = page.place;
        self.forget_old(desk.now());
        for row in &page.rows {
            if !self.enter(row, desk.now()) {
                self.has_stopped = true;
                return;
            }
            self.place.next += 1;
            let lag = desk.now().since(row.at).as_nanos() / 1_000;
            let lag = u32::try_from(lag).unwrap_or(Fact::NONE - 1);
            if !matches!(row.change, RowChange::Undone(_)) {
                desk.fact(Fact::Indexed { operation: row.operation.0, lag });
                if self.setting.dates {
                    desk.fact(Fact::Dated { operation: row.operation.0, drift: row.drift });
                }
            }
        }
        if page.has_more {
            self.fetch(desk);
        }
    }

    /// The second chain's next block takes what has room.
    fn carry(&mut self, desk: &mut Desk<'_, Packet>) {
        let Some(relay) = &mut self.relay else { return };
        let (rows, Carriage { block, finality, .. }) = (relay.block(), relay.carriage);
        if !rows.is_empty() {
            let slot = self.jobs.put(Job::Holds(rows));
            desk.timer(finality, slot);
        }
        let slot = self.jobs.put(Job::Block);
        desk.timer(block, slot);
    }

    /// Whether it could make sense of a row.
    fn enter(&mut self, row: &Row, at: VirtualTime) -> bool {
        let is_known = match row.change {
            RowChange::Made => true,
            RowChange::Revokes(target) => self.mark(&target, row.id, Status::Revoked),
            RowChange::Replaces(target) => self.mark(&target, row.id, Status::Replaced),
            RowChange::Undone(target) => {
                self.undo(row.id, target);
                return true;
            }
        };
        if self.setting.is_strict && !is_known {
            return false;
        }
        if let Some(relay) = &mut self.relay {
            relay.take(Carried { operation: row.operation, id: row.id, at: row.at });
        }
        let Row { attester, storage, expires_at, .. } = *row;
        let entry = Entry { attester, storage, expires_at, over: None };
        if self.entries.insert(row.id, entry).is_none() {
            self.ages.push_back((at, row.id));
            *self.by_attester.entry(row.attester).or_default() += 1;
        }
        true
    }

    fn mark(&mut self, target: &Id, by: Id, status: Status) -> bool {
        let Some(entry) = self.entries.find_mut(target) else { return false };
        entry.over.get_or_insert((by, status));
        true
    }

    /// A row is void; whatever it took back is in force again.
    fn undo(&mut self, id: Id, target: Option<Id>) {
        self.drop(&id);
        if let Some(relay) = &mut self.relay {
            relay.undo(id);
        }
        if let Some(entry) = target.and_then(|target| self.entries.find_mut(&target)) {
            entry.over = entry.over.filter(|(by, _)| *by != id);
        }
    }

    fn drop(&mut self, id: &Id) {
        let Some(entry) = self.entries.remove(id) else { return };
        if let Some(count) = self.by_attester.get_mut(&entry.attester) {
            *count -= 1;
        }
    }

    fn forget_old(&mut self, now: VirtualTime) {
        while self.ages.front().is_some_and(|(age, _)| now.since(*age) > self.setting.keeps) {
            if let Some((_, id)) = self.ages.pop_front() {
                self.drop(&id);
            }
        }
    }

    fn forget_all(&mut self) {
        self.entries = IdMap::default();
        self.ages.clear();
        self.by_attester.clear();
    }

    fn status(&self, now: LocalTime, id: &Id) -> Status {
        match self.entries.find(id) {
            _ if self.does_misreport(id) => Status::Revoked,
            None => Status::Unknown,
            Some(entry) => self.setting.reads.of(entry.storage, entry.status(now)),
        }
    }

    /// The same attestations as long as it does: those whose ids are low.
    fn does_misreport(&self, id: &Id) -> bool {
        let bytes = id.as_bytes();
        let low = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        f64::from(low) < self.misreports * f64::from(u32::MAX)
    }

    fn answer(&self, asker: ProcessId, ask: &Ask, desk: &mut Desk<'_, Packet>) {
        let status = self.status(desk.local_now(), &ask.id);
        let (operation, attempt) = (ask.operation, ask.attempt);
        let answer = Arc::new(Answer { operation, attempt, status });
        let fortune = Fortune::Operation { number: operation.0, attempt, leg: 5 };
        desk.send(asker, Packet::Answer(answer), fortune);
    }
}

impl Resident for Indexer {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        self.poll(desk);
        self.carry(desk);
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match packet {
            Packet::Page(page) => self.begin(page, desk),
            Packet::Ask(ask) if self.readers.has_room(desk) => {
                let slot = self.jobs.put(Job::Ask(ask, from));
                self.readers.begin(self.setting.read, slot, desk);
            }
            // Nobody sends it anything else.
            _ => {}
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        match self.jobs.take(slot) {
            Some(Job::Poll) => self.poll(desk),
            Some(Job::Block) => self.carry(desk),
            Some(Job::Holds(rows)) => {
                for row in rows {
                    let lag = desk.now().since(row.at);
                    desk.fact(Fact::Carried { operation: row.operation.0, lag });
                }
            }
            Some(Job::Page(page)) => {
                self.writer.end(desk);
                self.end(&page, desk);
            }
            Some(Job::Ask(ask, asker)) => {
                self.readers.end(desk);
                self.answer(asker, &ask, desk);
            }
            None => {}
        }
    }

    fn crash(&mut self, state_lost: bool) {
        self.jobs.clear();
        self.writer.clear();
        self.readers.clear();
        self.is_busy = false;
        if state_lost {
            self.forget_all();
            self.place = Place::default();
            if let Some(relay) = &mut self.relay {
                relay.forget();
            }
        }
    }

    /// One that stopped tries again, and stops again where it did.
    fn restart(&mut self, desk: &mut Desk<'_, Packet>) {
        self.has_stopped = false;
        self.poll(desk);
        self.carry(desk);
    }

    fn misreport(&mut self, share: f64) {
        self.misreports = share;
    }
}

#[cfg(test)]
mod tests;
