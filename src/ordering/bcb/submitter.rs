//! The client's half, which drives everything: collects votes into a certificate and sends it to
//! all, sends again what may be lost, supplies what validators miss.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::{Bcb, Claim, Confirm, DOUBLINGS, Message, Params, Proof, backoff};
use crate::ordering::certificate::{Counted, Statement, Tally};
use crate::ordering::prelude::*;

/// The client's half.
pub struct Submitter {
    committee: Committee,
    keys: KeyRing,
    params: Params,
    orders: BTreeMap<Claim, Order>,
    claims: IdMap<Claim>,
    /// Orders still to be driven.
    driven: BTreeMap<Claim, Drive>,
    /// Orders by age, oldest first.
    ages: VecDeque<(LocalTime, Claim)>,
    ticking: bool,
}

struct Order {
    item: Item,
    progress: Progress,
}

enum Progress {
    Voting(Tally<Claim>),
    Certified(Arc<Proof>),
}

/// When to send again, and how often that was done before.
#[derive(Clone, Copy, Debug)]
struct Drive {
    due: LocalTime,
    sent: u32,
}

const TICK: TimerId = TimerId(0);

impl Submitter {
    pub(super) fn new(committee: Committee, keys: KeyRing, params: Params) -> Self {
        Self {
            committee,
            keys,
            params,
            orders: BTreeMap::new(),
            claims: IdMap::default(),
            driven: BTreeMap::new(),
            ages: VecDeque::new(),
            ticking: false,
        }
    }

    fn drive(&mut self, now: LocalTime, claim: Claim, out: &mut SubmitterOut<Bcb>) {
        self.driven.insert(claim, Drive { due: now + self.params.resend, sent: 0 });
        if !self.ticking {
            self.ticking = true;
            out.set_timer(self.params.resend, TICK);
        }
    }

    /// Forgets certificates older than the history. What is not certified stays: validators
    /// may ask for it as long as something later of this attester waits for it.
    fn forget(&mut self, now: LocalTime) {
        let horizon = now - self.params.history;
        while self.ages.front().is_some_and(|(at, _)| *at < horizon) {
            let Some((_, claim)) = self.ages.pop_front() else { return };
            let order = self.orders.get(&claim);
            if order.is_some_and(|order| matches!(order.progress, Progress::Certified(_))) {
                self.orders.remove(&claim);
                self.claims.remove(&claim.id);
                self.driven.remove(&claim);
            }
        }
    }

    fn vote(&mut self, now: LocalTime, from: u16, vote: (&Claim, &Signature), to: &mut Outbox) {
        let (claim, signature) = vote;
        let Some(order) = self.orders.get_mut(claim) else { return };
        let Progress::Voting(tally) = &mut order.progress else { return };
        if !claim.is_signed_by(from, signature, &self.keys) {
            return;
        }
        if let Counted::Quorum(certificate) = tally.add(from, claim, signature) {
            let signed = order.item.signed.clone();
            order.progress = Progress::Certified(Arc::new(Proof { signed, certificate }));
            order.send(&self.committee, to);
            if let Some(drive) = self.driven.get_mut(claim) {
                *drive = Drive { due: now + self.params.resend, sent: 0 };
            }
        }
    }

    /// A validator waits for something of this attester: it gets what is certified, and what is
    /// not is driven again, even if the client has given it up: all that follows depends on it.
    fn missing(&mut self, now: LocalTime, from: u16, claims: (u32, u32, u32), to: &mut Outbox) {
        let (attester, first, below) = claims;
        let least = |sequence| Claim { attester, sequence, id: Id::LEAST };
        let mut uncertified = Vec::new();
        for (claim, order) in self.orders.range(least(first)..least(below.max(first))) {
            match order.confirm() {
                Some(confirm) => to.send(from, Message::Confirm(confirm)),
                None if !self.driven.contains_key(claim) => uncertified.push(claim.clone()),
                None => {}
            }
        }
        for claim in uncertified {
            self.orders[&claim].send(&self.committee, to);
            self.drive(now, claim, to);
        }
    }
}

type Outbox = SubmitterOut<Bcb>;

impl Order {
    fn confirm(&self) -> Option<Confirm> {
        match &self.progress {
            Progress::Voting(_) => None,
            Progress::Certified(proof) => {
                Some(Confirm { proof: proof.clone(), attempt: self.item.attempt })
            }
        }
    }

    /// The certificate to all, or the order to those who have not voted.
    fn send(&self, committee: &Committee, out: &mut SubmitterOut<Bcb>) {
        match &self.progress {
            Progress::Certified(proof) => {
                let confirm = Confirm { proof: proof.clone(), attempt: self.item.attempt };
                out.broadcast(Message::Confirm(confirm));
            }
            Progress::Voting(tally) => {
                for member in committee.members().filter(|member| !tally.has_voted(*member)) {
                    out.send(member, Message::Order(self.item.clone()));
                }
            }
        }
    }
}

impl crate::ordering::Submitter<Bcb> for Submitter {
    fn submit(&mut self, now: LocalTime, item: &Item, out: &mut SubmitterOut<Bcb>) {
        self.forget(now);
        let claim = Claim::of(&item.signed);
        match self.orders.get_mut(&claim) {
            Some(order) => {
                order.item.attempt = order.item.attempt.max(item.attempt);
                if let Some(confirm) = order.confirm() {
                    out.broadcast(Message::Confirm(confirm));
                }
            }
            None => {
                let quorum = self.params.quorum(&self.committee);
                let progress = Progress::Voting(Tally::new(quorum));
                self.orders.insert(claim.clone(), Order { item: item.clone(), progress });
                self.claims.insert(claim.id, claim.clone());
                self.ages.push_back((now, claim.clone()));
            }
        }
        self.drive(now, claim, out);
    }

    fn receive(
        &mut self,
        now: LocalTime,
        from: u16,
        message: &Message,
        out: &mut SubmitterOut<Bcb>,
    ) {
        match message {
            Message::Vote(claim, signature) => self.vote(now, from, (claim, signature), out),
            Message::Missing { attester, from: first, below } => {
                self.missing(now, from, (*attester, *first, *below), out);
            }
            Message::Order(_)
            | Message::Confirm(_)
            | Message::Frontier(_)
            | Message::Supply { .. } => {}
        }
    }

    fn timer(&mut self, now: LocalTime, _: TimerId, out: &mut SubmitterOut<Bcb>) {
        for (claim, drive) in &mut self.driven {
            if drive.due <= now {
                self.orders[claim].send(&self.committee, out);
                drive.sent += 1;
                drive.due = now + backoff(self.params.resend, drive.sent, DOUBLINGS);
            }
        }
        self.ticking = !self.driven.is_empty();
        if self.ticking {
            out.set_timer(self.params.resend, TICK);
        }
    }

    fn retire(&mut self, id: &Id) {
        if let Some(claim) = self.claims.find(id) {
            self.driven.remove(claim);
        }
    }
}
