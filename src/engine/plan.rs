//! Which shard hosts which process, and how far shards may run ahead of one another.

use crate::kernel::{ProcessId, Span};

/// How a model is cut into shards.
#[derive(Clone, Debug)]
pub struct ShardPlan {
    /// The shard of each process, by process number.
    pub shard_of: Vec<u16>,
    /// The number of shards, at least 1; every number in `shard_of` is below it.
    pub shards: u16,
    /// The least delay of any message between two shards. Not zero when there are several.
    pub lookahead: Span,
}

/// Where a process lives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Its shard.
    pub(super) shard: u16,
    /// Its position among the processes of that shard.
    pub(super) slot: u32,
}

impl ShardPlan {
    /// All of `processes` processes on one shard.
    pub fn single(processes: usize) -> Self {
        Self { shard_of: vec![0; processes], shards: 1, lookahead: Span::MAX }
    }

    /// # Panics
    /// If this is no plan for a model of `processes` processes.
    pub(super) fn check(&self, processes: usize) {
        assert_eq!(self.shard_of.len(), processes, "a plan places every process of the model");
        assert!(self.shards > 0, "processes need a shard to live on");
        assert!(
            self.shard_of.iter().all(|&shard| shard < self.shards),
            "a plan names only shards that exist"
        );
        assert!(
            self.shards == 1 || self.lookahead > Span::ZERO,
            "shards without lookahead cannot run in parallel"
        );
    }

    /// The place of every process, by process number.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut hosted = vec![0; usize::from(self.shards)];
        let place = |&shard: &u16| {
            let slot = hosted[usize::from(shard)];
            hosted[usize::from(shard)] += 1;
            Place { shard, slot }
        };
        self.shard_of.iter().map(place).collect()
    }
}

/// The place of a destination.
///
/// # Panics
/// If there is no such process.
pub(super) fn place(places: &[Place], destination: ProcessId) -> Place {
    match places.get(destination.index()) {
        Some(&place) => place,
        None => panic!("there is no process p{} to send to", destination.0),
    }
}
