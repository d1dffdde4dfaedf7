//! What actors send one another.

use std::sync::{Arc, OnceLock};

use super::passage::{Relayed, Scan};
use super::rows::{Need, Page, Place, Row};
use crate::attestation::{
    Attestation, Id, KeyRing, Name, Operation, SIGNATURE_BYTES, Signature, Signer, Status, Storage,
    Told, Verdict,
};
use crate::flow::routing::News;
use crate::kernel::{LocalTime, ProcessId, Span, VirtualTime};
use crate::network::Payload;
use crate::ops::{Digest, Reading};
use crate::ordering::{Carried, Item};
use crate::trace::Kind;
use crate::trust::Stamps;

/// Bytes of addresses, kind and lengths that every packet has.
const HEADER: u32 = 48;

/// One packet.
#[derive(Clone, Debug)]
pub enum Packet {
    /// Plan to client: do this when it arrives.
    Plan(Arc<Planned>),
    /// Client to plan: this user has its answer.
    Done {
        /// The user, by number in its group; or the chain whose next part waits for it.
        user: u32,
        /// Whether it is in.
        is_applied: bool,
    },
    /// Client to router.
    Submit(Arc<Submission>),
    /// Router to client: full, try later.
    Busy(Operation, u8),
    /// Router to client.
    Promise(Arc<Promise>),
    /// Router to client: the permit for that try is the client's again.
    Permit(Operation, u8),
    /// Router to client: so many operations are here.
    Depth(u32),
    /// Centre to centre.
    Relayed(Arc<Relayed>),
    /// Centre to centre: a table or a heartbeat, and one more than the last number taken over.
    News(Arc<News>, u32),
    /// Router to validators.
    Handed(Arc<Handed>),
    /// Validator to client.
    Ack(Arc<Ack>),
    /// Client to client, out of band: the name of a call that one submitted for the other.
    Named(Arc<(Id, Name)>),
    /// A strategy's own message; between accomplices, with the instance that is meant.
    Protocol(Arc<Carried>, Option<Face>),
    /// Client or dependant to validator or indexer: a question.
    Ask(Arc<Ask>),
    /// Validator or indexer to client or dependant: the answer.
    Answer(Arc<Answer>),
    /// Plan to dependant: a user is here when it arrives.
    Need(Arc<Need>),
    /// Indexer to validator: what is there from that place on?
    Fetch(Place),
    /// Validator to indexer: that.
    Page(Arc<Page>),
    /// Client to relying party, out of band: this is proven.
    Proof(Arc<Proof>),
    /// Relying party to validator: show me.
    Look(Arc<Look>),
    /// Validator to relying party: what it can show.
    Show(Arc<Show>),
    /// Monitor or operator to router or validator: how are you?
    Scrape(u32),
    /// That, for the round with that number.
    Reading(u32, Arc<Reading>),
    /// Monitor to operators: that rule fires, or not any more.
    Alert(u16, bool),
    /// Client to operators, out of band: a user complains.
    Ticket(Operation),
    /// Operators to client, out of band: the trouble is known, or over.
    Known(bool),
    /// Client to monitor: a probe was sent, or has its answer.
    Probe(Operation, bool),
    /// Validator to validator: so many operations are applied here, and what was decided of some.
    Beat(Arc<Beat>),
    /// Validator to operators: that process is suspected.
    Suspect(ProcessId),
}

/// What a validator says of itself every second or so.
#[derive(Clone, Copy, Debug)]
pub struct Beat {
    /// Operations applied so far.
    pub applied: u64,
    /// What it decided of a block that is likely to be complete.
    pub decided: Option<Digest>,
}

/// Which instance of its replica a validator speaks with. Only Byzantine ones have more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    /// The validator's own: what it delivers is applied.
    First,
    /// The other of two twins.
    Second,
    /// One that takes itself for another validator.
    Impostor,
}

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// It is somebody else's.
    Forged,
    /// It was the attester's, and a bit of it has changed.
    Tampered,
}

