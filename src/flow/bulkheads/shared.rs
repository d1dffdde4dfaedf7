//! `shared`: one pool for everything; a worker stays with an operation to the end, hook included.

use super::{Bulkheads, Compartment, Make};
use crate::flow::{Choice, Described, Lane, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("shared", "one pool of workers for everything"),
    make: |_, workers| Box::new(Shared { workers }),
};

struct Shared {
    workers: u32,
}

impl Bulkheads for Shared {
    fn pools(&self) -> Vec<u32> {
        vec![self.workers]
    }

    fn compartments(&self) -> Vec<Compartment> {
        vec![Compartment { pool: 0, most: self.workers, lane: Lane::Ingress }]
    }

    fn compartment(&self, _: Lane, _: bool) -> usize {
        0
    }
}
