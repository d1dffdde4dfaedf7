//! What the DAG protocols share: blocks that refer to a quorum of the round before, the store of
//! them, the fetching of what is missing, and replicas that propose round after round. The
//! protocols differ in what a block needs to enter the DAG (nothing in `mysticeti` and its
//! relatives, a quorum's certificate in `tusk` and `bullshark`) and in how the order follows from
//! the DAG: `waves` and `anchors`. Nobody votes on the order.
//!
//! **Beyond the papers**, which have clients and blocks without end:
//! - Blocks name what they order ([`Try`]); bodies come from routers, or from peers. A block is
//!   in the DAG when its parents and its bodies are.
//! - Clients hand in at every validator; `pool` says who proposes.
//! - When all that is known is delivered, nobody begins a round; a round that some block is in is
//!   completed by all. So whatever comes next finds a quorum to build on.
//! - Whoever makes no progress sends its last block again and asks peers for what it lacks, and
//!   neighbours tell one another now and then how far they are: so datagrams will do.
//! - Whoever sends a block has what it leads to, and is asked for what of this is missing, soon
//!   and before all others. So what a correct validator built on enters the DAG of all of them in
//!   time, though its Byzantine author gives it to few.
//! - The same try in two blocks is delivered once; which is decided by the committed sequence.
//! - A leader's history ends `depth` rounds before it, as with `gc_depth` in the published code,
//!   so that what nobody referred to in time can be forgotten. Its attestations are proposed again.
//!
//! **Trade-offs.** Whoever was away for longer than `history` cannot complete the past of what it
//! gets, and takes part no more. Whoever lost its state may make a second block in a round: it is
//! one of the f.

mod anchors;
mod block;
mod book;
mod lead;
mod params;
mod pending;
mod pool;
mod replica;
mod sync;
mod waves;

use std::sync::Arc;

use super::kept::JournalOf;
use super::prelude::*;
use block::{Block, Reference, Round, Vertex, Whole};

pub(super) use anchors::Anchors;
pub(super) use params::{Commit, Planted, Protocol, Settings, params, strategy};
pub use replica::Replica;
pub(super) use waves::Table;

/// What survives a crash.
pub type Durable = JournalOf<book::Book>;

/// A strategy of this family.
pub trait Family: Strategy<Message = Message, Durable = Durable> {}

impl<S: Strategy<Message = Message, Durable = Durable>> Family for S {}

/// What validators say to one another.
#[derive(Debug)]
pub enum Message {
    /// My next block; where blocks are certified, vote for it.
    Block(Arc<Block>),
    /// To the author: I have it, and all that it refers to.
    Vote(Reference, Signature),
    /// My block is certified.
    Certified(Vertex),
    /// The highest round of which the sender has a quorum.
    Status(Round),
    /// Send me these bodies.
    NeedBodies(Vec<Id>),
    /// They are these, of whatever try.
    Bodies(Vec<Item>),
    /// Send me these blocks, and what of their history is later than that round.
    NeedBlocks(Vec<Id>, Round),
    /// Send me what is later than that round.
    NeedRounds(Round),
    /// It is this, the lowest rounds first, with bodies; and the sender's highest round.
    Blocks(Vec<Whole>, Round),
}

impl Message {
    /// Work before it is handled.
    pub(super) fn work(&self, is_certified: bool) -> Work {
        match self {
            Self::Block(_) if is_certified => Work::verify(1).and_sign(),
            Self::Block(_) | Self::Vote(..) => Work::verify(1),
            Self::Certified(vertex) => Work::verify(vertex.signatures()),
            Self::Bodies(bodies) => Work::verify(bodies.len() as u32),
            Self::Blocks(blocks, _) => {
                let signatures =
                    |Whole(vertex): &Whole| vertex.signatures() + vertex.block.payload.len() as u32;
                Work::verify(blocks.iter().map(signatures).sum())
            }
            Self::Status(_) | Self::NeedBodies(_) | Self::NeedBlocks(..) | Self::NeedRounds(_) => {
                Work::NONE
            }
        }
    }
}

encode_variants!(Message {
    0: Block(block),
    1: Vote(place, signature),
    2: Certified(vertex),
    3: Status(round),
    4: NeedBodies(ids),
    5: Bodies(bodies),
    6: NeedBlocks(ids, above),
    7: NeedRounds(above),
    8: Blocks(blocks, round),
});

/// What replicas note.
pub(super) const NOTES: &[&str] = &["attestations in a block", "rounds left without their leaders"];

/// What strategies of this family owe, which withstand so many Byzantine validators and keep
/// blocks for so long.
pub(super) fn guarantees(summary: &str, faults: u32, history: Span) -> Guarantees {
    Guarantees::total_order(summary, faults, Span::from_nanos(history.as_nanos() / 2))
}

/// The longest pause before a round's blocks are sent and asked for again, then the same before
/// what was not delivered is proposed again; f of the leaders and of the proposers in line fail.
/// Nothing is stated where no round waits for a leader and blocks are certified, which is Tusk, for
/// the reason given there: two hunted runs in three hundred took longer than this.
pub(super) fn liveness(faults: u32, settings: &Settings) -> Result<Liveness, &'static str> {
    if matches!(settings.commit, Commit::Certified { waits: false, .. }) {
        return Err("how many rounds pass before one has a leader whom enough refer to is chance");
    }
    let round = settings.fetch_longest.max(settings.resend) + settings.again + settings.turn;
    let within = round * (2 * u64::from(faults) + 2) + settings.gossip;
    Ok(Liveness { delta: settings.resend.scaled(0.25), within, trouble: None })
}