/// One operation of the load plan.
#[derive(Debug)]
pub struct Planned {
    /// What it is.
    pub kind: Kind,
    /// Its number.
    pub operation: Operation,
    /// When it should be sent.
    pub intended: VirtualTime,
    /// What to say; `None` for a question. The time of writing is filled in by the client.
    pub attestation: Option<Attestation>,
    /// Its id, where the plan needed to know: nothing that the client fills in is part of it.
    pub id: Option<Id>,
    /// What to ask about.
    pub question: Option<(Id, Operation)>,
    /// Somebody who is not its attester sends it.
    pub forgery: Option<Forgery>,
    /// The user who waits for it, in closed load; or the chain whose next part does.
    pub user: Option<u32>,
    /// The relying party that is told once it is proven.
    pub party: Option<ProcessId>,
    /// What its client does before it sends it.
    pub before: Before,
}

/// What a client does before it sends a statement (sp-sdk 1.2.6, `client.ts`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// It reads the schema, which that operation registers, and goes no further if it is not there.
    pub reads: Option<(Id, Operation)>,
    /// It stores its data, which takes so long.
    pub stores: Span,
}

/// A client's attestation on its way to a router.
#[derive(Debug)]
pub struct Submission {
    /// What is to be ordered.
    pub item: Item,
    /// What it needs at routers.
    pub needs: Needs,
}

/// What an operation needs at routers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Work of its schema's hook.
    pub hook: Span,
    /// When it is of use at the latest; [`VirtualTime::MAX`] for ever.
    pub deadline: VirtualTime,
    /// How urgent: 0 goes first.
    pub priority: u8,
    /// The client takes a router's promise for an answer.
    pub promise: bool,
}

/// An attestation passed on with a router's stamp.
#[derive(Debug)]
pub struct Handed {
    /// What is to be ordered.
    pub item: Item,
    /// The router's count of what it passed on before.
    pub sequence: u32,
    /// The router's stamp: its signature over id and sequence.
    pub stamp: Signature,
    /// Where routers are centres: the stamps of those before it, in order.
    pub scans: Option<Arc<Vec<Scan>>>,
    /// Of which router somebody first asked whether the stamp is its, and the answer.
    stamped: OnceLock<(u32, bool)>,
}

impl Handed {
    /// `item`, stamped by `signer`.
    pub(super) fn new(
        item: Item,
        sequence: u32,
        signer: &Signer,
        scans: Option<Arc<Vec<Scan>>>,
    ) -> Self {
        let stamp = signer.sign(&Self::statement(&item.id(), sequence));
        Self { item, sequence, stamp, scans, stamped: OnceLock::new() }
    }

    /// Whether the stamp is that router's. Computed once, then remembered.
    pub(super) fn is_stamped_by(&self, router: u32, keys: &KeyRing) -> bool {
        let statement = || Self::statement(&self.item.id(), self.sequence);
        let check = || keys.verify(router, &statement(), &self.stamp);
        let (asked, verdict) = *self.stamped.get_or_init(|| (router, check()));
        if asked == router { verdict } else { check() }
    }

    /// What a router signs.
    fn statement(id: &Id, sequence: u32) -> [u8; 36] {
        let mut bytes = [0; 36];
        bytes[..32].copy_from_slice(id.as_bytes());
        bytes[32..].copy_from_slice(&sequence.to_le_bytes());
        bytes
    }

    fn wire_len(&self) -> u32 {
        let scans = self.scans.as_ref().map_or(0, |scans| scans.len() as u32);
        self.item.signed.wire_len() + SIGNATURE_BYTES + 4 + Scan::WIRE_LEN * scans
    }
}

/// A router's word that an attestation will be in.
#[derive(Debug)]
pub struct Promise {
    /// Which.
    pub id: Id,
    /// The laboratory's number for it.
    pub operation: Operation,
    /// Which try.
    pub attempt: u8,
    /// The router's signature over the id.
    pub signature: Signature,
}

impl Promise {
    /// What a router signs; no stamp and no word of a validator looks like it.
    pub(super) fn statement(id: &Id) -> [u8; 39] {
        let mut bytes = *b"promise--------------------------------";
        bytes[7..].copy_from_slice(id.as_bytes());
        bytes
    }
}

/// A validator's word on an attestation.
#[derive(Debug)]
pub struct Ack {
    /// Which.
    pub id: Id,
    /// The laboratory's number for it.
    pub operation: Operation,
    /// Which try.
    pub attempt: u8,
    /// What the registry says.
    pub verdict: Verdict,
    /// Its name there, and the nonce of its author's next delegated call, by profile.
    pub told: Told,
    /// The validator's signature over id, verdict and what is told.
    pub signature: Signature,
}

