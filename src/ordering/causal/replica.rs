//! The validator's half of `causal`.

use std::collections::VecDeque;

use super::faded::{Faded, Kept};
use super::{Causal, Message, Params};
use crate::ordering::prelude::*;
use crate::ordering::{Chase, Delivered, delivered};

const FETCH: TimerId = TimerId(0);
const NOTE_DROPPED: u16 = 0;

/// What was delivered, and what waits for what.
pub struct Replica {
    seat: Seat,
    params: Params,
    delivered: Delivered,
    faded: Faded,
    held: IdMap<Item>,
    /// When each held statement came; those let go since are still in it.
    ages: VecDeque<(LocalTime, Id)>,
    /// Held statements by what they wait for, in order of arrival.
    children: IdMap<Vec<Id>>,
    missing: Chase<Id>,
    is_changed: bool,
    dropped: i64,
}

impl Replica {
    pub(super) fn new(seat: Seat, params: &Params) -> Self {
        Self {
            missing: Chase::new(&seat, params.pauses()),
            seat,
            params: params.clone(),
            delivered: Delivered::new(params.history),
            faded: Faded::new(params.references),
            held: IdMap::default(),
            ages: VecDeque::new(),
            children: IdMap::default(),
            is_changed: false,
            dropped: 0,
        }
    }

    /// Section 5 of our reference, the hash DAG form.
    /// `giver` is who gave it to us for a child, and the first to be asked for its parent.
    fn accept(&mut self, now: LocalTime, item: Item, giver: Option<u16>, out: &mut Out<Causal>) {
        let id = item.id();
        if self.delivered.covers(&item) || (item.attempt == 0 && self.faded.contains(&id)) {
            return;
        }
        if let Some(held) = self.held.find_mut(&id) {
            held.attempt = held.attempt.max(item.attempt);
            return;
        }
        match item.signed.attestation.action.reference() {
            Some(parent) if !self.is_delivered(&parent) => {
                self.hold(item, (now, parent), giver, out);
            }
            _ => self.deliver(now, item, out),
        }
    }

    fn is_delivered(&self, id: &Id) -> bool {
        self.delivered.find(id).is_some() || self.faded.contains(id)
    }

    /// Delivers `item` and whatever waited for it, and for that.
    fn deliver(&mut self, now: LocalTime, item: Item, out: &mut Out<Causal>) {
        let mut ready = VecDeque::from([item]);
        while let Some(item) = ready.pop_front() {
            let id = item.id();
            self.delivered.insert(now, &item);
            self.missing.end(id);
            out.deliver(item);
            let children = self.children.remove(&id).unwrap_or_default();
            ready.extend(children.iter().filter_map(|child| self.held.remove(child)));
        }
        self.is_changed = true;
    }

    fn hold(
        &mut self,
        item: Item,
        (now, parent): (LocalTime, Id),
        giver: Option<u16>,
        out: &mut Out<Causal>,
    ) {
        if self.held.len() >= self.params.held as usize {
            self.drop_oldest(now, out);
        }
        let id = item.id();
        self.children.find_or_insert_with(parent, Vec::new).push(id);
        self.held.insert(id, item.clone());
        self.ages.push_back((now, id));
        // What is here, if only held, need not be fetched.
        self.missing.end(id);
        match giver {
            _ if self.held.contains(&parent) => {}
            Some(peer) => self.missing.begin_at(now, parent, peer),
            None => self.missing.begin(now, parent, || out.draw()),
        }
        out.waits(item);
    }

    fn drop_old(&mut self, now: LocalTime, out: &mut Out<Causal>) {
        while let Some((at, id)) = self.ages.front() {
            if self.held.contains(id) {
                if *at + self.params.history >= now {
                    return;
                }
                self.drop_oldest(now, out);
            } else {
                self.ages.pop_front();
            }
        }
    }

    fn drop_oldest(&mut self, now: LocalTime, out: &mut Out<Causal>) {
        let (ages, held) = (&mut self.ages, &mut self.held);
        let Some(item) =
            std::iter::from_fn(|| ages.pop_front()).find_map(|(_, id)| held.remove(&id))
        else {
            return;
        };
        self.dropped += 1;
        out.note(NOTE_DROPPED, self.dropped);
        if self.children.contains(&item.id()) {
            self.missing.begin(now, item.id(), || out.draw());
        }
        let Some(parent) = item.signed.attestation.action.reference() else { return };
        let Some(siblings) = self.children.find_mut(&parent) else { return };
        siblings.retain(|sibling| *sibling != item.id());
        if siblings.is_empty() {
            self.children.remove(&parent);
            self.missing.end(parent);
        }
    }

    fn find(&self, id: &Id) -> Option<Item> {
        self.delivered.find(id).or_else(|| self.held.find(id)).cloned()
    }

    fn ask(&mut self, now: LocalTime, out: &mut Out<Causal>) {
        #[cfg(test)]
        if self.params.is_hasty {
            return self.deliver_hastily(now, out);
        }
        for (peer, ids) in self.missing.questions(now) {
            out.send(Peer::Replica(peer), Message::Fetch(ids));
        }
    }

    #[cfg(test)]
    fn deliver_hastily(&mut self, now: LocalTime, out: &mut Out<Causal>) {
        while let Some(question) = self.missing.question(now) {
            self.missing.end(question.key);
            for child in self.children.remove(&question.key).unwrap_or_default() {
                let child = self.held.remove(&child);
                child.into_iter().for_each(|child| self.deliver(now, child, out));
            }
        }
    }

    /// After every call: old things are let go, what changed is persisted, the timer set.
    fn finish(&mut self, now: LocalTime, out: &mut Out<Causal>) {
        self.drop_old(now, out);
        if std::mem::take(&mut self.is_changed) {
            let faded = &mut self.faded;
            self.delivered.forget_old(now, |id| faded.insert(now, &id));
            out.persist((self.delivered.durable(), self.faded.durable()));
        }
        self.missing.arm(now, FETCH, out);
    }
}

impl crate::ordering::Replica<Causal> for Replica {
    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Causal>) {
        self.accept(now, item, None, out);
        self.finish(now, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, message: &Message, out: &mut Out<Causal>) {
        match message {
            Message::Fetch(ids) => {
                let items: Vec<Item> = ids.iter().filter_map(|id| self.find(id)).collect();
                if !items.is_empty() {
                    out.send(from, Message::Found(items));
                }
            }
            Message::Found(items) => {
                let Peer::Replica(giver) = from else { return };
                for item in items {
                    if item.signed.is_genuine(self.seat.signer.ring()) {
                        self.accept(now, item.clone(), Some(giver), out);
                    }
                }
                self.ask(now, out);
            }
        }
        self.finish(now, out);
    }

    fn timer(&mut self, now: LocalTime, _: TimerId, out: &mut Out<Causal>) {
        self.missing.fired();
        self.ask(now, out);
        self.finish(now, out);
    }

    fn restart(
        &mut self,
        _: LocalTime,
        durable: Option<(delivered::Durable, Kept)>,
        _: &mut Out<Causal>,
    ) {
        if let Some((delivered, faded)) = durable {
            self.delivered.restore(&delivered);
            self.faded.restore(faded);
        }
    }
}
