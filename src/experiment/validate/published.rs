//! Published figures, a row each, with the clock that each was read from.

use super::stages::Stage;

/// Bytes of a published transaction.
pub(super) const TRANSACTION: u32 = 512;

/// When the clock of a row starts and stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// From the making of a block, each block once.
    Block(Stop),
    /// From the intended send of an attestation.
    Send(Stop),
    /// From the intended send until its client holds a certificate: one message before the first
    /// validator, all of which are equally far away.
    Certificate,
}

/// Whose delivery stops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The first validator's: what the published scripts call commit is the earliest at any node.
    First,
    /// Each validator's, and the mean over them.
    Each,
}

/// One published figure.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// As the paper calls the protocol.
    pub name: &'static str,
    /// Our strategy.
    pub ordering: &'static str,
    /// Its parameters in TOML, where they are not the defaults.
    pub parameters: &'static str,
    /// The delay table.
    pub table: &'static str,
    /// Regions of validators, dealt in turn; all of the table's if empty.
    pub regions: &'static [&'static str],
    /// Region of clients and routers: beside every validator if empty and costs are off, else
    /// dealt like validators.
    pub clients: &'static [&'static str],
    /// Validators.
    pub validators: u32,
    /// Which of them is dead from the start.
    pub dead: Option<u32>,
    /// Attestations per second.
    pub rate: u32,
    /// What is measured, in seconds.
    pub seconds: u32,
    /// Whether work takes time: signatures, and a little to receive and apply.
    pub costs: bool,
    /// What was timed.
    pub clock: Clock,
    /// Milliseconds.
    pub published: f64,
    /// Transactions per second when that was measured; zero where it does not matter.
    pub load: u32,
    /// What the published system does that is not modelled here, as far as that is known.
    pub stages: &'static [Stage],
    /// Published settings that are others here, and why; empty if none is.
    pub differs: &'static str,
}

impl Row {
    /// A network-only row of the five-region layout: 10 validators round-robin, 1.5 ms one way
    /// inside a region.
    const NETWORK: Self = Self {
        name: "",
        ordering: "",
        parameters: "",
        table: "aws-5",
        regions: &[],
        clients: &[],
        validators: 10,
        dead: None,
        rate: 1_000,
        seconds: 60,
        costs: false,
        clock: Clock::Block(Stop::First),
        published: 0.0,
        load: 0,
        stages: &[],
        differs: "",
    };

    /// A measured row of the same layout, at less than the published load: that is more than a
    /// validator here keeps up with, who signs an answer to each client.
    const REAL: Self = Self { costs: true, rate: 4_000, seconds: 12, ..Self::NETWORK };

    /// The same at the published load.
    const fn loaded(ordering: &'static str, load: u32) -> Self {
        Self { ordering, rate: load, load, seconds: 6, ..Self::REAL }
    }

    /// What was timed, in words.
    pub const fn clock_words(&self) -> &'static str {
        match (self.clock, self.costs) {
            (Clock::Block(Stop::First), _) => "block to first node",
            (Clock::Block(Stop::Each), _) => "block to mean node",
            (Clock::Send(Stop::First), _) => "send to first node",
            (Clock::Send(Stop::Each), true) => "send to mean node",
            (Clock::Send(Stop::Each), false) => "wait + block to mean node",
            (Clock::Certificate, _) => "send to certificate",
        }
    }
}

const NO_BATCH: &str = "batch_delay = \"0s\"";
/// `mempool/src/quorum_waiter.rs` of asonnino/hotstuff at 014bb50. Its batches are those that
/// `batch_delay` gathers here.
const MEMPOOL: &[Stage] = &[Stage::Dissemination];
/// The published settings of asonnino/narwhal; its workers wait for a quorum likewise.
const WORKER: Stage = Stage::Batch { bytes: 500_000, millis: 200 };
const WORKERS: &[Stage] = &[WORKER, Stage::Dissemination];
/// The published code's rule for Tusk. Under it this build's network-only figure would be some
/// 150 ms more, and miss its prediction.
const LATER: &[Stage] = &[Stage::NextBlock];
const WORKERS_AND_LATER: &[Stage] = &[WORKER, Stage::Dissemination, Stage::NextBlock];
/// At our load, headers that wait for 1 kB of digests would wait for all of it.
const HEADER: &str = "header_delay 5 s there, 200 ms here: our blocks hold attestations";

const NO_HEADER: &str = "header_delay = \"0s\"\nheader_bytes = 1";

/// Predictions with zero CPU, bandwidth and loss, from half the p50 of cloudping's round trips.
pub const NETWORK_ONLY: &[Row] = &[
    Row {
        name: "HotStuff, 3-chain",
        ordering: "hotstuff",
        parameters: NO_BATCH,
        published: 457.0,
        ..Row::NETWORK
    },
    Row {
        name: "HotStuff, 3-chain",
        ordering: "hotstuff",
        parameters: NO_BATCH,
        clock: Clock::Block(Stop::Each),
        published: 520.0,
        ..Row::NETWORK
    },
    Row {
        name: "Jolteon, 2-chain",
        ordering: "jolteon",
        parameters: NO_BATCH,
        published: 305.0,
        ..Row::NETWORK
    },
    Row {
        name: "Jolteon, 2-chain",
        ordering: "jolteon",
        parameters: NO_BATCH,
        clock: Clock::Block(Stop::Each),
        published: 368.0,
        ..Row::NETWORK
    },
    Row {
        name: "Tusk",
        ordering: "tusk",
        parameters: NO_HEADER,
        published: 1_374.0,
        ..Row::NETWORK
    },
    Row {
        name: "Bullshark",
        ordering: "bullshark",
        parameters: NO_HEADER,
        published: 947.0,
        ..Row::NETWORK
    },
    Row {
        name: "PBFT",
        ordering: "pbft",
        parameters: NO_BATCH,
        clock: Clock::Block(Stop::Each),
        published: 244.0,
        ..Row::NETWORK
    },
    Row {
        name: "Mysticeti, 13 regions",
        ordering: "mysticeti",
        table: "aws-13-cloudping",
        validators: 50,
        seconds: 15,
        clock: Clock::Send(Stop::Each),
        published: 440.0,
        ..Row::NETWORK
    },
];

