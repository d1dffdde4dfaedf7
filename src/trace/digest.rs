//! The digest of a run: facts chained per process, chains combined in process order.
//!
//! A chain takes 48 bytes a step (its own 16, then the fact with its instant), through
//! XXH3-128; what is combined at the end, and what is printed, goes through BLAKE3. Batches,
//! shards and threads leave no mark on it.

use std::fmt;

use xxhash_rust::xxh3::xxh3_128;

use super::Fact;
use crate::kernel::{Recorded, VirtualTime};

/// 256 bits that two runs share only if all their facts agree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// A digest from its 64 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// One digest over many, in the order given.
    pub fn of_digests<'a>(digests: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for digest in digests {
            hasher.update(&digest.0);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// The first twelve hex digits in groups of four, as screens print it.
    pub fn short(&self) -> String {
        let hex = self.to_string();
        format!("{} {} {}", &hex[..4], &hex[4..8], &hex[8..12])
    }
}

impl fmt::Display for Digest {
    /// All 64 hex digits, unbroken.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The state of one process's chain at the end of a virtual second in which it emitted facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checkpoint {
    /// The second, from the start of the run.
    pub second: u64,
    /// The process.
    pub process: u32,
    /// The chain, cut to 64 bits.
    pub chain: u64,
}

/// Chains facts as they come and says where each chain stands after every virtual second.
#[derive(Clone, Debug)]
pub struct DigestChain {
    chains: Vec<u128>,
    /// Processes that emitted facts in the current second.
    touched: Vec<u32>,
    is_touched: Vec<bool>,
    second: u64,
}

impl DigestChain {
    /// Chains for `processes` processes.
    pub fn new(processes: usize) -> Self {
        Self {
            chains: vec![0; processes],
            touched: Vec::new(),
            is_touched: vec![false; processes],
            second: 0,
        }
    }

    /// Takes the next fact in key order; `checkpoint` is told of every second that it closes.
    pub fn add(&mut self, recorded: &Recorded<Fact>, checkpoint: &mut impl FnMut(Checkpoint)) {
        if recorded.key.time >= VirtualTime::end_of_second(self.second) {
            self.close_second(checkpoint);
            self.second = recorded.key.time.whole_seconds();
        }
        let process = recorded.process.index();
        let mut step = [0_u8; 56];
        step[..16].copy_from_slice(&self.chains[process].to_le_bytes());
        step[16..24].copy_from_slice(&recorded.key.time.as_nanos().to_le_bytes());
        for (part, word) in step[24..].chunks_exact_mut(8).zip(recorded.fact.words()) {
            part.copy_from_slice(&word.to_le_bytes());
        }
        self.chains[process] = xxh3_128(&step);
        if !self.is_touched[process] {
            self.is_touched[process] = true;
            self.touched.push(recorded.process.0);
        }
    }

    /// Closes the last second and combines all chains.
    pub fn finish(mut self, checkpoint: &mut impl FnMut(Checkpoint)) -> Digest {
        self.close_second(checkpoint);
        let mut hasher = blake3::Hasher::new();
        for chain in &self.chains {
            hasher.update(&chain.to_le_bytes());
        }
        Digest(*hasher.finalize().as_bytes())
    }

    fn close_second(&mut self, checkpoint: &mut impl FnMut(Checkpoint)) {
        self.touched.sort_unstable();
        for process in self.touched.drain(..) {
            let at = process as usize;
            self.is_touched[at] = false;
            let chain = self.chains[at] as u64;
            checkpoint(Checkpoint { second: self.second, process, chain });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{EventKey, ProcessId, Span};

    fn fact(millis: u64, process: u32, operation: u32) -> Recorded<Fact> {
        let time = VirtualTime::ZERO + Span::from_millis(millis);
        let key = EventKey { time, source: ProcessId(0), sequence: 0 };
        let fact = Fact::Sent { operation, attempt: 0 };
        Recorded { key, index: 0, process: ProcessId(process), fact }
    }

    fn digest(facts: &[Recorded<Fact>]) -> (Digest, Vec<Checkpoint>) {
        let mut checkpoints = Vec::new();
        let mut chain = DigestChain::new(2);
        for fact in facts {
            chain.add(fact, &mut |point| checkpoints.push(point));
        }
        (chain.finish(&mut |point| checkpoints.push(point)), checkpoints)
    }

    #[test]
    fn any_change_of_any_fact_changes_the_digest() {
        let base = [fact(1, 0, 7), fact(2, 1, 8)];
        let (same, _) = digest(&base);
        assert_eq!(digest(&base).0, same);
        assert_ne!(digest(&[fact(1, 0, 7), fact(2, 1, 9)]).0, same, "another operation");
        assert_ne!(digest(&[fact(1, 0, 7), fact(2, 0, 8)]).0, same, "another process");
        assert_ne!(digest(&[fact(1, 0, 7), fact(3, 1, 8)]).0, same, "another instant");
        assert_ne!(digest(&[fact(1, 0, 7)]).0, same, "one fact less");
    }

    #[test]
    fn checkpoints_name_second_and_process() {
        let (_, points) = digest(&[fact(1, 1, 7), fact(2, 0, 8), fact(2_500, 1, 9)]);
        let places: Vec<_> = points.iter().map(|point| (point.second, point.process)).collect();
        assert_eq!(places, [(0, 0), (0, 1), (2, 1)]);
    }

    #[test]
    fn hex_goes_back_and_forth() {
        let (digest, _) = digest(&[fact(1, 0, 7)]);
        assert_eq!(Digest::from_hex(&digest.to_string()), Some(digest));
        assert_eq!(Digest::from_hex("zz"), None);
    }
}
