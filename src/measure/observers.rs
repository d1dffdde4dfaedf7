//! All observers of one run: facts come in, in key order, and a measurement goes out.

use super::achievement::{self, Achievement};
use super::agreement::Pairs;
use super::concord::Concord;
use super::divergence::Divided;
use super::event::Event;
use super::fifo::Fifo;
use super::flow::{QueueSeries, Waiting};
use super::holders::{Holders, Verdicts};
use super::hosts::Hosts;
use super::inversions::Inversions;
use super::jitter::Jitter;
use super::ledger::{Ledger, Place};
use super::measurement::Measurement;
use super::night::Night;
use super::notes::Notes;
use super::onward::Onward;
use super::order::OrderObservations;
use super::positions::Positions;
use super::readers::{Answer, Readers};
use super::receipts::Receipts;
use super::record::NEVER;
use super::relays::{Forward, Relays};
use super::reliance::Reliance;
use super::rollbacks::Rollbacks;
use super::rows::{NoRows, Rows};
use super::sample::Sample;
use super::series::Series;
use super::sessions::Sessions;
use super::setting::{PhaseCalendar, Setting};
use super::streams::Streams;
use super::subjects::Subjects;
use super::tally::Tally;
use super::usage::Used;
use crate::attestation::Verdict;
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::trace::{Fact, HostChange};

/// How often settled operations are looked for.
const TICK: Span = Span::from_millis(100);

/// Watches a run. Memory depends on what happens within `retention`, not on the run's length.
pub struct Observers {
    pub(super) setting: Setting,
    pub(super) calendar: PhaseCalendar,
    pub(super) quorum: u16,
    pub(super) most: usize,
    pub(super) ledger: Ledger,
    pub(super) hosts: Hosts,
    pub(super) tallies: Vec<Tally>,
    pub(super) series: Series,
    pub(super) queues: QueueSeries,
    pub(super) order: OrderObservations,
    pub(super) divided: Divided,
    pub(super) inversions: Inversions,
    pub(super) streams: Streams,
    pub(super) positions: Positions,
    pub(super) subjects: Option<Subjects>,
    pub(super) fifo: Option<Fifo>,
    pub(super) receipts: Receipts,
    pub(super) holders: Holders,
    pub(super) readers: Readers,
    pub(super) sessions: Sessions,
    pub(super) reliance: Reliance,
    pub(super) relays: Option<Relays>,
    pub(super) concord: Concord,
    pub(super) pairs: Pairs,
    pub(super) rollbacks: Rollbacks,
    pub(super) onward: Onward,
    achievements: Vec<Achievement>,
    notes: Notes,
    night: Night,
    operated: Vec<(VirtualTime, u32, HostChange)>,
    /// By validator, deliveries of operations that were settled.
    pub(super) late_deliveries: Vec<u64>,
    pub(super) late: u64,
    pub(super) barred: super::settle::Barred,
    pub(super) offers_finality: bool,
    pub(super) planned: u64,
    /// By phase.
    pub(super) jitter: Vec<Jitter>,
    caps: Vec<String>,
    next_tick: VirtualTime,
    pub(super) next_look: VirtualTime,
}

