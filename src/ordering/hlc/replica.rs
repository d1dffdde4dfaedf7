//! The validator's half of `hlc`.

use super::book::{Book, Change};
use super::{Deliver, Hlc, Message, Params};
use crate::ordering::holdback::Sources;
use crate::ordering::kept::{JournalOf, Kept};
use crate::ordering::prelude::*;
use crate::ordering::stamps::Stamped;

const TICK: TimerId = TimerId(0);
const NOTE_LATE: u16 = 0;
const NOTE_FUTURE: u16 = 1;
const NOTE_RETRACTED: u16 = 2;

/// What is not final, and how far the watermark is.
pub struct Replica {
    params: Params,
    book: Kept<Book>,
    sources: Sources,
    is_ticking: bool,
    late: i64,
    future: i64,
    retracted: i64,
}

impl Replica {
    pub(super) fn new(params: &Params) -> Self {
        Self {
            book: Kept::new(Book::new(params)),
            sources: Sources::new(params.hold, params.idle),
            params: params.clone(),
            is_ticking: false,
            late: 0,
            future: 0,
            retracted: 0,
        }
    }

    fn plan(&self, item: &Item) -> Vec<Stamped> {
        #[cfg(test)]
        if self.params.is_plain {
            let stamp = super::book::plain(item);
            return vec![Stamped { item: item.clone(), before: None, stamp }];
        }
        self.book.plan(item)
    }

    /// What has come takes its place, and so does what it is a cause of.
    fn hold(&mut self, now: LocalTime, changes: Vec<Stamped>, out: &mut Out<Hlc>) {
        let is_provisional = self.params.deliver == Deliver::Provisional;
        if is_provisional {
            let before = self.retracted;
            for item in self.book.from(&changes).rev() {
                self.retracted += 1;
                out.retract(item.clone());
            }
            if self.retracted > before {
                out.note(NOTE_RETRACTED, self.retracted);
            }
        }
        self.book.change(Change::Stamped(now, changes.clone()));
        if is_provisional {
            self.book.from(&changes).for_each(|item| out.deliver_provisional(item.clone()));
        }
        out.persist(self.book.journal());
        self.tick(out);
    }

    fn tick(&mut self, out: &mut Out<Hlc>) {
        if !self.is_ticking && !self.book.is_empty() {
            self.is_ticking = true;
            out.set_timer(self.params.tick, TICK);
        }
    }

    /// What the watermark passes is final.
    fn pass(&mut self, now: LocalTime, out: &mut Out<Hlc>) {
        let watermark = self.sources.watermark();
        let mut is_changed = false;
        for item in self.book.until(watermark) {
            match self.params.deliver {
                Deliver::Stable => out.deliver(item.clone()),
                Deliver::Provisional => out.certificate(item.clone()),
            }
            is_changed = true;
        }
        if is_changed {
            self.book.change(Change::Passed(now, watermark));
            out.persist(self.book.journal());
        }
    }
}

impl crate::ordering::Replica<Hlc> for Replica {
    /// Section 4 of our reference: too far ahead is refused, too far behind is late.
    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Hlc>) {
        if self.book.is_known(&item) {
            return;
        }
        let changes = self.plan(&item);
        let Some(Stamped { stamp, .. }) = changes.first() else { return };
        if stamp.l <= self.sources.watermark() {
            self.late += 1;
            out.note(NOTE_LATE, self.late);
        } else if stamp.l > now + self.params.epsilon_max {
            self.future += 1;
            out.note(NOTE_FUTURE, self.future);
        } else {
            if item.signed.attestation.written_at > self.sources.watermark() {
                self.sources.hear(now, &item);
            }
            self.hold(now, changes, out);
        }
    }

    fn receive(&mut self, _: LocalTime, _: Peer, message: &Message, _: &mut Out<Hlc>) {
        match *message {}
    }

    fn timer(&mut self, now: LocalTime, _: TimerId, out: &mut Out<Hlc>) {
        self.is_ticking = false;
        self.sources.advance(now);
        self.pass(now, out);
        self.tick(out);
    }

    fn restart(&mut self, _: LocalTime, durable: Option<JournalOf<Book>>, out: &mut Out<Hlc>) {
        if let Some(journal) = durable {
            self.book = Kept::restore(&journal);
            self.sources.restore(self.book.watermark());
            self.tick(out);
        }
    }
}
