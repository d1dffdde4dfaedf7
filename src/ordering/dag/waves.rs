//! The commit rules of uncertified DAGs: one committer and a table of parameters (Mysticeti,
//! arXiv 2310.14821, section 4 and algorithms 1 to 3; `base_committer.rs` and
//! `universal_committer.rs` of its code; the table is that of its `protocol.rs`).
//!
//! Four rows of that table are no strategies here. *Cordial Miners* for asynchrony, with waves of
//! five, is `mahi-mahi` without pipelining. *Orcaella* and *DagHydrangea* count crashes apart from
//! Byzantine validators, which what a strategy states cannot say yet. *Nemo-Nemo* withstands
//! crashes alone; of that kind there is `epaxos`.
//!
//! A wave is a leader's round, rounds that vote, and a round that decides. Everything is counted
//! once, when a block enters the DAG: which leaders it votes for, which it certifies.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use xxhash_rust::xxh3::xxh3_64;

use super::block::{Reference, Round};
use super::book::{Book, Decision, Slot};
use crate::ordering::Committee;
use crate::ordering::certificate::Members;

/// What distinguishes the protocols of this family.
#[derive(Clone, Copy, Debug)]
pub(in crate::ordering) struct Table {
    /// Certificates that commit a leader directly.
    pub(in crate::ordering) commit: u32,
    /// Blocks without a vote for any block of a leader that skip it directly.
    pub(in crate::ordering) skip: u32,
    /// Votes that a block must refer to, to be a certificate.
    pub(in crate::ordering) certificate: u32,
    /// Certificates in an anchor's past that commit a leader indirectly.
    pub(in crate::ordering) links: u32,
    /// Rounds from a leader to the decision about it, both included.
    pub(in crate::ordering) wave: Round,
    /// Whether every round has leaders, not only the first of a wave.
    pub(in crate::ordering) is_pipelined: bool,
    /// Leaders of a round that has them.
    pub(in crate::ordering) leaders: u32,
    /// Whether a coin moves leaders on with every turn through the committee.
    pub(in crate::ordering) has_coin: bool,
    /// Whether what an anchor's past does not certify is skipped, though nothing is decided there.
    pub(in crate::ordering) is_hasty: bool,
}

/// What became of a leader so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Commit(Reference),
    Skip,
    Undecided,
}

/// The committer. It follows from the DAG and from what is decided, so it is not durable.
pub(super) struct Waves {
    table: Table,
    committee: Committee,
    /// Votes of the blocks of each round: for which leader blocks of the rounds before.
    votes: BTreeMap<Round, BTreeMap<Reference, Vec<(Slot, Reference)>>>,
    slots: BTreeMap<Slot, Ballots>,
    /// Whether some leader can be decided about directly since decisions were made last.
    has_news: bool,
}

/// What was said of a leader.
#[derive(Default)]
struct Ballots {
    /// Who made a block that votes, without voting for it.
    blames: Members,
    /// Certificates by leader block; it is one unless the leader equivocates.
    certificates: BTreeMap<Reference, (Members, Vec<Reference>)>,
}

impl Waves {
    pub(super) fn new(table: Table, committee: Committee) -> Self {
        let (votes, slots) = (BTreeMap::new(), BTreeMap::new());
        Self { table, committee, votes, slots, has_news: true }
    }

    /// The first slot of all.
    pub(super) fn first(table: &Table) -> Slot {
        Slot { round: if table.is_pipelined { 1 } else { table.wave }, offset: 0 }
    }

    /// Who leads in a round.
    pub(super) fn leaders(&self, round: Round) -> impl Iterator<Item = u16> + use<> {
        let first = self.first_leader(round);
        let size = u64::from(self.committee.size());
        self.slots_of(round).map(move |slot| ((first + u64::from(slot.offset)) % size) as u16)
    }

    /// Counts a block that was just accepted.
    pub(super) fn add(&mut self, place: Reference, book: &Book) {
        let votes = self.votes_of(place, book);
        self.blame(place, &votes, book.next());
        self.votes.entry(place.round).or_default().insert(place, votes);
        self.certify(place, book);
    }