impl Observers {
    /// Observers for one run.
    ///
    /// # Panics
    /// If the setting contradicts itself.
    pub fn new(setting: Setting) -> Self {
        setting.assert_sound();
        let validators = setting.validators as usize;
        let hosts = Hosts::new(&setting);
        let ledger = Ledger::new(validators);
        let fifo = Fifo::new(&setting);
        let mut new = Self {
            calendar: PhaseCalendar::new(&setting),
            quorum: setting.quorum as u16,
            most: ledger.most(),
            ledger,
            tallies: vec![Tally::default(); setting.phases.len()],
            series: Series::new(),
            queues: QueueSeries::new(Span::from_secs(1)),
            order: OrderObservations::default(),
            divided: Divided::new(&setting),
            inversions: Inversions::new(&hosts, setting.retention),
            streams: Streams::new(validators, setting.processes as usize),
            positions: Positions::new(validators, setting.retention),
            subjects: setting.by_subject.then(|| Subjects::new(validators, setting.retention)),
            fifo,
            receipts: Receipts::new(validators),
            holders: Holders::default(),
            readers: Readers::default(),
            sessions: Sessions::new(&setting),
            reliance: Reliance::new(setting.trust),
            relays: setting.overlay.clone().map(Relays::new),
            concord: Concord::new(&setting),
            pairs: Pairs::default(),
            rollbacks: Rollbacks::new(validators),
            onward: Onward::new(&setting),
            achievements: Vec::new(),
            notes: Notes::default(),
            night: Night::new(&setting),
            operated: Vec::new(),
            late_deliveries: vec![0; validators],
            late: 0,
            barred: Default::default(),
            offers_finality: false,
            planned: 0,
            jitter: vec![Jitter::default(); setting.phases.len()],
            caps: Vec::new(),
            next_tick: VirtualTime::ZERO + TICK,
            next_look: VirtualTime::ZERO,
            hosts,
            setting,
        };
        if new.fifo.is_none() {
            new.cap("attesters times validators are too many to watch each one's order");
        }
        new
    }

    /// Takes the next facts in key order.
    pub fn observe(&mut self, facts: &[Recorded<Fact>]) {
        self.observe_with(facts, &mut NoRows);
    }

    /// Takes the next facts and hands out a row for every operation that they settle.
    pub fn observe_with(&mut self, facts: &[Recorded<Fact>], rows: &mut dyn Rows) {
        for recorded in facts {
            let now = recorded.key.time;
            if now >= self.next_look {
                self.advance(now, rows);
            }
            self.take(now, recorded.process.0, &recorded.fact, rows);
        }
    }

    /// The run is over: what has not come by now never will.
    pub fn finish(self) -> Measurement {
        self.finish_with(&mut NoRows)
    }

    /// The run is over; rows of all operations left are handed out.
    pub fn finish_with(mut self, rows: &mut dyn Rows) -> Measurement {
        let end = self.setting.settled;
        self.divided.advance(end, &mut self.ledger, &self.hosts);
        self.divided.finish(end, &mut self.tallies);
        while !self.ledger.is_empty() {
            self.settle_front(true, rows);
        }
        self.finish_onward(rows);
        self.rollbacks.finish(&mut self.tallies);
        self.inversions.advance(NEVER, &mut self.tallies, &mut self.series);
        self.judge_receipts(true);
        self.positions.finish(&self.hosts, &mut self.order.prefix_violations);
        if let Some(subjects) = &mut self.subjects {
            subjects.finish(&self.hosts, &mut self.order.subject_violations);
        }
        if self.positions.is_capped {
            self.cap("a validator was millions of positions ahead of another");
        }
        if self.receipts.is_too_long() {
            self.cap("a batch was too long to ask whether it hangs together");
        }
        if self.night.is_capped {
            self.cap("watchers and people did more than is remembered");
        }
        let backlogs = self.hosts.backlogs(end);
        let verdicts = Verdicts {
            hosts: &self.hosts,
            backlogs: &backlogs,
            quorum: self.setting.quorum as usize,
            late: &self.late_deliveries,
        };
        if self.holders.finish(&verdicts, &mut self.order, &mut self.tallies) {
            self.caps.push("operations were held by thousands of sets of validators".to_owned());
        }
        if !self.offers_finality {
            self.tallies.iter_mut().for_each(|tally| tally.clear(Sample::Final));
        }
        Measurement {
            setting: self.setting,
            phases: self.tallies,
            series: self.series,
            queues: self.queues,
            order: self.order,
            backlogs,
            operated: self.operated,
            achievements: self.achievements,
            notes: self.notes,
            night: self.night,
            density: self.streams.finish(),
            concord: self.concord,
            planned: self.planned,
            late_after_retention: self.late + self.positions.late,
            unjudged_answers: self.readers.unjudged,
            caps_reached: self.caps,
        }
    }