/// One dead validator, who is the leader of one round in ten: the last, as the published scripts
/// have it, which leave the last of the committee out (`benchmark/local.py`).
const JOLTEON_DEAD: Row = Row {
    name: "Jolteon, one dead",
    ordering: "jolteon",
    published: 2_034.0,
    load: 45_000,
    dead: Some(9),
    ..Shape::REAL
};

/// Measured on AWS m5d.8xlarge: result files of asonnino/hotstuff and asonnino/narwhal,
/// Mysticeti (arXiv 2310.14821), FastPay (AFT 2020). Each consensus row is followed by the same
/// run's latency for users. Of the figures known to us one is missing: Narwhal-HotStuff (1,117 and
/// 1,762 ms), for no strategy of ours puts a leader on top of certified batches.
pub const MEASURED: &[Row] = &[
    Row { name: "HotStuff, 3-chain", published: 575.0, ..Row::loaded("hotstuff", 20_000) },
    Row {
        name: "HotStuff, 3-chain",
        clock: Clock::Send(Stop::First),
        stages: MEMPOOL,
        published: 1_042.0,
        ..Row::loaded("hotstuff", 20_000)
    },
    Row { name: "Jolteon, 2-chain", published: 373.0, ..Row::loaded("jolteon", 20_000) },
    Row {
        name: "Jolteon, 2-chain",
        clock: Clock::Send(Stop::First),
        stages: MEMPOOL,
        published: 865.0,
        ..Row::loaded("jolteon", 20_000)
    },
    Row { name: "Tusk", published: 2_374.0, stages: LATER, ..Row::loaded("tusk", 10_000) },
    Row {
        name: "Tusk",
        clock: Clock::Send(Stop::First),
        stages: WORKERS_AND_LATER,
        published: 2_910.0,
        ..Row::loaded("tusk", 10_000)
    },
    Row {
        name: "Bullshark",
        ordering: "bullshark",
        published: 1_432.0,
        load: 100_000,
        differs: HEADER,
        ..Row::REAL
    },
    Row {
        name: "Bullshark",
        ordering: "bullshark",
        clock: Clock::Send(Stop::First),
        load: 100_000,
        stages: WORKERS,
        differs: HEADER,
        published: 2_067.0,
        ..Row::REAL
    },
    JOLTEON_DEAD,
    Row { clock: Clock::Send(Stop::First), published: 6_272.0, stages: MEMPOOL, ..JOLTEON_DEAD },
    Row {
        name: "Mysticeti, 13 regions",
        ordering: "mysticeti",
        table: "aws-13-cloudping",
        validators: 50,
        seconds: 8,
        clock: Clock::Send(Stop::Each),
        published: 488.0,
        load: 50_000,
        ..Row::REAL
    },
    Row {
        name: "FastPay, from London",
        ordering: "bcb",
        table: "aws-13-cloudping",
        regions: &["eu-north-1"],
        clients: &["eu-west-2"],
        rate: 1_000,
        clock: Clock::Certificate,
        published: 46.0,
        ..Row::REAL
    },
];

/// How much later users are served with one dead validator of ten.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// As the paper calls the protocol.
    pub name: &'static str,
    /// Our strategy.
    pub ordering: &'static str,
    /// Its parameters in TOML, where they are not the defaults.
    pub parameters: &'static str,
    /// What was published, in words.
    pub published: &'static str,
    /// Least and most milliseconds added, the mean over who is dead, that show the same shape.
    /// Added, not times: what is not modelled is missing with and without a dead validator.
    pub added: (f64, f64),
}

impl Shape {
    /// Less load for longer: a view with a dead leader takes seconds.
    const REAL: Row = Row { rate: 500, seconds: 120, ..Row::REAL };

    /// How many rows there are of a shape.
    pub const ROWS: usize = 6;

    /// The row without a dead validator, and one for each region with a dead one there; a figure of
    /// 1 is in the place of a published one.
    pub fn rows(&self) -> [Row; Self::ROWS] {
        let row = Row {
            name: self.name,
            ordering: self.ordering,
            parameters: self.parameters,
            clock: Clock::Send(Stop::First),
            published: 1.0,
            ..Self::REAL
        };
        // Validators are dealt to five regions in turn: the first five are in one each.
        [None, Some(0), Some(1), Some(2), Some(3), Some(4)].map(|dead| Row { dead, ..row })
    }
}

/// What a dead validator costs.
pub const DEAD_LEADER: &[Shape] = &[
    Shape {
        name: "Jolteon, round-robin",
        ordering: "jolteon",
        parameters: "",
        published: "1.3 to 1.6 s become 6.3 s",
        added: (3_500.0, 6_000.0),
    },
    Shape {
        name: "Jolteon, reputation",
        ordering: "jolteon",
        parameters: "leaders = \"reputation\"",
        published: "nearly all of that is gone",
        added: (-100.0, 500.0),
    },
    Shape {
        name: "Tusk",
        ordering: "tusk",
        parameters: "",
        published: "2.9 s become 3.6 s (+22 %)",
        added: (100.0, 1_300.0),
    },
];
