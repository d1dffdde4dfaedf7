//! Changing the view: what is said, and what the next primary has to propose again (section 4.4).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::batch::{Batch, Kind, PrePrepare, Prepared, Seq, StableMark};
use crate::ordering::certificate::Statement;
use crate::ordering::prelude::*;

/// Views count from 0; the primary of view `v` is validator `v` modulo their number.
pub(super) type View = u64;

/// VIEW-CHANGE: a validator wants a view to begin, and shows what it prepared before.
pub struct ViewChange {
    /// The view.
    pub view: View,
    /// Who.
    pub voter: u16,
    /// Its stable checkpoint, unless that is the start.
    pub stable: Option<Arc<StableMark>>,
    /// What was prepared above that, the lowest first; each in the latest view in which it was.
    pub prepared: Vec<Prepared>,
    signature: Signature,
}

/// What is signed: the rest by its hash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    view: View,
    shown: Id,
}

encode_fields!(Wanted { view, shown });

impl Statement for Wanted {
    const KIND: &'static str = "pbft view change";
}

fn wanted(view: View, stable: Option<&Arc<StableMark>>, prepared: &[Prepared]) -> Wanted {
    let shown: Vec<&Arc<_>> = prepared.iter().map(|at| &at.votes).collect();
    let stable = stable.map(|stable| stable.statement);
    Wanted { view, shown: Id::of(&(stable, shown)) }
}

impl ViewChange {
    pub(super) fn new(
        view: View,
        stable: Option<Arc<StableMark>>,
        prepared: Vec<Prepared>,
        seat: &Seat,
    ) -> Arc<Self> {
        let signature = wanted(view, stable.as_ref(), &prepared).signed_by(&seat.signer);
        Arc::new(Self { view, voter: seat.me, stable, prepared, signature })
    }

    /// Signatures it carries.
    pub fn signatures(&self) -> u32 {
        let prepared: u32 = self.prepared.iter().map(|at| at.votes.votes()).sum();
        1 + prepared + self.stable.as_ref().map_or(0, |stable| stable.votes())
    }

    fn above(&self) -> Seq {
        self.stable.as_ref().map_or(0, |stable| stable.statement.seq)
    }
}

impl fmt::Debug for ViewChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}: {:?} above {}", self.view, self.voter, self.prepared, self.above())
    }
}

encode_fields!(ViewChange { view, voter, stable, prepared, signature });

/// NEW-VIEW: why a view begins, and with which batches.
pub struct NewView {
    /// The view.
    pub view: View,
    /// A quorum's, by ascending voter.
    pub changes: Vec<Arc<ViewChange>>,
    /// The batches that follow from those, proposed again.
    again: Vec<Arc<PrePrepare>>,
    signature: Signature,
}

/// What a primary signs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Begun {
    view: View,
    why: Id,
}

encode_fields!(Begun { view, why });

impl Statement for Begun {
    const KIND: &'static str = "pbft new view";
}

fn begun(view: View, changes: &[Arc<ViewChange>]) -> Begun {
    let why: Vec<(Id, u16)> = changes
        .iter()
        .map(|at| (wanted(at.view, at.stable.as_ref(), &at.prepared).shown, at.voter))
        .collect();
    Begun { view, why: Id::of(&why) }
}

impl NewView {
    pub(super) fn new(view: View, changes: Vec<Arc<ViewChange>>, signer: &Signer) -> Arc<Self> {
        let batches = proposals(&changes).into_iter();
        let again = batches.map(|batch| PrePrepare::new(view, batch, signer)).collect();
        let signature = begun(view, &changes).signed_by(signer);
        Arc::new(Self { view, changes, again, signature })
    }

    /// The batches that it proposes again, the lowest first.
    pub fn again(&self) -> &[Arc<PrePrepare>] {
        &self.again
    }

    /// How many those are.
    pub fn proposed_again(&self) -> u32 {
        self.again.len() as u32
    }

    /// Signatures it carries.
    pub fn signatures(&self) -> u32 {
        let changes: u32 = self.changes.iter().map(|at| at.signatures()).sum();
        1 + changes + self.proposed_again()
    }

    /// The latest stable checkpoint shown.
    pub(super) fn stable(&self) -> Option<&Arc<StableMark>> {
        stable(&self.changes)
    }
}

impl fmt::Debug for NewView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}, since {:?}", self.view, self.again, self.changes)
    }
}