impl Ack {
    /// What a validator signs.
    pub(super) fn statement(id: &Id, verdict: Verdict, told: Told) -> [u8; 46] {
        let mut bytes = [0; 46];
        bytes[..32].copy_from_slice(id.as_bytes());
        bytes[32] = verdict as u8;
        bytes[33] = u8::from(told.nonce.is_some());
        bytes[34..38].copy_from_slice(&told.nonce.unwrap_or_default().to_le_bytes());
        bytes[38..].copy_from_slice(&Name::bits(told.name).to_le_bytes());
        bytes
    }
}

/// A question for the state of an attestation.
#[derive(Debug)]
pub struct Ask {
    /// The question's number; a dependant's question has that of what it asks about.
    pub operation: Operation,
    /// Which try.
    pub attempt: u8,
    /// Asked about.
    pub id: Id,
}

/// The answer.
#[derive(Debug)]
pub struct Answer {
    /// The question's number.
    pub operation: Operation,
    /// Which try it answers.
    pub attempt: u8,
    /// What the registry, or the copy of it, says.
    pub status: Status,
}

/// What a client tells a relying party once q validators have accepted an attestation.
#[derive(Debug)]
pub struct Proof {
    /// The laboratory's number for it.
    pub operation: Operation,
    /// Its id.
    pub id: Id,
    /// What it is linked to.
    pub parent: Option<Id>,
    /// Where its data lies.
    pub storage: Storage,
    /// From the intended send until the client had its proof.
    pub elapsed: Span,
}

impl Proof {
    /// The proof of `said`, had just now; `None` of a question.
    pub(super) fn of(planned: &Planned, said: &Attestation, now: VirtualTime) -> Arc<Self> {
        let (operation, elapsed) = (planned.operation, now.since(planned.intended));
        let (id, parent) = (said.id(), said.action.reference());
        Arc::new(Self { operation, id, parent, storage: said.storage, elapsed })
    }
}

/// A look at one attestation at one validator.
#[derive(Debug)]
pub struct Look {
    /// The laboratory's number for it.
    pub operation: Operation,
    /// Looks of the party at it before this one.
    pub look: u8,
    /// Its id.
    pub id: Id,
    /// What it is linked to.
    pub parent: Option<Id>,
}

/// What a validator shows of it.
#[derive(Debug)]
pub struct Show {
    /// The laboratory's number for it.
    pub operation: Operation,
    /// Which look this answers.
    pub look: u8,
    /// What the registry says.
    pub status: Status,
    /// The place in the validator's order, if it has one.
    pub position: Option<u32>,
    /// Names the record held; 0 for none.
    pub digest: u32,
    /// When the state it speaks of last changed, by the validator's clock.
    pub as_of: LocalTime,
    /// The signatures that it can show.
    pub stamps: Stamps,
    /// The parent is unknown there.
    pub is_orphaned: bool,
}

impl Payload for Packet {
    fn wire_len(&self) -> u32 {
        let body = match self {
            Self::Plan(_) | Self::Done { .. } | Self::Proof(_) => 0,
            Self::Named(_) | Self::Need(_) => 0,
            Self::Submit(submission) => submission.item.signed.wire_len(),
            Self::Busy(..) | Self::Permit(..) => 8,
            Self::Promise(_) => 40 + SIGNATURE_BYTES,
            Self::Depth(_) => 4,
            Self::Relayed(relayed) => relayed.wire_len(),
            Self::News(news, _) => news.wire_len(),
            Self::Handed(handed) => handed.wire_len(),
            Self::Ack(ack) => 33 + ack.told.wire_len() + SIGNATURE_BYTES,
            Self::Protocol(carried, _) => carried.len,
            Self::Ask(_) => 37,
            Self::Fetch(_) => 6,
            Self::Page(page) => 7 + page.rows.len() as u32 * Row::LEN,
            Self::Answer(_) => 5,
            Self::Look(_) => 69,
            Self::Show(show) => 27 + SIGNATURE_BYTES * show.stamps.count(),
            Self::Ticket(_) | Self::Probe(..) | Self::Known(_) => 0,
            Self::Scrape(_) | Self::Suspect(_) => 4,
            Self::Reading(_, reading) => reading.wire_len(),
            Self::Alert(..) => 128,
            Self::Beat(_) => 24 + SIGNATURE_BYTES,
        };
        HEADER + body
    }
}
