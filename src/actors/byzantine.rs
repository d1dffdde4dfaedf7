//! What a Byzantine validator makes of what it is to say and of what it hears. Behaviours compose:
//! each takes what the one before it left.
//!
//! **Invariant:** pure but for addressed luck; nobody's protocol is known here.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::Packet;
use super::packet::{Ack, Face};
use crate::attestation::Id;
use crate::kernel::{Draws, Luck, ProcessId, Purpose, Span, VirtualTime, unit};
use crate::network::{Behaviour, Fortune, Misdeed, ProcessSet};
use crate::ordering::{Carried, HostedReplica};
use crate::trace::FateKind;

/// So many protocol messages are remembered to be said again.
const REMEMBERED: usize = 64;

/// A forger or replayer adds no more messages than this in one second. Answers to what it adds are
/// messages that it adds to, which would grow without end; and a thousand old answers to whoever
/// caught up, some 20 ms to check each, take all cores of the others: to flood is another attack.
const MOST_ADDED: u32 = 100;

/// Draws that stay the same for one process are addressed apart from those that are counted.
const BY_PROCESS: u64 = 1 << 40;

/// A packet on its way out.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) to: ProcessId,
    pub(super) packet: Packet,
    pub(super) fortune: Fortune,
    /// How long it is kept before it leaves.
    pub(super) delay: Span,
}

/// What was done to messages, for the books.
#[derive(Debug, Default)]
pub(super) struct Books {
    /// The second in which it was done.
    pub(super) second: u64,
    /// Rule and kind of each message that met a misdeed.
    pub(super) met: Vec<(u16, FateKind)>,
    /// Rule, kind, receiver and delay of each that was wronged.
    pub(super) wronged: Vec<(u16, FateKind, ProcessId, Span)>,
}

impl Books {
    /// Empty ones for what is done now.
    pub(super) fn at(now: VirtualTime) -> Self {
        Self { second: now.whole_seconds(), ..Self::default() }
    }
}

/// The misdeeds that are on, and the instances of the replica that they need.
pub(super) struct Byzantine {
    me: ProcessId,
    validators: u32,
    deeds: Vec<Deed>,
    heard: VecDeque<Arc<Carried>>,
    /// The other of the twins.
    pub(super) second: Option<Box<dyn HostedReplica>>,
    /// Takes itself for somebody else.
    pub(super) impostor: Option<Box<dyn HostedReplica>>,
}

/// One misdeed with what it remembers.
struct Deed {
    rule: u16,
    misdeed: Misdeed,
    /// Words drawn so far.
    drawn: u64,
    /// Messages added in the latest second in which it added any.
    added: (u64, u32),
    /// Withholding: who is told nothing.
    shunned: ProcessSet,
    /// Shuffling: what waits for the next to the same receiver.
    kept: BTreeMap<ProcessId, Parcel>,
    /// Amnesia: never lives, only keeps what was on disk.
    stale: Option<Box<dyn HostedReplica>>,
}

impl Byzantine {
    /// A validator that does nothing wrong yet.
    pub(super) const fn new(me: ProcessId, validators: u32) -> Self {
        Self {
            me,
            validators,
            deeds: Vec::new(),
            heard: VecDeque::new(),
            second: None,
            impostor: None,
        }
    }

    /// Takes up a misdeed; `replica` is the validator's own.
    pub(super) fn begin(
        &mut self,
        rule: u16,
        misdeed: Misdeed,
        replica: &dyn HostedReplica,
        draws: &mut Draws,
    ) {
        let mut deed = Deed {
            rule,
            drawn: 0,
            added: (0, 0),
            shunned: ProcessSet::default(),
            kept: BTreeMap::new(),
            stale: None,
            misdeed,
        };
        match deed.misdeed.behaviour {
            Behaviour::Equivocate => {
                self.second.get_or_insert_with(|| replica.another());
            }
            Behaviour::Forge(_) => {
                let number = self.victim(&deed.misdeed.accomplices);
                self.impostor.get_or_insert_with(|| replica.impostor(number));
            }
            Behaviour::Withhold { peers, .. } => {
                deed.shunned = self.shunned(peers, &mut |peer| deed.word_for(self.me, peer, draws));
            }
            Behaviour::Amnesia(_) => deed.stale = Some(replica.another()),
            Behaviour::Replay(_)
            | Behaviour::Censor(_)
            | Behaviour::Shuffle(_)
            | Behaviour::Hold(_) => {}
        }
        self.deeds.push(deed);
    }

