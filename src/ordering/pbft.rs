//! `pbft`: a primary gives sequence numbers to batches, and three phases agree on each (Castro and
//! Liskov, *Practical Byzantine Fault Tolerance*, OSDI 1999; with proofs in TOCS 20(4), 2002).
//! Sections are those of the OSDI paper.
//!
//! PRE-PREPARE from the primary, PREPARE from all to all, COMMIT from all to all: three message
//! delays at every validator, with many sequence numbers in flight. Whoever has prepared something
//! shows it when the view changes, so the next primary proposes it again under the same number.
//!
//! **Beyond the paper**, which has clients and requests with bodies:
//! - Batches name what they order ([`Try`]); bodies come from routers, or from peers. A validator
//!   prepares only what it could deliver, so what is prepared is held by f + 1 correct ones.
//! - All messages are signed, as in the paper's section 4; not authenticated by MACs, as in its
//!   section 5. The signature of a PRE-PREPARE is the primary's PREPARE at the same time.
//! - What NEW-VIEW proposes again follows from the VIEW-CHANGEs in it, which carry prepared batches
//!   by their names; it holds no more than the primary's signatures on that.
//! - State is the sequence of batches. A checkpoint is the digest of that sequence; who missed a
//!   part of it is sent the batches, with the COMMITs of a quorum for each.
//! - Who waits says again what it said, every `resend`, and tells the primary what waits; who is
//!   behind is helped. So lost messages are made up for: datagrams will do.
//! - The same try in two batches is delivered once; which is decided by the committed sequence.
//!
//! **No time is stated within which what was held up comes through.** Views change until a primary
//! executes what waits, but a timer is for one request after the other (section 4.4): a primary may
//! execute each just before its time and so take one timeout for every request that waits, of which
//! there may be any number (Amir et al., *Prime*, DSN 2008; Clement et al., *Aardvark*, NSDI 2009).
//!
//! Committed batches are kept for `history`; so nobody is assumed to be out of reach for more than
//! half of it, less a `gossip`.

mod ballots;
mod batch;
mod book;
mod catchup;
mod checkpoint;
mod lead;
mod phases;
mod replica;
mod view;
mod view_change;

use std::fmt;
use std::sync::Arc;

use super::kept::JournalOf;
use super::leader;
use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;
use batch::{Committed, Mark, PrePrepare, Seq, StableMark, Vote};
use view::{NewView, View, ViewChange};

pub use replica::Replica;

/// The strategy.
pub struct Pbft;

/// Bugs for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code))]
pub(super) enum Planted {
    /// One vote less makes a quorum.
    SmallQuorum,
    /// A VIEW-CHANGE shows nothing that was prepared.
    ForgetsPrepared,
    /// Every view gets as long as the first one.
    NeverGrows,
}

leader::params! {
    planted: Planted;
    /// How long what waits may take before the view is changed. Doubles with every view change,
    /// until something is executed.
    timeout: Span = Span::from_secs(5);
    /// As long as that at most.
    timeout_longest: Span = Span::from_secs(40);
    /// How often a validator that waits says again what it said.
    resend: Span = Span::from_secs(1);
    /// Sequence numbers from one checkpoint to the next (section 4.3 has 100).
    checkpoint: u32 = 100;
    /// Sequence numbers above the stable checkpoint that may be in use (section 4.3 has 200).
    window: u32 = 200;
}

impl Params {
    fn quorum(&self, committee: &Committee) -> u32 {
        committee.quorum() - u32::from(self.has(Planted::SmallQuorum))
    }
}

/// What validators say to one another.
#[derive(Debug)]
pub enum Message {
    /// The primary's batch.
    PrePrepare(Arc<PrePrepare>),
    /// To all: a PREPARE or a COMMIT.
    Vote(Vote, Signature),
    /// To all: what was executed up to a checkpoint.
    Checkpoint(Mark, Signature),
    /// To all: another view is wanted.
    ViewChange(Arc<ViewChange>),
    /// It begins.
    NewView(Arc<NewView>),
    /// What was said of what is not executed, again.
    Again(Again),
    /// How far the sender is.
    Status(Stand),
    /// What has waited for too long.
    Relay(Vec<Item>),
    /// Send me these bodies.
    NeedBodies(Vec<Id>),
    /// They are these, of whatever try.
    Bodies(Vec<Item>),
    /// Send me what was committed from this sequence number on.
    NeedBatches(Seq),
    /// It is this, the lowest first, with bodies; and the sender's stable checkpoint.
    Batches(Vec<Whole>, Option<Arc<StableMark>>),
}

