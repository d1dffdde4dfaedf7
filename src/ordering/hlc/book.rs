//! Statements in the order of their stamps, as far as they are not final.

use std::collections::BTreeMap;

use super::Params;
use crate::kernel::LocalTime;
use crate::ordering::Item;
use crate::ordering::holdback::{Place, place};
use crate::ordering::kept::Journaled;
use crate::ordering::stamps::{Stamp, Stamped, Stamps};

/// All that survives a crash.
#[derive(Clone)]
pub struct Book {
    stamps: Stamps,
    /// What the watermark has not passed.
    held: BTreeMap<Place<Stamp>, Item>,
    watermark: LocalTime,
}

/// One step of it.
pub enum Change {
    /// Statements got stamps.
    Stamped(LocalTime, Vec<Stamped>),
    /// The watermark is there.
    Passed(LocalTime, LocalTime),
}

impl Book {
    pub(super) fn new(params: &Params) -> Self {
        Self {
            stamps: Stamps::new(params.history),
            held: BTreeMap::new(),
            watermark: LocalTime(i64::MIN),
        }
    }

    pub(super) const fn watermark(&self) -> LocalTime {
        self.watermark
    }

    pub(super) fn is_known(&self, item: &Item) -> bool {
        self.stamps.find(&item.id()).is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// What changes if `item` comes, itself first.
    pub(super) fn plan(&self, item: &Item) -> Vec<Stamped> {
        self.stamps.plan(item)
    }

    /// What is held from the lowest place on that `changes` touch.
    pub(super) fn from(&self, changes: &[Stamped]) -> impl DoubleEndedIterator<Item = &Item> {
        let places = changes.iter().flat_map(|Stamped { item, before, stamp }| {
            before.iter().chain([stamp]).map(|stamp| place(*stamp, item))
        });
        let lowest = places.min();
        lowest.into_iter().flat_map(|lowest| self.held.range(lowest..).map(|(_, item)| item))
    }

    /// What a watermark there passes, in order.
    pub(super) fn until(&self, watermark: LocalTime) -> impl Iterator<Item = &Item> {
        let held = self.held.iter().take_while(move |((stamp, ..), _)| stamp.l <= watermark);
        held.map(|(_, item)| item)
    }
}

impl Journaled for Book {
    type Change = Change;

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Stamped(now, changes) => {
                for change in changes {
                    let Stamped { item, before, stamp } = change;
                    if let Some(before) = before {
                        self.held.remove(&place(*before, item));
                    }
                    self.held.insert(place(*stamp, item), item.clone());
                    self.stamps.take(*now, change);
                }
            }
            Change::Passed(now, watermark) => {
                self.watermark = *watermark;
                while let Some(first) = self.held.first_entry()
                    && first.key().0.l <= *watermark
                {
                    self.stamps.settle(&first.remove().id());
                }
                self.stamps.forget_old(*now);
            }
        }
    }

    fn weight(&self) -> usize {
        self.stamps.len()
    }

    fn weight_of(change: &Change) -> usize {
        match change {
            Change::Stamped(_, changes) => changes.len(),
            Change::Passed(..) => 1,
        }
    }
}

/// The stamp that its own clock gives a statement.
#[cfg(test)]
pub(super) fn plain(item: &Item) -> Stamp {
    Stamp { l: item.signed.attestation.written_at, c: 0 }
}
