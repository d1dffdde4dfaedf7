//! Asking peers for what is missing: one after another, ever less often.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::certificate::Members;
use super::{Out, Seat, Strategy, TimerId};
use crate::kernel::{LocalTime, Span};

/// Keys in one question, so that its answer stays a message.
const MOST_ASKED: usize = 64;

/// When to ask.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
pub struct Pauses {
    /// From missing it to the first question.
    pub first: Span,
    /// The longest pause; each is twice the one before.
    pub longest: Span,
}

/// What is missing, by a key, and whom to ask for it next.
#[derive(Clone, Debug)]
pub struct Chase<K> {
    me: u16,
    size: u16,
    pauses: Pauses,
    missing: BTreeMap<K, Missing>,
    due: BTreeSet<(LocalTime, K)>,
    armed: Option<LocalTime>,
}

#[derive(Clone, Debug)]
struct Missing {
    /// Whom to ask next.
    peer: u16,
    /// Of whom it is known that they have it, and how many questions were asked since it is.
    holders: Members,
    in_vain: u32,
    asked: u32,
    pause: Span,
    due: LocalTime,
}

/// A question that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<K> {
    /// What is missing.
    pub key: K,
    /// Whom to ask; nobody in a committee of one.
    pub peer: Option<u16>,
    /// How often it was asked for before.
    pub asked: u32,
}

impl<K: Copy + Ord> Chase<K> {
    /// Nothing is missing yet.
    pub fn new(seat: &Seat, pauses: Pauses) -> Self {
        Self {
            me: seat.me,
            size: seat.committee.size() as u16,
            pauses,
            missing: BTreeMap::new(),
            due: BTreeSet::new(),
            armed: None,
        }
    }

    /// From now on `key` is missing; `luck` picks the first peer. Nothing changes if it was.
    pub fn begin(&mut self, now: LocalTime, key: K, luck: impl FnOnce() -> u64) {
        if self.missing.contains_key(&key) {
            return;
        }
        let others = u64::from(self.size.max(2) - 1);
        let peer = self.nth_other((luck() % others) as u16);
        self.add(now + self.pauses.first, key, peer);
    }

    /// The same, but `peer` is the first to be asked, and at once.
    pub fn begin_at(&mut self, now: LocalTime, key: K, peer: u16) {
        if !self.missing.contains_key(&key) {
            let peer = if peer == self.me { self.nth_other(0) } else { peer };
            self.add(now, key, peer);
        }
    }

    /// The same with `peer` as the first to be asked, after the usual pause: what is missing may
    /// be on its way.
    pub fn begin_with(&mut self, now: LocalTime, key: K, peer: u16) {
        self.begin_at(now + self.pauses.first, key, peer);
    }

    fn add(&mut self, due: LocalTime, key: K, peer: u16) {
        let (holders, pause) = (Members::default(), self.pauses.first);
        self.missing.insert(key, Missing { peer, holders, in_vain: 0, asked: 0, pause, due });
        self.due.insert((due, key));
    }

    /// `peer` turns out to have what is missing: it is asked before long, however often others were
    /// asked in vain. From then on only such peers are asked, in turn; but once each was three
    /// times, in vain, they lied, and everybody is.
    pub fn had_by(&mut self, now: LocalTime, key: K, peer: u16) {
        let Some(missing) = self.missing.get_mut(&key).filter(|_| peer != self.me) else { return };
        if !missing.holders.insert(peer) {
            return;
        }
        if missing.asked > 0 || missing.holders.len() == 1 {
            missing.peer = peer;
        }
        (missing.pause, missing.in_vain) = (self.pauses.first, 0);
        self.due.remove(&(missing.due, key));
        missing.due = missing.due.min(now + missing.pause);
        self.due.insert((missing.due, key));
    }

    /// Of whom it is known that they have what is missing.
    pub fn holders(&self, key: K) -> Vec<u16> {
        let Some(missing) = self.missing.get(&key) else { return Vec::new() };
        (0..self.size).filter(|peer| missing.holders.contains(*peer)).collect()
    }

    /// `key` is here, or not wanted any more. Whether it was missing.
    pub fn end(&mut self, key: K) -> bool {
        let missing = self.missing.remove(&key);
        missing.is_some_and(|missing| self.due.remove(&(missing.due, key)))
    }

    /// The next question that is due, if any.
    pub fn question(&mut self, now: LocalTime) -> Option<Question<K>> {
        let (due, key) = *self.due.first().filter(|(due, _)| *due <= now)?;
        self.due.remove(&(due, key));
        let (next, longest) = (self.next_peer(key), self.pauses.longest);
        let missing = self.missing.get_mut(&key)?;
        let (peer, asked) = (missing.peer, missing.asked);
        missing.asked += 1;
        missing.in_vain += 1;
        missing.peer = next;
        missing.pause = (missing.pause * 2).min(longest);
        missing.due = now + missing.pause;
        self.due.insert((missing.due, key));
        let peer = (self.size > 1).then_some(peer);
        Some(Question { key, peer, asked })
    }

    /// All questions that are due, by peer; not too many per question.
    pub fn questions(&mut self, now: LocalTime) -> Vec<(u16, Vec<K>)> {
        self.questions_about(now, MOST_ASKED, |_| true)
    }

