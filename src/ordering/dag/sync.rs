//! Fetching what is missing, and giving what others miss.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::block::{Reference, Round, Vertex, Whole};
use super::pending::{BODY, Missing};
use super::replica::{GOSSIP, Replica};
use super::{Family, Message};
use crate::attestation::Signed;
use crate::ordering::prelude::*;

/// Blocks in one [`Message::Blocks`],
const SUPPLY: usize = 256;
/// and attestations, unless one block has more.
const SUPPLY_ITEMS: usize = 4_096;
/// Bodies in one [`Message::NeedBodies`], and blocks in one [`Message::NeedBlocks`].
const ASKED: usize = 1_024;
/// A block so many rounds ahead is not held: those before it come first.
const AHEAD: Round = 500;

impl<S: Family> Replica<S> {
    /// Holds a valid block that lacks something, and chases that. True if it lacks nothing.
    pub(super) fn hold(&mut self, now: LocalTime, from: u16, vertex: &Vertex) -> bool {
        let place = vertex.place();
        if place.round > self.base + AHEAD {
            return false;
        }
        let lacks = self.lacks(vertex);
        if lacks.is_empty() {
            return true;
        }
        self.pending.hold(vertex, &lacks);
        let author = if from == self.seat.me { place.author } else { from };
        for missing in lacks {
            let (round, id) = missing;
            if round == BODY {
                self.missing_bodies.begin_with(now, id, author);
            } else if !self.pending.holds(&id, self.rules.is_certified) {
                self.missing_blocks.begin_with(now, missing, author);
            }
        }
        self.shown_by(now, author, place);
        if !self.rules.is_certified || vertex.certificate.is_some() {
            self.missing_blocks.end((place.round, place.id));
        }
        false
    }

    /// Who sends a block has all that it leads to, as have those who sent what leads to it: they
    /// are asked for what of this is missing, though others were asked in vain and seldom by now.
    /// Else a Byzantine author, by giving its blocks to few, would hold up all who come after.
    fn shown_by(&mut self, now: LocalTime, peer: u16, place: Reference) {
        let mut holders = self.missing_blocks.holders((place.round, place.id));
        holders.push(peer);
        for holder in holders {
            for missing in self.pending.had_by(place.id, holder) {
                if missing.0 == BODY {
                    self.missing_bodies.had_by(now, missing.1, holder);
                } else {
                    self.missing_blocks.had_by(now, missing, holder);
                }
            }
        }
    }

    fn lacks(&self, vertex: &Vertex) -> Vec<Missing> {
        let floor = self.book.floor();
        let parents = vertex.block.parents.iter();
        let parents = parents
            .filter(|parent| parent.round > floor && self.book.vertex(&parent.id).is_none())
            .map(|parent| (parent.round, parent.id));
        let bodies: BTreeSet<Id> = vertex.block.payload.iter().map(|name| name.id).collect();
        let bodies = bodies.into_iter().filter(|id| self.body(id).is_none());
        parents.chain(bodies.map(|id| (BODY, id))).collect()
    }

    fn body(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.pool.body(id).or_else(|| self.book.seen().body(id))
    }

    /// As long as the next round is wanted and does not come, something may have been lost.
    pub(super) fn watch_for_stall(&mut self, now: LocalTime, out: &mut Out<S>) {
        let stall = self.is_wanted(now).then_some(self.base);
        if stall == self.stall {
            return;
        }
        if let Some(old) = std::mem::replace(&mut self.stall, stall) {
            self.stalled.end(old);
        }
        if let Some(base) = stall {
            self.stalled.begin(now, base, || out.draw());
        }
    }

    /// Asks for what has been missing for long enough.
    pub(super) fn ask(&mut self, now: LocalTime, out: &mut Out<S>) {
        let pending = &mut self.pending;
        let is_wanted = |id: &Id| pending.wants(&(BODY, *id));
        for (peer, ids) in self.missing_bodies.questions_about(now, ASKED, is_wanted) {
            out.send(Peer::Replica(peer), Message::NeedBodies(ids));
        }
        let is_wanted = |missing: &Missing| pending.wants(missing);
        for (peer, missing) in self.missing_blocks.questions_about(now, ASKED, is_wanted) {
            let ids = missing.into_iter().map(|(_, id)| id).collect();
            out.send(Peer::Replica(peer), Message::NeedBlocks(ids, self.base));
        }
        while let Some(question) = self.stalled.question(now) {
            self.repeat(out);
            if let Some(peer) = question.peer {
                out.send(Peer::Replica(peer), Message::NeedRounds(self.base));
            }
        }
    }

