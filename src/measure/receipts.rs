//! Whether deliveries respect the order of receipt.

use std::collections::{BTreeMap, VecDeque};

use super::record::NEVER;
use crate::kernel::VirtualTime;

/// Operations whose receipts are known at most.
const MOST: usize = 1 << 13;
/// Deliveries before an operation that are compared with it.
const NEIGHBOURS: usize = 64;

/// When each validator first received, from a router, what came lately; and what the reference of
/// the inversions delivered last.
#[derive(Clone, Debug)]
pub(super) struct Receipts {
    validators: usize,
    /// So many validators that received one operation before another bind the order of both.
    binding: usize,
    /// Operations planned before are not looked at.
    from: u32,
    received: BTreeMap<u32, Box<[VirtualTime]>>,
    delivered: VecDeque<u32>,
}

impl Receipts {
    pub(super) fn new(validators: usize, binding: u32) -> Self {
        let (received, delivered) = (BTreeMap::new(), VecDeque::new());
        Self { validators, binding: binding as usize, from: 0, received, delivered }
    }

    /// A validator received an operation.
    pub(super) fn receive(&mut self, validator: usize, operation: u32, now: VirtualTime) {
        if operation < self.from {
            return;
        }
        let never = || vec![NEVER; self.validators].into_boxed_slice();
        let at = &mut self.received.entry(operation).or_insert_with(never)[validator];
        *at = now.min(*at);
        if self.received.len() > MOST {
            self.received.pop_first();
        }
    }

    /// The reference delivers an operation; one that it delivered before though enough validators
    /// received it after this one. Who has only this one receives the other later.
    pub(super) fn deliver(&mut self, operation: u32) -> Option<u32> {
        let ours = self.received.get(&operation)?;
        let is_later = |other: &&u32| {
            let Some(theirs) = self.received.get(other) else { return false };
            let sooner = ours.iter().zip(theirs).filter(|(ours, theirs)| ours < theirs);
            sooner.count() >= self.binding
        };
        let unfair = self.delivered.iter().find(is_later).copied();
        self.delivered.push_back(operation);
        if self.delivered.len() > NEIGHBOURS {
            self.delivered.pop_front();
        }
        unfair
    }

    /// A validator went down or came back: what it received before, it knows no more.
    pub(super) fn begin_anew(&mut self, next_operation: u32) {
        self.from = next_operation;
        self.received.clear();
        self.delivered.clear();
    }

    /// Operations known.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.received.len() + self.delivered.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Span;

    fn receive(receipts: &mut Receipts, validator: usize, operation: u32, millis: u64) {
        let now = VirtualTime::ZERO + Span::from_millis(millis);
        receipts.receive(validator, operation, now);
    }

    #[test]
    fn memory_is_bounded() {
        let mut receipts = Receipts::new(1, 1);
        for operation in 0..20_000 {
            receive(&mut receipts, 0, operation, operation.into());
            assert_eq!(receipts.deliver(operation), None);
            assert!(receipts.len() <= MOST + NEIGHBOURS, "{} known", receipts.len());
        }
    }

    #[test]
    fn who_has_only_one_of_two_receives_the_other_later() {
        let mut receipts = Receipts::new(2, 2);
        receive(&mut receipts, 0, 1, 1);
        receive(&mut receipts, 1, 1, 1);
        receive(&mut receipts, 0, 2, 2);
        assert_eq!([receipts.deliver(2), receipts.deliver(1)], [None, Some(2)]);
    }
}