/// How far a validator is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    view: View,
    /// Whether the view has begun.
    is_active: bool,
    /// To be executed next.
    next: Seq,
    stable: Seq,
}

/// Where a validator stands, and what it said there.
#[derive(Debug)]
pub struct Again {
    stand: Stand,
    pre_prepares: Vec<Arc<PrePrepare>>,
    votes: Vec<(Vote, Signature)>,
    mark: Option<(Mark, Signature)>,
    view_change: Option<Arc<ViewChange>>,
}

/// A committed batch with its bodies and the commits of a quorum.
#[derive(Clone)]
pub struct Whole(Arc<Committed>);

impl Again {
    fn signatures(&self) -> u32 {
        let wanted = self.view_change.as_ref().map_or(0, |wanted| wanted.signatures());
        let single = self.pre_prepares.len() + self.votes.len() + usize::from(self.mark.is_some());
        wanted + single as u32
    }
}

impl fmt::Debug for Stand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = if self.is_active { "" } else { "wanted " };
        write!(f, "{wanted}view {}, next {}, stable {}", self.view, self.next, self.stable)
    }
}

impl fmt::Debug for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Encode for Whole {
    fn encode(&self, to: &mut dyn Encoder) {
        self.0.encode(to);
        self.0.batch.payload.encode_bodies(to);
    }
}

encode_fields!(Stand { view, is_active, next, stable });
encode_fields!(Again { stand, pre_prepares, votes, mark, view_change });

encode_variants!(Message {
    0: PrePrepare(pre_prepare),
    1: Vote(vote, signature),
    2: Checkpoint(mark, signature),
    3: ViewChange(wanted),
    4: NewView(new_view),
    5: Again(again),
    6: Status(stand),
    7: Relay(items),
    8: NeedBodies(ids),
    9: Bodies(bodies),
    10: NeedBatches(from),
    11: Batches(batches, stable),
});

impl Strategy for Pbft {
    const NAME: &'static str = "pbft";
    const SUMMARY: &'static str = "a primary numbers batches, three phases agree on each";
    type Params = Params;
    type Message = Message;
    type Durable = JournalOf<book::Book>;
    type Replica = Replica;
    type Submitter = NoSubmitter;

    const NOTES: &'static [&'static str] = &["attestations in a batch", "view"];

    fn check(params: &Params) -> Result<(), String> {
        params.check_shared()?;
        at_least("timeout", params.timeout, SHORTEST)?;
        at_least("timeout_longest", params.timeout_longest, params.timeout)?;
        at_least("resend", params.resend, SHORTEST)?;
        at_least("history", params.history, params.timeout)?;
        between("checkpoint", params.checkpoint, &(1..=1_000_000))?;
        between("window", params.window, &(params.checkpoint..=1_000_000))
    }

    fn guarantees(committee: &Committee, params: &Params) -> Guarantees {
        let summary = "total, Byzantine; lives while messages are timely";
        let absence = params.shared().longest_absence();
        Guarantees::total_order(summary, committee.byzantine(), absence)
    }

    fn liveness(_: &Committee, _: &Params) -> Result<Liveness, &'static str> {
        Err("a primary may take a timeout for each of the requests that wait, however many")
    }

    fn work(message: &Message) -> Work {
        match message {
            // The prepare that follows, and the commit after that.
            Message::PrePrepare(_) => Work::verify(1).and_sign().and_sign(),
            Message::Vote(..) | Message::Checkpoint(..) => Work::verify(1),
            Message::ViewChange(wanted) => Work::verify(wanted.signatures()).and_sign(),
            // A prepare and a commit for all that is proposed again.
            Message::NewView(new_view) => {
                let sign = 2 * new_view.proposed_again();
                Work { verify: new_view.signatures(), sign }
            }
            Message::Again(again) => Work::verify(again.signatures()),
            Message::Relay(items) | Message::Bodies(items) => Work::verify(items.len() as u32),
            Message::Batches(batches, stable) => {
                let signatures =
                    |Whole(at): &Whole| at.commit.votes() + at.batch.payload.len() as u32;
                let stable = stable.as_ref().map_or(0, |stable| stable.votes());
                Work::verify(stable + batches.iter().map(signatures).sum::<u32>())
            }
            Message::Status(_) | Message::NeedBodies(_) | Message::NeedBatches(_) => Work::NONE,
        }
    }

    fn replica(seat: Seat, params: &Params) -> Replica {
        Replica::new(seat, params)
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }

    fn first_leader(_: &Committee) -> Option<u16> {
        Some(0)
    }
}

#[cfg(test)]
mod tests;
