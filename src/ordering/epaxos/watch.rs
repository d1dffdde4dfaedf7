//! When an instance is to be looked at again.

use std::collections::{BTreeMap, BTreeSet};

use super::Epaxos;
use super::instance::Slot;
use crate::kernel::{LocalTime, Span};
use crate::ordering::{Out, TimerId};

/// Instances that are not committed, by when something is to be done about them.
#[derive(Default)]
pub(super) struct Watch {
    tries: BTreeMap<Slot, (LocalTime, u32)>,
    due: BTreeSet<(LocalTime, Slot)>,
    armed: Option<LocalTime>,
}

impl Watch {
    /// Looks at `slot` then, and not when it was planned before.
    pub(super) fn plan(&mut self, slot: Slot, due: LocalTime) {
        let entry = self.tries.entry(slot).or_insert((due, 0));
        let before = std::mem::replace(&mut entry.0, due);
        self.due.remove(&(before, slot));
        self.due.insert((due, slot));
    }

    pub(super) fn contains(&self, slot: Slot) -> bool {
        self.tries.contains_key(&slot)
    }

    /// Nothing is to be done about it any more.
    pub(super) fn end(&mut self, slot: Slot) {
        if let Some((due, _)) = self.tries.remove(&slot) {
            self.due.remove(&(due, slot));
        }
    }

    /// How often something was done about it, and once more.
    pub(super) fn count(&mut self, slot: Slot) -> u32 {
        self.tries.get_mut(&slot).map_or(0, |(_, tries)| {
            *tries += 1;
            *tries - 1
        })
    }

    /// One that is due; to be planned again, or ended.
    pub(super) fn next(&mut self, now: LocalTime) -> Option<Slot> {
        let (due, slot) = *self.due.first().filter(|(due, _)| *due <= now)?;
        self.due.remove(&(due, slot));
        Some(slot)
    }

    /// Sets `timer` to what is due first, if that is sooner than it is set to.
    pub(super) fn arm(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<Epaxos>) {
        let Some((due, _)) = self.due.first().copied() else { return };
        if self.armed.is_none_or(|armed| due < armed) {
            self.armed = Some(due);
            out.set_timer(due.since(now).max(Span::TICK), timer);
        }
    }

    /// The timer has fired.
    pub(super) fn fired(&mut self) {
        self.armed = None;
    }
}
