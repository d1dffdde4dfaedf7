//! What relying parties saw, and why they were not confident.
//!
//! Parties decide; this recomputes their confidence from the looks that they told, under the
//! declared model and under others, and attributes what was not trusted to one cause each: to
//! that of the factor without which confidence would be highest.

mod seen;
mod sums;

use std::collections::{BTreeMap, VecDeque};

use super::event::Event;
use super::ledger::Place;
use super::observers::Observers;
use super::record::{NEVER, Record};
use super::rows::Trusted;
use super::sample::Sample;
use super::setting::phases_of;
use crate::attestation::Status;
use crate::kernel::{Span, VirtualTime};
use crate::trace::{Fact, Kind};
use crate::trust::{
    FACTORS, Factors, Model, Read, Sight, Stamps, VARIANTS, Variant, Wait, dissenting,
};

use seen::Seen;

pub use sums::{Held, Reliances};

/// What keeps somebody from being confident.
pub const CAUSES: [Event; 5] = [
    Event::GapDelay,
    Event::GapReorder,
    Event::GapOverlap,
    Event::GapInterpretation,
    Event::GapSilence,
];

const DELAY: usize = 0;
const REORDER: usize = 1;
const OVERLAP: usize = 2;
const INTERPRETATION: usize = 3;
const SILENCE: usize = 4;

/// As charts and tables call them, in the order of [`CAUSES`].
pub const CAUSE_NAMES: [&str; 5] = ["delay", "reorder", "overlap", "interpretation", "silence"];

/// By variant of the model: why it would not have been confident, as a place in [`CAUSES`].
type Causes = [Option<usize>; VARIANTS];

/// What relying parties are looking at.
#[derive(Clone, Debug)]
pub(super) struct Reliance {
    variants: Option<[Variant; VARIANTS]>,
    cases: BTreeMap<u32, Case>,
    /// Those that are not settled, though their parties are done.
    decided: BTreeMap<u32, Trusted>,
    /// Statements by subject, among them all that are not settled.
    about: BTreeMap<u32, VecDeque<u32>>,
    /// With so many subjects the settled statements are left out again.
    crowded: usize,
}

#[derive(Clone, Debug)]
struct Case {
    told: VirtualTime,
    wait: Wait,
    /// As many as any variant keeps.
    reads: Vec<Read>,
    /// Which variants would be confident by now.
    reached: [bool; VARIANTS],
    last: Option<Sight>,
    repeats: u64,
    same: u64,
    looks: u64,
}

/// Of one subject, older statements than so many are not looked at.
const MOST_ABOUT: usize = 64;

/// It is not worth while to go through fewer subjects in search of what is settled.
const FEW_SUBJECTS: usize = 256;

impl Reliance {
    pub(super) fn new(model: Option<Model>) -> Self {
        let variants = model.map(|model| model.variants());
        let (cases, decided, about) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { variants, cases, decided, about, crowded: FEW_SUBJECTS }
    }

    /// A statement about a subject is planned.
    pub(super) fn stated(&mut self, operation: u32, subject: u32) {
        if self.variants.is_some() {
            let about = self.about.entry(subject).or_default();
            about.push_back(operation);
            if about.len() > MOST_ABOUT {
                about.pop_front();
            }
        }
    }

    /// Forgets what is settled.
    pub(super) fn forget_before(&mut self, front: u32) {
        while let Some(entry) = self.cases.first_entry().filter(|entry| *entry.key() < front) {
            entry.remove();
        }
        while let Some(entry) = self.decided.first_entry().filter(|entry| *entry.key() < front) {
            entry.remove();
        }
        if self.about.len() >= self.crowded {
            self.about.retain(|_, operations| operations.back().is_some_and(|last| *last >= front));
            self.crowded = FEW_SUBJECTS.max(2 * self.about.len());
        }
    }

    /// What the party of an operation came to.
    pub(super) fn decided(&self, operation: u32) -> Option<Trusted> {
        self.decided.get(&operation).copied()
    }

    fn told(&mut self, operation: u32, elapsed: u32, expected: u32, now: VirtualTime) {
        let micros = |micros: u32| Span::from_micros(micros.into());
        let expected = (expected != Fact::NONE).then(|| micros(expected));
        let wait = Wait { elapsed: micros(elapsed), expected };
        let (told, reads, reached) = (now, Vec::new(), [false; VARIANTS]);
        let (last, repeats, same, looks) = (None, 0, 0, 0);
        let case = Case { told, wait, reads, reached, last, repeats, same, looks };
        self.cases.insert(operation, case);
    }

