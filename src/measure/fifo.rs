//! The order of each attester's statements at each validator.

use super::Setting;

/// Places in the table at most.
const MOST: usize = 1 << 24;

/// The largest number of each attester that each validator has delivered.
#[derive(Clone, Debug)]
pub(super) struct Fifo {
    validators: usize,
    /// By client and validator: that number and one more, 0 for none.
    largest: Vec<u32>,
    /// By client: the last statement planned, number and operation.
    planned: Vec<Option<(u32, u32)>>,
}

impl Fifo {
    /// `None` if attesters times validators are too many to watch.
    pub(super) fn new(setting: &Setting) -> Option<Self> {
        let (validators, clients) = (setting.validators as usize, setting.processes as usize);
        let places = validators.checked_mul(clients).filter(|&places| places <= MOST)?;
        Some(Self { validators, largest: vec![0; places], planned: vec![None; clients] })
    }

    /// A statement is planned; another with its attester's number, if there is one.
    pub(super) fn plan(&mut self, client: u32, sequence: u32, operation: u32) -> Option<u32> {
        let last = self.planned.get_mut(client as usize)?.replace((sequence, operation));
        last.filter(|&(before, other)| before == sequence && other != operation).map(|(_, o)| o)
    }

    /// A validator delivers a statement for the first time; true if a later one was before it.
    pub(super) fn deliver(&mut self, validator: usize, client: u32, sequence: u32) -> bool {
        let Some(largest) = self.largest_of(validator, client) else { return false };
        let overtaken = *largest > sequence + 1;
        *largest = (*largest).max(sequence + 1);
        overtaken
    }

    /// A validator takes a statement back; statements are taken back in reverse.
    pub(super) fn retract(&mut self, validator: usize, client: u32, sequence: u32) {
        if let Some(largest) = self.largest_of(validator, client)
            && *largest == sequence + 1
        {
            *largest = sequence;
        }
    }

    fn largest_of(&mut self, validator: usize, client: u32) -> Option<&mut u32> {
        self.largest.get_mut(client as usize * self.validators + validator)
    }
}
