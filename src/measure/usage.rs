//! Messages, bytes and CPU that the network spends.

use super::distribution::Measured;
use crate::kernel::Span;

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
