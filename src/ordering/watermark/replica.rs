//! The validator's half of `watermark`.

use std::collections::BTreeMap;

use super::{Late, Message, Params, Watermark};
use crate::ordering::holdback::{Place, Sources, place};
use crate::ordering::prelude::*;
use crate::ordering::{Delivered, delivered};

const TICK: TimerId = TimerId(0);
const NOTE_LATE: u16 = 0;
const NOTE_FUTURE: u16 = 1;

/// What is held, and how far the watermark is.
pub struct Replica {
    params: Params,
    held: BTreeMap<Place<LocalTime>, Item>,
    sources: Sources,
    is_ticking: bool,
    /// Only with `late = "deliver"`: what the watermark has passed is no duplicate there.
    delivered: Delivered,
    late: i64,
    future: i64,
}

impl Replica {
    pub(super) fn new(params: &Params) -> Self {
        Self {
            params: params.clone(),
            held: BTreeMap::new(),
            sources: Sources::new(params.hold, params.idle),
            is_ticking: false,
            delivered: Delivered::new(params.history),
            late: 0,
            future: 0,
        }
    }

    fn hold(&mut self, now: LocalTime, item: Item, out: &mut Out<Watermark>) {
        self.sources.hear(now, &item);
        let place = place(item.signed.attestation.written_at, &item);
        self.held.entry(place).or_insert(item);
        if !self.is_ticking {
            self.is_ticking = true;
            out.set_timer(self.params.tick, TICK);
        }
    }

    fn late(&mut self, now: LocalTime, item: Item, out: &mut Out<Watermark>) {
        if self.delivered.covers(&item) {
            return;
        }
        self.late += 1;
        out.note(NOTE_LATE, self.late);
        match self.params.late {
            Late::Drop => {}
            Late::Deliver => {
                self.deliver(now, item, out);
                self.persist(now, out);
            }
        }
    }

    fn deliver(&mut self, now: LocalTime, item: Item, out: &mut Out<Watermark>) {
        if self.params.late == Late::Deliver {
            self.delivered.insert(now, &item);
        }
        out.deliver(item);
    }

    fn persist(&mut self, now: LocalTime, out: &mut Out<Watermark>) {
        self.delivered.forget_old(now, drop);
        out.persist((self.sources.watermark(), self.delivered.durable()));
    }
}

impl crate::ordering::Replica<Watermark> for Replica {
    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Watermark>) {
        let written_at = item.signed.attestation.written_at;
        if written_at <= self.sources.watermark() {
            self.late(now, item, out);
        } else if written_at > now + self.params.future {
            self.future += 1;
            out.note(NOTE_FUTURE, self.future);
        } else if !self.delivered.covers(&item) {
            self.hold(now, item, out);
        }
    }

    fn receive(&mut self, _: LocalTime, _: Peer, message: &Message, _: &mut Out<Watermark>) {
        match *message {}
    }

    fn timer(&mut self, now: LocalTime, _: TimerId, out: &mut Out<Watermark>) {
        self.sources.advance(now);
        let mut is_changed = false;
        while let Some(first) = self.held.first_entry()
            && first.key().0 <= self.sources.watermark()
        {
            let item = first.remove();
            self.deliver(now, item, out);
            is_changed = true;
        }
        if is_changed {
            self.persist(now, out);
        }
        self.is_ticking = !self.held.is_empty();
        if self.is_ticking {
            out.set_timer(self.params.tick, TICK);
        }
    }

    fn restart(
        &mut self,
        _: LocalTime,
        durable: Option<(LocalTime, delivered::Durable)>,
        _: &mut Out<Watermark>,
    ) {
        if let Some((watermark, delivered)) = durable {
            self.sources.restore(watermark);
            self.delivered.restore(&delivered);
        }
    }
}
