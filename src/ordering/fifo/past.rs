//! What a replica delivered: how far it is with each attester, and the statements it still keeps.

use std::collections::{BTreeMap, VecDeque};

use crate::attestation::AttesterId;
use crate::kernel::{LocalTime, Span};
use crate::ordering::Item;

/// Everything that survives a crash.
#[derive(Clone, Default)]
pub struct Past {
    sources: BTreeMap<AttesterId, Source>,
    /// One entry per kept statement, the oldest first.
    ages: VecDeque<(LocalTime, AttesterId)>,
}

/// One attester.
#[derive(Clone, Default)]
struct Source {
    next: u32,
    /// The statements just below `next`, in order; `None` was skipped.
    kept: VecDeque<Option<Item>>,
    quarantined_from: Option<u32>,
}

/// One step of it.
#[derive(Clone)]
pub enum Event {
    /// The attester's next statement was delivered, or one of before once more.
    Delivered(LocalTime, Item),
    /// Everything of the attester below this number is given up.
    Skipped(LocalTime, AttesterId, u32),
    /// The attester is heard no more from this number on.
    Quarantined(AttesterId, u32),
}

/// What to do with a statement.
pub(super) enum Place {
    /// It is the next.
    Next,
    /// Something is missing in front of it.
    Ahead,
    /// It was delivered; this is a new try of it.
    Again,
    /// There is nothing to do.
    Known,
    /// This one was delivered under its number.
    Contradicts(Item),
    /// Its attester is quarantined.
    Quarantined,
}

impl Past {
    /// Where `item` belongs.
    pub(super) fn place(&self, item: &Item) -> Place {
        let attestation = &item.signed.attestation;
        let Some(source) = self.sources.get(&attestation.attester) else {
            return if attestation.sequence == 0 { Place::Next } else { Place::Ahead };
        };
        if source.next > attestation.sequence {
            return source.place_again(item);
        }
        match source.quarantined_from {
            Some(from) if from <= attestation.sequence => Place::Quarantined,
            _ if source.next == attestation.sequence => Place::Next,
            _ => Place::Ahead,
        }
    }

    /// The number that the attester's next statement has.
    pub(super) fn next(&self, attester: AttesterId) -> u32 {
        self.sources.get(&attester).map_or(0, |source| source.next)
    }

    pub(super) fn is_quarantined(&self, attester: AttesterId) -> bool {
        self.sources.get(&attester).is_some_and(|source| source.quarantined_from.is_some())
    }

    /// The first number still kept, and what is kept from `from` to before `to`, `most` at most.
    pub(super) fn kept(
        &self,
        attester: AttesterId,
        (from, to): (u32, u32),
        most: usize,
    ) -> Option<(u32, Vec<Item>)> {
        let source = self.sources.get(&attester)?;
        let oldest = source.oldest();
        let skip = from.saturating_sub(oldest) as usize;
        let wanted = to.saturating_sub(oldest.max(from)) as usize;
        let kept = source.kept.iter().skip(skip).take(wanted.min(most));
        Some((oldest, kept.flatten().cloned().collect()))
    }

    /// How many statements are kept.
    pub(super) fn len(&self) -> usize {
        self.ages.len() + self.sources.len()
    }

    /// Takes a step.
    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Delivered(now, item) => {
                let attester = item.signed.attestation.attester;
                let source = self.sources.entry(attester).or_default();
                if let Some(place) = source.slot(item.signed.attestation.sequence) {
                    *place = Some(item.clone());
                } else {
                    source.next += 1;
                    source.kept.push_back(Some(item.clone()));
                    self.ages.push_back((*now, attester));
                }
            }
            Event::Skipped(now, attester, to) => {
                let source = self.sources.entry(*attester).or_default();
                for _ in source.next..*to {
                    source.kept.push_back(None);
                    self.ages.push_back((*now, *attester));
                }
                source.next = *to;
            }
            Event::Quarantined(attester, from) => {
                let source = self.sources.entry(*attester).or_default();
                let earlier = source.quarantined_from.unwrap_or(*from);
                source.quarantined_from = Some(earlier.min(*from));
            }
        }
    }

    /// Keeps no more what was delivered longer than `history` ago.
    pub(super) fn forget_old(&mut self, now: LocalTime, history: Span) {
        while let Some((at, attester)) = self.ages.front()
            && *at + history < now
        {
            if let Some(source) = self.sources.get_mut(attester) {
                source.kept.pop_front();
            }
            self.ages.pop_front();
        }
    }
}

impl Source {
    fn oldest(&self) -> u32 {
        self.next - self.kept.len() as u32
    }

    fn slot(&mut self, sequence: u32) -> Option<&mut Option<Item>> {
        let at = sequence.checked_sub(self.oldest())?;
        self.kept.get_mut(at as usize)
    }

    /// What is not kept any more cannot be told from a duplicate, and is taken for one.
    fn place_again(&self, item: &Item) -> Place {
        let at = item.signed.attestation.sequence.checked_sub(self.oldest());
        match at.and_then(|at| self.kept.get(at as usize)) {
            Some(Some(kept)) if kept.id() != item.id() => Place::Contradicts(kept.clone()),
            Some(Some(kept)) if kept.attempt < item.attempt => Place::Again,
            _ => Place::Known,
        }
    }
}
