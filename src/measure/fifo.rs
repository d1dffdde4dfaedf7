//! The order of each attester's statements at each validator.

use std::collections::VecDeque;

use super::Setting;

/// Places in the table at most.
const MOST: usize = 1 << 24;

/// So many deliveries of a validator can be taken back with what was before them known; far more
/// than any strategy holds as provisional.
const MOST_UNDONE: usize = 1 << 16;

/// The largest number of each attester that each validator has delivered.
#[derive(Clone, Debug)]
pub(super) struct Fifo {
    validators: usize,
    /// By client and validator: that number and one more, 0 for none.
    largest: Vec<u32>,
    /// By client: the last statement planned, number and operation.
    planned: Vec<Option<(u32, u32)>>,
    /// By validator: what was delivered for now, and the largest number before it.
    provisional: Vec<VecDeque<Undo>>,
}

#[derive(Clone, Copy, Debug)]
struct Undo {
    client: u32,
    sequence: u32,
    before: u32,
}

impl Fifo {
    /// `None` if attesters times validators are too many to watch.
    pub(super) fn new(setting: &Setting) -> Option<Self> {
        let (validators, clients) = (setting.validators as usize, setting.processes as usize);
        let places = validators.checked_mul(clients).filter(|&places| places <= MOST)?;
        let (largest, planned) = (vec![0; places], vec![None; clients]);
        Some(Self { validators, largest, planned, provisional: vec![VecDeque::new(); validators] })
    }

    /// A statement is planned; another with its attester's number, if there is one.
    pub(super) fn plan(&mut self, client: u32, sequence: u32, operation: u32) -> Option<u32> {
        let last = self.planned.get_mut(client as usize)?.replace((sequence, operation));
        last.filter(|&(before, other)| before == sequence && other != operation).map(|(_, o)| o)
    }

    /// A validator delivers a statement for the first time; true if a later one was before it.
    /// What is delivered for now only may be taken back.
    pub(super) fn deliver(
        &mut self,
        validator: usize,
        (client, sequence): (u32, u32),
        is_final: bool,
    ) -> bool {
        let Some(largest) = self.largest_of(validator, client) else { return false };
        let before = std::mem::replace(largest, (*largest).max(sequence + 1));
        if !is_final {
            let provisional = &mut self.provisional[validator];
            if provisional.len() == MOST_UNDONE {
                provisional.pop_front();
            }
            provisional.push_back(Undo { client, sequence, before });
        }
        before > sequence + 1
    }

    /// A validator takes a statement back; statements are taken back in reverse.
    pub(super) fn retract(&mut self, validator: usize, client: u32, sequence: u32) {
        let provisional = &mut self.provisional[validator];
        let last = provisional.pop_back_if(|at| (at.client, at.sequence) == (client, sequence));
        if let Some(largest) = self.largest_of(validator, client) {
            let known = last.map(|undo| undo.before);
            let guessed = if *largest == sequence + 1 { sequence } else { *largest };
            *largest = known.unwrap_or(guessed);
        }
    }

    fn largest_of(&mut self, validator: usize, client: u32) -> Option<&mut u32> {
        self.largest.get_mut(client as usize * self.validators + validator)
    }
}
