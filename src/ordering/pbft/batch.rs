//! Batches, votes on them, and checkpoints.

use std::fmt;
use std::sync::Arc;

use super::view::View;
use crate::ordering::certificate::{Certificate, Statement};
use crate::ordering::payload::Payload;
use crate::ordering::prelude::*;

/// Sequence numbers count from 1.
pub(super) type Seq = u64;

/// What a sequence number orders; nothing, if it only fills a hole.
pub struct Batch {
    /// Its number.
    pub seq: Seq,
    /// What it orders, in this order.
    pub payload: Payload,
    /// The hash of both. Not of the view: a batch may be proposed in several.
    pub id: Id,
}

impl Batch {
    pub(super) fn new(seq: Seq, tries: Vec<Try>) -> Arc<Self> {
        let mut batch = Self { seq, payload: Payload::new(tries), id: Id::LEAST };
        batch.id = Id::of(&batch);
        Arc::new(batch)
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.seq, self.payload)
    }
}

encode_fields!(Batch { seq, payload });

/// Which of the two votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// This is what the primary gave that number to.
    Prepare,
    /// A quorum says so.
    Commit,
}

/// What a validator signs, once of each kind in a view for a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vote {
    /// Which.
    pub kind: Kind,
    /// In which view.
    pub view: View,
    /// For which sequence number.
    pub seq: Seq,
    /// For which batch.
    pub batch: Id,
}

impl fmt::Debug for Vote {
    /// The batch is that of the primary, unless somebody lies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}/{}", self.kind, self.view, self.seq)
    }
}

impl Encode for Kind {
    fn encode(&self, to: &mut dyn Encoder) {
        let number: u8 = match self {
            Self::Prepare => 0,
            Self::Commit => 1,
        };
        number.encode(to);
    }
}

encode_fields!(Vote { kind, view, seq, batch });

impl Statement for Vote {
    const KIND: &'static str = "pbft vote";
}

/// A quorum's votes.
pub(super) type Qc = Certificate<Vote>;

/// A batch in a view.
pub struct PrePrepare {
    /// The view.
    pub view: View,
    /// The batch.
    pub batch: Arc<Batch>,
    /// The primary's, on a PREPARE for it.
    pub signature: Signature,
}

impl PrePrepare {
    pub(super) fn new(view: View, batch: Arc<Batch>, signer: &Signer) -> Arc<Self> {
        let signature = prepare(view, &batch).signed_by(signer);
        Arc::new(Self { view, batch, signature })
    }

    /// What the primary says with it.
    pub(super) fn vote(&self) -> Vote {
        prepare(self.view, &self.batch)
    }
}

fn prepare(view: View, batch: &Batch) -> Vote {
    Vote { kind: Kind::Prepare, view, seq: batch.seq, batch: batch.id }
}

impl fmt::Debug for PrePrepare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:?}", self.view, self.batch)
    }
}

encode_fields!(PrePrepare { view, batch, signature });

/// A batch that a quorum prepared in one view: the PRE-PREPARE and 2f PREPAREs of section 4.2.
#[derive(Clone)]
pub struct Prepared {
    /// The batch.
    pub batch: Arc<Batch>,
    /// A quorum's prepares.
    pub votes: Arc<Qc>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:?}", self.votes.statement.view, self.batch)
    }
}

encode_fields!(Prepared { batch, votes });

/// A committed batch.
pub struct Committed {
    /// The batch.
    pub batch: Arc<Batch>,
    /// A quorum's commits.
    pub commit: Arc<Qc>,
}

impl fmt::Debug for Committed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} by {:?}", self.batch, self.commit)
    }
}

encode_fields!(Committed { batch, commit });

/// The state after so many batches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The last of them.
    pub seq: Seq,
    /// The digest of them all.
    pub state: Id,
}

impl Mark {
    /// Nothing executed.
    pub(super) const START: Self = Self { seq: 0, state: Id::LEAST };

    /// After one more batch.
    #[must_use]
    pub(super) fn then(&self, batch: &Batch) -> Self {
        Self { seq: batch.seq, state: Id::of(&(self.state, batch.id)) }
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.seq)
    }
}

encode_fields!(Mark { seq, state });

impl Statement for Mark {
    const KIND: &'static str = "pbft checkpoint";
}

/// A quorum's checkpoints: it is stable.
pub(super) type StableMark = Certificate<Mark>;

impl crate::ordering::leader::Proposable for Batch {
    fn id(&self) -> Id {
        self.id
    }

    fn payload(&self) -> &Payload {
        &self.payload
    }
}