    /// Stops what a rule began, and gives back what was kept.
    pub(super) fn end(&mut self, rule: u16) -> Vec<Parcel> {
        let (over, on) = self.deeds.drain(..).partition(|deed| deed.rule == rule);
        self.deeds = on;
        if self.equivocation().is_none() {
            self.second = None;
        }
        let forges = |deed: &Deed| matches!(deed.misdeed.behaviour, Behaviour::Forge(_));
        if !self.deeds.iter().any(forges) {
            self.impostor = None;
        }
        let over: Vec<Deed> = over;
        over.into_iter().flat_map(|deed| deed.kept.into_values()).collect()
    }

    /// Whether it does nothing wrong.
    pub(super) const fn is_idle(&self) -> bool {
        self.deeds.is_empty()
    }

    /// Rule and period of each amnesia.
    pub(super) fn amnesias(&self) -> Vec<(u16, Span)> {
        let periods = self.deeds.iter().filter_map(|deed| match deed.misdeed.behaviour {
            Behaviour::Amnesia(every) => Some((deed.rule, every)),
            _ => None,
        });
        periods.collect()
    }

    /// What `rule` goes back to; `None` once it is over.
    pub(super) fn relapse(&self, rule: u16) -> Option<Box<dyn HostedReplica>> {
        let deed = self.deeds.iter().find(|deed| deed.rule == rule && deed.stale.is_some())?;
        deed.stale.as_ref().map(|stale| stale.another())
    }

    /// What becomes of a packet that an instance would send.
    pub(super) fn say(
        &mut self,
        face: Face,
        parcel: Parcel,
        draws: &mut Draws,
        books: &mut Books,
    ) -> Vec<Parcel> {
        if parcel.to == self.me {
            return vec![parcel];
        }
        if let Packet::Protocol(carried, _) = &parcel.packet {
            remember(&mut self.heard, carried);
        }
        let mut parcels = match (face, self.second.is_some()) {
            (Face::Impostor, _) => self.in_anothers_name(parcel, draws, books),
            (_, true) => self.to_its_side(face, parcel, books),
            (Face::First | Face::Second, false) => vec![parcel],
        };
        let others = Others { me: self.me, validators: self.validators, heard: &self.heard };
        for deed in &mut self.deeds {
            let wronged = |parcel| deed.wrong(parcel, &others, draws, books);
            parcels = parcels.into_iter().flat_map(wronged).collect();
        }
        parcels
    }

    /// Whether it hears what this attester says.
    pub(super) fn hears(&self, attester: ProcessId, draws: &mut Draws, books: &mut Books) -> bool {
        let mut hears = true;
        for deed in &self.deeds {
            let Behaviour::Censor(share) = deed.misdeed.behaviour else { continue };
            books.met.push((deed.rule, FateKind::Censored));
            if unit(deed.word_for(self.me, attester, draws)) < share {
                books.wronged.push((deed.rule, FateKind::Censored, self.me, Span::ZERO));
                hears = false;
            }
        }
        hears
    }

    /// Keeps a message that came, to be said again.
    pub(super) fn overheard(&mut self, carried: &Arc<Carried>) {
        remember(&mut self.heard, carried);
    }

    /// The twin that a message of `from` is for.
    pub(super) fn listener(&self, from: ProcessId, mark: Option<Face>) -> Face {
        match self.equivocation() {
            Some(misdeed) => mark.unwrap_or_else(|| self.side(from, &misdeed.accomplices)),
            None => Face::First,
        }
    }

