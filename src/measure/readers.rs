//! What readers are told, against what q correct validators had applied when they asked.

use std::collections::BTreeMap;

use super::event::Event;
use super::ledger::Ledger;
use super::record::{NEVER, Record};
use super::sample::Sample;
use super::setting::phases_of;
use super::tally::Tally;
use crate::attestation::Status;
use crate::kernel::{Span, VirtualTime};

/// One answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    /// The question.
    pub(super) question: u32,
    /// What it was about.
    pub(super) target: u32,
    pub(super) reader: u32,
    pub(super) said: Status,
}

/// What each reader has been told of what is not settled.
#[derive(Clone, Debug, Default)]
pub(super) struct Readers {
    /// By what was asked about and who asked.
    told: BTreeMap<(u32, u32), Told>,
    /// Answers about operations that were settled: nobody knows any more what is true of them.
    pub(super) unjudged: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Valid,
    NoLongerValid,
}

impl Readers {
    /// A reader is told something.
    pub(super) fn answer(&mut self, answer: Answer, ledger: &mut Ledger, tallies: &mut [Tally]) {
        let Some(question) = ledger.live(answer.question) else { return };
        let (asked, phases) = (question.asked(), question.phases);
        let Some(target) = ledger.live(answer.target) else {
            self.unjudged += 1;
            return;
        };
        if self.flips(answer) {
            target.events.add(Event::Flips);
        }
        let behind = behind(target, answer.said, asked);
        let was_revoked = target.revoked <= asked && answer.said == Status::Valid;
        if let Some(question) = ledger.live(answer.question) {
            question.events.add_if(Event::AcceptedAfterRevoke, was_revoked);
            question.events.add_if(Event::Stale, behind.is_some());
        }
        if let Some((versions, since)) = behind {
            for phase in phases_of(phases) {
                tallies[phase].samples_mut(Sample::StalenessVersions).record(versions);
                tallies[phase].arrived(Sample::Staleness, Some(since));
            }
        }
    }

    /// Forgets what was said about settled operations.
    pub(super) fn forget_before(&mut self, front: u32) {
        while let Some(entry) = self.told.first_entry().filter(|entry| entry.key().0 < front) {
            entry.remove();
        }
    }

    /// Valid, then not, then valid again.
    fn flips(&mut self, answer: Answer) -> bool {
        let key = (answer.target, answer.reader);
        let before = self.told.get(&key).copied();
        match (before, answer.said) {
            (None, Status::Valid) => self.told.insert(key, Told::Valid),
            (Some(Told::Valid), Status::Unknown | Status::Revoked | Status::Replaced) => {
                self.told.insert(key, Told::NoLongerValid)
            }
            (Some(Told::NoLongerValid), Status::Valid) => {
                self.told.insert(key, Told::Valid);
                return true;
            }
            _ => None,
        };
        false
    }
}

impl Record {
    /// When a question was sent, the latest try of it.
    fn asked(&self) -> VirtualTime {
        let last = self.last_try.sent;
        if last == NEVER { self.first_try.sent } else { last }
    }
}

/// How many changes an answer was behind when it was asked for, and for how long the first of
/// them had been applied.
fn behind(target: &Record, said: Status, asked: VirtualTime) -> Option<(u64, Span)> {
    let mut changes = [
        (target.applied, Status::Valid),
        (target.replaced, Status::Replaced),
        (target.revoked, Status::Revoked),
    ];
    changes.sort_unstable();
    let past = || changes.into_iter().filter(|&(at, _)| at <= asked);
    let known = match said {
        Status::Unknown => 0,
        // Void by its own date: what else befell it does not show.
        Status::Expired => return None,
        // A reader may know of a change before q validators have applied it.
        told => past().position(|(_, status)| status == told)? + 1,
    };
    // A revoked one stays so, whatever replaces it.
    let missed = past().skip(known).filter(|_| said != Status::Revoked);
    let first = missed.clone().next()?;
    Some((missed.count() as u64, asked.since(first.0)))
}

#[cfg(test)]
mod tests {
    use crate::measure::script::measure;
    use crate::measure::{Event, Measured, Sample, Statistic};

    const STATE: &str = "0ms c9 plan 0; 0ms c9 plan 1 revoke seq 1 on 0; 10ms v0-2 accept 0;
        100ms v0-2 accept 1 on 0;";

    /// Expected: answers after revocation, flips, versions behind and for how many ms.
    fn check(answers: &str, revoked: u64, flips: u64, stale: Option<(f64, f64)>) {
        let measured = measure(4, 3, &format!("{STATE}{answers}"));
        let phase = &measured.phases[0];
        assert_eq!(phase.count(Event::AcceptedAfterRevoke), revoked, "{answers}");
        assert_eq!(phase.count(Event::Flips), flips, "{answers}");
        let max = |sample| match phase.samples(sample).measure(Statistic::Max) {
            Measured::Value(value) => Some(value / sample.scale()),
            _ => None,
        };
        let found = max(Sample::StalenessVersions).zip(max(Sample::Staleness));
        assert_eq!(found, stale, "{answers}");
    }

    /// Question `number` by reader c12, asked at one instant and answered at another.
    fn ask(number: u32, asked: u32, answered: u32, said: &str) -> String {
        format!(
            "{asked}ms c12 plan {number} query on 0; {asked}ms c12 send {number};
             {answered}ms c12 answer {number} on 0 {said};"
        )
    }

    #[test]
    fn answers_that_were_true_when_asked_for_are_fine() {
        check(&ask(2, 5, 8, "unknown"), 0, 0, None);
        check(&ask(2, 50, 60, "valid"), 0, 0, None);
        check(&ask(2, 90, 140, "valid"), 0, 0, None);
        check(&ask(2, 90, 140, "revoked"), 0, 0, None);
        check(&ask(2, 120, 140, "revoked"), 0, 0, None);
    }

    #[test]
    fn valid_after_q_validators_had_revoked_it() {
        check(&ask(2, 130, 140, "valid"), 1, 0, Some((1.0, 30.0)));
    }

    #[test]
    fn an_answer_may_be_two_changes_behind() {
        check(&ask(2, 130, 140, "unknown"), 0, 0, Some((2.0, 120.0)));
        check(&ask(2, 30, 140, "unknown"), 0, 0, Some((1.0, 20.0)));
    }

    #[test]
    fn valid_then_not_then_valid_again_is_a_flip_for_one_reader() {
        let first = ask(2, 20, 30, "valid") + &ask(3, 40, 50, "unknown");
        check(&(first.clone() + &ask(4, 60, 70, "valid")), 0, 1, Some((1.0, 30.0)));
        let other = ask(4, 60, 70, "valid").replace("c12", "c13");
        check(&(first + &other), 0, 0, Some((1.0, 30.0)));
    }
}
