//! What adds up over the operations of one phase.

use super::agreement::Agreement;
use super::distribution::{Distribution, Measured};
use super::divergence::Stretches;
use super::event::{Counts, Event};
use super::flow::Shares;
use super::inversions::Distance;
use super::relays::Ways;
use super::reliance::Reliances;
use super::sample::Sample;
use super::smoothness::Smoothness;
use super::streams::Disorder;
use super::usage::Used;
use super::waterfall::Waterfall;
use crate::kernel::Span;

/// Everything measured in one phase.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// What was due, and which events befell it.
    pub counts: Counts,
    samples: Samples,
    /// Statements applied and questions answered.
    pub good: u64,
    /// How much of the time validators said the same.
    pub agreement: Agreement,
    /// How far the order of deliveries is from that of intended sends.
    pub distance: Distance,
    /// Stretches of time in which validators were divided.
    pub divergence: Stretches,
    /// Messages, bytes and CPU of its seconds.
    pub used: Used,
    /// Details of reordering.
    pub disorder: Disorder,
    /// Where the time to applied went.
    pub waterfall: Waterfall,
    /// How even the stages of the way to applied were.
    pub smoothness: Smoothness,
    /// Who had how much of the work.
    pub shares: Shares,
    /// What relying parties did.
    pub trust: Reliances,
    /// Ways from centre to centre, and their stamps.
    pub ways: Ways,
}

/// By sample metric.
#[derive(Clone, Debug)]
struct Samples([Distribution; Sample::COUNT]);

impl Default for Samples {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Distribution::default()))
    }
}

impl Tally {
    /// The samples of one metric.
    pub const fn samples(&self, sample: Sample) -> &Distribution {
        &self.samples.0[sample as usize]
    }

    pub(super) fn samples_mut(&mut self, sample: Sample) -> &mut Distribution {
        &mut self.samples.0[sample as usize]
    }

    /// One that was due, and how long it took if it arrived.
    pub(super) fn due(&mut self, sample: Sample, took: Option<Span>) {
        let samples = self.samples_mut(sample);
        match took {
            Some(took) => samples.record(took.as_nanos() / 1_000),
            None => samples.record_never(),
        }
    }

    /// One that was only due because it arrived.
    pub(super) fn arrived(&mut self, sample: Sample, took: Option<Span>) {
        if let Some(took) = took {
            self.samples.0[sample as usize].record(took.as_nanos() / 1_000);
        }
    }

    /// Tries per operation due.
    pub(super) fn tries(&self) -> Measured {
        match self.counts.operations() {
            0 => Measured::NoData,
            due => Measured::Value(self.shares.tries as f64 / due as f64),
        }
    }

    pub(super) fn clear(&mut self, sample: Sample) {
        *self.samples_mut(sample) = Distribution::default();
    }

    /// How often an event happened.
    pub const fn count(&self, event: Event) -> u64 {
        self.counts.count(event)
    }
}