    /// The twin that takes in a submission.
    pub(super) fn taker(&self, id: &Id) -> Face {
        let is_odd = id.as_bytes()[0] & 1 == 1;
        if is_odd && self.second.is_some() { Face::Second } else { Face::First }
    }

    fn equivocation(&self) -> Option<&Misdeed> {
        let all = self.deeds.iter().map(|deed| &deed.misdeed);
        all.into_iter().find(|misdeed| misdeed.behaviour == Behaviour::Equivocate)
    }

    /// Accomplices agree on the sides: the others are dealt in turn.
    fn side(&self, peer: ProcessId, accomplices: &ProcessSet) -> Face {
        let rank = match peer.0 < self.validators {
            true => (0..peer.0).filter(|v| !accomplices.contains(ProcessId(*v))).count(),
            false => peer.index(),
        };
        if rank % 2 == 0 { Face::First } else { Face::Second }
    }

    /// A twin speaks to its own side, and to its like among the accomplices.
    fn to_its_side(&self, face: Face, mut parcel: Parcel, books: &mut Books) -> Vec<Parcel> {
        let Packet::Protocol(_, mark) = &mut parcel.packet else { return vec![parcel] };
        let Some(deed) = self.deeds.iter().find(|d| d.misdeed.behaviour == Behaviour::Equivocate)
        else {
            return vec![parcel];
        };
        let accomplices = &deed.misdeed.accomplices;
        if accomplices.contains(parcel.to) {
            *mark = Some(face);
        } else if self.side(parcel.to, accomplices) != face {
            return Vec::new();
        }
        books.met.push((deed.rule, FateKind::Equivocated));
        if face == Face::Second {
            books.wronged.push((deed.rule, FateKind::Equivocated, parcel.to, Span::ZERO));
        }
        vec![parcel]
    }

    fn in_anothers_name(
        &mut self,
        parcel: Parcel,
        draws: &mut Draws,
        books: &mut Books,
    ) -> Vec<Parcel> {
        for deed in &mut self.deeds {
            let Behaviour::Forge(share) = deed.misdeed.behaviour else { continue };
            books.met.push((deed.rule, FateKind::Forged));
            if deed.chance(share, self.me, draws) && deed.may_add(books.second) {
                books.wronged.push((deed.rule, FateKind::Forged, parcel.to, Span::ZERO));
                return vec![parcel];
            }
        }
        Vec::new()
    }

    /// In whose name it forges: the next who is no accomplice.
    fn victim(&self, accomplices: &ProcessSet) -> u16 {
        let next = |step| (self.me.0 + step) % self.validators;
        let mut others = (1..self.validators).map(next);
        let honest = others.find(|number| !accomplices.contains(ProcessId(*number)));
        honest.unwrap_or_else(|| next(1)) as u16
    }

    fn shunned(&self, share: f64, word: &mut dyn FnMut(ProcessId) -> u64) -> ProcessSet {
        let peers = (0..self.validators).map(ProcessId).filter(|peer| *peer != self.me);
        let mut peers: Vec<(u64, ProcessId)> = peers.map(|peer| (word(peer), peer)).collect();
        peers.sort_unstable();
        let count = libm::round(share * peers.len() as f64) as usize;
        ProcessSet::new(peers.into_iter().take(count).map(|(_, peer)| peer))
    }
}

/// What a misdeed may know of the validator.
struct Others<'a> {
    me: ProcessId,
    validators: u32,
    heard: &'a VecDeque<Arc<Carried>>,
}

