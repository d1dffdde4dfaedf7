//! Ordering strategies: pure state machines behind one contract of two halves, a
//! [`Submitter`] at the client and a [`Replica`] at the validator.
//!
//! **Invariant:** a strategy sees its own clock, its own luck and what it is sent, and nothing
//! else. The same code runs in virtual time, on the wall clock and under the hunt.

mod bodies;
mod catalogue;
mod chase;
mod committee;
mod contract;
mod delivered;
mod erased;
mod guarantee;
mod holdback;
mod interference;
mod item;
mod journal;
mod limit;
mod neighbours;
mod ordered;
mod payload;
mod stamps;
mod steady;
#[cfg(test)]
mod transcript;

pub mod arrival;
pub mod bcb;
pub mod bullshark;
pub mod causal;
pub mod certificate;
pub mod chained;
pub mod cordial_miners;
pub mod crdt;
pub mod dag;
pub mod epaxos;
pub mod fifo;
pub mod hlc;
pub mod hotstuff;
pub mod jolteon;
pub mod kept;
pub mod lamport;
pub mod leader;
pub mod mahi_mahi;
pub mod mysticeti;
pub mod odontoceti;
pub mod own;
pub mod pbft;
pub mod sequencer;
pub mod sharded_sequencer;
pub mod tendermint;
pub mod themis;
pub mod tusk;
pub mod watermark;

pub use bodies::Bodies;
pub use catalogue::{Catalogue, Entry};
pub use chase::{Chase, Pauses, Question};
pub use committee::Committee;
pub use contract::{
    Effect, NoSubmitter, Out, Peer, Replica, Seat, Strategy, Submitter, SubmitterOut, TimerId, Work,
};
pub use delivered::Delivered;
pub use erased::{Carried, HostedEffect, HostedReplica, HostedSubmitter, SubmitterEffect};
pub use guarantee::{Assumptions, FaultModel, Guarantees, Liveness, Property, TransportNeed};
pub use item::{Item, Try};
pub use journal::Journal;

/// What an implementation of a strategy needs: the contract, and parts that most of them share.
pub mod prelude {
    pub use super::{
        Assumptions, Chase, Committee, Delivered, FaultModel, Guarantees, Item, Journal, Liveness,
        NoSubmitter, Out, Pauses, Peer, Property, Replica, Seat, Strategy, Submitter, SubmitterOut,
        TimerId, TransportNeed, Try, Work,
    };
    pub use crate::attestation::{Encode, Encoder, Id, IdMap, KeyRing, Signature, Signer};
    pub(crate) use crate::attestation::{encode_fields, encode_variants};
    pub use crate::kernel::{LocalTime, Span};
}
