//! A table of things that a timer will come back to.

use crate::network::TimerSlot;

/// Things by slot; a free slot is used again.
#[derive(Debug)]
pub(super) struct Slots<T> {
    things: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Slots<T> {
    /// Keeps `thing` and says where.
    pub(super) fn put(&mut self, thing: T) -> TimerSlot {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.things.push(None);
            self.things.len() as u32 - 1
        });
        self.things[slot as usize] = Some(thing);
        TimerSlot(slot)
    }

    /// What is kept at `slot`, to look at.
    pub(super) fn get(&self, slot: TimerSlot) -> Option<&T> {
        self.things.get(slot.0 as usize)?.as_ref()
    }

    /// What is kept at `slot`.
    pub(super) fn get_mut(&mut self, slot: TimerSlot) -> Option<&mut T> {
        self.things.get_mut(slot.0 as usize)?.as_mut()
    }

    /// Takes back what is kept at `slot`.
    pub(super) fn take(&mut self, slot: TimerSlot) -> Option<T> {
        let thing = self.things.get_mut(slot.0 as usize)?.take();
        if thing.is_some() {
            self.free.push(slot.0);
        }
        thing
    }

    /// Everything that is kept.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.things.iter().flatten()
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.things.clear();
        self.free.clear();
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { things: Vec::new(), free: Vec::new() }
    }
}
