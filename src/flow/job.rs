//! What policies may know of an operation.

use crate::kernel::{Span, VirtualTime};

/// An operation at a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// The router's own number for it.
    pub slot: u32,
    /// When it came.
    pub came: VirtualTime,
    /// When it is of use at the latest; [`VirtualTime::MAX`] for ever.
    pub deadline: VirtualTime,
    /// How urgent: 0 goes first.
    pub priority: u8,
    /// Whose it is, for policies that are fair between clients.
    pub flow: u32,
    /// The work it takes in all.
    pub work: Span,
}

/// A kind of work at a router. Each is a bulkhead where they are separate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Lane {
    /// Take it in.
    Ingress,
    /// Check its signature.
    Verify,
    /// Run its schema's hook, synchronously.
    Hook,
    /// Stamp it and send it on to be ordered.
    Order,
    /// The same for a revocation.
    Revoke,
    /// Tell indexers.
    Index,
}

impl Lane {
    /// Every lane, in the order in which an operation passes them.
    pub const ALL: [Self; 6] =
        [Self::Ingress, Self::Verify, Self::Hook, Self::Order, Self::Revoke, Self::Index];

    /// As selectors and outputs spell it, after the router's name: `router-1.order`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Verify => "verify",
            Self::Hook => "hook",
            Self::Order => "order",
            Self::Revoke => "revoke",
            Self::Index => "index",
        }
    }
}

/// Something for each lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lanes<T>(pub [T; Lane::ALL.len()]);

impl<T> Lanes<T> {
    /// That lane's.
    pub const fn of(&self, lane: Lane) -> &T {
        &self.0[lane as usize]
    }

    /// That lane's, to change.
    pub const fn of_mut(&mut self, lane: Lane) -> &mut T {
        &mut self.0[lane as usize]
    }
}