    /// The last own block once more, lest nobody got it.
    fn repeat(&self, out: &mut Out<S>) {
        let Some(own) = self.book.own().filter(|own| own.place.round >= self.base) else { return };
        let accepted = self.book.vertex(&own.place.id).filter(|_| self.rules.is_certified);
        out.broadcast(match accepted {
            Some(vertex) => Message::Certified(vertex.clone()),
            None => Message::Block(own.clone()),
        });
    }

    pub(super) fn give_bodies(&self, to: u16, ids: &[Id], out: &mut Out<S>) {
        let body = |id| self.body(id).or_else(|| self.own_body(id));
        let bodies = ids.iter().filter_map(body).cloned();
        let bodies: Vec<_> = bodies.map(|signed| Item { signed, attempt: 0 }).collect();
        if !bodies.is_empty() {
            out.send(Peer::Replica(to), Message::Bodies(bodies));
        }
    }

    /// The pool forgets what waited for too long; the last own block does not.
    fn own_body(&self, id: &Id) -> Option<&Arc<Signed>> {
        self.book.own()?.payload.body(id)
    }

    /// These blocks and their history after that round.
    pub(super) fn give_blocks(&self, to: u16, ids: &[Id], above: Round, out: &mut Out<S>) {
        let known = ids.iter().filter_map(|id| self.book.vertex(id));
        let mut open: Vec<Reference> = known.map(Vertex::place).collect();
        let mut places: BTreeSet<Reference> = open.iter().copied().collect();
        while let Some(place) = open.pop() {
            let Some(vertex) = self.book.vertex(&place.id) else { continue };
            let parents = vertex.block.parents.iter().filter(|parent| parent.round > above);
            open.extend(parents.filter(|parent| places.insert(**parent)));
        }
        self.give(to, places.iter(), out);
    }

    pub(super) fn give_rounds(&self, to: u16, above: Round, out: &mut Out<S>) {
        self.give(to, self.book.above(above), out);
    }

    fn give<'a>(&self, to: u16, places: impl Iterator<Item = &'a Reference>, out: &mut Out<S>) {
        let (mut blocks, mut items) = (Vec::new(), 0);
        for vertex in places.filter_map(|place| self.book.vertex(&place.id)).take(SUPPLY) {
            items += vertex.block.payload.len();
            if items > SUPPLY_ITEMS && !blocks.is_empty() {
                break;
            }
            blocks.push(Whole(vertex.clone()));
        }
        if !blocks.is_empty() {
            out.send(Peer::Replica(to), Message::Blocks(blocks, self.book.highest()));
        }
    }

    pub(super) fn learn<'a>(
        &mut self,
        now: LocalTime,
        bodies: impl IntoIterator<Item = &'a Arc<Signed>>,
    ) {
        for signed in bodies {
            if signed.is_genuine(&self.rules.keys) {
                self.pool.learn(now, signed);
                self.body_came(signed.id);
            }
        }
    }

    /// Takes in blocks of a peer, and asks it for more if it has more.
    pub(super) fn catch_up(
        &mut self,
        now: LocalTime,
        from: u16,
        blocks: &[Whole],
        highest: Round,
        out: &mut Out<S>,
    ) {
        for Whole(vertex) in blocks {
            let is_new = self.book.vertex(&vertex.place().id).is_none();
            if is_new && vertex.is_valid(&self.rules) {
                self.learn(now, vertex.block.payload.bodies());
                self.see(now, from, vertex);
            }
        }
        let before = self.base;
        self.take_in(now, out);
        if self.base > before && highest > self.base + 1 {
            out.send(Peer::Replica(from), Message::NeedRounds(self.base));
        }
    }

    /// Whoever is behind is told, and whoever finds itself behind asks, unless it is on the move.
    pub(super) fn status(&mut self, now: LocalTime, from: u16, theirs: Round, out: &mut Out<S>) {
        let rests = now.since(self.entered) >= self.settings.resend;
        if theirs < self.base {
            out.send(Peer::Replica(from), Message::Status(self.base));
        } else if theirs > self.base && rests {
            out.send(Peer::Replica(from), Message::NeedRounds(self.base));
        }
    }

    /// Tells the next so many peers how far it is.
    pub(super) fn gossip(&mut self, peers: u32, out: &mut Out<S>) {
        for peer in self.neighbours.next(peers) {
            out.send(Peer::Replica(peer), Message::Status(self.base));
        }
        out.set_timer(self.settings.gossip, GOSSIP);
    }
}