impl Encode for NewView {
    /// Of what is proposed again the signatures: the rest follows.
    fn encode(&self, to: &mut dyn Encoder) {
        self.view.encode(to);
        self.changes.encode(to);
        for pre_prepare in &self.again {
            pre_prepare.signature.encode(to);
        }
        self.signature.encode(to);
    }
}

fn stable(changes: &[Arc<ViewChange>]) -> Option<&Arc<StableMark>> {
    let stable = changes.iter().filter_map(|at| at.stable.as_ref());
    stable.max_by_key(|stable| stable.statement.seq)
}

/// The set O of section 4.4: from the latest stable checkpoint shown to the highest number
/// prepared, what was prepared in the latest view; nothing where nothing was.
fn proposals(changes: &[Arc<ViewChange>]) -> Vec<Arc<Batch>> {
    let above = stable(changes).map_or(0, |stable| stable.statement.seq);
    let mut latest: BTreeMap<Seq, &Prepared> = BTreeMap::new();
    for prepared in changes.iter().flat_map(|at| &at.prepared) {
        let known = latest.entry(prepared.batch.seq).or_insert(prepared);
        if known.votes.statement.view < prepared.votes.statement.view {
            *known = prepared;
        }
    }
    let highest = latest.keys().next_back().map_or(above, |highest| *highest);
    let batch = |seq| match latest.get(&seq) {
        Some(prepared) => prepared.batch.clone(),
        None => Batch::new(seq, Vec::new()),
    };
    (above + 1..=highest).map(batch).collect()
}

/// Against what all that is signed is checked.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) committee: Committee,
    pub(super) keys: KeyRing,
    pub(super) quorum: u32,
    pub(super) window: Seq,
}

impl Rules {
    /// Who gives out sequence numbers in a view.
    pub(super) fn primary(&self, view: View) -> u16 {
        (view % u64::from(self.committee.size())) as u16
    }

    /// Whether the primary of its view signed it.
    pub(super) fn accept(&self, pre_prepare: &PrePrepare) -> bool {
        let primary = self.primary(pre_prepare.view);
        pre_prepare.vote().is_signed_by(primary, &pre_prepare.signature, &self.keys)
    }

    /// Whether a quorum committed it.
    pub(super) fn accept_committed(&self, committed: &super::batch::Committed) -> bool {
        let vote = committed.commit.statement;
        vote.kind == Kind::Commit
            && (vote.seq, vote.batch) == (committed.batch.seq, committed.batch.id)
            && committed.commit.is_valid(&self.committee, self.quorum, &self.keys)
    }

    /// Whether a quorum executed that.
    pub(super) fn accept_stable(&self, stable: &StableMark) -> bool {
        stable.is_valid(&self.committee, self.quorum, &self.keys)
    }

    /// Whether its voter signed it, and what it shows is so.
    pub(super) fn accept_change(&self, change: &ViewChange) -> bool {
        let said = wanted(change.view, change.stable.as_ref(), &change.prepared);
        let above = change.above();
        let window = above + 1..=above + self.window;
        let was_prepared = |Prepared { batch, votes }: &Prepared| {
            let vote = votes.statement;
            vote.kind == Kind::Prepare
                && (vote.seq, vote.batch) == (batch.seq, batch.id)
                && vote.view < change.view
                && window.contains(&batch.seq)
                && votes.is_valid(&self.committee, self.quorum, &self.keys)
        };
        said.is_signed_by(change.voter, &change.signature, &self.keys)
            && change.stable.as_ref().is_none_or(|stable| self.accept_stable(stable))
            && change.prepared.iter().all(was_prepared)
    }

    /// Whether the primary of the view signed it, a quorum wanted it, and it proposes again what
    /// follows from that.
    pub(super) fn accept_view(&self, new_view: &NewView) -> bool {
        let NewView { view, changes, again, signature } = new_view;
        let primary = self.primary(*view);
        let follows = proposals(changes);
        begun(*view, changes).is_signed_by(primary, signature, &self.keys)
            && changes.len() as u32 >= self.quorum
            && changes.windows(2).all(|pair| pair[0].voter < pair[1].voter)
            && changes.iter().all(|at| at.view == *view && self.accept_change(at))
            && again.iter().map(|at| at.batch.id).eq(follows.iter().map(|batch| batch.id))
            && again.iter().all(|at| at.view == *view && self.accept(at))
    }
}
