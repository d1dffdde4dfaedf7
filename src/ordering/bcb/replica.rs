//! The validator's half: signs once, delivers what is certified, fetches what it missed.

use std::collections::{BTreeMap, VecDeque};

use super::book::{Book, Change, Standing};
use super::{Bcb, Claim, Confirm, DOUBLINGS, Message, Params, Relay, backoff};
use crate::ordering::certificate::Statement;
use crate::ordering::kept::{JournalOf, Kept};
use crate::ordering::prelude::*;

/// The validator's half.
pub struct Replica {
    seat: Seat,
    params: Params,
    book: Kept<Book>,
    /// Certified, but something before it is missing.
    ready: BTreeMap<(u32, u32), Confirm>,
    /// Signed, and when to ask for the certificate; oldest first.
    signed: VecDeque<(LocalTime, u32, u32)>,
    /// Certificates asked for, by attester and number.
    wants: BTreeMap<(u32, u32), Want>,
    /// Below which number a peer has forgotten an attester.
    forgotten: BTreeMap<u32, BTreeMap<u16, u32>>,
    /// After a restart: peers asked for all that is missing, and when to ask the next.
    catch_up: Option<Want>,
    /// When the timer is to fire.
    tick: Option<LocalTime>,
}

#[derive(Clone, Copy, Debug)]
struct Want {
    due: LocalTime,
    asked: u32,
}

const TICK: TimerId = TimerId(0);
/// Certificates in one [`Message::Supply`].
const SUPPLY: usize = 128;

impl Replica {
    pub(super) fn new(seat: Seat, params: Params) -> Self {
        Self {
            seat,
            book: Kept::new(Book::new(params.history)),
            params,
            ready: BTreeMap::new(),
            signed: VecDeque::new(),
            wants: BTreeMap::new(),
            forgotten: BTreeMap::new(),
            catch_up: None,
            tick: None,
        }
    }

    fn change(&mut self, change: Change, out: &mut Out<Bcb>) {
        self.book.change(change);
        out.persist(self.book.journal());
    }

    /// `handle_transfer_order`: one content per attester and number is signed, ever. Unlike
    /// there, numbers ahead of the next are signed too, so an attester need not wait for itself.
    fn order(&mut self, now: LocalTime, item: Item, out: &mut Out<Bcb>) {
        let claim = Claim::of(&item.signed);
        let vote = match self.book.standing(claim.attester, claim.sequence) {
            Standing::Locked(lock) if self.params.locks() => {
                Message::Vote(Claim { id: lock.id, ..claim.clone() }, lock.signature.clone())
            }
            Standing::Free | Standing::Locked(_) => return self.sign(now, claim, out),
            Standing::Delivered(confirm) if confirm.claim() == &claim => {
                return self.again(claim, item, out);
            }
            Standing::Delivered(confirm) => {
                let old = confirm.claim().clone();
                let signature = old.signed_by(&self.seat.signer);
                Message::Vote(old, signature)
            }
            Standing::Forgotten => return,
        };
        out.send(Peer::Submitter(claim.attester), vote);
    }

    fn sign(&mut self, now: LocalTime, claim: Claim, out: &mut Out<Bcb>) {
        let signature = claim.signed_by(&self.seat.signer);
        let due = now + self.params.resend;
        self.signed.push_back((due, claim.attester, claim.sequence));
        self.change(Change::Sign(claim.clone(), signature.clone()), out);
        out.send(Peer::Submitter(claim.attester), Message::Vote(claim, signature));
        self.tick_by(now, due, out);
    }

    /// A later try of what was delivered: the registry shall judge it once more. It is certified
    /// already, and tries are not ordered.
    fn again(&mut self, claim: Claim, item: Item, out: &mut Out<Bcb>) {
        let standing = self.book.standing(claim.attester, claim.sequence);
        let Standing::Delivered(confirm) = standing else { return };
        if confirm.claim() == &claim && item.attempt > confirm.attempt {
            self.change(Change::Again(claim, item.attempt), out);
            out.deliver(item);
        }
    }

    /// `handle_confirmation_order`: deliver in the attester's order, or ask for what is missing.
    /// Says whether it is valid and was not known.
    fn confirm(&mut self, now: LocalTime, confirm: &Confirm, out: &mut Out<Bcb>) -> bool {
        let keys = self.seat.signer.ring();
        if !confirm.proof.is_valid(&self.seat.committee, &self.params, keys) {
            return false;
        }
        let claim = confirm.claim();
        let key = (claim.attester, claim.sequence);
        if claim.sequence < self.book.next(claim.attester) {
            self.again(claim.clone(), confirm.item(), out);
            return false;
        }
        if let Some(known) = self.ready.get_mut(&key) {
            known.attempt = known.attempt.max(confirm.attempt);
            return false;
        }
        if self.params.relay == Relay::Certificates {
            out.broadcast(Message::Confirm(confirm.clone()));
        }
        if claim.sequence == self.book.next(claim.attester) {
            self.deliver(now, confirm.clone(), out);
        } else {
            self.ready.insert(key, confirm.clone());
            out.waits(confirm.item());
        }
        self.deliver_ready(now, claim.attester, out);
        true
    }

