//! The queue against a sorted list, under random interleavings.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::EventQueue;
use crate::kernel::{Event, EventKey, ProcessId, VirtualTime};

/// What a case does, one step after another.
#[derive(Clone, Debug)]
enum Step {
    /// Adds events, each so many nanoseconds after the last one taken out.
    Push(Vec<u64>),
    /// Takes out so many.
    Pop(usize),
    /// Takes out all that happen within so many nanoseconds.
    PopWithin(u64),
    /// Looks, takes nothing.
    Peek,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let delay = prop_oneof![
        3 => 0..3_u64,
        3 => 0..100_u64,
        4 => 1_000_000..1_000_050_u64,
        4 => 0..20_000_000_u64,
        1 => 0..100_000_000_000_u64,
        1 => Just(u64::MAX),
    ];
    let burst = (0..40_u64, 0..2_000_usize)
        .prop_map(|(delay, count)| Step::Push(vec![delay * 1_000; count]));
    let spread = (0..10_000_000_u64, 0..2_000_u64)
        .prop_map(|(width, count)| Step::Push((0..count).map(|n| n * n % (width + 1)).collect()));
    let step = prop_oneof![
        6 => prop::collection::vec(delay, 0..200).prop_map(Step::Push),
        1 => burst,
        1 => spread,
        6 => (0..400_usize).prop_map(Step::Pop),
        2 => (0..5_000_000_u64).prop_map(Step::PopWithin),
        1 => Just(Step::Peek),
    ];
    prop::collection::vec(step, 0..60)
}

#[derive(Default)]
struct Pair {
    queue: EventQueue<u64>,
    list: BTreeMap<EventKey, u64>,
    now: u64,
    sequence: u32,
}

impl Pair {
    fn push(&mut self, delay: u64) {
        self.sequence += 1;
        // Sources and sequences go neither up nor down with time, and stay unique.
        let source = ProcessId(self.sequence.wrapping_mul(2_654_435_761) >> 28);
        let time = VirtualTime::from_nanos(self.now.saturating_add(delay));
        let key = EventKey { time, source, sequence: u32::MAX - self.sequence };
        let before = self.list.range(..key).next().is_none() && time.as_nanos() == self.now;
        if before {
            // Not earlier than what was taken out: a tie with it would have to be later by key.
            return self.push(delay.saturating_add(1));
        }
        let message = u64::from(self.sequence);
        self.queue.push(Event { key, destination: ProcessId(7), message });
        self.list.insert(key, message);
    }

    fn pop(&mut self, end: VirtualTime) -> bool {
        let expected = self.list.first_key_value().filter(|(key, _)| key.time < end);
        let expected = expected.map(|(key, message)| (*key, *message));
        let event = self.queue.pop_before(end);
        assert_eq!(event.map(|event| (event.key, event.message)), expected);
        if let Some((key, _)) = expected {
            self.list.remove(&key);
            self.now = key.time.as_nanos();
        }
        expected.is_some()
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Push(delays) => delays.iter().for_each(|&delay| self.push(delay)),
            Step::Pop(count) => (0..*count).for_each(|_| {
                self.pop(VirtualTime::MAX);
            }),
            Step::PopWithin(nanos) => {
                let end = VirtualTime::from_nanos(self.now.saturating_add(*nanos));
                while self.pop(end) {}
            }
            Step::Peek => {
                let first = self.list.first_key_value().map(|(key, _)| *key);
                assert_eq!(self.queue.peek(), first);
            }
        }
    }

    fn drain(&mut self) {
        while let Some(event) = self.queue.pop() {
            let first = self.list.pop_first();
            assert_eq!(Some((event.key, event.message)), first);
        }
        assert!(self.list.is_empty());
    }
}

proptest! {
    #[test]
    fn events_come_out_in_key_order(steps in steps()) {
        let mut pair = Pair::default();
        steps.iter().for_each(|step| pair.step(step));
        pair.drain();
    }
}

#[test]
fn what_a_burst_needed_is_given_back_when_it_is_over() {
    let mut pair = Pair::default();
    (0..60_000).for_each(|n| pair.push(1 + n * n % 90_000_000));
    let burst = pair.queue.chunks();
    while pair.list.len() > 3 {
        pair.pop(VirtualTime::MAX);
    }
    for _ in 0..10_000 {
        pair.push(5_000_000);
        pair.pop(VirtualTime::MAX);
    }
    let after = pair.queue.chunks();
    assert!(burst > 900 && after < 100, "{burst} chunks in the burst, {after} after it");
}