    /// The same, at most so many keys per question; what is wanted no more is not missing.
    pub fn questions_about(
        &mut self,
        now: LocalTime,
        most: usize,
        mut is_wanted: impl FnMut(&K) -> bool,
    ) -> Vec<(u16, Vec<K>)> {
        let mut by_peer: BTreeMap<u16, Vec<K>> = BTreeMap::new();
        while let Some(question) = self.question(now) {
            if !is_wanted(&question.key) {
                self.end(question.key);
            } else if let Some(peer) = question.peer {
                by_peer.entry(peer).or_default().push(question.key);
            }
        }
        let split = |(peer, keys): (u16, Vec<K>)| {
            let parts: Vec<_> = keys.chunks(most).map(|part| (peer, part.to_vec())).collect();
            parts
        };
        by_peer.into_iter().flat_map(split).collect()
    }

    /// Sets `timer` to the next question, or cancels it; to be called after every change.
    pub fn arm<S: Strategy>(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<S>) {
        let due = self.due.first().map(|(due, _)| *due);
        match (due, self.armed) {
            (None, Some(_)) => out.cancel_timer(timer),
            (Some(due), None) => out.set_timer(due.since(now), timer),
            (Some(due), Some(armed)) if due < armed => out.set_timer(due.since(now), timer),
            (Some(_), Some(_)) => return,
            (None, None) => {}
        }
        self.armed = due;
    }

    /// The timer has fired.
    pub fn fired(&mut self) {
        self.armed = None;
    }

    /// How long until a question is due; `None` if nothing is missing.
    pub fn pause(&self, now: LocalTime) -> Option<Span> {
        self.due.first().map(|(due, _)| due.since(now).max(Span::TICK))
    }

    /// Whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty()
    }

    fn next_peer(&self, key: K) -> u16 {
        let Some(missing) = self.missing.get(&key) else { return self.me };
        // So it is without holders, too: nobody is better than another.
        let is_anybodys = missing.in_vain >= 3 * missing.holders.len();
        let may_help = |peer: u16| is_anybodys || missing.holders.contains(peer);
        let ring = (1..=self.size).map(|step| (missing.peer + step) % self.size);
        let mut others = ring.filter(|peer| *peer != self.me);
        others.find(|peer| may_help(*peer)).unwrap_or(self.me)
    }

    fn nth_other(&self, nth: u16) -> u16 {
        nth + u16::from(nth >= self.me)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attestation::KeyRing;
    use crate::ordering::Committee;

    /// Who is asked when, over ten seconds, for one thing missing from the start.
    fn check(me: u16, size: u32, luck: u64, expected: &str) {
        let committee = Committee::new(size);
        let seat = Seat { me, committee, signer: KeyRing::modelled(1).signer(0) };
        let pauses = Pauses { first: Span::from_secs(1), longest: Span::from_secs(3) };
        let mut chase = Chase::new(&seat, pauses);
        let (start, mut asked) = (LocalTime(0), Vec::new());
        let mut now = start;
        chase.begin(now, 'x', || luck);
        while let Some(pause) = chase.pause(now).filter(|_| now.since(start) < Span::from_secs(9)) {
            now = now + pause;
            let peer = chase.question(now).expect("a question is due").peer;
            asked.push(format!("{}:{peer:?}", now.since(start)));
        }
        assert_eq!(asked.join(" ").replace("Some", ""), expected);
        assert!(chase.end('x') && chase.pause(now).is_none(), "what is here is not asked for");
    }

    /// Seven validators. Nobody can help, and somebody is asked every three seconds only, when
    /// two turn out to have it, or say so; for they do not help either. Later one says so again.
    #[test]
    fn who_turns_out_to_have_it_is_asked_before_long() {
        let seat =
            Seat { me: 2, committee: Committee::new(7), signer: KeyRing::modelled(1).signer(0) };
        let pauses = Pauses { first: Span::from_millis(100), longest: Span::from_secs(3) };
        let mut chase = Chase::new(&seat, pauses);
        let (start, mut asked) = (LocalTime(0), Vec::new());
        chase.begin_with(start, 'x', 6);
        for (from, holders) in [(0, vec![]), (10, vec![1, 5]), (20, vec![5])] {
            let mut now = start + Span::from_secs(from);
            holders.into_iter().for_each(|holder| chase.had_by(now, 'x', holder));
            while let Some(pause) = chase.pause(now) {
                now = now + pause;
                if now.since(start) >= Span::from_secs(from + 10) {
                    break;
                }
                let peer = chase.question(now).and_then(|question| question.peer);
                asked.push(format!("{}:{}", now.since(start), peer.expect("there are peers")));
            }
        }
        let nobody_has_it = "100ms:6 300ms:0 700ms:1 1s500ms:3 3s100ms:4 6s100ms:5 9s100ms:6";
        let two_have_it =
            "10s100ms:5 10s300ms:1 10s700ms:5 11s500ms:1 13s100ms:5 16s100ms:1 19s100ms:5";
        let again = "22s100ms:6 25s100ms:0 28s100ms:1";
        assert_eq!(asked.join(" "), [nobody_has_it, two_have_it, again].join(" "));
        assert_eq!(chase.holders('x'), [1, 5]);
    }

    #[test]
    fn peers_take_turns_and_pauses_double() {
        check(0, 4, 0, "1s:(1) 3s:(2) 6s:(3) 9s:(1)");
        check(1, 4, 1, "1s:(2) 3s:(3) 6s:(0) 9s:(2)");
        check(3, 4, 2, "1s:(2) 3s:(0) 6s:(1) 9s:(2)");
        check(0, 1, 7, "1s:None 3s:None 6s:None 9s:None");
    }
}
