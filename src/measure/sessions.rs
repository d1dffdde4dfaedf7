//! Whether one order of what clients did explains what they were told, and whether each client's
//! own view goes forward (session guarantees, Terry et al. 1994).
//!
//! Each attestation is a register that only goes forward: unknown, valid, replaced, revoked. Its
//! writes are the statement itself, its replacement and its revocation; a write takes from its
//! first sending until its client is told that q validators applied it, and if it is never told,
//! for ever. A read takes from its first sending until its answer. As the order of the writes is
//! given, an answer fits if no earlier version is told to whoever asks after a later one was
//! known: an interval test in constant time (Gibbons & Korach 1997, with the order known).
//!
//! What is void by its own date is not judged: no write makes it so.

use std::collections::BTreeMap;
use std::ops::Range;

use super::event::Event;
use super::ledger::Ledger;
use super::order::OrderObservations;
use super::readers::Answer;
use super::record::NEVER;
use super::setting::Setting;
use crate::attestation::Status;
use crate::kernel::VirtualTime;
use crate::trace::{Fact, Kind};

/// Since when somebody knows that an attestation is at least valid, replaced, revoked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known([VirtualTime; 3]);

impl Known {
    pub(super) const NOTHING: Self = Self([NEVER; 3]);

    /// It is known from `now` on that so many changes have happened.
    fn learn(&mut self, version: usize, now: VirtualTime) {
        self.0[..version].iter_mut().for_each(|since| *since = now.min(*since));
    }

    /// Since when more than `version` had been known when somebody asked, if it had.
    fn beyond(&self, version: usize, asked: VirtualTime) -> Option<VirtualTime> {
        self.0[version..].iter().copied().find(|since| *since < asked)
    }
}

impl Default for Known {
    fn default() -> Self {
        Self::NOTHING
    }
}

/// What one client knows of one attestation.
#[derive(Clone, Copy, Debug, Default)]
struct Session {
    /// By answers.
    read: Known,
    /// By being told that its own writes are applied.
    wrote: Known,
}

/// What clients know of what is not settled.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    /// By attestation and client.
    known: BTreeMap<(u32, u32), Session>,
    /// What each client was last told exists.
    latest: BTreeMap<u32, u32>,
    /// By attestation, since when a client was told that its replacement or revocation is applied.
    changed: BTreeMap<u32, Known>,
    lone_readers: Vec<Range<u32>>,
    quorum_readers: Vec<Range<u32>>,
}

impl Sessions {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            lone_readers: setting.lone_readers.clone(),
            quorum_readers: setting.quorum_readers.clone(),
            ..Self::default()
        }
    }

    /// A client is told something.
    pub(super) fn answer(
        &mut self,
        now: VirtualTime,
        answer: Answer,
        ledger: &mut Ledger,
        order: &mut OrderObservations,
    ) {
        let Answer { question, target, reader, said } = answer;
        let Some(version) = version(said) else { return };
        let Some(asked) = ledger.live(question).map(|question| question.first_try.sent) else {
            return;
        };
        let Some(record) = ledger.live(target).filter(|_| asked != NEVER) else { return };
        let (mut all, mut own) = (record.known, Session::default());
        all.learn(1, record.answered);
        record.known.learn(version, now);
        if version > 0 {
            let session = self.known.entry((target, reader)).or_default();
            own = *session;
            session.read.learn(version, now);
            self.latest.insert(reader, target);
        } else if let Some(session) = self.known.get(&(target, reader)) {
            own = *session;
        }
        if record.client == reader {
            own.wrote.learn(1, record.answered);
        }
        let mut applied = self.changed.get(&target).copied().unwrap_or_default();
        applied.learn(1, record.answered);
        let since = all.beyond(version, asked);
        let Some(events) = ledger.live(question).map(|question| &mut question.events) else {
            return;
        };
        events.add_if(Event::Unlinearizable, since.is_some());
        events.add_if(Event::ReadYourWrites, own.wrote.beyond(version, asked).is_some());
        events.add_if(Event::MonotonicReads, own.read.beyond(version, asked).is_some());
        let asks = |clients: &[Range<u32>]| clients.iter().any(|some| some.contains(&reader));
        let backward = own.read.beyond(version, asked).filter(|_| asks(&self.lone_readers));
        let behind = applied.beyond(version, asked).filter(|_| asks(&self.quorum_readers));
        tell((now, asked), answer, [since, backward, behind], order);
    }

    /// A client is told that its statement is applied: what it changes is known from now on.
    pub(super) fn wrote(
        &mut self,
        now: VirtualTime,
        (kind, target, client): (Kind, u32, u32),
        ledger: &mut Ledger,
    ) {
        let version = match kind {
            Kind::Replace => 2,
            Kind::Revoke => 3,
            // What it makes valid is itself, and its record says since when.
            Kind::Attest | Kind::Claim | Kind::Query | Kind::Register => return,
        };
        if let Some(record) = ledger.live(target) {
            record.known.learn(version, now);
            self.changed.entry(target).or_default().learn(version, now);
            let session = self.known.entry((target, client)).or_default();
            session.wrote.learn(version, now);
        }
    }

    /// What a client knew to exist when it wrote; [`Fact::NONE`] if it has read nothing.
    pub(super) fn read_before(&self, client: u32) -> u32 {
        if self.latest.is_empty() {
            return Fact::NONE;
        }
        self.latest.get(&client).copied().unwrap_or(Fact::NONE)
    }

    /// Forgets what is known of settled operations.
    pub(super) fn forget_before(&mut self, front: u32) {
        while let Some(entry) = self.known.first_entry().filter(|entry| entry.key().0 < front) {
            entry.remove();
        }
        while let Some(entry) = self.changed.first_entry().filter(|entry| *entry.key() < front) {
            entry.remove();
        }
    }
}

/// Enters an answer that fits into no order, goes back, or is behind what was applied: since when
/// more was known.
fn tell(
    (now, asked): (VirtualTime, VirtualTime),
    answer: Answer,
    since: [Option<VirtualTime>; 3],
    order: &mut OrderObservations,
) {
    let Answer { target, reader, said, .. } = answer;
    let kinds = [
        (&mut order.unlinearizable, "another state was known since"),
        (&mut order.reads_backward, "it had been told a later one at"),
        (&mut order.reads_behind, "a later one was known to be applied since"),
    ];
    for ((violations, what), since) in kinds.into_iter().zip(since) {
        let Some(since) = since else { continue };
        violations.add(now, || {
            let word = format!("{said:?}").to_lowercase();
            format!(
                "{now} process {reader}: told that #{target} is {word}, asked at {asked}; {what} \
                 {since}"
            )
        });
    }
}

/// How many changes an answer shows.
const fn version(said: Status) -> Option<usize> {
    match said {
        Status::Unknown => Some(0),
        Status::Valid => Some(1),
        Status::Replaced => Some(2),
        Status::Revoked => Some(3),
        Status::Expired => None,
    }
}

#[cfg(test)]
mod tests;