    /// What can be decided now, in order of slots; to be applied before anything is added.
    pub(super) fn decide(&mut self, book: &Book) -> Vec<Decision> {
        if !std::mem::take(&mut self.has_news) {
            return Vec::new();
        }
        let mut statuses: VecDeque<(Slot, Status)> = VecDeque::new();
        for slot in self.open_slots(book).into_iter().rev() {
            let status = match self.direct(slot) {
                Status::Undecided => self.indirect(slot, &statuses, book),
                decided => decided,
            };
            statuses.push_front((slot, status));
        }
        let decided = statuses.into_iter().take_while(|(_, status)| *status != Status::Undecided);
        let decisions: Vec<Decision> = decided
            .map(|(slot, status)| {
                let leader = if let Status::Commit(leader) = status { Some(leader) } else { None };
                Decision { leader, next: self.after(slot) }
            })
            .collect();
        if let Some(last) = decisions.last() {
            self.slots = self.slots.split_off(&last.next);
            self.votes = self.votes.split_off(&last.next.round);
        }
        decisions
    }

    /// The rounds from a leader to the votes on it, and to its certificates. With waves of two,
    /// a vote is a certificate.
    fn vote_after(&self) -> Round {
        self.table.wave.saturating_sub(2).max(1)
    }

    fn has_leaders(&self, round: Round) -> bool {
        round > 0 && (self.table.is_pipelined || round.is_multiple_of(self.table.wave))
    }

    fn leader(&self, slot: Slot) -> u16 {
        let size = u64::from(self.committee.size());
        ((self.first_leader(slot.round) + u64::from(slot.offset)) % size) as u16
    }

    /// Round-robin by number. With a coin, each turn but the first is moved on by luck that all
    /// share: a validator that leads a wave after it led is not its own anchor for ever.
    fn first_leader(&self, round: Round) -> u64 {
        let turn = round / u64::from(self.committee.size());
        let is_moved = self.table.has_coin && turn > 0;
        round + if is_moved { xxh3_64(&turn.to_le_bytes()) >> 32 } else { 0 }
    }

    fn slots_of(&self, round: Round) -> impl Iterator<Item = Slot> + use<> {
        let count = if self.has_leaders(round) { self.table.leaders } else { 0 };
        (0..count).map(move |offset| Slot { round, offset })
    }

    fn after(&self, slot: Slot) -> Slot {
        let Slot { round, offset } = slot;
        if offset + 1 < self.table.leaders {
            return Slot { round, offset: offset + 1 };
        }
        let step = if self.table.is_pipelined { 1 } else { self.table.wave };
        Slot { round: round + step, offset: 0 }
    }

    fn open_slots(&self, book: &Book) -> Vec<Slot> {
        let mut slots = Vec::new();
        let mut slot = book.next();
        while slot.round < book.highest() {
            slots.push(slot);
            slot = self.after(slot);
        }
        slots
    }

    /// Algorithm 1, `IsVote`: a block votes for the block of a leader that a depth-first search
    /// in order of its parents meets first.
    fn votes_of(&self, place: Reference, book: &Book) -> Vec<(Slot, Reference)> {
        let Some(vertex) = book.vertex(&place.id) else { return Vec::new() };
        let from = place.round.saturating_sub(self.vote_after()).max(book.next().round);
        let slots = (from..place.round).flat_map(|round| self.slots_of(round));
        let vote = |slot: Slot| {
            let leader = self.leader(slot);
            vertex.block.parents.iter().find_map(|parent| {
                if parent.round == slot.round {
                    return (parent.author == leader).then_some((slot, *parent));
                }
                self.vote(parent, slot).map(|voted| (slot, voted))
            })
        };
        slots.filter_map(vote).collect()
    }

    /// For which block of that leader an accepted block votes.
    fn vote(&self, by: &Reference, slot: Slot) -> Option<Reference> {
        let votes = self.votes.get(&by.round)?.get(by)?;
        votes.iter().find(|(voted, _)| *voted == slot).map(|(_, leader)| *leader)
    }