    fn looked(&mut self, operation: u32, validator: u16, sight: Option<Sight>, now: VirtualTime) {
        let Some(variants) = &self.variants else { return };
        let Some(case) = self.cases.get_mut(&operation) else { return };
        let at = now.since(case.told);
        case.looks += 1;
        case.reads.push(Read { validator, at, sight });
        let most = variants.iter().map(|variant| usize::from(variant.model.kept)).max();
        if case.reads.len() > most.unwrap_or(1) {
            case.reads.remove(0);
        }
        for (reached, variant) in case.reached.iter_mut().zip(variants) {
            let factors = || variant.factors(&case.reads, case.wait, at);
            *reached = *reached || variant.model.is_confident(factors().confidence());
        }
        if let Some(sight) = sight {
            let before = case.last.replace(sight);
            case.repeats += u64::from(before.is_some());
            case.same += u64::from(before.is_some_and(|before| before.agrees_with(&sight)));
        }
    }
}

impl Case {
    /// Adds what its party came to, and what it would have come to with other models.
    fn add_to(&self, sums: &mut Reliances, retries: u64, causes: Causes) {
        for (at, held) in sums.variants.iter_mut().enumerate() {
            held.confident += u64::from(self.reached[at]);
            match causes[at] {
                Some(cause) => held.causes[cause] += 1,
                None => held.open += u64::from(!self.reached[at]),
            }
        }
        sums.acts += self.looks.saturating_sub(1) + retries;
        sums.repeats += self.repeats;
        sums.same += self.same;
    }

    /// By variant, why it would not have been confident; nothing where it would, or perhaps.
    fn causes(
        &self,
        variants: &[Variant; VARIANTS],
        is_confident: bool,
        seen: &Seen<'_>,
    ) -> Causes {
        std::array::from_fn(|at| {
            let variant = &variants[at];
            let is_over = !is_confident || !variant.may_reach(self.wait);
            let is_gap = is_over && !self.reached[at];
            is_gap.then(|| self.cause(variant, seen))
        })
    }

    /// The factors at the last look; all 0 before the first.
    fn factors(&self, variant: &Variant) -> Factors {
        let last = self.reads.last();
        last.map_or_else(Factors::default, |last| variant.factors(&self.reads, self.wait, last.at))
    }

    /// What the factor that costs most comes from, as a place in [`CAUSES`].
    fn cause(&self, variant: &Variant, seen: &Seen<'_>) -> usize {
        const TO_BLAME: [Option<usize>; FACTORS] =
            [None, Some(SILENCE), Some(REORDER), Some(DELAY), Some(SILENCE)];
        let kept = self.reads.len().saturating_sub(variant.model.kept.into());
        let kept = &self.reads[kept..];
        match TO_BLAME[self.factors(variant).worst()] {
            Some(REORDER) if was_judged_otherwise(kept, seen) => return INTERPRETATION,
            Some(cause) => return cause,
            None => {}
        }
        match Dissent::among(kept) {
            Dissent::Silence => SILENCE,
            Dissent::Of(_) if seen.is_overlapped => OVERLAP,
            Dissent::Of(validator) => match seen.verdict(validator) {
                None => DELAY,
                Some(verdict) if verdict.is_orphan() && !seen.refused(validator) => REORDER,
                Some(_) => INTERPRETATION,
            },
        }
    }
}

/// Whether whoever lacked it or a linked parent had refused that, or what it refers to: the answer
/// flips from one validator to the next, and not with time.
fn was_judged_otherwise(kept: &[Read], seen: &Seen<'_>) -> bool {
    let is_lacking = |sight: &Sight| sight.is_orphaned || sight.status == Status::Unknown;
    let lacks = |read: &&Read| read.sight.as_ref().is_some_and(is_lacking);
    let mut lacking = kept.iter().filter(lacks).peekable();
    lacking.peek().is_some() && lacking.all(|read| seen.refused(read.validator))
}

/// Who keeps looks from agreeing.
enum Dissent {
    Silence,
    Of(u16),
}

impl Dissent {
    /// Silence if most of the looks that agree with no other, or with fewer, were not answered.
    fn among(kept: &[Read]) -> Self {
        let silent = kept.iter().filter(|read| read.sight.is_none()).count();
        let dissenting = dissenting(kept);
        match dissenting.first() {
            Some(first) if dissenting.len() >= silent => Self::Of(*first),
            _ => Self::Silence,
        }
    }
}

