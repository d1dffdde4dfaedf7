//! Messages, bytes and CPU that the network spends.

use super::distribution::Measured;
use super::observers::Observers;
use super::setting::phases_of;
use crate::kernel::{Span, VirtualTime};

/// What was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Messages sent by all actors.
    pub messages: u64,
    /// Bytes sent by all actors.
    pub bytes: u64,
    /// Virtual CPU spent by routers and validators.
    pub cpu: Span,
}

impl Used {
    pub(super) fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.bytes += other.bytes;
        self.cpu += other.cpu;
    }

    /// The metric of that name: so much for each of the operations due, CPU in milliseconds.
    pub(super) fn each(&self, metric: &str, operations: u64) -> Measured {
        let total = match metric {
            "messages" => self.messages as f64,
            "bytes" => self.bytes as f64,
            "cpu" => self.cpu.as_millis_f64(),
            _ => return Measured::NoData,
        };
        if operations == 0 { Measured::NoData } else { Measured::Value(total / operations as f64) }
    }
}

impl Observers {
    /// A second belongs to the phases that contain its middle.
    pub(super) fn used(&mut self, process: u32, second: u32, used: Used) {
        let start = VirtualTime::ZERO + Span::from_secs(second.into());
        let phases = self.calendar.mask(start + Span::from_millis(500));
        let is_router = self.streams.is_router(process);
        for phase in phases_of(phases) {
            self.tallies[phase].used.add(used);
            if is_router {
                self.tallies[phase].shares.worked(process, used.cpu);
            }
        }
        if phases & 1 == 1 {
            self.series.used(start, used);
        }
    }
}