    fn deliver(&mut self, now: LocalTime, confirm: Confirm, out: &mut Out<Bcb>) {
        out.deliver(confirm.item());
        self.change(Change::Deliver(confirm, now), out);
    }

    fn deliver_ready(&mut self, now: LocalTime, attester: u32, out: &mut Out<Bcb>) {
        if self.ready.is_empty() {
            return;
        }
        while let Some(confirm) = self.ready.remove(&(attester, self.book.next(attester))) {
            self.deliver(now, confirm, out);
        }
        let next = (attester, self.book.next(attester));
        if self.ready.range(next..=(attester, u32::MAX)).next().is_some() {
            let want = Want { due: now + self.params.fetch, asked: 0 };
            self.wants.entry(next).or_insert(want);
            self.tick_later(now, out);
        }
    }

    /// Sees to it that the timer fires when the next thing is due, though not at every one.
    fn tick_later(&mut self, now: LocalTime, out: &mut Out<Bcb>) {
        let signed = self.signed.front().map(|(due, ..)| *due);
        let wants = self.wants.values().chain(&self.catch_up).map(|want| want.due);
        if let Some(due) = wants.chain(signed).min() {
            self.tick_by(now, due, out);
        }
    }

    fn tick_by(&mut self, now: LocalTime, due: LocalTime, out: &mut Out<Bcb>) {
        let due = due.max(now + self.params.fetch);
        if self.tick.is_none_or(|tick| tick > due) {
            self.tick = Some(due);
            out.set_timer(due.since(now), TICK);
        }
    }

    /// What was signed long ago and is not certified is wanted from now on: its client may have
    /// stopped half-way, or the certificate may be lost.
    fn want_overdue(&mut self, now: LocalTime) {
        let (book, ready) = (&self.book, &self.ready);
        let is_open = |key: &(u32, u32)| key.1 >= book.next(key.0) && !ready.contains_key(key);
        self.wants.retain(|key, _| is_open(key));
        while let Some((due, attester, sequence)) = self.signed.front().copied() {
            let key = (attester, sequence);
            if is_open(&key) {
                if due > now {
                    return;
                }
                self.wants.entry(key).or_insert(Want { due, asked: 0 });
            }
            self.signed.pop_front();
        }
    }

    fn ask_for_wanted(&mut self, now: LocalTime, out: &mut Out<Bcb>) {
        for (&(attester, from), want) in &mut self.wants {
            if want.due > now {
                continue;
            }
            let mut later = self.ready.range((attester, from)..=(attester, u32::MAX));
            let is_gap = from == self.book.next(attester);
            let first_ready = later.next().map(|((_, sequence), _)| *sequence);
            let below = first_ready.filter(|_| is_gap).unwrap_or(from + 1);
            let to = whom_to_ask(&self.seat, attester, want.asked);
            out.send(to, Message::Missing { attester, from, below });
            let doublings = if is_gap && first_ready.is_some() { DOUBLINGS } else { 2 * DOUBLINGS };
            want.due = now + backoff(self.params.fetch, want.asked, doublings);
            want.asked += 1;
        }
    }

    /// After a restart every peer is asked once, one after the other: the first may know as
    /// little, and what was on its way to this validator meanwhile reaches the later ones.
    fn ask_for_all(&mut self, now: LocalTime, out: &mut Out<Bcb>) {
        let Some(mut want) = self.catch_up else { return };
        if want.due > now {
            return;
        }
        want.asked += 1;
        want.due = now + self.params.resend;
        self.catch_up = (want.asked + 1 < self.seat.committee.size()).then_some(want);
        if want.asked < self.seat.committee.size() {
            let frontier = Message::Frontier(self.book.frontier().collect());
            out.send(Peer::Replica(peer_after(&self.seat, want.asked)), frontier);
        }
    }

