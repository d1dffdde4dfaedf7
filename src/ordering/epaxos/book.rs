//! What a validator must not forget: its promises, and what it has of every instance.

use std::collections::VecDeque;

use super::instance::{Ballot, Command, Phase, Record, Slot};
use super::message::Decision;
use crate::kernel::{LocalTime, Span};
use crate::ordering::Seat;
use crate::ordering::kept::Journaled;

/// One validator's durable state.
#[derive(Clone)]
pub struct Book {
    logs: Vec<Log>,
    kept: usize,
    /// Lost its state once: its promises are lost too.
    is_learner: bool,
}

/// The instances of one proposer.
#[derive(Clone, Default)]
struct Log {
    /// All below are executed and forgotten.
    base: u64,
    entries: VecDeque<Entry>,
    /// All below are committed.
    committed: u64,
}

/// One instance.
#[derive(Clone)]
struct Entry {
    promised: Ballot,
    record: Option<Record>,
    executed: Option<LocalTime>,
}

/// One durable step.
pub enum Change {
    /// No lower ballot counts in this instance any more.
    Promise(Slot, Ballot),
    /// An instance came to this.
    Write(Slot, Record),
    /// An instance was executed.
    Execute(Slot, LocalTime),
    /// Everything of a proposer below a number is forgotten; or was so by all others.
    Forget(u16, u64),
    /// The state was lost.
    Lost,
}

impl Book {
    pub(super) fn new(seat: &Seat) -> Self {
        let logs = vec![Log::default(); seat.committee.size() as usize];
        Self { logs, kept: 0, is_learner: false }
    }

    pub(super) fn is_learner(&self) -> bool {
        self.is_learner
    }

    /// The first number that is not in use.
    pub(super) fn next(&self, leader: u16) -> u64 {
        let log = &self.logs[usize::from(leader)];
        log.base + log.entries.len() as u64
    }

    pub(super) fn promised(&self, slot: Slot) -> Ballot {
        self.entry(slot).map_or(Ballot::DEFAULT, |entry| entry.promised)
    }

    pub(super) fn record(&self, slot: Slot) -> Option<&Record> {
        self.entry(slot)?.record.as_ref()
    }

    /// The command, if one is known and it is not a no-op.
    pub(super) fn command(&self, slot: Slot) -> &Command {
        self.record(slot).map_or(&None, |record| &record.command)
    }

    /// Committed, executed or forgotten.
    pub(super) fn is_committed(&self, slot: Slot) -> bool {
        self.is_forgotten(slot)
            || self.record(slot).is_some_and(|record| record.phase == Phase::Committed)
    }

    pub(super) fn is_executed(&self, slot: Slot) -> bool {
        self.is_forgotten(slot) || self.entry(slot).is_some_and(|entry| entry.executed.is_some())
    }

    pub(super) fn is_forgotten(&self, slot: Slot) -> bool {
        slot.number < self.logs[usize::from(slot.leader)].base
    }

    pub(super) fn decision(&self, slot: Slot) -> Option<Decision> {
        let record = self.record(slot).filter(|record| record.phase == Phase::Committed)?;
        let (command, attributes) = (record.command.clone(), record.attributes.clone());
        Some(Decision { slot, command, attributes })
    }

    /// Per proposer the number below which all is committed.
    pub(super) fn committed(&self) -> Vec<u64> {
        self.logs.iter().map(|log| log.committed).collect()
    }

    /// Per proposer the number below which all is forgotten.
    pub(super) fn bases(&self) -> Vec<u64> {
        self.logs.iter().map(|log| log.base).collect()
    }

    /// Every instance that is kept, and when it was executed.
    pub(super) fn slots(&self) -> impl Iterator<Item = (Slot, Option<LocalTime>)> + '_ {
        (0..).zip(&self.logs).flat_map(|(leader, log)| {
            (log.base..)
                .zip(&log.entries)
                .map(move |(number, entry)| (Slot { leader, number }, entry.executed))
        })
    }

    /// Decisions of a proposer from a number on.
    pub(super) fn decisions(&self, leader: u16, from: u64) -> impl Iterator<Item = Decision> + '_ {
        (from..self.next(leader)).filter_map(move |number| self.decision(Slot { leader, number }))
    }

    /// The first number of a proposer that was not executed longer than `history` ago.
    pub(super) fn forgettable(&self, leader: u16, now: LocalTime, history: Span) -> u64 {
        let log = &self.logs[usize::from(leader)];
        let is_old = |entry: &&Entry| entry.executed.is_some_and(|at| at + history < now);
        log.base + log.entries.iter().take_while(is_old).count() as u64
    }

    fn entry(&self, slot: Slot) -> Option<&Entry> {
        let log = &self.logs[usize::from(slot.leader)];
        log.entries.get(slot.number.checked_sub(log.base)? as usize)
    }

    /// `None` if it is forgotten.
    fn entry_mut(&mut self, slot: Slot) -> Option<&mut Entry> {
        let log = &mut self.logs[usize::from(slot.leader)];
        let at = slot.number.checked_sub(log.base)? as usize;
        while log.entries.len() <= at {
            let promised = Ballot::DEFAULT;
            log.entries.push_back(Entry { promised, record: None, executed: None });
            self.kept += 1;
        }
        log.entries.get_mut(at)
    }

    fn write(&mut self, slot: Slot, record: &Record) {
        let Some(entry) = self.entry_mut(slot) else { return };
        entry.promised = entry.promised.max(record.ballot);
        entry.record = Some(record.clone());
        self.logs[usize::from(slot.leader)].go_on();
    }

    fn forget(&mut self, leader: u16, below: u64) {
        let log = &mut self.logs[usize::from(leader)];
        while log.base < below {
            log.base += 1;
            self.kept -= usize::from(log.entries.pop_front().is_some());
        }
        log.go_on();
    }
}

impl Log {
    fn go_on(&mut self) {
        self.committed = self.committed.max(self.base);
        let is_committed = |entry: &Entry| {
            entry.record.as_ref().is_some_and(|record| record.phase == Phase::Committed)
        };
        while self.entries.get((self.committed - self.base) as usize).is_some_and(is_committed) {
            self.committed += 1;
        }
    }
}

impl Journaled for Book {
    type Change = Change;

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Promise(slot, ballot) => {
                if let Some(entry) = self.entry_mut(*slot) {
                    entry.promised = entry.promised.max(*ballot);
                }
            }
            Change::Write(slot, record) => self.write(*slot, record),
            Change::Execute(slot, now) => {
                if let Some(entry) = self.entry_mut(*slot) {
                    entry.executed = Some(*now);
                }
            }
            Change::Forget(leader, below) => self.forget(*leader, *below),
            Change::Lost => self.is_learner = true,
        }
    }

    fn weight(&self) -> usize {
        self.kept
    }
}