impl Deed {
    /// What it makes of one packet that is about to leave.
    fn wrong(
        &mut self,
        mut parcel: Parcel,
        others: &Others<'_>,
        draws: &mut Draws,
        books: &mut Books,
    ) -> Vec<Parcel> {
        let (rule, to, me, second) = (self.rule, parcel.to, others.me, books.second);
        let kind = self.misdeed.behaviour.kind();
        let mut meet = |is_wronged: bool, to, by| {
            books.met.push((rule, kind));
            if is_wronged {
                books.wronged.push((rule, kind, to, by));
            }
        };
        match self.misdeed.behaviour {
            Behaviour::Equivocate | Behaviour::Censor(_) | Behaviour::Amnesia(_) => vec![parcel],
            Behaviour::Forge(share) => {
                if let Packet::Ack(ack) = &mut parcel.packet {
                    let forges = self.chance(share, me, draws);
                    meet(forges, to, Span::ZERO);
                    if forges {
                        *ack = forged(ack);
                    }
                }
                vec![parcel]
            }
            Behaviour::Withhold { messages, .. } => {
                let keeps = self.shunned.contains(to) || self.chance(messages, me, draws);
                meet(keeps, to, Span::ZERO);
                if keeps { Vec::new() } else { vec![parcel] }
            }
            Behaviour::Replay(share) => {
                let adds = self.chance(share, me, draws) && self.may_add(second);
                let Some(old) = adds.then(|| self.old(others, draws)).flatten() else {
                    meet(false, to, Span::ZERO);
                    return vec![parcel];
                };
                meet(true, old.to, Span::ZERO);
                vec![parcel, old]
            }
            Behaviour::Shuffle(share) => {
                if let Some(kept) = self.kept.remove(&to) {
                    meet(false, to, Span::ZERO);
                    return vec![parcel, kept];
                }
                let keeps = self.chance(share, me, draws);
                meet(keeps, to, Span::ZERO);
                if !keeps {
                    return vec![parcel];
                }
                self.kept.insert(to, parcel);
                Vec::new()
            }
            Behaviour::Hold(by) => {
                meet(true, to, by);
                parcel.delay += by;
                vec![parcel]
            }
        }
    }

    /// A message of before, for another validator whoever it was for.
    fn old(&mut self, others: &Others<'_>, draws: &mut Draws) -> Option<Parcel> {
        let carried = others.heard.get(self.below(others.heard.len(), others.me, draws))?;
        let step = self.below(others.validators.saturating_sub(1) as usize, others.me, draws);
        let to = ProcessId((others.me.0 + 1 + step as u32) % others.validators);
        let packet = Packet::Protocol(Arc::clone(carried), None);
        let is_other = to != others.me;
        is_other.then_some(Parcel { to, packet, fortune: Fortune::Protocol, delay: Span::ZERO })
    }

    /// Whether there is room for one more, which is then taken.
    const fn may_add(&mut self, second: u64) -> bool {
        let before = if self.added.0 == second { self.added.1 } else { 0 };
        self.added = (second, before + 1);
        before < MOST_ADDED
    }

    fn chance(&mut self, share: f64, me: ProcessId, draws: &mut Draws) -> bool {
        unit(self.word(me, draws)) < share
    }

    fn below(&mut self, bound: usize, me: ProcessId, draws: &mut Draws) -> usize {
        ((u128::from(self.word(me, draws)) * bound as u128) >> 64) as usize
    }

    fn word(&mut self, me: ProcessId, draws: &mut Draws) -> u64 {
        self.drawn += 1;
        draws.word(self.luck(me, self.drawn - 1))
    }

    /// The same for as long as it lasts.
    fn word_for(&self, me: ProcessId, other: ProcessId, draws: &mut Draws) -> u64 {
        draws.word(self.luck(me, BY_PROCESS | u64::from(other.0)))
    }

    const fn luck(&self, me: ProcessId, index: u64) -> Luck {
        let entity = (self.rule as u64) << 32 | me.0 as u64;
        Luck { purpose: Purpose::Byzantine, entity, index }
    }
}

fn remember(heard: &mut VecDeque<Arc<Carried>>, carried: &Arc<Carried>) {
    if heard.back().is_some_and(|last| Arc::ptr_eq(last, carried)) {
        return;
    }
    if heard.len() == REMEMBERED {
        heard.pop_front();
    }
    heard.push_back(Arc::clone(carried));
}

fn forged(ack: &Ack) -> Arc<Ack> {
    let Ack { id, operation, attempt, verdict, told, .. } = *ack;
    Arc::new(Ack { id, operation, attempt, verdict, told, signature: ack.signature.tampered() })
}

#[cfg(test)]
mod tests;