    /// Everything kept that a peer with this frontier lacks, as far as it fits.
    fn supply(&self, frontier: &[(u32, u32)]) -> Message {
        let (mut confirms, mut forgotten, mut more) = (Vec::new(), Vec::new(), false);
        let mut theirs = frontier.iter().peekable();
        for (attester, next) in self.book.frontier() {
            while theirs.next_if(|(other, _)| *other < attester).is_some() {}
            let from = theirs.next_if(|(other, _)| *other == attester).map_or(0, |at| at.1);
            if from >= next {
                continue;
            }
            if from < self.book.oldest(attester) {
                forgotten.push((attester, self.book.oldest(attester)));
            }
            let room = SUPPLY - confirms.len();
            more |= self.book.kept(attester, from).nth(room).is_some();
            confirms.extend(self.book.kept(attester, from).take(room).cloned());
        }
        Message::Supply { confirms, forgotten, more }
    }

    fn supply_missing(&self, to: Peer, claim: (u32, u32, u32), out: &mut Out<Bcb>) {
        let (attester, from, below) = claim;
        let oldest = self.book.oldest(attester);
        let is_forgotten = from < oldest;
        let wanted = below.saturating_sub(from.max(oldest)) as usize;
        let kept = self.book.kept(attester, from).take(wanted.min(SUPPLY));
        let confirms: Vec<_> = kept.cloned().collect();
        if is_forgotten || !confirms.is_empty() {
            let forgotten = if is_forgotten { vec![(attester, oldest)] } else { Vec::new() };
            out.send(to, Message::Supply { confirms, forgotten, more: false });
        }
    }

    /// Passes over what one correct peer at least has delivered and forgotten.
    fn note_forgotten(&mut self, now: LocalTime, from: u16, told: (u32, u32), out: &mut Out<Bcb>) {
        let (attester, below) = told;
        if below <= self.book.next(attester) {
            return;
        }
        let peers = self.forgotten.entry(attester).or_default();
        peers.insert(from, below);
        let mut belows: Vec<u32> = peers.values().copied().collect();
        belows.sort_unstable_by(|a, b| b.cmp(a));
        let believed = belows.get(self.seat.committee.byzantine() as usize).copied();
        if let Some(next) = believed.filter(|next| *next > self.book.next(attester)) {
            self.forgotten.remove(&attester);
            self.change(Change::Skip(attester, next), out);
            self.ready.retain(|key, _| key.0 != attester || key.1 >= next);
            self.deliver_ready(now, attester, out);
        }
    }
}

/// Its submitter first, then one peer after the other, and round again.
fn whom_to_ask(seat: &Seat, attester: u32, asked: u32) -> Peer {
    match asked % seat.committee.size() {
        0 => Peer::Submitter(attester),
        turn => Peer::Replica(peer_after(seat, turn)),
    }
}

fn peer_after(seat: &Seat, steps: u32) -> u16 {
    ((u32::from(seat.me) + steps) % seat.committee.size()) as u16
}

impl crate::ordering::Replica<Bcb> for Replica {
    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Bcb>) {
        self.order(now, item, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, message: &Message, out: &mut Out<Bcb>) {
        match message {
            Message::Order(item) => {
                if item.signed.is_genuine(self.seat.signer.ring()) {
                    self.order(now, item.clone(), out);
                }
            }
            Message::Confirm(confirm) => {
                self.confirm(now, confirm, out);
            }
            Message::Missing { attester, from: first, below } => {
                self.supply_missing(from, (*attester, *first, *below), out);
            }
            Message::Frontier(frontier) => {
                let supply = self.supply(frontier);
                out.send(from, supply);
            }
            Message::Supply { confirms, forgotten, more } => {
                let Peer::Replica(peer) = from else { return };
                for told in forgotten {
                    self.note_forgotten(now, peer, *told, out);
                }
                let mut is_new = false;
                for confirm in confirms {
                    is_new |= self.confirm(now, confirm, out);
                }
                if *more && is_new {
                    out.send(from, Message::Frontier(self.book.frontier().collect()));
                }
            }
            Message::Vote(..) => {}
        }
    }

    fn timer(&mut self, now: LocalTime, _: TimerId, out: &mut Out<Bcb>) {
        self.tick = None;
        self.want_overdue(now);
        self.ask_for_wanted(now, out);
        self.ask_for_all(now, out);
        self.tick_later(now, out);
    }

    fn restart(&mut self, now: LocalTime, durable: Option<JournalOf<Book>>, out: &mut Out<Bcb>) {
        if let Some(journal) = durable {
            self.book = Kept::restore(&journal);
        }
        let due = now + self.params.resend;
        let signed = self.book.signed().map(|(attester, sequence)| (due, attester, sequence));
        self.signed = signed.collect();
        self.catch_up = Some(Want { due: now, asked: 0 });
        self.ask_for_all(now, out);
        self.tick_later(now, out);
    }
}