    fn blame(&mut self, place: Reference, votes: &[(Slot, Reference)], next: Slot) {
        let Some(round) = place.round.checked_sub(self.vote_after()) else { return };
        for slot in self.slots_of(round).filter(|slot| *slot >= next) {
            if votes.iter().all(|(voted, _)| *voted != slot) {
                let blames = &mut self.slots.entry(slot).or_default().blames;
                self.has_news |= blames.insert(place.author) && blames.len() == self.table.skip;
            }
        }
    }

    /// Algorithm 1, `IsCert`: a block of the deciding round with a quorum of votes for a leader
    /// among its parents is a certificate of it.
    fn certify(&mut self, place: Reference, book: &Book) {
        let Some(round) = place.round.checked_sub(self.table.wave - 1) else { return };
        for slot in self.slots_of(round).filter(|slot| *slot >= book.next()) {
            let Some(leader) = self.certified(place, slot, book) else { continue };
            let ballots = self.slots.entry(slot).or_default();
            let (members, blocks) = ballots.certificates.entry(leader).or_default();
            blocks.push(place);
            self.has_news |= members.insert(place.author) && members.len() == self.table.commit;
        }
    }

    fn certified(&self, place: Reference, slot: Slot, book: &Book) -> Option<Reference> {
        if self.table.wave == 2 {
            return self.vote(&place, slot);
        }
        let mut votes: BTreeMap<Reference, u32> = BTreeMap::new();
        let vertex = book.vertex(&place.id)?;
        for parent in vertex.block.parents.iter().filter(|at| at.round + 1 == place.round) {
            if let Some(leader) = self.vote(parent, slot) {
                *votes.entry(leader).or_default() += 1;
            }
        }
        votes.into_iter().find(|(_, count)| *count >= self.table.certificate).map(|(at, _)| at)
    }

    /// The direct decision rule: a quorum of certificates commits, a quorum of blames skips.
    fn direct(&self, slot: Slot) -> Status {
        let Some(ballots) = self.slots.get(&slot) else { return Status::Undecided };
        let mut certificates = ballots.certificates.iter();
        let committed = certificates.find(|(_, (by, _))| by.len() >= self.table.commit);
        match committed {
            Some((leader, _)) => Status::Commit(*leader),
            None if ballots.blames.len() >= self.table.skip => Status::Skip,
            None => Status::Undecided,
        }
    }

    /// The indirect decision rule: the first leader after the wave that is not skipped is the
    /// anchor; a certificate in its past commits, none skips.
    fn indirect(&self, slot: Slot, later: &VecDeque<(Slot, Status)>, book: &Book) -> Status {
        let mut after = later.iter().filter(|(at, _)| {
            at.round >= slot.round + if self.table.is_hasty { 1 } else { self.table.wave }
        });
        match after.find(|(_, status)| *status != Status::Skip) {
            Some((_, Status::Commit(_))) if self.table.is_hasty => Status::Skip,
            Some((_, Status::Commit(anchor))) => self.by_anchor(slot, *anchor, book),
            _ => Status::Undecided,
        }
    }

    fn by_anchor(&self, slot: Slot, anchor: Reference, book: &Book) -> Status {
        let Some(ballots) = self.slots.get(&slot) else { return Status::Skip };
        let past = past(anchor, slot.round + self.table.wave - 1, book);
        let linked = |blocks: &[Reference]| {
            let mut members = Members::default();
            blocks.iter().filter(|at| past.contains(*at)).for_each(|at| {
                members.insert(at.author);
            });
            members.len()
        };
        let mut certificates = ballots.certificates.iter();
        let certified = certificates.find(|(_, (_, blocks))| linked(blocks) >= self.table.links);
        certified.map_or(Status::Skip, |(leader, _)| Status::Commit(*leader))
    }
}

/// The history of a block back to a round, itself included.
fn past(of: Reference, back_to: Round, book: &Book) -> BTreeSet<Reference> {
    let mut past = BTreeSet::from([of]);
    let mut open = vec![of];
    while let Some(at) = open.pop() {
        let Some(vertex) = book.vertex(&at.id) else { continue };
        let parents = vertex.block.parents.iter().filter(|parent| parent.round >= back_to);
        open.extend(parents.filter(|parent| past.insert(**parent)));
    }
    past
}