impl Observers {
    /// A fact about relying parties.
    pub(super) fn trusted(&mut self, fact: &Fact, now: VirtualTime) {
        match *fact {
            Fact::Wanted { operation, .. } => {
                if let Some(slot) = self.touch(operation, now) {
                    self.ledger.record_mut(slot).events.add(Event::Relied);
                }
            }
            Fact::Relied { operation, elapsed, expected }
                if self.touch(operation, now).is_some() =>
            {
                self.reliance.told(operation, elapsed, expected, now);
            }
            Fact::Looked { operation, validator, said, .. }
                if self.touch(operation, now).is_some() =>
            {
                let sight = said.and_then(|_| sight(fact));
                self.reliance.looked(operation, validator, sight, now);
            }
            Fact::Confident { operation, .. } => self.relied(operation, now, true),
            Fact::Doubted { operation, .. } => self.relied(operation, now, false),
            _ => {}
        }
    }

    /// A relying party is done with it.
    fn relied(&mut self, operation: u32, now: VirtualTime, is_confident: bool) {
        let Some(slot) = self.touch(operation, now) else { return };
        let Some(mut case) = self.reliance.cases.remove(&operation) else { return };
        // The party decides; what is recomputed knows its waits to the microsecond only.
        case.reached[0] = is_confident;
        let Some(variants) = self.reliance.variants else { return };
        let is_overlapped = !is_confident && self.is_overlapped(operation, slot, now);
        let seen = Seen { ledger: &self.ledger, slot, is_overlapped };
        let causes = case.causes(&variants, is_confident, &seen);
        let factors = case.factors(&variants[0]);
        let record = self.ledger.record_mut(slot);
        record.events.add_if(Event::Confident, is_confident);
        record.events.add_if(Event::TrustGap, !is_confident);
        if let Some(cause) = causes[0] {
            record.events.add(CAUSES[cause]);
        }
        let hesitation = is_confident.then(|| now.since(record.answered));
        let trusted = Trusted { hesitation, looks: case.looks, factors };
        self.reliance.decided.insert(operation, trusted);
        let (phases, retries) = (record.phases, u64::from(record.attempts.saturating_sub(1)));
        for phase in phases_of(phases) {
            let tally = &mut self.tallies[phase];
            tally.due(Sample::Hesitation, hesitation);
            tally.samples_mut(Sample::Looks).record(case.looks);
            case.add_to(&mut tally.trust, retries, causes);
            if case.looks > 0 {
                tally.trust.judged(factors);
            }
        }
    }

    /// One that nobody decided on when it was settled is not trusted if it was proven; that its
    /// party was never told is silence.
    pub(super) fn settle_reliance(&mut self, operation: u32, slot: usize) {
        let record = self.ledger.record(slot);
        let has = |event| record.events.has(event);
        let is_decided = has(Event::Confident) || has(Event::TrustGap);
        if is_decided || !has(Event::Relied) || !has(Event::ProofOk) {
            return;
        }
        let now = record.last_touch;
        if !self.reliance.cases.contains_key(&operation) {
            self.reliance.told(operation, 0, Fact::NONE, now);
        }
        self.relied(operation, now, false);
    }

    /// Whether another statement on the same subject was under way by `now`. Statements that link
    /// to one another do not get in each other's way.
    fn is_overlapped(&self, operation: u32, slot: usize, now: VirtualTime) -> bool {
        let record = self.ledger.record(slot);
        let Some(about) = self.reliance.about.get(&record.subject) else { return false };
        let others = about.iter().filter(|other| **other != operation);
        let live = others.filter_map(|other| match self.ledger.find(*other) {
            Place::Slot(slot) => Some(self.ledger.record(slot)),
            Place::Settled | Place::Beyond => None,
        });
        live.filter(|other| !is_chained(record, other)).any(|other| {
            let is_over = other.answered != NEVER && other.answered < record.intended;
            other.intended <= now && !is_over
        })
    }
}

fn is_chained(one: &Record, other: &Record) -> bool {
    let are_plain = one.kind == Kind::Attest && other.kind == Kind::Attest;
    are_plain && (one.target != Fact::NONE || other.target != Fact::NONE)
}

/// What a look showed.
fn sight(fact: &Fact) -> Option<Sight> {
    let Fact::Looked { said, position, digest, age, stamps, is_orphaned, .. } = *fact else {
        return None;
    };
    let age = Span::from_micros(age.into());
    Some(Sight { status: said?, position, digest, age, stamps: Stamps(stamps), is_orphaned })
}

#[cfg(test)]
mod tests;