    /// What time alone brings about before the facts of `now`.
    fn advance(&mut self, now: VirtualTime, rows: &mut dyn Rows) {
        let now = now.min(self.setting.settled);
        self.divided.advance(now, &mut self.ledger, &self.hosts);
        if now >= self.next_tick {
            self.settle_quiet(now, rows);
            self.inversions.advance(now, &mut self.tallies, &mut self.series);
            self.positions.advance(now, &self.hosts, &mut self.order.prefix_violations);
            if let Some(subjects) = &mut self.subjects {
                subjects.advance(now, &self.hosts, &mut self.order.subject_violations);
            }
            self.next_tick = now + TICK;
        }
        self.next_look = self.next_tick.min(self.divided.next());
    }

    fn take(&mut self, now: VirtualTime, process: u32, fact: &Fact, rows: &mut dyn Rows) {
        if now > self.setting.settled && !matches!(fact, Fact::Usage { .. }) {
            return;
        }
        match *fact {
            Fact::Planned { operation, kind, sequence, client, subject, target, intended } => {
                self.make_room(operation, rows);
                self.plan(operation, kind, (client, sequence, subject), target, intended, now);
            }
            Fact::Sent { operation, attempt } => self.sent(operation, attempt, now),
            Fact::Admitted { operation, attempt, queue } => {
                self.streams.know(process);
                self.admitted(operation, attempt, process, now);
                self.came(process, (operation, attempt), queue, now);
            }
            Fact::Routed { operation, attempt, .. } => {
                self.streams.know(process);
                self.arrived(process, operation, attempt, now);
                self.routed(operation, attempt, now);
            }
            Fact::Forwarded { operation, attempt, copy, to, home, eta, .. } => {
                let from = process;
                let forward = Forward { operation, attempt, copy, from, to, home, eta };
                self.forwarded(&forward, now);
            }
            Fact::Scanned { operation, scans, valid, .. } => {
                self.scanned(operation, scans, valid, now);
            }
            Fact::Begun { operation, attempt } => self.begun(operation, attempt, now),
            Fact::Queue { lane, waiting, oldest, .. } => {
                self.queue(lane, Waiting { most: waiting, oldest }, now);
            }
            Fact::Rejected { operation, attempt, why } => {
                self.turned_away(process, (operation, attempt), why, now);
            }
            Fact::Received { operation, attempt, router, sequence } => {
                if let Some(deed) = self.deed(now, process, operation, attempt) {
                    self.received(deed, router, sequence);
                }
            }
            Fact::Verified { operation, attempt, genuine } => {
                if genuine {
                    self.receipts.receive(process as usize, operation, now);
                }
                if let Some(deed) = self.deed(now, process, operation, attempt) {
                    self.verified(deed, genuine);
                }
            }
            Fact::Relayed { operation, .. } => {
                self.receipts.receive(process as usize, operation, now);
            }
            Fact::Proposed { operation, attempt } => {
                if let Some(deed) = self.deed(now, process, operation, attempt) {
                    let record = self.ledger.record_mut(deed.slot);
                    record.proposed = record.proposed.min(now);
                }
            }
            Fact::Waits { operation, attempt } => {
                if let Some(deed) = self.deed(now, process, operation, attempt) {
                    self.ledger.record_mut(deed.slot).events.add(Event::Waited);
                }
            }
            Fact::Delivered { operation, attempt, position, is_final, joins } => {
                self.delivers(process, joins);
                let deed = self.deed(now, process, operation, attempt);
                let deed = deed.or_else(|| self.stray(now, process, operation, attempt));
                if let Some(deed) = deed {
                    self.delivered(deed, position, is_final);
                    if is_final {
                        self.finalised(deed);
                    }
                }
            }
            Fact::Retracted { operation, attempt, position, was_final } => {
                if let Some(deed) = self.deed(now, process, operation, attempt) {
                    self.retracted(deed, position, was_final);
                } else {
                    self.concord.take_back((operation, attempt), process);
                }
            }
            Fact::Finalised { operation, attempt } => {
                if let Some(deed) = self.deed(now, process, operation, attempt) {
                    self.finalised(deed);
                }
            }
            Fact::Applied { operation, attempt, verdict, again, resolved } => {
                if let Some(deed) = self.deed(now, process, operation, attempt) {
                    self.applied(deed, verdict, again, resolved);
                } else if verdict == Verdict::Accepted {
                    self.accepted_aside((operation, attempt), process, now);
                }
            }
            Fact::Concluded { operation, conclusion, .. } => {
                self.concluded(operation, conclusion, now);
            }
            Fact::Answered { operation, target, said } => {
                let answer = Answer { question: operation, target, reader: process, said };
                self.answered(answer, now);
            }
            Fact::Wanted { .. }
            | Fact::Relied { .. }
            | Fact::Looked { .. }
            | Fact::Confident { .. }
            | Fact::Doubted { .. } => self.trusted(fact, now),
            Fact::Needed { .. }
            | Fact::Used { .. }
            | Fact::Released { .. }
            | Fact::Indexed { .. }
            | Fact::Dated { .. }
            | Fact::Carried { .. }
            | Fact::Unread { .. } => self.read_by(fact, process, now),
            Fact::Fate { rule, kind, by, .. } => {
                if let Some(achievement) = self.achievement(rule) {
                    achievement.fate(now, kind, by);
                }
            }
            Fact::Seen { rule, kind, messages } => {
                if let Some(achievement) = self.achievement(rule) {
                    achievement.seen(kind, messages);
                }
            }
            Fact::Host { rule, change } => {
                if let Some(achievement) = self.achievement(rule) {
                    achievement.change(now, process, change);
                }
                achievement::host_changed(&mut self.achievements, (now, process), change);
                if rule == Fact::OF_OPERATORS && process < self.setting.validators {
                    self.operated.push((now, process, change));
                }
                if change == HostChange::Overflowed {
                    self.cap("an actor held a million messages, and lost those that came then");
                }
                if let Some(relays) = &mut self.relays {
                    relays.change(process, change);
                }
                if self.hosts.change(process, change) {
                    self.hosts_changed(now);
                }
            }
            Fact::Usage { second, messages, bytes, cpu, backlog_ms } => {
                self.hosts.works_until(process, now + Span::from_millis(backlog_ms.into()));
                let cpu = if self.has_cpu(process) { cpu } else { Span::ZERO };
                self.used(process, second, Used { messages: messages.into(), bytes, cpu });
            }
            Fact::Refreshed { .. }
            | Fact::Ticket { .. }
            | Fact::Suspicion { .. }
            | Fact::Alert { .. }
            | Fact::Duty { .. }
            | Fact::Step { .. } => self.night.see(now, fact),
            Fact::Note { note, value } => {
                if !self.notes.add(now, note, value) {
                    self.cap("a note's number is 64 or more");
                }
            }
        }
    }

    /// The slot of a live operation, which is not settled for a while again.
    pub(super) fn touch(&mut self, operation: u32, now: VirtualTime) -> Option<usize> {
        match self.ledger.find(operation) {
            Place::Slot(slot) => {
                self.ledger.record_mut(slot).last_touch = now;
                return Some(slot);
            }
            Place::Settled => self.late += 1,
            Place::Beyond => {}
        }
        None
    }

    fn achievement(&mut self, rule: u16) -> Option<&mut Achievement> {
        achievement::of_rule(&mut self.achievements, rule)
    }

    pub(super) fn cap(&mut self, what: &str) {
        if !self.caps.iter().any(|known| known == what) {
            self.caps.push(what.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
