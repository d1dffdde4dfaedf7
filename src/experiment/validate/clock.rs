//! Reads a run's clocks the way the published scripts do.

use super::published::{Clock, Row, Stop};
use super::world::warmup;
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::measure::Rows;
use crate::ordering::Catalogue;
use crate::scenario::model::Scenario;
use crate::simulation::{Failure, Listener, Options, run};
use crate::trace::Fact;

/// Means of one run, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Clocks {
    /// Blocks timed.
    pub blocks: u64,
    /// From the making of a block to the first delivery of what it orders.
    pub block_first: f64,
    /// To a validator's delivery, the mean over validators.
    pub block_each: f64,
    /// Attestations timed.
    pub items: u64,
    /// From an attestation's intended send until it is in a block.
    pub wait: f64,
    /// From its intended send to its first delivery.
    pub send_first: f64,
    /// To a validator's delivery, the mean over validators.
    pub send_each: f64,
    /// From one block of a validator to its next, where all of its blocks order something.
    pub pace: f64,
    /// One message from a client to a validator, where all are equally far away.
    pub one_way: f64,
}

impl Clocks {
    /// What a row's clock shows.
    pub const fn read(&self, clock: Clock) -> f64 {
        match clock {
            Clock::Block(Stop::First) => self.block_first,
            Clock::Block(Stop::Each) => self.block_each,
            Clock::Send(Stop::First) => self.send_first,
            Clock::Send(Stop::Each) => self.send_each,
            Clock::Certificate => self.send_first - self.one_way,
        }
    }
}

/// Runs a row's scenario and reads its clocks.
pub(super) fn watch(
    row: &Row,
    scenario: &Scenario,
    catalogue: &Catalogue,
    options: Options,
) -> Result<Clocks, Failure> {
    let from = VirtualTime::ZERO + scenario.warmup + warmup(row);
    let until = VirtualTime::ZERO + scenario.warmup + scenario.duration;
    let alive = row.validators - u32::from(row.dead.is_some());
    let mut watch = Watch { from, until, alive, items: Vec::new(), last_block: Vec::new() };
    run(scenario, catalogue, options, &mut watch)?;
    let delays = &scenario.network.delays.one_way;
    let (client, validator) = (scenario.load[0].regions[0], scenario.validators.regions[0]);
    Ok(Clocks { one_way: delays[client][validator].as_millis_f64(), ..watch.clocks() })
}

struct Watch {
    from: VirtualTime,
    until: VirtualTime,
    alive: u32,
    /// By operation number.
    items: Vec<Item>,
    /// By validator, when it made its last block.
    last_block: Vec<VirtualTime>,
}

#[derive(Clone, Copy)]
struct Item {
    intended: VirtualTime,
    proposed: Option<VirtualTime>,
    first: Option<VirtualTime>,
    /// Time from the intended send to each delivery, added up, and how many there are.
    sum: Span,
    deliveries: u32,
    /// It stands for its block: the first in it.
    is_head: bool,
}

impl Item {
    const BLANK: Self = Self {
        intended: VirtualTime::MAX,
        proposed: None,
        first: None,
        sum: Span::ZERO,
        deliveries: 0,
        is_head: false,
    };
}

impl Watch {
    fn item(&mut self, operation: u32) -> &mut Item {
        let at = operation as usize;
        if self.items.len() <= at {
            self.items.resize(at + 1, Item::BLANK);
        }
        &mut self.items[at]
    }

    fn proposed(&mut self, now: VirtualTime, validator: usize, operation: u32) {
        if self.last_block.len() <= validator {
            self.last_block.resize(validator + 1, VirtualTime::ZERO);
        }
        let is_head = std::mem::replace(&mut self.last_block[validator], now) != now;
        let item = self.item(operation);
        if item.proposed.is_none() {
            (item.proposed, item.is_head) = (Some(now), is_head);
        }
    }

    fn clocks(&self) -> Clocks {
        let mut clocks = Clocks::default();
        let mut blocks = (0.0, 0.0);
        let mut sends = (0.0, 0.0, 0.0);
        for item in self.items.iter().filter(|item| item.deliveries >= self.alive) {
            let Some(first) = item.first else { continue };
            let each = item.sum.as_millis_f64() / f64::from(item.deliveries);
            let wait = item.proposed.unwrap_or(item.intended).since(item.intended).as_millis_f64();
            let first = first.since(item.intended).as_millis_f64();
            let is_timed = |at: VirtualTime| (self.from..self.until).contains(&at);
            if item.is_head && item.proposed.is_some_and(is_timed) {
                clocks.blocks += 1;
                blocks = (blocks.0 + first - wait, blocks.1 + each - wait);
            }
            if is_timed(item.intended) {
                clocks.items += 1;
                sends = (sends.0 + wait, sends.1 + first, sends.2 + each);
            }
        }
        let (of_blocks, of_items) = (clocks.blocks as f64, clocks.items as f64);
        let measured = self.until.since(self.from).as_millis_f64();
        clocks.pace = measured * f64::from(self.alive) / of_blocks;
        clocks.block_first = blocks.0 / of_blocks;
        clocks.block_each = blocks.1 / of_blocks;
        clocks.wait = sends.0 / of_items;
        clocks.send_first = sends.1 / of_items;
        clocks.send_each = sends.2 / of_items;
        clocks
    }
}

impl Rows for Watch {}

impl Listener for Watch {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        for Recorded { key, process, fact, .. } in facts {
            let now = key.time;
            match *fact {
                Fact::Planned { operation, intended, .. } => {
                    self.item(operation).intended = intended;
                }
                Fact::Proposed { operation, .. } => {
                    self.proposed(now, process.index(), operation);
                }
                Fact::Delivered { operation, .. } => {
                    let item = self.item(operation);
                    item.first.get_or_insert(now);
                    item.sum += now.since(item.intended);
                    item.deliveries += 1;
                }
                _ => {}
            }
        }
    }
}
